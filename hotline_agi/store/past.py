"""What a service finds in its state folder when it starts: the journal, what it remembers, the key of callers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from hotline_agi.dispatch.memory import Memory, RecentLeg
from hotline_agi.log import logger
from hotline_agi.retention import NO_SHELVES, Ages, Shelves
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.journal import AGES, Journal
from hotline_agi.store.names import JOURNAL
from hotline_agi.store.remembering import remembered
from hotline_agi.store.usage import recent_legs

SPOOL_TIMEOUT_S = 2.0
"""A start waits so long for what an earlier run left in the spool: calls of it may be alive."""

__all__ = ["JOURNAL", "Past"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    journal: Journal
    boot: int
    """Of the machine that is to be made."""
    memory: Memory
    legs: tuple[RecentLeg, ...]
    """Dialled in the hour before."""
    key: CallerKey
    program: str
    """The version of this program."""

    @classmethod
    def of(
        cls,
        state: Path,
        boot: int,
        *,
        ages: Ages = AGES,
        messages: Path | None = None,
        recordings: Shelves = NO_SHELVES,
    ) -> "Past":
        """Open what is in the folder `state`. Blocks on disk, for seconds at worst.

        :param ages: how long is kept what is kept.
        :param messages: the folder of callers' messages.
        :param recordings: where else recordings lie.
        :raises SetupError: if the journal cannot be used.
        """
        journal = Journal.open(state / JOURNAL, boot=boot, ages=ages, messages=messages, recordings=recordings)
        if not journal.takes_spool_in(SPOOL_TIMEOUT_S):
            logger.warning("what an earlier run could not write is not in the journal yet: its calls are not known")
        now = datetime.now(UTC)
        memory = remembered(state / JOURNAL, now)
        legs = recent_legs(state / JOURNAL, now)
        try:
            program = metadata.version("hotline_agi")
        except metadata.PackageNotFoundError:  # run from a folder that was not installed
            program = "unknown"
        return cls(journal=journal, boot=boot, memory=memory, legs=legs, key=CallerKey.of(state), program=program)
