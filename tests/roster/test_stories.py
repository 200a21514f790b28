"""The fast path against the reference: many lines for some days, some for a year, the example minute by minute."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from hotline_agi.roster.duty import duty_spans, on_duty
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId
from tests.roster.reference import Reference, walls
from tests.roster.story import Story
from tests.roster.trees import example
from tests.roster.zones import DAY, MINUTE

STORIES = 120
LEAST = {
    "place week": 500,
    "place rotation": 500,
    "place special-day": 300,
    "place month": 200,
    "place swap": 50,
    "place extra": 30,
    "place stand-in": 80,
    "loss swap": 50,
    "loss sick": 100,
    "loss away": 100,
    "backup place": 500,
    "split place": 50,
    "absent stand-in": 30,
    "extra alone": 5,
    "quiet": 500,
    "plan": 2000,
    "closed": 2000,
    "closed special day": 50,
    "yearly day": 50,
    "like with a rotation": 30,
    "two slots at once": 2000,
}
"""How often the stories must have met what: a story that meets nothing proves nothing."""


@pytest.fixture(autouse=True)
def small_memory() -> Iterator[None]:
    """The minutes of years make every later collection of garbage in this process slow."""
    yield
    walls.cache_clear()


@pytest.mark.thorough
def test_stories_are_as_the_reference_tells_them() -> None:
    reach: Counter[str] = Counter()
    for seed in range(STORIES):
        story = Story(seed)
        try:
            story.check()
        except AssertionError as broken:
            raise AssertionError(f"story {seed}: {broken}") from broken
        reach += story.reach
    assert {what: reach[what] for what in LEAST if reach[what] < LEAST[what]} == {}


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1, 12])
def test_a_year_is_as_the_reference_tells_it(seed: int) -> None:
    Story(seed, days=366).check(every=307)


@pytest.mark.thorough
def test_the_example_minute_by_minute_for_a_year() -> None:
    subject = read_roster(*example()).roster.lines[LineId("xinli")]
    start, days = datetime(2026, 1, 1, tzinfo=UTC), 365
    naive = Reference(subject, start, days)
    spans = duty_spans(subject, start, start + days * DAY)
    assert (spans[0].from_utc, spans[-1].until_utc) == (start, start + days * DAY)
    assert all(span.duty != following.duty for span, following in pairwise(spans))
    number = 0
    for n in range(naive.minutes):
        at = start + n * MINUTE
        if spans[number].until_utc <= at:
            number += 1
        expected = naive.duty(n)
        assert on_duty(subject, at) == expected == spans[number].duty, at
