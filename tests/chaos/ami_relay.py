"""A TCP relay between the service and Asterisk's AMI, in a process of its own, that can be told to fail.

    python -m tests.chaos.ami_relay LISTEN-PORT ASTERISK-PORT

Lines on its standard input: `reset` (all connections get an RST, new ones are refused), `hole` (nothing passes in
either direction, new connections hang), `open`. It answers each with the same word. What a side sent into a hole is
lost if that side has given up by the time when the hole ends, as it would be in a network.
"""

import asyncio
import select
import socket
import struct
import sys
from contextlib import suppress

CHUNK = 65536


class Relay:
    def __init__(self, listen_port: int, pbx_port: int) -> None:
        self._listen_port, self._pbx_port = listen_port, pbx_port
        self._server: asyncio.Server | None = None
        self._passes = asyncio.Event()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()

    async def open(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._listen_port)
        for pair in list(self._pairs):
            if any(map(_has_gone, pair)):
                self._abort(pair)
        self._passes.set()

    async def reset(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for pair in list(self._pairs):
            self._abort(pair)
        self._passes.set()

    async def hole(self) -> None:
        self._passes.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._passes.wait()
        try:
            from_pbx, to_pbx = await asyncio.open_connection("127.0.0.1", self._pbx_port)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, to_pbx)
        self._pairs.add(pair)
        try:
            ways = [
                asyncio.ensure_future(self._pass(reader, to_pbx)),
                asyncio.ensure_future(self._pass(from_pbx, writer)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
        finally:
            self._abort(pair)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._passes.wait()
                writer.write(data)
                await writer.drain()

    def _abort(self, pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        self._pairs.discard(pair)
        for writer in pair:
            sock = writer.get_extra_info("socket")
            with suppress(OSError):  # an RST instead of a FIN
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


def _has_gone(writer: asyncio.StreamWriter) -> bool:
    poll = select.poll()
    sock = writer.get_extra_info("socket")
    if sock is None or sock.fileno() < 0:
        return True
    poll.register(sock.fileno(), select.POLLRDHUP)
    return bool(poll.poll(0))


async def main(listen_port: int, pbx_port: int) -> None:
    relay = Relay(listen_port, pbx_port)
    await relay.open()
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    print("open", flush=True)
    while order := (await orders.readline()).decode().strip():
        await {"reset": relay.reset, "hole": relay.hole, "open": relay.open}[order]()
        print(order, flush=True)
    await relay.reset()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
