"""Time as an argument: nothing in the pure core reads a clock."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Now:
    """One reading of both clocks.

    Intervals and deadlines are counted in `mono_s` alone, so that a stepped wall clock neither cuts a wait nor
    stretches it; `at` says which shift it is and what the journal writes.
    """

    mono_s: float
    """Seconds of a monotonic clock with an arbitrary start."""
    at: datetime
    """Aware, in UTC."""

    def when(self, mono_s: float) -> datetime:
        """What the wall clock says, as far as is known now, at an instant of the monotonic one; it must be finite."""
        return self.at + timedelta(seconds=mono_s - self.mono_s)


def text_of(at: datetime) -> str:
    """An aware instant for the detail of a fact, e.g. ``2026-07-01T18:03:05Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
