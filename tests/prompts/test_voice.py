"""What the voice writes is what Asterisk plays. These speak for real."""

import array
import shutil
import wave
from collections.abc import Sequence
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.prompts import voice
from hotline_agi.prompts.catalogue import PROMPTS, TONES, Tone
from hotline_agi.terms.languages import Language

needs_voice = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("sox") is None, reason="espeak-ng and sox come with `make setup`"
)


def samples(path: Path) -> Sequence[int]:
    assert voice.is_playable(path)
    with wave.open(str(path), "rb") as file:
        return array.array("h", file.readframes(file.getnframes()))


def loudness(samples: Sequence[int]) -> float:
    """Root mean square, 1 is full scale."""
    return float((sum(sample * sample for sample in samples) / len(samples)) ** 0.5 / 32768)


@needs_voice
@pytest.mark.parametrize("language", Language)
def test_a_prompt_is_spoken_after_a_short_silence_at_an_even_loudness(tmp_path: Path, language: Language) -> None:
    prompt = next(prompt for prompt in PROMPTS if prompt.id == "accept")
    voice.speak(prompt, language, tmp_path / "accept.wav")
    sound = samples(tmp_path / "accept.wav")
    assert 2 < len(sound) / voice.RATE_HZ < 6
    silence = round(voice.LEAD_S * voice.RATE_HZ)
    assert max(map(abs, sound[: silence - 80])) < 100
    assert 0.07 < loudness(sound[silence:]) < 0.2
    assert max(map(abs, sound)) < 0.75 * 32768


@needs_voice
def test_the_same_text_is_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        voice.speak(PROMPTS[5], Language.EN, tmp_path / f"{name}.wav")
    assert (tmp_path / "one.wav").read_bytes() == (tmp_path / "two.wav").read_bytes()


@needs_voice
def test_chinese_is_read_as_chinese(tmp_path: Path) -> None:
    """The voice that reads 热 as the English words "re four" takes a third longer for the same text."""
    greeting = PROMPTS[0]
    voice.speak(greeting, Language.ZH, tmp_path / "zh.wav")
    seconds = len(samples(tmp_path / "zh.wav")) / voice.RATE_HZ
    characters = sum("\u4e00" <= character <= "\u9fff" for character in greeting.zh)
    assert 3 < characters / seconds < 5


@needs_voice
@pytest.mark.parametrize("tone", TONES, ids=lambda tone: tone.id)
def test_a_tone_lasts_as_long_as_it_says(tmp_path: Path, tone: Tone) -> None:
    voice.sound(tone, tmp_path / "tone.wav")
    sound = samples(tmp_path / "tone.wav")
    assert len(sound) / voice.RATE_HZ == pytest.approx(tone.duration_s, abs=0.01)
    assert loudness(sound) > 0.2


@needs_voice
def test_without_a_piece_of_music_there_is_a_quiet_chord(tmp_path: Path) -> None:
    voice.music(None, tmp_path / "hold.wav")
    assert len(samples(tmp_path / "hold.wav")) == 8 * voice.RATE_HZ


@needs_voice
def test_a_piece_that_sox_cannot_read_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "piece.wav").write_text("not music")
    with pytest.raises(SetupError, match="sox failed"):
        voice.music(tmp_path / "piece.wav", tmp_path / "hold.wav")


def test_a_missing_tool_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="make setup"):
        voice.sound(TONES[0], tmp_path / "tone.wav")


def test_other_files_are_not_playable(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    assert not voice.is_playable(tmp_path / "empty.wav")
    assert not voice.is_playable(tmp_path / "none.wav")
