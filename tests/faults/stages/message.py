"""The caller asked for the recorder and speaks."""

import asyncio

from tests.e2e.hearing import HZ
from tests.faults.scene import MOBILE, Scene
from tests.faults.stages.call_stage import CallStage, waits


async def _speaks(scene: Scene) -> str:
    caller = scene.dial()
    await scene.people[MOBILE].until_rung(3.0)
    await caller.until_hears(HZ["music"], 4.0)
    scene.press("*")
    await caller.until_hears(HZ["beep"], 6.0)
    await asyncio.sleep(1.0)
    files = list(scene.hotline.stage.pbx.messages.iterdir())
    return f"the caller has spoken for 1 s after the beep; {len(files)} file is being written"


def _records(scene: Scene) -> str:
    files = list(scene.hotline.stage.pbx.messages.iterdir())
    return waits(scene) or ("" if files else "nothing is recorded")


RECORDING = CallStage(name="recording", words="the caller leaves a message", reach=_speaks, holds=_records)
