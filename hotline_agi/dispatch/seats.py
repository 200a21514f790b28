"""Which volunteer is free, and whose turn it is.

Each volunteer is one seat, free or not: a live leg occupies it (from `RingLeg` until its channel is *gone*, not until
it was told to go), and the wrap-up after a talk. That one rule keeps "one volunteer, one live leg" for all calls. Legs
that Asterisk turns out to have, against our belief, sit down beside whoever sits there: free is whom all have left.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from hotline_agi.terms.ids import LegId, VolunteerId


@dataclass(slots=True)
class _Seat:
    legs: set[LegId] = field(default_factory=set)
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
        assert not seat.legs, "a volunteer was rung twice"
        self._ringings += 1
        seat.legs.add(leg)
        seat.rung = self._ringings

    def adopt(self, volunteer: VolunteerId, leg: LegId) -> None:
        """`volunteer` was found busy with `leg`, which somebody else began or which we believed gone."""
        self._seat(volunteer).legs.add(leg)

    def leave(self, volunteer: VolunteerId, leg: LegId, *, resting_until_s: float | None = None) -> None:
        """`leg` is gone. With `resting_until_s` the volunteer wraps up until then."""
        seat = self._seat(volunteer)
        if leg in seat.legs:
            seat.legs.discard(leg)
            if resting_until_s is not None:
                seat.resting_until_s = max(seat.resting_until_s, resting_until_s)

    def is_free(self, volunteer: VolunteerId, now_s: float) -> bool:
        """Whether `volunteer` may be rung now."""
        seat = self._seats.get(volunteer)
        return seat is None or (not seat.legs and seat.resting_until_s <= now_s)

    def is_taken(self, volunteer: VolunteerId) -> bool:
        """Whether a leg rings `volunteer` or talks to them now."""
        seat = self._seats.get(volunteer)
        return seat is not None and bool(seat.legs)

    def by_turn(self, volunteers: Iterable[VolunteerId]) -> list[VolunteerId]:
        """`volunteers`, longest not rung first; who never rang keeps the roster's order."""
        return sorted(volunteers, key=lambda volunteer: self._seats[volunteer].rung if volunteer in self._seats else 0)
