"""After a gap in the event stream: what Asterisk really has, against what we believe. Nothing is repeated."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hotline_agi.dispatch.commands import CancelLeg, CancelReason
from hotline_agi.dispatch.events import CallerLeft, Event, LegAnswered, LegEnded, StockTaken
from hotline_agi.dispatch.state import LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.terms.outcomes import Outcome


def missing(board: Switchboard, stock: StockTaken) -> Iterator[Event]:
    """The events that the gap swallowed, as far as the stock shows them."""
    alive = {leg.leg: leg for leg in stock.legs}
    for leg in [leg for leg in board.legs.values() if leg.node == stock.node]:
        if leg.id not in alive:
            yield LegEnded(leg=leg.id)
        elif alive[leg.id].up and leg.state is LegState.RINGING:
            yield LegAnswered(leg=leg.id)
    for call in [call for call in board.calls.values() if call.node == stock.node and not call.left]:
        if call.id not in stock.calls:
            if call.outcome is None:
                call.outcome = Outcome.UNCERTAIN  # they may have hung up, or Asterisk died: nobody saw it
            yield CallerLeft(call=call.id)
    for leg_id in [leg_id for leg_id in board.foreign if leg_id not in alive]:
        yield LegEnded(leg=leg_id)


def adopt(board: Switchboard, stock: StockTaken) -> None:
    """Legs of an earlier run: what talks keeps its volunteer busy, what rings is taken back."""
    for found in stock.legs:
        if found.leg in board.legs or found.leg in board.foreign:
            continue
        if found.up and found.volunteer is not None and board.seats.adopt(found.volunteer, found.leg):
            board.foreign[found.leg] = found.volunteer
        elif not found.up:
            board.out.append(CancelLeg(leg=found.leg, node=stock.node, reason=CancelReason.WITHDRAWN))


def earlier(at: datetime, by_s: float) -> datetime:
    return at - timedelta(seconds=by_s)
