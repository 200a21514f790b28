"""One Asterisk with our dialplan in virtual time: it does what the machine says, and tells it what happens.

The delays are those that were measured on a real one (DESIGN.md section 5), rounded up: they matter little beside the
seconds that people take. Nothing is lost or late here; what happens then is the subject of the tests of `dispatch`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from math import inf
from random import Random
from typing import Any

from hotline_agi.dispatch.commands import (
    CancelLeg,
    CloseRecord,
    Command,
    ConnectLeg,
    DismissLeg,
    EndRound,
    GuideCaller,
    HangUp,
    HoldCaller,
    OpenRecord,
    ReassignLeg,
    RefuseLeg,
    RingLeg,
    RingNotice,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerLeft,
    CallerRecognised,
    CallerSurviving,
    Event,
    HangupRequested,
    LegAccepted,
    LegAnswered,
    LegEnded,
    MessageLeft,
    NoticeAnswered,
    RoundEnded,
    Step,
    StepReached,
    TalkEnded,
    TalkStarted,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import Roster
from hotline_agi.simulation.agenda import Actor, Agenda
from hotline_agi.simulation.crowd import Attempt, Crowd
from hotline_agi.simulation.staff import Reaction, Staff, Way
from hotline_agi.simulation.truth import CallTruth, End, Played, RingTruth
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallerToken, CallId, LegId, NodeId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.outcomes import Outcome

NODE = NodeId("pbx1")
MOMENT_S = 0.005
"""What Asterisk takes for small things: to make a channel ring, to join two, to hang up."""
GUARD_S = 3.0
"""How long the dialplan waits for an answer of the machine."""
WORD_S = 2.0
"""A sentence that a leg hears before it ends."""
PROMPT_S = 12.0
"""The accept prompt, said twice, with the time to press a key: so long a voicemail holds a leg."""
STEPS_S = {Step.CLOSED: 6.0, Step.NOBODY: 6.0, Step.DIRECTORY: 20.0, Step.ENDED: 4.0, Step.GOODBYE: 3.0}
"""How long the prompts are."""
NO_MESSAGE_S = 8.0
"""Who says nothing is taken out of the recording."""
SILENCE_S = 2 * 86_400.0
"""What the machine has not closed so long after the last event is never closed."""
_ENDS = {
    End.TALKED: Outcome.TALKED,
    End.TRANSFERRED: Outcome.TRANSFERRED,
    End.MESSAGE: Outcome.MESSAGE,
    End.LEFT: Outcome.ABANDONED,
}


class _At(Enum):
    """Where a caller is."""

    ASKING = auto()
    ENTERING = auto()
    HELD = auto()
    STEPS = auto()
    TALKING = auto()
    SURVIVING = auto()
    GONE = auto()


class _Leg(Enum):
    MAKING = auto()
    RINGING = auto()
    UP = auto()
    ASKING = auto()
    JOINING = auto()
    TALKING = auto()
    WORD = auto()
    ENDING = auto()
    GONE = auto()


class _Caller(Actor):
    __slots__ = (
        "answered_s", "deadline_s", "end", "id", "own_steps", "phone", "plan", "recognised", "round_s", "state",
        "steps", "talk_s", "talks", "volunteer",
    )  # fmt: skip

    def __init__(self, id_: CallId, plan: Attempt) -> None:
        super().__init__()
        self.id, self.plan = id_, plan
        self.state = _At.ASKING
        self.deadline_s = inf
        self.round_s = 4
        self.recognised = False
        self.own_steps: tuple[Step, ...] = ()
        self.steps: list[Step] = []
        self.phone: _Phone | None = None
        self.end = End.LEFT
        self.answered_s: float | None = None
        self.volunteer: VolunteerId | None = None
        self.talk_s = 0.0
        self.talks = 0


class _Phone(Actor):
    __slots__ = ("accepted_s", "caller", "command", "joined_s", "rang_s", "reaction", "state", "talk_s")

    def __init__(self, command: RingLeg | RingNotice, rang_s: float) -> None:
        super().__init__()
        self.command = command
        self.rang_s = rang_s
        self.state = _Leg.MAKING
        self.reaction: Reaction | None = None
        self.caller: _Caller | None = None
        self.accepted_s: float | None = None
        self.joined_s = 0.0
        self.talk_s = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that a world is made of."""

    roster: Roster
    crowd: Crowd
    staff: Staff
    begins_at: datetime
    """Aware; the instant of second 0."""
    volunteers: tuple[VolunteerId, ...]
    """Who is counted, with or without a ring."""


