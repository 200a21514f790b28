"""Where each volunteer stands: free, occupied for the moment, or away.

Each volunteer is one seat, over all lines. A live leg occupies it (from `RingLeg` until its channel is *gone*, not
until it was told to go); that one rule keeps "one volunteer, one live leg" for all calls. Legs that Asterisk turns out
to have, against our belief, sit down beside whoever sits there: free is whom all have left. Besides, somebody may wrap
up, be paused, rest after missed rings, be over a limit, be unreachable, or be in a call that is not ours.

Who changes a seat calls `settle` afterwards: it works out the place anew and tells the listeners (the pools of free
people) what became of it. Nothing here looks at a line or a call.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto
from math import inf

from hotline_agi.terms.ids import LegId, VolunteerId
from hotline_agi.terms.standing import VolunteerState


class Place(Enum):
    FREE = auto()
    """May be rung now."""
    OCCUPIED = auto()
    """A leg, a wrap-up or a private call: may come free within a call's waiting time."""
    AWAY = auto()
    """Not to be waited for: paused, resting, over a limit, unreachable."""


_PLACES = {
    VolunteerState.AVAILABLE: Place.FREE,
    VolunteerState.RINGING: Place.OCCUPIED,
    VolunteerState.TALKING: Place.OCCUPIED,
    VolunteerState.WRAP_UP: Place.OCCUPIED,
    VolunteerState.IN_OTHER_CALL: Place.OCCUPIED,
    VolunteerState.PAUSED: Place.AWAY,
    VolunteerState.OVER_LIMIT: Place.AWAY,
    VolunteerState.RESTING: Place.AWAY,
    VolunteerState.UNREACHABLE: Place.AWAY,
}


@dataclass(slots=True, eq=False)
class Seat:
    """One volunteer. Instants are monotonic seconds; in the past: not in force."""

    volunteer: VolunteerId
    legs: set[LegId] = field(default_factory=set)
    talking: bool = False
    """One of the legs is in a talk."""
    wraps_until_s: float = -inf
    declines_wrap_up: bool = False
    """They said, on the leg of the talk that is just over, that they need none."""
    rests_until_s: float = -inf
    paused_until_s: float = -inf
    """`inf`: until they resume."""
    is_full: bool = False
    """So many calls as they take in a shift."""
    day_over_until_s: float = -inf
    """So many minutes as they talk in a day."""
    break_until_s: float = -inf
    """So many minutes as they talk in a row."""
    reachable: bool = True
    elsewhere: bool = False
    """In a call that is not ours."""

    place: Place = Place.FREE
    state: VolunteerState = VolunteerState.AVAILABLE
    stamp: int = 0
    """Changes whenever the state does: what was said of this seat before is stale."""

    # whose turn it is
    rung: int = 0
    """The count of all ringings at which this one was rung last; 0: never."""
    lap: int = 0
    """Round robin: how many times round this one is."""

    # what they did
    shift_from_at: datetime | None = None
    """Of the shift that `calls` and `talk_s` belong to."""
    shift_until_at: datetime | None = None
    missed: int = 0
    """Rings in a row that they let pass."""
    calls: int = 0
    """Talks in this shift."""
    talk_s: float = 0.0
    """In this shift."""
    day: date | None = None
    """To which `day_talk_s` belongs, where their line is."""
    day_talk_s: float = 0.0
    row_s: float = 0.0
    """Talk without a break."""
    talk_ended_s: float = -inf

    def until_s(self) -> float:
        """When the present state ends by itself; `inf` if it does not."""
        match self.state:
            case VolunteerState.WRAP_UP:
                return self.wraps_until_s
            case VolunteerState.RESTING:
                return self.rests_until_s
            case VolunteerState.PAUSED:
                return self.paused_until_s
            case VolunteerState.OVER_LIMIT:
                return inf if self.is_full else max(self.day_over_until_s, self.break_until_s)
            case _:
                return inf


