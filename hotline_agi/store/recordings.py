"""Rows of recorded talks and messages, and who heard them. Nobody hears one before that is written down.

`heard()` in a transaction with the audit ─► on disk ─► only then is the sound given
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, exists, literal, select, union_all

from hotline_agi.errors import SetupError
from hotline_agi.store.audit import deed_row
from hotline_agi.store.names import SPOOL_SUFFIX
from hotline_agi.store.opening import beside
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import access_row, store, to_line
from hotline_agi.store.schema import CALL, FACT, MESSAGE, to_instant
from hotline_agi.store.schema_recordings import RECORDING, RECORDING_ACCESS
from hotline_agi.store.spool import Spool
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LineId


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRecording:
    """A recording as the journal has it; whether its file is there, the archive knows."""

    call: CallId
    line: LineId
    kind: str
    """``message`` or ``talk``."""
    file: str
    length_s: float
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    at: datetime
    who: str
    how: str
    kind: str
    call: CallId
    file: str


def recordings(
    reader: JournalReader, *, line: str | None = None, call: str | None = None, limit: int | None = None
) -> list[PastRecording]:
    """Messages and recorded talks, the newest first.

    :param call: only those of calls that begin so.
    """
    shared = ("call", "line", "file", "length_s", "recorded_at")
    both = union_all(
        select(*(MESSAGE.c[name] for name in shared), literal("message").label("kind")),
        select(*(RECORDING.c[name] for name in shared), RECORDING.c.kind),
    ).subquery()
    newest = select(both).order_by(both.c.recorded_at.desc(), both.c.file).limit(limit)
    if line is not None:
        newest = newest.where(both.c.line == line)
    if call is not None:
        newest = newest.where(both.c.call.startswith(call, autoescape=True))
    return [
        PastRecording(
            call=CallId(row["call"]),
            line=LineId(row["line"]),
            kind=row["kind"],
            file=row["file"],
            length_s=row["length_s"],
            recorded_at=to_instant(row["recorded_at"]),
        )
        for row in reader.ask(newest)
    ]


def talk_files(reader: JournalReader) -> frozenset[str]:
    """The names of all recorded talks that the journal knows."""
    return frozenset(row["file"] for row in reader.ask(select(RECORDING.c.file)))


def revoked(reader: JournalReader, calls: Sequence[str]) -> frozenset[str]:
    """Those of `calls` whose callers took back their agreement: nothing of them may be kept."""
    is_said = exists().where(FACT.c.call == CALL.c.call, FACT.c.fact == Fact.RECORDING_REVOKED.value)
    return frozenset(row["call"] for row in reader.ask(select(CALL.c.call).where(CALL.c.call.in_(calls), is_said)))


def accesses(reader: JournalReader, *, limit: int | None = None) -> list[Access]:
    """Who heard what, the newest first."""
    newest = select(RECORDING_ACCESS).order_by(RECORDING_ACCESS.c.at.desc(), RECORDING_ACCESS.c.seq.desc())
    return [
        Access(
            at=to_instant(row["at"]),
            who=row["who"],
            how=row["how"],
            kind=row["kind"],
            call=CallId(row["call"]),
            file=row["file"],
        )
        for row in reader.ask(newest.limit(limit))
    ]


def heard(path: Path, at: datetime, *, who: str, how: str, kind: str, call: str, file: str) -> None:
    """Take down in the journal at `path` that somebody gets a recording. On disk when this returns. Blocks for seconds.

    :param who: the user of the machine, or the volunteer's id.
    :param how: ``exported``, ``heard by telephone``, ``deleted``.
    :raises SetupError: if neither the journal nor its spool can be written; then do not give it.
    """
    seq = time.time_ns()
    rows = [
        access_row(seq=seq, at=at, who=who, how=how, kind=kind, call=call, file=file),
        deed_row(at, who, f"{how}: a recorded {kind}", call),
    ]
    try:
        with beside(path) as connection, connection.begin():
            store(connection, rows)
    except SetupError as error:
        if not path.is_file():
            raise
        try:
            Spool(path.with_name(path.name + SPOOL_SUFFIX)).append([to_line(row) for row in rows])
        except OSError:
            raise SetupError(f"who hears this cannot be noted, so nobody does: {error}") from error


def forget(path: Path, call: str, files: Sequence[str]) -> None:
    """Remove the rows of recordings whose files are gone. Blocks.

    :raises SetupError: if the journal cannot be written.
    """
    with beside(path) as connection, connection.begin():
        for table in (RECORDING, MESSAGE):
            connection.execute(delete(table).where(table.c.call == call, table.c.file.in_(files)))
