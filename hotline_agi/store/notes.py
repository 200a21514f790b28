"""Spoken notes in the journal: which there are, and who heard them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import to_instant, to_text
from hotline_agi.store.schema_notes import NOTE_HEARD, SPOKEN_NOTE
from hotline_agi.terms.ids import LineId, VolunteerId

MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastNote:
    """One note that was kept."""

    file: str
    """Name in the folder of messages."""
    line: LineId
    volunteer: VolunteerId
    recorded_at: datetime
    length_s: float
    heard: tuple[tuple[VolunteerId, datetime], ...] = ()
    """By whom, and when first; in that order."""


def past_notes(
    path: Path, *, since: datetime | None = None, line: str | None = None, limit: int = MOST
) -> list[PastNote]:
    """The newest notes of the journal at `path`, the newest first. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    newest = select(SPOKEN_NOTE).order_by(SPOKEN_NOTE.c.recorded_at.desc(), SPOKEN_NOTE.c.file).limit(limit)
    if since is not None:
        newest = newest.where(SPOKEN_NOTE.c.recorded_at >= to_text(since))
    if line is not None:
        newest = newest.where(SPOKEN_NOTE.c.line == line)
    with JournalReader.open(path) as reader:
        rows = reader.ask(newest)
        heard = _heard(reader, [row["file"] for row in rows])
    return [
        PastNote(
            file=row["file"],
            line=LineId(row["line"]),
            volunteer=VolunteerId(row["volunteer"]),
            recorded_at=to_instant(row["recorded_at"]),
            length_s=row["length_s"],
            heard=tuple(heard.get(row["file"], ())),
        )
        for row in rows
    ]


def note_files(path: Path) -> frozenset[str]:
    """The names of all note files that the journal at `path` knows. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    with JournalReader.open(path) as reader:
        return frozenset(row["file"] for row in reader.ask(select(SPOKEN_NOTE.c.file)))


def _heard(reader: JournalReader, files: Sequence[str]) -> dict[str, list[tuple[VolunteerId, datetime]]]:
    found: dict[str, list[tuple[VolunteerId, datetime]]] = {}
    for first in range(0, len(files), 500):
        some = NOTE_HEARD.c.file.in_(files[first : first + 500])
        for row in reader.ask(select(NOTE_HEARD).where(some).order_by(NOTE_HEARD.c.at, NOTE_HEARD.c.volunteer)):
            found.setdefault(row["file"], []).append((VolunteerId(row["volunteer"]), to_instant(row["at"])))
    return found
