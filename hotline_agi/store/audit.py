"""Who did what by command. What the journal cannot take goes to its spool; where neither can be written, it is said.

with the service at work, or without:  noted() ─► the journal ─(locked, full)─► the spool ─► the journal, later
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from hotline_agi.errors import SetupError
from hotline_agi.store.names import SPOOL_SUFFIX
from hotline_agi.store.opening import beside
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import Row, audit_row, store, to_line
from hotline_agi.store.schema import AUDIT, to_instant, to_text
from hotline_agi.store.spool import Spool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that somebody did."""

    at: datetime
    who: str
    """User of the machine (who called sudo, under sudo), or ``service``."""
    did: str
    subject: str


def deed_row(at: datetime, who: str, did: str, subject: str) -> Row:
    """For who has a transaction of their own."""
    # nanoseconds, where the service counts microseconds: never the same number
    return audit_row(seq=time.time_ns(), at=at, who=who, did=did, subject=subject)


def noted(path: Path, at: datetime, who: str, did: str, subject: str) -> None:
    """Take down in the journal at `path` that `who` did something. On disk when this returns. Blocks for seconds.

    :param did: a verb in the past: ``showed the number``.
    :param subject: what with: a call, a file. Never anybody's number.
    :raises SetupError: if neither the journal nor its spool can be written; then do not do it.
    """
    row = deed_row(at, who, did, subject)
    try:
        with beside(path) as connection, connection.begin():
            store(connection, [row])
    except SetupError as error:
        if not path.is_file():
            raise
        try:
            Spool(path.with_name(path.name + SPOOL_SUFFIX)).append([to_line(row)])
        except OSError:
            raise SetupError(f"who did this cannot be noted, so it is not done: {error}") from error


def deeds(reader: JournalReader, *, since: datetime | None = None, limit: int | None = None) -> Sequence[Deed]:
    """What was done, the newest first."""
    newest = select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.seq.desc()).limit(limit)
    rows = reader.ask(newest.where(AUDIT.c.at >= to_text(since)) if since else newest)
    return [Deed(at=to_instant(row["at"]), who=row["who"], did=row["did"], subject=row["subject"]) for row in rows]


def waiting(path: Path) -> bool:
    """Whether there are records in the spool, which may be of deeds too."""
    return Spool(path.with_name(path.name + SPOOL_SUFFIX)).holds_something()
