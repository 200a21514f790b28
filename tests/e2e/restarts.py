"""A hotline under its supervisor, whose service dies and comes back in the middle of a story."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.e2e.hotline import Hotline, open_hotline, until
from tests.e2e.scenery import Scenery
from tests.e2e.test_faults_supervised import children_of, supervised
from tests.e2e.witness import Witness, witness

HAND_OVER_S = 3.0
"""The promise: so long a caller's question may wait for the next service."""


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
        open_hotline(scenery, service=False, **site) as hotline,
        supervised(hotline.stage) as parent,
        witness(hotline.stage) as asterisk,
    ):
        restarted = Restarted(hotline, parent.pid, asterisk)
        await until(lambda: restarted.starts() > 0, 12.0, "the service serves")
        yield restarted


async def waits_for(seconds: float) -> None:
    """A moment in which nothing that could be awaited happens."""
    await asyncio.sleep(seconds)
