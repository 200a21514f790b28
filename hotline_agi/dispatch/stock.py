"""After a gap in the event stream: what Asterisk really has, against what we believe. Nothing is repeated."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import inf

from hotline_agi.dispatch import asides, talks
from hotline_agi.dispatch.events import (
    CallerLeft,
    CallerSurviving,
    Event,
    LegAnswered,
    LegEnded,
    LiveCall,
    Step,
    StepReached,
    StockTaken,
    TalkStarted,
    Whereabouts,
)
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.instants import text_of
from hotline_agi.terms.outcomes import Outcome

MAKING_S = 2.0
"""Asterisk makes the channel of an ``Originate`` in its own time: a leg this young may not be in the stock yet."""


def missing(board: Switchboard, stock: StockTaken) -> Iterator[Event]:
    """The events that the gap swallowed, as far as the stock shows them; callers first, so that nobody is rung for one
    who is gone."""
    alive = {leg.leg: leg for leg in stock.legs}
    for live in stock.callers:
        known = board.calls.get(live.call)
        if known is None or known.left:
            continue
        # nobody comes back from survival: what is seen of it holds for a question that came since, too
        if known.admitted_s < stock.asked_s or live.where is Whereabouts.SURVIVING:
            yield from _moved(board, known, live)
    for call in [call for call in board.calls.values() if call.node == stock.node and not call.left]:
        if call.id not in stock.calls and call.admitted_s < stock.asked_s:
            if call.outcome is None and call.state is not CallState.SURVIVING and not call.hanging_up:
                call.outcome = Outcome.UNCERTAIN  # they may have hung up, or Asterisk died: nobody saw it
            _note(board, call, "a hang-up")
            yield CallerLeft(call=call.id)
    for leg in [leg for leg in board.legs.values() if leg.node == stock.node]:
        if leg.id not in alive:
            if leg.rang_s < stock.asked_s - MAKING_S:
                if leg.state is not LegState.CANCELLING:
                    _note(board, leg.call, "a leg", leg)
                yield LegEnded(leg=leg.id)
            continue
        found = alive[leg.id]
        leg.cancel_repeats = 0  # it is there: a cancel that the gap swallowed is worth repeating
        if found.up and leg.state is LegState.RINGING:
            _note(board, leg.call, "a pick-up", leg)
            yield LegAnswered(leg=leg.id)
        elif found.talking and not leg.talked and talks.found_talking(board, leg):
            _note(board, leg.call, "a talk", leg)
            yield TalkStarted(leg=leg.id)
    for leg_id in [leg_id for leg_id in board.foreign if leg_id not in alive]:
        # who began to call somebody back since Asterisk was asked was in the menu then, as anybody
        if board.engaged_s.get(leg_id, -inf) < stock.asked_s - MAKING_S:
            yield LegEnded(leg=leg_id)


def _moved(board: Switchboard, call: Call, live: LiveCall) -> Iterator[Event]:
    """The caller is elsewhere than we believe."""
    if live.where is Whereabouts.SURVIVING and call.state is not CallState.SURVIVING:
        _note(board, call, "a step")
        yield CallerSurviving(call=call.id)
    elif live.where is Whereabouts.LEAVING and live.step is not None and live.step is not call.step:
        _note(board, call, "a step")
        if call.state in (CallState.WAITING, CallState.CONNECTING) and live.step not in asides.STEPS:
            yield StepReached(call=call.id, step=Step.DEADLINE)  # what else sends somebody there who waits
        yield StepReached(call=call.id, step=live.step)


def _note(board: Switchboard, call: Call, what: str, leg: Leg | None = None) -> None:
    """Write down that nobody saw when this happened."""
    since = board.lost_at.get(call.node)
    detail = f"what={what}" + (f";since={text_of(since)}" if since is not None else "")
    if call.id in board.calls:
        board.note(call, Fact.UNSEEN, leg.id if leg else None, leg.volunteer if leg else None, detail)


def earlier(at: datetime, by_s: float) -> datetime:
    return at - timedelta(seconds=by_s)
