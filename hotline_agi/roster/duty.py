"""Who is on shift at an instant, and when that changes. All arithmetic is in UTC.

A shift starts at the first and ends at the last occurrence of its wall-clock time: where the clock is set back, times
occur twice (PEP 495: fold 0 and 1); where it is set forward, times do not occur, and such a time counts as the instant
of the jump. Thus two shifts that touch on the wall clock always touch or overlap in truth, and a clock change never
opens a gap. The same holds for opening hours. Spans are half-open: at the instant of the change the new shift is on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from hotline_agi.roster.model import Line, OpeningHours, Roster, Shift, Volunteer
from hotline_agi.terms.ids import LineId, VolunteerId

_DAYS_AROUND = (-2, -1, 0, 1)
"""Of the day on which a shift that covers an instant can start, counted from that instant's local date: a shift lasts
up to 24 hours by the clock, and a clock set back over midnight (Beirut, Santiago) or a skipped day (Apia 2011) moves
the local date by one more."""
_LOOK_AHEAD = timedelta(days=9)
"""A week repeats after seven days; two more for clock changes that hide or lengthen a shift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Who may be rung on a line at an instant."""

    slots: tuple[str, ...]
    """Of the shifts that are on, in roster order."""
    volunteers: tuple[VolunteerId, ...]
    """On shift, in roster order, nobody twice."""
    backup: tuple[VolunteerId, ...]
    """Likewise, without those who are on shift anyway."""
    is_open: bool
    """Whether the line takes calls; people can be on shift while it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySpan:
    """A stretch of time with the same duty: `from_utc` included, `until_utc` not."""

    from_utc: datetime
    until_utc: datetime
    duty: Duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """What ``hotline roster who`` shows of one line."""

    line: Line
    at: datetime
    duty: Duty
    volunteers: tuple[Volunteer, ...]
    """Those of `duty.volunteers`."""
    backup: tuple[Volunteer, ...]
    changes_at: datetime | None
    """When the duty changes next, in UTC; None if it never does."""


def on_duty(line: Line, at: datetime) -> Duty:
    """Who is on shift on `line` at the aware instant `at`."""
    today = at.astimezone(line.zone).date()
    days = [today + timedelta(days=n) for n in _DAYS_AROUND]
    at = at.astimezone(UTC)
    shifts = [
        shift for shift in line.shifts if any(start <= at < end for start, end in _occurrences(line.zone, shift, days))
    ]
    is_open = not line.opening or any(
        start <= at < end for hours in line.opening for start, end in _occurrences(line.zone, hours, days)
    )
    return _duty(shifts, is_open)


def duty_spans(line: Line, start: datetime, until: datetime) -> list[DutySpan]:
    """The duty of `line` from `start` to `until` (aware), as maximal spans of constant duty without holes between them.

    Empty if `until` is not after `start`.
    """
    start, until = start.astimezone(UTC), until.astimezone(UTC)
    if until <= start:
        return []
    shifts = [(shift, s, e) for shift in line.shifts for s, e in _between(line.zone, shift, start, until)]
    opened = [span for hours in line.opening for span in _between(line.zone, hours, start, until)]
    edges = {start, until}
    edges.update(edge for _, *span in shifts for edge in span if start < edge < until)
    edges.update(edge for span in opened for edge in span if start < edge < until)
    spans: list[DutySpan] = []
    ordered = sorted(edges)
    for edge, following in pairwise(ordered):
        is_open = not line.opening or any(s <= edge < e for s, e in opened)
        duty = _duty((shift for shift, s, e in shifts if s <= edge < e), is_open)
        if spans and spans[-1].duty == duty:
            spans[-1] = DutySpan(from_utc=spans[-1].from_utc, until_utc=following, duty=duty)
        else:
            spans.append(DutySpan(from_utc=edge, until_utc=following, duty=duty))
    return spans


def next_change(line: Line, after: datetime) -> datetime | None:
    """The first instant later than `after` at which the duty is another one, in UTC; None if it never changes."""
    spans = duty_spans(line, after, after + _LOOK_AHEAD)
    return spans[1].from_utc if len(spans) > 1 else None


def who(roster: Roster, line_id: LineId, at: datetime) -> Who:
    """Who is on shift on a line at an aware instant, with their endpoints.

    :raises KeyError: if the roster has no such line.
    """
    line = roster.lines[line_id]
    duty = on_duty(line, at)
    return Who(
        line=line,
        at=at,
        duty=duty,
        volunteers=tuple(roster.volunteers[volunteer] for volunteer in duty.volunteers),
        backup=tuple(roster.volunteers[volunteer] for volunteer in duty.backup),
        changes_at=next_change(line, at),
    )


def _duty(shifts: Iterable[Shift], is_open: bool) -> Duty:
    on = list(shifts)
    volunteers = dict.fromkeys(volunteer for shift in on for volunteer in shift.volunteers)
    backup = dict.fromkeys(volunteer for shift in on for volunteer in shift.backup)
    return Duty(
        slots=tuple(dict.fromkeys(shift.slot for shift in on)),
        volunteers=tuple(volunteers),
        backup=tuple(volunteer for volunteer in backup if volunteer not in volunteers),
        is_open=is_open,
    )


def _between(
    zone: ZoneInfo, stretch: Shift | OpeningHours, start: datetime, until: datetime
) -> list[tuple[datetime, datetime]]:
    """The occurrences of `stretch` that overlap the span from `start` to `until`."""
    first = start.astimezone(zone).date() + timedelta(days=_DAYS_AROUND[0])
    last = until.astimezone(zone).date() + timedelta(days=_DAYS_AROUND[-1])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [(s, e) for s, e in _occurrences(zone, stretch, days) if s < until and start < e]


def _occurrences(
    zone: ZoneInfo, stretch: Shift | OpeningHours, days: Iterable[date]
) -> Iterator[tuple[datetime, datetime]]:
    """The UTC spans of `stretch` that start on one of `days`. One that falls into a gap of the clock may be empty."""
    for day in days:
        if day.weekday() in stretch.weekdays:
            last_day = day if stretch.until > stretch.start else day + timedelta(days=1)
            yield instant(zone, day, stretch.start, False), instant(zone, last_day, stretch.until, True)


@lru_cache(maxsize=16_384)
def instant(zone: ZoneInfo, day: date, at: time, last: bool) -> datetime:
    """The first or the `last` occurrence of a wall-clock time, in UTC; in a gap of the clock, of the jump."""
    wall = datetime.combine(day, at)
    first_offset = _offset(zone, wall, 0)
    second_offset = _offset(zone, wall, 1)
    if first_offset < second_offset:  # PEP 495: only in a gap is the offset before the change the smaller one
        return _jump(zone, wall - second_offset, wall - first_offset)
    return (wall - (second_offset if last else first_offset)).replace(tzinfo=UTC)


def _offset(zone: ZoneInfo, wall: datetime, fold: int) -> timedelta:
    offset = wall.replace(tzinfo=zone, fold=fold).utcoffset()
    assert offset is not None  # a ZoneInfo always knows it for a date
    return offset


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant between two naive UTC times at which the offset of `zone` changes, to the second."""
    early, late = before.replace(tzinfo=UTC), after.replace(tzinfo=UTC)
    old = early.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + timedelta(seconds=(late - early) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            early = middle
        else:
            late = middle
    return late
