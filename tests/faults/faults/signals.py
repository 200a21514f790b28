"""The service's process is killed, frozen, stopped or aborted; alone, or under its own supervisor."""

import asyncio
import signal
from dataclasses import replace

from tests.faults import bounds
from tests.faults.cell import End, Expectation
from tests.faults.faults.fault import JUST_HUNG_UP, RECORDING, Fault, NotStruck, also, usual
from tests.faults.scene import Needs, Scene
from tests.faults.serving import state_of

FROZEN_S = 20.0
SUPERVISED = Needs(supervised=True)


async def _kill(scene: Scene, number: signal.Signals = signal.SIGKILL) -> str:
    pid = scene.service.send(number)
    await scene.service.until_gone(pid)
    return f"{number.name}: process {pid} is gone"


async def _abort(scene: Scene) -> str:
    return await _kill(scene, signal.SIGABRT)


async def _terminate(scene: Scene) -> str:
    """It may take its time to end; the stage goes on meanwhile."""
    pid = scene.service.send(signal.SIGTERM)
    await asyncio.sleep(0)
    return f"SIGTERM was sent to process {pid}"


async def _freeze(scene: Scene) -> str:
    pid = scene.service.send(signal.SIGSTOP)
    if state_of(pid) != "T":
        await asyncio.sleep(0.01)
    if state_of(pid) != "T":
        raise NotStruck(f"process {pid} is in state {state_of(pid)}")
    return f"SIGSTOP: process {pid} is stopped"


async def _start(scene: Scene) -> None:
    await scene.service.start(until_plan=False)


async def _start_once_gone(scene: Scene) -> None:
    pid = scene.service.pid
    await scene.service.until_gone(pid, 10.0)
    await scene.service.start(until_plan=False)


async def _wake(scene: Scene) -> None:
    await asyncio.sleep(FROZEN_S)
    scene.service.send(signal.SIGCONT)


def _dead(stage: str) -> Expectation:
    expects = usual(stage)
    return replace(
        expects,
        stops_s=expects.stops_s if stage == JUST_HUNG_UP else bounds.DEAD_STOPS_S,
        serves_s=bounds.RESTART_SERVES_S,
        blind=True,
        unwritten_s=bounds.WRITTEN_S,
        why="the service was not there to see or to stop anything",
    )


def _frozen(stage: str) -> Expectation:
    expects = _dead(stage)
    ends = also(expects, End.TALKED) if stage == RECORDING else expects.ends
    stops_s = expects.stops_s if stage == JUST_HUNG_UP else bounds.FROZEN_STOPS_S
    return replace(expects, ends=ends, stops_s=stops_s, why="the service said nothing")


def _woken(stage: str) -> Expectation:
    return replace(_frozen(stage), serves_s=bounds.RESTART_SERVES_S)


FAULTS = (
    Fault(
        name="sigkill",
        words="kill -9 of the service, which stays away until the call is over",
        strike=_kill,
        course=_start,
        expects=_dead,
        outlasts_call=True,
        is_recovery=True,
    ),
    Fault(
        name="sigkill restarted",
        words="kill -9 of the service, which its supervisor starts again",
        strike=_kill,
        expects=_dead,
        needs=SUPERVISED,
    ),
    Fault(
        name="sigabrt restarted",
        words="SIGABRT, as a failed assertion or the watchdog's dump does; its supervisor starts it again",
        strike=_abort,
        expects=_dead,
        needs=SUPERVISED,
    ),
    Fault(
        name="sigterm restarted",
        words="SIGTERM, and started again as soon as it is gone: systemctl restart",
        strike=_terminate,
        course=_start_once_gone,
        expects=_dead,
        is_recovery=True,
    ),
    Fault(
        name="sigstop 20 s",
        words="SIGSTOP, and SIGCONT 20 s later",
        strike=_freeze,
        course=_wake,
        expects=_woken,
    ),
    Fault(
        name="sigstop watched",
        words="SIGSTOP; the supervisor's watchdog kills it and starts it again",
        strike=_freeze,
        expects=_frozen,
        needs=SUPERVISED,
    ),
)
