"""Between Asterisk and the service's FastAGI port: answers held in flight, delayed, halved; the port closed."""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hotline_agi.lab.pbx import free_port
from tests.e2e.hotline import Hotline

SLOW_S = 2.0
RESET = struct.pack("ii", 1, 0)
MOST_HEADER = 65536
ANSWERS = b"SET VARIABLE HOTLINE_REPLY "


class Held:
    """One question of the wanted kind is kept here until `release`."""

    def __init__(self, route: str) -> None:
        self.route = route
        self.reached = asyncio.Event()
        self.reached_at = 0.0
        self.passed_at = 0.0
        self.answer = b""
        self.on_pass: Callable[[], None] | None = None
        """Called in the instant in which the answer is let through."""
        self.is_lost = False
        self._released = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    def lose(self) -> None:
        """It never arrives: its connection is reset, as the kernel does for a process that was killed."""
        self.is_lost = True
        self._released.set()

    async def keep(self, answer: bytes) -> None:
        self.answer, self.reached_at = answer, time.monotonic()
        self.reached.set()
        await self._released.wait()


class Gate:
    """Listens where Asterisk asks; the service listens elsewhere."""

    def __init__(self, port: int, service_port: int) -> None:
        self._port, self._service_port = port, service_port
        self._server: asyncio.Server | None = None
        self._held: list[Held] = []
        self._open: set[asyncio.StreamWriter] = set()
        self.delay_s = 0.0
        self.halves = False
        self.asked: list[tuple[float, str]] = []

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, limit=MOST_HEADER)

    async def listen_again(self) -> None:
        """After `refuse`; without it nothing happens."""
        if self._server is None:
            await self.listen()

    async def refuse(self) -> None:
        """Close the port, and reset what is in flight."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._open):
            _reset(writer)

    def hold(self, route: str) -> Held:
        """The answer to the next question of that route is kept in flight."""
        held = Held(route)
        self._held.append(held)
        return held

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            header = await reader.readuntil(b"\n\n")
            route = _route(header)
            self.asked.append((time.monotonic(), route))
            held = next((one for one in self._held if one.route == route), None)
            if held is not None:
                self._held.remove(held)
            await self._pass(header, reader, writer, held)
        self._open.discard(writer)
        writer.close()

    async def _pass(
        self, header: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: Held | None
    ) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._service_port)
        except OSError:
            _reset(writer)
            return
        there_writer.write(header)
        forth = asyncio.create_task(_pump(reader, there_writer))
        try:
            answer = await _answer(there_reader, writer)
            if held is not None:
                await held.keep(answer)
                if held.is_lost:
                    _reset(writer)
                    return
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if self.halves:
                writer.write(answer[: len(answer) // 2])
                return
            writer.write(answer)
            if held is not None:
                held.passed_at = time.monotonic()
                if held.on_pass is not None:
                    held.on_pass()
            await _pump(there_reader, writer)
        finally:
            forth.cancel()
            await asyncio.gather(forth, return_exceptions=True)
            there_writer.close()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The line by which the service answers; what it asks of Asterisk before passes. Empty: it closes without one."""
    while (line := await reader.readline()) and not line.startswith(ANSWERS):
        writer.write(line)
    return line


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
        writer.write_eof()


def _route(header: bytes) -> str:
    found = header.partition(b"agi_network_script: ")[2].partition(b"\n")[0]
    return found.decode(errors="replace")


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@asynccontextmanager
async def gated(hotline: Hotline) -> AsyncIterator[Gate]:
    """A gate before the service, which must not run yet."""
    stage = hotline.stage
    asked, answering = stage.pbx.site.agi_port, free_port(socket.SOCK_STREAM)
    stage.config.write_text(stage.config.read_text().replace(f"port: {asked}", f"port: {answering}"))
    gate = Gate(asked, answering)
    await gate.listen()
    try:
        yield gate
    finally:
        await gate.refuse()
