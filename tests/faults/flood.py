"""A stranger who sends SIP requests as fast as asked, and reads no answer."""

import asyncio
import contextlib
import socket
from itertools import count

STRANGER = "127.0.0.66"
AT_ONCE = 10
ACCOUNTS = ("s01", "admin", "trunk", "1000")


class Flood:
    """From `start` to `stop`."""

    def __init__(self, server: tuple[str, int], per_s: int = 500) -> None:
        self._server, self._per_s = server, per_s
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((STRANGER, 0))
        self._task: asyncio.Task[None] | None = None
        self._numbers = count(1)
        self.sent = 0

    def start(self) -> None:
        self._task = asyncio.create_task(self._send())

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._socket.close()

    async def _send(self) -> None:
        while True:
            for _ in range(AT_ONCE):
                with contextlib.suppress(OSError):
                    self._socket.sendto(self._request(next(self._numbers)), self._server)
                    self.sent += 1
            await asyncio.sleep(AT_ONCE / self._per_s)

    def _request(self, number: int) -> bytes:
        method = "INVITE" if number % 2 else "REGISTER"
        account = ACCOUNTS[number // 2 % len(ACCOUNTS)]
        host, port = self._socket.getsockname()
        there = f"sip:{account}@{self._server[0]}:{self._server[1]}"
        return (
            f"{method} {there} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bKflood{number};rport\r\n"
            f"Max-Forwards: 70\r\nFrom: <sip:{account}@{host}>;tag=f{number}\r\nTo: <{there}>\r\n"
            f"Call-ID: flood{number}@{host}\r\nCSeq: 1 {method}\r\nContact: <sip:{account}@{host}:{port}>\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()
