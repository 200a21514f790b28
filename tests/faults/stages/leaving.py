"""The caller has just hung up while phones ring."""

import time

from tests.faults.scene import Scene
from tests.faults.stages.call_stage import CallStage
from tests.faults.stages.waiting import RINGING


async def _leaves(scene: Scene) -> str:
    seen = await RINGING.reach(scene)
    scene.leave()
    return f"{seen}; the BYE went out in this instant"


def _left_just_now(scene: Scene) -> str:
    assert scene.caller is not None
    ended_at = scene.caller.ended_at
    if ended_at is None:
        return "the caller is still there"
    return "" if time.monotonic() - ended_at < 0.05 else "that was long ago"


JUST_HUNG_UP = CallStage(
    name="just hung up", words="the caller hung up an instant ago", reach=_leaves, holds=_left_just_now, at_once=True
)
