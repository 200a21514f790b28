"""Who is in a slot on a day: which of the roster's sayings goes before which, here and nowhere else.

For one slot of one day (a slot belongs to the day on which it starts), each step goes before the ones above it:

1. **The pattern** of the slot in ``shifts.yaml``: the plain week, or the turn of a rotation that is in force.
2. **The special day** in ``days.yaml``: `like: sun` takes the pattern of that weekday (and its needs and opening
   hours); a slot that it names has just the people that it names. A day of one date goes before a yearly one.
3. **The month roster** in ``months/``: a slot that it names has just the people that it names. People and backup are
   apart: who names only one of them leaves the other as it was. A slot takes place if its people are named here or by
   2, though the pattern does not know it on that weekday.
4. **Covers** in ``covers.yaml``: first the swaps, in the order of the text: B stands where A stood. Then the extras:
   they are added; an extra makes a slot take place.
5. **Absences** in the ``covers.yaml`` of any line: whoever is sick or away has no place, however they came to it, and
   no swap or extra brings them back. Who is named `instead` stands in the place (on the line whose file says so),
   unless they are absent themselves or stand in this slot anyway.

What follows is no matter of one slot and is done where all slots meet (`timetable.py`):

6. **Quiet hours** of a person: nothing rings, whatever the shifts say.
7. Who is on shift is no backup at the same time.
8. **Opening hours** of the line (the special day's before the week's): outside of them nobody is rung.
9. **The ring plan** of the hour says how many of them ring, in which wave (`dispatch/waves.py`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from hotline_agi.roster.clock import instant, span_on
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Absence, AbsenceKind, Cell, Extra, Shift, SpecialDay, Swap
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
    """Who is there instead, if anybody is."""


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


def special_day(line: Line, day: date) -> SpecialDay | None:
    return line.special_days.get(day) or line.yearly_days.get((day.month, day.day))


def occurrence(line: Line, shift: Shift, day: date) -> Occurrence | None:
    """The slot of `shift` on `day`; None if it does not take place then (or the clock skips it)."""
    special = special_day(line, day)
    weekday = day.weekday() if special is None or special.like is None else special.like
    start, end = span_on(line.zone, day, shift)
    if end <= start:
        return None
    covers = _covers(line)
    todays = covers.of_slot.get((day, shift.slot), ())
    written = _written(line, shift, day, weekday, special, as_backup=False)
    if written is None and not any(isinstance(cover, Extra) for cover in todays):
        return None
    behind = _written(line, shift, day, weekday, special, as_backup=True)
    places = [
        Place(who=who, as_backup=as_backup, start=start, end=end, basis=basis, where=where)
        for as_backup, found in ((False, written), (True, behind))
        for cell, basis, where in ([found] if found else [])
        for who in cell
    ]
    losses: list[Loss] = []
    for cover in todays:
        if isinstance(cover, Swap):
            places = _swapped(places, cover, losses)
    for cover in todays:
        if isinstance(cover, Extra) and not any(p.who == cover.who and p.as_backup == cover.as_backup for p in places):
            places.append(
                Place(
                    who=cover.who, as_backup=cover.as_backup, start=start, end=end, basis=Basis.EXTRA, where=cover.where
                )
            )
    if covers.absences:
        places = _without_absent(line, day, places, covers.absences, losses)
    return Occurrence(
        shift=shift,
        day=day,
        start=start,
        end=end,
        least=shift.need.people[weekday],
        places=tuple(sorted(places, key=lambda place: place.as_backup)),  # stable
        losses=tuple(losses),
    )


def absent_span(line: Line, absence: Absence, day: date, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The part of a slot that starts on `day` and lasts from `start` until `end` for which somebody is absent.

    Empty (its end not after its start) if they are not.
    """
    first, last = absence.first, absence.last
    if isinstance(first, datetime):
        start = max(start, instant(line.zone, first.date(), first.time(), False))
    elif day < first:
        return end, end
    if isinstance(last, datetime):
        end = min(end, instant(line.zone, last.date(), last.time(), True))
    elif day > last:
        return end, end
    return start, end


