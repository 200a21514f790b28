"""The callers' side of a virtual Asterisk: where each caller is in the dialplan, and what they do of themselves."""

from collections.abc import Callable
from enum import Enum, auto
from math import inf

from hotline_agi.dispatch.commands import EndRound, GuideCaller, HoldCaller
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerLeft,
    CallerRecognised,
    CallerSurviving,
    HangupRequested,
    MessageLeft,
    RoundEnded,
    Step,
    StepReached,
    TalkEnded,
)
from hotline_agi.simulation.agenda import Actor
from hotline_agi.simulation.crowd import Attempt, Crowd
from hotline_agi.simulation.seam import GUARD_S, MOMENT_S, NODE, Seam
from hotline_agi.simulation.truth import CallTruth, End
from hotline_agi.terms.ids import CallerToken, CallId, VolunteerId

STEPS_S = {Step.CLOSED: 6.0, Step.NOBODY: 6.0, Step.DIRECTORY: 20.0, Step.ENDED: 4.0, Step.GOODBYE: 3.0}
"""How long the prompts are."""
NO_MESSAGE_S = 8.0
"""Who says nothing is taken out of the recording."""
SURVIVAL_S = 30.0
"""How long somebody stays whom the dialplan serves by itself; that path is no subject here."""


class Place(Enum):
    """Where a caller is."""

    ASKING = auto()
    ENTERING = auto()
    HELD = auto()
    STEPS = auto()
    TALKING = auto()
    SURVIVING = auto()
    GONE = auto()


class Caller(Actor):
    __slots__ = (
        "answered_s", "deadline_s", "end", "id", "own_steps", "phone", "plan", "recognised", "round_s", "state",
        "steps", "talk_s", "talks", "volunteer",
    )  # fmt: skip

    def __init__(self, id_: CallId, plan: Attempt) -> None:
        super().__init__()
        self.id, self.plan = id_, plan
        self.state = Place.ASKING
        self.deadline_s = inf
        self.round_s = 4
        self.recognised = False
        self.own_steps: tuple[Step, ...] = ()
        self.steps: list[Step] = []
        self.phone: Actor | None = None
        """The leg that talks to them."""
        self.end = End.LEFT
        self.answered_s: float | None = None
        self.volunteer: VolunteerId | None = None
        self.talk_s = 0.0
        self.talks = 0


