"""The machine's memory, and the few moves on it that every part needs: ring, cancel, forget, note."""

from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto

from hotline_agi.dispatch.commands import (
    CancelLeg,
    CancelReason,
    CloseRecord,
    Command,
    DismissLeg,
    Fact,
    LegRecord,
    NoteFact,
    RingLeg,
)
from hotline_agi.dispatch.deadlines import Deadlines
from hotline_agi.dispatch.notice_book import NoticeBook
from hotline_agi.dispatch.seats import Seats
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Endpoint, Line, Roster
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import LegOutcome, Outcome

RING_GRACE_S = 5.0
"""A ringing leg outlives its ring timeout by this much before we take it back ourselves."""
PROMPT_LIMIT_S = 30.0
"""The accept prompt is said twice with 4 s to press; who is still in it after this long is stuck."""
CANCEL_GRACE_S = 2.0
"""A cancelled leg's channel is gone in milliseconds; after this the cancel is repeated, and at last given up."""
CANCEL_REPEATS = 2
DEPARTED_KEPT = 4096
"""So many calls that are over are remembered by id: AMI and AGI are two streams, and a caller's question may reach us
after the news that this caller left."""


class Timer(Enum):
    """Kinds of deadline; the key of a deadline is ``(kind, id)``."""

    WAVE = auto()
    OVERFLOW = auto()
    ASK = auto()
    CONNECT = auto()
    VERDICT = auto()
    GHOST = auto()
    FORGET = auto()
    LEG = auto()
    REST = auto()
    MESSAGE = auto()
    # of notices; see `notices.py`
    NOTICE = auto()
    REMINDERS = auto()
    REMIND = auto()
    BACKUP = auto()
    COVER = auto()
    TELL_REST = auto()


NOTICE_TIMERS = (Timer.NOTICE, Timer.REMINDERS, Timer.REMIND, Timer.BACKUP, Timer.COVER, Timer.TELL_REST)
CALL_TIMERS = (Timer.WAVE, Timer.OVERFLOW, Timer.ASK, Timer.CONNECT, Timer.VERDICT, Timer.FORGET)

_OUTCOME_OF_CANCEL = {
    CancelReason.ELSEWHERE: LegOutcome.ELSEWHERE,
    CancelReason.CALLER_LEFT: LegOutcome.CALLER_LEFT,
    CancelReason.WITHDRAWN: LegOutcome.WITHDRAWN,
}
_OUTCOME_OF_CAUSE: dict[int, LegOutcome] = {
    Cause.USER_BUSY: LegOutcome.BUSY,
    Cause.CALL_REJECTED: LegOutcome.DECLINED,
    Cause.NO_ANSWER: LegOutcome.NO_ANSWER,
    Cause.NO_USER_RESPONSE: LegOutcome.NO_ANSWER,
    Cause.UNALLOCATED: LegOutcome.UNREACHABLE,
    Cause.SUBSCRIBER_ABSENT: LegOutcome.UNREACHABLE,
    Cause.DESTINATION_OUT_OF_ORDER: LegOutcome.UNREACHABLE,
    Cause.CONGESTION: LegOutcome.UNREACHABLE,
    Cause.CHANNEL_UNAVAIL: LegOutcome.UNREACHABLE,
    Cause.FAILURE: LegOutcome.UNREACHABLE,
}


