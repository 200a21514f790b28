"""``callbacks`` in ``line.yaml``, as the rest of the program knows it: who is called back, when, and how carefully."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo


class Missed(StrEnum):
    """Whether callers who reached nobody are called back though they did not ask for it."""

    NO = "no"
    YES = "yes"
    CONSENTED = "consented"
    """Those who asked to be called back in an earlier call that is still known."""


class SharedPhones(StrEnum):
    """Whether somebody else may answer. A key is wanted in either case: nothing is left on a voicemail."""

    ASSUME = "assume"
    """Nothing that says who calls is heard before it."""
    NO = "no"
    """The hotline says who calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPolicy:
    """The defaults are those of a line that has the section and says nothing in it."""

    missed: Missed = Missed.NO
    lease_s: float = 20 * 60.0
    """So long an entry is its owner's without a word of theirs."""
    overdue_s: float = 4 * 3600.0
    """An entry that is older and not finished is told to the coordinator."""
    attempts: int = 3
    """After so many calls in vain it is the coordinator's."""
    retry_after_s: float = 60 * 60.0
    from_time: time = time(9)
    """In the line's time zone: nobody is called before it, nor from `until_time` on. Both the same: at all hours."""
    until_time: time = time(21)
    shared_phones: SharedPhones = SharedPhones.ASSUME
    number: str | None = None
    """Of the line's numbers, the one that is shown; None: the first."""

    def may_call_at(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether callers may be called at an instant."""
        now, begin, end = at.astimezone(zone).time(), self.from_time, self.until_time
        if begin == end:
            return True
        return begin <= now < end if begin < end else now >= begin or now < end
