"""Hours and nights against reading the duty minute by minute; fairness against its formula."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotline_agi.planning.stretches import local_days
from hotline_agi.planning.workload import Workload, spread, workloads
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Roster
from hotline_agi.terms.ids import LineId
from tests.dispatch.lines import roster as roster_of
from tests.planning.worlds import World
from tests.roster.story import PEOPLE
from tests.roster.written import hours, ids, line, shift, sick, special, who

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def of(known: Roster, first: date, days: int, name: str = "ann") -> Workload:
    [found] = workloads(known, first, days, ids(name))
    return found


def minutes_on_lines(world: World) -> dict[str, dict[str, int]]:
    """By person: the minutes on shift, as backup, quiet, on weekends."""
    start, until = local_days(world.zone, world.first, world.days)
    totals = {name: dict.fromkeys(("on", "backup", "quiet", "weekend"), 0) for name in PEOPLE}
    weekend = [
        span for n in range(-1, world.days + 1) if (day := world.first + n * DAY).weekday() >= 5
        for span in [local_days(world.zone, day, 1)]
    ]  # fmt: skip
    at = start
    while at < until:
        duties = [duty for each in (world.one, world.other) if (duty := on_duty(each, at)).is_open]
        for name in PEOPLE:
            if any(name in duty.volunteers for duty in duties):
                totals[name]["on"] += 1
                totals[name]["weekend"] += any(s <= at < e for s, e in weekend)
            elif any(name in duty.backup for duty in duties):
                totals[name]["backup"] += 1
            elif any(name in duty.quiet for duty in duties):
                totals[name]["quiet"] += 1
        at += MINUTE
    return totals


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_hours_are_the_minutes_that_somebody_can_be_rung(seed: int) -> None:
    world = World(seed)
    expected = minutes_on_lines(world)
    for one in workloads(world.roster, world.first, world.days, ids(" ".join(PEOPLE))):
        found = {
            "on": one.on_shift_h,
            "backup": one.backup_h,
            "quiet": one.quiet_h,
            "weekend": one.weekend_h,
        }
        assert {name: round(value * 60) for name, value in found.items()} == expected[one.who], one.who
        assert one.longest_h <= one.on_shift_h


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3))
@example(6240, 2)  # a shift in two pieces, one on either side of the border
def test_two_periods_give_what_both_give_together(seed: int, days: int) -> None:
    world = World(seed)
    people = ids(" ".join(PEOPLE))
    whole = workloads(world.roster, world.first, world.days, people)
    parts = zip(
        workloads(world.roster, world.first, days, people),
        workloads(world.roster, world.first + days * DAY, world.days - days, people),
        strict=True,
    )
    for both, (early, late) in zip(whole, parts, strict=True):
        for name in ("shifts", "nights", "on_shift_h", "backup_h", "quiet_h", "weekend_h"):
            assert getattr(both, name) == pytest.approx(getattr(early, name) + getattr(late, name)), name


def test_a_week_of_nights() -> None:
    known = roster_of(line(shift("night", "22:00", "02:00", "ann"), shift("eve", "18:00", "22:00", "bo")))
    found = of(known, date(2026, 11, 23), 7)
    # the first two hours are of Sunday's shift, and Sunday's own ends on Monday
    assert (found.shifts, found.nights, found.on_shift_h) == (7, 7, 28.0)
    assert (found.longest_h, found.least_rest_h) == (4.0, 20.0)
    assert found.weekend_h == 4.0 + 4.0
    assert of(known, date(2026, 11, 23), 7, "bo").nights == 0


@pytest.mark.parametrize(("until", "nights"), [("01:59", 0), ("02:00", 1), ("06:00", 1)])
def test_a_night_is_two_hours_after_midnight(until: str, nights: int) -> None:
    assert of(roster_of(line(shift("night", "22:00", until, "ann"))), date(2026, 5, 4), 1).nights == nights


def test_an_hour_that_occurs_twice_is_worked_twice() -> None:
    known = roster_of(line(shift("night", "01:00", "04:00", "ann"), zone="Europe/Berlin"))
    assert of(known, date(2026, 10, 25), 1).on_shift_h == 4.0
    assert of(known, date(2026, 3, 29), 1).on_shift_h == 2.0


def two_lines(other: Line) -> Roster:
    return roster_of(line(shift("day", "08:00", "16:00", "ann", backup="bo")), other)


def test_the_same_hours_on_two_lines_count_once() -> None:
    same = line(shift("tag", "08:00", "16:00", "ann"), id=LineId("zwei"))
    found = of(two_lines(same), date(2026, 5, 4), 1)
    assert (found.shifts, found.on_shift_h) == (1, 8.0)
    later = line(shift("tag", "12:00", "18:00", "ann bo"), id=LineId("zwei"))
    found = of(two_lines(later), date(2026, 5, 4), 1)
    assert (found.shifts, found.on_shift_h, found.longest_h) == (2, 10.0, 10.0)
    found = of(two_lines(later), date(2026, 5, 4), 1, "bo")
    assert (found.on_shift_h, found.backup_h) == (6.0, 4.0)


def test_closed_hours_and_absences_do_not_count() -> None:
    closed = line(
        shift("day", "08:00", "16:00", "ann"),
        opening=(hours("10:00", "20:00"),),
        special_days={date(2026, 5, 5): special(opening=())},
        covers=(sick("ann", "2026-05-06", "2026-05-06", instead="bo"),),
    )
    found = of(roster_of(closed), date(2026, 5, 4), 3)
    assert (found.shifts, found.on_shift_h, found.least_rest_h) == (1, 6.0, None)
    assert of(roster_of(closed), date(2026, 5, 4), 3, "bo").on_shift_h == 6.0


def test_somebody_without_shifts_has_zeros() -> None:
    [found] = workloads(roster_of(line(shift("day", "08:00", "16:00", "ann"))), date(2026, 5, 4), 3, [who("bo")])
    assert (found.shifts, found.on_shift_h, found.longest_h, found.least_rest_h) == (0, 0.0, 0.0, None)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=20))
def test_gini_is_as_the_formula_says(values: list[int]) -> None:
    mean = sum(values) / len(values)
    expected = sum(abs(x - y) for x, y in product(values, values)) / (2 * len(values) ** 2 * mean) if mean else 0.0
    found = spread(values)
    assert found.gini == pytest.approx(expected)
    assert found.least <= found.median <= found.most


def test_the_ends_of_gini() -> None:
    assert spread([7, 7, 7]).gini == 0
    assert spread([0, 0, 0, 12]).gini == pytest.approx(3 / 4)
