"""The journal's file as its writer holds it: opened anew after trouble, and saved when somebody takes it away.

Trap, seen: where a database is moved or removed under SQLite, SQLite goes on writing to the file that nobody can see
any more, and what stands in the write-ahead log goes neither with it nor into its successor (or, worse, is applied to
the successor). Test: test_database.py.
"""

import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from hotline_agi.log import logger
from hotline_agi.store.dialect import Trouble, copy_into, said
from hotline_agi.store.names import SAVED_MARK
from hotline_agi.store.opening import connect

HALF_S = 3600.0
"""Younger ones may be in the making, by a service that this one replaces."""
SAVE_AGAIN_S = 5.0
"""After a saving that failed: the disk is full, perhaps."""


class Database:
    """One file, one connection. For one thread at a time."""

    def __init__(self, path: Path, *, busy_s: float) -> None:
        """Open or make `path`. Raises what `opening.connect` raises."""
        self._path = path
        self._busy_s = busy_s
        self._connection: Connection | None = None
        self._inodes: dict[Path, int | None] = {}
        self._taken_away: list[Connection] = []
        """Of files that nobody else can see any more; each sees all that its file held, until it is closed."""
        self._save_due_s = 0.0
        self._connect()
        self._drop_halves()

    def connected(self) -> Connection:
        """The connection; opened anew after `disconnect`, or when the file at our path is not the one that we hold."""
        if self._connection is not None and _inode(self._path) != self._inodes[self._path]:
            self._leave(self._connection)
        if self._taken_away and time.monotonic() >= self._save_due_s:
            self._save()
        return self._connection or self._connect()

    def disconnect(self) -> None:
        """Close the connection; the next `connected` opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)

    def close(self) -> None:
        """For good."""
        self.disconnect()
        self._save()
        for connection in self._taken_away:
            logger.error("what a journal held that was moved away is lost: it could not be saved")
            _close(connection)
        self._taken_away = []

    def _connect(self) -> Connection:
        self._connection = connection = connect(self._path, busy_s=self._busy_s)
        beside = [self._path.with_name(self._path.name + suffix) for suffix in ("-wal", "-shm")]
        self._inodes = {path: _inode(path) for path in (self._path, *beside)}
        return connection

    def _drop_halves(self) -> None:
        """What a kill in the middle of saving left: there are numbers in it."""
        for half in self._path.parent.glob(f".{self._path.name}{SAVED_MARK}*"):
            with suppress(OSError):
                if time.time() - half.stat().st_mtime > HALF_S:
                    half.unlink()

    def _leave(self, connection: Connection) -> None:
        """Leave nothing to the successor; what we held is saved as soon as there is room."""
        for path, inode in self._inodes.items():
            if path != self._path and _inode(path) == inode:
                with suppress(FileNotFoundError):
                    path.unlink()
        self._connection = None
        self._taken_away.append(connection)
        self._save_due_s = 0.0

    def _save(self) -> None:
        """Write what was taken away to files of their own."""
        while self._taken_away:
            saved = self._path.with_name(f"{self._path.name}{SAVED_MARK}{datetime.now(UTC):%Y%m%dT%H%M%S.%f}")
            part = saved.with_name(f".{saved.name}")  # under its name there is the whole of it, or nothing
            try:
                os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                copy_into(self._taken_away[0], part)
                part.replace(saved)
            except (*Trouble, OSError) as error:
                with suppress(OSError):
                    part.unlink()
                if self._save_due_s == 0.0:
                    logger.error("journal was moved away; what it held is not saved yet", trouble=said(error))
                self._save_due_s = time.monotonic() + SAVE_AGAIN_S
                return
            _close(self._taken_away.pop(0))
            logger.error("journal was moved away or replaced; what it held was saved", saved=str(saved))


def _close(connection: Connection) -> None:
    try:
        connection.close()
    except Trouble as error:
        logger.warning("journal did not close well", error=said(error))


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
