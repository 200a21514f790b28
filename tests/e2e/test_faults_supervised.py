"""Without systemd: `hotline run --supervised` kills a frozen service and starts it anew."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.stage import Stage
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk, until
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


@asynccontextmanager
async def supervised(stage: Stage) -> AsyncIterator[asyncio.subprocess.Process]:
    """The parent process; it must end cleanly at SIGTERM, and leave no child."""
    argv = [sys.executable, "-m", "hotline_agi.cli", "run", "--supervised", "--config", str(stage.config)]
    with stage.log_path.open("ab") as log:
        parent = await asyncio.create_subprocess_exec(*argv, stdout=log, stderr=log)
    try:
        yield parent
    finally:
        children = children_of(parent.pid)
        parent.terminate()
        try:
            status = await asyncio.wait_for(parent.wait(), 8.0)
        except TimeoutError:
            for pid in (parent.pid, *children):
                os.kill(pid, signal.SIGKILL)
            raise
    assert status == 0
    assert not any(is_alive(child) for child in children)
    said = stage.log_path.read_text()
    assert "Traceback" not in said and "Task was destroyed" not in said


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def until_plans(stage: Stage, count: int, timeout_s: float) -> float:
    """Wait until the service has started that often, to the end of its start."""
    return await until(
        lambda: sum(line["event"] == "survival plan written" for line in stage.logged()) >= count,
        timeout_s,
        f"start {count} of the service",
    )


@pytest.mark.parametrize("fault", [signal.SIGSTOP, signal.SIGKILL], ids=lambda fault: fault.name)
def test_service_is_restarted(fault):
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline, supervised(hotline.stage) as parent:
            person = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            await until_plans(hotline.stage, 1, 6.0)
            (child,) = children_of(parent.pid)
            os.kill(child, fault)
            fault_at = time.monotonic()
            took_s = await until_plans(hotline.stage, 2, 9.0) - fault_at
            print(f"serves again {took_s:.2f} s after {fault.name}")
            assert took_s < 10.0  # 5 s of silence, the kill, and a start on a busy machine
            caller = hotline.caller()
            await talk(caller, await person.until_rung(1.0), person)
            caller.hang_up()
            assert (await hotline.closed()).outcome == "talked"
            await hotline.until_quiet()

    asyncio.run(story())


def test_sighup_reaches_the_service():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline, supervised(hotline.stage) as parent:
            await until_plans(hotline.stage, 1, 6.0)

            def readings() -> int:
                return sum(line["event"] == "the roster is in force already" for line in hotline.stage.logged())

            await until(lambda: readings() == 1, 5.0, "the reading that a start leaves for later")
            parent.send_signal(signal.SIGHUP)
            await until(lambda: readings() == 2, 5.0, "the roster is read again")

    asyncio.run(story())
