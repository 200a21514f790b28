"""The service's process in a story: started, killed, frozen, supervised, and whether it serves now."""

import asyncio
import os
import signal
from pathlib import Path

from hotline_agi.lab.stage import Stage
from tests.e2e.hotline import until


class Serving:
    """One service, plain or under its own supervisor."""

    def __init__(self, stage: Stage, *, supervised: bool) -> None:
        self._stage, self._supervised = stage, supervised
        self.started = False
        self._life, self._mark = 0, 0
        if supervised:
            argv = stage.service_argv()
            at = argv.index("run") + 1
            stage.service_argv = lambda: (*argv[:at], "--supervised", *argv[at:])  # type: ignore[method-assign]

    async def start(self, *, until_plan: bool = True) -> None:
        await self._stage.start_service(until_plan=until_plan)
        self.started = True
        self._life, self._mark = self.pid, 0

    @property
    def pid(self) -> int:
        """Of the process that serves; 0 if there is none now."""
        pid = self._stage.service_pid
        if self._supervised:
            children = _children(pid)
            return children[0] if children else 0
        return pid

    def send(self, number: signal.Signals) -> int:
        """A signal to the process that serves; returns its pid."""
        pid = self.pid
        os.kill(pid, number)
        return pid

    async def until_gone(self, pid: int, timeout_s: float = 5.0) -> None:
        await until(lambda: state_of(pid) in "ZX", timeout_s, f"process {pid} is gone")

    @property
    def is_dead(self) -> bool:
        return self.pid == 0 or state_of(self.pid) in "ZX"

    @property
    def is_frozen(self) -> bool:
        return self.pid != 0 and state_of(self.pid) == "T"

    def is_serving(self) -> bool:
        """Whether, by its log, it is ready and its AMI link is up. To be asked often while a supervisor may start it
        anew: what stands in the log when another process is seen is the one before's."""
        if self.is_dead or self.is_frozen:
            return False
        lines = self._stage.logged()
        if self.pid != self._life:
            self._life, self._mark = self.pid, len(lines)
        ready = up = False
        for line in lines[self._mark :]:
            match line.get("event"):
                case "ready":
                    ready = True
                case "ami up":
                    up = True
                case "ami down":
                    up = False
                case "stopped":
                    ready = up = False
        return ready and up

    async def until_serving(self, timeout_s: float) -> float:
        """When it was seen to serve, in `time.monotonic` seconds.

        :raises AssertionError: if it does not.
        """
        return await until(self.is_serving, timeout_s, "the service serves")

    async def restart(self) -> None:
        """What systemd does after `Restart=always`, `RestartSec=1`."""
        await asyncio.sleep(1.0)
        await self.start(until_plan=False)


def state_of(pid: int) -> str:
    """R, S, D, T, Z (proc(5)); X where there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
