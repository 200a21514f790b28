"""Logs: structlog, JSON lines in production, readable in a terminal. The only file that imports structlog.

One canonical line per call; everything else is about the service itself. Numbers cannot get in by accident:
`PhoneNumber` redacts itself, and `_redact` masks any other run of digits that could be one.

A reader of our output that stops reading (a full pipe, a stuck journal) must not stop calls: lines go through a bounded
queue to a thread of their own; when it is full, new lines are dropped and counted, and the count is said afterwards.
"""

import contextlib
import logging
import queue
import re
import sys
import threading
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

logger: structlog.stdlib.BoundLogger = structlog.get_logger()

_NUMBER = re.compile(r"(?<![0-9A-Za-z.:_-])\+?[0-9]{7,15}(?![0-9A-Za-z.:_-])")
"""A free-standing run of digits as long as a telephone number; ids and times have other characters around theirs."""


def _redact(_: object, __: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net under `PhoneNumber`: text that came from outside, such as an error of the operating system."""
    for name, value in fields.items():
        if isinstance(value, str) and name not in ("timestamp", "at"):
            fields[name] = _NUMBER.sub("[number]", value)
    return fields


QUEUE_LINES = 10_000


class _Outlet:
    """The file that structlog prints to; writing never blocks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: queue.Queue[str | threading.Event] = queue.Queue(QUEUE_LINES)
        self._dropped = 0
        threading.Thread(target=self._print, name="log", daemon=True).start()

    def write(self, text: str) -> int:
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self._dropped += 1
        return len(text)

    def flush(self) -> None:
        """Left to the thread."""

    def drain(self, timeout_s: float) -> None:
        """Wait until what was written so far is out, at the end of the process."""
        out = threading.Event()
        with contextlib.suppress(queue.Full):
            self._lines.put(out, timeout=timeout_s)
            out.wait(timeout_s)

    def _print(self) -> None:
        while True:
            line = self._lines.get()
            if isinstance(line, threading.Event):
                with contextlib.suppress(OSError, ValueError):
                    self._stream.flush()
                line.set()
                continue
            with contextlib.suppress(OSError, ValueError):
                self._stream.write(line)
                if self._dropped and self._lines.empty():
                    dropped, self._dropped = self._dropped, 0
                    self._stream.write(f"{dropped} log lines were dropped: nobody read them in time\n")
                if self._lines.empty():
                    self._stream.flush()


def configure(*, json: bool | None = None, level: str = "info") -> None:
    """Set logging up once per process. `json` None: JSON unless standard output is a terminal."""
    as_json = not sys.stdout.isatty() if json is None else json
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,  # plain, without locals: they may hold secrets and numbers
            _redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_outlet(sys.stdout)),
        cache_logger_on_first_use=True,
    )
    # panoramisk logs whole actions, numbers included, through the standard library: nothing of it gets out
    logging.getLogger("panoramisk").setLevel(logging.CRITICAL + 1)


def drain(timeout_s: float = 1.0) -> None:
    """Let the last lines out before the process ends."""
    for outlet in _outlets.values():
        outlet.drain(timeout_s)


_outlets: dict[int, _Outlet] = {}


def _outlet(stream: TextIO) -> Any:  # structlog wants a TextIO but only writes and flushes
    if id(stream) not in _outlets:
        _outlets[id(stream)] = _Outlet(stream)
    return _outlets[id(stream)]
