"""The shifts of one volunteer, and who is on shift now, as far as the menu speaks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from hotline_agi.planning.agenda import Appointment, appointments
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line
from hotline_agi.terms.ids import VolunteerId

AHEAD = timedelta(days=6)
"""How far the menu looks: within it a weekday's name means one day only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShift:
    """A stretch of somebody's time on shift on one line."""

    line: Line
    start: datetime
    """Aware; likewise `end`."""
    end: datetime


def running_or_next(lines: Sequence[Line], who: VolunteerId, at: datetime) -> OwnShift | None:
    """The slot in which somebody is on shift at `at`, or else their next one within `AHEAD`; one slot, as it is what
    somebody else would take over. Of several running ones that which ends first."""
    found = _own(lines, who, at, at + AHEAD)
    return min(found, key=lambda one: (max(one.start, at), one.end), default=None)


def running(lines: Sequence[Line], who: VolunteerId, at: datetime, *, as_backup: bool = False) -> OwnShift | None:
    """The stretch in which somebody is on shift (or backup) at `at`, with what follows it without a break within a
    day; None if they are not."""
    stretch: OwnShift | None = None
    for one in _own(lines, who, at, at + timedelta(days=1), as_backup=as_backup):
        if stretch is None and one.start <= at:
            stretch = one
        elif stretch is not None and one.start <= stretch.end < one.end:
            stretch = OwnShift(line=stretch.line, start=stretch.start, end=one.end)
    return stretch


def of_today(lines: Sequence[Line], who: VolunteerId, at: datetime) -> list[OwnShift]:
    """All shifts that touch the day of `at`, those that are over included; days are those of the first line's zone."""
    if not lines:
        return []
    zone = lines[0].zone
    today = at.astimezone(zone).date()
    start, end = (datetime.combine(day, time(), zone) for day in (today, today + timedelta(days=1)))
    return _own(lines, who, start, end)


def may_be_rung(lines: Sequence[Line], who: VolunteerId, at: datetime) -> bool:
    """Whether calls may ring somebody who is on shift: the line is open, and no quiet hours of theirs forbid it."""
    return any(duty.is_open and who in duty.volunteers for duty in (on_duty(line, at) for line in lines))


def on_now(lines: Sequence[Line], at: datetime) -> list[VolunteerId]:
    """Who may be rung now on these lines, in roster order, nobody twice."""
    return list(dict.fromkeys(who for line in lines for who in on_duty(line, at).volunteers))


def _own(
    lines: Sequence[Line], who: VolunteerId, start: datetime, end: datetime, *, as_backup: bool = False
) -> list[OwnShift]:
    found: list[Appointment] = [
        one
        for one in appointments(lines, start.astimezone(UTC), end.astimezone(UTC), who)
        if one.place.as_backup == as_backup
    ]
    found.sort(key=lambda one: (one.place.start, one.place.end))
    return [OwnShift(line=one.line, start=one.place.start, end=one.place.end) for one in found]
