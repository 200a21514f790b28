"""Invented pasts of calls."""

from datetime import UTC, datetime, timedelta

from hotline_agi.reports.past import CallHistory, PastCall, PastFact, PastLeg, PastMessage
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome

ARRIVED_AT = datetime(2026, 7, 1, 18, 0, 0, 120_000, tzinfo=UTC)
CALL, LINE = CallId("pbx1-1782900000.1"), LineId("xinli")


def at(offset_s: float) -> datetime:
    return ARRIVED_AT + timedelta(seconds=offset_s)


def fact(offset_s: float, what: Fact, who: str | None = None, detail: str = "", leg: str | None = None) -> PastFact:
    """The leg is named after its volunteer unless it is given."""
    leg = leg or (f"leg-{who}" if who else None)
    return PastFact(
        at=at(offset_s),
        fact=what,
        leg=LegId(leg) if leg else None,
        volunteer=VolunteerId(who) if who else None,
        detail=detail,
    )


def leg(who: str | None, outcome: LegOutcome, rang_s: float, ended_s: float, endpoint: str = "softphone") -> PastLeg:
    return PastLeg(
        leg=LegId(f"leg-{who}"),
        volunteer=VolunteerId(who) if who else None,
        endpoint=endpoint,
        wave=1,
        rang_at=at(rang_s),
        ended_at=at(ended_s),
        outcome=outcome,
    )


def call(
    outcome: Outcome | None = Outcome.TALKED, *, wait_s: float = 5.1, ended_s: float = 12.4, arrived_s: float = 0
) -> PastCall:
    answered = outcome in (Outcome.TALKED, Outcome.TRANSFERRED)
    over = outcome is not None
    return PastCall(
        call=CALL,
        line=LINE,
        node=NodeId("pbx1"),
        arrived_at=at(arrived_s),
        answered_at=at(arrived_s + wait_s) if answered else None,
        ended_at=at(arrived_s + ended_s) if over else None,
        wait_s=(wait_s if answered else ended_s) if over else None,
        talk_s=(ended_s - wait_s if answered else 0.0) if over else None,
        outcome=outcome,
        volunteer=VolunteerId("v03") if outcome is Outcome.TALKED else None,
        messages=0,
    )


def history(
    *facts: PastFact,
    legs: tuple[PastLeg, ...] = (),
    past: PastCall | None = None,
    messages: tuple[PastMessage, ...] = (),
) -> CallHistory:
    return CallHistory(call=past or call(), legs=legs, facts=facts, messages=messages)
