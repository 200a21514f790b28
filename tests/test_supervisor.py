"""The parent of the service where there is no systemd, with children of a few lines."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from hotline_agi import supervisor
from hotline_agi.supervisor import supervise

CHILD = """
import os, signal, socket, sys, time
open(LIVES, "a").write(f"{os.getpid()}\\n")
words = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
words.connect(os.environ["NOTIFY_SOCKET"])
def say(word): words.send(word.encode())
"""
FAITHFUL = "say('READY=1')\nwhile True: say('WATCHDOG=1'); time.sleep(0.02)\n"


class Lives:
    """Who lived, by process id, in order."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "lives"
        self._path.touch()

    def child(self, body: str) -> tuple[str, ...]:
        return (sys.executable, "-c", f"LIVES = {str(self._path)!r}\n{CHILD}\n{body}")

    @property
    def pids(self) -> list[int]:
        return [int(pid) for pid in self._path.read_text().split()]

    async def until(self, count: int, timeout_s: float = 5.0) -> int:
        async with asyncio.timeout(timeout_s):
            while len(self.pids) < count:
                await asyncio.sleep(0.01)
        return self.pids[count - 1]


@pytest.fixture
def lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lives:
    monkeypatch.setattr(supervisor, "PAUSE_S", 0.05)
    monkeypatch.setattr(supervisor, "STOP_S", 0.5)
    return Lives(tmp_path)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def ended(task: asyncio.Task[int], how: signal.Signals = signal.SIGTERM) -> int:
    """Stop the parent (this process) by a signal."""
    os.kill(os.getpid(), how)
    return await asyncio.wait_for(task, 5.0)


def test_who_falls_silent_is_killed_and_started_anew(lives: Lives) -> None:
    async def story() -> None:
        task = asyncio.create_task(supervise(lives.child(FAITHFUL), watchdog_s=0.3))
        first = await lives.until(1)
        await asyncio.sleep(0.6)
        assert lives.pids == [first]  # who speaks lives
        os.kill(first, signal.SIGSTOP)
        stopped_at = time.monotonic()
        second = await lives.until(2)
        assert time.monotonic() - stopped_at < 2.0
        assert not is_alive(first) and is_alive(second)
        assert await ended(task) == 0
        assert not is_alive(second)

    asyncio.run(story())


@pytest.mark.parametrize("status", [0, 1, 2])
def test_who_ends_is_started_anew_for_ever(lives: Lives, status: int) -> None:
    async def story() -> None:
        task = asyncio.create_task(supervise(lives.child(f"say('READY=1')\nsys.exit({status})")))
        await lives.until(6)
        assert await ended(task) == 0

    asyncio.run(story())


def test_a_first_start_that_needs_somebody_to_mend_the_settings_is_not_repeated(lives: Lives) -> None:
    async def story() -> None:
        assert await asyncio.wait_for(supervise(lives.child("sys.exit(2)")), 5.0) == 2
        assert len(lives.pids) == 1

    asyncio.run(story())


def test_sighup_is_passed_on(lives: Lives, tmp_path: Path) -> None:
    async def story() -> None:
        heard = tmp_path / "heard"
        body = f"signal.signal(signal.SIGHUP, lambda *_: open({str(heard)!r}, 'w').close())\n{FAITHFUL}"
        task = asyncio.create_task(supervise(lives.child(body)))
        await lives.until(1)
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGHUP)
        async with asyncio.timeout(3.0):
            while not heard.exists():
                await asyncio.sleep(0.01)
        assert await ended(task) == 0

    asyncio.run(story())


def test_who_does_not_want_to_end_is_killed(lives: Lives) -> None:
    async def story() -> None:
        task = asyncio.create_task(supervise(lives.child(f"signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{FAITHFUL}")))
        child = await lives.until(1)
        await asyncio.sleep(0.1)
        assert await ended(task, signal.SIGINT) == 0
        assert not is_alive(child)

    asyncio.run(story())


def test_cancelled_it_leaves_neither_child_nor_task(lives: Lives) -> None:
    async def story() -> None:
        task = asyncio.create_task(supervise(lives.child(FAITHFUL)))
        child = await lives.until(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not is_alive(child)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(story())


def test_stopped_it_leaves_no_task(lives: Lives) -> None:
    async def story() -> None:
        task = asyncio.create_task(supervise(lives.child(FAITHFUL)))
        await lives.until(1)
        assert await ended(task) == 0
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(story())
