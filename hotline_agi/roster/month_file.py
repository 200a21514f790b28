"""``months/YYYY-MM.yaml``: who is in which slot, day by day, as hospitals keep their rosters."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from datetime import date

from hotline_agi.roster.cells import Named, NamedSlot, SlotCell, by_slot, cells
from hotline_agi.roster.dates import day as read_day
from hotline_agi.roster.document import Entry, Mapping, Node
from hotline_agi.roster.fields import Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import MonthDay
from hotline_agi.terms.problems import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """One slot of one day."""

    day: date
    as_backup: bool
    slot: NamedSlot


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMonth:
    days: AbstractMapping[date, MonthDay]
    named: tuple[Named, ...]
    places: tuple[NamedPlace, ...]
    """All that the file names people for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    day: date
    mark: Mark
    rows: tuple[SlotCell, ...]


def read_month(year: int, month: int, root: Node, findings: Findings) -> ReadMonth | None:
    """What a month's file says; None if it has no table of people."""
    fields = Fields.of(root, findings, "the file")
    if fields is None:
        return None
    people = fields.required("people", lambda node, into: _table(year, month, node, into))
    none: tuple[_Day, ...] = ()
    backup = fields.optional("backup", lambda node, into: _table(year, month, node, into), none)
    fields.close()
    if people is None:
        return None
    behind = {found.day: found for found in backup}
    days: dict[date, MonthDay] = {}
    for found in people:
        other = behind.pop(found.day, None)
        days[found.day] = MonthDay(
            where=found.mark, people=cells(found.rows), backup=cells(other.rows) if other else {}
        )
    for found in behind.values():
        days[found.day] = MonthDay(where=found.mark, backup=cells(found.rows))
    return ReadMonth(
        days=days,
        named=tuple(named for found in (*people, *backup) for row in found.rows for named in row.people),
        places=tuple(
            NamedPlace(day=found.day, as_backup=as_backup, slot=row.slot)
            for as_backup, table in ((False, people), (True, backup))
            for found in table
            for row in found.rows
        ),
    )


def _table(year: int, month: int, node: Node, findings: Findings) -> tuple[_Day, ...] | None:
    if not isinstance(node, Mapping):
        hint = f"write one line `{year}-{month:02}-01: {{night: [a, b]}}` for each day"
        findings.error(node.mark, "a month roster must be a block of days", hint)
        return None
    days = (_day(year, month, entry, findings) for entry in node.entries if not findings.full)
    return tuple(found for found in days if found is not None)


def _day(year: int, month: int, entry: Entry, findings: Findings) -> _Day | None:
    day, rows = read_day(entry.key, findings), by_slot(entry.value, findings)
    if day is not None and (day.year, day.month) != (year, month):
        what = f"{day} does not lie in the file's month, {year}-{month:02}"
        findings.error(entry.key.mark, what, f"move it to months/{day.year}-{day.month:02}.yaml")
        return None
    return None if day is None or rows is None else _Day(day=day, mark=entry.key.mark, rows=rows)
