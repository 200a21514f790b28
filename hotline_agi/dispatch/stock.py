"""After a gap in the event stream: what Asterisk really has, against what we believe. Nothing is repeated."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hotline_agi.dispatch import talks
from hotline_agi.dispatch.commands import CancelLeg, CancelReason
from hotline_agi.dispatch.events import CallerLeft, Event, LegAnswered, LegEnded, StockTaken, TalkStarted
from hotline_agi.dispatch.state import LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.terms.outcomes import Outcome

MAKING_S = 2.0
"""Asterisk makes the channel of an ``Originate`` in its own time: a leg this young may not be in the stock yet."""


def missing(board: Switchboard, stock: StockTaken) -> Iterator[Event]:
    """The events that the gap swallowed, as far as the stock shows them; callers first, so that nobody is rung for one
    who is gone."""
    alive = {leg.leg: leg for leg in stock.legs}
    for call in [call for call in board.calls.values() if call.node == stock.node and not call.left]:
        if call.id not in stock.calls and call.admitted_s < stock.asked_s:
            if call.outcome is None:
                call.outcome = Outcome.UNCERTAIN  # they may have hung up, or Asterisk died: nobody saw it
            yield CallerLeft(call=call.id)
    for leg in [leg for leg in board.legs.values() if leg.node == stock.node]:
        if leg.id not in alive:
            if leg.rang_s < stock.asked_s - MAKING_S:
                yield LegEnded(leg=leg.id)
            continue
        found = alive[leg.id]
        leg.cancel_repeats = 0  # it is there: a cancel that the gap swallowed is worth repeating
        if found.up and leg.state is LegState.RINGING:
            yield LegAnswered(leg=leg.id)
        elif found.talking and not leg.talked and talks.found_talking(board, leg):
            yield TalkStarted(leg=leg.id)
    for leg_id in [leg_id for leg_id in board.foreign if leg_id not in alive]:
        yield LegEnded(leg=leg_id)


def adopt(board: Switchboard, stock: StockTaken) -> None:
    """Legs of an earlier run, or believed gone: each keeps its volunteer busy, and what rings is taken back."""
    for found in stock.legs:
        if found.leg in board.legs:
            continue
        if found.volunteer is not None:
            board.seats.adopt(found.volunteer, found.leg, board.now.mono_s)
            board.foreign[found.leg] = found.volunteer
        if not found.up:
            board.out.append(CancelLeg(leg=found.leg, node=stock.node, reason=CancelReason.WITHDRAWN))


def earlier(at: datetime, by_s: float) -> datetime:
    return at - timedelta(seconds=by_s)
