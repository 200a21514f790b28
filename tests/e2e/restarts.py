"""A hotline under its supervisor, whose service dies and comes back in the middle of a story."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.e2e.hotline import Hotline, open_hotline, until
from tests.e2e.scenery import Scenery
from tests.e2e.test_faults_supervised import children_of, supervised
from tests.e2e.witness import Witness, witness

PATIENT_S = 20
"""The guard of these stories, in place of 3 s: what they tell is not how busy this machine is."""


class Restarted:
    """See `open_restarted`."""

    def __init__(self, hotline: Hotline, parent: int, asterisk: Witness) -> None:
        self.hotline, self.asterisk = hotline, asterisk
        self._parent = parent
        self._before = 0

    @property
    def child(self) -> int:
        (child,) = children_of(self._parent)
        return child

    def dies(self, how: signal.Signals) -> None:
        """The service is told to end, or is killed; the supervisor starts the next one."""
        self._before = self.starts()
        os.kill(self.child, how)

    @asynccontextmanager
    async def dead(self) -> AsyncIterator[None]:
        """The service is killed, and the next one is started at the end of the block."""
        self._before, child = self.starts(), self.child
        os.kill(self._parent, signal.SIGSTOP)
        try:
            os.kill(child, signal.SIGKILL)
            await until(lambda: is_dead(child), 5.0, "the service is dead")
            yield
        finally:
            os.kill(self._parent, signal.SIGCONT)
        await self.comes_back()

    async def comes_back(self) -> float:
        """Until the next service serves; how long that took from now on."""
        began_at = time.monotonic()
        return await until(lambda: self.starts() > self._before, 12.0, "the service serves again") - began_at

    async def restart(self, how: signal.Signals) -> float:
        self.dies(how)
        return await self.comes_back()

    def starts(self) -> int:
        return sum(line["event"] == "ready" for line in self.hotline.stage.logged())


@asynccontextmanager
async def open_restarted(scenery: Scenery, **site: Any) -> AsyncIterator[Restarted]:
    """A hotline that serves, under a supervisor that starts its service again and again."""
    async with (
        open_hotline(scenery, service=False, **{"guard_s": PATIENT_S, **site}) as hotline,
        supervised(hotline.stage) as parent,
        witness(hotline.stage) as asterisk,
    ):
        restarted = Restarted(hotline, parent.pid, asterisk)
        await until(lambda: restarted.starts() > 0, 12.0, "the service serves")
        yield restarted


def is_dead(pid: int) -> bool:
    """Whether all that is left is what its parent has not read yet."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


async def waits_for(seconds: float) -> None:
    """A moment in which nothing that could be awaited happens."""
    await asyncio.sleep(seconds)
