"""Stories in which volunteers ask for help: phones that are rung for a talk beside those of `fake_pbx.py`, and what
must hold of them. What happens here is read from a tape of its own, so that all other stories stay as they are.
"""

from collections import Counter
from dataclasses import dataclass, replace
from hashlib import shake_256
from math import inf

from hotline_agi.dispatch.commands import (
    AnswerHelper,
    CancelLeg,
    CloseRecord,
    DismissLeg,
    FlagCaller,
    HelperWord,
    NodeCommand,
    OpenFollowUps,
    OpenRoom,
    RingHelper,
    RingLeg,
    RingNotice,
    TellVolunteer,
)
from hotline_agi.dispatch.events import (
    ContactAsked,
    Event,
    HelpAsked,
    HelperAnswered,
    LegAnswered,
    LegEnded,
    LegStage,
    LiveLeg,
    StockTaken,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.switchboard import Timer
from hotline_agi.roster.model import HighRisk, Line, Roster
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import CallId, LegId, NodeId, VolunteerId
from tests.dispatch.fake_pbx import GUARD_S, WORD_S, FakePbx, Phone, Tape
from tests.dispatch.lines import DUTY_DOCTOR, person
from tests.dispatch.play import Story
from tests.dispatch.restarts import Restarts
from tests.dispatch.truth import hold

HELP_EVENTS = (HelpAsked, ContactAsked, HelperAnswered)
HELP_COMMANDS = (RingHelper, AnswerHelper, TellVolunteer, OpenRoom, FlagCaller, OpenFollowUps)
HELP_FACTS = (
    Fact.HELP_ASKED,
    Fact.MARKED,
    Fact.CONTACT_ASKED,
    Fact.HELPER_RANG,
    Fact.HELPER_CAME,
    Fact.HELPER_LEFT,
    Fact.HELP_MISSED,
)
LUCK_BYTES = 256
LONGEST_WAIT_S = 30.0
_STAGES = {"ringing": LegStage.RINGING, "there": LegStage.HELPING}


@dataclass(eq=False)
class HelperPhone:
    """The phone of somebody who is rung for a talk, as it truly is."""

    command: RingHelper
    state: str = "making"
    """making, ringing, up, asking, there, word, gone"""
    turn: int = 0
    cancel_waits: bool = False
    in_room: bool = False
    rang_s: float = 0.0

    @property
    def is_live(self) -> bool:
        return self.state != "gone"


class HelpPbx(FakePbx):
    """Volunteers press keys in their talks; helpers lift, press, listen, hang up."""

    luck: Tape
    helpers: dict[LegId, HelperPhone]

    # ---- keys in a talk

    def _joins(self, phone: Phone, call: CallId) -> None:
        super()._joins(phone, call)
        if phone.state == "talking":
            for _ in range(self.luck.among(1, 0, 2, 3)):
                event = self.luck.among(HelpAsked, HelpAsked, ContactAsked)(leg=phone.id)
                self._then(phone, self.luck.span(0.0, 40.0), lambda event=event: self.ami(event))  # type: ignore[misc]

    def _ends(self, phone: Phone, cause: int) -> None:
        super()._ends(phone, cause)
        for helper in self._of_talk(phone.id, "there"):
            self._go_on(helper, 0.02, lambda helper=helper: self._word(helper))  # type: ignore[misc]
        for helper in self._of_talk(phone.id, "up"):
            if self.luck.one_in(2):  # the worst instant
                self._go_on(helper, self.luck.span(0.0, 0.02), lambda helper=helper: self._asks(helper, True))  # type: ignore[misc]

    # ---- helpers

    def carry_out(self, command: NodeCommand) -> None:
        match command:
            case RingHelper():
                self._ring_helper(command)
            case AnswerHelper(leg=leg, word=word):
                self._answer_helper(self.helpers.get(leg), word)
            case TellVolunteer() | OpenRoom():
                pass
            case CancelLeg(leg=leg) | DismissLeg(leg=leg) if leg in self.helpers:
                if self.link_is_up:
                    self._take_back(self.helpers[leg], isinstance(command, DismissLeg))
            case _:
                super().carry_out(command)

    def _go_on(self, helper: HelperPhone, after_s: float, action: object) -> None:
        turn = helper.turn
        self.later(after_s, lambda: action() if helper.turn == turn else None)  # type: ignore[operator]

    def _becomes(self, helper: HelperPhone, state: str) -> None:
        helper.state = state
        helper.turn += 1

    def _ring_helper(self, command: RingHelper) -> None:
        if not self.link_is_up:
            self.agi(LegEnded(leg=command.leg, cause=Cause.FAILURE))
            return
        helper = self.helpers[command.leg] = HelperPhone(command=command, rang_s=self.now_s)
        self._go_on(helper, self.luck.span(0.001, 0.05), lambda: self._rings(helper))

    def _rings(self, helper: HelperPhone) -> None:
        if helper.cancel_waits:
            self._gone(helper, Cause.NORMAL_CLEARING)
            return
        self._becomes(helper, "ringing")
        self._go_on(helper, helper.command.ring_timeout_s, lambda: self._gone(helper, Cause.NO_ANSWER))
        way = self.luck.among("1", "1", "1", "rings out", "2", "busy", "declines", "unreachable", "voicemail")
        if way in ("1", "2", "voicemail"):
            self._go_on(helper, self.luck.span(0.5, 18.0), lambda: self._lifted(helper, way))
        elif way == "busy":
            self._go_on(helper, 0.1, lambda: self._gone(helper, Cause.USER_BUSY))
        elif way == "declines":
            self._go_on(helper, self.luck.span(0.2, 8.0), lambda: self._gone(helper, Cause.CALL_REJECTED))
        elif way == "unreachable":
            self._go_on(helper, 0.1, lambda: self._gone(helper, Cause.SUBSCRIBER_ABSENT))

    def _lifted(self, helper: HelperPhone, way: str) -> None:
        self._becomes(helper, "up")
        self.ami(LegAnswered(leg=helper.command.leg))
        if way == "voicemail":
            self._go_on(helper, 16.0, lambda: self._gone(helper, Cause.NORMAL_CLEARING))
        else:
            self._go_on(helper, self.luck.among(2.0, 8.0, 15.0, 0.5), lambda: self._asks(helper, way == "1"))

    def _asks(self, helper: HelperPhone, agreed: bool) -> None:
        if not self.link_is_up:
            self._word(helper)
            return
        self._becomes(helper, "asking")
        self.agi(HelperAnswered(leg=helper.command.leg, agreed=agreed))
        self._go_on(helper, GUARD_S, lambda: self._word(helper))
        for rival in (*self._of_talk(helper.command.talk, "up"), *self._of_talk(helper.command.talk, "ringing")):
            if self.luck.one_in(2):  # in the same moment
                self._go_on(rival, self.luck.span(0.0, 0.03), lambda rival=rival: self._asks(rival, True))  # type: ignore[misc]

    def _of_talk(self, talk: LegId, state: str) -> list[HelperPhone]:
        return [one for one in self.helpers.values() if one.command.talk == talk and one.state == state]

    def _answer_helper(self, helper: HelperPhone | None, word: HelperWord) -> None:
        if helper is None or helper.state != "asking":
            return
        if word not in (HelperWord.LISTEN, HelperWord.ROOM):
            self._word(helper)
            return
        talk = self.phones.get(helper.command.talk)
        if talk is None or not talk.is_live:
            self._word(helper)  # there is nothing to hear
            return
        self._becomes(helper, "there")
        helper.in_room = word is HelperWord.ROOM
        if self.luck.one_in(3) and helper.command.role is HelperRole.SUPERVISOR:
            asked = ContactAsked(leg=helper.command.leg)
            self._go_on(helper, self.luck.span(0.1, 20.0), lambda: self.ami(asked))
        if self.luck.one_in(2):
            self._go_on(helper, self.luck.span(0.5, 60.0), lambda: self._gone(helper, Cause.NORMAL_CLEARING))

    def _word(self, helper: HelperPhone) -> None:
        self._becomes(helper, "word")
        self._go_on(helper, WORD_S, lambda: self._gone(helper, Cause.NORMAL_CLEARING))

    def _take_back(self, helper: HelperPhone, kindly: bool) -> None:
        if helper.state == "making":
            helper.cancel_waits = True
        elif kindly and helper.state in ("up", "asking", "there"):
            self._word(helper)
        elif not kindly and helper.is_live:
            self._go_on(helper, 0.02, lambda: self._gone(helper, Cause.NORMAL_CLEARING))

    def _gone(self, helper: HelperPhone, cause: int) -> None:
        self._becomes(helper, "gone")
        self.ami(LegEnded(leg=helper.command.leg, cause=cause))

    # ---- the service dies, or looks

    def ask_again(self) -> None:
        super().ask_again()
        for helper in self.helpers.values():
            if helper.state == "asking":
                self.agi(HelperAnswered(leg=helper.command.leg, agreed=True))

    def give_up(self) -> None:
        super().give_up()
        for helper in self.helpers.values():
            if helper.state == "asking":
                self._word(helper)

    def stock(self, node: NodeId, asked_s: float) -> StockTaken:
        found = super().stock(node, asked_s)
        helpers = tuple(
            LiveLeg(
                leg=helper.command.leg,
                volunteer=helper.command.volunteer,
                up=helper.state != "ringing",
                stage=_STAGES.get(helper.state, LegStage.PROMPT),
                age_s=float(int(self.now_s - helper.rang_s)),
                talk=helper.command.talk,
                role=helper.command.role,
                in_room=helper.in_room,
            )
            for helper in self.helpers.values()
            if helper.state not in ("making", "gone")
        )
        return replace(found, legs=found.legs + helpers)

    def helped(self, volunteer: VolunteerId | None) -> list[LegId]:
        """The live phones on which somebody is rung for a talk, or is there."""
        return [leg for leg, one in self.helpers.items() if one.is_live and one.command.volunteer == volunteer]


def risky(line: Line, luck: Tape) -> Line:
    supervisors = luck.among(("sun", "bao"), ("sun",), ("bao", "lin", "sun"), ())
    contact = luck.among("number", "person", None)
    return replace(
        line,
        high_risk=HighRisk(
            supervisors=tuple(map(VolunteerId, supervisors)),
            ring_s=luck.among(10.0, 20.0),
            contact=replace(DUTY_DOCTOR, id="emergency") if contact == "number" else None,  # type: ignore[arg-type]
            contact_person=VolunteerId("gu") if contact == "person" else None,
            follow_ups_h=luck.among((24, 168), ()),
        ),
    )


class HelpStory(Story):
    """One story with help."""

    pbx_kind = HelpPbx
    pbx: HelpPbx

    def __init__(self, tape: bytes, machine: type[Machine] = Machine) -> None:
        self.luck = Tape(shake_256(tape).digest(LUCK_BYTES))
        super().__init__(tape, machine)
        self.pbx.luck, self.pbx.helpers = self.luck, {}
        self._flags: Counter[CallId] = Counter()
        self._opened: Counter[CallId] = Counter()

    def draw_roster(self) -> Roster:
        drawn = super().draw_roster()
        lines = {line.id: risky(line, self.luck) for line in drawn.lines.values()}
        sun = person("sun")
        return Roster(lines=lines, volunteers={**drawn.volunteers, sun.id: sun})

    # ---- what must hold

    def _step(self, news: Event | Roster | None) -> None:
        before = len(self.commands)
        helped = {one.command.leg: one.state for one in self.pbx.helpers.values()}
        super()._step(news)
        if len(self.commands) == before:
            return  # the service is down, or has died and come back in between
        asked = isinstance(news, HelperAnswered)
        answers = [command for command in self.commands[-1] if isinstance(command, AnswerHelper)]
        hold(len(answers) == asked, "whoever pressed a key is answered at once, once", (news, answers))
        for command in self.commands[-1]:
            match command:
                case RingHelper():
                    self._may_ring(command, helped)
                case RingLeg() | RingNotice() if command.volunteer is not None and not self._silent:
                    hold(not self.pbx.helped(command.volunteer), "one live leg per volunteer", command)
                case AnswerHelper(word=word):
                    self.watch.reach.count("reply", word.value)
                case TellVolunteer(word=told):
                    self.watch.reach.count("word", told.value)
                case FlagCaller(call=call, caller=caller):
                    self._flags[call] += 1
                    self.watch.reach.count("flag", "a call" if caller is None else "a caller")
                case OpenFollowUps(call=call):
                    self._opened[call] += 1
                case CloseRecord():
                    self._closes(command)
                case _:
                    pass
        self._helps()

    def _may_ring(self, command: RingHelper, helped: dict[LegId, str]) -> None:
        who = command.volunteer
        talk = self.machine.board.legs[command.talk]
        hold(talk.talked and talk.volunteer != who, "who asks is not rung for it", command)
        if who is None or self._silent:  # of a PBX that says nothing more nobody knows who is rung
            return
        busy = [leg for leg in self.pbx.helped(who) if leg != command.leg and leg in helped]
        busy += [phone.id for phone in self.pbx.live_phones(who)]
        busy += [leg for leg, notice in self.pbx.notices.items() if notice.volunteer == who]
        hold(not busy, "one live leg per volunteer", (who, command.leg, busy))
        paused = self.watch.people.paused_until_s.get(who, -inf) > self.now_s + 1e-3
        hold(not paused, "nobody is rung while paused", command)

    def _closes(self, record: CloseRecord) -> None:
        policy = self.roster.lines[record.line].high_risk if record.line in self.roster.lines else None
        if policy is not None and self._flags[record.call]:
            hold(self._opened[record.call] == bool(policy.follow_ups_h), "a marked call is followed up", record.call)

    def _helps(self) -> None:
        board = self.machine.board
        for help_ in board.help.helps.values():
            leg = board.legs.get(help_.talk)
            hold(leg is not None and leg.talked and not leg.call.left, "help ends with its talk", help_.talk)
            supervisors = board.help.of(help_.talk, HelperRole.SUPERVISOR)
            hold(sum(one.is_there for one in supervisors) <= 1, "one supervisor listens", help_.talk)
            ringing = [one for one in supervisors if not one.picked_up]
            hold(len(ringing) <= 1, "supervisors are rung one after the other", (help_.talk, len(ringing)))
            due_s = board.deadlines._due.get((Timer.HELP, help_.talk), (inf, 0))[0]
            bounded = due_s <= self.now_s + LONGEST_WAIT_S or not help_.seeks or self._frozen
            hold(bounded, "whoever is looked for is looked for in bounded time", help_.talk)
        for helper in board.help.live.values():
            timed = board.deadlines.has((Timer.HELPER, helper.leg))
            there = helper.is_there and not helper.withdrawn and helper.talk in board.help.helps
            hold(timed or there, "a helper has a deadline, or is there", helper.leg)
            if helper.volunteer is not None:
                hold(board.seats.is_taken(helper.volunteer), "who helps is not rung", helper.leg)

    def play(self):  # type: ignore[no-untyped-def]
        reach = super().play()
        hold(not self.machine.board.help.live, "every helper's leg ends", list(self.machine.board.help.live))
        hold(not self.machine.board.help.helps, "help ends with its talk", "at the end")
        return reach


class HelpRestarts(HelpStory, Restarts):
    """One in which the service dies as well."""

    def _come_back(self) -> None:
        super()._come_back()
        # what a power cut takes, nobody knows
        kept = {command.call for _, command in self._journal if isinstance(command, FlagCaller)}
        self._flags = Counter({call: times for call, times in self._flags.items() if call in kept})
        there = [
            one
            for one in self.pbx.helpers.values()
            if one.state == "there" and self.pbx.phones[one.command.talk].caller
        ]
        if there:
            self.watch.reach.count("death", "somebody listens on")
