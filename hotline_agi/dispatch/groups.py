"""The ring group of one call: whom it is for, how large it is, and how large it should be.

A ring step says a number, everybody, or *adaptive*: as few as experience (`acceptance.py`) says are enough for an
accept in time, bounded by a share of those who could be rung, which grows while the call waits and when others wait
too.
"""

from collections.abc import Iterator
from math import log

from hotline_agi.dispatch.acceptance import HOPELESS, PICKED_UP, PROMPT_S, log_miss
from hotline_agi.dispatch.pools import Pool
from hotline_agi.dispatch.state import Call, Leg, LegState
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import RingGroup, Want
from hotline_agi.terms.ids import VolunteerId

CROWD = 0.3
"""Each other call that waits raises the share by so much of itself: phones that ring are handed on anyway."""
LEAST_GROUP = 2
"""An adaptive step rings as many as this whatever `share` says: of three people one would be a third."""
GROW_BELOW = 0.5
"""An adaptive group grows when the chance that it brings an accept in time has sunk below this."""


def group_size(call: Call) -> int:
    """How many phones ring, or hear the accept prompt, for `call`."""
    return sum(leg.state is not LegState.CANCELLING for leg in call.legs.values())


def lacks(board: Switchboard, call: Call, *, anew: bool = True) -> bool:
    """Whether the group of `call` should be larger. `anew`: by a phone that does not ring yet."""
    if call.wave >= len(call.ring_steps):
        return False
    step = call.ring_steps[call.wave]
    if step.adaptive:
        return _group_lacks(board, call, _Group(board, call), anew=anew)
    if step.count is None:
        return True
    ringing = sum(leg.state is not LegState.CANCELLING and leg.wave == call.wave for leg in call.legs.values())
    return ringing < step.count


class Filling:
    """The group of `call` while it is being filled: what each phone that is added changes, without looking at all of
    them again. Holds as long as nothing else happens to the call."""

    def __init__(self, board: Switchboard, call: Call) -> None:
        self._board, self._call = board, call
        step = call.ring_steps[call.wave] if call.wave < len(call.ring_steps) else None
        self._group = _Group(board, call) if step is not None and step.adaptive else None

    def lacks(self) -> bool:
        """As `lacks`, by a phone that does not ring yet."""
        if self._group is None:
            return lacks(self._board, self._call)
        return _group_lacks(self._board, self._call, self._group, anew=True)

    def add(self, leg: Leg) -> None:
        """`leg` rings for the call now."""
        if self._group is not None:
            self._group.add(leg)


class _Group:
    """How many phones ring, and how likely (as a logarithm) it is that none of them brings an accept in time."""

    def __init__(self, board: Switchboard, call: Call) -> None:
        self._acceptance, self._now_s, self._within_s = board.acceptance, board.now.mono_s, call.line.adaptive.within_s
        self.size, self.missing = 0, 0.0
        for leg in call.legs.values():
            self.add(leg)

    def add(self, leg: Leg) -> None:
        if leg.state is LegState.CANCELLING:
            return
        self.size += 1
        if leg.picked_up_s is not None:
            chance = PICKED_UP if self._now_s - leg.picked_up_s < PROMPT_S else HOPELESS
        else:
            chance = self._acceptance.chance(leg.endpoint, self._within_s, self._now_s - leg.rang_s)
        self.missing += log_miss(chance)


def _group_lacks(board: Switchboard, call: Call, group: _Group, *, anew: bool) -> bool:
    """A group is filled until its chance is good enough, and left alone until the chance has sunk to `GROW_BELOW`: late
    phones help little, and each is somebody's. A phone that rings anyway is always welcome."""
    plan, size = call.line.adaptive, group.size
    if group.missing <= log(1.0 - plan.chance):
        call.filling = False
        return False
    if not anew:
        return True
    if group.missing > log(1.0 - GROW_BELOW):
        call.filling = True
    if not call.filling:
        return False
    could = size + sum(pool.free for pool, _ in pools_of(board, call))
    others = board.waiting.length(call.line.id)
    grown = 1.0 + max(0.0, board.now.mono_s - call.rings_since_s) / plan.within_s
    if size < max(LEAST_GROUP, round(min(1.0, plan.share * grown * (1.0 + CROWD * max(0, others - 1))) * could)):
        return True
    call.filling = False
    return False


def wants(board: Switchboard, call: Call) -> tuple[Want, ...]:
    """What a volunteer must fulfil for `call` now.

    A preference lapses with time, and at once where nobody is left who could meet it: whoever meets it declined, let it
    pass, or is away.
    """
    line = board.current_line(call)
    all_wants = line.wants_of(call.spoken)
    required = tuple(want for want in all_wants if want.for_s is None)
    if len(required) == len(all_wants) or call.wave >= len(call.ring_steps):
        return required
    waited_s = board.now.mono_s - call.arrived_s
    wanted = tuple(want for want in all_wants if want.for_s is None or waited_s < want.for_s)
    pool = board.pool(line, call.ring_steps[max(0, call.wave)].group, wanted)
    for leg in call.legs.values():
        if leg.state is not LegState.CANCELLING and leg.volunteer in pool.members:
            return wanted
    spent = {*call.declined, *call.tried}
    left = pool.free + pool.occupied
    if left > len(spent) or left > sum(_counts(board, pool, volunteer, True) for volunteer in spent):
        return wanted
    return required


def pools_of(board: Switchboard, call: Call) -> Iterator[tuple[Pool, RingGroup]]:
    """Whom the running step is for; then, of earlier steps' groups, who could not be rung in them."""
    if call.wave < 0 or call.wave >= len(call.ring_steps):
        return
    line, wanted = board.current_line(call), wants(board, call)
    now = call.ring_steps[call.wave].group
    yield board.pool(line, now, wanted), now
    for group in RingGroup:
        if group is not now and any(step.group is group for step in call.ring_steps[: call.wave]):
            yield board.pool(line, group, wanted), group


def somebody_may_come(board: Switchboard, call: Call) -> bool:
    """Whether anybody whom `call` may still ring is occupied, or (in an adaptive step) may be rung again later."""
    adaptive = call.wave < len(call.ring_steps) and call.ring_steps[call.wave].adaptive
    for pool, _ in pools_of(board, call):
        hopes = pool.occupied + (pool.free if adaptive else 0)
        spent = call.declined if adaptive else {*call.declined, *call.tried}
        if hopes > len(spent) or hopes > sum(_counts(board, pool, volunteer, adaptive) for volunteer in spent):
            return True
    return False


def _counts(board: Switchboard, pool: Pool, volunteer: VolunteerId, with_free: bool) -> bool:
    """Whether `volunteer` is among the occupied (and the free) ones of `pool`."""
    return volunteer in pool.members and pool.counts(board.seats.seat(volunteer), with_free)
