"""What the coming weeks will be like, as warnings: gaps, too few people, too little rest, people whom nobody rings.

All of it depends on dates, so none of it is an error: a roster that was right yesterday is not refused today. Each
warning stands at the place where it is best mended and tells its times in the line's own local time.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from hotline_agi.planning.clashes import clashes
from hotline_agi.planning.coverage import coverage
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


def outlook(roster: Roster, now: datetime, days: int = DAYS) -> list[Problem]:
    """The warnings for `days` days from the day of `now` (aware) on, by place.

    :param now: what is over by then is not told. The day begins at each line's own midnight.
    """
    windows = {line.id: window(line.zone, now, days) for line in roster.lines.values()}
    found = {line.id: coverage(roster, line, *windows[line.id].reach) for line in roster.lines.values()}
    worked = stints(roster, {line: one.reach for line, one in windows.items()})
    lines = roster.lines.values()
    kinds = (
        ("hours without enough people", chain(*(gaps(line, found[line.id], windows[line.id]) for line in lines))),
        ("people in two places at once", clashes(worked, now, days)),
        ("rests that are too short", short_rests(roster, worked, now, days)),
        ("people who are not rung", silences(roster, found, windows)),
        ("covers that change nothing", idle_covers(roster, windows)),
    )
    return sorted(problem for kind, warnings in kinds for problem in _bounded(kind, warnings))


def _bounded(kind: str, warnings: Iterable[Problem]) -> Iterator[Problem]:
    told = sorted(set(warnings))
    yield from told[:MOST]
    if left := told[MOST:]:
        files = len({one.file for one in left})
        what = f"there are {len(left)} more {kind} from here on, in {files} {'file' if files == 1 else 'files'}"
        yield Problem.warning(Mark(file=left[0].file), what, "mend the others first")
