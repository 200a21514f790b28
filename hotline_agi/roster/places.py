"""What comes of a roster for one slot of one day: who stands in it, who would, and why. How: `precedence.py`."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from hotline_agi.roster.plan import Cell, Shift
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark


class Basis(StrEnum):
    """Why somebody is in a place, or lost it."""

    WEEK = "week"
    ROTATION = "rotation"
    SPECIAL_DAY = "special-day"
    MONTH = "month"
    SWAP = "swap"
    EXTRA = "extra"
    STAND_IN = "stand-in"
    """For somebody who is absent."""
    SICK = "sick"
    AWAY = "away"


class Saying(NamedTuple):
    """What one step says of a slot of one day."""

    cell: Cell | None
    """None: the slot does not take place."""
    basis: Basis
    where: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Somebody in a slot, from `start` until `end` (UTC): all of it, or what an absence leaves of it."""

    who: VolunteerId
    as_backup: bool
    start: datetime
    end: datetime
    basis: Basis
    where: Mark
    """The place in the text."""
    other: VolunteerId | None = None
    """Whose place it was (`SWAP`, `STAND_IN`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Somebody who would have been in a slot from `start` until `end`, and why they are not."""

    who: VolunteerId
    as_backup: bool
    start: datetime
    end: datetime
    basis: Basis
    """`SWAP`, `SICK` or `AWAY`."""
    where: Mark
    other: VolunteerId | None
    """To whom the place went; None if nobody stands in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One slot on one day."""

    shift: Shift
    day: date
    start: datetime
    """UTC; likewise `end`, which is later."""
    end: datetime
    least: int
    """The head count that it needs on this day."""
    places: tuple[Place, ...]
    """In the order of the text; on shift first, then backup."""
    losses: tuple[Loss, ...]


def loss_of(place: Place, basis: Basis, where: Mark, other: VolunteerId | None) -> Loss:
    """That somebody lost the whole of `place`."""
    return Loss(
        who=place.who,
        as_backup=place.as_backup,
        start=place.start,
        end=place.end,
        basis=basis,
        where=where,
        other=other,
    )
