"""Work that may block for ever (a disk of the network, a name server): in a daemon thread, one at a time.

Not `asyncio.to_thread`: its pool is shared, it fills up with what hangs, and the end of the process waits for it.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Errand(Generic[T]):
    """One kind of work."""

    def __init__(self, name: str, limit_s: float) -> None:
        self._name, self._limit_s = name, limit_s
        self._busy = False
        """Not whether the thread lives: that it does for a moment after it has told its result."""

    async def run(self, work: Callable[[], T]) -> T | None:
        """What `work` gives; None if it takes too long, the one before still hangs, or it raises OSError."""
        if self._busy:
            return None
        self._busy = True
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T | None] = loop.create_future()

        def settle(result: T | None, error: Exception | None) -> None:
            if not done.done():
                done.set_result(result) if error is None else done.set_exception(error)

        def act() -> None:
            result: T | None = None
            error: Exception | None = None
            try:
                result = work()
            except OSError:
                pass
            except Exception as broken:  # a bug of ours: the task tells
                error = broken
            self._busy = False
            with suppress(RuntimeError):  # the loop is closed: the service ended
                loop.call_soon_threadsafe(settle, result, error)

        threading.Thread(target=act, name=self._name, daemon=True).start()
        try:
            async with asyncio.timeout(self._limit_s):
                return await done
        except TimeoutError:
            return None
