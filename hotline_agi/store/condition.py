"""How the journal is, told to other processes by a small file beside it: for the doctor, and for whoever watches.

The writer's thread writes it on every change and every `TOLD_EVERY_S`; a file that is older than `STALE_S` while a
service runs says that this thread, or its disk, hangs.
"""

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NAME = "journal-state.json"
TOLD_EVERY_S = 10.0
STALE_S = 45.0
MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalState:
    """How the journal is, for the doctor and the alarms."""

    waiting: int
    """Records in memory."""
    spooled: bool
    """Records are in the spool and not in the database."""
    lost: int
    """Records lost for good since the start."""
    trouble: str | None
    """What the last attempt failed with; None: all is well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A `JournalState` as it was told."""

    at: datetime
    """Aware."""
    state: JournalState
    closed: bool
    """The service ended properly since."""

    def is_stale(self, now: datetime) -> bool:
        return (now - self.at).total_seconds() > STALE_S


class Notice:
    """Writes the file. For the writer's thread; never raises."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._told: tuple[bool, int, str | None, bool] | None = None
        self._due_s = 0.0

    def tell(self, state: JournalState, *, closed: bool = False) -> None:
        """How it is now; written when something changed, or when it is due."""
        # `waiting` changes with every record
        now_s, told = time.monotonic(), (state.spooled, state.lost, state.trouble, closed)
        if told == self._told and now_s < self._due_s:
            return
        self._told, self._due_s = told, now_s + TOLD_EVERY_S
        words = {"at": datetime.now(UTC).isoformat(), "closed": closed, "state": asdict(state)}
        part = self._path.with_name(f".{self._path.name}.part")  # one name: a kill leaves one at most
        try:
            # no fsync: after a power cut nobody asks how it was before
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
            with os.fdopen(descriptor, "w") as file:
                file.write(json.dumps(words))
            part.replace(self._path)
        except OSError:  # the disk is full: the journal's own trouble says so, and a file that gets old says it, too
            with suppress(OSError):
                part.unlink()


def read(folder: Path) -> Condition | None:
    """What stands in the state folder; None if there is nothing that can be read."""
    try:
        with (folder / NAME).open("rb") as file:
            told: Any = json.loads(file.read(MAX_BYTES))
        at = datetime.fromisoformat(told["at"])
        return Condition(at=at, state=JournalState(**told["state"]), closed=bool(told["closed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
