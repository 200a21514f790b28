"""Who calls, as far as the machine may know: a token, whether somebody flagged it, whether it was here a while ago."""

from hotline_agi.dispatch import matching
from hotline_agi.dispatch.events import CallerRecognised
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard


def recognised(board: Switchboard, call: Call, event: CallerRecognised) -> None:
    """Put a caller who waits where they belong in the queue."""
    call.caller, call.high_risk = event.caller, event.high_risk
    reached_nobody_s = board.tried.get(event.caller)
    if reached_nobody_s is not None:
        call.tried_before = call.arrived_s - reached_nobody_s <= call.policy.tried_within_s
    if call.id in board.waiting:
        board.waiting.put(call)
        matching.mark(board, call)


def policy_changed(board: Switchboard) -> None:
    """A new roster: the queues of its lines are ordered by what it says, for everybody who stands in them."""
    for call in board.calls.values():
        call.policy = board.current_line(call).callers
    for call in board.waiting.all():
        board.waiting.put(call)
        matching.mark(board, call)
