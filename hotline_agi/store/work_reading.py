"""What the list of work says: entries, their calls and history; and a caller's number, for whoever may have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, select

from hotline_agi.errors import HotlineError
from hotline_agi.reports.past import PastDeed
from hotline_agi.store.reading import past_deed
from hotline_agi.store.schema import CALLER_NUMBER, CALLER_TOKEN, FLAGGED, MESSAGE, to_instant, to_text
from hotline_agi.store.schema_requests import CALLBACK_REQUEST
from hotline_agi.store.schema_work import IS_UNFINISHED, WORK, WORK_ATTEMPT, WORK_CALL, WORK_DEED
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import AttemptEnd, WorkKind, WorkOutcome, WorkState
from hotline_agi.work.entry import Entry

_LAST = "\U0010ffff"
"""Sorts after every character of an id."""
MOST = 10_000
"""Unfinished entries that are looked at; a year of a busy line that nobody worked on has as many."""


class EntryNotFound(HotlineError):
    """No entry has this id, or several begin with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call to a caller."""

    attempt: LegId
    entry: CallId
    volunteer: VolunteerId
    dialled_at: datetime
    ended_at: datetime | None
    ended: AttemptEnd | None
    talk_s: float


_HIGH_RISK = (
    exists()
    .where(
        WORK_CALL.c.entry == WORK.c.entry,
        CALLER_TOKEN.c.call == WORK_CALL.c.call,
        FLAGGED.c.token == CALLER_TOKEN.c.token,
    )
    .label("high_risk")
)
_CALLS = select(func.count()).where(WORK_CALL.c.entry == WORK.c.entry).select_from(WORK_CALL).scalar_subquery()
ENTRIES = select(WORK, _CALLS.label("calls"), _HIGH_RISK)


def unfinished(connection: Connection) -> list[Entry]:
    """All that somebody has to do, the oldest first, `MOST` at most."""
    rows = connection.execute(ENTRIES.where(IS_UNFINISHED).order_by(WORK.c.opened_at).limit(MOST)).mappings()
    return [entry_of(row) for row in rows]


def find(connection: Connection, entry: str) -> Entry:
    """The entry with this id, in full or a beginning that only one has.

    :raises EntryNotFound: if none or several are meant.
    """
    row = connection.execute(ENTRIES.where(WORK.c.entry == entry)).mappings().first()
    if row is not None:
        return entry_of(row)
    begins_so = ENTRIES.where(WORK.c.entry >= entry, WORK.c.entry < entry + _LAST)
    rows = connection.execute(begins_so.order_by(WORK.c.entry).limit(6)).mappings().all() if entry else []
    if len(rows) == 1:
        return entry_of(rows[0])
    if rows:
        named = ", ".join(row["entry"] for row in rows[:5])
        raise EntryNotFound(f"several callbacks begin with {entry!r}: {named}{', …' if len(rows) > 5 else ''}")
    of_call = connection.scalar(select(WORK_CALL.c.entry).where(WORK_CALL.c.call == entry))
    if of_call is not None:
        return find(connection, of_call)
    raise EntryNotFound(f"no callback has the id {entry!r}: `hotline callbacks` lists them")


def deeds_of(connection: Connection, entry: CallId) -> list[PastDeed]:
    rows = connection.execute(select(WORK_DEED).where(WORK_DEED.c.entry == entry).order_by(WORK_DEED.c.seq)).mappings()
    return [past_deed(row) for row in rows]


def calls_of(connection: Connection, entry: CallId) -> list[tuple[CallId, WorkKind]]:
    rows = connection.execute(select(WORK_CALL).where(WORK_CALL.c.entry == entry).order_by(WORK_CALL.c.call)).mappings()
    return [(CallId(row["call"]), WorkKind(row["kind"])) for row in rows]


def entry_of_call(connection: Connection, call: CallId) -> CallId | None:
    """The entry that a call belongs to."""
    found = connection.scalar(select(WORK_CALL.c.entry).where(WORK_CALL.c.call == call))
    return CallId(found) if found is not None else None


def newest_message(connection: Connection, entry: CallId) -> str | None:
    """The file of the last message that the caller left."""
    found: str | None = connection.scalar(
        select(MESSAGE.c.file)
        .where(MESSAGE.c.call.in_(select(WORK_CALL.c.call).where(WORK_CALL.c.entry == entry)))
        .order_by(MESSAGE.c.recorded_at.desc())
        .limit(1)
    )
    return found


def number_of(connection: Connection, entry: CallId) -> PhoneNumber | None:
    """Where its caller wants to be called, or called from last; None: withheld, or deleted by now."""
    calls = select(WORK_CALL.c.call).where(WORK_CALL.c.entry == entry)
    for table, at in ((CALLBACK_REQUEST, CALLBACK_REQUEST.c.asked_at), (CALLER_NUMBER, CALLER_NUMBER.c.stored_at)):
        found = connection.scalar(select(table.c.number).where(table.c.call.in_(calls)).order_by(at.desc()).limit(1))
        if found is not None:
            return PhoneNumber(found)
    return None


def open_attempts(connection: Connection) -> list[Attempt]:
    """Calls to callers whose end nobody noted."""
    rows = connection.execute(select(WORK_ATTEMPT).where(WORK_ATTEMPT.c.ended_at.is_(None))).mappings()
    return [attempt_of(row) for row in rows]


def dialled_since(connection: Connection, since: datetime) -> list[tuple[PhoneNumber, datetime]]:
    """Which numbers were dialled since then, and when: for the dial envelope. Those that are known still."""
    rows = connection.execute(
        select(WORK_ATTEMPT.c.entry, WORK_ATTEMPT.c.dialled_at).where(WORK_ATTEMPT.c.dialled_at >= to_text(since))
    ).all()
    found = ((number_of(connection, CallId(entry)), to_instant(at)) for entry, at in rows)
    return [(number, at) for number, at in found if number is not None]


def token_of(connection: Connection, entry: CallId) -> CallerToken | None:
    """Who its caller is."""
    found = connection.scalar(
        select(CALLER_TOKEN.c.token)
        .join(WORK_CALL, WORK_CALL.c.call == CALLER_TOKEN.c.call)
        .where(WORK_CALL.c.entry == entry)
        .limit(1)
    )
    return CallerToken(found) if found is not None else None


def matching(connection: Connection, *conditions: ColumnElement[bool], limit: int) -> list[Entry]:
    """Finished and unfinished ones, the newest first."""
    rows = connection.execute(ENTRIES.where(*conditions).order_by(WORK.c.opened_at.desc()).limit(limit)).mappings()
    return [entry_of(row) for row in rows]


def entry_of(row: RowMapping) -> Entry:
    return Entry(
        id=CallId(row["entry"]),
        line=LineId(row["line"]),
        kind=WorkKind(row["kind"]),
        opened_at=to_instant(row["opened_at"]),
        last_at=to_instant(row["last_at"]),
        calls=row["calls"],
        state=WorkState(row["state"]),
        owner=VolunteerId(row["owner"]) if row["owner"] else None,
        lease_until=_maybe_instant(row["lease_until"]),
        attempts=row["attempts"],
        not_before=_maybe_instant(row["not_before"]),
        call_until=_maybe_instant(row["call_until"]),
        outcome=WorkOutcome(row["outcome"]) if row["outcome"] else None,
        closed_at=_maybe_instant(row["closed_at"]),
        high_risk=bool(row["high_risk"]),
    )


def row_of(entry: Entry) -> Mapping[str, Any]:
    """What of `entry` stands in its row, without its key."""
    return {
        "line": entry.line,
        "kind": entry.kind.value,
        "opened_at": to_text(entry.opened_at),
        "last_at": to_text(entry.last_at),
        "state": entry.state.value,
        "owner": entry.owner,
        "lease_until": _maybe_text(entry.lease_until),
        "attempts": entry.attempts,
        "not_before": _maybe_text(entry.not_before),
        "call_until": _maybe_text(entry.call_until),
        "outcome": entry.outcome.value if entry.outcome else None,
        "closed_at": _maybe_text(entry.closed_at),
    }


def attempt_of(row: RowMapping) -> Attempt:
    return Attempt(
        attempt=LegId(row["attempt"]),
        entry=CallId(row["entry"]),
        volunteer=VolunteerId(row["volunteer"]),
        dialled_at=to_instant(row["dialled_at"]),
        ended_at=_maybe_instant(row["ended_at"]),
        ended=AttemptEnd(row["ended"]) if row["ended"] else None,
        talk_s=row["talk_s"],
    )


def _maybe_instant(text: str | None) -> datetime | None:
    return to_instant(text) if text else None


def _maybe_text(at: datetime | None) -> str | None:
    return to_text(at) if at is not None else None
