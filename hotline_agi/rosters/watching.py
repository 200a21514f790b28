"""Looks at the rosters folder again and again, in a thread of its own, and says when something in it is new.

A look is a `stat` of each file: some 10 µs, and the thread waits long enough between two looks to take no more than a
twentieth of a processor. It polls because that works on every file system, over a link that is swapped, for a folder
that is deleted and made again, and for a `git` that ran on another machine.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from hotline_agi.rosters.settled import signature

SETTLE_S = 0.3
"""A change is told when two looks, so far apart, saw the same."""
STUCK_S = 15.0
"""So long may a checkout last (or the folder be away) until that is told, too: it is refused then, and seen."""
AGAIN_S = 300.0
"""What could not be read at all is tried again; a text that is wrong is not, until it changes."""
SHARE = 20


class FolderWatch:
    """Start it with `start`; `changed` is called in its thread."""

    def __init__(self, folder: Path, contacts: Path | None, *, every_s: float, changed: Callable[[], None]) -> None:
        self._folder, self._contacts, self._every_s, self._changed = folder, contacts, every_s, changed
        self.known = ""
        """The signature of what was read last; empty if there was nothing to read. Anybody may set it."""
        self._ending = threading.Event()
        self._told = self._seen = ""
        self._told_at = self._seen_at = time.monotonic()

    def start(self) -> None:
        # a daemon: a file system that hangs must not keep the service from ending
        threading.Thread(target=self._watch, name="rosters watch", daemon=True).start()

    def stop(self) -> None:
        self._ending.set()

    def _watch(self) -> None:
        pause_s = self._every_s
        while not self._ending.wait(pause_s):
            began = time.monotonic()
            settling = self.look(signature(self._folder, self._contacts), began)
            took_s = time.monotonic() - began
            pause_s = max(SETTLE_S if settling else self._every_s, SHARE * took_s)

    def look(self, found: str, now: float) -> bool:
        """Take one look in; returns whether the next one should be soon."""
        if found != self._seen:
            self._seen, self._seen_at = found, now
            return found != self.known
        if found == self.known:
            return False
        if now - self._seen_at < (STUCK_S if found.startswith("?") else 0.0):
            return False
        if found == self._told and (found.startswith("?") or now - self._told_at < AGAIN_S):
            return False
        self._told, self._told_at = found, now
        self._changed()
        return False