# ---- the steps


def _written(
    line: Line, shift: Shift, day: date, weekday: int, special: SpecialDay | None, *, as_backup: bool
) -> tuple[Cell, Basis, Mark] | None:
    """Steps 1 to 3."""
    month = line.months.get(day)
    if month is not None:
        cell = (month.backup if as_backup else month.people).get(shift.slot)
        if cell is not None:
            return cell, Basis.MONTH, month.where
    if special is not None:
        cell = (special.backup if as_backup else special.people).get(shift.slot)
        if cell is not None:
            return cell, Basis.SPECIAL_DAY, special.where
    pattern = shift.backup if as_backup else shift.people
    cell = pattern.turn_of(day)[weekday]
    if cell is None:
        return None
    if special is not None and special.like is not None:
        return cell, Basis.SPECIAL_DAY, special.where
    return cell, Basis.ROTATION if pattern.rotates else Basis.WEEK, shift.where


def _swapped(places: list[Place], swap: Swap, losses: list[Loss]) -> list[Place]:
    """Step 4: `swap.to` stands where `swap.who` stood; nothing changes if they stood nowhere."""
    after: list[Place] = []
    for place in places:
        if place.who != swap.who:
            after.append(place)
            continue
        losses.append(_loss(place, Basis.SWAP, swap.where, swap.to, place.start, place.end))
        if not any(other.who == swap.to and other.as_backup == place.as_backup for other in places):
            after.append(replace(place, who=swap.to, basis=Basis.SWAP, where=swap.where, other=swap.who))
    return after


def _without_absent(
    line: Line, day: date, places: list[Place], absences: dict[VolunteerId, list[Absence]], losses: list[Loss]
) -> list[Place]:
    """Step 5. A stand-in's own stand-in is not looked for: whoever writes that means somebody else."""
    stay: list[Place] = []
    vacant: list[Place] = []
    for place in places:
        pieces, lost = _cut(line, day, place, absences.get(place.who, ()))
        stay.extend(pieces)
        for piece, absence in lost:
            to = None
            if absence.instead is not None:
                to = absence.instead
                vacant.append(replace(piece, who=to, basis=Basis.STAND_IN, where=absence.where, other=place.who))
            basis = Basis.SICK if absence.kind is AbsenceKind.SICK else Basis.AWAY
            losses.append(_loss(piece, basis, absence.where, to, piece.start, piece.end))
    for place in vacant:
        for piece in _cut(line, day, place, absences.get(place.who, ()))[0]:
            taken = [p for p in stay if p.who == piece.who and p.as_backup == piece.as_backup]
            if not any(p.start <= piece.start and piece.end <= p.end for p in taken):
                stay.append(piece)
    return stay


def _cut(
    line: Line, day: date, place: Place, absences: Iterable[Absence]
) -> tuple[list[Place], list[tuple[Place, Absence]]]:
    """What absences leave of a place, and the parts that they take, each with the first one that takes it."""
    pieces, lost = [place], []
    for absence in absences:
        rest: list[Place] = []
        for piece in pieces:
            start, end = absent_span(line, absence, day, piece.start, piece.end)
            if end <= start:
                rest.append(piece)
                continue
            lost.append((replace(piece, start=start, end=end), absence))
            if piece.start < start:
                rest.append(replace(piece, end=start))
            if end < piece.end:
                rest.append(replace(piece, start=end))
        pieces = rest
    return pieces, lost


def _loss(place: Place, basis: Basis, where: Mark, other: VolunteerId | None, start: datetime, end: datetime) -> Loss:
    return Loss(who=place.who, as_backup=place.as_backup, start=start, end=end, basis=basis, where=where, other=other)


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
