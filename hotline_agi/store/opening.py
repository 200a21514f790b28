"""The journal's file opened for writing: by the service, which makes it, and by commands beside it."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection

from hotline_agi.errors import SetupError
from hotline_agi.store.dialect import Trouble, make_durable, opened, said, version_of
from hotline_agi.store.migrations import VERSION, migrate

BUSY_S = 5.0
"""A command waits so long for a service that writes."""


def connect(path: Path, *, busy_s: float) -> Connection:
    """Open `path` for writing, made and migrated if need be, readable by its owner only.

    The connection may be handed to one other thread. `busy_s`: how long a statement waits for another's lock.

    :raises SetupError: if a newer version wrote it.
    :raises Trouble, OSError: if the disk, the rights or another process are in the way.
    """
    _prepare(path)
    connection = opened(path, mode="rwc", busy_s=busy_s)
    try:
        make_durable(connection)
        migrate(connection)
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


@contextmanager
def beside(path: Path, *, begin: str = "BEGIN IMMEDIATE", busy_s: float | None = None) -> Iterator[Connection]:
    """The journal of a service that may be at work, for a command that writes; it begins transactions itself.

    :raises SetupError: if there is none, it cannot be written, or another version wrote it.
    """
    if not path.is_file():
        raise SetupError(f"there is no journal at {path}: the service makes it when it starts")
    try:
        busy_s = BUSY_S if busy_s is None else busy_s
        with closing(opened(path, mode="rw", busy_s=busy_s, begin=begin)) as connection:
            if version_of(connection) != VERSION:
                raise SetupError(f"the journal {path} is of another version of this program: restart the service")
            make_durable(connection)
            yield connection
    except Trouble as error:
        raise SetupError(
            f"the journal {path} cannot be written ({said(error)}): run this as the user of the service"
        ) from error
