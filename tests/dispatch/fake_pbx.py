"""A fake Asterisk with our dialplan, its phones and its people, on a virtual clock.

It reacts to the machine's commands as the real one does, and lets happen next what may plausibly happen next: uniformly
random events reach almost nothing. What happens is read from a tape of bytes, so that a story can be played again,
mutated and shrunk; a zero, and the end of the tape, choose the plainest thing.

The truth is here: who rings, who hears whom. The machine is told of it over two streams, AMI and AGI, which may be
late, doubled, or (AMI) down for a while; see `play.py`.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from hotline_agi.dispatch.answers import ROUND_S
from hotline_agi.dispatch.commands import (
    AnswerNotice,
    CancelLeg,
    ConnectLeg,
    DismissLeg,
    EndRound,
    FetchCaller,
    GuideCaller,
    HangUp,
    HoldCaller,
    ListenToCaller,
    MarkConsent,
    NodeCommand,
    ReassignLeg,
    RefuseLeg,
    RingLeg,
    RingNotice,
    StopRecording,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallbackAsked,
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerListened,
    CallerSpoke,
    CallerSurviving,
    Event,
    HangupRequested,
    LegAccepted,
    LegAnswered,
    LegEnded,
    LegKeyed,
    LegStage,
    LiveCall,
    LiveLeg,
    MessageLeft,
    NoticeAnswered,
    ResultGiven,
    RoundEnded,
    Step,
    StepReached,
    StockTaken,
    TalkEnded,
    TalkStarted,
    Whereabouts,
    WrapUpDeclined,
)
from hotline_agi.dispatch.recording import KEY_AGREE, KEY_END
from hotline_agi.dispatch.talks import SHORT_TALK_S
from hotline_agi.roster.model import Endpoint
from hotline_agi.terms.causes import NORMAL_END, Cause
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, NodeId, VolunteerId
from tests.dispatch.desk import PBX1

T = TypeVar("T")
GUARD_S = 3.0
"""How long the dialplan waits for an answer of ours."""
ASIDE = (Step.CALLBACK_HERE, Step.CALLBACK_OTHER)
WORD_S = 2.0
"""A sentence that a leg hears before it ends."""


_STAGES = {
    "ringing": LegStage.RINGING,
    "up": LegStage.PROMPT,
    "asking": LegStage.ASKING,
    "joining": LegStage.JOINING,
    "talking": LegStage.TALKING,
    "word": LegStage.ENDING,
    "asked": LegStage.ENDING,
}
_WHERE = {
    "asking": Whereabouts.ASKING,
    "entering": Whereabouts.ASKING,
    "held": Whereabouts.HELD,
    "steps": Whereabouts.LEAVING,
    "talking": Whereabouts.TALKING,
    "surviving": Whereabouts.SURVIVING,
}


class Tape:
    """Choices, read from bytes."""

    def __init__(self, choices: bytes) -> None:
        self._choices = choices
        self._at = 0

    def _next(self) -> int:
        self._at += 1
        return self._choices[self._at - 1] if self._at <= len(self._choices) else 0

    def among(self, *options: T) -> T:
        """One of `options`; the first is the plainest. Name one twice to make it more likely."""
        return options[self._next() * len(options) // 256]

    def one_in(self, n: int) -> bool:
        return self._next() >= 256 - 256 // n

    def span(self, low: float, high: float) -> float:
        return low + (high - low) * self._next() / 255


class Observer(Protocol):
    """Who watches the truth."""

    def joined(self, caller: "Caller", phone: "Phone") -> None: ...
    def rings(self, phone: "Phone") -> None: ...
    def tells(self, notice: RingNotice) -> None: ...
    def cut(self, phone: "Phone") -> None:
        """A command of the machine ended a talk."""

    def missed(self, caller: "Caller") -> None:
        """A winner was sent to a caller who lives but is not in the holding bridge."""


def asked_for_help(call: CallId) -> bool:
    """Of some callers, by their number: these came from a campaign."""
    return call.endswith(("3", "8"))


@dataclass(eq=False)
class Caller:
    id: CallId
    line: LineId
    state: str = "away"
    """away, asking, entering, held, steps, talking, surviving, gone"""
    turn: int = 0
    """Counts changes of state; what was planned for an earlier turn does not happen any more."""
    arrived_s: float = 0.0
    held_s: float = 0.0
    """When they entered the holding bridge last."""
    deadline_s: float | None = None
    own_steps: tuple[Step, ...] = ()
    steps: list[Step] = field(default_factory=list)
    step: Step | None = None
    phone: "Phone | None" = None
    talked_with: list[str | None] = field(default_factory=list)
    left_message: bool = False
    chooses: bool = False
    music: str = ""
    language: str = ""
    """In which they are spoken to, as Asterisk was told last."""
    asked_callback: bool = False
    promised: bool = False
    """Heard that they will be called back."""
    survived: bool = False
    survived_s: float = -1.0
    """When they fell into survival last."""
    question: CallArrived | RoundEnded | TalkEnded | CallbackAsked | None = None
    """The last one."""
    talk_began_s: float = 0.0
    talk_ended_well: bool | None = None
    end_is_told: bool = False
    """The news of the hang-up is in the stream."""
    stock_came_first: bool = False
    """A stock was taken between the hang-up and its news: to whoever reads it the end is unseen."""
    """Of the last talk, as the volunteer's side saw it."""
    haunts_since_s: float | None = None
    """Hung up, but Asterisk lost it."""
    consent: bool = False
    """What stands on their channel."""
    took_back: bool = False
    """They had agreed, and pressed the other key; that counts, whenever the machine hears of it."""
    recordings: int = 0
    """Of their talks, that are kept or still made."""

    @property
    def is_there(self) -> bool:
        return self.state not in ("away", "gone")


