"""Calls as the journal remembers them: what every report is made of."""

from dataclasses import dataclass
from datetime import datetime

from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from hotline_agi.terms.work import WorkDeed


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """One call. All instants are aware, in UTC."""

    call: CallId
    line: LineId
    node: NodeId
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    """None, and `wait_s`, `talk_s` and `outcome` with it: not over yet, or its end was not seen."""
    wait_s: float | None
    """From arrival to the first talk, or to the end where there was none."""
    talk_s: float | None
    outcome: Outcome | None
    volunteer: VolunteerId | None
    messages: int
    """How many messages the caller left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastLeg:
    """One ringing of one volunteer (None: of the overflow number)."""

    leg: LegId
    volunteer: VolunteerId | None
    endpoint: str
    """The kind: softphone or mobile."""
    wave: int
    """From 1."""
    rang_at: datetime
    ended_at: datetime
    outcome: LegOutcome
    endpoint_id: str = ""
    """Empty for what versions before 0.3 wrote."""
    rang_s: float = 0.0
    """From the first ring to the accept, or to the end of a leg that was not accepted."""
    talk_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFact:
    """One thing of a call's life."""

    at: datetime
    fact: Fact
    leg: LegId | None
    volunteer: VolunteerId | None
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMessage:
    """One message that was kept."""

    call: CallId
    line: LineId
    file: str
    length_s: float
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRevision:
    """A roster that came into force."""

    at: datetime
    """When; until the next one."""
    digest: str
    revision: str
    """The commit, in short; empty: the rosters were in no git work tree."""
    modified: bool
    """Files differed from it."""
    last_good_of: datetime | None = None
    """When it was taken first, if it had been kept aside and was restored."""

    @property
    def name(self) -> str:
        """``1a2b3c4d5e6f``, ``1a2b3c4d5e6f modified``; without git the digest's beginning."""
        return f"{self.revision}{' modified' if self.modified else ''}" if self.revision else self.digest[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDeed:
    """One thing that was done to call a caller back."""

    at: datetime
    deed: WorkDeed
    who: VolunteerId | None
    """None: the service."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHistory:
    """Everything about one call but the caller's number. Facts are in the order in which they were noted."""

    call: PastCall
    legs: tuple[PastLeg, ...]
    facts: tuple[PastFact, ...]
    messages: tuple[PastMessage, ...]
    revisions: tuple[PastRevision, ...] = ()
    """Of the roster: the one in force when the call arrived, and those that came into force before its end."""
    deeds: tuple[PastDeed, ...] = ()
    """What was done to call the caller back."""
