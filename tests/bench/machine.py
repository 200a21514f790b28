"""`machine`: what the dispatcher alone costs, with 10 to 5,000 callers waiting and ten times as many volunteers. No
I/O.

Three scenes. *talking*: every volunteer talks, and what is played over and over is one whole call that ends well while
the others wait: a talk ends, whoever comes free is rung, accepts, the talk starts; the caller leaves and a new one
arrives. *ringing*: nearly every volunteer rings, each caller has a group of nine; a phone that rings is accepted, its
group is handed on or cancelled, a talk begins, a talk ends, somebody leaves, a new one arrives. Everybody who waits
asks in turn. *reminding*: as ringing, while the two people of the next slot are rung to remind them, somebody who let
a call ring rests, and somebody else is just being told so.
"""

import gc
import time
from dataclasses import replace
from datetime import time as time_of_day
from datetime import timedelta

from hotline_agi.dispatch.commands import CancelLeg, Command, ConnectLeg, HoldCaller, RingLeg, RingNotice
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerLeft,
    Event,
    LegAccepted,
    LegAnswered,
    LegEnded,
    RoundEnded,
    StockTaken,
    TalkStarted,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.roster.model import Reminders, Rest, RingGroup, RingStep
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, NodeId
from hotline_agi.terms.instants import Now
from tests.bench.figures import Findings, Goal, median, percentile, plain, table
from tests.dispatch.lines import NOON, XINLI, line, roster, shift

WAITING = (10, 100, 1000, 5000)
VOLUNTEERS_PER_CALL = 10
CALLS = 400
STEP_S = 5e-6
"""So little that all of a scene happens within one round of a caller: what is measured is decisions, not timeouts."""
NODE = NodeId("pbx1")
ADAPTIVE = RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=3600.0, adaptive=True)
DECISION_GOAL_US = 1000.0
NEXT_SLOT = time_of_day(12, 20)
"""The scene is at noon."""
NEXT = ("next-1", "next-2")
SCENES = ("talking", "ringing", "reminding")


