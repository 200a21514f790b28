"""A desk to play the machine's stories on: two virtual clocks, short names for events, time that passes in no time."""

from datetime import timedelta
from math import inf
from typing import TypeVar

from hotline_agi.dispatch.answers import ROUND_S
from hotline_agi.dispatch.commands import (
    CancelLeg,
    CloseRecord,
    Command,
    ConnectLeg,
    DismissLeg,
    EndRound,
    Fact,
    GuideCaller,
    HoldCaller,
    NoteFact,
    RefuseLeg,
    RingLeg,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerSurviving,
    Event,
    LegAccepted,
    LegAnswered,
    LegEnded,
    MessageLeft,
    RoundEnded,
    Step,
    StepReached,
    TalkEnded,
    TalkStarted,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.roster.model import Roster
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId
from hotline_agi.terms.instants import Now
from tests.dispatch.lines import NOON, XINLI, roster

PBX1 = NodeId("pbx1")
DOCTOR = None
"""Whom a leg without a volunteer rings: the overflow number."""
C = TypeVar("C")


class Desk:
    """Plays events to one machine. Every move returns the commands of that step; `rung`, `leg` read all of them."""

    def __init__(self, of: Roster | None = None) -> None:
        self.now_s = 1000.0
        self.machine = Machine(of or roster(), boot=0x5E3A0000, now=self.now)
        self.log: list[Command] = []
        self._rounds: dict[CallId, float] = {}
        """When the rounds end of those who are in the holding bridge."""

    @property
    def now(self) -> Now:
        return Now(mono_s=self.now_s, at=NOON + timedelta(seconds=self.now_s - 1000.0))

    # ---- time and events

    def take(self, event: Event) -> list[Command]:
        match event:
            case CallerHeld(call=call):
                self._rounds[call] = self.now_s + ROUND_S
            case TalkStarted(leg=leg):
                for won in [won for won in of(ConnectLeg, self.log) if won.leg == leg]:
                    self._rounds.pop(won.call, None)
            case RoundEnded(call=call) | CallerLeft(call=call) | CallerSurviving(call=call) | StepReached(call=call):
                self._rounds.pop(call, None)
            case _:
                pass
        return self._said(self.machine.handle(event, self.now))

    def passes(self, seconds: float) -> list[Command]:
        """Let time pass, stopping at each deadline; who is in the holding bridge asks every round and goes back in."""
        until_s, said = self.now_s + seconds, list[Command]()
        while True:
            due_s = self.machine.next_deadline() or inf
            call, round_s = min(self._rounds.items(), key=lambda item: item[1], default=(CallId(""), inf))
            if min(due_s, round_s) > until_s:
                break
            self.now_s = max(self.now_s, min(due_s, round_s))
            if due_s <= round_s:
                said += self._said(self.machine.handle_deadline(self.now))
                continue
            line = self.call(call).line.id
            answer = self.asks(call, self.now_s - 1000.0, line)
            if holds(answer):
                answer += self.held(call)
            said += answer
        self.now_s = until_s
        return said

    def is_silent_for(self, seconds: float) -> list[Command]:
        """Time passes, and nobody says a word any more."""
        self._rounds.clear()
        return self.passes(seconds)

    def reads(self, new: Roster) -> list[Command]:
        """The roster is swapped."""
        return self._said(self.machine.use_roster(new, self.now))

    def _said(self, commands: list[Command]) -> list[Command]:
        self.log += commands
        for ended in of(EndRound, commands):
            self._rounds.pop(ended.call, None)
        return commands

    # ---- callers

    def arrives(self, call: str, line: LineId = XINLI) -> list[Command]:
        return self.take(CallArrived(call=CallId(call), line=line, node=PBX1))

    def held(self, call: str) -> list[Command]:
        return self.take(CallerHeld(call=CallId(call)))

    def waits(self, call: str, line: LineId = XINLI) -> list[Command]:
        """Arrives and is in the holding bridge a moment later."""
        said = self.arrives(call, line)
        self.now_s += 0.05
        return said + self.held(call)

    def asks(self, call: str, waited_s: float = 4.0, line: LineId = XINLI) -> list[Command]:
        """The round is over."""
        return self.take(RoundEnded(call=CallId(call), line=line, node=PBX1, waited_s=waited_s))

    def keys(self, call: str, key: str) -> list[Command]:
        return self.take(CallerKeyed(call=CallId(call), key=key))

    def leaves(self, call: str) -> list[Command]:
        return self.take(CallerLeft(call=CallId(call)))

    def survives(self, call: str) -> list[Command]:
        return self.take(CallerSurviving(call=CallId(call)))

    def reaches(self, call: str, step: Step) -> list[Command]:
        return self.take(StepReached(call=CallId(call), step=step))

    def leaves_message(self, call: str) -> list[Command]:
        return self.take(MessageLeft(call=CallId(call)))

    def comes_out(self, call: str) -> list[Command]:
        """Out of a talk, alive."""
        return self.take(TalkEnded(call=CallId(call)))

    # ---- volunteers, by name; None is the overflow number

    def leg(self, volunteer: str | None) -> LegId:
        """The leg that rang `volunteer` last."""
        return next(c.leg for c in reversed(self.log) if isinstance(c, RingLeg) and c.volunteer == volunteer)

    def picks_up(self, volunteer: str | None) -> list[Command]:
        return self.take(LegAnswered(leg=self.leg(volunteer)))

    def accepts(self, volunteer: str | None) -> list[Command]:
        return self.take(LegAccepted(leg=self.leg(volunteer)))

    def joins(self, volunteer: str | None) -> list[Command]:
        """The volunteer and the caller hear each other."""
        return self.take(TalkStarted(leg=self.leg(volunteer)))

    def ends(self, volunteer: str | None, cause: int = Cause.NORMAL_CLEARING) -> list[Command]:
        return self.take(LegEnded(leg=self.leg(volunteer), cause=cause))

    def talks(self, volunteer: str | None) -> list[Command]:
        """Picks up, accepts, hears the caller."""
        return self.picks_up(volunteer) + self.accepts(volunteer) + self.joins(volunteer)

    # ---- reading

    def call(self, call: str) -> Call:
        return self.machine.board.calls[CallId(call)]

    def state(self, call: str) -> CallState:
        return self.call(call).state

    def record(self, call: str) -> CloseRecord:
        """The one record of a call that is over."""
        (record,) = (c for c in self.log if isinstance(c, CloseRecord) and c.call == call)
        return record

    def ignored(self, event: type) -> int:
        return self.machine.ignored[event.__name__]


def of(kind: type[C], said: list[Command]) -> list[C]:
    return [command for command in said if isinstance(command, kind)]


def rung(said: list[Command]) -> list[str | None]:
    return [ring.volunteer for ring in of(RingLeg, said)]


def taken_back(said: list[Command]) -> set[LegId]:
    """Legs that were told to go, in whatever way."""
    return {c.leg for c in said if isinstance(c, CancelLeg | DismissLeg | RefuseLeg)}


def connected(said: list[Command]) -> list[LegId]:
    return [connect.leg for connect in of(ConnectLeg, said)]


def told(said: list[Command]) -> tuple[Step, ...] | None:
    """The steps that a caller was told, None if none were."""
    guides = of(GuideCaller, said)
    return guides[0].steps if guides else None


def holds(said: list[Command]) -> bool:
    return bool(of(HoldCaller, said))


def facts(said: list[Command]) -> list[Fact]:
    return [note.fact for note in of(NoteFact, said)]
