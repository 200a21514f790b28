"""A parent for the service where there is no systemd (`hotline run --supervised`, `make run`).

It speaks the other end of sd_notify: the service says ``WATCHDOG=1`` as long as its event loop keeps its deadlines. A
service that falls silent is frozen: it gets SIGKILL, which also frees the channels that Asterisk holds for it, and is
started anew, for ever. A hotline is never given up.

The socket that the service gives it to keep (``FDSTORE=1``) goes to the next service: who connects meanwhile waits.
"""

import asyncio
import os
import signal
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from hotline_agi.log import logger
from hotline_agi.notify import KEPT, PARENT

WATCHDOG_S = 5.0
START_S = 20.0
"""How long a service may take from its start to its first word (``TimeoutStartSec`` of the unit)."""
AGAIN_S = 0.1
"""From the end of a service that had served to the next start: callers wait for it, for 3 s at most."""
PAUSE_S = 1.0
"""Likewise, of one that did not get so far: whatever is in its way needs time."""
STOP_S = 5.0
USAGE = 2
"""The exit status of a service that cannot start until somebody mends the settings."""


async def supervise(argv: Sequence[str], *, watchdog_s: float = WATCHDOG_S) -> int:
    """Keep `argv` running until SIGTERM or SIGINT, or until this task is cancelled; SIGHUP is passed on.

    :returns: 0; or the status 2 of a service whose very first start failed: then somebody must mend the settings.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    with _listening() as (address, words):
        watched = _Watched(argv, address, words, watchdog_s)
        with suppress(NotImplementedError, RuntimeError):  # only the main thread may listen to signals
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, stop.set)
            loop.add_signal_handler(signal.SIGHUP, watched.reload)
        stopping = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                life = asyncio.create_task(watched.live())
                await asyncio.wait({life, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not life.done():
                    break
                if life.result() == USAGE and not watched.ever_ready:
                    return USAGE
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), AGAIN_S if watched.was_ready else PAUSE_S)
            return 0
        finally:
            stopping.cancel()
            watched.forget_kept()  # stopped for good: whoever connects from now on is refused at once
            await watched.end()


class _Watched:
    """The service's process."""

    def __init__(self, argv: Sequence[str], address: str, words: socket.socket, watchdog_s: float) -> None:
        self._argv, self._words, self._watchdog_s = argv, words, watchdog_s
        self._environment = {
            **os.environ,
            "NOTIFY_SOCKET": address,
            PARENT: str(os.getpid()),
            "WATCHDOG_USEC": str(int(watchdog_s * 1_000_000)),
        }
        self._environment.pop("WATCHDOG_PID", None)
        self._process: asyncio.subprocess.Process | None = None
        self._kept: dict[str, int] = {}
        """Descriptors that the service gave to keep, by name."""
        self.ever_ready = self.was_ready = False
        """Whether any life of the service, or its last, got so far as to serve."""

    async def live(self) -> int:
        """One life of the service, to its end; a frozen one is killed. Returns the exit status."""
        self.was_ready = False
        kept = [f"{name}:{descriptor}" for name, descriptor in self._kept.items()]
        process = await asyncio.create_subprocess_exec(
            *self._argv,
            env={**self._environment, **({KEPT: kept[0]} if kept else {})},
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=tuple(self._kept.values()),
        )
        self._process = process
        ended = asyncio.create_task(process.wait())
        patience_s = START_S
        while not ended.done():
            word = asyncio.create_task(_word(self._words))
            await asyncio.wait({ended, word}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
            if word.done():
                said, descriptors = word.result()
                self._keep(said.split(b"\n"), descriptors)
                patience_s = self._heard(said, patience_s)
                continue
            word.cancel()
            with suppress(asyncio.CancelledError):
                await word
            if not ended.done():
                logger.error("the service is frozen and is killed", silent_s=patience_s)
                with suppress(ProcessLookupError):
                    process.kill()
                await ended
        status = ended.result()
        logger.warning("the service ended", status=status)
        return status

    def _heard(self, word: bytes, patience_s: float) -> float:
        lines = word.split(b"\n")
        if b"READY=1" in lines:
            self.ever_ready = self.was_ready = True
        return self._watchdog_s if b"READY=1" in lines or b"WATCHDOG=1" in lines else patience_s

    def _keep(self, lines: Sequence[bytes], descriptors: Sequence[int]) -> None:
        """Take descriptors to keep, one under each name; close those that are not asked to be kept."""
        name = next((line.removeprefix(b"FDNAME=").decode() for line in lines if line.startswith(b"FDNAME=")), "")
        if b"FDSTOREREMOVE=1" in lines or b"FDSTORE=1" in lines:
            self.forget_kept(name)
        for descriptor in descriptors:
            if b"FDSTORE=1" in lines and name and name not in self._kept:
                self._kept[name] = descriptor
            else:
                os.close(descriptor)

    def forget_kept(self, name: str | None = None) -> None:
        """Close what is kept under `name`; None: everything."""
        for known in [known for known in self._kept if name in (None, known)]:
            os.close(self._kept.pop(known))

    def reload(self) -> None:
        """Pass SIGHUP on."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGHUP)

    async def end(self) -> None:
        """Stop the service: politely, then not."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _word(words: socket.socket) -> tuple[bytes, list[int]]:
    """The next datagram, and the descriptors that came with it."""
    loop, readable = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(words, readable.set)
    try:
        while True:
            try:
                said, descriptors, _, _ = socket.recv_fds(words, 4096, 4)
            except BlockingIOError:
                readable.clear()
                await readable.wait()
            else:
                return said, descriptors
    finally:
        loop.remove_reader(words)


@contextmanager
def _listening() -> Iterator[tuple[str, socket.socket]]:
    """A datagram socket for sd_notify, and its address."""
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        address = str(Path(folder) / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as words:
            words.bind(address)
            words.setblocking(False)
            yield address, words