def play(scene: Scene, machine: Callable[..., Machine] = Machine) -> Played:
    """Play a scene with the machine to its end."""
    return _Pbx(scene, machine).play()


class _Pbx:
    def __init__(self, scene: Scene, machine: Callable[..., Machine]) -> None:
        self._crowd, self._staff, self._begins_at = scene.crowd, scene.staff, scene.begins_at
        self._scene = scene
        self._agenda = Agenda()
        self._machine = machine(scene.roster, boot=1, now=self._now())
        self._streams: dict[VolunteerId | None, Random] = {}
        self._callers: dict[CallId, _Caller] = {}
        self._phones: dict[LegId, _Phone] = {}
        self._live: dict[VolunteerId, int] = {}
        self._made = 0
        self._opened: set[CallId] = set()
        self._records: dict[CallId, CloseRecord] = {}
        self._truths: dict[CallId, CallTruth] = {}
        self._rings: list[RingTruth] = []
        self._double_rings = self._missed_joins = self._cut_talks = self._events = 0
        self._carry: Mapping[type[Command], Callable[[Any], None]] = {
            HoldCaller: self._hold,
            GuideCaller: self._guide,
            EndRound: self._end_round,
            RingLeg: self._ring,
            RingNotice: self._ring,
            ReassignLeg: self._reassign,
            CancelLeg: self._cancel,
            DismissLeg: self._dismiss,
            ConnectLeg: self._connect,
            RefuseLeg: self._refuse,
            HangUp: self._hang_up,
            OpenRecord: self._open,
            CloseRecord: self._close,
        }

    def play(self) -> Played:
        for attempt in self._crowd.attempts():
            self._plan(attempt)
        agenda, machine = self._agenda, self._machine
        while True:
            next_s, due_s = agenda.next_s(), machine.next_deadline()
            if next_s is None and (not self._opened or due_s is None or due_s > agenda.now_s + SILENCE_S):
                break
            if due_s is not None and (next_s is None or due_s <= next_s):
                agenda.now_s = max(agenda.now_s, due_s)
                self._events += 1
                self._do(machine.handle_deadline(self._now()))
            else:
                agenda.advance()
        for caller in self._callers.values():
            if caller.state is not _At.GONE:
                caller.end = End.ENDLESS
                self._tell_truth(caller)
        return Played(
            volunteers=self._scene.volunteers,
            calls=tuple(self._truths.values()),
            rings=tuple(self._rings),
            double_rings=self._double_rings,
            missed_joins=self._missed_joins,
            cut_talks=self._cut_talks,
            misreported=sum(not self._is_true(call, truth) for call, truth in self._truths.items()),
            events=self._events,
        )

    def _is_true(self, call: CallId, truth: CallTruth) -> bool:
        record = self._records.get(call)
        return record is not None and _ENDS.get(truth.end, record.outcome) is record.outcome

    # ---- time and the seam

    def _now(self) -> Now:
        now_s = self._agenda.now_s
        return Now(now_s, self._begins_at + timedelta(seconds=now_s))

    def _tell(self, event: Event) -> None:
        self._events += 1
        self._do(self._machine.handle(event, self._now()))

    def _do(self, commands: list[Command]) -> None:
        """Carry commands out: this only makes plans, so no event is told within another."""
        for command in commands:
            carry = self._carry.get(type(command))
            if carry is not None:
                carry(command)

    # ---- callers

    def _plan(self, attempt: Attempt) -> None:
        self._made += 1
        caller = _Caller(CallId(f"{NODE}-{1_000_000_000}.{self._made}"), attempt)
        self._agenda.at(caller, attempt.at_s, self._arrives)

    def _arrives(self, caller: _Caller) -> None:
        self._callers[caller.id] = caller
        if caller.plan.patience_s < inf:
            self._agenda.at(caller, caller.plan.at_s + caller.plan.patience_s, self._loses_patience)
        self._ask(caller, CallArrived(call=caller.id, line=caller.plan.line, node=NODE))

    def _ask(self, caller: _Caller, question: CallArrived | RoundEnded | TalkEnded) -> None:
        caller.turn += 1
        caller.state = _At.ASKING
        self._agenda.then(caller, GUARD_S, self._survives)
        self._tell(question)

    def _survives(self, caller: _Caller) -> None:
        caller.turn += 1
        caller.state, caller.end = _At.SURVIVING, End.SURVIVED
        self._tell(CallerSurviving(call=caller.id))
        self._agenda.then(caller, 30.0, self._hangs_up)

    def _hold(self, command: HoldCaller) -> None:
        caller = self._callers[command.call]
        if caller.state is not _At.ASKING:
            return
        if caller.deadline_s == inf:  # the dialplan keeps the first that it was told
            caller.deadline_s = self._agenda.now_s + command.max_wait_s
        caller.own_steps, caller.round_s = command.overflow, command.round_s
        caller.turn += 1
        caller.state = _At.ENTERING
        self._agenda.then(caller, MOMENT_S, self._enters)

    def _enters(self, caller: _Caller) -> None:
        caller.turn += 1
        caller.state = _At.HELD
        self._agenda.then(caller, caller.round_s, self._round_over)
        self._tell(CallerHeld(call=caller.id))

    def _round_over(self, caller: _Caller) -> None:
        if self._agenda.now_s > caller.deadline_s:
            caller.steps = [Step.DEADLINE, *caller.own_steps]
            self._next_step(caller)
            return
        if not caller.recognised:  # the number comes with the second question
            caller.recognised = True
            self._tell(CallerRecognised(call=caller.id, caller=CallerToken(f"person-{caller.plan.person}")))
        waited_s = float(int(self._agenda.now_s - caller.plan.at_s))
        self._ask(caller, RoundEnded(call=caller.id, line=caller.plan.line, node=NODE, waited_s=waited_s))

    def _end_round(self, command: EndRound) -> None:
        caller = self._callers[command.call]
        if caller.state is _At.HELD:
            caller.turn += 1
            self._agenda.then(caller, MOMENT_S, self._round_over)

    def _guide(self, command: GuideCaller) -> None:
        caller = self._callers[command.call]
        if caller.state is _At.ASKING:
            caller.turn += 1
            caller.state = _At.STEPS
            caller.steps = list(command.steps)
            self._agenda.then(caller, MOMENT_S, self._next_step)

    def _next_step(self, caller: _Caller) -> None:
        caller.turn += 1
        caller.state = _At.STEPS
        step = caller.steps.pop(0) if caller.steps else Step.GOODBYE
        match step:
            case Step.ROUND:
                self._agenda.then(caller, 0.0, self._round_over)
            case Step.GOODBYE:
                self._agenda.then(caller, STEPS_S[step], self._hangs_up)
            case Step.MESSAGE if caller.plan.message_s is not None:
                self._agenda.then(caller, caller.plan.message_s, self._left_message)
            case _:
                if caller.talks == 0 and step is not Step.DEADLINE and step is not Step.ENDED:
                    caller.end = End.TOLD
                self._agenda.then(caller, STEPS_S.get(step, NO_MESSAGE_S), self._next_step)
        self._tell(StepReached(call=caller.id, step=step))

    def _left_message(self, caller: _Caller) -> None:
        caller.end = End.MESSAGE
        caller.steps = [Step.GOODBYE]
        self._tell(MessageLeft(call=caller.id))
        self._next_step(caller)

    def _loses_patience(self, caller: _Caller) -> None:
        if caller.talks == 0 and caller.state in (_At.ASKING, _At.ENTERING, _At.HELD):
            self._hangs_up(caller)

    def _hangs_up(self, caller: _Caller) -> None:
        """The caller's channel ends; their phone, if there is one, a moment later."""
        phone, caller.phone = caller.phone, None
        talking = phone is not None and phone.state is _Leg.TALKING
        if phone is not None and talking:
            self._talked(caller, phone)
            phone.caller = None
            phone.turn += 1
            phone.state = _Leg.ENDING
            self._agenda.then(phone, 2 * MOMENT_S, self._ends_normally)
        caller.turn += 1
        caller.state = _At.GONE
        self._tell_truth(caller)
        self._tell(HangupRequested(party=caller.id))
        self._agenda.then(caller, MOMENT_S, self._is_gone)
        if caller.end in (End.LEFT, End.TOLD, End.SURVIVED):
            again = self._crowd.again(caller.plan, self._agenda.now_s)
            if again is not None:
                self._plan(again)

    def _is_gone(self, caller: _Caller) -> None:
        self._tell(CallerLeft(call=caller.id))

    def _tell_truth(self, caller: _Caller) -> None:
        self._truths[caller.id] = CallTruth(
            person=caller.plan.person,
            number=caller.plan.number,
            line=caller.plan.line,
            arrived_s=caller.plan.at_s,
            answered_s=caller.answered_s,
            ended_s=self._agenda.now_s,
            end=caller.end,
            volunteer=caller.volunteer,
            talk_s=caller.talk_s,
            talks=caller.talks,
        )

    # ---- phones

    def _ring(self, command: RingLeg | RingNotice) -> None:
        phone = self._phones[command.leg] = _Phone(command, self._agenda.now_s)
        if isinstance(command, RingLeg):
            phone.caller = self._callers[command.call]
        if command.volunteer is not None:
            live = self._live.get(command.volunteer, 0)
            self._double_rings += live > 0
            self._live[command.volunteer] = live + 1
        self._agenda.then(phone, MOMENT_S, self._begins_to_ring)

    def _begins_to_ring(self, phone: _Phone) -> None:
        phone.turn += 1
        phone.state = _Leg.RINGING
        who, agenda = phone.command.volunteer, self._agenda
        stream = self._streams.get(who)
        if stream is None:
            stream = self._streams[who] = self._staff.stream(who)
        reaction = phone.reaction = self._staff.reaction(stream, who, phone.command.endpoint, agenda.now_s)
        if reaction.way is Way.NOTHING or reaction.after_s >= phone.command.ring_timeout_s:
            agenda.then(phone, phone.command.ring_timeout_s, self._rings_out)
        elif reaction.way is Way.ACCEPTS or reaction.way is Way.VOICEMAIL:
            agenda.then(phone, reaction.after_s, self._is_picked_up)
        else:
            agenda.then(phone, reaction.after_s, self._fails)

    def _rings_out(self, phone: _Phone) -> None:
        self._ends(phone, Cause.NO_ANSWER)

    def _fails(self, phone: _Phone) -> None:
        assert phone.reaction is not None
        causes = {
            Way.DECLINES: Cause.CALL_REJECTED,
            Way.BUSY: Cause.USER_BUSY,
            Way.UNREACHABLE: Cause.SUBSCRIBER_ABSENT,
        }
        self._ends(phone, causes[phone.reaction.way])

    def _is_picked_up(self, phone: _Phone) -> None:
        assert phone.reaction is not None
        phone.turn += 1
        phone.state = _Leg.UP
        if phone.reaction.way is Way.VOICEMAIL:
            self._agenda.then(phone, PROMPT_S, self._ends_normally)
        elif isinstance(phone.command, RingNotice):
            self._agenda.then(phone, 5.0 + phone.reaction.press_s, self._answers_notice)
        else:
            self._agenda.then(phone, phone.reaction.press_s, self._accepts)
        self._tell(LegAnswered(leg=phone.command.leg))

    def _answers_notice(self, phone: _Phone) -> None:
        phone.turn += 1
        phone.accepted_s = self._agenda.now_s
        agreed = self._streams[phone.command.volunteer].random() < self._staff.agree
        self._agenda.then(phone, WORD_S, self._ends_normally)
        self._tell(NoticeAnswered(leg=phone.command.leg, agreed=agreed))

    def _accepts(self, phone: _Phone) -> None:
        phone.turn += 1
        phone.state = _Leg.ASKING
        self._agenda.then(phone, GUARD_S, self._hears_word)
        self._tell(LegAccepted(leg=phone.command.leg))

    def _hears_word(self, phone: _Phone) -> None:
        phone.turn += 1
        phone.state = _Leg.WORD
        self._agenda.then(phone, WORD_S, self._ends_normally)

    def _connect(self, command: ConnectLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state is _Leg.ASKING:
            phone.turn += 1
            phone.state = _Leg.JOINING
            phone.caller = self._callers[command.call]
            self._agenda.then(phone, MOMENT_S, self._joins)

    def _joins(self, phone: _Phone) -> None:
        caller = phone.caller
        assert caller is not None
        if caller.state is not _At.HELD:
            self._missed_joins += caller.state is not _At.GONE
            self._hears_word(phone)
            return
        now_s = self._agenda.now_s
        phone.turn += 1
        caller.turn += 1
        phone.state, caller.state = _Leg.TALKING, _At.TALKING
        caller.phone = phone
        phone.joined_s = phone.accepted_s = now_s
        caller.deadline_s = inf
        caller.talks += 1
        caller.volunteer = phone.command.volunteer
        caller.end = End.TRANSFERRED if caller.volunteer is None else End.TALKED
        if caller.answered_s is None:
            caller.answered_s = now_s
        if caller.plan.hangs_up_first:
            self._agenda.then(caller, caller.plan.talk_s, self._hangs_up)
        else:
            self._agenda.then(phone, caller.plan.talk_s, self._ends_talk)
        self._tell(TalkStarted(leg=phone.command.leg))

    def _talked(self, caller: _Caller, phone: _Phone) -> None:
        phone.talk_s = self._agenda.now_s - phone.joined_s
        caller.talk_s += phone.talk_s

    def _ends_talk(self, phone: _Phone) -> None:
        phone.turn += 1
        self._agenda.then(phone, MOMENT_S, self._ends_normally)
        self._tell(HangupRequested(party=phone.command.leg))

    def _ends_normally(self, phone: _Phone) -> None:
        self._ends(phone, Cause.NORMAL_CLEARING)

    def _is_cancelled(self, phone: _Phone) -> None:
        self._ends(phone, Cause.ANSWERED_ELSEWHERE)

    def _ends(self, phone: _Phone, cause: Cause) -> None:
        caller, was_talking = phone.caller, phone.state is _Leg.TALKING
        if was_talking and caller is not None:
            self._talked(caller, phone)
        phone.turn += 1
        phone.state, phone.caller = _Leg.GONE, None
        command = phone.command
        del self._phones[command.leg]
        if command.volunteer is not None:
            self._live[command.volunteer] -= 1
        self._rings.append(
            RingTruth(
                volunteer=command.volunteer,
                rang_s=phone.rang_s,
                ended_s=self._agenda.now_s if phone.accepted_s is None else phone.accepted_s,
                accepted=phone.accepted_s is not None,
                is_notice=isinstance(command, RingNotice),
                talk_s=phone.talk_s,
            )
        )
        self._tell(LegEnded(leg=command.leg, cause=cause))
        if was_talking and caller is not None and caller.phone is phone:
            caller.phone = None
            self._ask(caller, TalkEnded(call=caller.id, line=caller.plan.line, node=NODE))

    # ---- commands to phones

    def _reassign(self, command: ReassignLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state in (_Leg.MAKING, _Leg.RINGING, _Leg.UP):
            phone.caller = self._callers[command.call]

    def _cancel(self, command: CancelLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is None or phone.state is _Leg.ENDING:
            return
        silent = phone.state in (_Leg.MAKING, _Leg.RINGING)
        if phone.state is _Leg.TALKING:
            self._cut_talks += 1
            self._agenda.then(phone, MOMENT_S, self._ends_talk)
            return
        phone.turn += 1
        phone.state = _Leg.ENDING
        self._agenda.then(phone, MOMENT_S, self._is_cancelled if silent else self._ends_normally)

    def _dismiss(self, command: DismissLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state in (_Leg.UP, _Leg.ASKING):
            self._hears_word(phone)

    def _refuse(self, command: RefuseLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state is _Leg.ASKING:
            self._hears_word(phone)

    def _hang_up(self, command: HangUp) -> None:
        caller = self._callers.get(CallId(command.party))
        phone = self._phones.get(LegId(command.party))
        if caller is not None and caller.state is not _At.GONE:
            caller.turn += 1
            self._agenda.then(caller, MOMENT_S, self._hangs_up)
        if phone is not None and phone.state is not _Leg.ENDING:
            phone.turn += 1
            self._agenda.then(phone, MOMENT_S, self._ends_normally)

    # ---- records

    def _open(self, command: OpenRecord) -> None:
        self._opened.add(command.call)

    def _close(self, command: CloseRecord) -> None:
        self._opened.discard(command.call)
        self._records[command.call] = command
