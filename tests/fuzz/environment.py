"""What systemd and our own state folder tell the service: a watchdog's time, a socket, the callers' key, the roster's
status. Whatever stands there, a value or its absence, and never an exception."""

import os
import tempfile
from pathlib import Path
from random import Random
from unittest import mock

from hotline_agi import log
from hotline_agi.notify import notify, watchdog_s
from hotline_agi.rosters import status
from hotline_agi.store.callers import KEY_BYTES, CallerKey
from hotline_agi.terms.numbers import PhoneNumber
from tests.fuzz import mutation

WORDS = (
    *(b"5000000", b"@abstract", b"/run/systemd/notify", str(os.getpid()).encode(), b"\x1f", b"a" * 200, b"9" * 4400),
    *(
        b'"in_force"',
        b'"refused"',
        b'"attempt"',
        b"null",
        b"[]",
        b"{}",
        b'"2026-02-14T03:10:00+00:00"',
        b"1e400",
        b"k" * KEY_BYTES,
    ),
)
_HELD = tempfile.TemporaryDirectory(
    prefix="hotline-fuzz-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None
)  # removed at the end
_FOLDER = Path(_HELD.name)
_SOME = PhoneNumber("+44 7700 900999")
log.configure(json=True, level="critical")


def seeds() -> list[bytes]:
    told = (
        b'{"in_force": {"revision": "abc", "digest": "d", "loaded_at": "2026-02-14T03:10:00+00:00", "last_good_of": "",'
        b' "lines": 1, "volunteers": 24, "warnings": 0}, "refused": {"at": "2026-02-14T03:10:00+00:00", "since": '
        b'"2026-02-14T03:10:00+00:00", "revision": "", "problems": ["x"], "count": 1}, "attempt": {"result": "ok", '
        b'"began_ns": 1, "took_s": 0.1}}'
    )
    return [
        b"5000000",
        b"5000000\x1f1",
        b"\x1f\x1f@x",
        b"1\x1f\x1f/nowhere/x",
        b"\x1f\x1f\x1f" + told,
        b"\x1f\x1f\x1f" + b"k" * KEY_BYTES,
    ]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS, (KEY_BYTES + 3, 110))


def judge(content: bytes) -> None:
    usec, pid, address, held = [*content.split(b"\x1f", 3), b"", b"", b""][:4]
    words = {"WATCHDOG_USEC": usec, "WATCHDOG_PID": pid, "NOTIFY_SOCKET": address}
    # an environment holds no zero byte; what else stands there comes to Python by surrogateescape
    told = {name: os.fsdecode(word.replace(b"\0", b"")) for name, word in words.items()}
    with mock.patch.object(os, "environ", told):
        every_s = watchdog_s()
        assert every_s is None or every_s >= 0
        notify("READY=1")
    _look_at(_FOLDER / "caller-key", _FOLDER / "status.json", held)


def _look_at(key: Path, told: Path, held: bytes) -> None:
    key.write_bytes(held)
    token = CallerKey.of(_FOLDER).token(_SOME)
    assert len(token) == 16
    kept = key.read_bytes()
    assert len(kept) == KEY_BYTES and (kept == held) is (len(held) == KEY_BYTES)
    told.write_bytes(held)
    found = status.read(told)
    if found is not None:
        status.write(told, found)
        assert status.read(told) == found
