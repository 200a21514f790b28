"""The writer's hold on its file."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hotline_agi.store import database as databases
from hotline_agi.store.database import Database
from hotline_agi.store.dialect import copy_into, driver
from tests.store.calls import count, made, rows

INSERT = "INSERT INTO caller_number VALUES (?, 'n', 't')"


def test_the_connection_stays_until_it_is_given_up(tmp_path: Path) -> None:
    database = Database(tmp_path / "j.db", busy_s=1)
    first = database.connected()
    assert database.connected() is first
    database.disconnect()
    assert database.connected() is not first
    database.disconnect()
    database.disconnect()


def test_a_successor_gets_nothing_of_the_old_write_ahead_log(tmp_path: Path) -> None:
    path, other = tmp_path / "j.db", tmp_path / "other.db"
    with closing(made(other)) as restored:
        restored.execute(INSERT, ("from the backup",))
    database = Database(path, busy_s=1)
    driver(database.connected()).execute(INSERT, ("old",))
    other.rename(path)
    driver(database.connected()).execute(INSERT, ("new",))
    database.disconnect()
    assert rows(path, "SELECT call FROM caller_number ORDER BY call") == [("from the backup",), ("new",)]
    (saved,) = tmp_path.glob("j.db.saved-*")
    assert rows(saved, "SELECT call FROM caller_number") == [("old",)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]


def test_half_a_copy_that_a_kill_left_is_dropped(tmp_path: Path) -> None:
    old, young = (tmp_path / f".j.db.saved-{name}" for name in ("1", "2"))
    for half in (old, young):
        half.write_bytes(b"numbers")
    os.utime(old, (0, 0))
    Database(tmp_path / "j.db", busy_s=1).close()
    assert not old.exists() and young.exists()


def test_the_same_file_is_never_saved(tmp_path: Path) -> None:
    database = Database(tmp_path / "j.db", busy_s=1)
    for number in range(3):
        driver(database.connected()).execute(INSERT, (str(number),))
        with closing(sqlite3.connect(tmp_path / "j.db")) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.disconnect()
    assert count(tmp_path / "j.db", "caller_number") == 3
    assert [path.name for path in tmp_path.iterdir()] == ["j.db"]


def test_what_cannot_be_saved_at_once_is_saved_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Moved away on a disk without room: the successor is written to meanwhile."""
    path = tmp_path / "j.db"
    database = Database(path, busy_s=1)
    driver(database.connected()).execute(INSERT, ("old",))
    monkeypatch.setattr(databases, "SAVE_AGAIN_S", 0.0)
    full = [True, True, True, False]

    def copy(connection: Connection, target: Path) -> None:
        if full.pop(0):
            raise OSError(errno.ENOSPC, "No space left on device")
        copy_into(connection, target)

    monkeypatch.setattr(databases, "copy_into", copy)
    path.unlink()
    for number in range(3):
        driver(database.connected()).execute(INSERT, (f"new {number}",))
        assert list(tmp_path.glob("*saved*")) == [] == list(tmp_path.glob(".j.db*"))
    database.close()
    (saved,) = tmp_path.glob("j.db.saved-*")
    assert rows(saved, "SELECT call FROM caller_number") == [("old",)]
    assert count(path, "caller_number") == 3
    assert sorted(one.name for one in tmp_path.iterdir()) == ["j.db", saved.name]
