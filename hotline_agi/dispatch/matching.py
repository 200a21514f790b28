"""All waiting calls and all free volunteers, matched together.

Each waiting call has a ring group: the phones that ring for it. Groups are disjoint, since a volunteer has one live
leg. Three moves keep every phone that rings at work for whoever waits, and none of them stops a phone that could still
be of use:

- *pull*: a call whose group is too small rings the next of its people in turn, and when none is free takes over a phone
  from the largest group, as long as that one stays the larger (groups widen when there is room, and yield when there
  is not);
- *offer*: a volunteer who comes free is rung for the call with the smallest group that can use them;
- *release*: when a call needs its phones no more, each is handed to another call that can use it, and only else
  cancelled. The seconds that it has rung are not lost, which is what a queue of calls that hunt alone loses most.

And who accepts gets the call that is served first among those that they may take, whichever their phone rang for. So
who waits longest is served first, whatever the groups are.

How large a group should be: `groups.py`.
"""

from collections.abc import Callable
from contextlib import closing
from itertools import islice

from hotline_agi.dispatch import groups
from hotline_agi.dispatch.commands import CancelReason
from hotline_agi.dispatch.pools import Entry, Pool
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import Endpoint
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState

AGAIN_S = 10.0
"""An adaptive step rings the same person again for the same call at the earliest so long after the last ring."""
LOOK_AT = 64
"""So many calls that do not fit are looked at in one move, and so many of those who are spared are rung; what is left
over is found at the call's next round, 4 s later at most."""


