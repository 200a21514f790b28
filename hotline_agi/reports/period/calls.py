"""One call as the report takes it in, and where it counts.

Every call counts in exactly one part, so that the parts add up to all that arrived:

    test       a test call: nobody's
    open       not over yet, or its end was not seen and never will be
    unknown    the dialplan served it without the service, or the service lost sight of it: who talked is not known
    limited    the caller met a limit and was told so; nobody was rung
    closed     it came outside the opening hours; nobody was rung
    offered    all others: somebody could have answered. Every share is of these.
"""

from dataclasses import dataclass
from enum import StrEnum

from hotline_agi.reports.past import PastCall, PastFact, PastLeg
from hotline_agi.terms import limits
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, LegId
from hotline_agi.terms.limits import Limit
from hotline_agi.terms.outcomes import LegOutcome, Outcome

NEEDED = (
    Fact.CLOSED,
    Fact.LIMITED,
    Fact.ADOPTED,
    Fact.RECONSTRUCTED,
    Fact.UNSEEN,
    Fact.SURVIVING,
    Fact.ACCEPTED,
    Fact.REFUSED,
    Fact.TALK_FAILED,
)
"""What a report asks of a call's facts; the others are not read."""
_NOT_SEEN = frozenset({Fact.RECONSTRUCTED, Fact.UNSEEN, Fact.SURVIVING})
_AGREED = frozenset({Fact.ACCEPTED, Fact.REFUSED})
LOST_SIGHT = (Outcome.SURVIVED, Outcome.UNCERTAIN)


class Part(StrEnum):
    OFFERED = "offered"
    CLOSED = "closed"
    LIMITED = "limited"
    UNKNOWN = "unknown"
    OPEN = "open"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCall:
    call: PastCall
    legs: tuple[PastLeg, ...] = ()
    facts: tuple[PastFact, ...] = ()
    """Of the kinds `NEEDED`, in order."""
    caller: CallerToken | None = None
    """Never shown. None: withheld, or deleted by age."""

    @property
    def part(self) -> Part:
        call = self.call
        if call.outcome is None:
            return Part.OPEN
        if call.outcome in LOST_SIGHT:
            return Part.UNKNOWN
        if self.is_limited:
            return Part.LIMITED
        if self.is_closed:
            return Part.CLOSED
        return Part.OFFERED

    @property
    def went(self) -> Outcome:
        """How a call that is over went, the best that happened counting: who talked to a volunteer and left a message
        afterwards, since they were cut off, was answered."""
        outcome = self.call.outcome
        assert outcome is not None
        if self.call.answered_at is None:
            return outcome
        talked = {leg.volunteer is None for leg in self.legs if leg.outcome is LegOutcome.TALKED}
        if False in talked:
            return Outcome.TALKED
        if True in talked:
            return Outcome.TRANSFERRED
        # with whom is not in the record; the outcome says it
        return outcome if outcome in (Outcome.TALKED, Outcome.TRANSFERRED) else Outcome.TALKED

    @property
    def is_answered(self) -> bool:
        """By a volunteer."""
        return self.went is Outcome.TALKED

    @property
    def is_limited(self) -> bool:
        """A limit kept it from the volunteers; who was only put behind the others (silent calls) is offered."""
        return any(name != Limit.SILENT for name in self.limits_met)

    @property
    def limits_met(self) -> tuple[str, ...]:
        """The names of limits that it met: of `terms.limits.Limit`, or of a newer version."""
        return tuple(dict.fromkeys(limits.told(one.detail)[0] for one in self.facts if one.fact is Fact.LIMITED))

    @property
    def is_closed(self) -> bool:
        was_rung = any(leg.volunteer is not None for leg in self.legs)
        return not was_rung and any(fact.fact is Fact.CLOSED for fact in self.facts)

    @property
    def is_partly_seen(self) -> bool:
        """Something of it happened while the service was away: its times are the least that is known."""
        return any(fact.fact in _NOT_SEEN for fact in self.facts)

    @property
    def agreed(self) -> frozenset[LegId]:
        """Legs whose human accepted, in time or too late."""
        return frozenset(fact.leg for fact in self.facts if fact.leg is not None and fact.fact in _AGREED)
