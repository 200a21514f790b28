"""The file that takes what the database cannot."""

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from hotline_agi.store.spool import Spool


def lines_of(spool: Spool) -> list[bytes]:
    with spool.take(2) as chunks:
        return [line for chunk in chunks for line in chunk]


def test_what_was_appended_is_read_in_order_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s")
    assert not spool.holds_something()
    spool.append([b"1\n", b"2\n"])
    spool.append([b"3\n"])
    assert spool.holds_something() and stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o600
    assert lines_of(spool) == [b"1\n", b"2\n", b"3\n"]
    assert not spool.holds_something() and lines_of(spool) == []


def test_it_stays_when_reading_it_back_fails(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s")
    spool.append([b"1\n"])
    with pytest.raises(ZeroDivisionError), spool.take(2) as chunks:
        next(iter(chunks))
        raise ZeroDivisionError
    assert lines_of(spool) == [b"1\n"]


def test_a_line_torn_by_a_power_cut_does_not_swallow_the_next(tmp_path: Path) -> None:
    (tmp_path / "s").write_bytes(b"1\n[tor")
    spool = Spool(tmp_path / "s")
    spool.append([b"2\n"])
    assert lines_of(spool) == [b"1\n", b"[tor\n", b"2\n"]


def test_a_full_disk_leaves_no_half_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path / "s")
    spool.append([b"1\n"])
    write = os.write

    def full(descriptor: int, octets: memoryview) -> int:
        if len(octets) <= 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, octets[:3])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        spool.append([b"22222\n"])
    assert (tmp_path / "s").read_bytes() == b"1\n"


def test_two_services_do_not_empty_it_under_each_other(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "s")
    spool.append([b"1\n"])
    with (tmp_path / "s").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            spool.append([b"2\n"])
    assert lines_of(spool) == [b"1\n"]
