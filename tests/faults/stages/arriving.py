"""Before anything, and while the first question of the dialplan is open."""

from tests.faults.scene import Needs, Scene
from tests.faults.stages.call_stage import CallStage, release_or_lose, waits


async def _nobody_calls(scene: Scene) -> str:
    return f"no channel ({await scene.hotline.stage.pbx.channels()}) and no call"


async def _dials(scene: Scene) -> None:
    scene.dial()


async def _asks(scene: Scene) -> str:
    assert scene.gate is not None
    scene.held = scene.gate.hold("arrive")
    scene.dial()
    await scene.held.reached.wait()
    return f"the answer to /arrive ({len(scene.held.answer)} bytes) is held in flight"


def _still_asks(scene: Scene) -> str:
    held = scene.held
    assert held is not None
    return waits(scene) or ("" if held.answer.startswith(b"SET VARIABLE") else f"the service said {held.answer!r}")


async def _passes(scene: Scene) -> None:
    release_or_lose(scene)


BEFORE = CallStage(
    name="before",
    words="nobody calls yet",
    reach=_nobody_calls,
    holds=lambda scene: "" if scene.caller is None else "somebody calls",
    go_on=_dials,
)
ARRIVING = CallStage(
    name="arriving",
    words="the question /arrive is open: the service has begun to ring, its answer is under way",
    reach=_asks,
    holds=_still_asks,
    go_on=_passes,
    needs=Needs(gate=True),
)
