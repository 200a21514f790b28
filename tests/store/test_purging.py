"""What is too old is gone: from the tables, from every byte of every file, and nothing else is."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hotline_agi.retention import Ages
from hotline_agi.store import clearance
from hotline_agi.store.clearance import RECORDINGS, ROWS, SAVED, STRAYS, clear
from hotline_agi.store.dialect import checkpoint
from hotline_agi.store.journal import Journal
from hotline_agi.store.opening import connect
from hotline_agi.store.purging import CHUNK_ROWS, purge
from hotline_agi.store.records import MessageRecord
from hotline_agi.store.schema import to_text
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken
from hotline_agi.terms.numbers import PhoneNumber
from tests.store.calls import AGELESS, LINE, call_id, closed, count, eventually, made, noted, opened, rows

NOW = datetime.now(UTC).replace(microsecond=0)


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    (tmp_path / "messages").mkdir()
    return tmp_path / "state" / "journal.db"


def octets(folder: Path) -> bytes:
    """All that lies in the folder and below."""
    return b"".join(one.read_bytes() for one in sorted(folder.rglob("*")) if one.is_file())


def fill(path: Path) -> None:
    """A call each of 1, 40, 100 and 1200 days ago, with everything that belongs to one; their marks are their days."""
    journal = Journal.open(path, ages=AGELESS)
    for age in (1, 40, 100, 1200):
        call, at = call_id(age), days(age)
        journal.write(opened(call, at), at)
        journal.write(noted(call, Fact.CHOSE, f"detail-of-{age:04}", None), at)
        journal.write(closed(call, at), at)
        file = f"{int(at.timestamp())}_4420_{call}.wav"
        journal.write_message(MessageRecord(call=call, line=LINE, file=file, length_s=3.0, recorded_at=at))
        journal.write_audit(at, "mei", "looked", f"subject-of-{age:04}")
        journal.write_revision(f"d{age}", f"commit{age:04} modified", at)
        (path.parent.parent / "messages" / file).write_bytes(f"voice-of-{age:04}".encode())
    assert journal.close(5)
    with closing(made(path)) as raw:
        for age in (1, 40, 100, 1200):
            stored = to_text(days(age))
            raw.execute("INSERT INTO caller_number VALUES (?, ?, ?)", (call_id(age), f"+4477009{age:05}", stored))
            raw.execute("INSERT INTO caller_token VALUES (?, ?, ?)", (call_id(age), f"token-of-{age:04}", stored))
            number = f"+4477008{age:05}"
            raw.execute("INSERT INTO callback_request VALUES (?, ?, ?, ?)", (call_id(age), LINE, number, stored))
            raw.execute("INSERT INTO caller_language VALUES (?, ?, ?)", (f"token-of-{age:04}", "en", stored))
            raw.execute("INSERT INTO lifted VALUES (?, ?)", (f"token-of-{age:04}", stored))


def marks(folder: Path) -> set[str]:
    told = octets(folder)
    found = set()
    for mark in ("detail-of-", "voice-of-", "subject-of-", "commit", "token-of-"):
        found |= {f"{mark}{age}" for age in (1, 40, 100, 1200) if f"{mark}{age:04}".encode() in told}
    found |= {f"asked-{age}" for age in (1, 40, 100, 1200) if f"+4477008{age:05}".encode() in told}
    return found | {f"number-{age}" for age in (1, 40, 100, 1200) if f"+4477009{age:05}".encode() in told}


def test_each_kind_has_its_days_and_nothing_is_left_of_what_is_older(path: Path) -> None:
    fill(path)
    shutil.copy(path, path.with_name("journal.db.saved-20260101T000000.1"))
    stray = path.parent.parent / "messages" / "1_1_x.wav"
    stray.write_bytes(b"voice-of-nobody")
    os.utime(stray, (days(91).timestamp(),) * 2)
    planned = clear(path, path.parent.parent / "messages", Ages(), NOW, dry_run=True)
    assert len(marks(path.parent.parent)) == 28, "a dry run removes nothing"
    cleared = clear(path, path.parent.parent / "messages", Ages(), NOW)
    assert cleared.troubles == []
    assert marks(path.parent.parent) == {
        *(f"detail-of-{age}" for age in (1, 40, 100)),
        *(f"voice-of-{age}" for age in (1, 40)),
        *(f"subject-of-{age}" for age in (1, 40, 100)),
        *(f"commit{age}" for age in (1, 40, 100, 1200)),  # the newest before the others says what was in force then
        "number-1",
        "asked-1",
        "token-of-1",
    }
    assert count(path, "message") == 2 and count(path, "call") == 3 and count(path, "leg") == 6
    assert b"voice-of-nobody" not in octets(path.parent.parent)
    told = {kind: number for kind, number in cleared.removed.items() if number}
    assert {kind: told[kind] for kind in (RECORDINGS, STRAYS, SAVED)} == {RECORDINGS: 2, STRAYS: 1, SAVED: 1}
    assert (told["callers' numbers"], told["calls"], told["legs of calls"], told[ROWS]) == (6, 2, 4, 4)
    assert planned.removed[ROWS] == 2 and planned.removed["calls"] == 2  # without what the copy's messages are
    again = clear(path, path.parent.parent / "messages", Ages(), NOW)
    assert {kind: number for kind, number in again.removed.items() if number} == {SAVED: 1}


def test_who_keeps_everything_keeps_everything(path: Path) -> None:
    fill(path)
    clear(path, path.parent.parent / "messages", AGELESS, NOW)
    assert len(marks(path.parent.parent)) == 28


@pytest.mark.parametrize("shuffled", [False, True])
def test_no_number_stays_in_a_gap_of_a_page(path: Path, shuffled: bool) -> None:
    """SQLite's secure_delete alone leaves some: see purging.py."""
    draw = Random(1)
    order = list(range(6000))
    if shuffled:
        draw.shuffle(order)
    with closing(made(path)) as raw:
        raw.execute("PRAGMA secure_delete = ON")
        for first in range(0, len(order), 50):
            raw.execute("BEGIN")
            for number in order[first : first + 50]:
                is_old = draw.random() < 0.7
                call = f"pbx1-{number:08}.{draw.randrange(10 ** draw.randrange(1, 8))}"
                text = f"{'OLD' if is_old else 'NEW'}{number:08}"
                values = (call, text, to_text(days(31 if is_old else 29)))
                raw.execute("INSERT INTO caller_number VALUES (?, ?, ?)", values)
                raw.execute("INSERT INTO caller_token VALUES (?, ?, ?)", values)
            raw.execute("COMMIT")
    with closing(connect(path, busy_s=1)) as connection:
        removed = purge(connection, Ages(), "", NOW)
        assert checkpoint(connection)
    assert removed["callers' numbers"] > 4 * CHUNK_ROWS
    left = octets(path.parent)
    assert b"OLD" not in left and left.count(b"NEW") >= 2 * (6000 - removed["callers' numbers"])


