"""The list of work on disk. Every move is one transaction that begins with the write lock: of two who claim an entry at
the same instant, in one process or in two, one gets it, and the other is told who has it.

    with work.changing(path) as it:
        entry = it.claim(call_id, who, now, policy)

Blocks on disk, for `busy_s` at most where somebody else writes: off a call's way.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, insert, select, update

from hotline_agi.errors import HotlineError
from hotline_agi.reports.past import PastDeed
from hotline_agi.store.audit import deed_row
from hotline_agi.store.opening import beside
from hotline_agi.store.reading import past_deed
from hotline_agi.store.records import store
from hotline_agi.store.schema import CALLER_NUMBER, CALLER_TOKEN, FLAGGED, MESSAGE, to_instant, to_text
from hotline_agi.store.schema_requests import CALLBACK_REQUEST
from hotline_agi.store.schema_work import IS_UNFINISHED, WORK, WORK_ATTEMPT, WORK_CALL, WORK_DEED
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import AttemptEnd, WorkDeed, WorkKind, WorkOutcome, WorkState
from hotline_agi.work import entry as moves
from hotline_agi.work.entry import Entry, Moved, WorkRefusal
from hotline_agi.work.order import Policies, may_take, next_for

BUSY_S = 1.5
"""For the service, whose volunteer waits for the answer in the menu."""
_LAST = "\U0010ffff"
"""Sorts after every character of an id."""
MOST = 10_000
"""Unfinished entries that are looked at; a year of a busy line that nobody worked on has as many."""


class WorkRefused(HotlineError):
    """A move may not be made; `why` says which rule it was."""

    def __init__(self, why: WorkRefusal, text: str) -> None:
        super().__init__(text)
        self.why = why


class EntryNotFound(HotlineError):
    """No entry has this id, or several begin with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave to call the caller of one entry once, given by the transaction that took the attempt down."""

    attempt: LegId
    entry: Entry
    volunteer: VolunteerId
    number: PhoneNumber
    given_at: datetime


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


@contextmanager
def changing(path: Path, *, busy_s: float = BUSY_S) -> Iterator["Change"]:
    """One transaction on the list in the journal at `path`; what is raised in it undoes it.

    :raises SetupError: if the journal cannot be written.
    """
    with beside(path, busy_s=busy_s) as connection, connection.begin():
        yield Change(connection)


class Change:
    """What may be done within one transaction. Moves raise `WorkRefused`; `noted` names who typed a command."""

    def __init__(self, connection: Connection) -> None:
        """For `changing` alone."""
        self.connection = connection

    def claim(
        self, entry: str, who: VolunteerId, now: datetime, policies: Policies, *, noted: str | None = None
    ) -> Entry:
        before = find(self.connection, entry)
        after = self._moved(before, moves.claimed(before, who, now, policies(before.line)), now)
        self._tell(after, WorkDeed.CLAIMED, now, who, noted=noted)
        return after

    def claim_next(
        self,
        lines: Sequence[LineId],
        who: VolunteerId,
        now: datetime,
        policies: Policies,
        coordinates: Callable[[LineId], bool],
    ) -> tuple[Entry | None, int]:
        """The next one of `lines` for `who`, claimed; and how many they may take in all, this one included."""
        known = [one for one in unfinished(self.connection) if one.line in lines]
        able = [one for one in known if may_take(one, who, now, coordinates=coordinates(one.line))]
        found = next_for(known, who, now, policies, coordinates=coordinates)
        if found is None:
            return None, 0
        mine = found.state is WorkState.CLAIMED
        after = self._moved(found, moves.claimed(found, who, now, policies(found.line)), now)
        if not mine:
            self._tell(after, WorkDeed.CLAIMED, now, who)
        return after, len(able)

    def give_back(
        self, entry: str, who: VolunteerId, now: datetime, *, detail: str = "", noted: str | None = None
    ) -> Entry:
        before = find(self.connection, entry)
        after = self._moved(before, moves.given_back(before, who, now), now)
        self._tell(after, WorkDeed.GIVEN_BACK, now, who, detail, noted=noted)
        return after

    def postpone(self, entry: str, who: VolunteerId, now: datetime, policies: Policies) -> Entry:
        """Back on the list, not before the time for another try."""
        before = find(self.connection, entry)
        after = self._moved(before, moves.postponed(before, who, now, policies(before.line)), now)
        self._tell(after, WorkDeed.GIVEN_BACK, now, who, "later")
        return after

    def finish(
        self,
        entry: str,
        who: VolunteerId,
        outcome: WorkOutcome,
        now: datetime,
        *,
        detail: str = "",
        noted: str | None = None,
    ) -> Entry:
        before = find(self.connection, entry)
        after = self._moved(before, moves.done(before, who, outcome, now), now)
        self._tell(after, WorkDeed.DONE, now, who, f"{outcome.value}{': ' if detail else ''}{detail}", noted=noted)
        return after

    def escalate(
        self, entry: str, who: VolunteerId, now: datetime, *, detail: str = "", noted: str | None = None
    ) -> Entry:
        before = find(self.connection, entry)
        after = self._moved(before, moves.escalated(before, who, now), now)
        self._tell(after, WorkDeed.ESCALATED, now, who, detail, noted=noted)
        return after

    # ---- calls to callers

    def begin_attempt(
        self,
        entry: str,
        who: VolunteerId,
        attempt: LegId,
        now: datetime,
        policies: Policies,
        *,
        may_call: Callable[[LineId], bool],
    ) -> Permit | None:
        """Leave to call them, noted before anything is dialled; None: their number is not known (any more)."""
        before = find(self.connection, entry)
        number = self.number_of(before.id)
        after = moves.dialled(before, who, now, policies(before.line), may_call=may_call(before.line))
        if number is None and not isinstance(after, WorkRefusal):
            return None
        after = self._moved(before, after, now)
        self.connection.execute(
            insert(WORK_ATTEMPT),
            {"attempt": attempt, "entry": after.id, "volunteer": who, "dialled_at": to_text(now), "talk_s": 0.0},
        )
        self._tell(after, WorkDeed.DIALLED, now, who)
        assert number is not None
        return Permit(attempt=attempt, entry=after, volunteer=who, number=number, given_at=now)

    def talk_begins(self, attempt: LegId, now: datetime) -> None:
        found = self._attempt(attempt)
        if found is not None and found.ended_at is None:
            before = find(self.connection, found.entry)
            after = moves.talking(before, now)
            if not isinstance(after, WorkRefusal):
                self._write(after)

    def end_attempt(
        self,
        attempt: LegId,
        end: AttemptEnd,
        now: datetime,
        policies: Policies,
        *,
        talk_s: float = 0.0,
        hung_up: bool = False,
    ) -> Entry | None:
        """What came of it; a second word about it counts no more (None)."""
        found = self._attempt(attempt)
        if found is None or found.ended_at is not None:
            return None
        ended = {"ended_at": to_text(now), "ended": end.value, "talk_s": float(talk_s)}
        self.connection.execute(update(WORK_ATTEMPT).where(WORK_ATTEMPT.c.attempt == attempt).values(**ended))
        before = find(self.connection, found.entry)
        after = moves.attempt_ended(before, end, now, policies(before.line), talk_s=talk_s, hung_up=hung_up)
        self._tell(before, WorkDeed.ATTEMPT_ENDED, now, found.volunteer, f"{end.value};{talk_s:.0f}")
        if isinstance(after, WorkRefusal):
            return before
        self._write(after)
        if after.state is WorkState.ESCALATED and before.state is not WorkState.ESCALATED:
            self._tell(after, WorkDeed.ESCALATED, now, None, "the last attempt")
        elif after.state is WorkState.DONE and before.state is not WorkState.DONE:
            self._tell(after, WorkDeed.DONE, now, found.volunteer, WorkOutcome.REACHED.value)
        return after

    def _attempt(self, attempt: LegId) -> Attempt | None:
        row = self.connection.execute(select(WORK_ATTEMPT).where(WORK_ATTEMPT.c.attempt == attempt)).mappings().first()
        return None if row is None else _attempt(row)

    def number_of(self, entry: CallId) -> PhoneNumber | None:
        return number_of(self.connection, entry)

    # ---- what closed by itself

    def told_closed(self, who: VolunteerId) -> int:
        """How many entries that `who` had closed by themselves; each is told once."""
        closed = update(WORK).where(
            WORK.c.owner == who, WORK.c.state == WorkState.CLOSED.value, WORK.c.told == 0, WORK.c.closed_at.is_not(None)
        )
        return self.connection.execute(closed.values(told=1)).rowcount

    # ---- writing

    def note(self, entry: CallId, deed: WorkDeed, now: datetime, who: VolunteerId | None, detail: str) -> None:
        """One more line of its history."""
        newest = self.connection.scalar(select(func.max(WORK_DEED.c.seq)).where(WORK_DEED.c.entry == entry)) or 0
        values = {
            "entry": entry,
            "seq": max(newest + 1, time.time_ns() // 1000),
            "at": to_text(now),
            "deed": deed.value,
            "who": who,
            "detail": detail,
        }
        self.connection.execute(insert(WORK_DEED), values)

    def _tell(
        self,
        entry: Entry,
        deed: WorkDeed,
        now: datetime,
        who: VolunteerId | None,
        detail: str = "",
        *,
        noted: str | None = None,
    ) -> None:
        self.note(entry.id, deed, now, who, detail)
        if noted is not None:
            store(self.connection, [deed_row(now, noted, f"callback {deed.value}, as {who}", entry.id)])

    def _moved(self, before: Entry, after: Moved, now: datetime) -> Entry:
        if isinstance(after, WorkRefusal):
            raise WorkRefused(after, _told(before, after))
        if moves.seen_at(before, now).state is not before.state:
            self.note(before.id, WorkDeed.LAPSED, now, before.owner, "")
        self._write(after)
        return after

    def _write(self, entry: Entry) -> None:
        self.connection.execute(update(WORK).where(WORK.c.entry == entry.id).values(**row_of(entry)))


def _told(entry: Entry, why: WorkRefusal) -> str:
    match why:
        case WorkRefusal.TAKEN if entry.lease_until is not None:
            return f"{entry.id}: {entry.owner} has it until {to_text(entry.lease_until)}"
        case WorkRefusal.FINISHED:
            done_by = f" by {entry.owner}" if entry.owner else ""
            return f"{entry.id}: it is finished ({entry.state.value}{done_by})"
        case WorkRefusal.TOO_SOON if entry.not_before is not None:
            return f"{entry.id}: not before {to_text(entry.not_before)}, after a try in vain"
        case _:
            return f"{entry.id}: {why.value}"


# ---- reading


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
    return [_attempt(row) for row in rows]


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


def _attempt(row: RowMapping) -> Attempt:
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
