"""The wall clock of a zone → instants. The only place where a local time becomes UTC.

A shift starts at the first and ends at the last occurrence of its wall-clock time: where the clock is set back, times
occur twice (PEP 495: fold 0 and 1); where it is set forward, times do not occur, and such a time counts as the instant
of the jump. Thus two shifts that touch on the wall clock always touch or overlap in truth, and a clock change never
opens a gap. The same holds for opening hours, quiet hours and ring plans. Spans are half-open.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hotline_agi.roster.plan import DayHours, Shift, WeeklyHours

Span = tuple[datetime, datetime]
"""From an instant (UTC, included) until another (not included)."""

ONE_DAY = timedelta(days=1)
WHOLE_DAY = DayHours(start=time(0), until=time(0))
DAYS_BEFORE, DAYS_AFTER = 2, 1
"""Around an instant's local date: the days on which something that lasts up to 24 hours by the clock can have started
and still be on. A clock set back over midnight (Beirut, Santiago) or a skipped day (Apia 2011) moves the local date by
one more than one would think."""


def days_around(zone: ZoneInfo, start: datetime, until: datetime) -> list[date]:
    """The local days on which a stretch that touches the span from `start` to `until` (aware) can start."""
    first = start.astimezone(zone).date() - DAYS_BEFORE * ONE_DAY
    last = until.astimezone(zone).date() + DAYS_AFTER * ONE_DAY
    return [first + n * ONE_DAY for n in range((last - first).days + 1)]


def span_on(zone: ZoneInfo, day: date, hours: DayHours | WeeklyHours | Shift) -> Span:
    """The stretch that starts on `day`. In a gap of the clock it may be empty, even end before it starts."""
    last_day = day if hours.until > hours.start else day + ONE_DAY
    return instant(zone, day, hours.start, False), instant(zone, last_day, hours.until, True)


def spans_of(zone: ZoneInfo, hours: Iterable[WeeklyHours], days: Iterable[date]) -> list[Span]:
    """The stretches of `hours` that start on one of `days`."""
    stretches = list(hours)
    return [span_on(zone, day, one) for day in days for one in stretches if day.weekday() in one.weekdays]


@lru_cache(maxsize=65_536)
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
