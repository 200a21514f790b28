"""How a file comes to hold the tables, and what is refused."""

import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from hotline_agi.errors import SetupError
from hotline_agi.store.dialect import opened, version_of
from hotline_agi.store.journal import Journal
from hotline_agi.store.migrations import MIGRATIONS, VERSION, migrate
from hotline_agi.store.opening import connect
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import METADATA, to_instant, to_text
from hotline_agi.store.tape import beginning_of, lines_of, runs
from tests.store.calls import AGELESS, call_id, made, rows, write_call

OF_0_3_0 = Path(__file__).with_name("journal-0.3.0.sql")
"""What a journal held that 0.3.0 wrote: sqlite3's dump of one, with a row in each table."""


def test_a_new_file_gets_all_tables_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "journal.db"
    with closing(made(path)) as connection:
        connection.execute("INSERT INTO caller_number VALUES ('c', '1', 't')")
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert tables == set(METADATA.tables)
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
        for name in ("journal.db", "journal.db-wal", "journal.db-shm"):
            assert stat.S_IMODE((path.parent / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def shape(path: Path) -> dict[str, object]:
    """Each table's columns, kind and indexes, without how they were written down."""
    with closing(sqlite3.connect(path)) as connection:

        def of(table: str) -> object:
            columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
            # a key's columns are never NULL in a STRICT table without rowids; whether that was said is no difference
            told = {row[1]: (row[2], bool(row[3] or row[5]), row[4], row[5]) for row in columns}
            indexes = {
                row[1]: (row[2], row[4], connection.execute(f"PRAGMA index_info({row[1]})").fetchall())
                for row in connection.execute(f"PRAGMA index_list({table})")
                if row[3] == "c"
            }
            return told, indexes

        kinds = {row[1]: row[3:] for row in connection.execute("PRAGMA table_list") if row[1] in METADATA.tables}
        return {table: (kinds[table], of(table)) for table in METADATA.tables}


def test_the_migrations_amount_to_the_tables_that_statements_are_made_of(tmp_path: Path) -> None:
    migrated, created = tmp_path / "migrated.db", tmp_path / "created.db"
    made(migrated).close()
    with closing(opened(created, mode="rwc", busy_s=1)) as connection, connection.begin():
        METADATA.create_all(connection)
    assert shape(migrated) == shape(created)
    assert all(kinds[-1] == 1 for kinds, _ in shape(migrated).values())  # type: ignore[misc,has-type]  # STRICT


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
    path = tmp_path / "old.db"
    with closing(opened(path, mode="rwc", busy_s=1)) as connection:
        migrate(connection, [["CREATE TABLE a (x)"], ["INSERT INTO a VALUES (1)"]])
        migrate(connection, [[], ["never run again"], ["ALTER TABLE a ADD COLUMN y"], ["UPDATE a SET y = 2"]])
        assert rows(path, "SELECT x, y FROM a") == [(1, 2)]
        assert version_of(connection) == 4


def test_a_journal_of_version_1_is_kept_and_gets_what_is_new(tmp_path: Path) -> None:
    """As 0.2 wrote it: its legs do not say which phone rang, nor for how long."""
    path = tmp_path / "journal.db"
    with closing(opened(path, mode="rwc", busy_s=1)) as connection:
        migrate(connection, MIGRATIONS[:1])
        assert version_of(connection) == 1
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        old.execute("INSERT INTO leg VALUES ('leg-1', 'c1', 'v01', 'mobile', 1, 'a', 'b', 'busy')")
        old.execute("INSERT INTO fact VALUES ('c1', 1, 'a', 'rang', 'leg-1', 'v01', 'mobile')")
    connect(path, busy_s=1).close()
    assert rows(path, "PRAGMA user_version") == [(VERSION,)]
    assert rows(path, "SELECT * FROM leg") == [
        ("leg-1", "c1", "v01", "mobile", 1, "a", "b", "busy", "", 0.0, 0.0),
    ]
    assert rows(path, "SELECT count(*) FROM fact") == [(1,)]
    assert rows(path, "SELECT count(*) FROM step") == [(0,)]


def test_a_journal_of_0_3_0_goes_on(tmp_path: Path) -> None:
    """All that it held is there afterwards, is read as before, and new calls come behind it."""
    path, new = tmp_path / "journal.db", tmp_path / "new.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OF_0_3_0.read_text())
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        before = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
        columns = {name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")] for name in tables}
    assert len(tables) == 13 and all(before.values())
    journal = Journal.open(path, ages=AGELESS)
    write_call(journal, call_id(7))
    assert journal.close(5)
    for name, told in before.items():
        assert set(told) <= set(rows(path, f"SELECT {', '.join(columns[name])} FROM {name}")), name
    with JournalReader.open(path) as reader:
        assert len(reader.call(call_id(1)).facts) == 10 == len(reader.call(call_id(7)).facts)
        assert reader.call(call_id(1)).messages[0].file == "1_2_x.wav"
        number = reader.number_of(call_id(1))
        assert number is not None and number.reveal() == "+447700900123"
        (run,) = runs(reader)
        assert beginning_of(reader, run.run).roster == "r0" and len(list(lines_of(reader, run.run))) == 1
    made(new).close()
    assert shape(path) == shape(new)


def test_a_migration_that_fails_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(opened(path, mode="rwc", busy_s=1)) as connection:
        with pytest.raises(OperationalError):
            migrate(connection, [["CREATE TABLE a (x)", "CREATE nonsense"]])
        assert version_of(connection) == 0
    assert rows(path, "SELECT count(*) FROM sqlite_schema") == [(0,)]


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
