"""What the coming weeks will be like, as warnings: gaps, too few people, too little rest, people whom nobody rings.

All of it depends on dates, so none of it is an error: a roster that was right yesterday is not refused today. Each
warning stands at the place where it is best mended and tells its times in the line's own local time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from hotline_agi.planning.clashes import clashes
from hotline_agi.planning.coverage import Lack, coverage
from hotline_agi.planning.gaps import gaps
from hotline_agi.planning.idle_covers import idle_covers
from hotline_agi.planning.nights import short_rests
from hotline_agi.planning.recurrence import window
from hotline_agi.planning.silence import silences
from hotline_agi.planning.stints import stints
from hotline_agi.roster.model import Roster
from hotline_agi.terms.problems import Mark, Problem

DAYS = 28
MOST = 40
"""Warnings of one kind that are told one by one: people mend what they can see."""


SOON = 7
"""Days ahead for those who look often: the doctor, and the service at each reading."""
_NOBODY = frozenset({Lack.NOBODY})


def outlook(roster: Roster, now: datetime, days: int = DAYS) -> list[Problem]:
    """The warnings for `days` days from the day of `now` (aware) on, by place; of each kind the first `MOST`.

    :param now: what is over by then is not told. The day begins at each line's own midnight.
    """
    return sorted(
        problem for kind, warnings in _Ahead(roster, now, days).kinds() for problem in _bounded(kind, warnings)
    )


def by_weight(roster: Roster, now: datetime, days: int = SOON) -> list[Problem]:
    """All of these warnings, the gravest kind first: hours in which a line is open and nobody is on shift."""
    return [one for _, warnings in _Ahead(roster, now, days).kinds() for one in sorted(set(warnings))]


def gaps_ahead(roster: Roster, now: datetime, days: int = SOON) -> list[Problem]:
    """Those of hours without enough people, likewise."""
    return [one for _, warnings in _Ahead(roster, now, days).gaps() for one in sorted(set(warnings))]


_Kind = tuple[str, Iterable[Problem]]


class _Ahead:
    """What is worked out once for all kinds."""

    def __init__(self, roster: Roster, now: datetime, days: int) -> None:
        self._roster, self._now, self._days = roster, now, days
        self._lines = tuple(roster.lines.values())
        self._windows = {line.id: window(line.zone, now, days) for line in self._lines}
        self._found = {line.id: coverage(roster, line, *self._windows[line.id].reach) for line in self._lines}

    def gaps(self) -> Iterator[_Kind]:
        yield "hours without anybody", self._lacking(_NOBODY)
        yield "hours without enough people", self._lacking(frozenset(Lack) - _NOBODY)

    def kinds(self) -> Iterator[_Kind]:
        """The gravest first."""
        roster, now, days = self._roster, self._now, self._days
        worked = stints(roster, {line: one.reach for line, one in self._windows.items()})
        yield from self.gaps()
        yield "people in two places at once", clashes(worked, now, days)
        yield "rests that are too short", short_rests(roster, worked, now, days)
        yield "people who are not rung", silences(roster, self._found, self._windows)
        yield "covers that change nothing", idle_covers(roster, self._windows)

    def _lacking(self, lacks: frozenset[Lack]) -> Iterator[Problem]:
        for line in self._lines:
            yield from gaps(line, self._found[line.id], self._windows[line.id], lacks)


def _bounded(kind: str, warnings: Iterable[Problem]) -> Iterator[Problem]:
    told = sorted(set(warnings))
    yield from told[:MOST]
    if left := told[MOST:]:
        files = len({one.file for one in left})
        what = f"there are {len(left)} more {kind} from here on, in {files} {'file' if files == 1 else 'files'}"
        yield Problem.warning(Mark(file=left[0].file), what, "mend the others first")
