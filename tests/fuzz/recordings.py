"""Messages on disk: any file name, any content. A recording with a bounded length, or none, or OSError."""

import os
import tempfile
import wave
from io import BytesIO
from pathlib import Path
from random import Random

from hotline_agi.asterisk.recordings import MIN_LENGTH_S, inspect, keep_or_drop, left_alone
from tests.fuzz import mutation

WORDS = (
    *(
        b"RIFF",
        b"WAVE",
        b"fmt ",
        b"data",
        b"LIST",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0",
        b"\x01\0\x01\0",
        b"\xfe\xff",
        b"\x11\0",
    ),
    *(b"1771000000_01632960100_pbx1-1.1", b"99999999999", b"_", b"..", b"/", b"\n"),
)
_HELD = tempfile.TemporaryDirectory(
    prefix="hotline-fuzz-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
)  # removed at the end
_FOLDER = Path(_HELD.name)


def seeds() -> list[bytes]:
    found = []
    for name, frames in (("1771000000_01632960100_pbx1-1771000000.42", 400), ("177100000_1_abc", 0)):
        out = BytesIO()
        with wave.open(out, "wb") as sound:
            sound.setparams((1, 2, 8000, frames, "NONE", ""))
            sound.writeframes(b"\0\1" * frames)
        found.append(name.encode() + b"\n" + out.getvalue())
    return found


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    raw, _, sound = content.partition(b"\n")
    name = raw.decode("utf-8", "surrogateescape")
    if "\0" in name or "/" in name:  # no file is called so
        assert inspect(_FOLDER, name) is None
        return
    path = _FOLDER / f"{name[:80]}.wav"
    try:
        path.write_bytes(sound)
    except OSError:
        return
    try:
        found = inspect(_FOLDER, name[:80])
        if found is not None:
            assert found.name == name[:80] and 0 <= found.length_s <= len(sound)
            assert found.did.isdecimal() and found.recorded_at.year > 1970
        kept = keep_or_drop(_FOLDER, name[:80])
        assert kept == (found if found is not None and found.length_s >= MIN_LENGTH_S else None)
        assert path.exists() is not (found is not None and kept is None)
        assert left_alone(_FOLDER, frozenset(), quiet_s=-60) == ([] if kept is None else [kept])
    finally:
        path.unlink(missing_ok=True)
