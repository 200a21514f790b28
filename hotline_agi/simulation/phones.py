"""The volunteers' side of a virtual Asterisk: each leg from its first ring to its end."""

from enum import Enum, auto
from random import Random

from hotline_agi.dispatch.commands import (
    CancelLeg,
    ConnectLeg,
    DismissLeg,
    HangUp,
    ReassignLeg,
    RefuseLeg,
    RingLeg,
    RingNotice,
)
from hotline_agi.dispatch.events import (
    HangupRequested,
    LegAccepted,
    LegAnswered,
    LegEnded,
    NoticeAnswered,
    TalkEnded,
    TalkStarted,
)
from hotline_agi.simulation.agenda import Actor
from hotline_agi.simulation.callers import Caller, Callers, Place
from hotline_agi.simulation.seam import GUARD_S, MOMENT_S, NODE, Seam
from hotline_agi.simulation.staff import Reaction, Staff, Way
from hotline_agi.simulation.truth import RingTruth
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, VolunteerId

WORD_S = 2.0
"""A sentence that a leg hears before it ends."""
PROMPT_S = 12.0
"""The accept prompt, said twice, with the time to press a key: so long a voicemail holds a leg."""
NOTICE_S = 5.0
"""What a notice says before somebody can answer it."""
_CAUSES = {Way.DECLINES: Cause.CALL_REJECTED, Way.BUSY: Cause.USER_BUSY, Way.UNREACHABLE: Cause.SUBSCRIBER_ABSENT}


class LegStage(Enum):
    MAKING = auto()
    RINGING = auto()
    UP = auto()
    ASKING = auto()
    JOINING = auto()
    TALKING = auto()
    WORD = auto()
    ENDING = auto()
    GONE = auto()


class Phone(Actor):
    __slots__ = ("accepted_s", "caller", "command", "joined_s", "rang_s", "reaction", "state", "talk_s")

    def __init__(self, command: RingLeg | RingNotice, rang_s: float) -> None:
        super().__init__()
        self.command = command
        self.rang_s = rang_s
        self.state = LegStage.MAKING
        self.reaction: Reaction | None = None
        self.caller: Caller | None = None
        self.accepted_s: float | None = None
        self.joined_s = 0.0
        self.talk_s = 0.0


