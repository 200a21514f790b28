"""In the talk, and right behind it."""

import asyncio

from tests.e2e.hearing import HZ
from tests.e2e.hotline import until
from tests.faults.scene import MOBILE, PRESSES_S, Needs, Scene
from tests.faults.stages.call_stage import CallStage


async def _talk(scene: Scene) -> str:
    scene.dial()
    leg = await scene.people[MOBILE].until_rung(3.0)
    scene.accept(leg, 0.3)
    await until(lambda: scene.talker() is not None, 5.0 + PRESSES_S, "the two talk")
    await asyncio.sleep(1.0)
    return "caller and mobile have heard each other for 1 s"


def _talks(scene: Scene) -> str:
    return "" if scene.talker() is not None else "they do not talk"


async def _over(scene: Scene) -> str:
    await _talk(scene)
    scene.leave()
    await scene.first_leg.until_hears(HZ["rest"], 3.0)
    return "the caller has hung up, the volunteer hears “press 1 if you need no rest”"


def _rests(scene: Scene) -> str:
    assert scene.caller is not None
    if scene.caller.ended_at is None:
        return "the caller is still there"
    return "" if scene.first_leg.ended_at is None else "the volunteer is gone"


TALKING = CallStage(name="talking", words="caller and volunteer talk", reach=_talk, holds=_talks)
WRAP_UP = CallStage(
    name="wrap-up",
    words="the talk is over, the volunteer is still on the line",
    reach=_over,
    holds=_rests,
    needs=Needs(wrap_up_s=5),
)
