"""A line's roster worked out in pages of one UTC day each, so that who is on duty is found by one bisection.

A page is made when somebody first asks for its day (some 0.2 ms for seven slots a day) and kept in the line's memo;
`warm` makes them in advance. Pure: the same line gives the same pages.
"""

from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TypeVar

from hotline_agi.roster.clock import ONE_DAY, WHOLE_DAY, Span, days_around, span_on, spans_of
from hotline_agi.roster.model import Line
from hotline_agi.roster.precedence import Occurrence, occurrence, special_day, weekday_meant
from hotline_agi.terms.ids import VolunteerId

MOST_KEPT = 2000
"""Pages and days in a line's memo; then it begins anew. A year of both is under 800."""


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
    plan: str = ""
    """The name of the ring plan of the hour; empty for the usual one."""
    coordinators: tuple[VolunteerId, ...] = ()
    """Of the slots."""
    quiet: tuple[VolunteerId, ...] = ()
    """Who would be in `volunteers` or `backup` but for their quiet hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySpan:
    """A stretch of time with the same duty: `from_utc` included, `until_utc` not."""

    from_utc: datetime
    until_utc: datetime
    duty: Duty


@dataclass(frozen=True, slots=True)
class Page:
    """One UTC day: `duties[n]` is in force from `starts[n]` on; the first start is the day's own."""

    starts: tuple[datetime, ...]
    duties: tuple[Duty, ...]

    def at(self, at: datetime) -> int:
        """The index of what is in force at an instant of this day."""
        return bisect_right(self.starts, at) - 1

    def on(self, at: datetime) -> Duty:
        """What is in force at an instant of this day."""
        return self.duties[bisect_right(self.starts, at) - 1]


def page(line: Line, day: date) -> Page:
    """The page of a UTC day."""
    known = line.memo.get(day)
    if known is None:
        _make_room(line)
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        known = line.memo[day] = _made(line, start, start + ONE_DAY)
    assert isinstance(known, Page)
    return known


def warm(line: Line, start: datetime, until: datetime) -> None:
    """Make all pages that the span from `start` to `until` (aware) touches."""
    day = start.astimezone(UTC).date()
    while day <= until.astimezone(UTC).date():
        page(line, day)
        day += ONE_DAY


def occurrences(line: Line, start: datetime, until: datetime) -> list[Occurrence]:
    """The slots that are on at some time of the span from `start` to `until` (aware), by day, in roster order."""
    days = days_around(line.zone, start, until)
    return [one for day in days for one in _of_day(line, day).slots if one.start < until and start < one.end]


def open_spans(line: Line, start: datetime, until: datetime) -> list[Span]:
    """When calls are taken, as far as it touches the span from `start` to `until` (aware). They may overlap."""
    days = days_around(line.zone, start, until)
    return [(s, e) for day in days for s, e in _of_day(line, day).opening if s < until and start < e]


@dataclass(frozen=True, slots=True)
class _Day:
    """What starts on one local day of the line."""

    slots: tuple[Occurrence, ...]
    opening: tuple[Span, ...]
    plans: tuple[tuple[str, Span], ...]


def _of_day(line: Line, day: date) -> _Day:
    key = ("day", day)
    known = line.memo.get(key)
    if known is None:
        _make_room(line)
        slots = (occurrence(line, shift, day) for shift in line.shifts)
        known = line.memo[key] = _Day(
            slots=tuple(one for one in slots if one is not None),
            opening=tuple(_opening(line, day)),
            plans=tuple(
                (plan.name, span) for plan in line.ring_plans for span in spans_of(line.zone, plan.hours, (day,))
            ),
        )
    assert isinstance(known, _Day)
    return known


def _make_room(line: Line) -> None:
    if len(line.memo) > MOST_KEPT:
        line.memo.clear()


def _opening(line: Line, day: date) -> Iterator[Span]:
    """The opening hours that start on `day`."""
    special = special_day(line, day)
    if special is not None and special.opening is not None:
        yield from (span_on(line.zone, day, hours) for hours in special.opening)
    elif not line.opening:
        yield span_on(line.zone, day, WHOLE_DAY)
    else:
        weekday = weekday_meant(day, special)
        yield from (span_on(line.zone, day, hours) for hours in line.opening if weekday in hours.weekdays)


def _quiet(
    line: Line, there: Container[VolunteerId], start: datetime, until: datetime
) -> Iterator[tuple[VolunteerId, datetime, datetime]]:
    """Quiet hours of those who are `there`, each person's in their own zone: that of another line perhaps."""
    for who in line.quiet.values():
        if who.id in there:
            zone = who.zone or line.zone
            for s, e in spans_of(zone, who.quiet, days_around(zone, start, until)):
                if s < until and start < e:
                    yield who.id, s, e


