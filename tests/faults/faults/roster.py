"""The roster's files break under the running service."""

import asyncio
import signal

from tests.e2e.hotline import until
from tests.faults.faults.fault import Fault
from tests.faults.scene import Scene

LASTS_S = 3.0
REFUSED = "the new roster is refused; the one in force stays"
GOOD = "good shifts"


async def _break(scene: Scene) -> str:
    """Cut in the middle, as by an editor that died, with a conflict's marker behind."""
    stage = scene.hotline.stage
    path = stage.rosters / "test/shifts.yaml"
    scene.kept[GOOD] = path.read_text()
    path.write_text(scene.kept[GOOD][: len(scene.kept[GOOD]) // 2] + "\n<<<<<<< HEAD\n")
    scene.service.send(signal.SIGHUP)
    return "shifts.yaml ends in its middle, with a conflict marker; SIGHUP"


async def _mend(scene: Scene) -> None:
    stage = scene.hotline.stage
    await until(lambda: any(line.get("event") == REFUSED for line in stage.logged()), 10.0, "the roster is refused")
    await asyncio.sleep(LASTS_S)
    (stage.rosters / "test/shifts.yaml").write_text(scene.kept[GOOD])
    scene.service.send(signal.SIGHUP)


def _refused(scene: Scene) -> str:
    count = sum(line.get("event") == REFUSED for line in scene.hotline.stage.logged())
    return f"the service refused it {count}×"


FAULTS = (
    Fault(
        name="roster broken",
        words="half a shifts.yaml with a conflict marker is read; mended 3 s after it was refused",
        strike=_break,
        course=_mend,
        proof=_refused,
    ),
)
