"""What a service finds in its state folder when it starts: the journal, what it remembers, the key of callers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from hotline_agi.dispatch.memory import Memory, RecentLeg
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.journal import Journal
from hotline_agi.store.remembering import recent_legs, remembered

JOURNAL = "journal.sqlite"


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
    def of(cls, state: Path, boot: int) -> "Past":
        """Open what is in the folder `state`. Blocks on disk, for seconds at worst.

        :raises SetupError: if the journal cannot be used.
        """
        journal = Journal.open(state / JOURNAL, boot=boot)
        now = datetime.now(UTC)
        memory = remembered(state / JOURNAL, now)
        legs = recent_legs(state / JOURNAL, now)
        try:
            program = metadata.version("hotline_agi")
        except metadata.PackageNotFoundError:  # run from a folder that was not installed
            program = "unknown"
        return cls(journal=journal, boot=boot, memory=memory, legs=legs, key=CallerKey.of(state), program=program)
