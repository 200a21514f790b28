"""Who calls, as far as the machine may know: a token, whether somebody flagged it, whether it was here a while ago."""

from hotline_agi.dispatch import caller_limits, matching
from hotline_agi.dispatch.commands import FlagCaller
from hotline_agi.dispatch.events import CallArrived, CallerRecognised
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.terms.ids import CallerToken


def introduced(board: Switchboard, call: Call, event: CallArrived) -> None:
    """The first question told who calls, or that they withhold their number."""
    call.identified = event.caller is not None or event.withheld
    call.high_risk = event.high_risk
    call.asked_for_help = event.asked_for_help
    if event.caller is not None:
        _known(board, call, event.caller)


def recognised(board: Switchboard, call: Call, event: CallerRecognised) -> None:
    """Put a caller who waits where they belong in the queue."""
    call.identified, call.high_risk = True, event.high_risk or call.marked
    if call.high_risk:
        call.later_s = 0.0
    _known(board, call, event.caller)
    caller_limits.count(board, call)
    if call.id in board.waiting:
        board.waiting.put(call)
        matching.mark(board, call)


def _known(board: Switchboard, call: Call, caller: CallerToken) -> None:
    if call.marked and call.caller is None:  # it was marked before anybody knew whose it is
        board.out.append(FlagCaller(call=call.id, line=call.line.id, caller=caller, volunteer=call.volunteer))
    call.caller = caller
    reached_nobody_s = board.tried.get(caller)
    if reached_nobody_s is not None:
        call.tried_before = call.arrived_s - reached_nobody_s <= call.policy.tried_within_s


def policy_changed(board: Switchboard) -> None:
    """A new roster: the queues of its lines are ordered by what it says, for everybody who stands in them."""
    for call in board.calls.values():
        call.policy = board.current_line(call).callers
    for call in board.waiting.all():
        board.waiting.put(call)
        matching.mark(board, call)
