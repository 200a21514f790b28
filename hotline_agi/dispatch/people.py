"""What happens to a volunteer besides ringing: wrap-up, pause, rest after missed rings, limits, devices, shifts.

Nobody who rests leaves their line without anybody: the last who can be reached is not rested, and who rests comes back
when the others go. A pause and a limit are kept even then: the one is a person's word, the other protects them.
"""

from datetime import datetime
from math import inf

from hotline_agi.dispatch import limits, notices
from hotline_agi.dispatch.events import DeviceChanged
from hotline_agi.dispatch.seats import Place, Seat
from hotline_agi.dispatch.state import Leg
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster import canary
from hotline_agi.roster.model import EndpointKind, Line
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.outcomes import LegOutcome
from hotline_agi.terms.standing import VolunteerState

_MISSED = (LegOutcome.NO_ANSWER, LegOutcome.NOT_ACCEPTED)
_LEARNED = (*_MISSED, LegOutcome.DECLINED)
"""Rings that a person, or nobody, ended; of the others we ended some ourselves, and the network the rest."""
_CUT_SHORT = (LegOutcome.ELSEWHERE, LegOutcome.CALLER_LEFT, LegOutcome.WITHDRAWN)


def leg_gone(board: Switchboard, leg: Leg, outcome: LegOutcome) -> None:
    """A leg's channel is gone: free the volunteer's seat, after what the leg was to them."""
    if leg.volunteer is None:
        return
    seat, now_s, line = board.seats.seat(leg.volunteer), board.now.mono_s, leg.call.line
    _learn(board, leg, outcome)
    if leg.accepted_s is not None or outcome is LegOutcome.DECLINED:
        seat.missed = 0
    elif outcome in _MISSED:
        seat.missed += 1
    wraps_until_s = None
    if leg.talk_began_s is not None:
        talk_s = leg.talked_s(now_s)
        limits.count_talk(board, seat, line, talk_s)
        # who is asked for a result, or leaves a note, rests no longer for it
        ended_s = leg.talk_ended_s if leg.asks_after and leg.talk_ended_s is not None else now_s
        wraps_until_s = None if seat.declines_wrap_up else ended_s + wrap_up_s(line, talk_s)
        seat.declines_wrap_up = False
    if outcome in _MISSED and line.rest is not None and seat.missed >= line.rest.missed:
        seat.missed = 0
        if _others_are_there(board, board.current_line(leg.call), leg.volunteer):
            seat.rests_until_s = now_s + line.rest.for_s
    rested = seat.state is VolunteerState.RESTING
    board.seats.leave(leg.volunteer, leg.id, now_s, wraps_until_s=wraps_until_s)
    if seat.place is Place.AWAY:
        keep_somebody(board)
    if seat.state is VolunteerState.RESTING and not rested:
        notices.tell_resting(board, leg.volunteer, board.now.at, board.now.when(seat.rests_until_s))


def wrap_up_s(line: Line, talk_s: float) -> float:
    """How long a volunteer wraps up after a talk of `talk_s` on `line`."""
    longer = line.long_wrap_up
    return longer.wrap_up_s if longer is not None and talk_s >= longer.talk_s else line.wrap_up_s


def wraps_up(board: Switchboard, volunteer: VolunteerId, line: Line, talk_s: float, *, since_s: float) -> None:
    """A talk that this machine did not see the end of was over at `since_s`."""
    seat = board.seats.seat(volunteer)
    seat.wraps_until_s = max(seat.wraps_until_s, since_s + wrap_up_s(line, talk_s))
    _settle(board, seat)


def rests(board: Switchboard, volunteer: VolunteerId, until_s: float) -> None:
    """An earlier run let them rest."""
    seat = board.seats.seat(volunteer)
    seat.rests_until_s = until_s
    _settle(board, seat)
    keep_somebody(board)


def _learn(board: Switchboard, leg: Leg, outcome: LegOutcome) -> None:
    accepted = leg.accepted_s is not None
    if leg.endpoint.id == canary.ENDPOINT:
        return  # a machine answers: it says nothing of people
    if accepted or outcome in _LEARNED or outcome in _CUT_SHORT:
        board.acceptance.learn(
            leg.endpoint.id,
            leg.endpoint.kind,
            (leg.accepted_s or board.now.mono_s) - leg.rang_s,
            board.now.mono_s,
            accepted=accepted,
            whole=outcome in _LEARNED,
        )


# ---- shifts


