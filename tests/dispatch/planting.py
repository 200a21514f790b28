"""How a planted bug is hunted: story after story, until the watch sees it."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from tests.dispatch.play import TAPE_LENGTH, Story
from tests.dispatch.truth import Broken

MOST_STORIES = 8000
Planting = Callable[[pytest.MonkeyPatch], None]


def hunt(bug: Planting, patch: pytest.MonkeyPatch) -> None:
    """Plant `bug` and play stories; the test fails if it lives."""
    bug(patch)
    for seed in range(MOST_STORIES):
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
