"""What happens to a leg, from the pick-up to the end of its channel; and legs that were silent for too long."""

from typing import assert_never

from hotline_agi.dispatch import answers, notices, people, supervision, talks, waves
from hotline_agi.dispatch.commands import CancelLeg, CancelReason, Fact, RefuseLeg
from hotline_agi.dispatch.events import LegAccepted, LegAnswered, LegEnded, TalkStarted
from hotline_agi.dispatch.state import CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import CANCEL_GRACE_S, CANCEL_REPEATS, PROMPT_LIMIT_S, Switchboard, Timer
from hotline_agi.terms.causes import Cause

LegEvent = LegAnswered | LegAccepted | TalkStarted | LegEnded


def happened(board: Switchboard, event: LegEvent) -> None:
    """Take in what happened to a leg: a volunteer's, the overflow number's, a notice's, or one that nobody knows."""
    leg = board.legs.get(event.leg)
    if event.leg in board.notices.live:
        notices.of_leg(board, event)
        return
    if event.leg in board.help.live:
        supervision.of_leg(board, event)
        return
    if leg is None:
        _unknown(board, event)
        return
    match event:
        case LegAnswered():
            if leg.state is LegState.RINGING:
                leg.state, leg.picked_up_s = LegState.ANSWERED, board.now.mono_s
                board.set_timer(Timer.LEG, leg.id, PROMPT_LIMIT_S)
                board.note(leg.call, Fact.PICKED_UP, leg.id, leg.volunteer)
        case LegAccepted():
            if leg.state is LegState.WINNER:
                board.ignore(event)
            else:
                talks.accept(board, leg)
        case TalkStarted():
            if (
                leg.connected
                and leg.call.winner is leg
                and leg.call.state is CallState.CONNECTING
                and not leg.call.left
            ):
                talks.talk_started(board, leg)
            else:
                board.ignore(event)
        case LegEnded(cause=cause):
            ended(board, leg, cause)
        case _:
            assert_never(event)


def _unknown(board: Switchboard, event: LegEvent) -> None:
    match event:
        case LegAccepted(leg=leg_id):
            # rung by an earlier run of the service: kindly sent away, their phone will ring again
            board.out.append(RefuseLeg(leg=leg_id, reason=CancelReason.WITHDRAWN))
        case LegEnded(leg=leg_id) if leg_id in board.foreign:
            volunteer = board.foreign.pop(leg_id)
            board.engaged_s.pop(leg_id, None)
            board.seats.leave(volunteer, leg_id, board.now.mono_s)
        case _:
            board.ignore(event)


def ended(board: Switchboard, leg: Leg, cause: int) -> None:
    """The channel of `leg` is gone, or believed to be."""
    call, was_winner = leg.call, leg.call.winner is leg
    outcome = board.forget(leg, cause)
    people.leg_gone(board, leg, outcome)
    if was_winner:
        talks.winner_gone(board, leg, cause)
    elif call.state is CallState.WAITING and not call.left:
        waves.leg_ended(board, leg, outcome)
        waves.fill(board, call)
    answers.answer(board, call)
    board.close_if_over(call)


def overdue(board: Switchboard, leg: Leg) -> None:
    """A leg that should be gone is not: cancel it, repeat the cancel, and at last believe that it is gone."""
    if leg.state is not LegState.CANCELLING:
        leg.state = LegState.RINGING  # whatever it hears, it is to be hung up, not talked to
        board.cancel(leg, CancelReason.WITHDRAWN)
    elif leg.cancel_repeats < CANCEL_REPEATS:
        leg.cancel_repeats += 1
        board.set_timer(Timer.LEG, leg.id, CANCEL_GRACE_S)
        board.out.append(CancelLeg(leg=leg.id, node=leg.node, reason=leg.cancelled or CancelReason.WITHDRAWN))
    else:
        ended(board, leg, Cause.UNKNOWN)
