"""The shifts of one volunteer, and who is on shift now, as far as the menu speaks of them: the roster, and over it what
was agreed by phone, as the machine lays it over."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from hotline_agi.dispatch import stand_ins
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.planning.agenda import appointments
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import VolunteerId

AHEAD = timedelta(days=6)
"""How far the menu looks: within it a weekday's name means one day only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """What holds on some lines."""

    lines: Sequence[Line]
    stand_ins: Sequence[StandIn] = ()
    """Of any lines, in the order in which they were agreed."""
    people: Mapping[VolunteerId, Volunteer] = field(default_factory=dict)

    def duty(self, line: Line, at: datetime) -> Duty:
        """Whom calls of `line` ring at an instant."""
        duty = on_duty(line, at)
        return stand_ins.apply(duty, stand_ins.active(self.stand_ins, line.id, duty, at, self.people))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShift:
    """A stretch of somebody's time on shift on one line."""

    line: Line
    start: datetime
    """Aware; likewise `end`."""
    end: datetime


def running_or_next(rota: Rota, who: VolunteerId, at: datetime) -> OwnShift | None:
    """The slot in which somebody is on shift at `at`, or else their next one within `AHEAD`; one slot, as it is what
    somebody else would take over. Of several running ones that which ends first."""
    found = _own(rota, who, at, at + AHEAD)
    return min(found, key=lambda one: (max(one.start, at), one.end), default=None)


def running(rota: Rota, who: VolunteerId, at: datetime, *, as_backup: bool = False) -> OwnShift | None:
    """The stretch in which somebody is on shift (or backup) at `at`, with what follows it without a break within a
    day; None if they are not."""
    stretch: OwnShift | None = None
    for one in _own(rota, who, at, at + timedelta(days=1), as_backup=as_backup):
        if stretch is None and one.start <= at:
            stretch = one
        elif stretch is not None and one.start <= stretch.end < one.end:
            stretch = OwnShift(line=stretch.line, start=stretch.start, end=one.end)
    return stretch


def of_today(rota: Rota, who: VolunteerId, at: datetime) -> list[OwnShift]:
    """All shifts that touch the day of `at`, those that are over included; days are those of the first line's zone."""
    return _own(rota, who, *day_of(rota, at)) if rota.lines else []


def day_of(rota: Rota, at: datetime) -> tuple[datetime, datetime]:
    """The beginning and the end of the day of `at` in the zone of the first line."""
    zone = rota.lines[0].zone
    today = at.astimezone(zone).date()
    return datetime.combine(today, time(), zone), datetime.combine(today + timedelta(days=1), time(), zone)


def given_away(
    rota: Rota, who: VolunteerId, start: datetime, end: datetime
) -> list[tuple[OwnShift, VolunteerId | None]]:
    """Shifts of somebody that are not theirs any more, as they cannot come or somebody stands in: with who comes
    instead, if anybody does."""
    return [
        (one.shift, stand_ins.holder(one.agreed, who, rota.people))
        for one in _places(rota, who, start, end)
        if not one.as_backup and stand_ins.gave(one.agreed(who), rota.people)
    ]


def may_be_rung(rota: Rota, who: VolunteerId, at: datetime) -> bool:
    """Whether calls may ring somebody who is on shift: the line is open, and no quiet hours of theirs forbid it."""
    return any(duty.is_open and who in duty.volunteers for duty in (rota.duty(line, at) for line in rota.lines))


def on_now(rota: Rota, at: datetime) -> list[VolunteerId]:
    """Who may be rung now on these lines, in roster order, nobody twice."""
    return list(dict.fromkeys(who for line in rota.lines for who in rota.duty(line, at).volunteers))


def _own(rota: Rota, who: VolunteerId, start: datetime, end: datetime, *, as_backup: bool = False) -> list[OwnShift]:
    return [
        one.shift
        for one in _places(rota, who, start, end)
        if one.as_backup == as_backup and (as_backup or not stand_ins.gave(one.agreed(who), rota.people))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A place that is, or was, somebody's: by the roster, or taken from somebody."""

    rota: Rota
    slot: str
    shift: OwnShift
    as_backup: bool = False

    def agreed(self, absent: VolunteerId) -> StandIn | None:
        """What was agreed of it with `absent` as the one who does not come."""
        key = self.shift.line.id, self.slot, self.shift.start, absent
        return next((one for one in self.rota.stand_ins if (one.line, one.slot, one.from_at, one.absent) == key), None)


def _places(rota: Rota, who: VolunteerId, start: datetime, end: datetime) -> list[_Place]:
    """All that touch a span, by time; what a coordinator wrote down as agreed is one place."""
    found = (*_by_roster(rota, who, start, end), *_taken(rota, who, start, end))
    places = {(one.shift.line.id, one.slot, one.shift.start, one.as_backup): one for one in found}
    return sorted(places.values(), key=lambda one: (one.shift.start, one.shift.end))


def _by_roster(rota: Rota, who: VolunteerId, start: datetime, end: datetime) -> Iterator[_Place]:
    for one in appointments(rota.lines, start.astimezone(UTC), end.astimezone(UTC), who):
        shift = OwnShift(line=one.line, start=one.place.start, end=one.place.end)
        yield _Place(rota=rota, slot=one.slot, shift=shift, as_backup=one.place.as_backup)


def _taken(rota: Rota, who: VolunteerId, start: datetime, end: datetime) -> Iterator[_Place]:
    lines = {line.id: line for line in rota.lines}
    for one in rota.stand_ins:
        if one.present == who and one.line in lines and one.from_at < end and start < one.until_at:
            shift = OwnShift(line=lines[one.line], start=one.from_at, end=one.until_at)
            yield _Place(rota=rota, slot=one.slot, shift=shift)
