"""The journal's file as its writer holds it: opened anew after trouble, and saved when somebody takes it away.

Trap, seen: where a database is moved or removed under SQLite, SQLite goes on writing to the file that nobody can see
any more, and what stands in the write-ahead log goes neither with it nor into its successor (or, worse, is applied to
the successor). Test: test_database.py.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from hotline_agi.log import logger
from hotline_agi.store.dialect import Trouble, copy_into, said
from hotline_agi.store.names import SAVED_MARK
from hotline_agi.store.opening import connect


class Database:
    """One file, one connection. For one thread at a time."""

    def __init__(self, path: Path, *, busy_s: float) -> None:
        """Open or make `path`. Raises what `opening.connect` raises."""
        self._path = path
        self._busy_s = busy_s
        self._connection: Connection | None = None
        self._inodes: dict[Path, int | None] = {}
        self._connect()

    def connected(self) -> Connection:
        """The connection; opened anew after `disconnect`, or when the file at our path is not the one that we hold."""
        if self._connection is not None and _inode(self._path) != self._inodes[self._path]:
            self._save_what_was_taken_away(self._connection)
        return self._connection or self._connect()

    def disconnect(self) -> None:
        """Close the connection; the next `connected` opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Trouble as error:
                logger.warning("journal did not close well", error=said(error))

    def _connect(self) -> Connection:
        self._connection = connection = connect(self._path, busy_s=self._busy_s)
        beside = [self._path.with_name(self._path.name + suffix) for suffix in ("-wal", "-shm")]
        self._inodes = {path: _inode(path) for path in (self._path, *beside)}
        return connection

    def _save_what_was_taken_away(self, connection: Connection) -> None:
        """Our connection still sees everything: write that to a file of its own, and leave nothing to the successor."""
        saved = self._path.with_name(f"{self._path.name}{SAVED_MARK}{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
        os.close(os.open(saved, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copy_into(connection, saved)
        self.disconnect()
        for path, inode in self._inodes.items():
            if path != self._path and _inode(path) == inode:
                with suppress(FileNotFoundError):
                    path.unlink()
        logger.error("journal was moved away or replaced; what it held was saved", saved=str(saved))


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