class Phones:
    """All legs, and what was counted of them."""

    def __init__(self, seam: Seam, staff: Staff, callers: Callers) -> None:
        self._seam, self._agenda, self._staff, self._callers = seam, seam.agenda, staff, callers
        self._streams: dict[VolunteerId | None, Random] = {}
        self._phones: dict[LegId, Phone] = {}
        self._live: dict[VolunteerId, int] = {}
        self._at_overflow: set[LegId] = set()
        """The calls that the overflow number has; one more finds it busy."""
        self.rings: list[RingTruth] = []
        self.double_rings = self.missed_joins = self.cut_talks = 0
        callers.let_go = self._is_let_go
        seam.carry |= {
            RingLeg: self._ring,
            RingNotice: self._ring,
            ReassignLeg: self._reassign,
            CancelLeg: self._cancel,
            DismissLeg: self._dismiss,
            ConnectLeg: self._connect,
            RefuseLeg: self._refuse,
            HangUp: self._hang_up,
        }

    def _ring(self, command: RingLeg | RingNotice) -> None:
        phone = self._phones[command.leg] = Phone(command, self._agenda.now_s)
        if isinstance(command, RingLeg):
            phone.caller = self._callers[command.call]
        if command.volunteer is not None:
            live = self._live.get(command.volunteer, 0)
            self.double_rings += live > 0
            self._live[command.volunteer] = live + 1
        elif len(self._at_overflow) < self._staff.overflow_calls:
            self._at_overflow.add(command.leg)
        else:
            self._agenda.then(phone, MOMENT_S, self._is_busy)
            return
        self._agenda.then(phone, MOMENT_S, self._begins_to_ring)

    def _begins_to_ring(self, phone: Phone) -> None:
        phone.turn += 1
        phone.state = LegStage.RINGING
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

    def _is_busy(self, phone: Phone) -> None:
        self._ends(phone, Cause.USER_BUSY)

    def _rings_out(self, phone: Phone) -> None:
        self._ends(phone, Cause.NO_ANSWER)

    def _fails(self, phone: Phone) -> None:
        assert phone.reaction is not None
        self._ends(phone, _CAUSES[phone.reaction.way])

    def _is_picked_up(self, phone: Phone) -> None:
        assert phone.reaction is not None
        phone.turn += 1
        phone.state = LegStage.UP
        if phone.reaction.way is Way.VOICEMAIL:
            self._agenda.then(phone, PROMPT_S, self._ends_normally)
        elif isinstance(phone.command, RingNotice):
            self._agenda.then(phone, NOTICE_S + phone.reaction.press_s, self._answers_notice)
        else:
            self._agenda.then(phone, phone.reaction.press_s, self._accepts)
        self._seam.tell(LegAnswered(leg=phone.command.leg))

    def _answers_notice(self, phone: Phone) -> None:
        phone.turn += 1
        phone.accepted_s = self._agenda.now_s
        agreed = self._streams[phone.command.volunteer].random() < self._staff.agree
        self._agenda.then(phone, WORD_S, self._ends_normally)
        self._seam.tell(NoticeAnswered(leg=phone.command.leg, agreed=agreed))

    def _accepts(self, phone: Phone) -> None:
        phone.turn += 1
        phone.state = LegStage.ASKING
        self._agenda.then(phone, GUARD_S, self._hears_word)
        self._seam.tell(LegAccepted(leg=phone.command.leg))

    def _hears_word(self, phone: Phone) -> None:
        phone.turn += 1
        phone.state = LegStage.WORD
        self._agenda.then(phone, WORD_S, self._ends_normally)

    def _connect(self, command: ConnectLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state is LegStage.ASKING:
            phone.turn += 1
            phone.state = LegStage.JOINING
            phone.caller = self._callers[command.call]
            self._agenda.then(phone, MOMENT_S, self._joins)

    def _joins(self, phone: Phone) -> None:
        caller = phone.caller
        assert caller is not None
        if caller.state is not Place.HELD:
            self.missed_joins += caller.state is not Place.GONE
            self._hears_word(phone)
            return
        phone.turn += 1
        phone.state = LegStage.TALKING
        phone.joined_s = phone.accepted_s = self._agenda.now_s
        self._callers.joined(caller, phone, phone.command.volunteer)
        if not caller.plan.hangs_up_first:
            self._agenda.then(phone, caller.plan.talk_s, self._ends_talk)
        self._seam.tell(TalkStarted(leg=phone.command.leg))

    def _is_let_go(self, phone: Actor) -> None:
        """The caller of a talk hung up."""
        assert isinstance(phone, Phone) and phone.caller is not None
        self._talked(phone.caller, phone)
        phone.caller = None
        phone.turn += 1
        phone.state = LegStage.ENDING
        self._agenda.then(phone, 2 * MOMENT_S, self._ends_normally)

    def _talked(self, caller: Caller, phone: Phone) -> None:
        phone.talk_s = self._agenda.now_s - phone.joined_s
        caller.talk_s += phone.talk_s

    def _ends_talk(self, phone: Phone) -> None:
        phone.turn += 1
        self._agenda.then(phone, MOMENT_S, self._ends_normally)
        self._seam.tell(HangupRequested(party=phone.command.leg))

    def _ends_normally(self, phone: Phone) -> None:
        self._ends(phone, Cause.NORMAL_CLEARING)

    def _is_cancelled(self, phone: Phone) -> None:
        self._ends(phone, Cause.ANSWERED_ELSEWHERE)

    def _ends(self, phone: Phone, cause: Cause) -> None:
        caller, was_talking = phone.caller, phone.state is LegStage.TALKING
        if was_talking and caller is not None:
            self._talked(caller, phone)
        phone.turn += 1
        phone.state, phone.caller = LegStage.GONE, None
        command = phone.command
        del self._phones[command.leg]
        if command.volunteer is not None:
            self._live[command.volunteer] -= 1
        self._at_overflow.discard(command.leg)
        self.rings.append(
            RingTruth(
                volunteer=command.volunteer,
                rang_s=phone.rang_s,
                ended_s=self._agenda.now_s if phone.accepted_s is None else phone.accepted_s,
                accepted=phone.accepted_s is not None,
                is_notice=isinstance(command, RingNotice),
                talk_s=phone.talk_s,
            )
        )
        self._seam.tell(LegEnded(leg=command.leg, cause=cause))
        if was_talking and caller is not None and caller.phone is phone:
            caller.phone = None
            self._callers.ask(caller, TalkEnded(call=caller.id, line=caller.plan.line, node=NODE))

    # ---- commands to phones

    def _reassign(self, command: ReassignLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state in (LegStage.MAKING, LegStage.RINGING, LegStage.UP):
            phone.caller = self._callers[command.call]

    def _cancel(self, command: CancelLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is None or phone.state is LegStage.ENDING:
            return
        silent = phone.state in (LegStage.MAKING, LegStage.RINGING)
        if phone.state is LegStage.TALKING:
            self.cut_talks += 1
            self._agenda.then(phone, MOMENT_S, self._ends_talk)
            return
        phone.turn += 1
        phone.state = LegStage.ENDING
        self._agenda.then(phone, MOMENT_S, self._is_cancelled if silent else self._ends_normally)

    def _dismiss(self, command: DismissLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state in (LegStage.UP, LegStage.ASKING):
            self._hears_word(phone)

    def _refuse(self, command: RefuseLeg) -> None:
        phone = self._phones.get(command.leg)
        if phone is not None and phone.state is LegStage.ASKING:
            self._hears_word(phone)

    def _hang_up(self, command: HangUp) -> None:
        caller = self._callers.get(CallId(command.party))
        phone = self._phones.get(LegId(command.party))
        if caller is not None and caller.state is not Place.GONE:
            caller.turn += 1
            self._agenda.then(caller, MOMENT_S, self._callers.hangs_up)
        if phone is not None and phone.state is not LegStage.ENDING:
            phone.turn += 1
            self._agenda.then(phone, MOMENT_S, self._ends_normally)
