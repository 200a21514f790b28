"""The map of coverage against reading the clock minute by minute, around strange clock changes."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.coverage import coverage
from hotline_agi.planning.heat import CELLS, SKIPPED, Filling, HeatCell, filling, gaps, heat, runs
from hotline_agi.planning.stretches import local_days
from hotline_agi.roster.duty import on_duty
from tests.dispatch.lines import roster as roster_of
from tests.planning.worlds import World
from tests.roster.written import away, line, shift, special

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def by_minutes(world: World) -> dict[tuple[date, int], HeatCell]:
    """For each half hour of the wall clock the worst minute that shows it, and its fewest people."""
    start = world.start - 3 * DAY
    spans = coverage(world.roster, world.one, start, start + (world.days + 6) * DAY)
    starts = [span.from_utc for span in spans]
    found: dict[tuple[date, int], tuple[int, int]] = {}
    for n in range((world.days + 6) * 1440):
        wall = (start + n * MINUTE).astimezone(world.zone)
        span = spans[bisect_right(starts, start + n * MINUTE) - 1]
        key = wall.date(), wall.hour * 2 + wall.minute // 30
        state = (-filling(span), span.on_shift)
        found[key] = min(found.get(key, state), state)
    return {key: HeatCell(filling=Filling(-worst), on_shift=on) for key, (worst, on) in found.items()}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_cell_is_as_bad_as_its_worst_minute(seed: int) -> None:
    world = World(seed)
    expected = by_minutes(world)
    for row in heat(world.roster, world.one, world.first, world.days):
        assert len(row.cells) == CELLS
        for n, cell in enumerate(row.cells):
            assert cell == expected.get((row.day, n), SKIPPED), (row.day, n / 2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_gaps_are_all_that_lacks_and_nothing_else(seed: int) -> None:
    world = World(seed)
    start, until = local_days(world.zone, world.first, world.days)
    found = gaps(world.roster, world.one, world.first, world.days)
    lacking = sum(
        (s.until_utc - s.from_utc for s in coverage(world.roster, world.one, start, until) if s.shortfalls), timedelta()
    )
    assert sum((gap.end - gap.start for gap in found), timedelta()) == lacking
    assert all(one.end < two.start or one.shortfalls != two.shortfalls for one, two in pairwise(found))


@pytest.mark.parametrize(
    ("day", "skipped", "states"),
    [
        (date(2026, 3, 29), {4, 5}, {3: Filling.NOBODY, 6: Filling.FINE}),  # 02:00 to 03:00 is skipped
        (date(2026, 10, 25), set(), {3: Filling.NOBODY, 4: Filling.NOBODY, 6: Filling.FINE}),  # 02:00 to 03:00 twice
        (date(2026, 10, 26), set(), {3: Filling.NOBODY, 4: Filling.NOBODY, 6: Filling.FINE}),
    ],
)
def test_a_clock_change_moves_no_column(day: date, skipped: set[int], states: dict[int, Filling]) -> None:
    plain = line(shift("day", "03:00", "00:00", "ann"), zone="Europe/Berlin")
    [row] = heat(roster_of(plain), plain, day, 1)
    assert {n for n, cell in enumerate(row.cells) if cell.filling is Filling.SKIPPED} == skipped
    assert {n: row.cells[n].filling for n in states} == states
    assert row.cells[-1] == HeatCell(filling=Filling.FINE, on_shift=1)


def test_half_a_minute_without_anybody_is_seen() -> None:
    plain = line(shift("early", "00:00", "12:01", "ann bo"), shift("late", "12:02", "00:00", "ann"))
    [row] = heat(roster_of(plain), plain, date(2026, 5, 4), 1)
    assert [(first, end, cell.filling, cell.on_shift) for first, end, cell in runs(row.cells)] == [
        (0, 24, Filling.FINE, 2),
        (24, 25, Filling.NOBODY, 0),
        (25, 48, Filling.FINE, 1),
    ]
    [gap] = gaps(roster_of(plain), plain, date(2026, 5, 4), 1)
    assert (gap.start, gap.end) == (datetime(2026, 5, 4, 12, 1, tzinfo=UTC), datetime(2026, 5, 4, 12, 2, tzinfo=UTC))


def test_a_special_day_is_named_and_its_closed_hours_are_closed() -> None:
    plain = line(shift("day", "00:00", "00:00", "ann"), special_days={date(2026, 5, 4): special("节日", opening=())})
    first, second = heat(roster_of(plain), plain, date(2026, 5, 4), 2)
    assert (first.name, second.name) == ("节日", "")
    assert {cell.filling for cell in first.cells} == {Filling.CLOSED}
    assert {cell.filling for cell in second.cells} == {Filling.FINE}


@pytest.mark.parametrize("day", [date(2006, 10, 28), date(2006, 10, 29)])
def test_a_day_that_goes_on_after_the_next_has_begun_is_whole(day: date) -> None:
    # at 00:01 of 29 October the clock of Newfoundland went back to 23:01 of the 28th
    plain = line(
        shift("day", "00:00", "00:00", "ann"),
        covers=(away("ann", "2006-10-28T23:40", "2006-10-28T23:50"),),
        zone="America/St_Johns",
    )
    known = roster_of(plain)
    [row] = heat(known, plain, day, 1)
    start = datetime(2006, 10, 28, tzinfo=UTC)
    worst: dict[int, int] = {}
    for n in range(3 * 1440):
        wall = (start + n * MINUTE).astimezone(plain.zone)
        if wall.date() == day:
            cell = wall.hour * 2 + wall.minute // 30
            worst[cell] = min(worst.get(cell, 9), len(on_duty(plain, start + n * MINUTE).volunteers))
    assert {n: cell.on_shift for n, cell in enumerate(row.cells)} == worst
    assert (47 in {n for n, found in worst.items() if found == 0}) == (day.day == 28)
