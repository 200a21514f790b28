"""`machine`: what the dispatcher alone costs, with 10, 100 and 1,000 callers waiting. No I/O, no PBX.

Twenty volunteers are on shift and in talks. What is played over and over is one whole call that ends well while the
others wait: a talk ends, whoever waits longest is rung, one accepts, the others are cancelled, the talk starts; the
caller leaves and a new one arrives.
"""

import gc
import time
from datetime import timedelta

from hotline_agi.dispatch.commands import CancelLeg, Command, RingLeg
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerLeft,
    Event,
    LegAccepted,
    LegAnswered,
    LegEnded,
    RoundEnded,
    TalkStarted,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, NodeId
from hotline_agi.terms.instants import Now
from tests.bench.figures import Findings, median, percentile, plain, table
from tests.dispatch.lines import NOON, XINLI, line, ring, roster, shift

WAITING = (10, 100, 1000)
VOLUNTEERS = 20
CALLS = 400
STEP_S = 0.05
NODE = NodeId("pbx1")


class _Play:
    """A machine with all volunteers in talks and `waiting` callers in the queue."""

    def __init__(self, waiting: int) -> None:
        people = tuple(f"v{number:02}" for number in range(VOLUNTEERS))
        plan = line(
            ring_steps=(ring(None, 3600.0),), max_wait_s=3600.0, wrap_up_s=0.0, shifts=(shift(volunteers=people),)
        )
        self._mono_s = 1000.0
        self._machine = Machine(roster(plan), boot=1, now=self._now())
        self._calls = 0
        self._talks: list[tuple[CallId, str]] = []
        self.spent_us: list[float] = []
        for _ in range(VOLUNTEERS):
            self._connect(self._arrive())
        for _ in range(waiting):
            self._arrive()

    def one_call(self) -> None:
        """A talk ends and the next caller gets the volunteer; somebody new joins the queue."""
        call, leg = self._talks.pop(0)
        rung = self.take(LegEnded(leg=leg, cause=Cause.NORMAL_CLEARING))
        self.take(CallerLeft(call=call))
        self._connect(rung)
        self._arrive()
        self.take(RoundEnded(call=CallId(f"call-{self._calls}"), line=XINLI, node=NODE, waited_s=4.0))
        self.take(CallerHeld(call=CallId(f"call-{self._calls}")))

    def take(self, event: Event) -> list[Command]:
        self._mono_s += STEP_S
        now = self._now()
        began = time.perf_counter()
        out = self._machine.handle(event, now)
        self._machine.next_deadline()
        self.spent_us.append(1e6 * (time.perf_counter() - began))
        return out

    def _arrive(self) -> list[Command]:
        self._calls += 1
        call = CallId(f"call-{self._calls}")
        rung = self.take(CallArrived(call=call, line=XINLI, node=NODE))
        return rung + self.take(CallerHeld(call=call))

    def _connect(self, rung: list[Command]) -> None:
        """The first leg of those that began to ring accepts; the others end."""
        legs = [command for command in rung if isinstance(command, RingLeg)]
        winner = legs[0]
        self.take(LegAnswered(leg=winner.leg))
        for command in self.take(LegAccepted(leg=winner.leg)):
            if isinstance(command, CancelLeg):
                self.take(LegEnded(leg=command.leg, cause=Cause.ANSWERED_ELSEWHERE))
        self.take(TalkStarted(leg=winner.leg))
        self._talks.append((winner.call, winner.leg))

    def _now(self) -> Now:
        return Now(mono_s=self._mono_s, at=NOON + timedelta(seconds=self._mono_s - 1000.0))


def run() -> Findings:
    findings = Findings("machine")
    rows = []
    for waiting in WAITING:
        play = _Play(waiting)
        play.spent_us.clear()
        gc.collect()
        for _ in range(CALLS):
            play.one_call()
        spent = play.spent_us
        figures = {
            "events": len(spent),
            "events_per_s": round(len(spent) / (sum(spent) / 1e6)),
            "median_us": round(median(spent), 2),
            "p99_us": round(percentile(spent, 0.99), 2),
            "worst_us": round(max(spent), 2),
        }
        findings.figures[f"waiting_{waiting}"] = figures
        rows.append([f"{waiting:,}", *(plain(value) for value in figures.values())])
    print(table(["waiting calls", "events", "events/s", "median µs", "p99 µs", "worst µs"], rows))
    return findings
