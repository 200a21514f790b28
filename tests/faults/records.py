"""The journal as it lies on the disk, read beside the service."""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.evidence import Record


def records_of(journal: Path, trouble: list[str]) -> tuple[Record, ...]:
    """All records, in order of arrival; what stops the reading goes to `trouble`."""
    try:
        with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True, timeout=2.0)) as database:
            rows = database.execute("SELECT call, outcome, volunteer FROM call ORDER BY arrived_at").fetchall()
            return tuple(_record(database, *row) for row in rows)
    except sqlite3.Error as error:
        trouble.append(f"the journal cannot be read: {error}")
        return ()


def _record(database: sqlite3.Connection, call: str, outcome: str | None, volunteer: str | None) -> Record:
    facts = database.execute(
        "SELECT fact, volunteer, detail, leg FROM fact WHERE call = ? ORDER BY seq", (call,)
    ).fetchall()
    return Record(
        call=call,
        outcome=outcome or "",
        volunteer=volunteer,
        facts=tuple(" ".join(filter(None, (fact, who, detail))) for fact, who, detail, _ in facts),
        rang=tuple(leg for fact, _, _, leg in facts if fact == "rang" and leg),
        legs=dict(database.execute("SELECT leg, outcome FROM leg WHERE call = ?", (call,)).fetchall()),
        messages=tuple(name for (name,) in database.execute("SELECT file FROM message WHERE call = ?", (call,))),
    )
