"""Volunteers' spoken names: made for the menu, gone with their people, and never over a recording of their own."""

import shutil
from pathlib import Path

import pytest

from hotline_agi.prompts import present, voice
from hotline_agi.prompts.catalogue import Prompt
from hotline_agi.prompts.collection import State, build, inventory
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language
from tests.commands import ROOT, hotline
from tests.prompts.test_collection import silent_voice, write_wav

__all__ = ["silent_voice"]
LIN, V07 = VolunteerId("lin"), VolunteerId("v07")
NAMES = {LIN: "林小雨", V07: "Anna Berg"}


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*/hotline/name-*")}


def test_names_are_spoken_in_each_language_by_a_voice_that_can_read_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: dict[str, set[Language]] = {}

    def speak(prompt: Prompt, language: Language, target: Path) -> None:
        spoken.setdefault(prompt.id, set()).add(language)
        write_wav(target, prompt.text(language) or "-")

    monkeypatch.setattr(voice, "speak", speak)
    build(tmp_path, names=NAMES)
    assert (spoken["name-lin"], spoken["name-v07"]) == ({Language.ZH}, {Language.EN})
    for language in Language:
        assert (tmp_path / language / "hotline/name-lin.wav").is_file()
    assert present.look(tmp_path).names == {"zh": {LIN, V07}, "en": {LIN, V07}}


def test_a_name_goes_with_its_person_and_an_own_recording_stays(tmp_path: Path) -> None:
    build(tmp_path, names=NAMES)
    theirs = tmp_path / "zh/hotline/name-lin.wav"
    write_wav(theirs, "their own voice")
    build(tmp_path)  # without a roster names are left alone
    assert names_in(tmp_path) == {"name-lin.wav", "name-v07.wav"}
    build(tmp_path, names={})
    assert list(tmp_path.glob("*/hotline/name-*")) == [theirs]
    assert build(tmp_path, names={}).made == ()


def test_a_name_that_changed_is_spoken_again(tmp_path: Path) -> None:
    build(tmp_path, names=NAMES)
    made = build(tmp_path, names=NAMES | {LIN: "林雨"}).made
    assert {path.name for path in made} == {"name-lin.wav"}
    states = {one.id: one.state for one in inventory(tmp_path, names=NAMES) if one.id.startswith("name-")}
    assert states == {"name-lin": State.OUTDATED, "name-v07": State.GENERATED}


def test_a_language_counts_when_all_its_sentences_are_there(tmp_path: Path) -> None:
    assert present.look(tmp_path / "nothing").languages == {"zh", "en"}
    build(tmp_path)
    assert present.look(tmp_path).languages == {"zh", "en"}
    (tmp_path / "en/hotline/menu.wav").rename(tmp_path / "en/hotline/menu.gsm")
    assert present.look(tmp_path).languages == {"zh", "en"}
    (tmp_path / "en/hotline/menu.gsm").unlink()
    assert present.look(tmp_path).languages == {"zh"}
    shutil.rmtree(tmp_path / "zh")
    assert present.look(tmp_path).languages == {"zh", "en"}
    assert all(phrase.zh or phrase.en for phrase in PHRASES)


def test_the_names_of_a_roster_are_listed(tmp_path: Path) -> None:
    listed = hotline("prompts", "--sounds", tmp_path, "--rosters", ROOT / "rosters", "--json")
    assert listed.returncode == 1  # nothing is there yet
    assert "name-chen-jing" in listed.stdout
    assert "name-" not in hotline("prompts", "--sounds", tmp_path, "--json").stdout
