"""Whatever is pressed, in whichever order and from however many telephones: the watch sees nothing wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.selfservice.house import LIN, PINS, Call, House
from tests.selfservice.watch import MOST_ANSWERS, Story

KEYS = st.one_of(st.none(), st.text("0123456789*", max_size=10), st.sampled_from([*PINS.values(), "1", "2", "5", ""]))


@pytest.mark.parametrize("seed", range(120))
def test_random_stories(seed: int) -> None:
    Story(seed).play()


@given(keys=st.lists(KEYS, min_size=MOST_ANSWERS, max_size=MOST_ANSWERS), known=st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_keys_end(keys: list[str | None], known: bool) -> None:
    call = Call(House(), LIN if known else None)
    for key in keys:
        if call.is_over:
            break
        call.press(key)
    assert call.is_over
    assert call.press("1") == ["thanks"]
