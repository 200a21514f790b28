"""Who begins again too early after a night: less than the hours of rest that they are to have.

What a night is, `workload.py` says: at least two hours of work between 00:00 and 05:00, here in all slots together.
It ends with the last slot that reaches into these hours.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline_agi.planning.recurrence import in_words, window
from hotline_agi.planning.stints import Stint
from hotline_agi.planning.workload import NIGHT_SHIFT_H, NIGHT_UNTIL
from hotline_agi.roster.clock import ONE_DAY, Span, instant
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Problem

_LEAST = timedelta(hours=NIGHT_SHIFT_H)


@dataclass(slots=True)
class _Night:
    """One person's work in the small hours of one day."""

    last: Stint
    """The one of them that ends last."""
    hours: Span
    worked: timedelta = timedelta(0)
    counted: datetime | None = None
    """Until when their work is in `worked`: stints may overlap."""


def short_rests(
    roster: Roster, worked: Mapping[VolunteerId, Sequence[Stint]], now: datetime, days: int
) -> Iterator[Problem]:
    """:param worked: everybody's stints by time, over some days from `now` (aware) on and a little more."""
    for person in roster.volunteers.values():
        rest_h = person.limits.rest_after_night_h
        stints = worked.get(person.id, ())
        if not rest_h or len(stints) < 2:
            continue
        early: dict[tuple[str, str, str, str, timedelta], list[tuple[Stint, Stint]]] = {}
        for night in _nights(stints):
            for stint in stints:
                if stint.start < night.hours[1]:
                    continue
                rest = max(stint.start - night.last.end, timedelta(0))
                if rest < timedelta(hours=rest_h):
                    key = (night.last.line.id, night.last.slot, stint.line.id, stint.slot, rest)
                    early.setdefault(key, []).append((night.last, stint))
                break
        yield from _warnings(person.id, rest_h, early, now, days)


def _nights(stints: Sequence[Stint]) -> list[_Night]:
    """The nights that somebody works."""
    found: dict[date, _Night] = {}
    for stint in stints:
        zone = stint.line.zone
        day, last_day = stint.start.astimezone(zone).date(), stint.end.astimezone(zone).date()
        while day <= last_day:
            hours = instant(zone, day, time(0), False), instant(zone, day, NIGHT_UNTIL, True)
            begin, end = max(stint.start, hours[0]), min(stint.end, hours[1])
            if begin < end:
                night = found.setdefault(day, _Night(last=stint, hours=hours))
                if night.counted is not None:
                    begin = max(begin, night.counted)
                night.worked += max(end - begin, timedelta(0))
                night.counted = end if night.counted is None else max(end, night.counted)
                night.last = max(night.last, stint, key=lambda one: one.end)
            day += ONE_DAY
    return [night for night in found.values() if night.worked >= _LEAST]


def _warnings(
    who: VolunteerId,
    rest_h: float,
    early: Mapping[tuple[str, str, str, str, timedelta], Sequence[tuple[Stint, Stint]]],
    now: datetime,
    days: int,
) -> Iterator[Problem]:
    for (line, slot, next_line, next_slot, rest), pairs in early.items():
        found = window(pairs[0][1].line.zone, now, days)
        shown = [pair for pair in pairs if pair[1].end > now and pair[1].start < found.span[1]]
        if not shown:
            continue
        dates = [later.start.astimezone(found.zone).date() for _, later in shown]
        night = f"the night of '{slot}'" + (f" of {line}" if line != next_line else "")
        after = f"'{next_slot}'" + (f" of {next_line}" if line != next_line else "")
        what = f"'{who}' rests {_hours(rest)} h instead of {rest_h:g} h between {night} and {after} "
        what += in_words(found, dates)
        yield Problem.warning(shown[0][1].where, what, "name somebody else in one of the two")


def _hours(rest: timedelta) -> str:
    return f"{rest / timedelta(hours=1):.2f}".rstrip("0").rstrip(".")
