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

_LIFTED = (
    """
    CREATE TABLE lifted (              -- callers whose limits a coordinator ended
        token TEXT PRIMARY KEY,
        at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
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
    (
        "ALTER TABLE leg ADD COLUMN endpoint_id TEXT NOT NULL DEFAULT ''",  # '': of before this version
        "ALTER TABLE leg ADD COLUMN rang_s REAL NOT NULL DEFAULT 0",
        "ALTER TABLE leg ADD COLUMN talk_s REAL NOT NULL DEFAULT 0",
        "CREATE INDEX leg_ended ON leg (ended_at)",
        """
        CREATE TABLE run (             -- one start of the service: how its machine began
            run TEXT PRIMARY KEY,      -- its boot, 8 hexadecimal digits, as in the ids of its legs
            started_at TEXT NOT NULL,
            program TEXT NOT NULL,     -- the version that wrote it
            roster TEXT NOT NULL,      -- digest
            packed BLOB NOT NULL       -- both clocks and the memory; see tape.py
        ) STRICT
        """,
        """
        CREATE TABLE step (            -- what a machine was told and what came of it, some steps to a row
            run TEXT NOT NULL,
            first INTEGER NOT NULL,    -- number of the first one, from 1
            steps INTEGER NOT NULL,
            ended_at TEXT NOT NULL,    -- of the last one
            packed BLOB NOT NULL,      -- their lines; see tape.py
            PRIMARY KEY (run, first)
        ) STRICT
        """,
        "CREATE INDEX step_ended ON step (ended_at)",
        """
        CREATE TABLE roster_text (     -- the texts of rosters that were in force; without contacts
            digest TEXT PRIMARY KEY,
            used_at TEXT NOT NULL,     -- when it came into force last
            packed BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE volunteer_state (
            volunteer TEXT NOT NULL,
            seq INTEGER NOT NULL,
            at TEXT NOT NULL,
            state TEXT NOT NULL,
            until_at TEXT,             -- NULL: it is not known when it ends
            detail TEXT NOT NULL,
            PRIMARY KEY (volunteer, seq)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX volunteer_state_at ON volunteer_state (at)",
        "CREATE INDEX volunteer_state_paused ON volunteer_state (volunteer, seq) WHERE state = 'paused'",
        """
        CREATE TABLE agreement (       -- what people said of a shift by phone: who is ready, who stands in
            kind TEXT NOT NULL,
            key TEXT NOT NULL,         -- of the place in the shift that it is about
            seq INTEGER NOT NULL,      -- of several about one place the last counts
            at TEXT NOT NULL,
            until_at TEXT NOT NULL,    -- when the shift is over
            told TEXT NOT NULL,        -- JSON
            PRIMARY KEY (kind, key)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX agreement_until ON agreement (until_at)",
        """
        CREATE TABLE caller_token (    -- who called, as a keyed hash of the number
            call TEXT PRIMARY KEY,
            token TEXT NOT NULL,
            stored_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX caller_token_stored ON caller_token (stored_at)",
        """
        CREATE TABLE flagged (         -- callers who are at high risk
            token TEXT PRIMARY KEY,
            at TEXT NOT NULL,
            expires_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE audit (           -- who changed what about callers, by command
            seq INTEGER PRIMARY KEY,
            at TEXT NOT NULL,
            who TEXT NOT NULL,
            did TEXT NOT NULL,
            subject TEXT NOT NULL
        ) STRICT
        """,
    ),
    _LIFTED,
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
