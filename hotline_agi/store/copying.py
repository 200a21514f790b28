"""One state of the journal as a file of its own, while the service writes; and that it is whole."""

import os
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, func, select

from hotline_agi.errors import SetupError
from hotline_agi.store.dialect import Trouble, alone, compact, copy_state, faults, opened, said, version_of
from hotline_agi.store.migrations import VERSION
from hotline_agi.store.opening import beside
from hotline_agi.store.schema import METADATA
from hotline_agi.store.schema_recordings import RECORDING as _RECORDING  # noqa: F401  its tables are copied, too

BUSY_S = 5.0


def copy(path: Path, target: Path) -> dict[str, int]:
    """Write one state of the journal at `path` to the new file `target`, for its owner alone; returns rows by table.

    No record of the service waits for it: it reads a state of its own.

    :raises SetupError: if the journal cannot be read, or the copy is not what the journal is.
    """
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    with beside(path, begin="BEGIN") as source, source.begin():
        rows = _rows(source)  # from here on this connection sees one state, and so does its copy
        copy_state(source, target)
    try:
        with closing(opened(target, mode="rw", busy_s=BUSY_S)) as made:
            alone(made)
            compact(made)  # what was removed from the journal is in no gap of the copy
    except Trouble as error:
        raise SetupError(f"the copy {target} cannot be made ({said(error)}): is there room on that disk?") from error
    found = checked(target)
    if found != rows:
        raise SetupError(f"the copy has {found} and the journal {rows}: the disk of {target} is not to be trusted")
    return rows


def checked(path: Path) -> dict[str, int]:
    """Rows by table of the journal's copy at `path`, which nobody writes.

    :raises SetupError: if it is damaged, or of another version.
    """
    try:
        with closing(opened(path, mode="ro", busy_s=BUSY_S, begin="BEGIN")) as connection:
            if version_of(connection) != VERSION:
                raise SetupError(f"{path} has version {version_of(connection)}, not {VERSION}: use that program")
            found = faults(connection)
            if found:
                raise SetupError(f"{path} is damaged: {found[0]}")
            with connection.begin():
                return _rows(connection)
    except Trouble as error:
        raise SetupError(f"{path} cannot be read ({said(error)})") from error


def _rows(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.sorted_tables
    }
