"""Encryption at rest: what age makes of a recording, and that none is lost, whenever the service is killed."""

import signal
import subprocess
import sys
import wave
from pathlib import Path

import pytest

from hotline_agi import sealing
from hotline_agi.archive import Archive, Kind, NotStored
from hotline_agi.errors import SetupError
from hotline_agi.recording_settings import RecordingSettings
from hotline_agi.sealing import SealingFailed

NAME = "1795859950_01632960100_pbx1-1795859949.8.wav"
KILLED = """
import os, signal, sys
from pathlib import Path
from hotline_agi import sealing

clear, sealed, recipient, name, when = sys.argv[1:]
real = getattr(sealing, name)

def killed(*given):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(sealing, name, killed)
sealing.seal(Path(clear), Path(sealed), [recipient])
"""
"""A service that is killed before or after one of the steps of `sealing.seal`."""


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    secret, public = sealing.new_identity()
    path = tmp_path_factory.mktemp("keys") / "identity"
    path.write_text(secret)
    return path, public


def speech(path: Path, seconds: float = 3.0) -> bytes:
    """A recording; returns the file's octets."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * round(seconds * 16_000 / 256))
    return path.read_bytes()


def opened(sealed: Path, identity: Path) -> bytes:
    target = sealed.with_name("opened.wav")
    sealing.unseal(sealed, target, identity)
    octets = target.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o600
    target.unlink()
    return octets


def test_it_comes_back_whole_and_the_clear_file_is_gone(tmp_path: Path, key: tuple[Path, str]) -> None:
    identity, recipient = key
    clear, sealed = tmp_path / NAME, tmp_path / f"{NAME}.age"
    for seconds in (0.0, 3.0, 9.0):
        octets = speech(clear, seconds)
        sealing.seal(clear, sealed, [recipient, sealing.new_identity()[1]])
        assert not clear.exists()
        assert sealed.stat().st_mode & 0o777 == 0o600
        assert b"RIFF" not in sealed.read_bytes()
        assert sealing.payload_bytes(sealed) == len(octets)  # its length is known without a key
        assert opened(sealed, identity) == octets
        sealed.unlink()


@pytest.mark.thorough
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["_encrypt", "_publish", "shred"])
def test_a_kill_leaves_the_clear_file_or_the_encrypted_one(
    tmp_path: Path, key: tuple[Path, str], step: str, when: str
) -> None:
    identity, recipient = key
    messages, state = tmp_path / "messages", tmp_path / "state"
    messages.mkdir()
    archive = Archive(RecordingSettings(recipients=(recipient,)), messages=messages, state=state)
    archive.prepare()
    clear = messages / NAME
    sealed = archive.sealed(Kind.MESSAGE) / f"{NAME}.age"
    octets = speech(clear)
    program = [sys.executable, "-c", KILLED, str(clear), str(sealed), recipient, step, when]
    assert subprocess.run(program, check=False, timeout=60).returncode == -signal.SIGKILL
    assert (clear.exists() and clear.read_bytes() == octets) or (sealed.exists() and opened(sealed, identity) == octets)
    # the next start
    archive.prepare()
    archive.seal(Kind.MESSAGE, NAME)
    assert not clear.exists()
    assert [path.name for path in archive.sealed(Kind.MESSAGE).iterdir()] == [f"{NAME}.age"]
    assert opened(sealed, identity) == octets


def test_what_cannot_be_encrypted_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear, sealed = tmp_path / NAME, tmp_path / f"{NAME}.age"
    octets = speech(clear)
    with pytest.raises(SealingFailed, match="refused"):
        sealing.seal(clear, sealed, ["age1" + "q" * 58])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SealingFailed, match="install the package age"):
        sealing.seal(clear, sealed, ["age1" + "q" * 58])
    with pytest.raises(SetupError, match="install the package age"):
        sealing.new_identity()
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert clear.read_bytes() == octets


def test_what_cannot_be_decrypted_leaves_nothing(tmp_path: Path, key: tuple[Path, str]) -> None:
    identity, recipient = key
    other = tmp_path / "other"
    other.write_text(sealing.new_identity()[0])
    clear, sealed, target = tmp_path / NAME, tmp_path / f"{NAME}.age", tmp_path / "out.wav"
    speech(clear)
    sealing.seal(clear, sealed, [recipient])
    with pytest.raises(SealingFailed, match="refused"):
        sealing.unseal(sealed, target, other)
    torn = sealed.read_bytes()[:-1000]
    sealed.write_bytes(torn)
    with pytest.raises(SealingFailed, match="refused"):
        sealing.unseal(sealed, target, identity)
    assert not target.exists()
    sealed.write_bytes(b"nothing of age")
    with pytest.raises(SealingFailed, match="no age file"):
        sealing.payload_bytes(sealed)
    assert sealing.recipient_of(identity) == recipient
    with pytest.raises(SetupError):
        sealing.recipient_of(sealed)


def test_shredding_writes_over_what_was_there(tmp_path: Path) -> None:
    clear = tmp_path / NAME
    octets = speech(clear)
    (tmp_path / "same file").hardlink_to(clear)  # to look at what is left of it
    sealing.shred(clear)
    assert not clear.exists()
    assert (tmp_path / "same file").read_bytes() == bytes(len(octets))
    sealing.shred(clear)  # gone is gone


def test_the_archive_finds_a_recording_either_way(tmp_path: Path, key: tuple[Path, str]) -> None:
    identity, recipient = key
    messages, talks, state = tmp_path / "messages", tmp_path / "talks", tmp_path / "state"
    messages.mkdir()
    talks.mkdir()
    settings = RecordingSettings(recipients=(recipient,), talks=talks, identity_file=identity)
    archive = Archive(settings, messages=messages, state=state)
    archive.prepare()
    assert state.joinpath("recordings", "talks").stat().st_mode & 0o777 == 0o700
    octets = speech(talks / NAME)
    found = archive.find(Kind.TALK, NAME)
    assert (found.is_sealed, found.call, found.did, found.length_s()) == (
        False,
        "pbx1-1795859949.8",
        "01632960100",
        3.01,
    )
    archive.seal(Kind.TALK, NAME)
    found = archive.find(Kind.TALK, f"../../{NAME}")  # a name, never a path
    assert (found.is_sealed, found.length_s()) == (True, 3.01)
    assert archive.of_call(Kind.TALK, "pbx1-1795859949.8") == [NAME]
    assert archive.of_call(Kind.TALK, "1795859949.8") == []
    archive.open_to(found, tmp_path / "out.wav")
    assert (tmp_path / "out.wav").read_bytes() == octets
    with pytest.raises(SealingFailed, match="File exists"):
        archive.open_to(found, tmp_path / "out.wav")
    assert archive.remove(Kind.TALK, NAME)
    assert not archive.remove(Kind.TALK, NAME)
    with pytest.raises(NotStored):
        archive.find(Kind.TALK, NAME)


def test_without_a_key_nothing_is_opened(tmp_path: Path, key: tuple[Path, str]) -> None:
    (tmp_path / "messages").mkdir()
    archive = Archive(RecordingSettings(recipients=(key[1],)), messages=tmp_path / "messages", state=tmp_path)
    archive.prepare()
    speech(tmp_path / "messages" / NAME)
    archive.seal(Kind.MESSAGE, NAME)
    with pytest.raises(SealingFailed, match="no private key"):
        archive.open_to(archive.find(Kind.MESSAGE, NAME), tmp_path / "out.wav")
