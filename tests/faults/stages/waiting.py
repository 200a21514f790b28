"""The caller is answered and waits: in the first sentence, and in the music while phones ring."""

from tests.e2e.hearing import HZ
from tests.faults.scene import MOBILE, SILENT, SOFTPHONE, Scene
from tests.faults.stages.call_stage import CallStage, waits


async def _greeted(scene: Scene) -> str:
    caller = scene.dial()
    at = await caller.until_hears(HZ["greeting"], 3.0, since=0.0)
    return f"the caller hears the greeting since {at - caller.invited_at:.2f} s after dialling"


async def _everybody_rings(scene: Scene) -> str:
    caller = scene.dial()
    for name in (SILENT, SOFTPHONE, MOBILE):
        await scene.people[name].until_rung(3.0)
    await caller.until_hears(HZ["music"], 4.0)
    return "all three phones ring, the caller hears music"


def _ring(scene: Scene) -> str:
    still = [name for name, person in scene.people.items() if person.calls and person.calls[-1].ended_at is None]
    return waits(scene) or ("" if len(still) == 3 else f"only {still} ring")


GREETING = CallStage(name="greeting", words="the caller hears the greeting", reach=_greeted, holds=waits)
RINGING = CallStage(
    name="ringing", words="the caller hears music, all phones ring", reach=_everybody_rings, holds=_ring
)