def _may_take(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    """Whether `call` may have `volunteer`, who rings or accepts already."""
    return volunteer not in call.declined and _pool_with(board, call, volunteer) is not None


def _pool_with(board: Switchboard, call: Call, volunteer: VolunteerId) -> Pool | None:
    return next((pool for pool, _ in groups.pools_of(board, call) if volunteer in pool.members), None)


# ---- pull


def pull(board: Switchboard, call: Call) -> list[VolunteerId]:
    """Ring whom `call` lacks; returns who is rung."""
    rung: list[VolunteerId] = []
    if not board.wants_people(call):
        return rung
    for pool, group in groups.pools_of(board, call):
        rung += _ring_in_turn(board, call, pool, earlier=group is not call.ring_steps[call.wave].group)
    if groups.lacks(board, call, anew=False):
        _take_over(board, call)
    mark(board, call)
    return rung


def _ring_in_turn(board: Switchboard, call: Call, pool: Pool, *, earlier: bool) -> list[VolunteerId]:
    """Ring people of `pool` as long as `call` lacks some; who was rung for it already comes last, if at all."""
    rung: list[VolunteerId] = []
    passed: list[Entry] = []
    turns = pool.in_turn()
    filling = groups.Filling(board, call)
    while filling.lacks() and (entry := next(turns, None)) is not None:
        volunteer = entry[3]
        again = volunteer in call.tried or (earlier and volunteer in call.attempts)
        if again or not _can_be_rung(board, call, volunteer):
            passed.append(entry)
        else:
            filling.add(_ring(board, call, volunteer, pool))
            rung.append(volunteer)
    if call.ring_steps[call.wave].adaptive and not earlier:
        for entry in sorted(passed, key=lambda entry: call.attempts.get(entry[3], 0)):
            volunteer = entry[3]
            if not filling.lacks():
                break
            if board.now.mono_s - call.tried.get(volunteer, 0.0) >= AGAIN_S and _can_be_rung(board, call, volunteer):
                filling.add(_ring(board, call, volunteer, pool))
                rung.append(volunteer)
                passed.remove(entry)
    pool.put_back(passed)
    return rung


def pull_spared(board: Switchboard, call: Call, *states: VolunteerState) -> list[VolunteerId]:
    """Ring people who are usually spared: the last resort of a call for which nothing rings; returns who is rung.

    UNREACHABLE: what was heard of a phone may be wrong or late (it registers in this moment, Asterisk has just been
    restarted), and a caller must not be sent away for that. If the phone is gone indeed, Asterisk says so within
    milliseconds. RESTING: who missed some calls is better than nobody.
    """
    rung: list[VolunteerId] = []
    while len(rung) < LOOK_AT and groups.lacks(board, call):
        found = _spared(board, call, states)
        if found is None:
            break
        _ring(board, call, *found)
        rung.append(found[0])
    return rung


def _spared(board: Switchboard, call: Call, states: tuple[VolunteerState, ...]) -> tuple[VolunteerId, Pool] | None:
    for pool, _ in groups.pools_of(board, call):
        for volunteer in pool.members:
            seat = board.seats.seat(volunteer)
            if (
                seat.state in states
                and seat.wraps_until_s <= board.now.mono_s
                and not seat.elsewhere
                and volunteer not in call.tried
                and volunteer not in call.declined
            ):
                return volunteer, pool
    return None


def _can_be_rung(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    return volunteer not in call.declined and endpoint_of(board, call, volunteer) is not None


def endpoint_of(board: Switchboard, call: Call, volunteer: VolunteerId) -> Endpoint | None:
    """On which of their endpoints to ring `volunteer` for `call`: the first, in their order, that can be reached; where
    none can, the first."""
    known = board.roster.volunteers.get(volunteer)
    if known is None or not known.endpoints:
        return None
    first = min(call.next_endpoint.get(volunteer, 0), len(known.endpoints) - 1)
    ahead = (*known.endpoints[first:], *known.endpoints[:first])
    return next((endpoint for endpoint in ahead if board.is_reachable(endpoint)), ahead[0])


def _ring(board: Switchboard, call: Call, volunteer: VolunteerId, pool: Pool | None) -> Leg:
    endpoint = endpoint_of(board, call, volunteer)
    assert endpoint is not None
    call.tried[volunteer] = board.now.mono_s
    call.attempts[volunteer] = call.attempts.get(volunteer, 0) + 1
    ring_s = call.line.ring_timeout_s
    if call.ring_steps[call.wave].adaptive:
        ring_s = board.acceptance.ring_s(endpoint, ring_s)
    if pool is not None:
        pool.rung(board.seats.seat(volunteer))
    return board.ring(call, endpoint, volunteer, ring_s)


def _take_over(board: Switchboard, call: Call) -> None:
    """Nobody is free: take phones of the largest groups, as long as they stay at least as large as this one."""
    looked = 0
    with closing(board.givers.in_order()) as givers:
        for giver in givers:
            looked += 1
            if looked > LOOK_AT or groups.group_size(giver) < groups.group_size(call) + 2:
                break
            if giver is call or not board.wants_people(giver):
                continue
            while groups.group_size(giver) >= groups.group_size(call) + 2 and groups.lacks(board, call, anew=False):
                leg = _spare(board, giver, call)
                if leg is None:
                    break
                board.hand_over(leg, call)
            mark(board, giver)
            if not groups.lacks(board, call, anew=False):
                break


def _spare(board: Switchboard, giver: Call, call: Call) -> Leg | None:
    """The phone of `giver` that has rung the shortest and that `call` may have."""
    legs = [leg for leg in giver.legs.values() if leg.state is LegState.RINGING and _may_have(board, call, leg)]
    return max(legs, key=lambda leg: leg.rang_s, default=None)


def _may_have(board: Switchboard, call: Call, leg: Leg) -> bool:
    """Whether `leg`, which is another call's, may become one of `call`."""
    return (
        leg.volunteer is not None
        and leg.node == call.node
        and leg.language == call.line.language
        and _may_take(board, call, leg.volunteer)
    )


def mark(board: Switchboard, call: Call) -> None:
    """Remember how large the group of `call` is."""
    if not board.stands_in_queue(call):
        forget(board, call)
        return
    size = groups.group_size(call)
    if groups.lacks(board, call, anew=False):
        board.needy.mark(call, size)
    else:
        board.needy.drop(call)
    if size > 1:
        board.givers.mark(call, size)
    else:
        board.givers.drop(call)


def forget(board: Switchboard, call: Call) -> None:
    """`call` wants nobody any more."""
    board.waiting.drop(call)
    board.needy.drop(call)
    board.givers.drop(call)


# ---- offer


def offer_freed(board: Switchboard) -> list[tuple[Call, VolunteerId]]:
    """Ring everybody who came free for the call that needs them most; returns who is rung for whom."""
    rung = []
    while board.pools.freed:
        volunteer = board.pools.freed.pop()
        if board.seats.is_free(volunteer):
            call = _neediest(board, volunteer)
            if call is not None:
                _ring(board, call, volunteer, _pool_with(board, call, volunteer))
                mark(board, call)
                rung.append((call, volunteer))
    return rung


def _neediest(board: Switchboard, volunteer: VolunteerId) -> Call | None:
    return _first_needy(
        board,
        lambda call: (
            _was_not_rung(board, call, volunteer)
            and _may_take(board, call, volunteer)
            and _can_be_rung(board, call, volunteer)
            and groups.lacks(board, call)
        ),
    )


def _first_needy(board: Switchboard, fits: Callable[[Call], bool]) -> Call | None:
    """The call with the smallest group, of those that want people and that it `fits`."""
    with closing(board.needy.in_order()) as needy:
        return next((call for call in islice(needy, LOOK_AT) if board.wants_people(call) and fits(call)), None)


def _was_not_rung(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    last_s = call.tried.get(volunteer)
    if last_s is None:
        return True
    return call.ring_steps[call.wave].adaptive and board.now.mono_s - last_s >= AGAIN_S


# ---- release


def release(board: Switchboard, call: Call, reason: CancelReason) -> None:
    """`call` needs its phones no more (all but its winner's): hand each to who can use it, cancel the others."""
    forget(board, call)
    legs = [leg for leg in call.legs.values() if leg is not call.winner and leg.state is not LegState.CANCELLING]
    # who holds the phone already first, then who has rung longest: they are nearest to an accept
    for leg in sorted(legs, key=lambda leg: (leg.state is not LegState.ANSWERED, leg.rang_s)):
        _pass_on(board, leg, reason)


def let_go_misfits(board: Switchboard, call: Call, reason: CancelReason) -> None:
    """`call` wants other people than a moment ago: hand on, or cancel, the phones of those who do not fit any more."""
    for leg in list(call.legs.values()):
        gone = leg.state is LegState.CANCELLING or leg is call.winner
        if gone or leg.volunteer is None or _may_take(board, call, leg.volunteer):
            continue
        _pass_on(board, leg, reason)
    mark(board, call)


def _pass_on(board: Switchboard, leg: Leg, reason: CancelReason) -> None:
    """Hand a phone that its call needs no more to who can use it; cancel it where nobody can."""
    heir = _heir(board, leg)
    if heir is None:
        board.cancel(leg, reason)
    else:
        board.hand_over(leg, heir)
        mark(board, heir)


def _heir(board: Switchboard, leg: Leg) -> Call | None:
    return _first_needy(
        board,
        lambda call: call is not leg.call and _may_have(board, call, leg) and groups.lacks(board, call, anew=False),
    )


# ---- accept


def served_first(board: Switchboard, leg: Leg) -> Call | None:
    """Which call gets the volunteer who accepts on `leg`: of those that they may take, the one that is served first."""
    best = leg.call if _is_there(leg.call) else None
    if leg.volunteer is None:
        return best
    now_s = board.now.mono_s
    for line in board.waiting.lines():
        for looked, call in enumerate(board.waiting.of_line(line, now_s)):
            if looked >= LOOK_AT or (
                best is not None and board.waiting.key(best, now_s) <= board.waiting.key(call, now_s)
            ):
                break
            if board.wants_people(call) and _may_have(board, call, leg):
                best = call
                break
    return best


def _is_there(call: Call) -> bool:
    """Whether somebody waits in `call` whom its own leg may take."""
    return call.state is CallState.WAITING and not (call.left or call.hanging_up)
