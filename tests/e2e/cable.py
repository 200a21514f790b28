"""The AMI connection as a cable that can be cut, held back, or lead to somebody who is not Asterisk."""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

from tests.e2e.hotline import Hotline

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: a close sends RST instead of FIN (socket(7))."""


class Lie(Enum):
    """What a new connection hears instead of Asterisk."""

    BANNER = b"220 mail.example ESMTP\r\n"
    LOGIN = b"Response: Error\r\nActionID: %s\r\nMessage: Authentication failed\r\n\r\n"


class Cable:
    """The AMI connection runs through here, and can be cut or held back."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._writers: set[asyncio.StreamWriter] = set()
        self.plugged = True
        self.lie: Lie | None = None
        self._holed = False
        self._pumps: set[_Pump] = set()
        self._dropped: list[_Pump] = []
        self.connects: list[float] = []

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connects.append(time.monotonic())
        if not self.plugged:
            _reset(writer)
            return
        with contextlib.suppress(ConnectionError, asyncio.CancelledError, asyncio.IncompleteReadError):
            if self.lie is not None:
                await self._lie(reader, writer, self.lie)
                return
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers |= {writer, there_writer}
            await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))
        writer.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pump = _Pump(writer)
        self._pumps.add(pump)
        try:
            while chunk := await reader.read(65536):
                pump.take(chunk, held=self._holed)
        finally:
            self._pumps.discard(pump)
        # what a sender has in flight when it gives up is lost with its connection: nothing held is delivered
        if not self._holed:
            writer.close()
        else:
            pump.drop()
            self._dropped.append(pump)

    @property
    def is_holed(self) -> bool:
        """Whether connections stay open, and nothing passes them."""
        return self._holed

    def hold(self) -> None:
        """A black hole: connections stay open, and new ones come about, but nothing passes."""
        self._holed = True

    def let_pass(self) -> None:
        """What was held passes now, on connections that nobody gave up; the others are reset."""
        self._holed = False
        for pump in list(self._pumps):
            pump.flush()
        for pump in self._dropped:
            _reset(pump.writer)
        self._dropped.clear()

    async def _lie(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lie: Lie) -> None:
        if lie is Lie.BANNER:
            writer.write(lie.value)
        else:
            writer.write(b"Asterisk Call Manager/11.0.0\r\n")
            login = await reader.readuntil(b"\r\n\r\n")
            action = next(line for line in login.split(b"\r\n") if line.lower().startswith(b"actionid: "))
            writer.write(lie.value % action.split(b": ", 1)[1])
        await reader.read(65536)
        writer.close()

    @property
    def is_up(self) -> bool:
        """Whether a connection runs through here."""
        return any(not writer.is_closing() for writer in self._writers)

    def cut(self) -> None:
        """Reset what is connected."""
        for writer in self._writers:
            _reset(writer)
        self._writers.clear()


class _Pump:
    """One direction of a connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        self._held: list[bytes] = []

    def take(self, chunk: bytes, *, held: bool) -> None:
        if held:
            self._held.append(chunk)
        else:
            self.writer.write(chunk)

    def flush(self) -> None:
        for chunk in self._held:
            self.writer.write(chunk)
        self._held.clear()

    def drop(self) -> None:
        self._held.clear()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@asynccontextmanager
async def laid(hotline: Hotline) -> AsyncIterator[Cable]:
    """A cable between the service (which must not run yet) and AMI."""
    stage = hotline.stage
    cable = Cable(stage.pbx.site.ami_port)
    server = await asyncio.start_server(cable.connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stage.config.write_text(stage.config.read_text().replace(f"port: {stage.pbx.site.ami_port}", f"port: {port}"))
    try:
        yield cable
    finally:
        cable.cut()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def cabled(hotline: Hotline) -> AsyncIterator[Cable]:
    """The service starts behind a cable to AMI, and is stopped at the end."""
    async with laid(hotline) as cable:
        try:
            await hotline.stage.start_service()
            yield cable
        finally:
            await hotline.stage.stop_service()
