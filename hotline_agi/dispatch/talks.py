"""From the first accept to the end of the talk: one winner, tested and set in one go, and nobody cut off."""

from hotline_agi.dispatch import (
    answers,
    asides,
    caller_limits,
    choices,
    matching,
    overflow,
    recording,
    results,
    waves,
)
from hotline_agi.dispatch.commands import CancelReason, ConnectLeg, Fact, HangUp, ListenToCaller, Music, RefuseLeg
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import PROMPT_LIMIT_S, Switchboard, Timer
from hotline_agi.terms.causes import NORMAL_END
from hotline_agi.terms.ids import CallId, LegId
from hotline_agi.terms.outcomes import Outcome

HOLD_WAIT_S = 2.2
"""How long an accepted leg may wait for its caller to be in the holding bridge: below the 3 s guard of its AGI."""
JOIN_S = 3.0
"""From `ConnectLeg` until both are in one bridge; measured at 4 ms, so after this the join failed."""
ROUND_END_GUARD_S = 0.06
"""A leg is not told to take the caller out of a round that ends within this: if the caller were already outside,
asking us, the join would be a masquerade. It waits for the next round, a few milliseconds later."""
TALK_FORGET_S = 86_400.0
"""Nothing was heard of a talk for a day: its end was missed; its record is closed, and a leg that is left hung up."""
VERDICT_S = 1.0
"""How long a caller who came out of a talk waits for the news how the other side ended."""
GHOST_S = 1.0
"""About 0.2 % of hang-ups within 35 ms of a join are lost by Asterisk itself; what is still there after this is hung
up by us (see the design's section 5)."""
SHORT_TALK_S = 0.05
"""A volunteer who was gone within this of the join has talked to nobody: they had waited for our word for too long, and
hung up as it came. Seen 3 times in 20,000 calls under faults: the callers were told goodbye."""
MAX_FAILURES = 3
"""So many winners may be lost under one call before it goes to the overflow instead of round and round."""


def accept(board: Switchboard, leg: Leg) -> None:
    """A human agreed, and gets the call that is served first. Test and set: there is no way from here to a second
    winner.

    That need not be the call for which the phone rang; then that one goes on waiting, and gets phones of the other's.
    """
    if leg.state is LegState.CANCELLING:
        refuse(board, leg, leg.cancelled or CancelReason.WITHDRAWN)
        return
    call = matching.served_first(board, leg)
    if call is None:
        gone = leg.call.left or leg.call.hanging_up
        refuse(board, leg, CancelReason.CALLER_LEFT if gone else CancelReason.ELSEWHERE)
        return
    passed_over = leg.call
    if call is not passed_over:
        board.hand_over(leg, call)
    choices.note_served(board, call)
    call.state, call.winner = CallState.CONNECTING, leg
    leg.state, leg.accepted_s = LegState.WINNER, board.now.mono_s
    board.note(call, Fact.ACCEPTED, leg.id, leg.volunteer)
    board.deadlines.clear((Timer.LEG, leg.id))
    board.clear_timers(call, Timer.WAVE, Timer.OVERFLOW, Timer.LANGUAGE)
    call.choosing = False
    board.set_timer(Timer.CONNECT, call.id, HOLD_WAIT_S)
    asides.fetch(board, call)
    connect_if_held(board, call)
    if call is not passed_over:
        matching.mark(board, passed_over)
    matching.release(board, call, CancelReason.ELSEWHERE)
    if call is not passed_over:
        waves.fill(board, passed_over)


def refuse(board: Switchboard, leg: Leg, reason: CancelReason) -> None:
    """Answer an accepting leg that there is nothing to take. It hears why and ends; no further command is needed."""
    leg.state, leg.cancelled = LegState.CANCELLING, reason
    board.set_timer(Timer.LEG, leg.id, PROMPT_LIMIT_S)
    board.note(leg.call, Fact.REFUSED, leg.id, leg.volunteer)
    board.out.append(RefuseLeg(leg=leg.id, reason=reason))


def release_winner(board: Switchboard, call: Call, reason: CancelReason) -> None:
    """The winner, if there is one, shall not have this caller (any more): refused while it asks, hung up afterwards."""
    leg, call.winner = call.winner, None
    if leg is None:
        return
    if leg.connected:
        board.cancel(leg, reason)
    else:
        refuse(board, leg, reason)