class Seats:
    """The occupancy of all volunteers, over all lines."""

    def __init__(self, moved: Callable[[Seat, Place], None]) -> None:
        """`moved(seat, before)` is told of every change of a seat's state; `before` is the place that it had."""
        self._seats: dict[VolunteerId, Seat] = {}
        self._moved = moved
        self._ringings = 0

    def seat(self, volunteer: VolunteerId) -> Seat:
        found = self._seats.get(volunteer)
        if found is None:
            found = self._seats[volunteer] = Seat(volunteer)
        return found

    def known(self) -> list[Seat]:
        """The seats of all volunteers that anything ever happened to."""
        return list(self._seats.values())

    def take(self, volunteer: VolunteerId, leg: LegId, now_s: float) -> None:
        """`leg` rings `volunteer` now."""
        seat = self.seat(volunteer)
        assert not seat.legs, "a volunteer was rung twice"
        self._ringings += 1
        seat.legs.add(leg)
        seat.rung = self._ringings
        self.settle(seat, now_s)

    def was_rung(self, volunteer: VolunteerId) -> None:
        """`volunteer` was rung before this machine was made, later than those of whom that was said before."""
        self._ringings += 1
        self.seat(volunteer).rung = self._ringings

    def adopt(self, volunteer: VolunteerId, leg: LegId, now_s: float, *, talking: bool = False) -> None:
        """`volunteer` was found busy with `leg`, which somebody else began or which we believed gone."""
        seat = self.seat(volunteer)
        seat.legs.add(leg)
        seat.talking = seat.talking or talking
        self.settle(seat, now_s)

    def leave(self, volunteer: VolunteerId, leg: LegId, now_s: float, *, wraps_until_s: float | None = None) -> None:
        """`leg` is gone. With `wraps_until_s` the volunteer wraps up until then."""
        seat = self.seat(volunteer)
        if leg in seat.legs:
            seat.legs.discard(leg)
            if not seat.legs:
                seat.talking = False
            if wraps_until_s is not None:
                seat.wraps_until_s = max(seat.wraps_until_s, wraps_until_s)
        self.settle(seat, now_s)

    def settle(self, seat: Seat, now_s: float) -> None:
        """Work out the place of `seat` anew; to be called after every change, and when an instant passed."""
        before, was = seat.place, seat.state
        seat.state = _state(seat, now_s)
        seat.place = _PLACES[seat.state]
        if seat.state is not was:
            seat.stamp += 1
            self._moved(seat, before)

    def turn_changed(self, seat: Seat) -> None:
        """What orders the free ones was changed in `seat`."""
        seat.stamp += 1
        self._moved(seat, seat.place)

    def is_free(self, volunteer: VolunteerId) -> bool:
        """Whether `volunteer` may be rung, as of the last `settle`."""
        seat = self._seats.get(volunteer)
        return seat is None or seat.place is Place.FREE

    def is_taken(self, volunteer: VolunteerId) -> bool:
        """Whether a leg rings `volunteer` or talks to them now."""
        seat = self._seats.get(volunteer)
        return seat is not None and bool(seat.legs)


def _state(seat: Seat, now_s: float) -> VolunteerState:
    """The first reason not to ring, in the order of `VolunteerState`."""
    if seat.legs:
        return VolunteerState.TALKING if seat.talking else VolunteerState.RINGING
    if seat.paused_until_s > now_s:
        return VolunteerState.PAUSED
    if seat.is_full or max(seat.day_over_until_s, seat.break_until_s) > now_s:
        return VolunteerState.OVER_LIMIT
    if seat.rests_until_s > now_s:
        return VolunteerState.RESTING
    if seat.wraps_until_s > now_s:
        return VolunteerState.WRAP_UP
    if not seat.reachable:
        return VolunteerState.UNREACHABLE
    if seat.elsewhere:
        return VolunteerState.IN_OTHER_CALL
    return VolunteerState.AVAILABLE
