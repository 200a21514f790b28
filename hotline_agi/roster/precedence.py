"""Who is in a slot on a day: which of the roster's sayings goes before which, here and nowhere else.

For one slot of one day (a slot belongs to the day on which it starts), each step goes before the ones above it:

1. **The pattern** of the slot in ``shifts.yaml``: the plain week, or the turn of a rotation that is in force.
2. **The special day** in ``days.yaml``: `like: sun` takes the pattern of that weekday (and its needs and opening
   hours); a slot that it names has just the people that it names. A day of one date goes before a yearly one.
3. **The month roster** in ``months/``: a slot that it names has just the people that it names. People and backup are
   apart: who names only one of them leaves the other as it was. A slot takes place if its people are named here or by
   2, though the pattern does not know it on that weekday.
4. **Covers** in ``covers.yaml``: first the swaps, in the order of the text: B stands where A stood. A swap that says
   who comes back moves both at once. Then the extras: they are added behind the others; an extra makes a slot take
   place. Nobody stands twice among the people (or the backup) of a slot: who is there anyway keeps their own place.
5. **Absences** in the ``covers.yaml`` of any line: whoever is sick or away has no place, however they came to it, and
   no swap or extra brings them back. Who is named `instead` stands in the place (on the line whose file says so),
   unless they are absent themselves or stand in this slot anyway. Of several who are named for the same time, it is
   the first in the text who can; a stand-in's own stand-in is not looked for.

What follows is no matter of one slot and is done where all slots meet (`timetable.py`):

6. **Quiet hours** of a person: nothing rings, whatever the shifts say.
7. Who is on shift is no backup at the same time.
8. **Opening hours** of the line (the special day's before the week's): outside of them nobody is rung.
9. **The ring plan** of the hour says how many of them ring, in which wave (`dispatch/waves.py`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from hotline_agi.roster.absences import Gaps, absent_span
from hotline_agi.roster.clock import span_on
from hotline_agi.roster.model import Line
from hotline_agi.roster.places import Basis, Loss, Occurrence, Place, Saying, loss_of
from hotline_agi.roster.plan import Absence, Extra, Shift, SpecialDay, Swap
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import NOWHERE

__all__ = [
    "Basis",
    "Loss",
    "Occurrence",
    "Place",
    "Saying",
    "absent_span",
    "occurrence",
    "sayings",
    "special_day",
    "weekday_meant",
]


def special_day(line: Line, day: date) -> SpecialDay | None:
    return line.special_days.get(day) or line.yearly_days.get((day.month, day.day))


def weekday_meant(day: date, special: SpecialDay | None) -> int:
    """The weekday (0 is Monday) whose people, needs and hours `day` has: its own, or its special day's `like`."""
    return day.weekday() if special is None or special.like is None else special.like


def occurrence(line: Line, shift: Shift, day: date) -> Occurrence | None:
    """The slot of `shift` on `day`; None if it does not take place then (or the clock skips it)."""
    special = special_day(line, day)
    weekday = weekday_meant(day, special)
    start, end = span_on(line.zone, day, shift)
    if end <= start:
        return None
    covers = _covers(line)
    todays = covers.of_slot.get((day, shift.slot), ())
    written = next(_sayings(line, shift, day, weekday, special, as_backup=False))
    if written.cell is None and not any(isinstance(cover, Extra) for cover in todays):
        return None
    behind = next(_sayings(line, shift, day, weekday, special, as_backup=True))
    places = [
        Place(who=who, as_backup=as_backup, start=start, end=end, basis=basis, where=where)
        for as_backup, (cell, basis, where) in ((False, written), (True, behind))
        for who in cell or ()
    ]
    losses: list[Loss] = []
    if todays:
        places = _covered(places, todays, start, end, losses)
    if covers.absences:
        places = Gaps(line, day, start, end, covers.absences).without_absent(places, losses)
    if losses:
        losses = [part for loss in losses for part in _still_lost(loss, places)]
    return Occurrence(
        shift=shift,
        day=day,
        start=start,
        end=end,
        least=shift.need.people[weekday],
        places=tuple(places),
        losses=tuple(losses),
    )