def connect_if_held(board: Switchboard, call: Call) -> None:
    """Let the winner take the caller out of the holding bridge, if the caller is safely inside."""
    leg = call.winner
    if call.state is not CallState.CONNECTING or leg is None or leg.connected or not call.held:
        return
    if board.now.mono_s >= call.round_ends_s - ROUND_END_GUARD_S:
        return
    leg.connected = True
    board.set_timer(Timer.CONNECT, call.id, JOIN_S)
    rests = leg.volunteer is not None and (call.line.wrap_up_s > 0 or call.line.long_wrap_up is not None)
    leg.records = recording.wanted(board, call, leg)
    may_ask = leg.volunteer is not None and board.current_line(call).high_risk is not None
    leg.asks_after = leg.volunteer is not None and results.asks(call.line)
    board.out.append(
        ConnectLeg(
            leg=leg.id,
            call=call.id,
            rests=rests,
            records=leg.records,
            may_ask=may_ask,
            asks=call.line.id if leg.asks_after else None,
            language=call.line.language if leg.asks_after else "",
        )
    )


def connect_failed(board: Switchboard, call: Call) -> None:
    """The winner and the caller did not come together in time: take the winner back, ring on."""
    leg = call.winner
    if leg is None:
        return
    release_winner(board, call, CancelReason.WITHDRAWN)
    if leg.volunteer is not None:
        call.declined.add(leg.volunteer)
    ring_again(board, call)


def joins(board: Switchboard, call: Call, leg: Leg) -> None:
    """An earlier run sent `leg` to the caller: whatever comes of it, nobody else is sent."""
    call.state, call.winner = CallState.CONNECTING, leg
    board.deadlines.clear((Timer.LEG, leg.id))
    board.clear_timers(call, Timer.WAVE, Timer.OVERFLOW)
    board.set_timer(Timer.CONNECT, call.id, JOIN_S)
    matching.release(board, call, CancelReason.ELSEWHERE)


def talk_started(board: Switchboard, leg: Leg) -> None:
    """Caller and volunteer hear each other from now on."""
    talk_goes_on(board, leg, board.now.mono_s, noted=False)


def talk_goes_on(board: Switchboard, leg: Leg, since_s: float, *, noted: bool) -> None:
    """Caller and volunteer hear each other since `since_s`; `noted`: that is in the record already."""
    call = leg.call
    leg.talked, leg.talk_began_s = True, since_s
    if leg.volunteer is not None:
        seat = board.seats.seat(leg.volunteer)
        seat.talking = True
        board.seats.settle(seat, board.now.mono_s)
    call.state = CallState.TALKING
    call.held, call.talk_ended_well = False, None
    call.talk_began_s = since_s
    call.volunteer = leg.volunteer
    call.outcome = Outcome.TRANSFERRED if leg.volunteer is None else Outcome.TALKED
    if call.answered_at is None:
        call.answered_at, call.answered_s = board.now.when(since_s), since_s
    board.clear_timers(call, Timer.CONNECT, Timer.ASK)
    board.set_timer(Timer.FORGET, call.id, TALK_FORGET_S)
    if not noted:
        board.note(call, Fact.TALK_STARTED, leg.id, leg.volunteer)
        recording.begun(board, leg)
    call.listening = call.spoke = False
    if call.caller is not None and leg.volunteer is not None and board.current_line(call).limits.silent.calls:
        board.out.append(ListenToCaller(call=call.id, node=call.node))


def found_talking(board: Switchboard, leg: Leg) -> bool:
    """`leg` is in a talk, by an event or by stock. False if it cannot have its caller any more.

    If we took the join for failed, it is the winner again: the cancel was lost in the same gap, and no talk is cut.
    """
    call = leg.call
    if call.left or not leg.connected or leg.talked:
        return False
    believed_waiting = call.state is CallState.WAITING or (call.state is CallState.LEAVING and not call.steps_told)
    if believed_waiting and call.winner is None:
        call.state, call.winner, call.transferring = CallState.CONNECTING, leg, leg.volunteer is None
        leg.state, leg.cancelled = LegState.WINNER, None
        board.deadlines.clear((Timer.LEG, leg.id))
        board.clear_timers(call, Timer.WAVE, Timer.OVERFLOW)
        matching.release(board, call, CancelReason.ELSEWHERE)
    return call.winner is leg and call.state is CallState.CONNECTING


