"""The service's end of the pipe to the child that reads: takes a roster in without holding up calls.

Why not a thread: a parse in a thread holds the interpreter's lock in slices of 5 ms, again and again for seconds, and
a text that takes memory takes it from the service. Why the garbage collector is off meanwhile: see `collector_off`.
"""

import asyncio
import gc
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pickle import UnpicklingError
from typing import TypeVar

from hotline_agi.roster.model import Roster
from hotline_agi.rosters.child import KEEP, Request, as_line
from hotline_agi.rosters.transfer import (
    LENGTH,
    MAX_FRAME_BYTES,
    Assembly,
    Kept,
    Piece,
    Receiver,
    Refused,
    Unchanged,
    Whole,
)

SLICE_S = 0.003
"""So long the loop is held at a time; one piece more may come on top."""
END_TIMEOUT_S = 2.0
CHILD = (sys.executable, "-P", "-m", "hotline_agi.rosters.child")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A roster as it came, and what is to be said about it."""

    roster: Roster
    whole: Whole
    taken_in_s: float
    """From its first piece to its last: while this process had to do with it."""


class Loading:
    """One reading; see `loading`."""

    def __init__(self, process: asyncio.subprocess.Process, request: Request) -> None:
        self._process, self._request = process, request
        self._receiver = Receiver()

    async def outcome(self) -> Loaded | Unchanged | Refused:
        """What the child found. Never raises for what the child does."""
        assembly = Assembly()
        began: float | None = None
        try:
            async for piece in self._pieces():
                began = began or time.monotonic()
                match piece:
                    case Refused() | Unchanged():
                        return piece
                    case Whole():
                        return Loaded(roster=assembly.whole(), whole=piece, taken_in_s=time.monotonic() - began)
                    case _:
                        assembly.add(piece)
        except (UnpicklingError, ValueError):
            return Refused(sentence="the process that reads it told nonsense")
        except (asyncio.IncompleteReadError, OSError, EOFError):
            return await self._fallen()
        raise AssertionError("a pipe has an end")

    async def keep(self) -> str:
        """Let the child put the texts aside as the last good ones; returns what went wrong, or nothing."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(KEEP)
            await self._process.stdin.drain()
            async for piece in self._pieces():
                if isinstance(piece, Kept):
                    return piece.trouble
        except (asyncio.IncompleteReadError, OSError, UnpicklingError, EOFError, ValueError):
            pass
        return "the process that reads rosters ended"

    async def _pieces(self) -> AsyncIterator[Piece]:
        """All pieces up to the end of the pipe; other things have their turn in between."""
        assert self._process.stdout is not None
        while True:
            (length,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
            if length > MAX_FRAME_BYTES:
                raise ValueError("a frame that is too long")
            content = await self._process.stdout.readexactly(length)
            async for piece in _unhurried(self._receiver.pieces(content)):
                yield piece
            await asyncio.sleep(0)

    async def _fallen(self) -> Refused:
        """Why the child ended before it had told everything."""
        status = await self._process.wait()
        if status == -signal.SIGXCPU:
            why = f"it takes more than {self._request.cpu_s} s to read: is that the rosters folder?"
        elif status < 0:
            why = f"the process that reads it was ended by {signal.Signals(-status).name}: is memory short?"
        else:
            why = f"the process that reads it ended with status {status}"
        return Refused(sentence=why)


@asynccontextmanager
async def loading(request: Request) -> AsyncIterator[Loading]:
    """A child that reads what `request` says; it is gone when the block ends.

    :raises OSError: if no process can be started.
    """
    process = await asyncio.create_subprocess_exec(
        *CHILD,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(as_line(request))
        yield Loading(process, request)
    finally:
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Kill the child, if it still runs, and what it may have started: git, age."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert process.stdout is not None
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(END_TIMEOUT_S):
            while await process.stdout.read(MAX_FRAME_BYTES):  # until it is read, asyncio does not see the end
                pass
            await process.wait()


@contextmanager
def collector_off() -> Iterator[None]:
    """While a roster is taken in, no garbage is collected; afterwards everything that lives is exempt for good.

    A collection of the oldest generation goes through everything that lives, in one go, and unpickling some 500,000
    objects sets off several. Measured with 10,000 volunteers, 100 lines and 30 days of pages: the loop is held up to
    12 ms with this, 53-63 ms without. Frozen, the roster costs later collections nothing (0.2 ms instead of 60). What
    is frozen is still freed by its reference count, and rosters have no cycles; cycles of others that were just then
    garbage would stay for ever, hence the collection before, which is cheap because what is old is frozen already.
    """
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


async def let_go(old: list[Roster]) -> None:
    """Empty a list of rosters and free them in slices: the last reference to one would free all of it in one go.

    Nothing is changed in them: what somebody still uses (a call that waits) stays as it is.
    """
    held: list[object] = []
    async for part in _unhurried(part for roster in old for part in _parts(roster)):
        held.append(part)
    old.clear()
    async for _ in _unhurried(iter(lambda: held.pop() if held else None, None)):
        pass


def _parts(roster: Roster) -> Iterator[object]:
    yield from roster.memo.values()
    yield from roster.volunteers.values()
    for line in roster.lines.values():
        yield from line.memo.values()
        yield from line.months.values()
        yield line


_T = TypeVar("_T")


async def _unhurried(many: Iterator[_T]) -> AsyncIterator[_T]:
    """One by one; other things have their turn after each slice."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + SLICE_S
    for one in many:
        yield one
        if loop.time() >= ends:
            await asyncio.sleep(0)
            ends = loop.time() + SLICE_S