class _Play:
    """A machine with `waiting` callers in the queue, and ten times as many volunteers."""

    def __init__(self, waiting: int, *, talking: bool, reminding: bool = False) -> None:
        people = tuple(f"v{number:05}" for number in range(waiting * VOLUNTEERS_PER_CALL))
        plan = line(
            ring_steps=(ADAPTIVE,),
            max_wait_s=86_400.0,
            ring_timeout_s=60.0,
            wrap_up_s=0.0,
            shifts=(shift(volunteers=people, backup=()),),
        )
        if reminding:
            now = shift(people, (), slot="now", start=time_of_day(6), until=NEXT_SLOT)
            following = shift(NEXT, (), slot="next", start=NEXT_SLOT, until=time_of_day(20))
            soon = Reminders(before_s=1800.0, ask_backup_s=600.0)
            plan = replace(plan, shifts=(now, following), reminders=soon, rest=Rest(missed=1, for_s=1800.0))
        self._mono_s = 1000.0
        self._machine = Machine(roster(plan), boot=1, now=self._now())
        self._calls = 0
        self._queue: dict[CallId, None] = {}
        self._ringing: dict[LegId, None] = {}
        self._talks: dict[CallId, LegId] = {}
        self.spent_us: list[float] = []
        self.take(StockTaken(node=NODE, calls=frozenset(), legs=()))
        if talking:
            for _ in people:
                self._arrive()
                self._accept()
        for _ in range(waiting):
            self._arrive()
        if reminding:
            (told,) = self._miss()
            self.take(LegEnded(leg=told.leg, cause=Cause.NO_ANSWER))
            self._miss()  # is being told all the time

    def _miss(self) -> list[RingNotice]:
        """The phone that has rung the longest rings out: its volunteer rests, and is rung to hear so."""
        leg = next(iter(self._ringing))
        del self._ringing[leg]
        return [one for one in self.take(LegEnded(leg=leg, cause=Cause.NO_ANSWER)) if isinstance(one, RingNotice)]

    @property
    def is_reminding(self) -> bool:
        """Whether the next ones are still being rung, and somebody rests."""
        board = self._machine.board
        rung = {one.volunteer for one in board.notices.live.values() if not one.withdrawn}
        return rung.issuperset(NEXT) and bool(board.resting)

    def one_call(self) -> None:
        """A talk ends; somebody is rung and accepts; a new caller arrives, and one who waits asks."""
        if self._talks:
            call = next(iter(self._talks))
            self.take(LegEnded(leg=self._talks.pop(call), cause=Cause.NORMAL_CLEARING))
            self.take(CallerLeft(call=call))
        self._accept()
        self._arrive()
        first = next(iter(self._queue))
        del self._queue[first]
        self._queue[first] = None
        self.take(RoundEnded(call=first, line=XINLI, node=NODE, waited_s=4.0))
        self.take(CallerHeld(call=first))

    def take(self, event: Event) -> list[Command]:
        self._mono_s += STEP_S
        now = self._now()
        began = time.perf_counter()
        out = self._machine.handle(event, now)
        due_s = self._machine.next_deadline()
        self.spent_us.append(1e6 * (time.perf_counter() - began))
        if due_s is not None and due_s <= self._mono_s:
            began = time.perf_counter()
            out += self._machine.handle_deadline(now)
            self.spent_us.append(1e6 * (time.perf_counter() - began))
        for command in out:
            if isinstance(command, RingLeg):
                self._ringing[command.leg] = None
        for command in out:
            if isinstance(command, CancelLeg) and command.leg in self._ringing:
                del self._ringing[command.leg]
                self.take(LegEnded(leg=command.leg, cause=Cause.ANSWERED_ELSEWHERE))
        return out

    def _arrive(self) -> None:
        self._calls += 1
        call = CallId(f"call-{self._calls}")
        self._queue[call] = None
        said = self.take(CallArrived(call=call, line=XINLI, node=NODE))
        assert any(isinstance(command, HoldCaller) for command in said)
        self.take(CallerHeld(call=call))

    def _accept(self) -> None:
        """The phone that has rung the longest is accepted; its volunteer gets whoever is served first."""
        leg = next(iter(self._ringing))
        del self._ringing[leg]
        self.take(LegAnswered(leg=leg))
        (won,) = (command for command in self.take(LegAccepted(leg=leg)) if isinstance(command, ConnectLeg))
        self.take(TalkStarted(leg=leg))
        del self._queue[won.call]
        self._talks[won.call] = leg

    def _now(self) -> Now:
        return Now(mono_s=self._mono_s, at=NOON + timedelta(seconds=self._mono_s - 1000.0))


def run() -> Findings:
    findings = Findings("machine")
    rows = []
    for scene in SCENES:
        for waiting in WAITING:
            play = _Play(waiting, talking=scene == "talking", reminding=scene == "reminding")
            play.spent_us.clear()
            gc.collect()
            for _ in range(CALLS):
                play.one_call()
            assert play.is_reminding == (scene == "reminding")
            figures = _figures(play.spent_us)
            findings.figures[f"{scene}_{waiting}"] = figures
            rows.append([f"{scene} {waiting:,}", *(plain(value) for value in figures.values())])
            findings.goals.append(Goal(f"{scene}, {waiting:,} waiting: p99, µs", figures["p99_us"], DECISION_GOAL_US))
        least, most = (findings.figures[f"{scene}_{n}"]["mean_us"] for n in (WAITING[0], WAITING[-1]))
        # n events of constant cost grow as n; n log n would let the mean of one event grow by this
        bound = len(f"{WAITING[-1]:b}") / len(f"{WAITING[0]:b}")
        findings.goals.append(Goal(f"{scene}: mean per event, 5,000 ÷ 10 waiting", most / least, bound))
    print(table(["waiting calls", "events", "events/s", "mean µs", "median µs", "p99 µs", "worst µs"], rows))
    return findings


def _figures(spent: list[float]) -> dict[str, float]:
    return {
        "events": len(spent),
        "events_per_s": round(len(spent) / (sum(spent) / 1e6)),
        "mean_us": round(sum(spent) / len(spent), 2),
        "median_us": round(median(spent), 2),
        "p99_us": round(percentile(spent, 0.99), 2),
        "worst_us": round(max(spent), 2),
    }
