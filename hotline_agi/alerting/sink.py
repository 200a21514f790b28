"""What a sink is, and how a delivery is kept from lasting for ever.

A delivery blocks (DNS, TCP, TLS), so that it runs in a thread of its own: a daemon, for an end of the service waits for
none. Timeouts of single reads do not bound it: a server may send a byte every nine seconds. So each socket is handed to
a `Leash`, and when time is up the sockets are shut, which ends whatever the thread waits for. Only the resolver cannot
be ended; a sink whose last thread still lives is not tried again, so there is never more than one.
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from hotline_agi.alarms.book import Digest
from hotline_agi.errors import HotlineError

MAX_SECRET_BYTES = 4096


class DeliveryFailed(HotlineError):
    """A sink did not take a message; the sentence says why and holds no address, number or secret."""


def secret_in(path: Path) -> bytes:
    """What the file of a secret holds. Blocks on disk.

    :raises OSError: if it cannot be read.
    """
    with path.open("rb") as file:
        return file.read(MAX_SECRET_BYTES).strip()


class Leash:
    """Time for one delivery, and the sockets that it opened."""

    def __init__(self, limit_s: float) -> None:
        self._ends_s = time.monotonic() + limit_s
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._cut = False

    def left_s(self) -> float:
        """For the next step.

        :raises DeliveryFailed: if time is up.
        """
        left_s = self._ends_s - time.monotonic()
        if left_s <= 0 or self._cut:
            raise DeliveryFailed("it took too long")
        return left_s

    def hold(self, sock: socket.socket) -> socket.socket:
        with self._lock:
            self._sockets.append(sock)
            cut = self._cut
        if cut:
            self.cut()
        return sock

    def cut(self) -> None:
        """End every wait on the sockets."""
        with self._lock:
            self._cut = True
            sockets = list(self._sockets)
        for sock in sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class Sink(Protocol):
    """Something that is told of alarms. `deliver` is called in a thread, one at a time."""

    name: str
    """Stable: what was told to whom is remembered by it."""

    def deliver(self, digest: Digest, leash: Leash) -> None:
        """Tell. Every wait is bounded by ``leash.left_s()``, and every socket is held by it.

        :raises DeliveryFailed: with a sentence.
        """

    def test(self, leash: Leash) -> None:
        """Tell that this is a test; likewise."""


class Courier:
    """Runs deliveries of one sink."""

    def __init__(self, name: str, limit_s: float) -> None:
        self._name, self._limit_s = name, limit_s
        self.is_busy = False
        """A delivery goes on, or hangs where nothing can end it."""

    async def run(self, work: Callable[[Leash], None]) -> None:
        """Let `work` deliver; returns when it did.

        :raises DeliveryFailed: if it failed, or took too long.
        """
        if self.is_busy:
            raise DeliveryFailed("the attempt before still hangs (does the name resolve?)")
        self.is_busy = True
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        leash = Leash(self._limit_s)

        def settle(error: BaseException | None) -> None:
            if not done.done():
                done.set_result(None) if error is None else done.set_exception(error)

        def deliver() -> None:
            error: BaseException | None = None
            try:
                work(leash)
            except DeliveryFailed as failed:
                error = failed
            except Exception as broken:  # a bug of ours must not leave the task waiting
                error = DeliveryFailed(f"{type(broken).__name__}")
            self.is_busy = False
            with suppress(RuntimeError):  # the loop is closed: the service ended
                loop.call_soon_threadsafe(settle, error)

        threading.Thread(target=deliver, name=f"alarms by {self._name}", daemon=True).start()
        try:
            async with asyncio.timeout(self._limit_s):
                await done
        except TimeoutError:
            raise DeliveryFailed(f"no answer within {self._limit_s:g} s") from None
        finally:
            leash.cut()