class Callers:
    """All callers. `let_go` is called when one hangs up in a talk, with the other side's leg."""

    def __init__(self, seam: Seam, crowd: Crowd) -> None:
        self._seam, self._agenda, self._crowd = seam, seam.agenda, crowd
        self._known: dict[CallId, Caller] = {}
        self._made = 0
        self.truths: dict[CallId, CallTruth] = {}
        self.let_go: Callable[[Actor], None] = lambda _: None
        seam.carry |= {HoldCaller: self._hold, GuideCaller: self._guide, EndRound: self._end_round}

    def __getitem__(self, call: CallId) -> Caller:
        return self._known[call]

    def get(self, call: CallId) -> Caller | None:
        return self._known.get(call)

    def still_there(self) -> list[Caller]:
        return [caller for caller in self._known.values() if caller.state is not Place.GONE]

    def plan(self, attempt: Attempt) -> None:
        self._made += 1
        caller = Caller(CallId(f"{NODE}-1000000000.{self._made}"), attempt)
        self._agenda.at(caller, attempt.at_s, self._arrives)

    def _arrives(self, caller: Caller) -> None:
        self._known[caller.id] = caller
        if caller.plan.patience_s < inf:
            self._agenda.at(caller, caller.plan.at_s + caller.plan.patience_s, self._loses_patience)
        self.ask(caller, CallArrived(call=caller.id, line=caller.plan.line, node=NODE))

    def ask(self, caller: Caller, question: CallArrived | RoundEnded | TalkEnded) -> None:
        caller.turn += 1
        caller.state = Place.ASKING
        self._agenda.then(caller, GUARD_S, self._survives)
        self._seam.tell(question)

    def _survives(self, caller: Caller) -> None:
        caller.turn += 1
        caller.state, caller.end = Place.SURVIVING, End.SURVIVED
        self._seam.tell(CallerSurviving(call=caller.id))
        self._agenda.then(caller, 30.0, self.hangs_up)

    def _hold(self, command: HoldCaller) -> None:
        caller = self._known[command.call]
        if caller.state is not Place.ASKING:
            return
        if caller.deadline_s == inf:  # the dialplan keeps the first that it was told
            caller.deadline_s = self._agenda.now_s + command.max_wait_s
        caller.own_steps, caller.round_s = command.overflow, command.round_s
        caller.turn += 1
        caller.state = Place.ENTERING
        self._agenda.then(caller, MOMENT_S, self._enters)

    def _enters(self, caller: Caller) -> None:
        caller.turn += 1
        caller.state = Place.HELD
        self._agenda.then(caller, caller.round_s, self._round_over)
        self._seam.tell(CallerHeld(call=caller.id))

    def _round_over(self, caller: Caller) -> None:
        if self._agenda.now_s > caller.deadline_s:
            caller.steps = [Step.DEADLINE, *caller.own_steps]
            self._next_step(caller)
            return
        if not caller.recognised:  # the number comes with the second question
            caller.recognised = True
            self._seam.tell(CallerRecognised(call=caller.id, caller=CallerToken(f"person-{caller.plan.person}")))
        waited_s = float(int(self._agenda.now_s - caller.plan.at_s))
        self.ask(caller, RoundEnded(call=caller.id, line=caller.plan.line, node=NODE, waited_s=waited_s))

    def _end_round(self, command: EndRound) -> None:
        caller = self._known[command.call]
        if caller.state is Place.HELD:
            caller.turn += 1
            self._agenda.then(caller, MOMENT_S, self._round_over)

    def _guide(self, command: GuideCaller) -> None:
        caller = self._known[command.call]
        if caller.state is Place.ASKING:
            caller.turn += 1
            caller.state = Place.STEPS
            caller.steps = list(command.steps)
            self._agenda.then(caller, MOMENT_S, self._next_step)

    def _next_step(self, caller: Caller) -> None:
        caller.turn += 1
        caller.state = Place.STEPS
        step = caller.steps.pop(0) if caller.steps else Step.GOODBYE
        match step:
            case Step.ROUND:
                self._agenda.then(caller, 0.0, self._round_over)
            case Step.GOODBYE:
                self._agenda.then(caller, STEPS_S[step], self.hangs_up)
            case Step.MESSAGE if caller.plan.message_s is not None:
                self._agenda.then(caller, caller.plan.message_s, self._left_message)
            case _:
                if caller.talks == 0 and step is not Step.DEADLINE and step is not Step.ENDED:
                    caller.end = End.TOLD
                self._agenda.then(caller, STEPS_S.get(step, NO_MESSAGE_S), self._next_step)
        self._seam.tell(StepReached(call=caller.id, step=step))

    def _left_message(self, caller: Caller) -> None:
        caller.end = End.MESSAGE
        caller.steps = [Step.GOODBYE]
        self._seam.tell(MessageLeft(call=caller.id))
        self._next_step(caller)

    def _loses_patience(self, caller: Caller) -> None:
        if caller.talks == 0 and caller.state in (Place.ASKING, Place.ENTERING, Place.HELD):
            self.hangs_up(caller)

    def joined(self, caller: Caller, phone: Actor, volunteer: VolunteerId | None) -> None:
        """The caller talks to somebody (None: the overflow number); plans the end if it is they who hang up."""
        caller.turn += 1
        caller.state, caller.phone, caller.volunteer = Place.TALKING, phone, volunteer
        caller.deadline_s = inf
        caller.talks += 1
        caller.end = End.TRANSFERRED if volunteer is None else End.TALKED
        if caller.answered_s is None:
            caller.answered_s = self._agenda.now_s
        if caller.plan.hangs_up_first:
            self._agenda.then(caller, caller.plan.talk_s, self.hangs_up)

    def hangs_up(self, caller: Caller) -> None:
        """The caller's channel ends; their phone, if there is one, a moment later."""
        phone, caller.phone = caller.phone, None
        if phone is not None:
            self.let_go(phone)
        caller.turn += 1
        caller.state = Place.GONE
        self.tell_truth(caller)
        self._seam.tell(HangupRequested(party=caller.id))
        self._agenda.then(caller, MOMENT_S, self._is_gone)
        if caller.end in (End.LEFT, End.TOLD, End.SURVIVED):
            again = self._crowd.again(caller.plan, self._agenda.now_s)
            if again is not None:
                self.plan(again)

    def _is_gone(self, caller: Caller) -> None:
        self._seam.tell(CallerLeft(call=caller.id))

    def tell_truth(self, caller: Caller) -> None:
        self.truths[caller.id] = CallTruth(
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
