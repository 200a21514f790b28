"""Invented calls, as the machine would hand them to the journal."""

import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline_agi.dispatch.commands import CloseRecord, LegRecord, NoteFact, OpenRecord
from hotline_agi.retention import Ages
from hotline_agi.store.journal import Journal
from hotline_agi.store.opening import connect
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome

AGELESS = Ages(
    calls=36_500, messages=36_500, recordings=36_500, numbers=36_500, steps=36_500, states=36_500, audit=36_500
)
"""For records of invented days: nothing is purged."""
START = datetime(2026, 7, 1, 18, 0, 0, 120_000, tzinfo=UTC)
LINE, NODE = LineId("xinli"), NodeId("pbx1")


def call_id(number: int) -> CallId:
    return CallId(f"pbx1-1782900000.{number}")


def opened(call: CallId, at: datetime = START, line: LineId = LINE) -> OpenRecord:
    return OpenRecord(call=call, line=line, node=NODE, arrived_at=at)


def noted(call: CallId, fact: Fact = Fact.RANG, detail: str = "softphone", who: str | None = "v01") -> NoteFact:
    return NoteFact(
        call=call,
        fact=fact,
        leg=LegId(f"leg-{call}-{who}") if who else None,
        volunteer=VolunteerId(who) if who else None,
        detail=detail,
    )


def closed(
    call: CallId,
    at: datetime = START,
    *,
    line: LineId = LINE,
    outcome: Outcome = Outcome.TALKED,
    lasted_s: float = 60.0,
) -> CloseRecord:
    """A call that arrived at `at`; when it was answered, then after 5 s and by v01."""
    answered = outcome is Outcome.TALKED
    wait_s = 5.0 if answered else lasted_s
    return CloseRecord(
        call=call,
        line=line,
        node=NODE,
        arrived_at=at,
        answered_at=at + timedelta(seconds=wait_s) if answered else None,
        ended_at=at + timedelta(seconds=lasted_s),
        wait_s=wait_s,
        talk_s=lasted_s - wait_s,
        outcome=outcome,
        volunteer=VolunteerId("v01") if answered else None,
        legs=(
            leg(call, "v01", LegOutcome.TALKED if answered else LegOutcome.CALLER_LEFT, at),
            leg(call, "v02", LegOutcome.ELSEWHERE if answered else LegOutcome.BUSY, at),
        ),
    )


def leg(call: CallId, who: str, outcome: LegOutcome, at: datetime = START) -> LegRecord:
    return LegRecord(
        leg=LegId(f"leg-{call}-{who}"),
        volunteer=VolunteerId(who),
        endpoint="softphone",
        wave=1,
        rang_at=at,
        ended_at=at + timedelta(seconds=5),
        outcome=outcome,
    )


def write_call(journal: Journal, call: CallId, at: datetime = START) -> int:
    """One whole call of 12 records; returns how many facts it has."""
    journal.write(opened(call, at), at)
    for number in range(10):
        journal.write(noted(call, detail=str(number)), at + timedelta(milliseconds=number))
    journal.write(closed(call, at), at)
    return 10


def rows(path: Path, question: str) -> list[tuple[object, ...]]:
    """Ask the file itself."""
    connection = sqlite3.connect(path, timeout=5)
    try:
        return connection.execute(question).fetchall()
    finally:
        connection.close()


def made(path: Path) -> sqlite3.Connection:
    """A journal's file with its tables, opened by nothing of ours."""
    connect(path, busy_s=1).close()
    return sqlite3.connect(path, timeout=1, isolation_level=None)


def count(path: Path, table: str) -> int:
    return int(str(rows(path, f"SELECT count(*) FROM {table}")[0][0]))


def eventually(holds: Callable[[], bool], within_s: float = 10.0) -> None:
    """Wait until `holds()`; fails after `within_s`."""
    give_up_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < give_up_s, "did not come true in time"
        time.sleep(0.005)
