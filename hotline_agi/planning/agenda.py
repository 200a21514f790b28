"""Who has to be where: the places of people in the slots of all lines, in the order of time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.precedence import Basis, Loss, Occurrence, Place
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import VolunteerId

LOOK_AHEAD = timedelta(days=60)
"""For somebody's next shifts: two month rosters."""
ABSENT = (Basis.SICK, Basis.AWAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """One place of one person, on shift or as backup."""

    line: Line
    slot: str
    day: date
    """On which the slot starts."""
    place: Place


def appointments(
    lines: Iterable[Line], start: datetime, until: datetime, who: VolunteerId | None = None
) -> Iterator[Appointment]:
    """All places as `places_of` gives them, or those of `who`, that touch the span from `start` to `until` (aware)."""
    for line in lines:
        for one in occurrences(line, start, until):
            for place in places_of(one):
                if (who is None or place.who == who) and place.start < until and start < place.end:
                    yield Appointment(line=line, slot=one.shift.slot, day=one.day, place=place)


def places_of(one: Occurrence) -> list[Place]:
    """The places of a slot, but for those of backup people who are on shift in it all the while."""
    on_shift = [place for place in one.places if not place.as_backup]
    return [
        place
        for place in one.places
        if not place.as_backup
        or not any(
            other.who == place.who and other.start <= place.start and place.end <= other.end for other in on_shift
        )
    ]


def next_of(roster: Roster, who: VolunteerId, after: datetime, count: int) -> list[Appointment]:
    """The first `count` places of somebody that are not over at `after`, the running one included."""
    serves = [line for line in roster.lines.values() if who in everybody(line)]
    found = appointments(serves, after, after + LOOK_AHEAD, who)
    return sorted(found, key=lambda one: (one.place.start, one.place.end))[:count]


def absent_at(line: Line, at: datetime) -> list[tuple[Occurrence, Loss]]:
    """Who would be in a slot at `at` (aware) but is sick or away, in roster order, nobody twice in a slot."""
    found: dict[tuple[str, date, VolunteerId], tuple[Occurrence, Loss]] = {}
    for one in occurrences(line, at, at + timedelta.resolution):
        for loss in one.losses:
            if loss.basis in ABSENT and loss.start <= at < loss.end:
                found.setdefault((one.shift.slot, one.day, loss.who), (one, loss))
    return list(found.values())
