"""How a call gets out of our hands: into the dialplan's own steps, into survival, by the caller's hang-up, unseen."""

from hotline_agi.dispatch import answers, caller_limits, matching, results, talks
from hotline_agi.dispatch.commands import CancelReason, Fact
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import CALL_TIMERS, PROMPT_LIMIT_S, Switchboard, Timer
from hotline_agi.terms.outcomes import Outcome

SURVIVAL_FORGET_S = 3600.0
"""The dialplan's own path takes minutes, and perhaps a talk; such a record is closed after this at the latest."""
MESSAGE_WEIGH_S = 3.0
"""Who hangs up in a recording has perhaps left a message; whether it is long enough is known a moment later."""


def reached(board: Switchboard, call: Call, step: Step) -> None:
    """The dialplan began a step."""
    call.step = step
    board.note(call, Fact.STEP, detail=step)
    untold = call.state is CallState.LEAVING and not call.steps_told
    if step is Step.DEADLINE and (untold or call.state in (CallState.WAITING, CallState.CONNECTING)):
        # the dialplan's own deadline was faster than our word
        talks.release_winner(board, call, CancelReason.WITHDRAWN)
        matching.forget(board, call)
        board.cancel_all(call, CancelReason.WITHDRAWN)  # not handed on: the dialplan stops them in this moment
        call.state, call.steps_told, call.held = CallState.LEAVING, True, False
        board.clear_timers(call, *CALL_TIMERS)
        board.set_timer(Timer.FORGET, call.id, answers.STEPS_LIMIT_S)
    if step is Step.DIRECTORY and call.outcome is None:
        call.outcome = Outcome.DIRECTORY


def surrender(board: Switchboard, call: Call) -> None:
    """The dialplan serves the caller by itself: nothing of ours may ring for them."""
    call.state, call.asking, call.held = CallState.SURVIVING, False, False
    board.clear_timers(call, *CALL_TIMERS)
    board.set_timer(Timer.FORGET, call.id, SURVIVAL_FORGET_S)
    board.note(call, Fact.SURVIVING)
    matching.forget(board, call)
    if call.winner is not None and not call.winner.talked:
        talks.release_winner(board, call, CancelReason.WITHDRAWN)
    board.cancel_all(call, CancelReason.WITHDRAWN)


def left(board: Switchboard, call: Call) -> None:
    """The caller is gone."""
    call.left, call.asking, call.held = True, False, False
    call.ended_at = board.now.at
    talks.count_talk(board, call)
    caller_limits.left(board, call)
    board.note(call, Fact.CALLER_LEFT)
    board.clear_timers(call, *CALL_TIMERS)
    if call.outcome is None:
        call.outcome = Outcome.SURVIVED if call.state is CallState.SURVIVING else Outcome.ABANDONED
    if call.answered_s is None:
        call.answered_s = board.now.mono_s
    winner = call.winner
    if winner is not None and winner.connected:
        winner.talk_ended_s = board.now.mono_s
        # its dialplan ends it
        board.set_timer(Timer.LEG, winner.id, results.AFTER_TALK_S if winner.asks_after else PROMPT_LIMIT_S)
    else:
        talks.release_winner(board, call, CancelReason.CALLER_LEFT)
    matching.forget(board, call)
    board.cancel_all(call, CancelReason.CALLER_LEFT)
    if call.step is Step.MESSAGE and call.outcome is not Outcome.MESSAGE:
        board.set_timer(Timer.MESSAGE, call.id, MESSAGE_WEIGH_S)
    board.close_if_over(call)


def forget(board: Switchboard, call: Call) -> None:
    """Nothing was heard of a call for so long that its end must have been missed."""
    if call.outcome is None:
        call.outcome = Outcome.SURVIVED if call.state is CallState.SURVIVING else Outcome.UNCERTAIN
    left(board, call)
