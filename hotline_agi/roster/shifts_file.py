"""``shifts.yaml``: the slots of the week and who is in them. A slot becomes one `Shift` for each set of days with the
same people."""

from dataclasses import dataclass

from hotline_agi.roster.document import Entry, Mapping, Node, Sequence
from hotline_agi.roster.fields import Fields, sequence_of
from hotline_agi.roster.findings import Findings, Mark
from hotline_agi.roster.model import Shift
from hotline_agi.roster.values import EVERY_DAY, WEEKDAYS, days_of, ident, time_of_day
from hotline_agi.terms.ids import VolunteerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person named in a shift, and where."""

    who: VolunteerId
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShifts:
    shifts: tuple[Shift, ...]
    named: tuple[Named, ...]
    """Everybody who is named anywhere, once for each place."""
    mark: Mark
    """The place of the whole table, for findings about what is missing."""


Week = dict[int, tuple[Named, ...]]
"""Who, by weekday (0 is Monday). A day that is not in it was not written."""


def read_shifts(root: Node, findings: Findings) -> ReadShifts:
    """The shifts that a ``shifts.yaml`` describes; whether the people exist is not known here."""
    shifts: list[Shift] = []
    named: list[Named] = []
    fields = Fields.of(root, findings, "the file")
    slots = fields.required("shifts", _mapping) if fields else None
    if fields:
        fields.close()
    for entry in slots.entries if slots else ():
        _read_slot(entry, shifts, named, findings)
    return ReadShifts(shifts=tuple(shifts), named=tuple(named), mark=slots.mark if slots else root.mark)


def _mapping(node: Node, findings: Findings) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    findings.error(node.mark, "the shifts must be a block", "write one block `<slot>:` with indented fields for each")
    return None


def _read_slot(entry: Entry, shifts: list[Shift], named: list[Named], findings: Findings) -> None:
    slot = ident("a slot's name")(entry.key, findings)
    fields = Fields.of(entry.value, findings, f"the slot {entry.key.shown}")
    if fields is None:
        return
    start = fields.required("from", time_of_day(is_end=False))
    until = fields.required("until", time_of_day(is_end=True))
    people = fields.required("people", _week)
    no_backup: Week = {}
    backup = fields.optional("backup", _week, no_backup)
    fields.close()
    if people is None or start is None or until is None or slot is None:
        return
    if start == until and fields.text("until") != "24:00":
        what = f"'{slot}' begins and ends at the same time and so lasts a whole day"
        findings.warning(fields.mark("until"), what, "if that is meant, split it in two to silence this")
    _check_days(slot, fields, people, backup, findings)
    for days, on_shift, behind in _same_people(people, backup):
        shifts.append(
            Shift(slot=slot, weekdays=days, start=start, until=until, volunteers=_ids(on_shift), backup=_ids(behind))
        )
    named.extend(found for week in (people, backup) for cell in week.values() for found in cell)


def _week(node: Node, findings: Findings) -> Week | None:
    """A list of people (the same every day) or a table from days to lists. No day stands in it twice."""
    if isinstance(node, Sequence):
        people = _cell(node, findings)
        return None if people is None else dict.fromkeys(EVERY_DAY, people)
    if not isinstance(node, Mapping):
        findings.error(node.mark, "people must be a list or a table", "write [a, b] or lines such as `mon-fri: [a, b]`")
        return None
    week: Week = {}
    first_lines: dict[int, int] = {}
    for entry in node.entries:
        days = days_of(entry.key.text, entry.key.shown, entry.key.mark, findings)
        people = _cell(entry.value, findings)
        for day in sorted(days or ()):
            if day in first_lines:
                what = f"{WEEKDAYS[day]} stands here a second time; first in line {first_lines[day]}"
                findings.error(entry.key.mark, what, "keep one")
            first_lines.setdefault(day, entry.key.mark.line)
            week.setdefault(day, people or ())
    if not node.entries:
        findings.error(node.mark, "the table of people is empty", "write lines such as `mon-fri: [a, b]`")
    return week


def _cell(node: Node, findings: Findings) -> tuple[Named, ...] | None:
    people = sequence_of(_named, "the people")(node, findings)
    seen: set[VolunteerId] = set()
    for found in people or ():
        if found.who in seen:
            findings.error(found.mark, f"'{found.who}' stands twice in the same list", "keep one")
        seen.add(found.who)
    return people


def _named(node: Node, findings: Findings) -> Named | None:
    found = ident("a person's id")(node, findings)
    return None if found is None else Named(who=VolunteerId(found), mark=node.mark)


def _check_days(slot: str, fields: Fields, people: Week, backup: Week, findings: Findings) -> None:
    stray = [WEEKDAYS[day] for day in backup if day not in people]
    if stray and len(backup) < 7:  # a backup for every day means every day on which the slot takes place
        what = f"'{slot}' has a backup on {', '.join(stray)}, but takes place without people then"
        findings.error(fields.mark("backup"), what, "name people for that day, or [] if only the backup is there")
    for day, behind in backup.items():
        on_shift = {found.who for found in people.get(day, ())}
        for found in behind:
            if found.who in on_shift:
                what = f"'{found.who}' is on shift on {WEEKDAYS[day]} already, so their being backup changes nothing"
                findings.warning(found.mark, what, "name somebody else")


def _same_people(people: Week, backup: Week) -> list[tuple[frozenset[int], tuple[Named, ...], tuple[Named, ...]]]:
    """The days grouped by who is there, in the order of their first days."""
    groups: dict[tuple[tuple[VolunteerId, ...], tuple[VolunteerId, ...]], list[int]] = {}
    for day in sorted(people):
        key = _ids(people[day]), _ids(backup.get(day, ()))
        groups.setdefault(key, []).append(day)
    return [(frozenset(days), people[days[0]], backup.get(days[0], ())) for days in groups.values()]


def _ids(cell: tuple[Named, ...]) -> tuple[VolunteerId, ...]:
    return tuple(found.who for found in cell)
