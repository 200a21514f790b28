"""Which volunteer is free, and whose turn it is.

Each volunteer is one seat with at most one occupant: a live leg (from `RingLeg` until its channel is *gone*, not until
it was told to go), or the wrap-up after a talk. That one rule keeps "one volunteer, one live leg" for all calls.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline_agi.terms.ids import LegId, VolunteerId


@dataclass(slots=True)
class _Seat:
    leg: LegId | None = None
    resting_until_s: float = float("-inf")
    rung: int = 0
    """The count of all ringings at which this one was rung last; 0: never. Orders by "longest not rung"."""


class Seats:
    """The occupancy of all volunteers, over all lines."""

    def __init__(self) -> None:
        self._seats: dict[VolunteerId, _Seat] = {}
        self._ringings = 0

    def _seat(self, volunteer: VolunteerId) -> _Seat:
        return self._seats.setdefault(volunteer, _Seat())

    def take(self, volunteer: VolunteerId, leg: LegId) -> None:
        """`leg` rings `volunteer` now."""
        seat = self._seat(volunteer)
        assert seat.leg is None, "a volunteer was rung twice"
        self._ringings += 1
        seat.leg, seat.rung = leg, self._ringings

    def adopt(self, volunteer: VolunteerId, leg: LegId) -> bool:
        """`volunteer` was found busy with `leg`, which somebody else began. False if the seat is taken already."""
        seat = self._seat(volunteer)
        if seat.leg is not None:
            return False
        seat.leg = leg
        return True

    def leave(self, volunteer: VolunteerId, leg: LegId, *, resting_until_s: float | None = None) -> None:
        """`leg` is gone. With `resting_until_s` the volunteer wraps up until then."""
        seat = self._seat(volunteer)
        if seat.leg == leg:
            seat.leg = None
            if resting_until_s is not None:
                seat.resting_until_s = max(seat.resting_until_s, resting_until_s)

    def is_free(self, volunteer: VolunteerId, now_s: float) -> bool:
        """Whether `volunteer` may be rung now."""
        seat = self._seats.get(volunteer)
        return seat is None or (seat.leg is None and seat.resting_until_s <= now_s)

    def leg_of(self, volunteer: VolunteerId) -> LegId | None:
        seat = self._seats.get(volunteer)
        return seat.leg if seat else None

    def by_turn(self, volunteers: Iterable[VolunteerId]) -> list[VolunteerId]:
        """`volunteers`, longest not rung first; who never rang keeps the roster's order."""
        return sorted(volunteers, key=lambda volunteer: self._seats[volunteer].rung if volunteer in self._seats else 0)
