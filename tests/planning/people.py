"""Rosters around lines that were written as values: everybody whom they name exists."""

from collections.abc import Iterable
from typing import Any

from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.roster.plan import Absence
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark


def person(who: str, **changes: Any) -> Volunteer:
    place = Mark(file="xinli/people.yaml", line=10 + sum(map(ord, who)) % 90, column=3)
    fields: dict[str, Any] = {"languages": ("zh",), "endpoints": (), "where": place}
    return Volunteer(id=VolunteerId(who), name=who.title(), **(fields | changes))


def roster(*lines: Line, people: Iterable[Volunteer] = ()) -> Roster:
    named = {who for line in lines for who in everybody(line)}
    named.update(cover.who for line in lines for cover in line.covers if isinstance(cover, Absence))
    known = {who: person(who) for who in sorted(named)} | {one.id: one for one in people}
    return Roster(lines={line.id: line for line in lines}, volunteers=known)
