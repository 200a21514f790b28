"""What a caller who asks is told: wait another round, or do these steps.

A caller asks on arrival, at the end of each round in the holding bridge, and on coming out of a talk. While the
question is open (`Call.asking`) the dialplan waits for us under its own guard of 3 s; everything here answers at once
but the verdict on a talk, which may take up to `talks.VERDICT_S`.
"""

from hotline_agi.dispatch import asides, recording, soundtrack
from hotline_agi.dispatch.commands import EndRound, GuideCaller, HoldCaller
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.soundtrack import language_of
from hotline_agi.dispatch.state import Call, CallState
from hotline_agi.dispatch.switchboard import CALL_TIMERS, Switchboard, Timer
from hotline_agi.roster.model import OverflowStep

ROUND_S = 4
"""Length of a round in the holding bridge: a caller whose service was killed is in the survival path after at most this
(the promise is 6 s), after a freeze with the guard's 3 s on top (the promise is 8 s)."""
ASK_LIMIT_S = 12.0
"""A caller who waits asks again after a round, and the dialplan's guard is 3 s: who did not for this long is not in our
hands any more. The news of their survival or hang-up was lost, and no phone may go on ringing for them."""
DEADLINE_MARGIN_S = 15.0
"""How much later than ours the dialplan's own deadline is, so that it only acts when we do not."""
STEPS_LIMIT_S = 900.0
"""Prompts, a message of 3 minutes and the directory take less; after that the caller's end was missed."""


def answer(board: Switchboard, call: Call) -> None:
    """Answer `call`'s open question, if there is one and the answer is known."""
    if not call.asking or call.left:
        return
    if call.state is CallState.WAITING and call.aside is not None:
        asides.tell(board, call)
    elif call.state in (CallState.WAITING, CallState.CONNECTING):
        call.aside = None
        _hold(board, call)
    elif call.state is CallState.LEAVING:
        call.asking = False
        call.steps_told = True
        board.clear_timers(call, Timer.ASK)
        board.out.append(GuideCaller(call=call.id, language=language_of(board, call), steps=call.steps))


def leave(board: Switchboard, call: Call, steps: tuple[Step, ...]) -> None:
    """The waiting is over: send the caller through `steps` in the dialplan."""
    call.state = CallState.LEAVING
    call.steps, call.steps_told = steps, False
    board.clear_timers(call, *CALL_TIMERS)
    board.set_timer(Timer.FORGET, call.id, STEPS_LIMIT_S)
    if call.asking:
        answer(board, call)
    else:
        board.set_timer(Timer.ASK, call.id, asides.LIMIT_S if asides.is_aside(call) else ASK_LIMIT_S)
        board.out.append(EndRound(call=call.id, node=call.node))


def own_steps(call: Call) -> tuple[Step, ...]:
    """The overflow of the line as the dialplan can walk it without us."""
    steps = [Step(step.value) for step in call.line.overflow if step is not OverflowStep.TRANSFER]
    return (Step.NOBODY, *steps, Step.GOODBYE)


def _hold(board: Switchboard, call: Call) -> None:
    now_s = board.now.mono_s
    soundtrack.advance(board, call)
    recording.give_notice(board, call)
    remaining_s = max(0.0, call.overflow_due_s - now_s) + DEADLINE_MARGIN_S
    if not call.transferring and OverflowStep.TRANSFER in call.line.overflow:
        remaining_s += call.line.transfer_timeout_s  # the caller will wait for the overflow number too
    call.asking = False
    board.set_timer(Timer.ASK, call.id, ASK_LIMIT_S)
    board.out.append(
        HoldCaller(
            call=call.id,
            language=language_of(board, call),
            music=call.music,
            round_s=ROUND_S,
            max_wait_s=round(remaining_s, 1),
            overflow=own_steps(call),
        )
    )
