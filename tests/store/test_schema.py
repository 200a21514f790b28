"""How a file comes to hold the tables, and what is refused."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.store.schema import MIGRATIONS, VERSION, connect, migrate, to_instant, to_text, version_of
from tests.store.calls import rows


def test_a_new_file_gets_all_tables_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "journal.db"
    with closing(connect(path, busy_s=1)) as connection:
        connection.execute("INSERT INTO caller_number VALUES ('c', '1', 't')")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        of_calls = {"call", "leg", "fact", "message", "caller_number", "caller_token", "flagged", "lifted", "audit"}
        assert tables == of_calls | {"run", "step", "roster_text", "volunteer_state", "agreement"}
        assert version_of(connection) == VERSION
        for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
            assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_of_ours_that_was_left_readable_is_closed_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch(mode=0o644)
    connect(path, busy_s=1).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    connect(tmp_path / "journal.db", busy_s=1).close()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_version_0_moves_up_step_by_step_and_keeps_its_rows(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as connection:
        migrate(connection, [["CREATE TABLE a (x)"]])
        connection.execute("INSERT INTO a VALUES (1)")
        migrate(connection, [["never run again"], ["ALTER TABLE a ADD COLUMN y"], ["UPDATE a SET y = 2"]])
        assert connection.execute("SELECT x, y FROM a").fetchall() == [(1, 2)]
        assert version_of(connection) == 3


def test_a_journal_of_version_1_is_kept_and_gets_what_is_new(tmp_path: Path) -> None:
    """As 0.2 wrote it: its legs do not say which phone rang, nor for how long."""
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrate(connection, MIGRATIONS[:1])
        connection.execute("INSERT INTO leg VALUES ('leg-1', 'c1', 'v01', 'mobile', 1, 'a', 'b', 'busy')")
        connection.execute("INSERT INTO fact VALUES ('c1', 1, 'a', 'rang', 'leg-1', 'v01', 'mobile')")
        assert version_of(connection) == 1
    with closing(connect(path, busy_s=1)) as connection:
        assert version_of(connection) == VERSION >= 2
        assert connection.execute("SELECT * FROM leg").fetchall() == [
            ("leg-1", "c1", "v01", "mobile", 1, "a", "b", "busy", "", 0.0, 0.0)
        ]
        assert connection.execute("SELECT count(*) FROM fact").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM step").fetchone() == (0,)


def test_a_migration_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError):
            migrate(connection, [["CREATE TABLE a (x)", "CREATE nonsense"]])
        assert version_of(connection) == 0
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)


def test_an_empty_file_is_version_0(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch(mode=0o600)
    connect(path, busy_s=1).close()
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_the_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    with pytest.raises(SetupError, match="install the newer"):
        connect(path, busy_s=1)
    assert rows(path, "PRAGMA user_version") == [(VERSION + 1,)]


def test_instants_are_utc_text_with_milliseconds_whose_order_is_time_order() -> None:
    at = datetime(2026, 7, 2, 2, 0, 5, 120_999, tzinfo=timezone(timedelta(hours=8)))
    assert to_text(at) == "2026-07-01T18:00:05.120Z"
    assert to_text(datetime(2026, 7, 1, 18, 0, 5, tzinfo=UTC)) == "2026-07-01T18:00:05.000Z"
    assert to_instant(to_text(at)) == datetime(2026, 7, 1, 18, 0, 5, 120_000, tzinfo=UTC)
