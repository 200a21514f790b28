"""People in slots, as they are written in several files: ``[a, b]`` and ``{night: [a, b], early: [c]}``.

Whoever is named is kept with the place, so that a name that nobody has can be pointed at (`contradictions.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hotline_agi.roster.document import Mapping, Node, Scalar, Sequence
from hotline_agi.roster.fields import full_width_hint, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import Cell
from hotline_agi.roster.probes import narrowed
from hotline_agi.roster.values import ident, is_ident
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark

_person_id = ident("a person's id")
_slot_name = ident("a slot's name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person who is named, and where."""

    who: VolunteerId
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSlot:
    """A slot that is named, and where."""

    slot: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotCell:
    """The people whom a file names for one slot."""

    slot: NamedSlot
    people: tuple[Named, ...]


def person(node: Node, findings: Findings) -> Named | None:
    """A person's id."""
    found = _person_id(node, findings)
    return None if found is None else Named(who=VolunteerId(found), mark=node.mark)


_people = sequence_of(person, "the people")


def slot(node: Node, findings: Findings) -> NamedSlot | None:
    """A slot's name."""
    found = _slot_name(node, findings)
    return None if found is None else NamedSlot(slot=found, mark=node.mark)


@narrowed(uniqueItems=True)
def cell(node: Node, findings: Findings) -> tuple[Named, ...] | None:
    """A list of people, nobody twice."""
    if isinstance(node, Sequence):  # a month of 100 lines has 100,000 names: the usual case goes first
        named = [
            Named(who=VolunteerId(item.text), mark=item.mark)
            for item in node.items
            if isinstance(item, Scalar) and is_ident(item.text)
        ]
        if len({found.who for found in named}) == len(node.items):
            return tuple(named)
    people = _people(node, findings)
    seen: set[VolunteerId] = set()
    for found in people or ():
        if found.who in seen:
            findings.error(found.mark, f"'{found.who}' stands twice in the same list", "keep one")
        seen.add(found.who)
    return people


@narrowed(minProperties=1)
def by_slot(node: Node, findings: Findings) -> tuple[SlotCell, ...] | None:
    """A table from slots to lists of people; wrong rows are noted and left out."""
    if not isinstance(node, Mapping):
        hint = full_width_hint(node) or "write {night: [a, b], early: [c]} or one line `night: [a, b]` for each slot"
        findings.error(node.mark, "people of a day must be a table by slots", hint)
        return None
    rows: list[SlotCell] = []
    for entry in node.entries:
        if findings.full:
            break
        named, people = slot(entry.key, findings), cell(entry.value, findings)
        if named is not None and people is not None:
            rows.append(SlotCell(slot=named, people=people))
    if not node.entries:
        findings.error(node.mark, "the table of slots is empty", "write {night: [a, b]} or delete it")
    return tuple(rows)


def ids(people: Iterable[Named]) -> Cell:
    return tuple(found.who for found in people)


def cells(rows: Iterable[SlotCell]) -> dict[str, Cell]:
    return {row.slot.slot: ids(row.people) for row in rows}
