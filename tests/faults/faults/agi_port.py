"""Asterisk's questions are refused, answered late, or answered by half a line."""

import asyncio
from dataclasses import replace

from tests.faults import bounds
from tests.faults.cell import Expectation
from tests.faults.faults.fault import (
    ACCEPT_PROMPT,
    ACCEPTING,
    ARRIVING,
    BEFORE,
    JUST_HUNG_UP,
    RECORDING,
    RINGING,
    TALKING,
    Fault,
    NotStruck,
    usual,
)
from tests.faults.gate import SLOW_S
from tests.faults.scene import Needs, Scene

LASTS_S = 10.0
GATE = Needs(gate=True)


async def _refuse(scene: Scene) -> str:
    assert scene.gate is not None
    await scene.gate.refuse()
    port = scene.hotline.stage.pbx.site.agi_port
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return f"port {port} refuses connections"
    writer.close()
    raise NotStruck("the port still answers")


async def _delay(scene: Scene) -> str:
    assert scene.gate is not None
    scene.gate.delay_s = SLOW_S
    return f"each answer takes {SLOW_S:g} s more"


async def _halve(scene: Scene) -> str:
    assert scene.gate is not None
    scene.gate.halves = True
    return "each answer is cut in the middle of its line, and the connection closed"


async def _mend(scene: Scene) -> None:
    assert scene.gate is not None
    await asyncio.sleep(LASTS_S)
    scene.gate.delay_s, scene.gate.halves = 0.0, False
    await scene.gate.listen_again()


def _asked(scene: Scene) -> str:
    assert scene.gate is not None and scene.struck_at is not None
    return f"{sum(at > scene.struck_at for at, _ in scene.gate.asked)} questions came through the gate afterwards"


def _away(stage: str) -> Expectation:
    expects = usual(stage)
    return replace(
        expects,
        stops_s=expects.stops_s if stage == JUST_HUNG_UP else bounds.DEAD_STOPS_S,
        blind=True,
        why="the dialplan could not ask the service",
    )


FAULTS = (
    Fault(
        name="agi refused",
        words="FastAGI's port is closed for 10 s, what is in flight is reset",
        strike=_refuse,
        course=_mend,
        expects=_away,
        needs=GATE,
    ),
    Fault(
        name="agi slow",
        words="each answer of FastAGI takes 2 s more, for 10 s",
        strike=_delay,
        course=_mend,
        expects=_away,
        stages=(BEFORE, ARRIVING, RINGING, ACCEPT_PROMPT, ACCEPTING, TALKING, RECORDING, JUST_HUNG_UP),
        needs=GATE,
        proof=_asked,
    ),
    Fault(
        name="agi half a line",
        words="each answer of FastAGI is cut in the middle, for 10 s",
        strike=_halve,
        course=_mend,
        expects=_away,
        stages=(BEFORE, ARRIVING, RINGING, ACCEPT_PROMPT, ACCEPTING, TALKING, RECORDING),
        needs=GATE,
        proof=_asked,
    ),
)
