"""Step 5 of `precedence.py`: who is sick or away has no place, and who is named instead stands in it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import TypeVar

from hotline_agi.roster.clock import instant
from hotline_agi.roster.model import Line
from hotline_agi.roster.places import Basis, Loss, Place, loss_of
from hotline_agi.roster.plan import Absence, AbsenceKind
from hotline_agi.terms.ids import VolunteerId


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


class Gaps:
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
    return loss_of(place, basis, absence.where, other)


_Part = TypeVar("_Part", Place, Loss)


def _grow(parts: list[_Part], part: _Part) -> None:
    """Add a part to those before it; one that goes on where its like ended makes that one longer."""
    for n, one in enumerate(parts):
        if one.start <= part.start <= one.end and replace(one, start=part.start, end=part.end) == part:
            if one.end < part.end:
                parts[n] = replace(one, end=part.end)
            return
    parts.append(part)
