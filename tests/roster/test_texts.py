"""Texts of rosters as a journal keeps them."""

import pytest

from hotline_agi.roster.texts import pack_texts, texts_of
from hotline_agi.terms.packing import packed
from tests.roster import trees


def test_they_come_back() -> None:
    assert texts_of(pack_texts(trees.full())) == trees.full()


@pytest.mark.parametrize("text", ["[]", "3", "[" * 3000, '{"a": "\\ud800"}'])
def test_what_is_none(text: str) -> None:
    """Found by `make fuzz`: a list was AttributeError, a deep one RecursionError."""
    with pytest.raises(ValueError):
        texts_of(packed(text))
