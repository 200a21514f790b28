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

How large a group should be is the ring step's word: a number, everybody, or *adaptive*: as few as experience
(`acceptance.py`) says are enough for an accept in time, bounded by a share of those who could be rung, which grows
while the call waits.
"""

from collections.abc import Iterator
from contextlib import closing
from math import log

from hotline_agi.dispatch.acceptance import HOPELESS, PICKED_UP, PROMPT_S, log_miss
from hotline_agi.dispatch.commands import CancelReason
from hotline_agi.dispatch.pools import Entry, Pool
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import Endpoint, RingGroup, Want
from hotline_agi.terms.ids import VolunteerId

AGAIN_S = 10.0
"""An adaptive step rings the same person again for the same call at the earliest so long after the last ring."""
CROWD = 0.3
"""Each other call that waits raises the share by so much of itself: phones that ring are handed on anyway."""
LEAST_GROUP = 2
"""An adaptive step rings as many as this whatever `share` says: of three people one would be a third."""
GROW_BELOW = 0.5
"""An adaptive group grows when the chance that it brings an accept in time has sunk below this."""
LOOK_AT = 64
"""So many calls, or people, that do not fit are looked at in one move; what is left over is found at the call's next
round, 4 s later at most."""


# ---- the group of a call


def group_size(call: Call) -> int:
    """How many phones ring, or hear the accept prompt, for `call`."""
    return sum(leg.state is not LegState.CANCELLING for leg in call.legs.values())


def lacks(board: Switchboard, call: Call, *, anew: bool = True) -> bool:
    """Whether the group of `call` should be larger. `anew`: by a phone that does not ring yet."""
    if call.wave >= len(call.ring_steps):
        return False
    step = call.ring_steps[call.wave]
    if step.adaptive:
        return _adaptive_lacks(board, call, anew=anew)
    if step.count is None:
        return True
    ringing = sum(leg.state is not LegState.CANCELLING and leg.wave == call.wave for leg in call.legs.values())
    return ringing < step.count


def _adaptive_lacks(board: Switchboard, call: Call, *, anew: bool) -> bool:
    """A group is filled until its chance is good enough, and left alone until the chance has sunk to `GROW_BELOW`: late
    phones help little, and each is somebody's. A phone that rings anyway is always welcome."""
    plan, now_s = call.line.adaptive, board.now.mono_s
    size, missing = 0, 0.0
    for leg in call.legs.values():
        if leg.state is LegState.CANCELLING:
            continue
        size += 1
        if leg.picked_up_s is not None:
            missing += log_miss(PICKED_UP if now_s - leg.picked_up_s < PROMPT_S else HOPELESS)
        else:
            missing += log_miss(board.acceptance.chance(leg.endpoint, plan.within_s, now_s - leg.rang_s))
    if missing <= log(1.0 - plan.chance):
        call.filling = False
        return False
    if not anew:
        return True
    if missing > log(1.0 - GROW_BELOW):
        call.filling = True
    if not call.filling:
        return False
    could = size + sum(pool.free for pool, _ in _pools(board, call))
    others = board.waiting.length(call.line.id)
    grown = 1.0 + max(0.0, now_s - call.rings_since_s) / plan.within_s
    if size < max(LEAST_GROUP, round(min(1.0, plan.share * grown * (1.0 + CROWD * max(0, others - 1))) * could)):
        return True
    call.filling = False
    return False


def wants(board: Switchboard, call: Call) -> tuple[Want, ...]:
    """What a volunteer must fulfil for `call` now: a preference lapses with time, and where nobody could meet it."""
    line = board.current_line(call)
    if not line.wants or call.wave >= len(call.ring_steps):
        return line.required
    waited_s = board.now.mono_s - call.arrived_s
    wanted = tuple(want for want in line.wants if want.for_s is None or waited_s < want.for_s)
    group = call.ring_steps[max(0, call.wave)].group
    return wanted if board.pool(line, group, wanted).members else line.required


def _pools(board: Switchboard, call: Call) -> Iterator[tuple[Pool, RingGroup]]:
    """Whom the running step is for; then, of earlier steps' groups, who could not be rung in them."""
    if call.wave < 0 or call.wave >= len(call.ring_steps):
        return
    line, wanted = board.current_line(call), wants(board, call)
    now = call.ring_steps[call.wave].group
    yield board.pool(line, now, wanted), now
    for group in RingGroup:
        if group is not now and any(step.group is group for step in call.ring_steps[: call.wave]):
            yield board.pool(line, group, wanted), group


