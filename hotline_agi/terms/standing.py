"""Where a volunteer stands: may they be rung now, and if not, why."""

from enum import StrEnum


class VolunteerState(StrEnum):
    """One at a time; of several reasons the first in this order."""

    TALKING = "talking"
    RINGING = "ringing"
    """A phone of theirs rings for a call, or they hear the accept prompt or a notice."""
    PAUSED = "paused"
    """They asked not to be rung."""
    OVER_LIMIT = "over limit"
    """Calls, minutes of talk, or minutes without a break."""
    RESTING = "resting"
    """They missed several rings in a row."""
    WRAP_UP = "wrap-up"
    """A talk is just over."""
    UNREACHABLE = "unreachable"
    """None of their endpoints can be rung: no softphone is registered, and there is no mobile."""
    IN_OTHER_CALL = "in another call"
    """Their softphone is in a call that is not ours."""
    AVAILABLE = "available"


class Readiness(StrEnum):
    """What somebody said when they were reminded of their shift."""

    ASKED = "asked"
    READY = "ready"
    CANNOT = "cannot"
    SILENT = "no answer"
