"""How well a line's hours are filled, instant by instant: who is on shift, and what the slots need beyond that.

Each slot that is on is counted by itself: the people in its places, without those whose quiet hours it is, against its
smallest head count and the languages and qualifications that it asks for. What every caller of the line wants, one of
those on shift must have, whichever slot they are in. Backup people do not count. Hours in which the line is closed lack
nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.precedence import Occurrence
from hotline_agi.roster.timetable import Duty, occurrences, spans
from hotline_agi.terms.problems import Mark


class Lack(StrEnum):
    NOBODY = "nobody"
    """The line is open and nobody at all is on shift; then nothing else is said of that time."""
    PEOPLE = "people"
    LANGUAGE = "language"
    QUALIFICATION = "qualification"
    WANT = "want"
    """Nobody on shift has all that every caller of the line wants (`Line.required`), so none of them is rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    lack: Lack
    slot: str
    """Of several that nobody is in, the first; empty if no slot is on (then `lack` is `NOBODY`)."""
    name: str
    """The language or qualification, of `WANT` all of them; empty for heads."""
    has: int
    needs: int
    where: Mark
    """The slot's place in the text; the line's if no slot is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageSpan:
    """A stretch of time in which nothing changes: `from_utc` included, `until_utc` not."""

    from_utc: datetime
    until_utc: datetime
    duty: Duty
    on_shift: int
    """How many people may be rung at once: those of `duty.volunteers`, whether the line is open or not."""
    least: int
    """How many heads the slots that are on need together (the sum; somebody in two slots counts in each), and at
    least one while the line is open; 0 while it is closed."""
    shortfalls: tuple[Shortfall, ...]


def coverage(roster: Roster, line: Line, start: datetime, until: datetime) -> list[CoverageSpan]:
    """How `line` is filled from `start` to `until` (aware): maximal spans without holes between them.

    Empty if `until` is not after `start`.
    """
    found: list[CoverageSpan] = []
    for span in _pieces(roster, line, start.astimezone(UTC), until.astimezone(UTC)):
        if found and _alike(found[-1], span):
            found[-1] = replace(found[-1], until_utc=span.until_utc)
        else:
            found.append(span)
    return found


def _alike(one: CoverageSpan, other: CoverageSpan) -> bool:
    return one.duty == other.duty and one.least == other.least and one.shortfalls == other.shortfalls


def _pieces(roster: Roster, line: Line, start: datetime, until: datetime) -> Iterator[CoverageSpan]:
    """One sweep over the duty and the slots, both in the order of time."""
    if until <= start:
        return
    slots = sorted(occurrences(line, start, until), key=lambda one: one.start)
    edges = sorted({edge for one in slots for edge in _edges(one)})
    on: list[Occurrence] = []
    next_slot, next_edge = 0, 0
    for span in spans(line, start, until):
        at = span.from_utc
        while at < span.until_utc:
            while next_edge < len(edges) and edges[next_edge] <= at:
                next_edge += 1
            end = min(edges[next_edge], span.until_utc) if next_edge < len(edges) else span.until_utc
            while next_slot < len(slots) and slots[next_slot].start <= at:
                on.append(slots[next_slot])
                next_slot += 1
            on = [one for one in on if at < one.end]
            yield _piece(roster, line, span.duty, on, at, end)
            at = end


def _edges(one: Occurrence) -> Iterator[datetime]:
    yield one.start
    yield one.end
    for place in one.places:
        if place.start != one.start:
            yield place.start
        if place.end != one.end:
            yield place.end


def _piece(roster: Roster, line: Line, duty: Duty, on: list[Occurrence], at: datetime, until: datetime) -> CoverageSpan:
    least = max(1, sum(one.least for one in on)) if duty.is_open else 0
    if not duty.is_open:
        shortfalls: tuple[Shortfall, ...] = ()
    elif not duty.volunteers:
        slot, where = (on[0].shift.slot, on[0].shift.where) if on else ("", line.where)
        shortfalls = (Shortfall(lack=Lack.NOBODY, slot=slot, name="", has=0, needs=least, where=where),)
    else:
        shortfalls = (
            *_wanted(roster, line, duty, on),
            *(found for one in on for found in _of_slot(roster, one, duty, at)),
        )
    return CoverageSpan(
        from_utc=at, until_utc=until, duty=duty, on_shift=len(duty.volunteers), least=least, shortfalls=shortfalls
    )


def _wanted(roster: Roster, line: Line, duty: Duty, on: list[Occurrence]) -> Iterator[Shortfall]:
    """Told of the first slot, once: any of those who are on shift would do."""
    if line.required and not any(line.may_ring(roster.volunteers[who]) for who in duty.volunteers):
        name = ", ".join(want.language or want.qualification for want in line.required)
        first = on[0].shift
        yield Shortfall(lack=Lack.WANT, slot=first.slot, name=name, has=0, needs=1, where=first.where)


def _of_slot(roster: Roster, one: Occurrence, duty: Duty, at: datetime) -> Iterator[Shortfall]:
    """What a slot lacks at an instant."""
    need, slot, where = one.shift.need, one.shift.slot, one.shift.where
    if not (one.least or need.languages or need.qualifications):
        return
    there = {place.who for place in one.places if not place.as_backup and place.start <= at < place.end}
    there.difference_update(duty.quiet)
    if len(there) < one.least:
        yield Shortfall(lack=Lack.PEOPLE, slot=slot, name="", has=len(there), needs=one.least, where=where)
    for language, needs in need.languages.items():
        has = sum(language in roster.volunteers[who].languages for who in there)
        if has < needs:
            yield Shortfall(lack=Lack.LANGUAGE, slot=slot, name=language, has=has, needs=needs, where=where)
    for name, needs in need.qualifications.items():
        has = sum(name in roster.volunteers[who].qualifications for who in there)
        if has < needs:
            yield Shortfall(lack=Lack.QUALIFICATION, slot=slot, name=name, has=has, needs=needs, where=where)
