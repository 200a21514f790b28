"""A small Asterisk Manager: greets, takes logins, remembers actions, says what a test wants said, as it wants it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


class FakeAmi:
    """Answers Login (and says FullyBooted) and Ping; every other action is only remembered."""

    def __init__(self) -> None:
        self.port = 0
        self.greeting = GREETING
        self.takes_login = True
        self.boots = True
        self.answers_pings = True
        self.logins = 0
        self.actions: list[dict[str, str]] = []
        """All but Login and Ping, over all connections."""
        self.arrived = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        writer.write(self.greeting)
        try:
            while True:
                block = await reader.readuntil(b"\r\n\r\n")
                self._take(dict(_fields(block)), writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    def _take(self, action: dict[str, str], writer: asyncio.StreamWriter) -> None:
        name, action_id = action["Action"], action["ActionID"]
        if name == "Login":
            self.logins += 1
            verdict = "Success" if self.takes_login else "Error"
            writer.write(f"Response: {verdict}\r\nActionID: {action_id}\r\nMessage: x\r\n\r\n".encode())
            if self.boots:
                writer.write(b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n")
        elif name == "Ping":
            if self.answers_pings:
                writer.write(f"Response: Success\r\nActionID: {action_id}\r\nPing: Pong\r\n\r\n".encode())
        else:
            self.actions.append(action)
            self.arrived.set()

    def say(self, octets: bytes) -> None:
        """Something to everybody who is connected."""
        for writer in self._writers:
            writer.write(octets)

    def drop(self) -> None:
        """Cut every connection."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


def _fields(block: bytes) -> Iterator[tuple[str, str]]:
    for line in block.decode().split("\r\n"):
        name, separator, value = line.partition(": ")
        if separator:
            yield name, value


@asynccontextmanager
async def fake_ami() -> AsyncIterator[FakeAmi]:
    fake = FakeAmi()
    server = await asyncio.start_server(fake.connected, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        fake.drop()
        server.close()
        await server.wait_closed()
