"""Stretches of time against sets of minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.planning.stretches import common, hours, local_days, rest, union
from hotline_agi.roster.clock import Span

START = datetime(2026, 3, 1, tzinfo=UTC)
SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda pair: as_span(*pair)), max_size=8)


def as_span(first: int, end: int) -> Span:
    return START + timedelta(minutes=first), START + timedelta(minutes=end)


def minutes(spans: list[Span]) -> set[int]:
    return {n for n in range(40) if any(start <= START + timedelta(minutes=n) < end for start, end in spans)}


def assert_in_order(spans: list[Span]) -> None:
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))


@given(SPANS, SPANS)
def test_union_common_part_and_rest_are_those_of_sets(some: list[Span], others: list[Span]) -> None:
    one, other = union(some), union(others)
    for found, expected in (
        (one, minutes(some)),
        (common(one, other), minutes(some) & minutes(others)),
        (rest(one, other), minutes(some) - minutes(others)),
    ):
        assert_in_order(found)
        assert minutes(found) == expected
        assert round(hours(found) * 60, 6) == len(expected)


def test_days_are_as_long_as_the_clock_makes_them() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    assert hours([local_days(berlin, date(2026, 3, 29), 1)]) == 23
    assert hours([local_days(berlin, date(2026, 10, 25), 1)]) == 25
    assert hours([local_days(berlin, date(2026, 3, 28), 3)]) == 71
