"""What becomes of a file that Record() left."""

import os
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline_agi.asterisk.recordings import MIN_LENGTH_S, inspect, keep_or_drop, left_alone

NAME = "1771000000_01632960100_pbx1-1771000000.42"


def record(folder: Path, name: str, length_s: float) -> Path:
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * round(length_s * 8000))
    return path


@pytest.mark.parametrize(("length_s", "kept"), [(0.0, False), (1.99, False), (MIN_LENGTH_S, True), (180.0, True)])
def test_kept_from_two_seconds_on(tmp_path: Path, length_s: float, kept: bool) -> None:
    path = record(tmp_path, NAME, length_s)
    found = keep_or_drop(tmp_path, NAME)
    assert (found is not None) is kept
    assert path.exists() is kept
    if found is not None:
        assert (found.name, found.call, found.did) == (NAME, "pbx1-1771000000.42", "01632960100")
        assert found.recorded_at == datetime.fromtimestamp(1771000000, UTC)
        assert found.length_s == pytest.approx(length_s, abs=0.01)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../secret",
        f"{NAME}/x",
        "1771000000_0163_PBX",
        "1771000000__pbx1-1.1",
        "x" * 300,
        f"{NAME}\0",
        "a b c",
    ],
)
def test_names_that_are_not_ours_touch_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    other = record(tmp_path, "secret", 0.1)
    assert keep_or_drop(tmp_path / "folder", name) is None
    assert other.exists()


@pytest.mark.parametrize("content", [b"", b"RIFF", os.urandom(4000), b"RIFF\xff\xff\xff\xffWAVEfmt "])
def test_a_file_that_is_no_sound_is_left_to_a_human(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / f"{NAME}.wav"
    path.write_bytes(content)
    assert inspect(tmp_path, NAME) is None
    assert keep_or_drop(tmp_path, NAME) is None
    assert path.exists()


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    assert keep_or_drop(tmp_path, NAME) is None


def test_messages_left_while_no_service_ran(tmp_path: Path) -> None:
    for n, length_s in enumerate((3.0, 0.5, 4.0)):
        record(tmp_path, f"177100000{n}_01632960100_pbx1-1771000000.{n}", length_s)
    record(tmp_path, "holiday-greeting", 0.5)
    known = frozenset({"1771000002_01632960100_pbx1-1771000000.2"})
    assert left_alone(tmp_path, known) == []  # they may still be in recording
    assert [found.call for found in left_alone(tmp_path, known, quiet_s=0.0)] == ["pbx1-1771000000.0"]
    assert (tmp_path / "holiday-greeting.wav").exists()
    assert left_alone(tmp_path / "none", frozenset()) == []


def test_a_header_that_promises_more_than_there_is(tmp_path: Path) -> None:
    """Found by `make fuzz`: a message of two bytes was told as one of 37 hours."""
    path = record(tmp_path, NAME, 3.0)
    path.write_bytes(path.read_bytes().replace((48000).to_bytes(4, "little"), b"\xfe\xff\xff\x7f"))
    found = inspect(tmp_path, NAME)
    assert found is not None and found.length_s == pytest.approx(3.0, abs=0.01)


def test_a_broken_recording_does_not_hide_the_others(tmp_path: Path) -> None:
    """Found by `make fuzz`: a part longer than the file is RuntimeError in Python 3.11."""
    record(tmp_path, NAME, 3.0)
    broken = tmp_path / "1771000001_01632960100_pbx1-1771000001.43.wav"
    broken.write_bytes(b"RIFF\x24\0\0\0WAVE\rfmt \x10\0\0\0")
    assert [one.name for one in left_alone(tmp_path, frozenset(), quiet_s=-1)] == [NAME]
    assert broken.exists()
