"""Asterisk is killed and started again, stands still, or is told to read its configuration."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

from tests.faults import bounds
from tests.faults.cell import End, Expectation
from tests.faults.faults.fault import (
    ACCEPTING,
    BEFORE,
    BRIDGING,
    JUST_HUNG_UP,
    RECORDING,
    RINGING,
    TALKING,
    Fault,
    NotStruck,
    also,
    usual,
)
from tests.faults.scene import Scene
from tests.faults.serving import state_of

STILL_S = 6.0
ASTDB_S = 1.5
LOG_FULL_S = 10.0


async def _kill(scene: Scene) -> str:
    pbx = scene.hotline.stage.pbx
    pid = pbx.pid
    scene.stopped_pbx_at = asyncio.get_running_loop().time()
    await pbx.stop(signal.SIGKILL)
    if state_of(pid) not in "ZX":
        raise NotStruck("Asterisk lives")
    return f"SIGKILL: Asterisk, process {pid}, is gone"


async def _keep_the_plan(scene: Scene) -> None:
    """What was put into AstDB within the last 1.3 s is lost with Asterisk (ASTERISK.md 2.2); the plan was just put."""
    await asyncio.sleep(ASTDB_S)


async def _start(scene: Scene) -> None:
    """systemd waits 1 s (asterisk.service.d/hotline.conf). Nobody told the phones that their calls are gone."""
    await asyncio.sleep(1.0)
    for person in scene.people.values():
        for call in person.calls:
            call.hang_up()
    # who was never answered has no dialog to end: the carrier gives up
    if scene.caller is not None and scene.dialled_before_strike:
        if scene.caller.answered_at is not None:
            scene.caller.hang_up()
        else:
            scene.caller.abandon()
    await scene.restart_pbx()


async def _stand_still(scene: Scene) -> str:
    pid = scene.hotline.stage.pbx.pid
    _signal(pid, signal.SIGSTOP)
    await asyncio.sleep(0.01)
    return f"SIGSTOP: Asterisk, process {pid}, is in state {state_of(pid)}"


async def _wake(scene: Scene) -> None:
    await asyncio.sleep(STILL_S)
    _signal(scene.hotline.stage.pbx.pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    os.kill(pid, number)


async def _reload(scene: Scene) -> str:
    """`core reload` reads everything anew: dialplan, PJSIP, AMI, music on hold."""
    await scene.hotline.stage.pbx.ask("core reload")
    return "core reload was carried out"


async def _break_and_reload(scene: Scene) -> str:
    """An include of a file that is not there, and a typing error in an endpoint: what an edit in a hurry leaves."""
    etc = scene.hotline.stage.pbx.folder / "etc"
    for name, line in (
        ("extensions.conf", "\n#include hotline/not-there.conf\n"),
        ("pjsip.conf", "\n[s01](hotline-softphoen)\ntype = endpint\n"),
    ):
        _append(etc / name, line)
    said = [await scene.hotline.stage.pbx.ask(what) for what in ("dialplan reload", "module reload res_pjsip.so")]
    log = scene.hotline.stage.pbx.log()
    if "not-there" not in log:
        raise NotStruck("Asterisk does not complain")
    return f"reload of a dialplan without its include and of a PJSIP account with errors: {len(said)} commands"


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)


def _lost(stage: str) -> Expectation:
    expects = usual(stage)
    if stage == BEFORE:
        return replace(expects, serves_s=bounds.PBX_SERVES_S, blind=True)
    return replace(
        expects,
        ends=also(expects, End.LOST),
        silence_s=bounds.WHOLE_S,
        stops_s=bounds.WHOLE_S,
        serves_s=bounds.PBX_SERVES_S,
        blind=True,
        cuts=True,
        why="an Asterisk that crashed has lost its calls and tells no phone (ASTERISK.md 1.2, 2.3): callers ring again",
    )


def _still(stage: str) -> Expectation:
    expects = usual(stage)
    return replace(
        expects,
        silence_s=STILL_S + bounds.SILENCE_S,
        stops_s=STILL_S + bounds.STOPS_S,
        serves_s=bounds.HALF_OPEN_SERVES_S,
        blind=True,
        why="while Asterisk stands still nothing is played, rung or stopped",
    )


async def _fill_log(scene: Scene) -> str:
    """The log's file leads to /dev/full, which takes nothing (full(4))."""
    pbx = scene.hotline.stage.pbx
    files = _full(pbx.folder / "log")
    await pbx.ask("logger reload")
    return f"{files} lie on a full disk; logger reload"


async def _free_log(scene: Scene) -> None:
    await asyncio.sleep(LOG_FULL_S)
    pbx = scene.hotline.stage.pbx
    _emptied(pbx.folder / "log")
    await pbx.ask("logger reload")


def _emptied(folder: Path) -> None:
    """Nobody may read to the end of /dev/full."""
    for path in folder.rglob("*"):
        if path.is_symlink():
            path.unlink()


def _full(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    for path in files:
        path.unlink()
        path.symlink_to("/dev/full")
    return [path.name for path in files]


FAULTS = (
    Fault(
        name="asterisk killed",
        words="kill -9 of Asterisk, started again after 1 s",
        strike=_kill,
        course=_start,
        prepare=_keep_the_plan,
        expects=_lost,
        is_recovery=True,
    ),
    Fault(
        name="asterisk still 6 s",
        words="SIGSTOP of Asterisk for 6 s",
        strike=_stand_still,
        course=_wake,
        expects=_still,
        stages=(BEFORE, RINGING, TALKING),
    ),
    Fault(
        name="log disk full",
        words="Asterisk's log files lie on a full disk for 10 s",
        strike=_fill_log,
        course=_free_log,
        stages=(BEFORE, RINGING, TALKING),
    ),
    Fault(name="core reload", words="`core reload` in Asterisk", strike=_reload),
    Fault(
        name="bad reload",
        words="a reload of Asterisk with an include that is missing and an account with errors",
        strike=_break_and_reload,
        stages=(BEFORE, RINGING, ACCEPTING, BRIDGING, TALKING, RECORDING, JUST_HUNG_UP),
    ),
)
