"""The list of work on disk. Every move is one transaction that begins with the write lock: of two who claim an entry at
the same instant, in one process or in two, one gets it, and the other is told who has it.

    with work.changing(path) as it:
        entry = it.claim(call_id, who, now, policy)

Blocks on disk, for `busy_s` at most where somebody else writes: off a call's way.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, update

from hotline_agi.dispatch.commands import FlagCaller, OpenFollowUps
from hotline_agi.errors import HotlineError
from hotline_agi.store.audit import deed_row
from hotline_agi.store.opening import beside
from hotline_agi.store.records import Entry as Record
from hotline_agi.store.records import rows_of, store
from hotline_agi.store.schema import to_text
from hotline_agi.store.schema_work import WORK, WORK_ATTEMPT, WORK_DEED
from hotline_agi.store.work_reading import Attempt, attempt_of, find, number_of, row_of, token_of, unfinished
from hotline_agi.terms.ids import CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import AttemptEnd, WorkDeed, WorkOutcome, WorkState
from hotline_agi.work import entry as moves
from hotline_agi.work.entry import Entry, Moved, WorkRefusal
from hotline_agi.work.order import Policies, may_take, next_for

BUSY_S = 1.5
"""For the service, whose volunteer waits for the answer in the menu."""


class WorkRefused(HotlineError):
    """A move may not be made; `why` says which rule it was."""

    def __init__(self, why: WorkRefusal, text: str) -> None:
        super().__init__(text)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave to call the caller of one entry once, given by the transaction that took the attempt down."""

    attempt: LegId
    entry: Entry
    volunteer: VolunteerId
    number: PhoneNumber
    given_at: datetime


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

    def mark(self, entry: str, who: VolunteerId, now: datetime, follow_ups: Sequence[OpenFollowUps]) -> None:
        """Their caller is at high risk: flagged, if their number was told, and looked after as `follow_ups` say."""
        of = find(self.connection, entry)
        caller = token_of(self.connection, of.id)
        records: list[FlagCaller | OpenFollowUps] = [
            FlagCaller(call=of.id, line=of.line, caller=caller, volunteer=who),
            *follow_ups,
        ]
        for one in records:
            store(self.connection, rows_of(Record(one, now, time.time_ns() // 1000)))

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
        return None if row is None else attempt_of(row)

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
        seq = max(newest + 1, time.time_ns() // 1000)
        self.connection.execute(insert(WORK_DEED), deed_row_of(entry, seq, now, deed, who, detail))

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


def deed_row_of(
    entry: CallId, seq: int, now: datetime, deed: WorkDeed, who: VolunteerId | None, detail: str
) -> dict[str, str | int | None]:
    """One line of an entry's history, as a row."""
    return {"entry": entry, "seq": seq, "at": to_text(now), "deed": deed.value, "who": who, "detail": detail}


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
