"""What is SQLite's own: how a file is opened, its PRAGMAs, its upsert, its errors. Another database needs another such
module, and `migrations.py` to make its tables from `schema.METADATA`; everything else of the journal is Core.

sqlite3 is imported here only.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, create_engine, event, exc, func
from sqlalchemy.dialects.sqlite import Insert as Adding
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import NullPool

__all__ = ["Adding"]

Trouble = (exc.SQLAlchemyError, sqlite3.Error)
"""Whatever may go wrong with the database."""
Refusal = (exc.SQLAlchemyError, OverflowError, UnicodeError)
"""Where the content of a row may be at fault; `is_refusal` says whether it is."""
_REFUSALS = (
    exc.IntegrityError,
    exc.DataError,
    exc.InterfaceError,
    exc.ProgrammingError,
    OverflowError,
    UnicodeError,
)
PROGRESS_STEPS = 10_000
"""Of SQLite's virtual machine, about a millisecond: so often it is asked whether time is up."""


def opened(path: Path, *, mode: str, busy_s: float, begin: str = "BEGIN IMMEDIATE") -> Connection:
    """A connection to the file at `path`, for one thread at a time. Its transactions begin with `begin`.

    SQLite opens a file at its first statement only.

    :param mode: ``ro``, ``rw`` or ``rwc`` (https://www.sqlite.org/uri.html).
    :param busy_s: how long a statement waits for another's lock.
    :raises Trouble: if it cannot be opened.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}"

    def connect() -> sqlite3.Connection:
        # isolation_level=None: the driver begins no transaction behind our back
        return sqlite3.connect(address, uri=True, timeout=busy_s, isolation_level=None, check_same_thread=False)

    # errors are logged: they must not quote values, which may be numbers
    engine = create_engine(
        "sqlite://", creator=connect, poolclass=NullPool, pool_reset_on_return=None, hide_parameters=True
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine.connect()


def driver(connection: Connection) -> sqlite3.Connection:
    """For what is no SQL of a transaction."""
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def make_durable(connection: Connection) -> None:
    """Before the first writing: a power cut takes nothing that was committed, and what is deleted is overwritten."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        driver(connection).execute(f"PRAGMA {pragma}").fetchone()


def version_of(connection: Connection) -> int:
    """How many migrations the database has behind it; 0 for a new file."""
    return int(driver(connection).execute("PRAGMA user_version").fetchone()[0])


def set_version(connection: Connection, version: int) -> None:
    """Within the transaction that is open."""
    connection.exec_driver_sql(f"PRAGMA user_version = {version:d}")


def checkpoint(connection: Connection) -> bool:
    """Bring the write-ahead log into the file and empty it; False if a reader is in the way just now."""
    busy, _, _ = driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def copy_state(connection: Connection, path: Path) -> None:
    """Write the state that the transaction sees to the file at `path`, page by page."""
    with closing(sqlite3.connect(path)) as target:
        driver(connection).backup(target)


def alone(connection: Connection) -> None:
    """Let the file stand by itself, without a write-ahead log beside it."""
    driver(connection).execute("PRAGMA journal_mode = DELETE").fetchone()


def faults(connection: Connection) -> list[str]:
    """What SQLite finds wrong with the file, by reading all of it."""
    return [text for (text,) in driver(connection).execute("PRAGMA integrity_check") if text != "ok"]


def copy_into(connection: Connection, path: Path) -> None:
    """Write one state of the database to the empty file at `path`."""
    driver(connection).execute("VACUUM INTO ?", (str(path),))


def compact(connection: Connection) -> None:
    """Write the whole file anew: nobody else can write meanwhile, for a second per 100 MB or so."""
    driver(connection).execute("VACUUM")


def give_up_when(connection: Connection, is_late: Callable[[], bool]) -> None:
    """Let every statement fail once `is_late`."""
    driver(connection).set_progress_handler(is_late, PROGRESS_STEPS)


def is_locked(error: BaseException) -> bool:
    """Whether somebody else's lock was in the way, which passes."""
    code: int = getattr(_cause(error), "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_BUSY


def is_refusal(error: BaseException) -> bool:
    """Whether the content of a row is at fault, and not the database."""
    # a plain StatementError: a value was missing, or of no kind that the column takes
    return isinstance(error, _REFUSALS) or type(error) is exc.StatementError


def said(error: BaseException) -> str:
    """The database's own words, without statement and values."""
    cause = _cause(error)
    return str(cause) if isinstance(cause, sqlite3.Error) else type(cause).__name__


def _cause(error: BaseException) -> BaseException:
    return (error.orig or error) if isinstance(error, exc.StatementError) else error


def adding(table: Table) -> Adding:
    """An INSERT that may say what happens `on_conflict_do_…`, as SQLite and PostgreSQL both have it."""
    return insert(table)


def smaller(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL's ``least``."""
    return func.min(one, other)


def larger(one: ColumnElement[Any], other: ColumnElement[Any]) -> ColumnElement[Any]:
    """PostgreSQL's ``greatest``."""
    return func.max(one, other)
