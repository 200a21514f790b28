"""What the journal is given, as rows: statement and values for SQLite, a JSON line for the spool.

Every statement can be run twice, and records of a call in any order, with the same result: the spool is read back late,
and again if the service is killed between reading it and removing it.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from hotline_agi.dispatch.commands import CloseRecord, LegRecord, NoteFact, OpenRecord
from hotline_agi.store.schema import to_text
from hotline_agi.terms.ids import CallId, LineId
from hotline_agi.terms.numbers import PhoneNumber

Value = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message that a caller left and that was kept."""

    call: CallId
    line: LineId
    file: str
    """Name in the folder of messages, without the folder."""
    length_s: float
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRecord:
    """The number that a caller came from."""

    call: CallId
    number: PhoneNumber


Record = OpenRecord | NoteFact | CloseRecord | MessageRecord | NumberRecord


@dataclass(frozen=True, slots=True)
class Entry:
    """A record with its instant and its place among all records."""

    record: Record
    at: datetime
    """Aware."""
    seq: int


@dataclass(frozen=True, slots=True)
class Row:
    """One row for one table. `values` is never logged: it may be a number."""

    table: str
    values: Mapping[str, Value]

    def __repr__(self) -> str:
        return f"Row({self.table})"

    @property
    def is_secret(self) -> bool:
        """Whether it holds a number: then it is purged in time, so it must not linger in any other file."""
        return self.table == "caller_number"


_STATEMENTS = {
    # a call is admitted again when the service was restarted under it: the first arrival counts
    "call": """
        INSERT INTO call (call, line, node, arrived_at) VALUES (:call, :line, :node, :arrived_at)
        ON CONFLICT (call) DO UPDATE SET arrived_at = min(arrived_at, excluded.arrived_at)
    """,
    # of two ends of one call (the first was an error, or was read back late) the later one counts
    "call_end": """
        INSERT INTO call
            (call, line, node, arrived_at, answered_at, ended_at, wait_s, talk_s, outcome, volunteer)
        VALUES
            (:call, :line, :node, :arrived_at, :answered_at, :ended_at, :wait_s, :talk_s, :outcome, :volunteer)
        ON CONFLICT (call) DO UPDATE SET
            arrived_at = min(arrived_at, excluded.arrived_at), answered_at = excluded.answered_at,
            ended_at = excluded.ended_at, wait_s = excluded.wait_s, talk_s = excluded.talk_s,
            outcome = excluded.outcome, volunteer = excluded.volunteer
        WHERE call.ended_at IS NULL OR call.ended_at <= excluded.ended_at
    """,
    "leg": """
        INSERT INTO leg (leg, call, volunteer, endpoint, wave, rang_at, ended_at, outcome)
        VALUES (:leg, :call, :volunteer, :endpoint, :wave, :rang_at, :ended_at, :outcome)
        ON CONFLICT (leg) DO NOTHING
    """,
    "fact": """
        INSERT INTO fact (call, seq, at, fact, leg, volunteer, detail)
        VALUES (:call, :seq, :at, :fact, :leg, :volunteer, :detail)
        ON CONFLICT (call, seq) DO NOTHING
    """,
    "message": """
        INSERT INTO message (call, line, file, length_s, recorded_at)
        VALUES (:call, :line, :file, :length_s, :recorded_at)
        ON CONFLICT (call, file) DO UPDATE SET length_s = excluded.length_s
    """,
    "caller_number": """
        INSERT INTO caller_number (call, number, stored_at) VALUES (:call, :number, :stored_at)
        ON CONFLICT (call) DO NOTHING
    """,
}


def store(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Run the rows' statements, in order, in the transaction that is open."""
    for row in rows:
        connection.execute(_STATEMENTS[row.table], row.values)


def rows_of(entry: Entry) -> list[Row]:
    """The rows that one entry makes."""
    record, at, seq = entry.record, entry.at, entry.seq
    match record:
        case OpenRecord():
            values = {"call": record.call, "line": record.line, "node": record.node}
            return [_row("call", **values, arrived_at=to_text(record.arrived_at))]
        case NoteFact():
            return [
                _row(
                    "fact",
                    call=record.call,
                    seq=seq,
                    at=to_text(at),
                    fact=record.fact,
                    leg=record.leg,
                    volunteer=record.volunteer,
                    detail=record.detail,
                )
            ]
        case CloseRecord():
            return [_end_row(record), *(_leg_row(record.call, leg) for leg in record.legs)]
        case MessageRecord():
            return [
                _row(
                    "message",
                    call=record.call,
                    line=record.line,
                    file=record.file,
                    length_s=float(record.length_s),
                    recorded_at=to_text(record.recorded_at),
                )
            ]
        case NumberRecord():
            return [_row("caller_number", call=record.call, number=record.number.reveal(), stored_at=to_text(at))]
        case _:
            assert_never(record)


def _end_row(record: CloseRecord) -> Row:
    return _row(
        "call_end",
        call=record.call,
        line=record.line,
        node=record.node,
        arrived_at=to_text(record.arrived_at),
        answered_at=to_text(record.answered_at) if record.answered_at else None,
        ended_at=to_text(record.ended_at),
        wait_s=float(record.wait_s),
        talk_s=float(record.talk_s),
        outcome=record.outcome,
        volunteer=record.volunteer,
    )


def _leg_row(call: CallId, leg: LegRecord) -> Row:
    return _row(
        "leg",
        leg=leg.leg,
        call=call,
        volunteer=leg.volunteer,
        endpoint=leg.endpoint,
        wave=leg.wave,
        rang_at=to_text(leg.rang_at),
        ended_at=to_text(leg.ended_at),
        outcome=leg.outcome,
    )


def _row(table: str, **values: Value) -> Row:
    # plain text: an enum is not JSON's business, and SQLite takes no lone surrogate (text that was not UTF-8)
    return Row(
        table,
        {
            name: str(value).encode("utf-8", "replace").decode() if isinstance(value, str) else value
            for name, value in values.items()
        },
    )


def to_line(row: Row) -> bytes:
    """`row` for the spool: one line of JSON, with its line feed."""
    return json.dumps([row.table, dict(row.values)], ensure_ascii=False).encode() + b"\n"


def from_line(line: bytes) -> Row:
    """The inverse of `to_line`.

    :raises ValueError: if the line is torn or not ours.
    """
    match json.loads(line):
        case [str(table), dict(values)] if table in _STATEMENTS:
            return Row(table, values)
    raise ValueError("not a line of the spool")