def _may_take(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    """Whether `call` may have `volunteer`, who rings or accepts already."""
    return volunteer not in call.declined and any(volunteer in pool.members for pool, _ in _pools(board, call))


def somebody_may_come(board: Switchboard, call: Call) -> bool:
    """Whether anybody whom `call` may still ring is occupied, or (in an adaptive step) may be rung again later."""
    adaptive = call.wave < len(call.ring_steps) and call.ring_steps[call.wave].adaptive
    for pool, _ in _pools(board, call):
        hopes = pool.occupied + (pool.free if adaptive else 0)
        if hopes > len(call.declined) + (0 if adaptive else len(call.tried)):
            return True
        spent = call.declined if adaptive else {*call.declined, *call.tried}
        away = sum(_counts(board, pool, volunteer, adaptive) for volunteer in spent)
        if hopes > away:
            return True
    return False


def _counts(board: Switchboard, pool: Pool, volunteer: VolunteerId, adaptive: bool) -> bool:
    """Whether `volunteer` is among those whom `somebody_may_come` counted in `pool`."""
    return volunteer in pool.members and pool.counts(board.seats.seat(volunteer), adaptive)


# ---- pull


def pull(board: Switchboard, call: Call) -> list[VolunteerId]:
    """Ring whom `call` lacks; returns who is rung."""
    rung: list[VolunteerId] = []
    if not board.wants_people(call):
        return rung
    for pool, group in _pools(board, call):
        rung += _ring_in_turn(board, call, pool, earlier=group is not call.ring_steps[call.wave].group)
    if lacks(board, call, anew=False):
        _take_over(board, call)
    mark(board, call)
    return rung


def _ring_in_turn(board: Switchboard, call: Call, pool: Pool, *, earlier: bool) -> list[VolunteerId]:
    """Ring people of `pool` as long as `call` lacks some; who was rung for it already comes last, if at all."""
    rung: list[VolunteerId] = []
    passed: list[Entry] = []
    turns = pool.in_turn()
    while lacks(board, call) and len(passed) < LOOK_AT and (entry := next(turns, None)) is not None:
        volunteer = entry[3]
        again = volunteer in call.tried or (earlier and volunteer in call.attempts)
        if again or not _can_be_rung(board, call, volunteer):
            passed.append(entry)
        else:
            _ring(board, call, volunteer, pool)
            rung.append(volunteer)
    if call.ring_steps[call.wave].adaptive and not earlier:
        for entry in sorted(passed, key=lambda entry: call.attempts.get(entry[3], 0)):
            volunteer = entry[3]
            if not lacks(board, call):
                break
            if board.now.mono_s - call.tried.get(volunteer, 0.0) >= AGAIN_S and _can_be_rung(board, call, volunteer):
                _ring(board, call, volunteer, pool)
                rung.append(volunteer)
                passed.remove(entry)
    pool.put_back(passed)
    return rung


def _can_be_rung(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    return volunteer not in call.declined and endpoint_of(board, call, volunteer) is not None


def endpoint_of(board: Switchboard, call: Call, volunteer: VolunteerId) -> Endpoint | None:
    """On which of their endpoints to ring `volunteer` for `call`: the first, in their order, that can be reached."""
    known = board.roster.volunteers.get(volunteer)
    if known is None:
        return None
    first = min(call.next_endpoint.get(volunteer, 0), max(0, len(known.endpoints) - 1))
    ahead = (*known.endpoints[first:], *known.endpoints[:first])
    return next((endpoint for endpoint in ahead if board.is_reachable(endpoint)), None)


def _ring(board: Switchboard, call: Call, volunteer: VolunteerId, pool: Pool | None) -> None:
    endpoint = endpoint_of(board, call, volunteer)
    assert endpoint is not None
    call.tried[volunteer] = board.now.mono_s
    call.attempts[volunteer] = call.attempts.get(volunteer, 0) + 1
    ring_s = call.line.ring_timeout_s
    if call.ring_steps[call.wave].adaptive:
        ring_s = board.acceptance.ring_s(endpoint, ring_s)
    if pool is not None:
        pool.rung(board.seats.seat(volunteer))
    board.ring(call, endpoint, volunteer, ring_s)


def _take_over(board: Switchboard, call: Call) -> None:
    """Nobody is free: take phones of the largest groups, as long as they stay at least as large as this one."""
    looked = 0
    with closing(board.givers.in_order()) as givers:
        for giver in givers:
            looked += 1
            if looked > LOOK_AT or group_size(giver) < group_size(call) + 2:
                break
            if giver is call or not board.wants_people(giver):
                continue
            while group_size(giver) >= group_size(call) + 2 and lacks(board, call, anew=False):
                leg = _spare(board, giver, call)
                if leg is None:
                    break
                board.hand_over(leg, call)
            mark(board, giver)
            if not lacks(board, call, anew=False):
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
    size = group_size(call)
    if lacks(board, call, anew=False):
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
    with closing(board.needy.in_order()) as needy:
        for looked, call in enumerate(needy):
            if looked >= LOOK_AT:
                return None
            if (
                board.wants_people(call)
                and _was_not_rung(board, call, volunteer)
                and _may_take(board, call, volunteer)
                and _can_be_rung(board, call, volunteer)
                and lacks(board, call)
            ):
                return call
    return None


def _was_not_rung(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    last_s = call.tried.get(volunteer)
    if last_s is None:
        return True
    return call.ring_steps[call.wave].adaptive and board.now.mono_s - last_s >= AGAIN_S


def _pool_with(board: Switchboard, call: Call, volunteer: VolunteerId) -> Pool | None:
    return next((pool for pool, _ in _pools(board, call) if volunteer in pool.members), None)


# ---- release


def release(board: Switchboard, call: Call, reason: CancelReason) -> None:
    """`call` needs its phones no more (all but its winner's): hand each to who can use it, cancel the others."""
    forget(board, call)
    legs = [leg for leg in call.legs.values() if leg is not call.winner and leg.state is not LegState.CANCELLING]
    # who holds the phone already first, then who has rung longest: they are nearest to an accept
    for leg in sorted(legs, key=lambda leg: (leg.state is not LegState.ANSWERED, leg.rang_s)):
        heir = _heir(board, leg)
        if heir is None:
            board.cancel(leg, reason)
        else:
            board.hand_over(leg, heir)
            mark(board, heir)


def _heir(board: Switchboard, leg: Leg) -> Call | None:
    if leg.volunteer is None:
        return None
    with closing(board.needy.in_order()) as needy:
        for looked, call in enumerate(needy):
            if looked >= LOOK_AT:
                return None
            if (
                call is not leg.call
                and board.wants_people(call)
                and _may_have(board, call, leg)
                and lacks(board, call, anew=False)
            ):
                return call
    return None


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
