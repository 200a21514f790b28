"""What a power cut takes: everything that no fsync had confirmed. The rest opens, is whole, and misses 100 ms at most.

The cut is made by hand: a process that writes is killed, and of its write-ahead log only what was confirmed is kept,
with nothing, zeros, half or nonsense where the rest was. (In WAL mode with ``synchronous = FULL`` SQLite syncs the log
at each commit, and the file itself before it lets go of the log: https://www.sqlite.org/wal.html.)
"""

import shutil
import signal
import struct
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from hotline_agi.store.dialect import driver
from hotline_agi.store.journal import Journal
from hotline_agi.store.open_calls import open_calls
from hotline_agi.store.opening import connect
from hotline_agi.store.reading import JournalReader
from tests.store.calls import AGELESS, START, call_id, count, rows, write_call

WAL_HEADER, FRAME_HEADER = 32, 24
"""https://www.sqlite.org/fileformat2.html#walformat"""
PROGRAM = """
import sys, time
from pathlib import Path
from hotline_agi.store import writer
from hotline_agi.store.journal import Journal
from tests.store.calls import START, call_id, noted, opened

stored, kept = writer._in_transaction, [0]

def confirmed(connection, rows):
    stored(connection, rows)  # returns when the commit is on disk
    kept[0] += sum(row.table == "fact" for row in rows)
    print("kept", kept[0], flush=True)

writer._in_transaction = confirmed
journal = Journal.open(Path(sys.argv[1]))
journal.write(opened(call_id(1)), START)
number = 0
while True:
    journal.write(noted(call_id(1), detail=str(number) + "x" * (number % 700)), START)
    print("wrote", number, time.monotonic(), flush=True)
    number += 1
    time.sleep(0.0005)
"""


@dataclass(frozen=True)
class Cut:
    """What a killed writer left, and what it had said."""

    path: Path
    kept: int
    """Facts whose commit was confirmed."""
    wrote_s: list[float]
    """When each fact was handed in, by the monotonic clock."""
    killed_s: float

    def image(self, folder: Path, wal: bytes) -> Path:
        """A disk on which the log is `wal`; what was in shared memory is gone."""
        folder.mkdir()
        shutil.copy(self.path, folder / self.path.name)
        (folder / f"{self.path.name}-wal").write_bytes(wal)
        return folder / self.path.name


def commits(wal: bytes) -> list[int]:
    """Where in the log its transactions end."""
    page = struct.unpack(">I", wal[8:12])[0]
    salts, ends = wal[16:24], []
    for start in range(WAL_HEADER, len(wal) - FRAME_HEADER - page + 1, FRAME_HEADER + page):
        _, size_after = struct.unpack(">II", wal[start : start + 8])
        if wal[start + 8 : start + 16] != salts:
            break  # of before the log was begun anew
        if size_after:
            ends.append(start + FRAME_HEADER + page)
    return ends


def killed(path: Path, after_s: float) -> Cut:
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [process.stdout.readline()]
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    killed_s = time.monotonic()
    said += process.communicate()[0].splitlines()
    words = [line.split() for line in said]
    kept = [int(one[1]) for one in words if one[:1] == ["kept"] and len(one) == 2]
    return Cut(
        path=path,
        kept=kept[-1] if kept else 0,
        wrote_s=[float(one[2]) for one in words if one[:1] == ["wrote"] and len(one) == 3],
        killed_s=killed_s,
    )


def facts(path: Path) -> list[int]:
    return [int(str(detail).rstrip("x")) for (detail,) in rows(path, "SELECT detail FROM fact ORDER BY seq")]


def test_a_commit_is_synced_before_it_is_believed(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "j.db", busy_s=1)) as connection:
        assert driver(connection).execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert driver(connection).execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.thorough
def test_a_power_cut_takes_what_was_not_synced_and_no_more(tmp_path: Path) -> None:
    cut = killed(tmp_path / "journal.db", 0.7)
    assert cut.kept > 50
    missed_s = [at_s for at_s in cut.wrote_s[cut.kept :] if at_s < cut.killed_s]
    assert not missed_s or cut.killed_s - missed_s[0] < 0.2, "0.1 s, and as much for two busy cores"
    wal = cut.path.with_name("journal.db-wal").read_bytes()
    ends = commits(wal)
    assert len(ends) > 3
    draw = Random(7)
    told = 0
    for number, end in enumerate([*ends[-4:], *draw.sample(ends, 3)]):
        rest = wal[end:]
        torn = bytearray(rest)
        for start in range(0, len(torn), 512):  # sectors reach the disk in any order
            if draw.random() < 0.5:
                torn[start : start + 512] = bytes(len(torn[start : start + 512]))
        for kind, tail in {
            "nothing": b"",
            "zeros": bytes(len(rest)),
            "half": rest[: len(rest) // 2],
            "torn": bytes(torn),
            "nonsense": draw.randbytes(len(rest)),
        }.items():
            image = cut.image(tmp_path / f"{number}-{kind}", wal[:end] + tail)
            connect(image, busy_s=1).close()
            found = facts(image)
            assert found == list(range(len(found))), "a beginning of what was written, without gaps"
            assert rows(image, "PRAGMA integrity_check") == [("ok",)]
            with JournalReader.open(image) as reader:
                assert [one.call for one in open_calls(reader, START)] == [call_id(1)]
            told += 1
            if end == ends[-1]:
                assert len(found) >= cut.kept, kind
    assert told == 35
    journal = Journal.open(tmp_path / "3-torn" / "journal.db", ages=AGELESS)  # and it goes on
    write_call(journal, call_id(2))
    assert journal.close(5) and count(tmp_path / "3-torn" / "journal.db", "call") == 2