def winner_gone(board: Switchboard, leg: Leg, cause: int) -> None:
    """The winner's channel is gone: before the talk that is a failure; after it, the cause says who was at fault."""
    call = leg.call
    if call.left:
        return
    if call.state is CallState.CONNECTING:
        if leg.volunteer is not None:
            call.declined.add(leg.volunteer)
        ring_again(board, call)
    elif call.state is CallState.TALKING:
        count_talk(board, call)
        call.talk_ended_well = cause in NORMAL_END
        board.set_timer(Timer.FORGET, call.id, answers.STEPS_LIMIT_S)
        if not call.asking and not call.talk_ended_well:
            # the caller's question is milliseconds away; till then somebody else would get the volunteer who came free
            board.set_timer(Timer.ASK, call.id, answers.ASK_LIMIT_S)
            judge(board, call)
        elif call.asking:
            judge(board, call)


def came_out(board: Switchboard, call: Call) -> None:
    """The caller is out of the talk and asks. If the leg's end is not known yet, wait a moment for it."""
    count_talk(board, call)
    if call.talk_ended_well is None:
        board.set_timer(Timer.VERDICT, call.id, VERDICT_S)
    else:
        judge(board, call)


def judge(board: Switchboard, call: Call) -> None:
    """Say goodbye to a caller whose talk ended well; ring through again, at the head, one who was cut off, or was left
    before a word was said."""
    board.clear_timers(call, Timer.VERDICT, Timer.FORGET)
    if call.talk_ended_well is None:
        # nobody knows: say so, and who is still there afterwards is rung through again
        release_winner(board, call, CancelReason.WITHDRAWN)
        call.rering = True
        answers.leave(board, call, (Step.ENDED, Step.ROUND))
    elif call.talk_ended_well and call.last_talk_s >= SHORT_TALK_S:
        board.note(call, Fact.TALK_ENDED, volunteer=call.volunteer)
        answers.leave(board, call, (Step.GOODBYE,))
    else:
        board.note(call, Fact.TALK_FAILED, volunteer=call.volunteer)
        ring_again(board, call)


def ring_again(board: Switchboard, call: Call) -> None:
    """Through no fault of the caller the winner was lost: back to the head of the queue, a few times.

    Who was put through to the overflow number goes on with the next overflow step: the volunteers had their time.
    """
    call.failures += 1
    call.rering = False
    call.talk_ended_well = None
    if call.transferring:
        overflow.transfer_failed(board, call)
        return
    call.urgent = True
    call.attempts.clear()
    call.music = Music.AGAIN
    call.comfort_due_s = board.now.mono_s + call.line.comfort_every_s
    if call.failures > MAX_FAILURES:
        waves.give_up(board, call)
    else:
        waves.begin(board, call)


def count_talk(board: Switchboard, call: Call) -> None:
    if call.talk_began_s is not None:
        talk_s = board.now.mono_s - call.talk_began_s
        call.talk_s += talk_s
        call.last_talk_s = talk_s
        call.talk_began_s = None
        caller_limits.talked(board, call, talk_s)


def hangup_requested(board: Switchboard, party: CallId | LegId) -> None:
    """A side hung up; its channel should be gone within a second. Nobody is rung for a caller who is on the way out.

    The dialplan's own sweep stops the phones of such a caller before the caller's end is reported: taken for phones
    that cannot be reached, they would make us ring the next volunteers, for nobody.
    """
    board.set_timer(Timer.GHOST, party, GHOST_S)
    call = board.calls.get(CallId(party))
    if call is not None and not call.left:
        call.hanging_up = True
        if call.state is CallState.WAITING:
            # not handed on: the dialplan stops them in this moment
            matching.forget(board, call)
            board.cancel_all(call, CancelReason.CALLER_LEFT)


def ghost(board: Switchboard, party: CallId | LegId) -> None:
    """A side of a talk that hung up is still there: Asterisk lost the hang-up."""
    leg = board.legs.get(LegId(party))
    call = leg.call if leg else board.calls.get(CallId(party))
    if call is None:
        return
    if leg is not None:
        board.out.append(HangUp(party=leg.id, node=leg.node))
    elif not call.left:
        board.out.append(HangUp(party=call.id, node=call.node))
        if call.winner is not None:
            board.out.append(HangUp(party=call.winner.id, node=call.node))
