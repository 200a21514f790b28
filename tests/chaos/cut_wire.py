"""The wire between the service and Asterisk's AMI, to be cut: a relay in a process of its own (see `ami_relay`)."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hotline_agi.lab.pbx import free_port
from hotline_agi.lab.stage import Stage

ANSWER_S = 10.0


class AmiRelay:
    """Give it orders: `reset`, `hole` or `open`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tell(self, order: str) -> None:
        """Returns when it is so."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n".encode())
        await self._process.stdin.drain()
        await self.until_said(order)

    async def until_said(self, word: str) -> None:
        assert self._process.stdout is not None
        said = await asyncio.wait_for(self._process.stdout.readline(), ANSWER_S)
        assert said.decode().strip() == word, said


@asynccontextmanager
async def ami_relay(stage: Stage) -> AsyncIterator[AmiRelay]:
    """The service of `stage`, which must not have been started yet, reaches AMI through the relay."""
    port, behind = free_port(socket.SOCK_STREAM), stage.pbx.site.ami_port
    text = stage.config.read_text()
    assert text.count(f"port: {behind},") == 1
    stage.config.write_text(text.replace(f"port: {behind},", f"port: {port},"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.chaos.ami_relay", str(port), str(behind)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    relay = AmiRelay(process)
    try:
        await relay.until_said("open")
        yield relay
    finally:
        process.kill()
        await process.wait()
