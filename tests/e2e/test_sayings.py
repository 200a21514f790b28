"""The ear of the menu's tests hears each word, also right behind one that a key cut short."""

import wave
from array import array
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hotline_agi.lab.tone import FRAME_SAMPLES
from tests.e2e.sayings import PAUSE_FRAMES, TONE_FRAMES, Ear, write_sayings

WORD, NEXT = "on-shift-until", "ask-minutes"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[list[int]]]:
    """The frames of both words."""
    folder: Path = tmp_path_factory.mktemp("sounds")
    write_sayings(folder)
    frames = {}
    for word in (WORD, NEXT):
        with wave.open(str(folder / f"en/hotline/{word}.wav"), "rb") as file:
            samples = array("h", file.readframes(file.getnframes())).tolist()
        frames[word] = [samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples), FRAME_SAMPLES)]
    return frames


def heard(*frames: list[int]) -> list[str]:
    ear = Ear(cast(Any, SimpleNamespace(stream=None)))
    for frame in frames:
        ear._take(frame)
    return ear.words


def test_two_words(said: dict[str, list[list[int]]]) -> None:
    assert len(said[WORD]) == 3 * TONE_FRAMES + PAUSE_FRAMES
    assert heard(*said[WORD], *said[NEXT]) == [WORD, NEXT]


@pytest.mark.parametrize("gap", [0, 2])
@pytest.mark.parametrize("after", range(1, 3 * TONE_FRAMES))
def test_a_word_behind_one_that_was_cut_short(said: dict[str, list[list[int]]], after: int, gap: int) -> None:
    silence = [[0] * FRAME_SAMPLES] * gap
    assert heard(*said[WORD][:after], *silence, *said[NEXT]) == [NEXT]
