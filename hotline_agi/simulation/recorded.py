"""A day that was: the calls of the journal as the callers of a simulation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hotline_agi.reports.past import PastCall
from hotline_agi.simulation.crowd import Known
from hotline_agi.terms.outcomes import REACHED_SOMEBODY, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One call of the record. Who it was is not known here, and not needed."""

    at_s: float
    known: Known


def recorded_calls(calls: Iterable[PastCall], start: datetime) -> list[Recorded]:
    """The callers of a recorded day, in the order of their arrival.

    Who talked talks as long again; who hung up while waiting has just that patience; who waited for something else has
    more than they needed. The rest of them is drawn.
    """
    return sorted(
        (Recorded(at_s=(call.arrived_at - start).total_seconds(), known=_known(call)) for call in calls),
        key=lambda one: one.at_s,
    )


def _known(call: PastCall) -> Known:
    if call.wait_s is None:
        return Known()
    if call.outcome is Outcome.ABANDONED:
        return Known(left_after_s=call.wait_s)
    talked = call.outcome in REACHED_SOMEBODY and bool(call.talk_s)
    return Known(talk_s=call.talk_s if talked else None, waited_s=call.wait_s)
