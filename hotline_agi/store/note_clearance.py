"""Spoken notes that are too old: their recordings, their rows, and who heard them."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, delete, select

from hotline_agi.store.purging import CHUNK_ROWS, Turn
from hotline_agi.store.schema_notes import NOTE_HEARD, SPOKEN_NOTE

NOTES = "spoken notes"


def clear_notes(
    connection: Connection, before: str, turn: Turn, *, remove: Callable[[str], bool | None], dry_run: bool
) -> int:
    """Remove notes that were recorded before an instant (as the journal writes it); returns how many.

    :param remove: takes the file away; None: it cannot, so the row stays. The file goes first: one that stays would be
        taken for a note that was left while no service ran.
    """
    after, rows = "", 0
    file = SPOKEN_NOTE.c.file
    some = select(file).where(SPOKEN_NOTE.c.recorded_at < before).order_by(file)
    while True:
        with turn, connection.begin():
            found = list(connection.scalars(some.where(file > after).limit(CHUNK_ROWS)))
        if not found:
            return rows
        after = found[-1]
        gone = [one for one in found if remove(Path(one).name) is not None]
        if gone and not dry_run:
            with turn, connection.begin():
                forget_notes(connection, gone)
        rows += len(gone)


def forget_notes(connection: Connection, files: list[str]) -> None:
    """Their rows, in the transaction that is open."""
    connection.execute(delete(NOTE_HEARD).where(NOTE_HEARD.c.file.in_(files)))
    connection.execute(delete(SPOKEN_NOTE).where(SPOKEN_NOTE.c.file.in_(files)))


def forget_notes_before(connection: Connection, before: str) -> int:
    """Rows alone, of a copy of the journal; returns how many."""
    old = select(SPOKEN_NOTE.c.file).where(SPOKEN_NOTE.c.recorded_at < before)
    connection.execute(delete(NOTE_HEARD).where(NOTE_HEARD.c.file.in_(old)))
    return connection.execute(delete(SPOKEN_NOTE).where(SPOKEN_NOTE.c.recorded_at < before)).rowcount
