"""Which fault strikes when, drawn from a seed. Pure. Faults of different kinds overlap as chance has it."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    KILL = "service SIGKILL"
    TERM = "service SIGTERM"
    FREEZE = "service SIGSTOP"
    """A supervisor that is awake kills it after its watchdog's 5 s."""
    FREEZE_ALL = "service and supervisor SIGSTOP"
    """As when the whole controller stands still."""
    AMI_RESET = "AMI connection reset"
    AMI_HOLE = "AMI black hole"
    AGI_REFUSED = "FastAGI refused"
    JOURNAL_LOCKED = "journal locked"
    ROSTER_BROKEN = "roster broken"
    ROSTER_CHANGED = "roster changed"
    PBX_KILL = "Asterisk SIGKILL"


LASTS_S = {
    Kind.KILL: (0.0, 0.0),
    Kind.TERM: (0.0, 0.0),
    Kind.FREEZE: (2.0, 20.0),
    Kind.FREEZE_ALL: (2.0, 20.0),
    Kind.AMI_RESET: (1.0, 30.0),
    Kind.AMI_HOLE: (1.0, 30.0),
    Kind.AGI_REFUSED: (1.0, 15.0),
    Kind.JOURNAL_LOCKED: (1.0, 20.0),
    Kind.ROSTER_BROKEN: (4.0, 15.0),
    Kind.ROSTER_CHANGED: (0.0, 0.0),
    Kind.PBX_KILL: (0.0, 0.0),
}
"""From the blow to its end; a roster that was changed stays so."""
CHAOS = (
    (Kind.KILL, 4),
    (Kind.TERM, 3),
    (Kind.FREEZE, 3),
    (Kind.FREEZE_ALL, 1),
    (Kind.AMI_RESET, 3),
    (Kind.AMI_HOLE, 2),
    (Kind.AGI_REFUSED, 2),
    (Kind.JOURNAL_LOCKED, 2),
    (Kind.ROSTER_BROKEN, 1),
    (Kind.ROSTER_CHANGED, 2),
)
"""With their weights."""
SOAK = ((Kind.KILL, 3), (Kind.TERM, 2), (Kind.FREEZE, 2), (Kind.AMI_RESET, 2), (Kind.AMI_HOLE, 1))
RUNS_ON = ((Kind.FREEZE, 1), (Kind.AMI_RESET, 2), (Kind.AMI_HOLE, 1))
"""Faults that the service's process outlives, if a freeze is shorter than its watchdog allows."""
RUNS_ON_S = {Kind.FREEZE: (1.0, 3.5), Kind.AMI_RESET: (1.0, 8.0), Kind.AMI_HOLE: (1.0, 8.0)}
"""Short, so that no surge of callers whom the dialplan serves alone hides by its peak whether memory grows."""
CRASH = ((Kind.PBX_KILL, 1),)

_PROCESS = frozenset({Kind.KILL, Kind.TERM, Kind.FREEZE, Kind.FREEZE_ALL})
_AMI = frozenset({Kind.AMI_RESET, Kind.AMI_HOLE})
_ROSTER = frozenset({Kind.ROSTER_BROKEN, Kind.ROSTER_CHANGED})
RECOVERS_S = 4.0
"""A process that was struck is left alone for so long, so that not all faults strike a service that is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    kind: Kind
    at_s: float
    """After the beginning."""
    lasts_s: float


def blows(
    seed: int,
    weights: tuple[tuple[Kind, int], ...],
    *,
    begins_s: float,
    until_s: float,
    every_s: float,
    lasts_s: Mapping[Kind, tuple[float, float]] = LASTS_S,
) -> list[Blow]:
    """Faults from `begins_s` on, on average one in `every_s`; all are over by `until_s`."""
    dice = random.Random(f"{seed}:blows:{begins_s}")
    found: list[Blow] = []
    at_s = begins_s
    while True:
        at_s += dice.uniform(0.3, 1.7) * every_s
        kind = dice.choices([kind for kind, _ in weights], [weight for _, weight in weights])[0]
        bounds = lasts_s[kind]
        length_s = bounds[0] + (bounds[1] - bounds[0]) * dice.random() ** 2  # most are short
        if at_s >= until_s:
            return found
        length_s = min(length_s, max(bounds[0], until_s - at_s))
        if all(_far_enough(earlier, kind, at_s) for earlier in found):
            found.append(Blow(kind=kind, at_s=round(at_s, 3), lasts_s=round(length_s, 3)))


def _far_enough(earlier: Blow, kind: Kind, at_s: float) -> bool:
    for family in (_PROCESS, _AMI, _ROSTER):
        if kind in family and earlier.kind in family:
            return at_s >= earlier.at_s + earlier.lasts_s + (RECOVERS_S if family is _PROCESS else 1.0)
    return earlier.kind is not kind or at_s >= earlier.at_s + earlier.lasts_s + 1.0