def sayings(line: Line, shift: Shift, day: date, *, as_backup: bool) -> list[Saying]:
    """What steps 3, 2 and 1 say of a slot of one day: the first counts, the others are overruled by it."""
    special = special_day(line, day)
    weekday = weekday_meant(day, special)
    return list(_sayings(line, shift, day, weekday, special, as_backup=as_backup))


# ---- the steps


def _sayings(
    line: Line, shift: Shift, day: date, weekday: int, special: SpecialDay | None, *, as_backup: bool
) -> Iterator[Saying]:
    """Steps 3, 2 and 1."""
    month = line.months.get(day)
    if month is not None:
        cell = (month.backup if as_backup else month.people).get(shift.slot)
        if cell is not None:
            yield Saying(cell, Basis.MONTH, month.where)
    if special is not None:
        cell = (special.backup if as_backup else special.people).get(shift.slot)
        if cell is not None:
            yield Saying(cell, Basis.SPECIAL_DAY, special.where)
    pattern = shift.backup if as_backup else shift.people
    turn = pattern.turn_of(day)
    if special is not None and special.like is not None:
        yield Saying(turn[weekday], Basis.SPECIAL_DAY, special.where)
    yield Saying(turn[day.weekday()], Basis.ROTATION if pattern.rotates else Basis.WEEK, shift.where)


def _covered(
    places: list[Place], todays: Sequence[Swap | Extra], start: datetime, end: datetime, losses: list[Loss]
) -> list[Place]:
    """Step 4."""
    swaps = [cover for cover in todays if isinstance(cover, Swap)]
    while swaps:
        together = [one for one in swaps if one.where == swaps[0].where != NOWHERE] or swaps[:1]
        places = _swapped(places, {one.who: one for one in reversed(together)}, losses)
        swaps = [one for one in swaps if one not in together]
    for cover in todays:
        if isinstance(cover, Extra) and not _stands(places, cover.who, cover.as_backup):
            places.append(
                Place(
                    who=cover.who, as_backup=cover.as_backup, start=start, end=end, basis=Basis.EXTRA, where=cover.where
                )
            )
    return sorted(places, key=lambda place: place.as_backup)  # stable


def _swapped(places: list[Place], swaps: Mapping[VolunteerId, Swap], losses: list[Loss]) -> list[Place]:
    """`to` stands where `who` stood, for all `swaps` at once; nothing changes if they stood nowhere."""
    staying = [place for place in places if place.who not in swaps]
    after: list[Place] = []
    for place in places:
        swap = swaps.get(place.who)
        if swap is None:
            after.append(place)
            continue
        losses.append(loss_of(place, Basis.SWAP, swap.where, swap.to))
        if not _stands(staying, swap.to, place.as_backup) and not _stands(after, swap.to, place.as_backup):
            after.append(replace(place, who=swap.to, basis=Basis.SWAP, where=swap.where, other=swap.who))
    return after


def _still_lost(loss: Loss, places: list[Place]) -> list[Loss]:
    """What is left of a loss: who handed a place over may have another one, by a swap, as an extra, as a stand-in."""
    parts = [loss]
    for place in places:
        if place.who == loss.who and place.as_backup == loss.as_backup:
            parts = [
                replace(part, start=start, end=end)
                for part in parts
                for start, end in ((part.start, min(part.end, place.start)), (max(part.start, place.end), part.end))
                if start < end
            ]
    return parts


def _stands(places: Iterable[Place], who: VolunteerId, as_backup: bool) -> bool:
    return any(place.who == who and place.as_backup == as_backup for place in places)


# ---- covers, found by slot and by person


@dataclass(frozen=True, slots=True)
class _Covers:
    of_slot: dict[tuple[date, str], Sequence[Swap | Extra]]
    absences: dict[VolunteerId, list[Absence]]


def _covers(line: Line) -> _Covers:
    known = line.memo.get("covers")
    if known is None:
        of_slot: dict[tuple[date, str], list[Swap | Extra]] = {}
        absences: dict[VolunteerId, list[Absence]] = {}
        for cover in line.covers:
            if isinstance(cover, Absence):
                absences.setdefault(cover.who, []).append(cover)
            else:
                of_slot.setdefault((cover.day, cover.slot), []).append(cover)
        known = line.memo["covers"] = _Covers({key: tuple(found) for key, found in of_slot.items()}, absences)
    assert isinstance(known, _Covers)
    return known
