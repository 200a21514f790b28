"""What a fault is: how it strikes, how long it lasts, and what may come of it at each stage."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.cell import End, Expectation
from tests.faults.scene import Needs, Scene

BEFORE, ARRIVING, GREETING, RINGING = "before", "arriving", "greeting", "ringing"
ACCEPT_PROMPT, ACCEPTING, BRIDGING = "accept prompt", "accepting", "bridging"
TALKING, WRAP_UP, RECORDING, JUST_HUNG_UP = "talking", "wrap-up", "recording", "just hung up"
WAITING = (GREETING, RINGING)
UNDECIDED = (ARRIVING, GREETING, RINGING, ACCEPT_PROMPT)
"""A caller is there, and nobody has accepted."""
ALL = (BEFORE, *UNDECIDED, ACCEPTING, BRIDGING, TALKING, WRAP_UP, RECORDING, JUST_HUNG_UP)


class NotStruck(Exception):
    """The fault could not be seen to strike: the cell does not count."""


async def nothing(scene: Scene) -> None:
    """It is over at once."""


def usual(stage: str) -> Expectation:
    """What comes of a call without any fault."""
    if stage == RECORDING:
        return Expectation(ends=frozenset({End.MESSAGE}))
    if stage == JUST_HUNG_UP:
        return Expectation(ends=frozenset({End.LEFT}))
    return Expectation()


def also(expects: Expectation, *ends: End) -> frozenset[End]:
    return expects.ends | set(ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    name: str
    words: str
    strike: Callable[[Scene], Awaitable[str]]
    """Returns what proves that it struck, or raises `NotStruck`."""
    course: Callable[[Scene], Awaitable[None]] = nothing
    """From the strike until the cause of the trouble is gone."""
    prepare: Callable[[Scene], Awaitable[None]] = nothing
    """Before the call; what takes time and harms nobody yet."""
    expects: Callable[[str], Expectation] = usual
    stages: tuple[str, ...] = ALL
    needs: Needs = field(default_factory=Needs)
    outlasts_call: bool = False
    """Its course begins when the call is over: the call sees nothing but the fault."""
    is_recovery: bool = False
    """Its course is the recovery itself: the time until the service serves counts from its beginning."""
    proof: Callable[[Scene], str] = lambda _: ""
    """Asked at the end of the story: what more is seen of it by then, e.g. how many packets were lost."""
