"""What a new machine remembers of the runs before it: read from the journal at a start, kept with its run for a replay.

A value like all others here: who reads it from where is the shell's business (`store/remembering.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline_agi.dispatch.commands import NoteCover, NoteReadiness
from hotline_agi.roster.model import EndpointKind
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome

RINGS_KEPT = 20_000
"""The newest so many rings are remembered: of 170 volunteers more than a hundred each."""
RINGS_DAYS = 14.0
TALKS_H = 24.0


class RingResult(StrEnum):
    """What one ring taught about the endpoint that rang."""

    ACCEPTED = "accepted"
    """A human took the call, after `PastRing.rang_s`."""
    MISSED = "missed"
    """Nobody accepted: not answered, declined, a voicemail."""
    CUT = "cut"
    """It was stopped after `PastRing.rang_s` (somebody else accepted, the caller left): until then nobody accepted."""


RESULTS = {
    LegOutcome.TALKED: RingResult.ACCEPTED,
    LegOutcome.NO_ANSWER: RingResult.MISSED,
    LegOutcome.DECLINED: RingResult.MISSED,
    LegOutcome.NOT_ACCEPTED: RingResult.MISSED,
    LegOutcome.ELSEWHERE: RingResult.CUT,
    LegOutcome.CALLER_LEFT: RingResult.CUT,
    LegOutcome.WITHDRAWN: RingResult.CUT,
}
"""As `people` learns from rings that end now. BUSY and UNREACHABLE are left out: the phone did not ring. So is FAILED:
it is a winner who was lost before the talk as well as a network that said something unusual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRing:
    """One ring of one endpoint in the last `RINGS_DAYS`."""

    endpoint: EndpointId
    kind: EndpointKind
    result: RingResult
    rang_s: float
    age_days: float
    """From the ring's end to the start of the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentLeg:
    """One leg that was dialled in the hour before a start, for the dial envelope; no part of the machine's memory."""

    endpoint: EndpointId
    kind: EndpointKind
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTalk:
    """One talk of the last `TALKS_H` hours; for limits, and for who talked least."""

    volunteer: VolunteerId
    started_at: datetime
    ended_at: datetime
    line: LineId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """One fact of a call that was open."""

    at: datetime
    fact: Fact
    leg: LegId | None = None
    volunteer: VolunteerId | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A call whose record was open when the run before ended."""

    call: CallId
    line: LineId
    node: NodeId
    arrived_at: datetime
    caller: CallerToken | None = None
    high_risk: bool = False
    message: bool = False
    """A message of theirs was kept."""
    facts: tuple[Noted, ...] = ()
    """In order; without those that only explain a choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCaller:
    """One call of the last day, for the limits of callers."""

    line: LineId
    caller: CallerToken | None
    """None: the number was withheld."""
    arrived_at: datetime
    ended_at: datetime | None = None
    talk_s: float = 0.0
    silent: bool = False
    """Nothing was heard of the caller, or a volunteer's word counts as that."""
    limited: bool = False
    """It met a limit, and rang nobody."""
    call: CallId | None = None
    result: str = ""
    """The volunteer's word, where that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Empty: nothing is known, as at the very first start."""

    legs: tuple[PastRing, ...] = ()
    """The oldest first, `RINGS_KEPT` at most."""
    talks: tuple[PastTalk, ...] = ()
    """In the order in which they ended."""
    pauses: tuple[tuple[VolunteerId, datetime | None], ...] = ()
    """Who paused, and until when; None: until they resume."""
    tried: tuple[tuple[CallerToken, datetime], ...] = ()
    """Callers who reached nobody, and when that call ended; the oldest first."""
    callers: tuple[PastCaller, ...] = ()
    """In the order in which they ended, those that have not at the end."""
    stand_ins: tuple[NoteCover, ...] = ()
    """The last word about each place of a shift that is not over, in the order in which they came."""
    readiness: tuple[NoteReadiness, ...] = ()
    """Likewise."""
    calls: tuple[OpenCall, ...] = ()
    """In the order in which they arrived."""
    rests: tuple[tuple[VolunteerId, datetime], ...] = ()
    """Who rests after missed rings, and until when."""
    missed: tuple[tuple[VolunteerId, int], ...] = ()
    """Who let rings pass, and how many in a row."""
    seen_until_at: datetime | None = None
    """The last sign of life of the runs before."""


NOTHING = Memory()