@dataclass(slots=True, eq=False)
class Switchboard:
    """Everything the machine remembers. `out` collects the commands of the step that is being taken."""

    roster: Roster
    boot: int
    """32 bits that no earlier run used: the front part of the leg ids, so that none is used twice."""
    now: Now
    calls: dict[CallId, Call] = field(default_factory=dict)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    foreign: dict[LegId, VolunteerId] = field(default_factory=dict)
    """Legs that we did not begin, or believed gone, and that keep their volunteer busy."""
    departed: dict[CallId, None] = field(default_factory=dict)
    """Calls that are over (or were never ours), the latest `DEPARTED_KEPT` of them: they are not admitted again."""
    settling: set[NodeId] = field(default_factory=set)
    """Stock is being taken: nobody is rung before we know who is still there."""
    seats: Seats = field(default_factory=Seats)
    deadlines: Deadlines = field(default_factory=Deadlines)
    notices: NoticeBook = field(default_factory=NoticeBook)
    ignored: Counter[str] = field(default_factory=Counter)
    """Events that could not be placed, by name: late, doubled or unknown."""
    out: list[Command] = field(default_factory=list)
    admitted: int = 0
    legs_made: int = 0
    _duties: dict[LineId, tuple[Line, Duty]] = field(default_factory=dict)
    _duties_at: Now | None = None

    def note(
        self,
        call: Call,
        fact: Fact,
        leg: LegId | None = None,
        volunteer: VolunteerId | None = None,
        detail: str = "",
    ) -> None:
        self.out.append(NoteFact(call=call.id, fact=fact, leg=leg, volunteer=volunteer, detail=detail))

    def set_timer(self, kind: Timer, key: str, after_s: float) -> None:
        self.deadlines.set((kind, key), self.now.mono_s + after_s)

    def clear_timers(self, call: Call, *kinds: Timer) -> None:
        for kind in kinds:
            self.deadlines.clear((kind, call.id))

    def duty(self, line: Line) -> Duty:
        """Who is on duty for `line` now; worked out once per step."""
        if self._duties_at is not self.now:
            self._duties_at = self.now
            self._duties.clear()
        known = self._duties.get(line.id)
        if known is None or known[0] is not line:  # two calls may follow two rosters
            duty = on_duty(line, self.now.at)
            known = self._duties[line.id] = (
                line,
                self.notices.duty(line.id, duty, self.now.at, self.roster.volunteers),
            )
        return known[1]

    def forget_duties(self) -> None:
        """Somebody stands in, or does not any more: who is on duty is worked out again."""
        self._duties.clear()

    # ---- legs

    def new_leg_id(self) -> LegId:
        """An id that no leg of this run or another had."""
        self.legs_made += 1
        return LegId(f"leg-{self.boot:08x}{self.legs_made:06x}")

    def ring(self, call: Call, endpoint: Endpoint, volunteer: VolunteerId | None, ring_timeout_s: float) -> Leg:
        """Begin one leg. The volunteer's seat must be free."""
        leg = Leg(
            id=self.new_leg_id(),
            call=call,
            node=call.node,
            volunteer=volunteer,
            endpoint=endpoint,
            wave=call.wave,
            rang_at=self.now.at,
            rang_s=self.now.mono_s,
        )
        self.legs[leg.id] = call.legs[leg.id] = leg
        if volunteer is not None:
            self.seats.take(volunteer, leg.id)
        self.set_timer(Timer.LEG, leg.id, ring_timeout_s + RING_GRACE_S)
        self.out.append(
            RingLeg(
                leg=leg.id,
                call=call.id,
                node=call.node,
                volunteer=volunteer,
                endpoint=endpoint,
                language=call.line.language,
                ring_timeout_s=ring_timeout_s,
            )
        )
        self.note(call, Fact.RANG, leg.id, volunteer, endpoint.kind)
        return leg

    def cancel(self, leg: Leg, reason: CancelReason) -> None:
        """Take a leg back: silently while it rings, with a word when it was picked up. Cancelling twice is one."""
        if leg.state is LegState.CANCELLING:
            return
        picked_up = leg.state is LegState.ANSWERED
        leg.state, leg.cancelled = LegState.CANCELLING, reason
        command = DismissLeg if picked_up else CancelLeg
        self.out.append(command(leg=leg.id, node=leg.node, reason=reason))
        # a dismissed leg hears a sentence first
        self.set_timer(Timer.LEG, leg.id, PROMPT_LIMIT_S if picked_up else CANCEL_GRACE_S)

    def cancel_all(self, call: Call, reason: CancelReason) -> None:
        """Take back every leg of `call` but its winner."""
        for leg in list(call.legs.values()):
            if leg is not call.winner:
                self.cancel(leg, reason)

    def forget(self, leg: Leg, cause: int) -> LegOutcome:
        """The leg's channel is gone: free the seat, write the leg's record, say how it ended."""
        call = leg.call
        del self.legs[leg.id], call.legs[leg.id]
        self.deadlines.clear((Timer.LEG, leg.id))
        self.deadlines.clear((Timer.GHOST, leg.id))
        if call.winner is leg:
            call.winner = None
        outcome = outcome_of(leg, cause)
        if leg.volunteer is not None:
            resting_s = call.line.wrap_up_s if leg.talked else 0.0
            self.seats.leave(leg.volunteer, leg.id, resting_until_s=self.now.mono_s + resting_s)
            if resting_s > 0:
                self.set_timer(Timer.REST, leg.volunteer, resting_s)
        call.leg_records.append(
            LegRecord(
                leg=leg.id,
                volunteer=leg.volunteer,
                endpoint=leg.endpoint.kind,
                wave=leg.wave + 1,
                rang_at=leg.rang_at,
                ended_at=self.now.at,
                outcome=outcome,
            )
        )
        self.note(call, Fact.LEG_ENDED, leg.id, leg.volunteer, outcome)
        return outcome

    # ---- calls

    def waiting_in_order(self) -> list[Call]:
        """Calls that want somebody, in the order in which they are served."""
        waiting = [call for call in self.calls.values() if call.state is CallState.WAITING and not call.left]
        return sorted(waiting, key=lambda call: (not call.urgent, call.order))

    def depart(self, call: CallId) -> None:
        """`call` is over: a question that still comes from it comes too late."""
        self.departed[call] = None
        if len(self.departed) > DEPARTED_KEPT:
            del self.departed[next(iter(self.departed))]

    def close_if_over(self, call: Call) -> None:
        """Write the one record of a call whose caller is gone, whose last leg is gone, and whose message is weighed."""
        if not call.left or call.legs or self.deadlines.has((Timer.MESSAGE, call.id)):
            return
        if self.calls.pop(call.id, None) is None:
            return
        self.clear_timers(call, *CALL_TIMERS, Timer.GHOST)
        self.depart(call.id)
        ended_at = call.ended_at or self.now.at
        answered_s = call.answered_s if call.answered_s is not None else self.now.mono_s
        self.out.append(
            CloseRecord(
                call=call.id,
                line=call.line.id,
                node=call.node,
                arrived_at=call.arrived_at,
                answered_at=call.answered_at,
                ended_at=ended_at,
                wait_s=round(max(0.0, answered_s - call.arrived_s), 3),
                talk_s=round(call.talk_s, 3),
                outcome=call.outcome or Outcome.UNCERTAIN,
                volunteer=call.volunteer,
                legs=tuple(call.leg_records),
            )
        )


def outcome_of(leg: Leg, cause: int) -> LegOutcome:
    """What the end of a leg means: first what we did, then what the human did, then what the network said."""
    if leg.talked:
        return LegOutcome.TALKED
    if leg.cancelled is not None:
        return _OUTCOME_OF_CANCEL[leg.cancelled]
    if leg.state is LegState.ANSWERED:
        return LegOutcome.NOT_ACCEPTED
    if leg.state is LegState.WINNER:
        return LegOutcome.FAILED
    return _OUTCOME_OF_CAUSE.get(cause, LegOutcome.FAILED)
