"""``days.yaml``: days that are not like their weekday, of one date or of every year."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from hotline_agi.roster.cells import Named, NamedSlot, SlotCell, by_slot, cells
from hotline_agi.roster.clock import WHOLE_DAY
from hotline_agi.roster.dates import days_meant
from hotline_agi.roster.document import Entry, Mapping, Node, Scalar
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import DayHours, SpecialDay
from hotline_agi.roster.probes import also, described, narrowed
from hotline_agi.roster.values import scalar, text, time_of_day
from hotline_agi.roster.weekdays import WEEKDAYS

Day = TypeVar("Day", date, tuple[int, int])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDays:
    special_days: AbstractMapping[date, SpecialDay]
    yearly_days: AbstractMapping[tuple[int, int], SpecialDay]
    named: tuple[Named, ...]
    slots: tuple[NamedSlot, ...]


def read_days(root: Node, findings: Findings) -> ReadDays | None:
    """The special days that a ``days.yaml`` describes, range by range expanded; None if it has no table of them."""
    dated: dict[date, SpecialDay] = {}
    yearly: dict[tuple[int, int], SpecialDay] = {}
    rows: list[SlotCell] = []
    fields = Fields.of(root, findings, "the file")
    table = fields.required("special_days", _mapping) if fields else None
    if fields:
        fields.close()
    if table is None:
        return None
    for entry in table.entries:
        if findings.full:
            break
        meant = days_meant(entry.key, findings)
        special = _special_day(entry, rows, findings)
        if meant is None or special is None:
            continue
        _enter(dated, meant.dates, special, findings)
        _enter(yearly, meant.yearly, special, findings)
    return ReadDays(
        special_days=dated,
        yearly_days=yearly,
        named=tuple(found for row in rows for found in row.people),
        slots=tuple(row.slot for row in rows),
    )


def _mapping(node: Node, findings: Findings) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    hint = "write one block `2026-02-17:` with indented fields for each"
    findings.error(node.mark, "the special days must be a block", hint)
    return None


def _enter(days: dict[Day, SpecialDay], meant: tuple[Day, ...], special: SpecialDay, findings: Findings) -> None:
    """Put `special` in for each day; of days that another one has already, the first is noted."""
    for day in meant:
        other = days.setdefault(day, special)
        if other is not special:
            words = day.isoformat() if isinstance(day, date) else f"{day[0]:02}-{day[1]:02}"
            what = f"{words} is '{other.name}' already: line {other.where.line}"
            findings.error(special.where, what, "a day is one special day: delete one, or make the ranges meet")
            return


def _special_day(entry: Entry, rows: list[SlotCell], findings: Findings) -> SpecialDay | None:
    fields = Fields.of(entry.value, findings, "the special day")
    if fields is None:
        return None
    for key in ("from", "until"):
        fields.hint(key, "write hours as `opening: [{from: 09:00, until: 12:00}]`, a range of days as the block's name")
    name = fields.required("name", text)
    like = fields.optional("like", weekday, None)
    opening = fields.optional("opening", day_opening, None)
    no_rows: tuple[SlotCell, ...] = ()
    people = fields.optional("people", by_slot, no_rows)
    backup = fields.optional("backup", by_slot, no_rows)
    fields.close()
    rows.extend((*people, *backup))
    if name is None:
        return None
    return SpecialDay(
        name=name, where=entry.key.mark, like=like, opening=opening, people=cells(people), backup=cells(backup)
    )


@described({"enum": list(WEEKDAYS)})
def weekday(node: Node, findings: Findings) -> int | None:
    """One day of the week, 0 is Monday."""
    found = scalar(node, findings, "the weekday")
    if found is None:
        return None
    if found.text in WEEKDAYS:
        return WEEKDAYS.index(found.text)
    hint = nearest(found.text.lower(), WEEKDAYS) or f"one of: {', '.join(WEEKDAYS)}"
    findings.error(node.mark, f"{found.shown} is no weekday", hint)
    return None


@also({"enum": ["closed", "always"]})
@narrowed(minItems=1)
def day_opening(node: Node, findings: Findings) -> tuple[DayHours, ...] | None:
    """``closed``, ``always``, or a list of hours."""
    if isinstance(node, Scalar):
        if node.text == "closed":
            return ()
        if node.text == "always":
            return (WHOLE_DAY,)
        hint = "write closed, always, or [{from: 09:00, until: 12:00}]"
        findings.error(node.mark, f"{node.shown} are no opening hours", hint)
        return None
    hours = sequence_of(_hours, "the opening")(node, findings)
    if hours == ():
        findings.error(node.mark, "the list of opening hours is empty", "write closed if the line is closed that day")
    return hours


def _hours(node: Node, findings: Findings) -> DayHours | None:
    fields = Fields.of(node, findings, "an opening")
    if fields is None:
        return None
    fields.hint("days", "delete it: the special day says which day is meant")
    start = fields.required("from", time_of_day(is_end=False))
    until = fields.required("until", time_of_day(is_end=True))
    fields.close()
    return None if start is None or until is None else DayHours(start=start, until=until)
