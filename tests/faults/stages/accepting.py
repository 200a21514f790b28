"""From the mobile's pick-up to the join: the prompt, the key, the verdict, the bridge."""

import asyncio
import time

from tests.e2e.hearing import HZ
from tests.faults.scene import MOBILE, PRESSES_S, Needs, Scene, press_if_up
from tests.faults.stages.call_stage import CallStage, release_or_lose, waits


async def _prompted(scene: Scene) -> str:
    scene.dial()
    leg = await scene.people[MOBILE].until_rung(3.0)
    await asyncio.sleep(0.3)
    leg.answer(HZ[MOBILE])
    await leg.until_hears(HZ["accept"], 3.0)
    return "the mobile hears the accept prompt"


def _hears_it(scene: Scene) -> str:
    leg = scene.first_leg
    return waits(scene) or ("" if leg.ended_at is None and leg.answered_at is not None else "the mobile is gone")


async def _presses(scene: Scene) -> None:
    leg = scene.first_leg
    if leg.ended_at is None:
        leg.later(PRESSES_S, lambda: press_if_up(leg))


async def _pressed(scene: Scene) -> str:
    assert scene.gate is not None
    scene.held = scene.gate.hold("accept")
    await _prompted(scene)
    scene.first_leg.press("1")
    await asyncio.wait_for(scene.held.reached.wait(), 4.0)
    return f"1 was pressed; the answer {scene.held.answer.decode().strip()!r} to /accept is held in flight"


def _won(scene: Scene) -> str:
    assert scene.held is not None
    return _hears_it(scene) or ("" if b"ok:won" in scene.held.answer else f"the service said {scene.held.answer!r}")


async def _passes(scene: Scene) -> None:
    release_or_lose(scene)


async def _joins(scene: Scene) -> str:
    """The verdict passes; whoever waits for `passed` acts within the same turn of the event loop."""
    seen = await _pressed(scene)
    held = scene.held
    assert held is not None
    if trouble := _won(scene):
        return trouble
    passed = asyncio.Event()
    held.on_pass = passed.set
    held.release()
    await passed.wait()
    return f"{seen.removesuffix(' is held in flight')} passed {1000 * (time.monotonic() - held.passed_at):.1f} ms ago"


def _just_passed(scene: Scene) -> str:
    assert scene.held is not None
    late_s = time.monotonic() - scene.held.passed_at
    return "" if scene.held.passed_at and late_s < 0.03 else f"the answer passed {late_s:.3f} s ago"


ACCEPT_PROMPT = CallStage(
    name="accept prompt",
    words="the mobile has picked up and hears “press 1”",
    reach=_prompted,
    holds=_hears_it,
    go_on=_presses,
)
ACCEPTING = CallStage(
    name="accepting",
    words="1 was pressed, the question /accept is open and decided",
    reach=_pressed,
    holds=_won,
    go_on=_passes,
    needs=Needs(gate=True),
)
BRIDGING = CallStage(
    name="bridging",
    words="the verdict has reached Asterisk, which joins the two",
    reach=_joins,
    holds=_just_passed,
    needs=Needs(gate=True),
    at_once=True,
)