def duty_changed(board: Switchboard, line: Line, duty: Duty) -> datetime:
    """Other people are on duty for `line` than when somebody looked last, or a shift is over; when the next one is."""
    until_at = limits.shifts_begin(board, line, duty)
    keep_somebody(board)
    return until_at


def roster_changed(board: Switchboard) -> None:
    """Other people, with other phones: what was heard of softphones counts for whoever has them now."""
    board.pools.forget(board.roster)
    limits.look_again(board)
    for endpoint in board.devices:
        for volunteer in board.owners(endpoint):
            look_at_devices(board, volunteer)
    keep_somebody(board)


# ---- what they say


def paused(board: Switchboard, volunteer: VolunteerId, for_s: float | None) -> None:
    """They asked not to be rung; a phone of theirs that rings now rings on."""
    seat = board.seats.seat(volunteer)
    seat.paused_until_s = inf if for_s is None else board.now.mono_s + max(0.0, for_s)
    _settle(board, seat)
    board.note_pause(seat)
    keep_somebody(board)


def resumed(board: Switchboard, volunteer: VolunteerId) -> None:
    """They are there: pause, rest and wrap-up are over. A limit is not: it is there for them."""
    seat = board.seats.seat(volunteer)
    seat.paused_until_s = seat.rests_until_s = seat.wraps_until_s = -inf
    seat.missed = 0
    for call in board.calls.values():
        call.tried.pop(volunteer, None)  # they let it pass before they said that they are there
    _settle(board, seat)
    board.note_pause(seat)
    board.pools.freed.append(volunteer)


def wrap_up_declined(board: Switchboard, leg: Leg) -> None:
    """On the line of the talk that is over: no rest, this time."""
    if leg.volunteer is not None and leg.talked:
        board.seats.seat(leg.volunteer).declines_wrap_up = True


def wrap_up_over(board: Switchboard, volunteer: VolunteerId) -> None:
    """The same on a leg of an earlier run, whose wrap-up was worked out already."""
    seat = board.seats.seat(volunteer)
    seat.wraps_until_s = -inf
    _settle(board, seat)


def woke(board: Switchboard, volunteer: VolunteerId) -> None:
    """An instant passed at which the state of somebody may end."""
    _settle(board, board.seats.seat(volunteer))


def _settle(board: Switchboard, seat: Seat) -> None:
    was = seat.state
    board.seats.settle(seat, board.now.mono_s)
    if seat.state is was and seat.until_s() < inf:
        board.wake_at(seat)  # the state is the same and its end another


# ---- devices


def device_changed(board: Switchboard, changed: DeviceChanged) -> None:
    """A softphone came, went, or is in a call."""
    board.devices.setdefault(changed.endpoint, {})[changed.node] = changed
    for volunteer in board.owners(changed.endpoint):
        look_at_devices(board, volunteer)
    keep_somebody(board)


def look_at_devices(board: Switchboard, volunteer: VolunteerId) -> None:
    """Whether `volunteer` can be reached at all, and is in a call of their own. Nothing heard: reachable, idle."""
    person = board.roster.volunteers.get(volunteer)
    seat = board.seats.seat(volunteer)
    if person is not None:
        seat.reachable = any(board.is_reachable(endpoint) for endpoint in person.endpoints)
        seat.elsewhere = any(
            device.busy
            for endpoint in person.endpoints
            if endpoint.kind is EndpointKind.SOFTPHONE
            for device in board.devices.get(endpoint.id, {}).values()
        )
    _settle(board, seat)


# ---- never nobody


def keep_somebody(board: Switchboard) -> None:
    """Where those who could be rung are all gone, who rests is rung after all."""
    if not board.resting:
        return
    for line in board.roster.lines.values():
        duty = board.duty(line)
        resting = [who for who in (*duty.volunteers, *duty.backup) if who in board.resting]
        if resting and not any(_is_there(board, line, who) for who in (*duty.volunteers, *duty.backup)):
            for who in resting:
                seat = board.seats.seat(who)
                seat.rests_until_s = -inf
                _settle(board, seat)


def _others_are_there(board: Switchboard, line: Line, volunteer: VolunteerId) -> bool:
    duty = board.duty(line)
    return any(other != volunteer and _is_there(board, line, other) for other in (*duty.volunteers, *duty.backup))


def _is_there(board: Switchboard, line: Line, volunteer: VolunteerId) -> bool:
    """Whether a call of `line` could ring `volunteer` soon: who talks may do so for an hour."""
    person, seat = board.roster.volunteers.get(volunteer), board.seats.seat(volunteer)
    if person is None or seat.place is Place.AWAY or seat.state is VolunteerState.TALKING:
        return False
    return line.may_ring(person)
