"""How a planted bug is hunted: story after story, until the watch sees it."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.dispatch.play import TAPE_LENGTH, Story
from tests.dispatch.truth import Broken

MOST_STORIES = 6000
BEGIN = {
    "a_leg_in_the_stock_is_believed_gone": 6500,
    "what_is_taken_back_stays": 510,
    "who_hears_of_it_is_joined_at_once": 1080,
    "it_is_recorded_on_a_full_disk": 1780,
    "a_busy_phone_is_not_replaced": 1150,
    "a_lost_transfer_rings_the_volunteers": 650,
    "the_overflow_number_is_handed_on": 370,
    "joins_at_the_end_of_a_round": 290,
    "a_talk_in_the_stock_is_not_believed": 270,
    "a_winner_is_not_refused": 240,
    "a_late_winner_is_waited_for": 240,
    "a_softphone_that_is_gone_is_rung": 220,
}
"""Which story is the first, for a bug that shows in few: all of them take a minute."""
Planting = Callable[[pytest.MonkeyPatch], None]


def hunt(bug: Planting, patch: pytest.MonkeyPatch) -> None:
    """Plant `bug` and play stories; the test fails if it lives."""
    bug(patch)
    begin = BEGIN.get(bug.__name__, 0)
    for seed in range(begin, begin + MOST_STORIES):
        story = Story(Random(seed).randbytes(TAPE_LENGTH))
        try:
            story.play()
            story.replay()
        except Broken as broken:
            print(f"\n{bug.__name__:50} {broken.invariant:50} story {seed + 1}")
            return
    pytest.fail(f"the bug lives: {bug.__name__}")


def nothing(*_: Any, **__: Any) -> None:
    """Instead of what should be done."""
