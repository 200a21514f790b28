"""Callers' messages on disk, as Asterisk's Record() leaves them, and talks, as MixMonitor() does.

File names are ours: ``EPOCH_DID_UNIQUEID.wav``."""

import contextlib
import os
import re
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from hotline_agi.terms.ids import CallId

T = TypeVar("T")

MIN_LENGTH_S = 2.0
"""Shorter than this is somebody who hung up at the beep: not kept."""

QUIET_S = 60.0
"""Asterisk writes to a recording every few milliseconds until it ends."""

_NAME = re.compile(r"(?P<epoch>[0-9]{9,11})_(?P<did>[0-9]{1,15})_(?P<call>[a-z0-9.-]{3,64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One message file."""

    name: str
    """File name without folder and ending."""
    call: CallId
    did: str
    """Digits of the dialled number (no ``+``)."""
    recorded_at: datetime
    length_s: float
    """Never more than the file has room for, whatever its header says."""


def inspect(folder: Path, name: str) -> Recorded | None:
    """Look at one recording; None for a name that is not ours, no file, or a file that is no sound. Blocks on disk.

    :raises OSError: if the file cannot be read; that says nothing about the message.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    length_s = length_of(folder / f"{name}.wav")
    if length_s is None:
        return None
    return Recorded(
        name=name,
        call=CallId(match["call"]),
        did=match["did"],
        recorded_at=datetime.fromtimestamp(int(match["epoch"]), UTC),
        length_s=length_s,
    )


def is_name(file: str) -> bool:
    """Whether ``NAME.wav`` is a name of ours."""
    return file.endswith(".wav") and _NAME.fullmatch(file.removesuffix(".wav")) is not None


def is_finished(path: Path) -> bool:
    """Whether Asterisk has closed a recording: then its head says how long it is (format_wav.c). Blocks on disk."""
    try:
        with path.open("rb") as file:
            head = file.read(44)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return False
    told = int.from_bytes(head[4:8], "little")
    return len(head) == 44 and head[:4] == b"RIFF" and told > 36 and told + 8 == size


def is_quiet(path: Path, quiet_s: float = QUIET_S) -> bool:
    """Whether nobody wrote to a file for so long. Blocks on disk."""
    try:
        return path.stat().st_mtime <= time.time() - quiet_s
    except OSError:
        return False


def length_of(path: Path) -> float | None:
    """How many seconds of sound a file holds, at most what it has room for; None: there is none. Blocks on disk.

    :raises OSError: if the file cannot be read.
    """
    try:
        with wave.open(str(path), "rb") as sound:
            frames = min(sound.getnframes(), path.stat().st_size // (sound.getnchannels() * sound.getsampwidth()))
            return round(frames / sound.getframerate(), 2)
    # RuntimeError is what `wave` of Python 3.11 raises for a part that is longer than the file
    except (FileNotFoundError, EOFError, wave.Error, ZeroDivisionError, RuntimeError):
        return None


def keep_or_drop(folder: Path, name: str) -> Recorded | None:
    """The recording if it is long enough to be kept; a shorter one is deleted. Blocks on disk.

    :raises OSError: if the file cannot be read or deleted.
    """
    found = inspect(folder, name)
    if found is not None and found.length_s >= MIN_LENGTH_S:
        return found
    if found is not None:
        (folder / f"{name}.wav").unlink(missing_ok=True)
    return None


def left_alone(folder: Path, known: frozenset[str], *, quiet_s: float = QUIET_S) -> list[Recorded]:
    """Messages that are not in the journal: left while the service was away. Blocks on disk.

    :param quiet_s: only files that nobody wrote to for so long; a younger one may still be in recording.
    :raises OSError: if the folder cannot be read.
    """
    return found_alone(folder, "*.wav", known, keep_or_drop, quiet_s=quiet_s)


def found_alone(
    folder: Path, pattern: str, known: frozenset[str], keep: Callable[[Path, str], T | None], *, quiet_s: float
) -> list[T]:
    """What `keep` keeps of the files like `pattern` whose names are not `known`, by name. Blocks on disk.

    :raises OSError: if the folder cannot be read.
    """
    before = time.time() - quiet_s
    names = sorted(
        path.stem for path in folder.glob(pattern) if path.stem not in known and path.stat().st_mtime <= before
    )
    found = []
    for name in names:
        with contextlib.suppress(OSError):  # one unreadable file does not hide the others
            recorded = keep(folder, name)
            if recorded is not None:
                found.append(recorded)
    return found
