"""Whose file is it? What we made is kept up to date; a recording of the hospital is never touched."""

import json
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.prompts import collection, voice
from hotline_agi.prompts.catalogue import PROMPTS, TONES, Prompt, Tone
from hotline_agi.prompts.collection import MANIFEST, Recording, State, build, inventory, shared_sounds
from hotline_agi.prompts.phrases import PHRASES
from hotline_agi.terms.languages import Language


def write_wav(path: Path, content: str, rate_hz: int = 8000) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(content.encode("utf-16-le"))


@pytest.fixture(autouse=True)
def silent_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A voice whose recordings hold the text itself: fast, and needs no tool."""

    def speak(prompt: Prompt, language: Language, target: Path) -> None:
        write_wav(target, prompt.text(language))

    def sound(tone: Tone, target: Path) -> None:
        write_wav(target, tone.id)

    def music(source: Path | None, target: Path) -> None:
        write_wav(target, source.name if source else "chord")

    monkeypatch.setattr(voice, "speak", speak)
    monkeypatch.setattr(voice, "sound", sound)
    monkeypatch.setattr(voice, "music", music)


def states(folder: Path) -> dict[str, State]:
    return {str(item.path.relative_to(folder)): item.state for item in inventory(folder)}


def row(folder: Path, place: str) -> Recording:
    return next(item for item in inventory(folder) if item.path == folder / place)


def change_text(monkeypatch: pytest.MonkeyPatch, prompt_id: str) -> None:
    changed = tuple(replace(prompt, zh=f"新的{prompt.zh}") if prompt.id == prompt_id else prompt for prompt in PROMPTS)
    monkeypatch.setattr(collection, "PROMPTS", changed)


def test_a_build_makes_everything_and_the_next_one_nothing(tmp_path: Path) -> None:
    assert set(states(tmp_path).values()) == {State.MISSING}
    first = build(tmp_path)
    phrases = sum(bool(phrase.text(language)) for phrase in PHRASES for language in Language)
    assert len(first.made) == 2 * (len(PROMPTS) + len(TONES)) + phrases + 1
    assert set(states(tmp_path).values()) == {State.GENERATED}
    assert build(tmp_path).made == ()


def test_hold_music_plays_the_prompt_then_the_music_whatever_the_folder_is_called(tmp_path: Path) -> None:
    build(tmp_path / "built")
    moved = (tmp_path / "built").rename(tmp_path / "moved")
    for language in Language:
        greet = sorted((moved / language / "hotline-greet").iterdir())
        assert [entry.name for entry in greet] == ["1-greeting.wav", "2-music.wav"]
        assert greet[0].resolve() == moved / language / "hotline/greeting.wav"
        assert greet[1].resolve() == moved / "music/hold.wav"
        assert [entry.name for entry in (moved / language / "hotline-wait").iterdir()] == ["1-music.wav"]
        assert all(entry.is_file() for entry in moved.glob(f"{language}/*/*"))


def test_a_changed_text_is_spoken_again_and_only_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    change_text(monkeypatch, "closed")
    assert row(tmp_path, "zh/hotline/closed.wav").state is State.OUTDATED
    assert build(tmp_path).made == (tmp_path / "zh/hotline/closed.wav",)
    assert set(states(tmp_path).values()) == {State.GENERATED}


def test_a_recording_of_the_hospital_stays_when_the_text_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    theirs = tmp_path / "zh/hotline/closed.wav"
    write_wav(theirs, "a human voice")
    octets = theirs.read_bytes()
    change_text(monkeypatch, "closed")
    done = build(tmp_path)
    assert done.made == ()
    assert done.own == (theirs,)
    assert theirs.read_bytes() == octets
    assert row(tmp_path, "zh/hotline/closed.wav").state is State.OWN


def test_recordings_that_were_there_first_stay(tmp_path: Path) -> None:
    theirs = tmp_path / "music/hold.wav"
    write_wav(theirs, "a lullaby")
    octets = theirs.read_bytes()
    assert theirs in build(tmp_path).own
    assert theirs.read_bytes() == octets


def test_a_removed_recording_is_replaced_by_ours(tmp_path: Path) -> None:
    build(tmp_path)
    theirs = tmp_path / "en/hotline/taken.wav"
    write_wav(theirs, "a human voice")
    theirs.unlink()
    assert build(tmp_path).made == (theirs,)


def test_a_piece_put_into_a_hold_folder_stays(tmp_path: Path) -> None:
    build(tmp_path)
    theirs = tmp_path / "zh/hotline-wait/1-music.wav"
    theirs.unlink()
    write_wav(theirs, "a lullaby")
    build(tmp_path)
    assert not theirs.is_symlink()


@pytest.mark.parametrize("rate_hz", [16000, 44100])
def test_a_recording_that_asterisk_cannot_play_is_named(tmp_path: Path, rate_hz: int) -> None:
    write_wav(tmp_path / "zh/hotline/greeting.wav", "a phone's recording", rate_hz)
    (tmp_path / "zh/hotline/again.wav").write_bytes(b"ID3 this is an mp3")
    build(tmp_path)
    assert row(tmp_path, "zh/hotline/greeting.wav").state is State.UNPLAYABLE
    assert row(tmp_path, "zh/hotline/again.wav").state is State.UNPLAYABLE


@pytest.mark.parametrize("moved", [False, True])
def test_a_build_that_is_killed_disowns_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: bool) -> None:
    build(tmp_path)
    change_text(monkeypatch, "closed")

    def die(draft: Path, target: Path) -> None:
        if moved:
            draft.replace(target)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(collection, "_move", die)
        with pytest.raises(KeyboardInterrupt):
            build(tmp_path)
    assert row(tmp_path, "zh/hotline/closed.wav").state is (State.GENERATED if moved else State.OUTDATED)
    build(tmp_path)
    assert set(states(tmp_path).values()) == {State.GENERATED}


def test_a_damaged_manifest_is_refused(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / MANIFEST).write_text('{"files": ')
    with pytest.raises(SetupError, match="damaged"):
        build(tmp_path)


def test_a_folder_that_is_a_file_is_the_operators_to_mend(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="choose a folder"):
        build(tmp_path / "file")


def test_the_list_says_what_to_record(tmp_path: Path) -> None:
    rows = [item.as_json() for item in inventory(tmp_path)]
    json.dumps(rows)
    assert rows[0] == {
        "id": "greeting",
        "language": "zh",
        "text": PROMPTS[0].zh,
        "when": PROMPTS[0].when,
        "path": str(tmp_path / "zh/hotline/greeting.wav"),
        "state": "missing",
    }


def test_shared_sounds_are_made_once_for_a_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_CACHE", str(tmp_path))
    said: list[str] = []
    place = shared_sounds(None, said.append)
    assert place.parent == tmp_path
    assert shared_sounds(None, said.append) == place
    assert len(said) == 1
    change_text(monkeypatch, "closed")
    assert shared_sounds(None, said.append) != place
