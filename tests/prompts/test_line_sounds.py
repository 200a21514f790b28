"""Sounds of one line: what is said in each class, where it lies, and whose it is."""

import wave
from dataclasses import replace
from pathlib import Path

import pytest

from hotline_agi.dispatch.events import OwnSounds, SelfHelp
from hotline_agi.prompts.catalogue import PROMPTS
from hotline_agi.prompts.line_sounds import classes, classes_text, link, missing, own_sounds
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.roster.waiting_plan import Choice, Emergency, EmergencyPlace, Offer, WaitingPlan
from hotline_agi.terms.languages import Language
from tests.dispatch.lines import line

PLAN = WaitingPlan(
    languages=("zh", "en"),
    offer=Offer(after_s=60.0, every_s=60.0, choices=tuple(Choice)),
    self_help=("breathing", "sleep"),
    emergency=Emergency(numbers=("120", "110"), said_in=tuple(EmergencyPlace)),
)
LINE = line(waiting=PLAN)


def sound(path: Path, seconds: float = 1.0) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(round(16000 * seconds)))


def names(folder: Path) -> list[str]:
    return [path.name.partition("-")[2].removesuffix(".wav") for path in sorted(folder.iterdir())]


def test_what_is_said_in_each_class() -> None:
    said = classes(LINE, "zh", lambda prompt: prompt == "self-help-sleep")
    emergency = ["emergency", "tel-1", "n-2", "n-0", "or", "tel-1", "tel-1", "n-0"]
    assert [prompt for _, prompt in said["greet"]] == ["greeting-short", *emergency, "choose-again"]
    assert said["languages"] == (("zh", "choose-zh"), ("zh", "n-1"), ("en", "choose-en"), ("en", "n-2"))
    assert [prompt for _, prompt in said["offer"]] == ["offer", *(f"offer-{one}" for one in Choice), *emergency]
    assert ("zh", "offer-callback") not in said["offerw"] and len(said["offerw"]) == len(said["offer"]) - 1
    assert [prompt for _, prompt in said["help-sleep"]] == ["self-help-more", "self-help-sleep", "self-help-over"]
    assert "help-breathing" not in said, "nobody has recorded it"
    assert said["place2"] == (("zh", "place-2"),)


@pytest.mark.parametrize("language", Language)
def test_all_that_is_said_has_a_text(language: Language) -> None:
    texts = {prompt.id: prompt for prompt in (*PROMPTS, *PHRASES)}
    for sayings in classes(LINE, language, lambda _: True).values():
        for spoken, prompt in sayings:
            assert prompt.startswith("self-help-") or texts[prompt].text(Language(spoken)), prompt


def test_a_line_with_its_own_greeting_keeps_it_and_says_the_emergency_numbers() -> None:
    said = [prompt for _, prompt in classes(LINE, "en", lambda _: True)["greet"]]
    assert said[:3] == ["greeting", "emergency", "n-1"]


def test_classes_are_links_to_what_is_there_and_files_of_others_stay(tmp_path: Path) -> None:
    sound(tmp_path / "zh_xinli/hotline/comfort.wav")
    sound(tmp_path / "zh_xinli/hotline/self-help-sleep.wav", 12.5)
    sound(tmp_path / "zh_xinli/hotline-comfort/05-birds.wav")
    found = link(tmp_path, [LINE])
    zh = tmp_path / "zh_xinli"
    assert names(zh / "hotline-comfort") == ["comfort", "hold", "birds"]
    assert (zh / "hotline-comfort/01-comfort.wav").readlink() == Path("../hotline/comfort.wav")
    assert (zh / "hotline-again/01-again.wav").readlink() == Path("../../zh/hotline/again.wav")
    assert (zh / "hotline-languages/03-choose-en.wav").readlink() == Path("../../en/hotline/choose-en.wav")
    text = classes_text(found)
    assert "[hotline-offer2-en_xinli]\nmode = files\ndirectory = sounds/en_xinli/hotline-offer\n" in text
    assert "[hotline-help-sleep-zh_xinli]" in text and "help-sleep-en_xinli" not in text
    assert own_sounds(tmp_path, [LINE]) == (
        OwnSounds(line=LINE.id, language="zh", offers=True, self_help=(SelfHelp(id="sleep", length_s=12.5),)),
        OwnSounds(line=LINE.id, language="en", offers=True),
    )
    assert missing(tmp_path, LINE) == (
        "zh_xinli/hotline/self-help-breathing.wav",
        "en_xinli/hotline/self-help-breathing.wav",
        "en_xinli/hotline/self-help-sleep.wav",
    )
    # the line offers nothing any more: its class goes, what others put there stays
    link(tmp_path, [replace(LINE, waiting=replace(PLAN, offer=None))])
    assert not (zh / "hotline-offer").exists() and names(zh / "hotline-comfort") == ["comfort", "hold", "birds"]


def test_a_line_that_says_nothing_has_no_sounds_of_its_own(tmp_path: Path) -> None:
    plain = line()
    assert link(tmp_path, [plain]) == () and own_sounds(tmp_path, [plain]) == () and missing(tmp_path, plain) == ()
    sound(tmp_path / "zh_xinli/hotline/greeting.wav")
    assert len(link(tmp_path, [plain])) > 10 and len(own_sounds(tmp_path, [plain])) == 1


def test_a_line_that_was_never_built_is_told(tmp_path: Path) -> None:
    assert "zh_xinli/hotline-offer" in missing(tmp_path, LINE) and "zh_xinli/hotline-languages" in missing(
        tmp_path, LINE
    )
