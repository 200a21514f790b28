"""Who is on shift: against a brute-force reading of the wall clock, minute by minute, around strange clock changes."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.roster.clock import instant
from hotline_agi.roster.duty import duty_spans, next_change, on_duty, who
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Shift, WeeklyHours, weekly
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.roster.trees import CONTACTS, example, good
from tests.roster.zones import CHANGES, DAY, MINUTE, ZONES, changes

EVERY_DAY = frozenset(range(7))


class Clock:
    """The wall clock of a zone, read at every minute of six days around an instant."""

    def __init__(self, name: str, around: datetime) -> None:
        zone = ZoneInfo(name)
        self.minutes = [around - 6 * DAY + n * MINUTE for n in range(12 * 1440)]
        self.walls = [minute.astimezone(zone).replace(tzinfo=None) for minute in self.minutes]
        self.first: dict[datetime, int] = {}
        self.last: dict[datetime, int] = {}
        for n, wall in enumerate(self.walls):
            self.first.setdefault(wall, n)
            self.last[wall] = n

    def occurrence(self, wall: datetime, *, last: bool) -> int | None:
        """The index of the first or last minute that shows `wall`; where none does, of the jump over it."""
        if not self.walls[0] < wall < self.walls[-1]:
            return None
        found = (self.last if last else self.first).get(wall)
        return next(n for n, shown in enumerate(self.walls) if shown > wall) if found is None else found

    def painted(self, weekdays: frozenset[int], start: time, until: time) -> bytearray:
        """For each minute whether the stretch is on."""
        on = bytearray(len(self.minutes))
        for day in sorted({wall.date() for wall in self.walls} | {date(2011, 12, 30)}):
            begin = self.occurrence(datetime.combine(day, start), last=False)
            end = self.occurrence(datetime.combine(day + (DAY if until <= start else 0 * DAY), until), last=True)
            if day.weekday() in weekdays and begin is not None and end is not None:
                on[begin:end] = b"\1" * max(end - begin, 0)
        return on


@cache
def clock(name: str, around: datetime) -> Clock:
    return Clock(name, around)


def line(zone: str, shifts: Iterable[Shift], opening: Iterable[WeeklyHours] = ()) -> Line:
    files = good()
    template = read_roster(files, files[CONTACTS]).roster.lines[LineId("haven")]
    return replace(template, zone=ZoneInfo(zone), shifts=tuple(shifts), opening=tuple(opening))


def shift(slot: str, start: time, until: time, weekdays: frozenset[int] = EVERY_DAY, people: str = "anna") -> Shift:
    ids = tuple(map(VolunteerId, people.split()))
    return Shift(slot=slot, start=start, until=until, people=weekly(dict.fromkeys(weekdays, ids)), backup=weekly({}))


TIMES = st.one_of(
    st.sampled_from(
        [time(0), time(0, 1), time(0, 30), time(1), time(1, 30), time(2), time(2, 30), time(3), time(23, 30)]
    ),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
STRETCHES = st.lists(st.tuples(DAYS | st.just(EVERY_DAY), TIMES, TIMES), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CHANGES), STRETCHES, STRETCHES | st.just([]), st.data())
def test_duty_is_what_the_wall_clock_says(
    change: tuple[str, datetime],
    stretches: list[tuple[frozenset[int], time, time]],
    hours: list[tuple[frozenset[int], time, time]],
    data: st.DataObject,
) -> None:
    zone, around = change
    wall = clock(zone, around)
    subject = line(
        zone,
        [shift(f"s{n}", start, until, days) for n, (days, start, until) in enumerate(stretches)],
        [WeeklyHours(weekdays=days, start=start, until=until) for days, start, until in hours],
    )
    painted = [wall.painted(*stretch) for stretch in stretches]
    opened = [wall.painted(*stretch) for stretch in hours]

    def expected(n: int) -> tuple[tuple[str, ...], bool]:
        slots = tuple(f"s{m}" for m, on in enumerate(painted) if on[n])
        return slots, not hours or any(on[n] for on in opened)

    first, last = 3 * 1440, 9 * 1440  # shifts that began before the clock was read are over by then
    spans = duty_spans(subject, wall.minutes[first], wall.minutes[last])
    starts = [span.from_utc for span in spans]
    for n in range(first, last):
        duty = spans[bisect_right(starts, wall.minutes[n]) - 1].duty
        assert (duty.slots, duty.is_open) == expected(n), wall.minutes[n]
    near = range(6 * 1440 - 180, 6 * 1440 + 180, 7)
    for n in [*near, *data.draw(st.lists(st.integers(first, last - 1), max_size=50))]:
        duty = on_duty(subject, wall.minutes[n])
        assert (duty.slots, duty.is_open) == expected(n), wall.minutes[n]


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(CHANGES), STRETCHES)
def test_spans_are_maximal_and_leave_no_hole(
    change: tuple[str, datetime], stretches: list[tuple[frozenset[int], time, time]]
) -> None:
    zone, around = change
    subject = line(zone, [shift(f"s{n}", start, until, days) for n, (days, start, until) in enumerate(stretches)])
    start, until = around - 3 * DAY, around + 4 * DAY
    spans = duty_spans(subject, start, until)
    assert (spans[0].from_utc, spans[-1].until_utc) == (start, until)
    for span, following in pairwise(spans):
        assert span.from_utc < span.until_utc == following.from_utc
        assert span.duty != following.duty
        assert on_duty(subject, span.from_utc) == span.duty
        assert on_duty(subject, span.until_utc - timedelta(microseconds=1)) == span.duty
        assert next_change(subject, span.from_utc) == span.until_utc


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(CHANGES), st.lists(TIMES, min_size=1, max_size=7, unique=True))
def test_a_clock_change_opens_no_gap(change: tuple[str, datetime], times: list[time]) -> None:
    zone, around = change
    edges = sorted(times)
    subject = line(zone, [shift(f"s{n}", t, edges[(n + 1) % len(edges)]) for n, t in enumerate(edges)])
    assert all(span.duty.slots for span in duty_spans(subject, around - 3 * DAY, around + 3 * DAY))


@pytest.mark.parametrize("name", ZONES)
def test_every_zone_of_the_list_changes(name: str) -> None:
    assert changes(name)


@pytest.mark.parametrize(
    ("zone", "day", "at", "first", "last"),
    [
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30", "2026-10-25T01:30"),
        ("Europe/Berlin", date(2026, 10, 25), time(3, 0), "2026-10-25T02:00", "2026-10-25T02:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 0), "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Europe/Berlin", date(2026, 3, 29), time(3, 0), "2026-03-29T01:00", "2026-03-29T01:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:30", "2026-10-03T15:30"),
        ("Asia/Beirut", date(2021, 3, 28), time(0, 0), "2021-03-27T22:00", "2021-03-27T22:00"),
        ("Pacific/Apia", date(2011, 12, 30), time(12, 0), "2011-12-30T10:00", "2011-12-30T10:00"),
        ("Asia/Shanghai", date(2026, 2, 14), time(2, 0), "2026-02-13T18:00", "2026-02-13T18:00"),
    ],
)
def test_instants(zone: str, day: date, at: time, first: str, last: str) -> None:
    for is_last, expected in ((False, first), (True, last)):
        assert instant(ZoneInfo(zone), day, at, is_last) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_the_local_date_may_go_back() -> None:
    """St John's went from 00:01 back to 23:01 of the day before: then a shift of tomorrow is on already, and one that
    began on the day before yesterday still is."""
    jump = datetime(2006, 10, 29, 2, 31, tzinfo=UTC)
    early = line("America/St_Johns", [shift("tomorrow", time(0), time(6)), shift("today", time(6), time(0))])
    assert on_duty(early, jump - 31 * MINUTE).slots == ("today",)
    assert on_duty(early, jump - MINUTE).slots == ("tomorrow", "today")
    assert on_duty(early, jump + 30 * MINUTE).slots == ("tomorrow", "today")
    assert on_duty(early, jump + 59 * MINUTE).slots == ("tomorrow",)
    friday = frozenset({4})
    late = line("America/St_Johns", [shift("friday", time(23, 45), time(23, 30), friday)])
    assert on_duty(late, jump - MINUTE / 2).slots == ("friday",)
    assert on_duty(late, jump + 29 * MINUTE).slots == ()


def test_the_night_of_the_example_changes_at_two() -> None:
    subject = read_roster(*example()).roster.lines[LineId("xinli")]
    monday_two = datetime(2026, 2, 16, 2, 0, tzinfo=subject.zone)
    assert on_duty(subject, monday_two - timedelta(microseconds=1)).slots == ("night",)
    assert on_duty(subject, monday_two).slots == ("deep-night",)
    assert next_change(subject, monday_two - 1 * MINUTE) == monday_two
    sunday_night = on_duty(subject, monday_two - MINUTE)
    assert sunday_night.volunteers == next(s.people.turns[0][6] for s in subject.shifts if s.slot == "night")


def test_a_week_of_the_example_has_seven_changes_a_day() -> None:
    subject = read_roster(*example()).roster.lines[LineId("xinli")]
    start = datetime(2026, 2, 16, 2, 0, tzinfo=subject.zone)
    spans = duty_spans(subject, start, start + 7 * DAY)
    assert len(spans) == 49
    assert all(3 <= len(span.duty.volunteers) <= 5 and span.duty.backup and span.duty.is_open for span in spans)


def test_overlapping_shifts_ring_nobody_twice() -> None:
    behind = [weekly(dict.fromkeys(EVERY_DAY, (VolunteerId(who),))) for who in ("clara", "anna")]
    day = replace(shift("day", time(8), time(16), people="anna boris"), backup=behind[0])
    late = replace(shift("late", time(14), time(22), people="boris dora"), backup=behind[1])
    duty = on_duty(line("UTC", [day, late]), datetime(2026, 1, 1, 15, tzinfo=UTC))
    assert duty == Duty(
        slots=("day", "late"),
        volunteers=tuple(map(VolunteerId, ("anna", "boris", "dora"))),
        backup=(VolunteerId("clara"),),
        is_open=True,
    )


def test_nobody_is_a_state() -> None:
    empty = line("UTC", [])
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert on_duty(empty, at) == Duty(slots=(), volunteers=(), backup=(), is_open=True)
    assert next_change(empty, at) is None
    assert len(duty_spans(empty, at, at + DAY)) == 1
    assert duty_spans(empty, at, at) == []


def test_shifts_and_hours_are_apart() -> None:
    hours = [WeeklyHours(weekdays=frozenset({0}), start=time(9), until=time(17))]
    subject = line("UTC", [shift("day", time(8), time(12))], hours)
    monday = datetime(2026, 1, 5, tzinfo=UTC)
    states = [on_duty(subject, monday + timedelta(hours=h)) for h in (8, 9, 12, 17)]
    assert [(bool(duty.volunteers), duty.is_open) for duty in states] == [
        (True, False),
        (True, True),
        (False, True),
        (False, False),
    ]


def test_a_change_a_week_away_is_seen() -> None:
    subject = line("UTC", [shift("once", time(8), time(9), frozenset({0}))])
    monday = datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert next_change(subject, monday) == datetime(2026, 1, 12, 8, tzinfo=UTC)


def test_who_shows_people() -> None:
    roster = read_roster(*example()).roster
    at = datetime(2026, 2, 15, 18, 0, tzinfo=UTC)
    shown = who(roster, LineId("xinli"), at)
    assert [volunteer.name for volunteer in shown.volunteers] == ["陈静", "李娜", "刘洋"]
    assert [volunteer.id for volunteer in shown.backup] == ["wang-lei", "zhang-min"]
    assert shown.changes_at == datetime(2026, 2, 15, 22, 0, tzinfo=UTC)
    with pytest.raises(KeyError):
        who(roster, LineId("none"), at)
