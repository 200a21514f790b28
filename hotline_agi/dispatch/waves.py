"""Ringing: which volunteers, how many together, when more, and when it is over.

Each ring step (wave) rings up to `count` phones on top of those that ring already. Within a wave a phone that turns out
busy, unreachable or unwilling is replaced at once by the next volunteer in turn. Who was occupied during an earlier
wave and comes free in a later one is rung then: the caller who waits longest is served first, whichever wave it is in.
When nobody is left to ring, nothing rings, and nobody is merely occupied, the next wave starts at once; a caller never
waits for a clock that cannot bring anybody.
"""

from collections.abc import Iterator, Sequence

from hotline_agi.dispatch import overflow
from hotline_agi.dispatch.commands import CancelReason, Fact
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.model import RingGroup
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.outcomes import LegOutcome


def begin(board: Switchboard, call: Call) -> None:
    """Ring through from the first step, with the full waiting time."""
    call.state = CallState.WAITING
    call.wave, call.transferring = -1, False
    call.plan = board.duty(call.line).plan
    call.overflow_due_s = board.now.mono_s + call.line.max_wait_s
    board.clear_timers(call, Timer.FORGET, Timer.CONNECT, Timer.VERDICT)
    board.set_timer(Timer.OVERFLOW, call.id, call.line.max_wait_s)
    _next_wave(board, call)


def wave_over(board: Switchboard, call: Call) -> None:
    """The running wave's time is up."""
    if call.wave + 1 >= len(call.ring_steps) and _somebody_may_come_free(board, call):
        return  # nobody else to ring, but a talk may end: wait on until the overflow deadline
    _next_wave(board, call)


def fill(board: Switchboard, call: Call) -> None:
    """Ring whom the running wave wants and who is free."""
    if call.state is not CallState.WAITING or call.transferring or call.left or call.hanging_up:
        return
    if call.node in board.settling:
        return
    step = call.ring_steps[call.wave]
    for volunteer in _candidates(board, call):
        if step.count is not None and _ringing(call, call.wave) >= step.count:
            break
        if board.seats.is_free(volunteer, board.now.mono_s):
            _ring(board, call, volunteer)
    if _ringing(call) or _somebody_may_come_free(board, call):
        return
    _next_wave(board, call)


def fill_all(board: Switchboard) -> None:
    """Somebody came free: whoever waits longest is served first."""
    for call in board.waiting_in_order():
        fill(board, call)


def leg_ended(board: Switchboard, leg: Leg, outcome: LegOutcome) -> None:
    """A leg of a waiting call is gone without a talk."""
    call, volunteer = leg.call, leg.volunteer
    if volunteer is None:
        if call.transferring and leg.cancelled is None:
            overflow.transfer_failed(board, call)
        return
    if outcome is LegOutcome.UNREACHABLE:
        # the same human may be reached another way, at once and in the same wave
        call.next_endpoint[volunteer] = call.next_endpoint.get(volunteer, 0) + 1
        if call.next_endpoint[volunteer] < len(_endpoints(board, volunteer)):
            call.tried.discard(volunteer)
        else:
            call.next_endpoint[volunteer] = 0
    elif outcome is LegOutcome.DECLINED or outcome is LegOutcome.FAILED:
        call.declined.add(volunteer)


def _next_wave(board: Switchboard, call: Call) -> None:
    """Start the next ring step, or the overflow after the last; the roster of this moment counts from here."""
    call.line = board.roster.lines.get(call.line.id, call.line)
    call.wave += 1
    call.tried.clear()
    if call.wave >= len(call.ring_steps):
        overflow.begin(board, call, Step.NOBODY)
        return
    step = call.ring_steps[call.wave]
    board.set_timer(Timer.WAVE, call.id, step.for_s)
    board.note(call, Fact.WAVE, detail=f"{call.wave + 1}: {step.group}")
    fill(board, call)


def _wanted(board: Switchboard, call: Call) -> Iterator[VolunteerId]:
    """Whom the running wave is for, and who could not be rung in an earlier one."""
    groups = {step.group for step in call.ring_steps[: call.wave]}
    yield from _group(board, call, call.ring_steps[call.wave].group)
    for group in groups - {call.ring_steps[call.wave].group}:
        yield from (volunteer for volunteer in _group(board, call, group) if not call.attempts.get(volunteer))


def _group(board: Switchboard, call: Call, group: RingGroup) -> Sequence[VolunteerId]:
    duty = board.duty(call.line)
    return duty.volunteers if group is RingGroup.ON_SHIFT else duty.backup


def _candidates(board: Switchboard, call: Call) -> list[VolunteerId]:
    """Whom the running wave may still ring, in turn: never asked for this call first, then longest not rung."""
    wanted = [
        volunteer
        for volunteer in _wanted(board, call)
        if volunteer not in call.tried and volunteer not in call.declined and _endpoints(board, volunteer)
    ]
    return sorted(board.seats.by_turn(wanted), key=lambda volunteer: call.attempts.get(volunteer, 0))


def _somebody_may_come_free(board: Switchboard, call: Call) -> bool:
    """Whether a candidate is occupied by another call, a talk or a wrap-up."""
    return any(not board.seats.is_free(volunteer, board.now.mono_s) for volunteer in _candidates(board, call))


def _ringing(call: Call, wave: int | None = None) -> int:
    """How many phones ring (or hear the accept prompt) for `call`, in one wave or in all."""
    return sum(
        leg.state is not LegState.CANCELLING and (wave is None or leg.wave == wave) for leg in call.legs.values()
    )


def _endpoints(board: Switchboard, volunteer: VolunteerId) -> tuple[object, ...]:
    known = board.roster.volunteers.get(volunteer)
    return known.endpoints if known else ()


def _ring(board: Switchboard, call: Call, volunteer: VolunteerId) -> None:
    endpoints = board.roster.volunteers[volunteer].endpoints
    endpoint = endpoints[min(call.next_endpoint.get(volunteer, 0), len(endpoints) - 1)]
    call.tried.add(volunteer)
    call.attempts[volunteer] = call.attempts.get(volunteer, 0) + 1
    board.ring(call, endpoint, volunteer, call.line.ring_timeout_s)


def give_up(board: Switchboard, call: Call) -> None:
    """The call's whole waiting time is up."""
    if call.transferring:
        overflow.transfer_failed(board, call)
    else:
        board.cancel_all(call, CancelReason.WITHDRAWN)
        overflow.begin(board, call, Step.NOBODY)
