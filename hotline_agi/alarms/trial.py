"""One test call (canary): which steps of a call's way it took, when, and where it stopped. And when the next is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Stage(StrEnum):
    """In the order of a call's way."""

    READY = "ready"
    """The service can place a call: AMI is up, the survival plan knows the test number, prompts are there."""
    PLACED = "placed"
    """Asterisk took the order, and the call reached somebody: it was answered, or asked about."""
    ARRIVED = "arrived"
    """The dialplan asked the service what to do with the call (FastAGI)."""
    HELD = "held"
    """The caller is in the holding bridge."""
    HEARS = "prompts"
    """Asterisk finds the prompts, and the dialplan is of this version."""
    RANG = "rang"
    """The machine had the test endpoint rung."""
    PICKED_UP = "picked up"
    ACCEPTED = "accepted"
    """It pressed 1, and the dialplan asked the service who has won."""
    JOINED = "joined"
    """Both are in one bridge."""
    HEARD = "heard"
    """The test endpoint heard the caller's digits."""
    HEARD_BACK = "heard back"
    """The caller heard those of the test endpoint."""
    ENDED = "ended"
    """The call is over and its record is closed."""


HINTS = {
    Stage.READY: "",
    Stage.PLACED: "the call could not be placed: see the trunk, and that hotline/extensions.conf is loaded",
    Stage.ARRIVED: "the service was not asked: see FastAGI (HOTLINE_AGI, fastagi.port), and whether the carrier sends "
    "the number back",
    Stage.HELD: "the caller did not get into the holding bridge, or hotline/manager.conf is older than the service",
    Stage.HEARS: "hotline/extensions.conf is older than the service: copy it anew, then: dialplan reload",
    Stage.RANG: "the machine rang nobody: see the log of the service",
    Stage.PICKED_UP: "the test endpoint did not answer: see `canary.endpoint`, and hotline/extensions.conf",
    Stage.ACCEPTED: "the key was not taken: see app_read, the prompts, and FastAGI",
    Stage.JOINED: "the two sides were not joined: see hotline/extensions.conf, and bridge_simple.so",
    Stage.HEARD: "the test endpoint did not hear the caller: no media through the bridge (see rtp.conf, and "
    "app_senddtmf.so)",
    Stage.HEARD_BACK: "the caller did not hear the test endpoint: media goes one way only",
    Stage.ENDED: "the call did not end",
}
"""What is wrong where a stage was not reached."""


class Verdict(StrEnum):
    GOOD = "good"
    FAILED = "failed"
    GAVE_WAY = "gave way"
    """A caller came who might have needed the line; says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a test call."""

    at: datetime
    verdict: Verdict
    through: str
    took_s: Mapping[Stage, float]
    """Of each stage that was reached, seconds after the beginning, in order."""
    stopped_at: Stage | None = None
    """The first that was not reached; None: all were."""
    why: str = ""

    @property
    def total_s(self) -> float:
        return max(self.took_s.values(), default=0.0)


@dataclass(slots=True, eq=False)
class Trial:
    """A test call that goes on."""

    began_s: float
    began_at: datetime
    through: str
    within_s: float
    reached: dict[Stage, float] = field(default_factory=dict)
    why: str = ""
    """What is known of a failure; empty: the stage's hint."""
    failed_at: Stage | None = None

    def reach(self, stage: Stage, now_s: float) -> None:
        """A stage counts once."""
        self.reached.setdefault(stage, now_s - self.began_s)

    def fail(self, stage: Stage, why: str) -> None:
        """It is known that `stage` will not be reached. Of several such words that of the earliest stage counts: what
        comes later on a call's way may fail for the same reason, and be heard of sooner."""
        order = list(Stage)
        if stage not in self.reached and (self.failed_at is None or order.index(stage) < order.index(self.failed_at)):
            self.failed_at, self.why = stage, why

    @property
    def is_over(self) -> bool:
        return self.failed_at is not None or all(stage in self.reached for stage in Stage)

    def result(self, *, gave_way: bool = False) -> Result:
        missing = next((stage for stage in Stage if stage not in self.reached), None)
        late = max((took for stage, took in self.reached.items() if stage is not Stage.ENDED), default=0.0)
        stopped_at = self.failed_at or missing
        why = self.why or (HINTS[stopped_at] if stopped_at else "")
        if stopped_at is None and late > self.within_s:
            stopped_at = next(stage for stage in Stage if self.reached[stage] > self.within_s)
            why = f"it took {late:.1f} s, which is more than {self.within_s:g} s"
        verdict = Verdict.GAVE_WAY if gave_way else Verdict.GOOD if stopped_at is None else Verdict.FAILED
        return Result(
            at=self.began_at,
            verdict=verdict,
            through=self.through,
            took_s={stage: round(self.reached[stage], 3) for stage in Stage if stage in self.reached},
            stopped_at=stopped_at,
            why="callers come first, and one waited or came: ask again later" if gave_way else why,
        )


def next_due(
    last_at: datetime | None,
    starts: Iterable[datetime],
    now: datetime,
    *,
    every: timedelta | None,
    before: timedelta | None,
) -> datetime | None:
    """When the next test call is to be placed (perhaps now); None: it is not scheduled.

    :param last_at: when the last one was placed.
    :param starts: when slots begin, of the coming days.
    :param every: None: not by the clock.
    :param before: a slot's beginning; None: not for slots.
    """
    due = []
    if every is not None:
        due.append(now if last_at is None or last_at > now else max(now, last_at + every))
    if before is not None:
        for start in starts:
            at = start - before
            if start > now and not (last_at is not None and at <= last_at <= now):
                due.append(max(now, at))
    return min(due, default=None)


def result_json(result: Result) -> dict[str, Any]:
    return {
        "at": result.at.isoformat(),
        "verdict": result.verdict.value,
        "through": result.through,
        "took_s": {stage.value: took for stage, took in result.took_s.items()},
        "stopped_at": result.stopped_at.value if result.stopped_at else None,
        "why": result.why,
    }


def result_of(told: Mapping[str, Any]) -> Result:
    """The inverse.

    :raises ValueError, KeyError, TypeError, AttributeError: for what `result_json` did not make.
    """
    return Result(
        at=datetime.fromisoformat(told["at"]),
        verdict=Verdict(told["verdict"]),
        through=str(told["through"]),
        took_s={Stage(stage): float(took) for stage, took in told["took_s"].items()},
        stopped_at=Stage(told["stopped_at"]) if told["stopped_at"] else None,
        why=str(told["why"]),
    )
