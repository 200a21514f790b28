"""Two states of a line, day by day: who comes into a slot and who goes; and what covers make of a month roster."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from hotline_agi.planning.sheets.reading import SheetPlan
from hotline_agi.roster.model import Line
from hotline_agi.roster.precedence import Basis, occurrence
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Problem

Person = tuple[VolunteerId, bool]
"""Who, and whether as backup."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayChange:
    """One slot of one day that is another one afterwards."""

    day: date
    slot: str
    comes: tuple[Person, ...]
    goes: tuple[Person, ...]


def day_changes(before: Line, after: Line, days: Iterable[date]) -> list[DayChange]:
    """The slots of these days in which other people are, or that take place and did not."""
    changes = []
    for day in days:
        for shift in after.shifts:
            old, new = _there(before, shift.slot, day), _there(after, shift.slot, day)
            if old != new:
                comes = tuple(one for one in new or () if one not in (old or ()))
                goes = tuple(one for one in old or () if one not in (new or ()))
                if comes or goes or (old is None) != (new is None):
                    changes.append(DayChange(day=day, slot=shift.slot, comes=comes, goes=goes))
    return changes


def _there(line: Line, slot: str, day: date) -> tuple[Person, ...] | None:
    shift = next((shift for shift in line.shifts if shift.slot == slot), None)
    found = occurrence(line, shift, day) if shift else None
    if found is None:
        return None
    return tuple(dict.fromkeys((place.who, place.as_backup) for place in found.places))


def overruled(line: Line, plan: SheetPlan) -> Iterator[Problem]:
    """Where covers, which go before a month roster, make something else of what the sheet says."""
    for as_backup, days in ((False, plan.people), (True, plan.backup or {})):
        for day, slots in days.items():
            for shift in line.shifts:
                found = occurrence(line, shift, day) if shift.slot in slots else None
                if found is None:
                    continue
                for loss in found.losses:
                    if loss.as_backup is as_backup and loss.who in slots[shift.slot]:
                        what = f"{loss.who} is in the sheet for {shift.slot} on {day}, but this cover takes them out"
                        yield Problem.warning(loss.where, what, "delete the cover if the sheet is right")
                for place in found.places:
                    added = place.basis in (Basis.SWAP, Basis.EXTRA) and place.who not in slots[shift.slot]
                    if added and place.as_backup is as_backup:
                        what = f"{place.who} is not in the sheet for {shift.slot} on {day}, but this cover adds them"
                        yield Problem.warning(place.where, what, "delete the cover if the sheet is right")