@pytest.mark.thorough
def test_a_reader_that_keeps_the_write_ahead_log_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(path)
    monkeypatch.setattr(clearance, "CHECKPOINT_S", 0.2)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM call").fetchone()
        (trouble,) = clear(path, None, Ages(), NOW).troubles
        assert "purge again" in trouble
        reader.execute("ROLLBACK")
    assert clear(path, None, Ages(), NOW).troubles == []
    assert "number-40" not in marks(path.parent)


def test_a_recording_that_cannot_be_removed_keeps_its_row(path: Path) -> None:
    fill(path)
    messages = path.parent.parent / "messages"
    (old,) = messages.glob(f"{int(days(100).timestamp())}_*")
    old.unlink()
    old.mkdir()  # what nobody can unlink, root neither
    cleared = clear(path, messages, Ages(), NOW)
    assert any(str(old) in trouble for trouble in cleared.troubles)
    assert cleared.removed[ROWS] == 1 and count(path, "message") == 3


@pytest.mark.thorough
def test_the_service_goes_on_writing_while_it_is_purged(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand old calls: no record waits longer for it than for any other writer."""
    with closing(made(path)) as raw:
        raw.execute("BEGIN")
        for number in range(10_000):
            at = to_text(days(1200))
            raw.execute("INSERT INTO call (call, line, node, arrived_at) VALUES (?, 'l', 'n', ?)", (f"c{number}", at))
            raw.execute("INSERT INTO fact VALUES (?, 1, ?, 'arrived', NULL, NULL, '')", (f"c{number}", at))
        raw.execute("COMMIT")
    monkeypatch.setattr(clearance, "FIRST_S", 0.0)
    journal = Journal.open(path, ages=Ages())
    for number in range(100):
        journal.write(opened(call_id(number), NOW), NOW)
        eventually(lambda: journal.state().waiting == 0)
    eventually(lambda: count(path, "call") == 100 and count(path, "fact") == 0)
    assert journal.state().trouble is None and journal.state().lost == 0
    assert journal.close(5)


def test_a_compact_file_is_smaller(path: Path) -> None:
    with closing(made(path)) as raw:
        raw.execute("BEGIN")
        for number in range(5_000):
            raw.execute("INSERT INTO audit VALUES (?, ?, 'mei', 'looked', ?)", (number, to_text(days(1200)), "x" * 200))
        raw.execute("COMMIT")
    clear(path, None, Ages(), NOW, run="")
    assert path.stat().st_size < 300_000 and rows(path, "PRAGMA integrity_check") == [("ok",)]
    number = PhoneNumber("+44 7700 900111")
    journal = Journal.open(path)
    journal.write_number(call_id(1), number)
    journal.write_token(call_id(1), CallerToken("0123456789abcdef"))
    assert journal.close(5) and count(path, "caller_number") == 1
