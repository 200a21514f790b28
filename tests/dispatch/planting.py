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
    "what_is_taken_back_stays": 460,
    "who_hears_of_it_is_joined_at_once": 830,
    "it_is_recorded_on_a_full_disk": 640,
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