def _made(line: Line, start: datetime, until: datetime) -> Page:
    days = [_of_day(line, day) for day in days_around(line.zone, start, until)]
    slots = [one for day in days for one in day.slots if one.start < until and start < one.end]
    if len(slots) > 1:  # they come by day; Duty wants roster order
        order = {shift.slot: n for n, shift in enumerate(line.shifts)}
        slots.sort(key=lambda one: order[one.shift.slot])
    opening = [(s, e) for day in days for s, e in day.opening if s < until and start < e]
    plans = [(name, s, e) for day in days for name, (s, e) in day.plans if s < until and start < e]
    there = {place.who for one in slots for place in one.places} if line.quiet else ()
    quiet = list(_quiet(line, there, start, until)) if there else []
    edges = {start}
    for one in slots:
        edges.add(one.start)
        edges.add(one.end)
        if one.losses:  # only what somebody else lost is less than the slot
            edges.update(edge for place in one.places for edge in (place.start, place.end))
    edges.update(edge for span in opening for edge in span)
    edges.update(edge for _, *span in (*quiet, *plans) for edge in span)
    starts: list[datetime] = []
    duties: list[Duty] = []
    for edge in sorted(edge for edge in edges if start <= edge < until):
        duty = _duty(
            line,
            edge,
            [one for one in slots if one.start <= edge < one.end],
            is_open=any(s <= edge < e for s, e in opening),
            quiet=tuple(who for who, s, e in quiet if s <= edge < e),
            plans=tuple(name for name, s, e in plans if s <= edge < e),
        )
        if not duties or duties[-1] is not duty:
            starts.append(edge)
            duties.append(duty)
    return Page(starts=tuple(starts), duties=tuple(duties))


def _duty(
    line: Line,
    at: datetime,
    on: list[Occurrence],
    *,
    is_open: bool,
    quiet: tuple[VolunteerId, ...],
    plans: tuple[str, ...],
) -> Duty:
    """Steps 6 to 8. Equal duties of a line are one object, which makes pages small and quick to compare."""
    volunteers: list[VolunteerId] = []
    behind: list[VolunteerId] = []
    for one in on:
        for place in one.places:
            if not one.losses or place.start <= at < place.end:
                (behind if place.as_backup else volunteers).append(place.who)
    known: dict[object, Duty] = line.memo.setdefault("duties", {})
    key = (tuple(one.shift.slot for one in on), tuple(volunteers), tuple(behind), is_open, quiet, plans)
    found = known.get(key)
    if found is None:
        backup = [who for who in behind if who not in volunteers]
        made = Duty(
            slots=_once(key[0]),
            volunteers=_once(who for who in volunteers if who not in quiet),
            backup=_once(who for who in backup if who not in quiet),
            is_open=is_open,
            plan=next((plan.name for plan in line.ring_plans if plan.name in plans), ""),
            coordinators=_once(one.shift.coordinator for one in on if one.shift.coordinator is not None),
            quiet=_once(who for who in (*volunteers, *backup) if who in quiet),
        )
        found = known[key] = known.setdefault(made, made)
    return found


_Name = TypeVar("_Name")


def _once(names: Iterable[_Name]) -> tuple[_Name, ...]:
    return tuple(dict.fromkeys(names))


def next_change(line: Line, after: datetime, until: datetime) -> datetime | None:
    """The first instant later than `after` and before `until` (both UTC) at which the duty is another one."""
    day = after.date()
    found = page(line, day)
    n = found.at(after)
    now = found.duties[n]
    rest = found.starts[n + 1 : n + 2]
    while not rest:  # within a page neighbours differ, so that one look at each of the next pages is enough
        day += ONE_DAY
        if datetime(day.year, day.month, day.day, tzinfo=UTC) >= until:
            return None
        found = page(line, day)
        rest = found.starts[:1] if found.duties[0] is not now and found.duties[0] != now else found.starts[1:2]
    return rest[0] if rest[0] < until else None


def spans(line: Line, start: datetime, until: datetime) -> Iterator[DutySpan]:
    """The duty from `start` to `until` (both UTC), page by page; two that follow each other may be equal."""
    day = start.date()
    while (midnight := datetime(day.year, day.month, day.day, tzinfo=UTC)) < until:
        found = page(line, day)
        for n, (begin, end) in enumerate(pairwise((*found.starts, midnight + ONE_DAY))):
            if begin < until and start < end:
                yield DutySpan(from_utc=max(begin, start), until_utc=min(end, until), duty=found.duties[n])
        day += ONE_DAY
