"""The tables of the journal, and how a file comes to hold them: migrations forward only, counted by `user_version`.

Times are UTC in ISO 8601 with milliseconds and a ``Z``, so that text order is time order. A caller's number stands in
`caller_number` and nowhere else.
"""

import errno
import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from hotline_agi.errors import SetupError

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE call (
            call TEXT PRIMARY KEY,
            line TEXT NOT NULL,
            node TEXT NOT NULL,
            arrived_at TEXT NOT NULL,
            answered_at TEXT,
            ended_at TEXT,             -- NULL: not over, or its end was not seen
            wait_s REAL,
            talk_s REAL,
            outcome TEXT,
            volunteer TEXT
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX call_arrived ON call (arrived_at)",
        "CREATE INDEX call_line_arrived ON call (line, arrived_at)",
        """
        CREATE TABLE leg (
            leg TEXT PRIMARY KEY,
            call TEXT NOT NULL,
            volunteer TEXT,            -- NULL: the overflow number
            endpoint TEXT NOT NULL,
            wave INTEGER NOT NULL,
            rang_at TEXT NOT NULL,
            ended_at TEXT NOT NULL,
            outcome TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX leg_call ON leg (call)",
        """
        CREATE TABLE fact (
            call TEXT NOT NULL,
            seq INTEGER NOT NULL,      -- orders the facts of a call; see journal.py
            at TEXT NOT NULL,
            fact TEXT NOT NULL,
            leg TEXT,
            volunteer TEXT,
            detail TEXT NOT NULL,
            PRIMARY KEY (call, seq)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE message (
            call TEXT NOT NULL,
            line TEXT NOT NULL,
            file TEXT NOT NULL,
            length_s REAL NOT NULL,
            recorded_at TEXT NOT NULL,
            PRIMARY KEY (call, file)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX message_recorded ON message (recorded_at)",
        """
        CREATE TABLE caller_number (
            call TEXT PRIMARY KEY,
            number TEXT NOT NULL,
            stored_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX caller_number_stored ON caller_number (stored_at)",
    ),
)
"""One entry per version, each a list of statements that run in one transaction. Entries are added, never changed."""

VERSION = len(MIGRATIONS)


def to_text(at: datetime) -> str:
    """An aware instant as the journal writes it, e.g. ``2026-07-01T18:03:05.120Z``."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def to_instant(text: str) -> datetime:
    """The inverse of `to_text`."""
    return datetime.fromisoformat(text)


def connect(path: Path, *, busy_s: float) -> sqlite3.Connection:
    """Open `path` for writing, made and migrated if need be, readable by its owner only.

    The connection may be handed to one other thread. `busy_s`: how long a statement waits for another's lock.

    :raises SetupError: if a newer version wrote it.
    :raises sqlite3.Error, OSError: if the disk, the rights or another process are in the way.
    """
    _prepare(path)
    connection = sqlite3.connect(path, timeout=busy_s, isolation_level=None, check_same_thread=False)
    try:
        # FULL: a power cut takes nothing that was committed; secure_delete: a purged number is overwritten
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}").fetchone()
        migrate(connection, MIGRATIONS)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made by us, before SQLite would with a wider mode; -wal and -shm take the mode of this file. An existing file is
    # not opened here: closing any descriptor of it would drop the locks that SQLite holds elsewhere in this process.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    if mode & 0o077:
        path.chmod(0o600)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]]) -> None:
    """Bring the database to the last of `migrations`, each in its own transaction; a failed one leaves no trace."""
    while (version := version_of(connection)) != len(migrations):
        if version > len(migrations):
            raise SetupError(
                f"the journal has version {version} and this program knows {len(migrations)}: "
                "install the newer hotline_agi again, or name another journal file"
            )
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version_of(connection) == version:  # else another process was faster
                for statement in migrations[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def version_of(connection: sqlite3.Connection) -> int:
    """How many migrations the database has behind it; 0 for a new file."""
    with closing(connection.execute("PRAGMA user_version")) as cursor:
        return int(cursor.fetchone()[0])
