"""What there are alarms about, and how each is damped."""

from dataclasses import dataclass
from enum import StrEnum

from hotline_agi.terms.ids import VolunteerId


class Grade(StrEnum):
    WARNING = "warning"
    """Somebody should look at it today."""
    CRITICAL = "critical"
    """Callers meet it now: a coordinator is called."""


class Kind(StrEnum):
    NOBODY = "nobody-reachable"
    NEXT_SLOT = "next-slot-short"
    CANARY = "canary-failed"
    CANARY_OVERDUE = "canary-overdue"
    ROSTER = "roster-refused"
    LAST_GOOD = "roster-last-good"
    LOST = "calls-lost"
    WAITING = "waiting-long"
    SURVIVAL = "survival"
    DISK = "disk"
    JOURNAL = "journal"
    CLOCK = "clock"
    RESTARTS = "restarts"
    LINK = "link-down"
    PLAN = "plan-not-written"
    CERTIFICATE = "certificate"
    DIAL_REFUSED = "dial-refused"
    RECORDINGS = "recordings"
    CALLBACKS = "callbacks-overdue"
    FOLLOW_UPS = "follow-ups-overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is wrong now. Texts hold counts and ids of lines; people only in `people`, no number anywhere."""

    kind: Kind
    subject: str = ""
    """Which one of its kind: a line, a slot, a folder."""
    grade: Grade = Grade.WARNING
    en: str
    zh: str
    people: tuple[tuple[VolunteerId, str], ...] = ()
    """Who it is about, with one word each: told only where the settings allow names."""
    coordinators: tuple[VolunteerId, ...] = ()
    """Who may be called about it, the first one first; empty: whom the settings name."""

    @property
    def key(self) -> str:
        return f"{self.kind}/{self.subject}" if self.subject else self.kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Damping:
    """How long a condition must hold before it is an alarm, and be gone before the alarm is over: seconds."""

    raise_s: float = 0.0
    clear_s: float = 60.0


DAMPING = {
    Kind.NOBODY: Damping(raise_s=30.0, clear_s=60.0),  # a softphone that changes its network is back in ten seconds
    Kind.WAITING: Damping(clear_s=60.0),
    Kind.CANARY: Damping(clear_s=0.0),  # a canary that comes through is proof
    Kind.CANARY_OVERDUE: Damping(clear_s=0.0),
    Kind.ROSTER: Damping(raise_s=5.0, clear_s=5.0),
    Kind.LAST_GOOD: Damping(raise_s=5.0, clear_s=5.0),
    Kind.DISK: Damping(raise_s=30.0, clear_s=300.0),
    Kind.JOURNAL: Damping(raise_s=5.0, clear_s=60.0),
    Kind.CLOCK: Damping(raise_s=60.0, clear_s=300.0),
    Kind.RECORDINGS: Damping(raise_s=5.0, clear_s=5.0),
    Kind.LINK: Damping(clear_s=20.0),
    Kind.PLAN: Damping(raise_s=60.0, clear_s=5.0),
    Kind.LOST: Damping(clear_s=300.0),
    Kind.SURVIVAL: Damping(clear_s=300.0),
}
"""Those that are not named have the defaults."""
