"""The AMI connection is reset, falls silent, or ends at somebody who is not Asterisk."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.e2e.cable import Lie
from tests.faults import bounds
from tests.faults.cell import Expectation
from tests.faults.faults.fault import (
    ACCEPTING,
    ALL,
    ARRIVING,
    BEFORE,
    BRIDGING,
    JUST_HUNG_UP,
    RINGING,
    TALKING,
    Fault,
    NotStruck,
    usual,
)
from tests.faults.scene import Needs, Scene

CABLE = Needs(cable=True)
LIES_S = 10.0


async def _reset(scene: Scene) -> str:
    cable = scene.cable
    assert cable is not None
    if not cable.is_up:
        raise NotStruck("there was no connection")
    cable.plugged = False
    cable.cut()
    return "RST to both sides of the AMI connection, and to each new one"


async def _silence(scene: Scene) -> str:
    cable = scene.cable
    assert cable is not None
    if not cable.is_up:
        raise NotStruck("there was no connection")
    cable.hold()
    return "the AMI connection stays open, nothing passes it"


def _lie(lie: Lie) -> Callable[[Scene], Awaitable[str]]:
    async def strike(scene: Scene) -> str:
        cable = scene.cable
        assert cable is not None
        cable.lie = lie
        cable.cut()
        return f"RST, and each new connection gets {'another banner' if lie is Lie.BANNER else 'its login refused'}"

    return strike


def _plugged_after(after_s: float) -> Callable[[Scene], Awaitable[None]]:
    async def course(scene: Scene) -> None:
        assert scene.cable is not None
        await asyncio.sleep(after_s)
        scene.cable.plugged, scene.cable.lie = True, None
        scene.cable.let_pass()

    return course


def _seen(scene: Scene) -> str:
    """The service itself noticed, or could not (a silence shorter than its ping)."""
    down = sum(line.get("event") == "ami down" for line in scene.hotline.stage.logged())
    return f"the service logged {down}× “ami down”"


def _cut(stage: str) -> Expectation:
    expects = usual(stage)
    return replace(
        expects,
        stops_s=expects.stops_s if stage == JUST_HUNG_UP else bounds.DEAD_STOPS_S,
        serves_s=bounds.AMI_SERVES_S,
        blind=True,
        why="without AMI the service sees and stops nothing",
    )


def _away(stage: str) -> Expectation:
    expects = _cut(stage)
    if stage == JUST_HUNG_UP:
        return expects
    return replace(
        expects, stops_s=bounds.RING_TIMEOUT_S, why="without AMI nobody can take a ring back but its own end"
    )


def _held_up(stage: str) -> Expectation:
    return replace(_away(stage), serves_s=bounds.HALF_OPEN_SERVES_S)


FAULTS = (
    Fault(
        name="ami reset 1 s",
        words="AMI cut by RST, there again after 1 s",
        strike=_reset,
        course=_plugged_after(1.0),
        expects=_cut,
        needs=CABLE,
        proof=_seen,
    ),
    Fault(
        name="ami reset 30 s",
        words="AMI cut by RST, there again after 30 s",
        strike=_reset,
        course=_plugged_after(30.0),
        expects=_away,
        needs=CABLE,
        proof=_seen,
    ),
    Fault(
        name="ami silent 1 s",
        words="AMI open, nothing passes for 1 s",
        strike=_silence,
        course=_plugged_after(1.0),
        expects=_held_up,
        stages=(ARRIVING, RINGING, ACCEPTING, BRIDGING, JUST_HUNG_UP),
        needs=CABLE,
        proof=_seen,
    ),
    Fault(
        name="ami silent 30 s",
        words="AMI half open: nothing passes for 30 s",
        strike=_silence,
        course=_plugged_after(30.0),
        expects=_held_up,
        stages=tuple(stage for stage in ALL if stage not in ("greeting", "wrap-up", "recording")),
        needs=CABLE,
        proof=_seen,
    ),
    Fault(
        name="ami wrong banner",
        words="AMI cut; for 10 s another server answers at its port",
        strike=_lie(Lie.BANNER),
        course=_plugged_after(LIES_S),
        expects=_away,
        stages=(BEFORE, RINGING, TALKING),
        needs=CABLE,
        proof=_seen,
    ),
    Fault(
        name="ami login refused",
        words="AMI cut; for 10 s each login is refused",
        strike=_lie(Lie.LOGIN),
        course=_plugged_after(LIES_S),
        expects=_away,
        stages=(BEFORE, RINGING, TALKING),
        needs=CABLE,
        proof=_seen,
    ),
)
