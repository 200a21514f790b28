"""What holds in every story in which the service dies and another one goes on."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.dispatch.play import TAPE_LENGTH
from tests.dispatch.restarts import Restarts
from tests.dispatch.watch import Reach

STORIES = 1500
TAPES = st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH)


@settings(max_examples=200, deadline=None)
@given(TAPES)
def test_every_story_ends_well_whenever_the_service_dies(tape: bytes) -> None:
    story = Restarts(tape)
    story.play()
    story.replay()


@pytest.mark.thorough
def test_the_restarts_reach_everything() -> None:
    reach = Reach()
    for seed in range(STORIES):
        reach.add(Restarts(Random(seed).randbytes(TAPE_LENGTH)).play())
    print(f"\nreached in {STORIES} stories\n{reach.table()}")
