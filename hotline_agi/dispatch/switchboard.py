"""The machine's memory, and the few moves on it that every part needs: ring, cancel, forget, note."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, auto
from math import inf

from hotline_agi.dispatch.acceptance import Acceptance
from hotline_agi.dispatch.caller_book import Callers
from hotline_agi.dispatch.commands import (
    CancelLeg,
    CancelReason,
    CloseRecord,
    Command,
    DismissLeg,
    Fact,
    LegRecord,
    NoteFact,
    NoteVolunteer,
    ReassignLeg,
    RingLeg,
)
from hotline_agi.dispatch.courses import Past
from hotline_agi.dispatch.deadlines import Deadlines
from hotline_agi.dispatch.events import DeviceChanged, Event, OwnSounds
from hotline_agi.dispatch.follow_ups import follow_ups
from hotline_agi.dispatch.help_book import HelpBook
from hotline_agi.dispatch.notice_book import NoticeBook
from hotline_agi.dispatch.pools import Pool, Pools
from hotline_agi.dispatch.seats import Place, Seat, Seats
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.waiting import ByGroup, Waiting
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Endpoint, Line, RingGroup, Roster, Want
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.causes import NORMAL_END, Cause
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import REACHED_SOMEBODY, LegOutcome, Outcome
from hotline_agi.terms.standing import VolunteerState

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


class Timer(IntEnum):
    """Kinds of deadline; the key of a deadline is ``(kind, id)``. Numbers, because those hash in no time."""

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
    LANGUAGE = auto()
    # of notices; see `notices.py`
    NOTICE = auto()
    REMINDERS = auto()
    REMIND = auto()
    BACKUP = auto()
    COVER = auto()
    TELL_REST = auto()
    ALARM = auto()
    # of help in talks; see `supervision.py`
    HELP = auto()
    HELPER = auto()


NOTICE_TIMERS = (
    Timer.NOTICE,
    Timer.REMINDERS,
    Timer.REMIND,
    Timer.BACKUP,
    Timer.COVER,
    Timer.TELL_REST,
    Timer.ALARM,
)
CALL_TIMERS = (Timer.WAVE, Timer.OVERFLOW, Timer.ASK, Timer.CONNECT, Timer.VERDICT, Timer.FORGET, Timer.LANGUAGE)

TRIED_KEPT = 4096
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


ShiftChanged = Callable[[Line, Duty], datetime]


@dataclass(slots=True, eq=False)
class Switchboard:
    """Everything the machine remembers. `out` collects the commands of the step that is being taken."""

    roster: Roster
    boot: int
    """32 bits that no earlier run used: the front part of the leg ids, so that none is used twice."""
    now: Now
    can_record: bool = False
    """As the shell said last; see `events.RecordingPossible`."""
    calls: dict[CallId, Call] = field(default_factory=dict)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    foreign: dict[LegId, VolunteerId] = field(default_factory=dict)
    """Legs that we did not begin, or believed gone, and that keep their volunteer busy."""
    engaged_s: dict[LegId, float] = field(default_factory=dict)
    """Of those in `foreign` by which volunteers call somebody back: since when (monotonic seconds)."""
    departed: dict[CallId, bool] = field(default_factory=dict)
    """Calls that are over (or were never ours), the latest `DEPARTED_KEPT` of them: they are not admitted again; and
    whether they had a record."""
    past: Past = field(default_factory=Past)
    """Calls of earlier runs that nobody has seen yet."""
    lost_at: dict[NodeId, datetime] = field(default_factory=dict)
    """Since when the link to an Asterisk is down."""
    sounds: dict[tuple[LineId, str], OwnSounds] = field(default_factory=dict)
    """Of lines that have their own, by language."""
    settling: set[NodeId] = field(default_factory=set)
    """Stock is being taken: nobody is rung before we know who is still there."""
    waiting: Waiting = field(default_factory=Waiting)
    needy: ByGroup = field(default_factory=lambda: ByGroup(largest=False))
    """Waiting calls that could do with another phone, the smallest group first."""
    givers: ByGroup = field(default_factory=lambda: ByGroup(largest=True))
    """Waiting calls with two phones or more, the largest group first."""
    acceptance: Acceptance = field(default_factory=Acceptance)
    devices: dict[EndpointId, dict[NodeId, DeviceChanged]] = field(default_factory=dict)
    """The latest word on each softphone of which any was heard."""
    tried: dict[CallerToken, float] = field(default_factory=dict)
    """Callers who reached nobody, and when (monotonic seconds); in order of time, the latest `TRIED_KEPT`."""
    callers: Callers = field(default_factory=Callers)
    """Of whom something is remembered for the limits of callers."""
    deadlines: Deadlines = field(default_factory=Deadlines)
    notices: NoticeBook = field(default_factory=NoticeBook)
    help: HelpBook = field(default_factory=HelpBook)
    ignored: Counter[str] = field(default_factory=Counter)
    """Events that could not be placed, by name: late, doubled or unknown."""
    out: list[Command] = field(default_factory=list)
    admitted: int = 0
    legs_made: int = 0
    resting: set[VolunteerId] = field(default_factory=set)
    pools: Pools = field(init=False)
    shift_changed: ShiftChanged | None = None
    """Told when other people are on duty for a line than when somebody looked last, or a shift is over; returns when
    the next one is."""
    _shifts: dict[LineId, tuple[Duty, datetime]] = field(default_factory=dict)
    """Who was on duty when somebody looked last, and when the first of their shifts ends."""
    _owners: dict[EndpointId, tuple[VolunteerId, ...]] = field(default_factory=dict)
    _owners_of: Roster | None = None
    _duties: dict[LineId, tuple[Line, Duty]] = field(default_factory=dict)
    _duties_at: Now | None = None
    _told: dict[VolunteerId, VolunteerState] = field(default_factory=dict)
    """States that the journal was told of, of those who are not simply there."""

    def __post_init__(self) -> None:
        self.pools = Pools(self._seat_moved)

    @property
    def seats(self) -> Seats:
        return self.pools.seats

    def ignore(self, event: Event) -> None:
        """`event` could not be placed."""
        self.ignored[type(event).__name__] += 1

    def note(
        self,
        call: Call,
        fact: Fact,
        leg: LegId | None = None,
        volunteer: VolunteerId | None = None,
        detail: str = "",
    ) -> None:
        self.out.append(NoteFact(call=call.id, fact=fact, leg=leg, volunteer=volunteer, detail=detail))

    def own_sounds(self, line: LineId, language: str) -> OwnSounds | None:
        """What `line` has of its own in `language`; None: it speaks with the sounds of all lines."""
        return self.sounds.get((line, language))

    def mono_s(self, at: datetime) -> float:
        """An instant of an earlier run on the clock of this one; may be negative."""
        return self.now.mono_s + (at - self.now.at).total_seconds()

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
            self._look_at_shift(line, known[1])
        return known[1]

    def forget_duties(self) -> None:
        """Somebody stands in, or does not any more: who is on duty is worked out again."""
        self._duties.clear()

    def _look_at_shift(self, line: Line, duty: Duty) -> None:
        if self.shift_changed is None:
            return
        seen, until_at = self._shifts.get(line.id, (None, self.now.at))
        if seen is not duty or self.now.at >= until_at:
            self._shifts[line.id] = duty, self.now.at + timedelta(days=1)  # while it is being looked at
            self._shifts[line.id] = duty, self.shift_changed(line, duty)

    def owners(self, endpoint: EndpointId) -> tuple[VolunteerId, ...]:
        """Whose `endpoint` is: by the roster in force."""
        if self._owners_of is not self.roster:
            self._owners_of = self.roster
            self._owners = {}
            for person in self.roster.volunteers.values():
                for one in person.endpoints:
                    self._owners[one.id] = (*self._owners.get(one.id, ()), person.id)
        return self._owners.get(endpoint, ())

    def is_reachable(self, endpoint: Endpoint) -> bool:
        """Whether `endpoint` can be rung somewhere. A mobile can, and a softphone of which nothing was heard."""
        heard = self.devices.get(endpoint.id)
        return not heard or any(device.reachable for device in heard.values())

    def current_line(self, call: Call) -> Line:
        """The line of `call` as the roster in force has it: who is rung is always a question to that one."""
        return self.roster.lines.get(call.line.id, call.line)

    def pool(self, line: Line, group: RingGroup, wants: tuple[Want, ...]) -> Pool:
        """Those of `group` who are on duty for `line` now and fulfil `wants`."""
        return self.pools.of(line, self.duty(line), group, wants, self.roster.volunteers)

    # ---- seats

    def wake_at(self, seat: Seat) -> None:
        """Look at `seat` again when its state ends by itself, if it does."""
        until_s = seat.until_s()
        if until_s < inf:
            self.deadlines.set((Timer.REST, seat.volunteer), until_s)

    def _seat_moved(self, seat: Seat) -> None:
        """Wake up when the new state ends by itself; tell the journal of those who are away, and of their return."""
        self.wake_at(seat)
        if seat.state is VolunteerState.RESTING:
            self.resting.add(seat.volunteer)
        else:
            self.resting.discard(seat.volunteer)
        told = self._told.get(seat.volunteer)
        if seat.place is Place.AWAY or told is not None:
            if told is seat.state:
                return
            self._told[seat.volunteer] = seat.state
            if seat.place is not Place.AWAY:
                del self._told[seat.volunteer]
            self.note_volunteer(seat)

    def note_volunteer(self, seat: Seat, detail: str = "") -> None:
        until_s = seat.until_s()
        until_at = self.now.when(until_s) if until_s < inf else None
        self.out.append(NoteVolunteer(volunteer=seat.volunteer, state=seat.state, until_at=until_at, detail=detail))

    def note_pause(self, seat: Seat) -> None:
        """A pause begins or ends while a phone of theirs rings, and that is the state that is told; tell it, too."""
        paused = seat.paused_until_s > self.now.mono_s
        if seat.legs and paused is not (self._told.get(seat.volunteer) is VolunteerState.PAUSED):
            self._told[seat.volunteer] = VolunteerState.PAUSED
            until_at = self.now.when(seat.paused_until_s) if paused and seat.paused_until_s < inf else None
            state = VolunteerState.PAUSED if paused else VolunteerState.AVAILABLE
            if not paused:
                del self._told[seat.volunteer]
            self.out.append(NoteVolunteer(volunteer=seat.volunteer, state=state, until_at=until_at))

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
            language=call.line.language,
        )
        self.legs[leg.id] = call.legs[leg.id] = leg
        if volunteer is not None:
            self.seats.take(volunteer, leg.id, self.now.mono_s)
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

    def hand_over(self, leg: Leg, call: Call) -> None:
        """`leg`, which rings or hears the accept prompt, is `call`'s from now on."""
        before = leg.call
        del before.legs[leg.id]
        call.legs[leg.id] = leg
        leg.call, leg.wave, leg.handed_s = call, call.wave, self.now.mono_s
        if leg.volunteer is not None:
            # for the other call it is as if they had not been rung: they let nothing pass
            before.tried.pop(leg.volunteer, None)
            before.attempts[leg.volunteer] = before.attempts.get(leg.volunteer, 1) - 1
            if not before.attempts[leg.volunteer]:
                del before.attempts[leg.volunteer]
            call.tried[leg.volunteer] = self.now.mono_s
            call.attempts[leg.volunteer] = call.attempts.get(leg.volunteer, 0) + 1
        self.out.append(ReassignLeg(leg=leg.id, call=call.id, node=leg.node))
        self.note(before, Fact.HANDED, leg.id, leg.volunteer, f"to={call.id}")
        self.note(call, Fact.HANDED, leg.id, leg.volunteer, f"from={before.id}")

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
        """The leg's channel is gone: write the leg's record, say how it ended. Its seat is freed by
        `people.leg_gone`.
        """
        call = leg.call
        del self.legs[leg.id], call.legs[leg.id]
        self.deadlines.clear((Timer.LEG, leg.id))
        self.deadlines.clear((Timer.GHOST, leg.id))
        if call.winner is leg:
            call.winner = None
        outcome = outcome_of(leg, cause)
        call.leg_records.append(
            LegRecord(
                leg=leg.id,
                volunteer=leg.volunteer,
                endpoint=leg.endpoint.kind,
                wave=leg.wave + 1,
                rang_at=leg.rang_at,
                ended_at=self.now.at,
                outcome=outcome,
                endpoint_id=leg.endpoint.id,
                rang_s=round((leg.accepted_s or self.now.mono_s) - leg.rang_s, 3),
                talk_s=round(leg.talked_s(self.now.mono_s), 3),
            )
        )
        self.note(call, Fact.LEG_ENDED, leg.id, leg.volunteer, outcome)
        return outcome

    # ---- calls

    def stands_in_queue(self, call: Call) -> bool:
        """Whether `call` waits for volunteers."""
        waits = call.state is CallState.WAITING and call.wave >= 0
        return waits and not (call.transferring or call.left or call.hanging_up)

    def wants_people(self, call: Call) -> bool:
        """Whether volunteers may be rung, or phones be handed over, for `call` now."""
        return self.stands_in_queue(call) and call.node not in self.settling

    def depart(self, call: CallId, *, recorded: bool = False) -> None:
        """`call` is over: a question that still comes from it comes too late."""
        self.departed[call] = recorded or self.departed.get(call, False)
        if len(self.departed) > DEPARTED_KEPT:
            del self.departed[next(iter(self.departed))]

    def close_if_over(self, call: Call) -> None:
        """Write the one record of a call whose caller is gone, whose last leg is gone, and whose message is weighed."""
        if not call.left or call.legs or self.deadlines.has((Timer.MESSAGE, call.id)):
            return
        if self.calls.pop(call.id, None) is None:
            return
        self.clear_timers(call, *CALL_TIMERS, Timer.GHOST)
        self.depart(call.id, recorded=True)
        self._remember_caller(call)
        ended_at = call.ended_at or self.now.at
        answered_s = call.answered_s if call.answered_s is not None else self.now.mono_s
        if call.marked:
            self.out += follow_ups(self.current_line(call), call.id, call.volunteer, ended_at)
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

    def _remember_caller(self, call: Call) -> None:
        """Who reached nobody comes sooner when they call again."""
        if call.caller is None or call.limited:
            return
        self.tried.pop(call.caller, None)
        if call.outcome not in REACHED_SOMEBODY:
            self.tried[call.caller] = self.now.mono_s
            if len(self.tried) > TRIED_KEPT:
                del self.tried[next(iter(self.tried))]


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
    if leg.handed_s is not None and cause in NORMAL_END:
        return LegOutcome.WITHDRAWN  # the dialplan stopped it for the caller whom it had rung for before
    return _OUTCOME_OF_CAUSE.get(cause, LegOutcome.FAILED)
