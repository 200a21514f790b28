"""Sees what Asterisk does while the service is absent, dead or frozen: an AMI login of the test's own."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hotline_agi.lab.stage import Stage

Event = dict[str, str]


class Witness:
    """Every event that the service's AMI user may see, as it comes."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._more = asyncio.Event()

    def take(self, event: Event) -> None:
        event["at"] = str(time.monotonic())
        self.events.append(event)
        self._more.set()

    async def until(self, what: Callable[[Event], bool], timeout_s: float) -> float:
        """When the first such event came (`time.monotonic`); earlier ones count."""
        seen = 0
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    for event in self.events[seen:]:
                        if what(event):
                            return float(event["at"])
                    seen = len(self.events)
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise AssertionError(f"no such event within {timeout_s:g} s; steps were {self.steps()}") from None

    async def until_step(self, step: str, timeout_s: float) -> float:
        """When a caller was sent to that step."""
        return await self.until(lambda event: event.get("Step") == step, timeout_s)

    async def until_surviving(self, timeout_s: float) -> float:
        """When a caller was taken over by the dialplan."""
        return await self.until(lambda event: event.get("UserEvent") == "HotlineSurviving", timeout_s)

    def steps(self) -> list[str]:
        """The steps of all callers so far."""
        return [event["Step"] for event in self.events if event.get("UserEvent") == "HotlineStep"]

    def survivals(self) -> int:
        return sum(event.get("UserEvent") == "HotlineSurviving" for event in self.events)


@asynccontextmanager
async def witness(stage: Stage) -> AsyncIterator[Witness]:
    """Logged in until the end of the block (or until that Asterisk ends)."""
    site = stage.pbx.site
    reader, writer = await asyncio.open_connection("127.0.0.1", site.ami_port)
    writer.write(f"Action: Login\r\nUsername: hotline-agi\r\nSecret: {site.ami_secret}\r\n\r\n".encode())
    seen = Witness()
    logged_in = asyncio.get_running_loop().create_future()

    async def read() -> None:
        await reader.readline()
        while not reader.at_eof():
            block = await reader.readuntil(b"\r\n\r\n")
            event = dict(line.split(": ", 1) for line in block.decode().split("\r\n") if ": " in line)
            if not logged_in.done():
                logged_in.set_result(event.get("Response"))
            seen.take(event)

    task = asyncio.create_task(read())
    try:
        assert await asyncio.wait_for(logged_in, 5) == "Success"
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()
