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
from datetime import UTC, date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple, TypeVar

from hotline_agi.roster.clock import instant, span_on
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Absence, AbsenceKind, Cell, Extra, Shift, SpecialDay, Swap
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import NOWHERE, Mark


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
        places = _Gaps(line, day, start, end, covers.absences).without_absent(places, losses)
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
    weekday = day.weekday() if special is None or special.like is None else special.like
    return list(_sayings(line, shift, day, weekday, special, as_backup=as_backup))


def absent_span(line: Line, absence: Absence, day: date, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """The part of a slot that starts on `day` and lasts from `start` until `end` for which somebody is absent.

    Empty (its end not after its start) if they are not.
    """
    first, last = absence.first, absence.last
    if isinstance(first, datetime):
        start = max(start, _moment(line, first, False))
    elif day < first:
        return end, end
    if isinstance(last, datetime):
        end = min(end, _moment(line, last, True))
    elif day > last:
        return end, end
    return start, end


def _moment(line: Line, at: datetime, last: bool) -> datetime:
    return instant(line.zone, at.date(), at.time(), last) if at.tzinfo is None else at.astimezone(UTC)


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
        losses.append(_loss(place, Basis.SWAP, swap.where, swap.to, place.start, place.end))
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


class _Gaps:
    """Step 5 for one slot of one day: it is cut where somebody's absence begins or ends, and each part looked at."""

    def __init__(
        self, line: Line, day: date, start: datetime, end: datetime, absences: Mapping[VolunteerId, Sequence[Absence]]
    ) -> None:
        self._line, self._day, self._start, self._end = line, day, start, end
        self._absences = absences

    def without_absent(self, places: list[Place], losses: list[Loss]) -> list[Place]:
        """What absences leave of `places`, with the stand-ins in the places of those for whom they stand."""
        known = self._absences
        away = {place.who: found for place in places if place.who in known and (found := self._of(place.who))}
        if not away:
            return places
        named = {absence.instead for found in away.values() for absence, _, _ in found if absence.instead is not None}
        away |= {who: found for who in named if (found := self._of(who))}
        edges = {self._start, self._end}
        edges.update(edge for found in away.values() for _, *span in found for edge in span)
        pieces: list[list[Place]] = [[] for _ in places]
        for start, end in pairwise(sorted(edges)):
            now = {who: [absence for absence, s, e in found if s <= start and end <= e] for who, found in away.items()}
            self._part(places, {who: found for who, found in now.items() if found}, start, end, pieces, losses)
        return [piece for of_place in pieces for piece in of_place]

    def _of(self, who: VolunteerId) -> list[tuple[Absence, datetime, datetime]]:
        found = [
            (absence, *absent_span(self._line, absence, self._day, self._start, self._end))
            for absence in self._absences.get(who, ())
        ]
        return [(absence, start, end) for absence, start, end in found if start < end]

    def _part(
        self,
        places: list[Place],
        away: Mapping[VolunteerId, list[Absence]],
        start: datetime,
        end: datetime,
        pieces: list[list[Place]],
        losses: list[Loss],
    ) -> None:
        """A part of the slot in which nobody comes or goes; `pieces` (by place) and `losses` grow."""
        there = {(place.who, place.as_backup) for place in places if place.who not in away}
        for place, of_place in zip(places, pieces, strict=True):
            if place.who not in away:
                _grow(of_place, replace(place, start=start, end=end))
                continue
            because, stand_in = away[place.who][0], None
            for absence in away[place.who]:
                named = absence.instead
                if named is None or (named, place.as_backup) in there:
                    continue
                if named in away:
                    _grow(losses, _absent(replace(place, who=named, start=start, end=end), away[named][0], None))
                    continue
                because, stand_in = absence, named
                there.add((named, place.as_backup))
                piece = replace(place, who=named, start=start, end=end)
                _grow(of_place, replace(piece, basis=Basis.STAND_IN, where=absence.where, other=place.who))
                break
            _grow(losses, _absent(replace(place, start=start, end=end), because, stand_in))


def _absent(place: Place, absence: Absence, other: VolunteerId | None) -> Loss:
    basis = Basis.SICK if absence.kind is AbsenceKind.SICK else Basis.AWAY
    return _loss(place, basis, absence.where, other, place.start, place.end)


_Part = TypeVar("_Part", Place, Loss)


def _grow(parts: list[_Part], part: _Part) -> None:
    """Add a part to those before it; one that goes on where its like ended makes that one longer."""
    for n, one in enumerate(parts):
        if one.start <= part.start <= one.end and replace(one, start=part.start, end=part.end) == part:
            if one.end < part.end:
                parts[n] = replace(one, end=part.end)
            return
    parts.append(part)


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