@dataclass(eq=False)
class Phone:
    """One leg, as it truly is."""

    id: LegId
    command: RingLeg
    swept_with: CallId
    """With which caller the dialplan stops it: the last that Asterisk was told."""
    rang_s: float = 0.0
    state: str = "making"
    """making, ringing, up, asking, joining, talking, asked (what came of the talk), word, gone"""
    asks: bool = False
    """After a talk whose caller hung up it is asked."""
    turn: int = 0
    cancel_waits: bool = False
    lost_cancels: int = 0
    caller: Caller | None = None
    haunts_since_s: float | None = None
    records: bool = False

    @property
    def is_live(self) -> bool:
        return self.state != "gone"


@dataclass(kw_only=True)
class Weather:
    """What goes wrong in a story, beside what people do. Nothing: an orderly world."""

    lossy: bool = False
    """Single events and cancels may be lost."""
    slow: bool = False
    """Events take up to a third of a second."""
    haunted: bool = False
    """Asterisk may lose hang-ups near a join."""


class FakePbx:
    """One Asterisk. `ami` and `agi` take its events; `carry_out` takes the machine's commands."""

    def __init__(
        self,
        tape: Tape,
        weather: Weather,
        observer: Observer,
        ami: Callable[[Event], None],
        agi: Callable[[Event], None],
    ) -> None:
        self.tape, self.weather, self.observer = tape, weather, observer
        self.ami, self.agi = ami, agi
        self.now_s = 0.0
        self.callers: dict[CallId, Caller] = {}
        self.phones: dict[LegId, Phone] = {}
        self.notices: dict[LegId, RingNotice] = {}
        """Those that live."""
        self.lifted: set[LegId] = set()
        """Notices that were picked up."""
        self.link_is_up = True
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._plans = 0

    # ---- time

    def later(self, after_s: float, action: Callable[[], None]) -> None:
        self.at(self.now_s + after_s, action)

    def at(self, when_s: float, action: Callable[[], None]) -> None:
        """Of two actions at one instant, the one that was planned first comes first."""
        self._plans += 1
        heapq.heappush(self._agenda, (when_s, self._plans, action))

    def next_s(self) -> float | None:
        return self._agenda[0][0] if self._agenda else None

    def advance(self) -> None:
        """Let the next thing happen."""
        self.now_s, _, action = heapq.heappop(self._agenda)
        action()

    def _turn(self, who: Caller | Phone, state: str) -> None:
        who.state = state
        who.turn += 1

    def _then(self, who: Caller | Phone, after_s: float, action: Callable[[], None]) -> None:
        """`action`, unless `who` has gone on by then."""
        turn = who.turn
        self.later(after_s, lambda: action() if who.turn == turn else None)

    def rang_before(self, leg: LegId, volunteer: VolunteerId, endpoint: Endpoint, *, up: bool) -> None:
        """A leg that an earlier run of the service began: it still rings, or talks to somebody."""
        call = CallId(f"pbx1-1580870000.{len(self.phones)}")
        caller = self.callers[call] = Caller(id=call, line=LineId("xinli"), state="gone")
        command = RingLeg(
            leg=leg, call=call, node=PBX1, volunteer=volunteer, endpoint=endpoint, language="zh", ring_timeout_s=25.0
        )
        phone = self.phones[leg] = Phone(id=leg, command=command, swept_with=call)
        if up:
            self._turn(phone, "talking")
            self._turn(caller, "talking")
            phone.caller, caller.phone = caller, phone
            caller.talked_with.append(volunteer)
            self._then(phone, self.tape.span(1.5, 100.0), lambda: self._ends(phone, Cause.NORMAL_CLEARING))
            if self.tape.one_in(4):
                self._then(caller, self.tape.span(1.5, 60.0), lambda: self._hangs_up(caller))
        else:
            self._made(phone)

    # ---- callers

    def calls_in(
        self, call: CallId, line: LineId, *, waited_s: float = 0.0, who: str | None = None, flagged: bool = False
    ) -> None:
        """Somebody calls; or, with `waited_s`, waits since before the service was started.

        `who`: of whom the first question tells; "" withholds their number.
        """
        caller = self.callers[call] = Caller(id=call, line=line, arrived_s=self.now_s - waited_s)
        if waited_s:
            self._ask(caller, RoundEnded(call=call, line=line, node=PBX1, waited_s=waited_s))
        else:
            token = CallerToken(who) if who else None
            arrived = CallArrived(
                call=call,
                line=line,
                node=PBX1,
                caller=token,
                high_risk=flagged,
                withheld=who == "",
                asked_for_help=asked_for_help(call),
            )
            self._ask(caller, arrived)
        leaves = ("leaves", "leaves", "leaves soon", "leaves at once")
        plans = ("stays", "stays", *leaves, "keys", "chooses", "chooses", "chooses")
        plan = self.tape.among(*plans)
        if plan == "leaves":
            self.later(self.tape.span(1.0, 120.0), lambda: self._hangs_up(caller))
        elif plan == "leaves soon":
            self.later(self.tape.span(0.0, 3.0), lambda: self._hangs_up(caller))
        elif plan == "leaves at once":
            self.later(self.tape.span(0.0, 0.05), lambda: self._hangs_up(caller))
        elif plan == "keys":
            self.later(self.tape.span(0.0, 60.0), lambda: self._presses(caller, self.tape.among("*", "*", "5")))
        elif plan == "chooses":
            caller.chooses = True
            if self.tape.one_in(2):
                key = self.tape.among("9", "#", "5")
                self.later(self.tape.span(0.0, 60.0), lambda: self._presses(caller, key))
        if self.tape.among(False, True, True):
            self.later(self.tape.span(0.0, 8.0), lambda: self._presses(caller, KEY_AGREE))
            if self.tape.one_in(3):
                self.later(self.tape.span(0.0, 40.0), lambda: self._presses(caller, KEY_END))

    def _presses(self, caller: Caller, key: str) -> None:
        if caller.state == "held" or (caller.state == "talking" and key == KEY_END):
            caller.took_back |= key == KEY_END and caller.consent
            if caller.chooses and caller.state == "held":
                self._accepted_within(caller, 0.006)  # the worst instant: they are on the way out of the round
            self.ami(CallerKeyed(call=caller.id, key=key))

    def _ask(self, caller: Caller, question: CallArrived | RoundEnded | TalkEnded | CallbackAsked) -> None:
        self._turn(caller, "asking")
        caller.question = question
        if not self.link_is_up:
            self._then(caller, 0.002, lambda: self._survives(caller))  # the shell refuses such questions at once
            return
        self.agi(question)
        self._then(caller, GUARD_S, lambda: self._survives(caller))

    def ask_again(self) -> None:
        """The service died with questions open; each is asked once more, under the guard that runs."""
        for caller in self.callers.values():
            if caller.state == "asking" and caller.question is not None:
                self.agi(caller.question)
        for phone in self.phones.values():
            if phone.state == "asking":
                self.agi(LegAccepted(leg=phone.id))

    def give_up(self) -> None:
        """The service died with questions open, and nobody listens any more."""
        for caller in self.callers.values():
            if caller.state == "asking":
                self._then(caller, 0.002, lambda caller=caller: self._survives(caller))  # type: ignore[misc]
        for phone in self.phones.values():
            if phone.state == "asking":
                self._hears_word(phone)

    def is_open(self, question: Event) -> bool:
        """Whether somebody still waits for the answer to `question`."""
        match question:
            case CallArrived(call=call) | RoundEnded(call=call) | TalkEnded(call=call) | CallbackAsked(call=call):
                caller = self.callers[call]
                return caller.state == "asking" and caller.question == question
            case LegAccepted(leg=leg):
                return self.phones[leg].state == "asking"
            case _:
                return True

    def _hold(self, caller: Caller, command: HoldCaller) -> None:
        if caller.deadline_s is None:  # the dialplan keeps the first that it was told
            caller.deadline_s = self.now_s + command.max_wait_s
        caller.own_steps, caller.music = command.overflow, command.music
        caller.language = command.language.partition("_")[0]
        self._turn(caller, "entering")
        self._then(caller, self.tape.span(0.001, 0.01), lambda: self._enters(caller))

    def _enters(self, caller: Caller) -> None:
        self._turn(caller, "held")
        caller.held_s = self.now_s
        self.ami(CallerHeld(call=caller.id))
        self._then(caller, ROUND_S, lambda: self._round_over(caller))
        if caller.chooses and caller.music.startswith(("offer", "languages", "help")):
            options = "21" if caller.music == "languages" else "4343526197"
            key = self.tape.among(*options)
            self._then(caller, self.tape.span(0.1, 3.9), lambda: self._presses(caller, key))

    def _round_over(self, caller: Caller) -> None:
        if caller.deadline_s is not None and self.now_s > caller.deadline_s:
            self._turn(caller, "steps")
            self.ami(StepReached(call=caller.id, step=Step.DEADLINE))
            self._sweep(caller)
            caller.steps = list(caller.own_steps)
            self._next_step(caller)
            return
        self._asks_again(caller)

    def _asks_again(self, caller: Caller) -> None:
        waited_s = float(int(self.now_s - caller.arrived_s))
        self._ask(caller, RoundEnded(call=caller.id, line=caller.line, node=PBX1, waited_s=waited_s))

    def _accepted_within(self, caller: Caller, most_s: float) -> None:
        """Perhaps somebody whose phone rings for them accepts meanwhile."""
        for phone in self.phones.values():
            if phone.swept_with == caller.id and phone.state == "ringing" and self.tape.one_in(2):
                self._then(phone, self.tape.span(0.0, most_s), lambda phone=phone: self._accepts_too(phone))  # type: ignore[misc]
                return

    def _types(self, caller: Caller) -> None:
        """At which number they want to be called back."""
        takes_s = self.tape.span(2.0, 40.0)
        self._accepted_within(caller, takes_s)
        match self.tape.among("comes back", "confirms", "confirms", "hangs up"):
            case "comes back":
                self._then(caller, takes_s, lambda: self._next_step(caller))
            case "confirms":
                self._then(caller, takes_s, lambda: self._confirms(caller))
            case _:
                self._then(caller, takes_s, lambda: self._hangs_up(caller))

    def _confirms(self, caller: Caller) -> None:
        caller.asked_callback = True
        if self.tape.one_in(6):  # while it is being written down
            self.later(self.tape.span(0.0, 0.1), lambda: self._hangs_up(caller))
        here = caller.step is Step.CALLBACK_HERE
        self._ask(caller, CallbackAsked(call=caller.id, here=here))

    def _fetched(self, caller: Caller) -> None:
        """Whatever the dialplan did with a caller who is aside, it ends, and asks."""
        if self.is_aside(caller):
            self._asks_again(caller)

    @staticmethod
    def is_aside(caller: Caller) -> bool:
        confirming = caller.state == "asking" and isinstance(caller.question, CallbackAsked)
        return confirming or (caller.state == "steps" and caller.step in ASIDE)

    def _next_step(self, caller: Caller) -> None:
        self._turn(caller, "steps")
        if not caller.steps:
            caller.steps = [Step.GOODBYE]
        step = caller.step = caller.steps.pop(0)
        self.ami(StepReached(call=caller.id, step=step))
        match step:
            case Step.ROUND:
                self._round_over(caller)
            case Step.GOODBYE:
                self._then(caller, 2.0, lambda: self._hangs_up(caller))
            case Step.MESSAGE:
                self._records(caller)
            case Step.CALLBACK_KEPT:
                caller.promised = True
                self._then(caller, 2.0, lambda: self._next_step(caller))
            case Step.CALLBACK_HERE | Step.CALLBACK_OTHER:
                self._types(caller)
            case _:
                self._then(caller, self.tape.span(2.0, 8.0), lambda: self._next_step(caller))

    def _records(self, caller: Caller) -> None:
        spoken_s = self.tape.span(3.0, 60.0)
        match self.tape.among("keeps", "keeps", "hangs up", "hangs up too soon", "says nothing"):
            case "keeps":
                self._then(caller, spoken_s, lambda: self._message_kept(caller))
            case "hangs up":
                self._then(caller, spoken_s, lambda: self._hangs_up_in_message(caller))
            case "hangs up too soon":
                self._then(caller, 2.0, lambda: self._hangs_up(caller))
            case _:
                self._then(caller, 8.0, lambda: self._next_step(caller))

    def _message_kept(self, caller: Caller) -> None:
        caller.left_message = True
        self.ami(MessageLeft(call=caller.id))
        caller.steps = [Step.GOODBYE]
        self._next_step(caller)

    def _hangs_up_in_message(self, caller: Caller) -> None:
        self._hangs_up(caller)
        caller.left_message = True
        self.later(self.tape.span(0.0, 1.5), lambda: self.ami(MessageLeft(call=caller.id)))

    def _survives(self, caller: Caller) -> None:
        self._turn(caller, "surviving")
        caller.survived, caller.survived_s = True, self.now_s
        self.ami(CallerSurviving(call=caller.id))
        self._sweep(caller)
        self._then(caller, self.tape.span(5.0, 90.0), lambda: self._hangs_up(caller))

    def _sweep(self, caller: Caller) -> None:
        """The dialplan itself stops the phones that ring for this caller."""
        for phone in self.phones.values():
            if phone.swept_with == caller.id and phone.state == "ringing":
                self._then(phone, 0.003, lambda phone=phone: self._ends(phone, Cause.NORMAL_CLEARING))  # type: ignore[misc]

    def _hangs_up(self, caller: Caller) -> None:
        if not caller.is_there:
            return
        phone = caller.phone
        if caller.state == "talking" or self.tape.one_in(2):
            self.ami(HangupRequested(party=caller.id))
        loses_hangup = caller.state == "talking" and self.weather.haunted and caller.haunts_since_s is None
        if loses_hangup and self.tape.one_in(3):
            caller.haunts_since_s = self.now_s
            return
        caller.phone = None
        self._turn(caller, "gone")
        self._sweep(caller)
        self.later(self.tape.among(0.0, 0.005, 0.05), lambda: self._is_gone(caller))
        if phone is not None:
            phone.caller = None
            if self.tape.one_in(4):
                self.agi(WrapUpDeclined(leg=phone.id))
            if phone.asks and self.tape.one_in(2):
                self._is_asked(phone, caller)
                return
            self._then(phone, self.tape.span(0.001, 0.02), lambda: self._ends(phone, Cause.NORMAL_CLEARING))

    def _is_gone(self, caller: Caller) -> None:
        caller.end_is_told = True
        self.ami(CallerLeft(call=caller.id))

    # ---- phones

    def _is_asked(self, phone: Phone, caller: Caller) -> None:
        """What came of the talk: some press a key, some change their mind, some leave a note of a minute."""
        self._turn(phone, "asked")
        for _ in range(self.tape.among(1, 0, 2)):
            word = ResultGiven(
                call=caller.id,
                line=caller.line,
                result=self.tape.among("resolved", "prank", "silent"),
                volunteer=phone.command.volunteer,
                leg=phone.id,
                counts=self.tape.among(None, True, False),
                caller=self.tape.among(None, CallerToken("aa")),
            )
            self._then(phone, self.tape.span(0.0, 20.0), lambda word=word: self.agi(word))  # type: ignore[misc]
        self._then(phone, self.tape.span(0.5, 110.0), lambda: self._ends(phone, Cause.NORMAL_CLEARING))

    def _made(self, phone: Phone) -> None:
        if phone.cancel_waits:
            self._ends(phone, Cause.NORMAL_CLEARING)
            return
        self._turn(phone, "ringing")
        self._then(phone, phone.command.ring_timeout_s, lambda: self._ends(phone, Cause.NO_ANSWER))
        ways = ["picks up", "picks up", "picks up soon", "rings out", "busy", "declines", "unreachable"]
        if phone.command.endpoint.confirm:
            ways += ["voicemail", "picks up"]
        if self.weather.lossy:
            ways += ["vanishes"]
        match self.tape.among(*ways):
            case "picks up":
                self._then(phone, self.tape.span(0.5, 20.0), lambda: self._picked_up(phone))
            case "picks up soon":
                self._then(phone, self.tape.span(0.0, 0.1), lambda: self._picked_up(phone))
            case "busy":
                self._then(phone, 0.1, lambda: self._ends(phone, Cause.USER_BUSY))
            case "declines":
                self._then(phone, self.tape.span(0.2, 10.0), lambda: self._ends(phone, Cause.CALL_REJECTED))
            case "unreachable":
                causes = (Cause.SUBSCRIBER_ABSENT, Cause.FAILURE, Cause.CONGESTION, Cause.INTERWORKING, 0)
                cause = self.tape.among(*causes)
                self._then(phone, self.tape.span(0.0, 0.5), lambda: self._ends(phone, cause))
            case "voicemail":
                self._then(phone, self.tape.span(0.5, 15.0), lambda: self._picked_up(phone, voicemail=True))
            case "vanishes":
                self._then(phone, 1.0, lambda: self._turn(phone, "gone"))
            case _:
                pass

    def _picked_up(self, phone: Phone, *, voicemail: bool = False) -> None:
        self._turn(phone, "up")
        self.ami(LegAnswered(leg=phone.id))
        if not phone.command.endpoint.confirm:
            self._accepts(phone)
        elif voicemail or self.tape.one_in(6):
            self._then(phone, 12.0, lambda: self._ends(phone, Cause.NORMAL_CLEARING))
        elif self.tape.one_in(4):
            self._then(phone, self._until_round_over(phone), lambda: self._accepts(phone))  # the worst instant
        else:
            self._then(phone, self.tape.span(0.5, 8.0), lambda: self._accepts(phone))

    def _until_round_over(self, phone: Phone) -> float:
        """To the end of a round of the phone's caller, give or take a few milliseconds."""
        caller = self.callers[phone.swept_with]
        return max(0.0, (caller.held_s - self.now_s) % ROUND_S + self.tape.span(-0.03, 0.01))

    def _accepts(self, phone: Phone) -> None:
        if not self.link_is_up:
            self._hears_word(phone)  # the shell refuses such questions at once
            return
        self._turn(phone, "asking")
        self.agi(LegAccepted(leg=phone.id))
        self._then(phone, GUARD_S, lambda: self._hears_word(phone))
        caller = self.callers[phone.swept_with]
        if self.tape.one_in(8):  # the worst instant to leave
            self.later(self.tape.span(0.0, 0.03), lambda: self._hangs_up(caller))
        if self.tape.one_in(16):
            cause = self.tape.among(Cause.NORMAL_CLEARING, Cause.CHANNEL_UNAVAIL)
            self._then(phone, self.tape.span(0.0, 0.03), lambda: self._ends(phone, cause))
        for rival in self.phones.values():
            if rival.swept_with == caller.id and rival.state in ("ringing", "up") and self.tape.one_in(4):
                self._then(rival, self.tape.span(0.0, 0.02), lambda rival=rival: self._accepts_too(rival))  # type: ignore[misc]

    def _accepts_too(self, phone: Phone) -> None:
        """In the same moment as another one."""
        if phone.state == "ringing":
            self.ami(LegAnswered(leg=phone.id))
        self._accepts(phone)

    def _hears_word(self, phone: Phone) -> None:
        self._turn(phone, "word")
        self._then(phone, WORD_S, lambda: self._ends(phone, Cause.NORMAL_CLEARING))

    def _joins(self, phone: Phone, call: CallId, records: bool) -> None:
        caller = self.callers[call]
        if caller.state != "held" or self.tape.one_in(12):  # the volunteer may fail just now, too
            if caller.is_there and caller.state != "held":
                self.observer.missed(caller)
            self._hears_word(phone)
            return
        self._turn(phone, "talking")
        self._turn(caller, "talking")
        phone.caller, caller.phone = caller, phone
        caller.talked_with.append(phone.command.volunteer)
        caller.talk_began_s = self.now_s
        caller.deadline_s = None
        if records and caller.consent:
            phone.records = True
            caller.recordings += 1
            if self.tape.one_in(4):
                self._then(phone, self.tape.span(0.1, 40.0), lambda: self.ami(LegKeyed(leg=phone.id)))
        self.observer.joined(caller, phone)
        self.ami(TalkStarted(leg=phone.id))
        talk_s = self.tape.among(60.0, 600.0, 5.0, 0.02, 0.002)
        match self.tape.among("volunteer", "caller", "volunteer", "failure", "failure"):
            case "volunteer":
                self._then(phone, talk_s, lambda: self._ends_talk(phone, Cause.NORMAL_CLEARING))
            case "caller":
                self._then(caller, talk_s, lambda: self._hangs_up(caller))
            case _:
                causes = (Cause.CHANNEL_UNAVAIL, Cause.UNKNOWN, Cause.FAILURE)
                cause = self.tape.among(*causes)
                self._then(phone, talk_s, lambda: self._ends_talk(phone, cause))

    def _ends_talk(self, phone: Phone, cause: int) -> None:
        self.ami(HangupRequested(party=phone.id))
        if self.weather.haunted and self.tape.one_in(4):
            phone.haunts_since_s = self.now_s
        else:
            self._ends(phone, cause)

    def _ends(self, phone: Phone, cause: int) -> None:
        caller, phone.caller = phone.caller, None
        self._turn(phone, "gone")
        self.ami(LegEnded(leg=phone.id, cause=cause))
        if caller is not None and caller.phone is phone:
            caller.phone = None
            if caller.haunts_since_s is not None:
                self._hangs_up(caller)
            else:
                talk_s = self.now_s - caller.talk_began_s
                caller.talk_ended_well = cause in NORMAL_END and talk_s >= SHORT_TALK_S
                caller.arrived_s = self.now_s
                self._ask(caller, TalkEnded(call=caller.id, line=caller.line, node=PBX1))

    # ---- the machine's commands

    def carry_out(self, command: NodeCommand) -> None:
        match command:
            case HoldCaller() | GuideCaller():
                self._answer(command)
            case ConnectLeg(leg=leg, call=call, records=records, asks=asks):
                self.phones[leg].asks = asks is not None
                self._answer_phone(self.phones[leg], call, records=records)
            case RefuseLeg(leg=leg):
                self._answer_phone(self.phones[leg], None)
            case RingLeg():
                self._ring(Phone(id=command.leg, command=command, swept_with=command.call))
            case RingNotice():
                self._ring_notice(command)
            case AnswerNotice():
                pass  # they hear a sentence
            case CancelLeg(leg=leg) if leg in self.notices and self.link_is_up:
                self.later(self.tape.span(0.001, 0.03), lambda: self._notice_ends(leg, Cause.NORMAL_CLEARING))
            case StopRecording(call=call, leg=leg_id, erase=erase):
                if leg_id is not None and leg_id in self.phones and self.link_is_up:
                    self.phones[leg_id].records = False
                if erase:  # by the service itself
                    self.callers[call].recordings = 0
            case _ if not self.link_is_up:
                pass
            case ReassignLeg(leg=leg, call=call):
                self.later(self.tape.span(0.001, 0.01), lambda: setattr(self.phones[leg], "swept_with", call))
            case CancelLeg(leg=leg):
                self._cancel(self.phones.get(leg))
            case DismissLeg(leg=leg):
                phone = self.phones.get(leg)
                if phone is not None and phone.state in ("up", "asking"):
                    self._hears_word(phone)
            case EndRound(call=call):
                caller = self.callers[call]
                if caller.state == "held":
                    self._then(caller, 0.002, lambda: self._round_over(caller))
            case FetchCaller(call=call):
                fetched = self.callers[call]
                self._then(fetched, self.tape.span(0.001, 0.03), lambda: self._fetched(fetched))
            case HangUp(party=party):
                self._hang_up(party)
            case MarkConsent(call=call, agreed=agreed):
                self.callers[call].consent = agreed
            case ListenToCaller(call=call):
                self.later(0.002, lambda: self._listens(self.callers[call]))

    def _listens(self, caller: Caller) -> None:
        if caller.state == "talking":
            self.ami(CallerListened(call=caller.id))
            if self.tape.among(True, True, False):
                spoke = CallerSpoke(call=caller.id)
                self._then(caller, self.tape.span(0.1, 40.0), lambda: self.ami(spoke))

    def _ring(self, phone: Phone) -> None:
        self.phones[phone.id] = phone
        phone.rang_s = self.now_s
        if not self.link_is_up:
            self._turn(phone, "gone")
            self.agi(LegEnded(leg=phone.id, cause=Cause.FAILURE))  # by the shell; not an event of Asterisk
            return
        self.observer.rings(phone)
        self._then(phone, self.tape.span(0.001, 0.05), lambda: self._made(phone))

    def _ring_notice(self, notice: RingNotice) -> None:
        leg = notice.leg
        if not self.link_is_up:
            self.agi(LegEnded(leg=leg, cause=Cause.FAILURE))  # by the shell; not an event of Asterisk
            return
        self.observer.tells(notice)
        self.notices[leg] = notice
        way = self.tape.among("yes", "misses", "no", "voicemail")
        if way == "misses":
            self.later(notice.ring_timeout_s, lambda: self._notice_ends(leg, Cause.NO_ANSWER))
            return
        lifts_s = self.tape.span(0.5, notice.ring_timeout_s - 1.0)
        self.later(lifts_s, lambda: self._lifts(leg))
        if way != "voicemail":
            self.later(lifts_s + 5.0, lambda: self._keyed(leg, way == "yes"))
        self.later(
            lifts_s + (30.0 if way == "voicemail" else 8.0), lambda: self._notice_ends(leg, Cause.NORMAL_CLEARING)
        )

    def _lifts(self, leg: LegId) -> None:
        if leg in self.notices:
            self.lifted.add(leg)
            self.ami(LegAnswered(leg=leg))

    def _keyed(self, leg: LegId, agreed: bool) -> None:
        if leg in self.notices:
            self.agi(NoticeAnswered(leg=leg, agreed=agreed))

    def _notice_ends(self, leg: LegId, cause: Cause) -> None:
        if self.notices.pop(leg, None) is not None:
            self.lifted.discard(leg)
            self.ami(LegEnded(leg=leg, cause=cause))

    def _answer_phone(self, phone: Phone, won: CallId | None, *, records: bool = False) -> None:
        if phone.state != "asking":
            return  # it is gone, or the guard was faster
        if won is not None:
            self._turn(phone, "joining")
            self._then(phone, self.tape.span(0.001, 0.01), lambda: self._joins(phone, won, records))
        else:
            self._hears_word(phone)

    def _answer(self, command: HoldCaller | GuideCaller) -> None:
        caller = self.callers[command.call]
        if caller.state != "asking":
            return  # they left, or the guard was faster
        if isinstance(command, HoldCaller):
            self._hold(caller, command)
        else:
            caller.steps = list(command.steps)
            self._next_step(caller)

    def _cancel(self, phone: Phone | None) -> None:
        if phone is None or not phone.is_live:
            return
        if phone.state == "making":
            phone.cancel_waits = True  # the shell repeats it when the channel appears
        elif self.weather.lossy and phone.lost_cancels < 2 and self.tape.one_in(6):
            phone.lost_cancels += 1
        else:
            turn = phone.turn
            self.later(self.tape.span(0.001, 0.03), lambda: self._cancelled(phone, phone.turn == turn))

    def _cancelled(self, phone: Phone, as_it_was: bool) -> None:
        """A hang-up takes what it finds, also who picked up in this very moment."""
        if not phone.is_live:
            return
        if phone.caller is not None and phone.haunts_since_s is None and phone.caller.haunts_since_s is None:
            self.observer.cut(phone)
        self._ends(phone, Cause.ANSWERED_ELSEWHERE if as_it_was else Cause.NORMAL_CLEARING)

    def _hang_up(self, party: CallId | LegId) -> None:
        caller, phone = self.callers.get(CallId(party)), self.phones.get(LegId(party))
        if caller is not None:
            self._hangs_up(caller)
        if phone is not None and phone.is_live:
            self._cancelled(phone, as_it_was=False)

    # ---- what truly is

    def live_phones(self, volunteer: str) -> list[Phone]:
        return [phone for phone in self.phones.values() if phone.is_live and phone.command.volunteer == volunteer]

    def _live_call(self, caller: Caller) -> LiveCall:
        where = _WHERE[caller.state]
        if isinstance(caller.question, CallArrived) and caller.state == "asking":
            where = Whereabouts.ARRIVING
        elif isinstance(caller.question, TalkEnded) and caller.state == "asking":
            where = Whereabouts.OUT_OF_TALK
        talks = caller.state == "talking" and caller.phone is not None
        steps = caller.state == "steps" or self.is_aside(caller)
        where = Whereabouts.LEAVING if steps else where
        return LiveCall(
            call=caller.id,
            line=caller.line,
            where=where,
            waited_s=float(int(self.now_s - caller.arrived_s)),
            held_s=self.now_s - caller.held_s if caller.state == "held" else None,
            music=caller.music if caller.state == "held" else "",
            language=caller.language,
            leg=caller.phone.id if talks and caller.phone is not None else None,
            talked_s=float(int(self.now_s - caller.talk_began_s)) if talks else None,
            step=caller.step if steps else None,
            steps=tuple(caller.steps) if steps else (),
            asked_for_help=asked_for_help(caller.id),
            came_back=bool(caller.talked_with),
            consents=caller.consent,
        )

    def stock(self, node: NodeId, asked_s: float) -> StockTaken:
        for caller in self.callers.values():
            caller.stock_came_first |= not caller.is_there and not caller.end_is_told
        return StockTaken(
            node=node,
            calls=frozenset(caller.id for caller in self.callers.values() if caller.is_there),
            callers=tuple(self._live_call(caller) for caller in self.callers.values() if caller.is_there),
            legs=tuple(
                LiveLeg(
                    leg=phone.id,
                    volunteer=phone.command.volunteer,
                    up=phone.state != "ringing",
                    talking=phone.caller is not None,
                    call=phone.swept_with,
                    stage=_STAGES[phone.state],
                    endpoint=phone.command.endpoint.id,
                    age_s=float(int(self.now_s - phone.rang_s)),
                )
                for phone in self.phones.values()
                if phone.is_live and phone.state != "making"
            )
            + tuple(
                LiveLeg(leg=leg, volunteer=notice.volunteer, up=leg in self.lifted)
                for leg, notice in self.notices.items()
            ),
            asked_s=asked_s,
        )
