"""Who stands in for whom, agreed by phone: laid over what the roster says, until the slot is over.

The roster stays the authority for everything else. A stand-in is no text in git: coordinators read of it in the journal
and may write it down as a swap, which changes nothing any more (nobody stands twice).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from hotline_agi.roster.model import Volunteer
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import LineId, VolunteerId


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """One place of a slot that changed hands by phone."""

    line: LineId
    slot: str
    absent: VolunteerId
    """Whose place it is."""
    present: VolunteerId | None
    """Who agreed to take it; None: nobody yet, and `absent` said that they cannot come."""
    from_at: datetime
    until_at: datetime
    absent_stays: bool = False
    """`absent` came after all: both are there."""


def gave(one: StandIn | None, people: Mapping[VolunteerId, Volunteer]) -> bool:
    """Whether the place of `one` is not its `absent`'s any more; without any agreement it is. As in `active`."""
    return one is not None and not one.absent_stays and (one.present is None or one.present in people)


def holder(
    agreed: Callable[[VolunteerId], StandIn | None], whose: VolunteerId, people: Mapping[VolunteerId, Volunteer]
) -> VolunteerId | None:
    """Who is to come to a place that is `whose` by the roster: they, or who took it, or who took it from these; None:
    nobody, as they said that they cannot. `agreed` finds what was agreed of that place with somebody as the absent."""
    who, seen = whose, set[VolunteerId]()
    while who not in seen:
        seen.add(who)
        one = agreed(who)
        if one is None or not gave(one, people):
            break
        if one.present is None:
            return None
        who = one.present
    return who


def active(
    stand_ins: Iterable[StandIn], line: LineId, duty: Duty, at: datetime, people: Mapping[VolunteerId, Volunteer]
) -> Iterator[StandIn]:
    """Those that count for `line`, whose roster says `duty`, at an instant: not for a slot that is not on, nor with a
    present who has left the roster: then whose place it was is better than nobody."""
    for one in stand_ins:
        is_on = one.line == line and one.from_at <= at < one.until_at and one.slot in duty.slots
        if is_on and (one.present is None or one.present in people):
            yield one


def apply(duty: Duty, stand_ins: Iterable[StandIn]) -> Duty:
    """`duty` with the absent out and the present in their places, nobody twice; of `active` ones. Who took a place and
    gave it on is out, in whichever order that is remembered."""
    left = list(stand_ins)
    while left:
        one = next((one for one in left if not any(_is_before(other, one) for other in left)), left[0])
        left.remove(one)
        duty = _with(duty, one)
    return duty


def _is_before(other: StandIn, one: StandIn) -> bool:
    return other is not one and other.slot == one.slot and other.present == one.absent


def _with(duty: Duty, one: StandIn) -> Duty:
    volunteers, present = list(duty.volunteers), one.present
    if present is not None and present not in volunteers and present not in duty.quiet:
        place = volunteers.index(one.absent) if one.absent in volunteers else len(volunteers)
        volunteers.insert(place, present)
    if not one.absent_stays:
        volunteers = [who for who in volunteers if who != one.absent]
    gone = volunteers if one.absent_stays else [*volunteers, one.absent]
    backup = tuple(who for who in duty.backup if who not in gone)
    return replace(duty, volunteers=tuple(volunteers), backup=backup)
