"""Leaving the ring plan: an external number, a message, other places to turn to, in the order that the line says."""

from hotline_agi.dispatch import matching
from hotline_agi.dispatch.answers import leave
from hotline_agi.dispatch.commands import CancelReason, Fact
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.model import OverflowStep

TRANSFER_GRACE_S = 2.0
"""The overflow number's leg ends by itself at its ring timeout; after this we go on without it."""


def begin(board: Switchboard, call: Call, opening_step: Step, *, transferred: bool = False) -> None:
    """Nobody will come (or the line is closed): stop all ringing and walk the line's overflow from its start.

    :param transferred: the overflow number was rung already, and took nobody: go on behind it.
    """
    matching.release(board, call, CancelReason.WITHDRAWN)
    board.clear_timers(call, Timer.WAVE, Timer.OVERFLOW)
    closed = opening_step is Step.CLOSED
    call.opening_step = opening_step
    call.overflow_left = _behind_transfer(call, closed) if transferred else _plan(call, closed)
    board.note(call, Fact.CLOSED if closed else Fact.OVERFLOW)
    proceed(board, call)


def leave_message(board: Switchboard, call: Call) -> None:
    """The caller asked by a key to leave a message now."""
    matching.release(board, call, CancelReason.WITHDRAWN)
    board.note(call, Fact.ASKED_MESSAGE)
    call.overflow_left = []
    leave(board, call, (Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE))


def proceed(board: Switchboard, call: Call) -> None:
    """Begin the next overflow steps: what the dialplan can do by itself in one go, or the transfer, which we ring."""
    steps: list[Step] = []
    if call.opening_step is Step.CLOSED:
        # somebody who calls a closed line hears so first, even before a transfer is tried
        steps.append(Step.CLOSED)
        call.opening_step = None
    while call.overflow_left:
        if call.overflow_left[0] is OverflowStep.TRANSFER:
            if steps:
                leave(board, call, (*steps, Step.ROUND))
                return
            call.overflow_left.pop(0)
            if _transfer(board, call):
                return
            continue
        if call.opening_step is not None:
            steps.append(call.opening_step)
            call.opening_step = None
        steps.append(Step(call.overflow_left.pop(0).value))
    if call.opening_step is not None:
        steps.append(call.opening_step)
        call.opening_step = None
    leave(board, call, (*steps, Step.GOODBYE))


def _transfer(board: Switchboard, call: Call) -> bool:
    """Ring the overflow number while the caller waits on; False where the line has none (or nobody waits)."""
    line, target = call.line, board.current_line(call).transfer  # the number of the roster in force, and no other
    if target is None or call.hanging_up:
        return False
    call.state = CallState.WAITING
    call.transferring = True
    board.clear_timers(call, Timer.FORGET)
    board.ring(call, target, None, line.transfer_timeout_s)
    call.overflow_due_s = board.now.mono_s + line.transfer_timeout_s + TRANSFER_GRACE_S
    board.set_timer(Timer.OVERFLOW, call.id, line.transfer_timeout_s + TRANSFER_GRACE_S)
    return True


def goes_on(board: Switchboard, call: Call) -> None:
    """The overflow number rings already for `call`, of an earlier run."""
    call.state, call.wave = CallState.WAITING, 0
    was_transferred(call)
    call.overflow_due_s = board.now.mono_s + call.line.transfer_timeout_s + TRANSFER_GRACE_S
    board.set_timer(Timer.OVERFLOW, call.id, call.line.transfer_timeout_s + TRANSFER_GRACE_S)


def was_transferred(call: Call) -> None:
    """The overflow number has, or had, `call`: should it lose it, what comes next is the step behind."""
    call.transferring, call.overflow_left = True, _behind_transfer(call, closed=False)
    call.opening_step = Step.NOBODY


def _plan(call: Call, closed: bool) -> list[OverflowStep]:
    return list(call.line.closed if closed else call.line.overflow)


def _behind_transfer(call: Call, closed: bool) -> list[OverflowStep]:
    plan = _plan(call, closed)
    return plan[plan.index(OverflowStep.TRANSFER) + 1 :] if OverflowStep.TRANSFER in plan else plan


def transfer_failed(board: Switchboard, call: Call) -> None:
    """The overflow number did not take the call: the next step."""
    call.transferring = False
    board.cancel_all(call, CancelReason.WITHDRAWN)
    board.clear_timers(call, Timer.OVERFLOW)
    proceed(board, call)
