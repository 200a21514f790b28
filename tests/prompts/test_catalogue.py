"""The texts: complete in both languages, fit for the voice and for Asterisk."""

import re

import pytest

from hotline_agi.prompts.catalogue import HOLD_CLASSES, HOLD_NOTICES, PROMPTS, TONES, Prompt
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.prompts.voice import READINGS, as_read
from hotline_agi.terms.languages import Language


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.id)
def test_a_prompt_is_whole(prompt: Prompt) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", prompt.id)
    assert prompt.when
    assert re.search(r"[\u4e00-\u9fff]", prompt.zh)
    assert prompt.zh.endswith("。")
    assert not re.search(r"[0-9A-Za-z]", prompt.zh), "write digits as characters: voices read them oddly"
    assert prompt.en.isascii()
    assert prompt.en.endswith(".")
    assert not re.search(r"\d\d", prompt.en), "a number of several digits is read as one: put spaces between"


def test_ids_are_unique() -> None:
    ids = [entry.id for entry in (*PROMPTS, *PHRASES, *TONES)]
    assert len(ids) == len(set(ids))


def test_hold_classes_name_prompts() -> None:
    said = {*HOLD_CLASSES.values(), *HOLD_NOTICES.values()} - {None}
    assert said <= {prompt.id for prompt in (*PROMPTS, *PHRASES)}
    assert HOLD_NOTICES.keys() <= HOLD_CLASSES.keys()


def test_in_danger_the_caller_hears_the_emergency_numbers() -> None:
    for prompt in PROMPTS:
        if prompt.id in ("greeting", "directory"):
            assert "一二零" in prompt.zh
            assert "一一零" in prompt.zh
            assert "1 2 0" in prompt.en
            assert "1 1 0" in prompt.en


def test_every_reading_is_used() -> None:
    texts = " ".join(prompt.text(Language.ZH) for prompt in (*PROMPTS, *PHRASES))
    assert all(word in texts for word in READINGS)


def test_readings_tell_the_voice_what_depends_on_neighbours() -> None:
    assert as_read("请重新拨打一一零。") == "请 chong2 xin1 拨打 yao1 yao1 ling2 。"
