"""Ringing: which ring step runs, when the next one starts, and when it is over. Whom a step rings: `matching.py`.

Each ring step (wave) adds phones to those that ring already. Within a wave a phone that turns out busy, unreachable or
unwilling is replaced at once by the next volunteer in turn. Who was occupied during an earlier wave and comes free in a
later one is rung then. When nobody is left to ring, nothing rings, and nobody is merely occupied, the next wave starts
at once; a caller never waits for a clock that cannot bring anybody.
"""

from hotline_agi.dispatch import choices, groups, matching, overflow
from hotline_agi.dispatch.commands import Fact
from hotline_agi.dispatch.courses import Course
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import Call, CallState, Leg
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.terms.outcomes import LegOutcome
from hotline_agi.terms.standing import VolunteerState

SPARE_S = 10.0
"""A caller for whom nothing has rung so long after ringing began gets those who rest, too."""


def begin(board: Switchboard, call: Call) -> None:
    """Ring through from the first step, with the full waiting time."""
    call.state = CallState.WAITING
    call.wave, call.told_wave, call.transferring = -1, -1, False
    call.rings_since_s = board.now.mono_s
    call.plan = board.duty(call.line).plan
    call.overflow_due_s = board.now.mono_s + call.line.max_wait_s
    board.clear_timers(call, Timer.FORGET, Timer.CONNECT, Timer.VERDICT)
    board.set_timer(Timer.OVERFLOW, call.id, call.line.max_wait_s)
    if not (call.left or call.hanging_up):
        board.waiting.put(call)
    _next_wave(board, call)


def go_on(board: Switchboard, call: Call, course: Course, waited_s: float) -> None:
    """Ring on where an earlier run was in the plan, with the phones that ring already; of a course that nobody knows
    the plan begins anew, but not the waiting."""
    now_s = board.now.mono_s
    call.state, call.plan = CallState.WAITING, board.duty(call.line).plan
    since_at = course.rings_since_at
    call.rings_since_s = now_s - waited_s if since_at is None else board.mono_s(since_at)
    call.overflow_due_s = call.rings_since_s + call.line.max_wait_s
    board.deadlines.set((Timer.OVERFLOW, call.id), call.overflow_due_s)
    board.waiting.put(call)
    call.ring_steps = call.line.steps(call.plan)
    wave = min(-1 if course.wave is None else course.wave, len(call.ring_steps) - 1)
    if wave < 0:
        _next_wave(board, call)
        return
    call.wave = wave
    for leg in course.legs.values():
        in_this_wave = course.wave_at is not None and leg.since_at >= course.wave_at
        # whose ring was not seen to end may have accepted, and found nobody to answer: they are rung again
        if in_this_wave and leg.volunteer is not None and leg.ended_at is not None:
            call.tried[leg.volunteer] = board.mono_s(leg.ended_at)
    for live in call.legs.values():
        live.wave = min(live.wave, wave)
        if live.volunteer is not None:
            call.tried[live.volunteer] = live.rang_s
    over_s = (now_s if course.wave_at is None else board.mono_s(course.wave_at)) + call.ring_steps[wave].for_s
    seen_at = board.past.seen_until_at
    if wave + 1 < len(call.ring_steps) or seen_at is None or over_s >= board.mono_s(seen_at):
        board.deadlines.set((Timer.WAVE, call.id), over_s)  # else it was over before, and they wait on


def wave_over(board: Switchboard, call: Call) -> None:
    """The running wave's time is up."""
    if call.wave + 1 >= len(call.ring_steps) and groups.somebody_may_come(board, call):
        return  # nobody else to ring, but a talk may end: wait on until the overflow deadline
    _next_wave(board, call)


def fill(board: Switchboard, call: Call) -> None:
    """Ring whom the running wave wants and who is free; with nobody to wait for go on to the next wave."""
    if not board.wants_people(call):
        return
    rung = matching.pull(board, call)
    hopeless = False
    if not groups.group_size(call):
        hopeless = not groups.somebody_may_come(board, call)
        if hopeless:
            rung += matching.pull_spared(board, call, VolunteerState.RESTING, VolunteerState.UNREACHABLE)
        elif board.now.mono_s - call.rings_since_s >= SPARE_S:
            rung += matching.pull_spared(board, call, VolunteerState.RESTING)
    if rung or call.told_wave != call.wave:
        call.told_wave = call.wave
        choices.note(board, call, rung)
    if hopeless and not rung and not call.choosing:
        _next_wave(board, call)


def fill_all(board: Switchboard) -> None:
    """Every waiting call looks anew, in the order in which they are served: after stock-taking."""
    for call in board.waiting.all():
        fill(board, call)


def settle(board: Switchboard) -> None:
    """After each step: who came free is rung for the call that needs them most."""
    for call, volunteer in matching.offer_freed(board):
        choices.note_freed(board, call, volunteer)


def leg_ended(board: Switchboard, leg: Leg, outcome: LegOutcome) -> None:
    """A leg of a waiting call is gone without a talk."""
    call, volunteer = leg.call, leg.volunteer
    if volunteer is None:
        if call.transferring and leg.cancelled is None:
            overflow.transfer_failed(board, call)
        return
    if volunteer in call.tried:
        call.tried[volunteer] = board.now.mono_s
    if outcome is LegOutcome.UNREACHABLE:
        # the same human may be reached another way, at once and in the same wave
        call.next_endpoint[volunteer] = call.next_endpoint.get(volunteer, 0) + 1
        known = board.roster.volunteers.get(volunteer)
        if known is not None and call.next_endpoint[volunteer] < len(known.endpoints):
            call.tried.pop(volunteer, None)
        else:
            call.next_endpoint[volunteer] = 0
    elif outcome is LegOutcome.DECLINED or outcome is LegOutcome.FAILED:
        call.declined.add(volunteer)


def _next_wave(board: Switchboard, call: Call) -> None:
    """Start the next ring step, or the overflow after the last; the roster of this moment counts from here."""
    before = len(call.ring_steps)
    call.line = board.roster.lines.get(call.line.id, call.line)
    call.ring_steps = call.line.steps(call.plan)
    call.wave += 1
    if len(call.ring_steps) <= call.wave < before:
        call.wave = len(call.ring_steps) - 1  # the plan became shorter under a call that had steps before it
    call.tried.clear()
    call.filling = True
    if call.wave >= len(call.ring_steps):
        overflow.begin(board, call, Step.NOBODY)
        return
    step = call.ring_steps[call.wave]
    board.set_timer(Timer.WAVE, call.id, step.for_s)
    board.note(call, Fact.WAVE, detail=f"{call.wave + 1}: {step.group}")
    fill(board, call)


def give_up(board: Switchboard, call: Call) -> None:
    """The call's whole waiting time is up."""
    if call.transferring:
        overflow.transfer_failed(board, call)
    else:
        overflow.begin(board, call, Step.NOBODY)
