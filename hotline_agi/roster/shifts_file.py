"""``shifts.yaml``: the slots of the week and who is in them."""

from dataclasses import dataclass

from hotline_agi.roster.document import Entry, Mapping, Node, Sequence
from hotline_agi.roster.fields import Fields, full_width_hint, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import Shift, weekly
from hotline_agi.roster.values import EVERY_DAY, WEEKDAYS, days_in_words, days_of, ident, time_of_day
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import Mark


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


def read_shifts(root: Node, findings: Findings) -> ReadShifts | None:
    """The shifts that a ``shifts.yaml`` describes, or None if it has no table of them.

    Whether the people exist is not known here.
    """
    shifts: list[Shift] = []
    named: list[Named] = []
    fields = Fields.of(root, findings, "the file")
    slots = fields.required("shifts", _mapping) if fields else None
    if fields:
        fields.close()
    if slots is None:
        return None
    for entry in slots.entries:
        _read_slot(entry, shifts, named, findings)
    return ReadShifts(shifts=tuple(shifts), named=tuple(named), mark=slots.mark)


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
    named.extend(found for week in (people or {}, backup) for cell in week.values() for found in cell)
    if people is None or start is None or until is None or slot is None:
        return
    if start == until and fields.text("until") != "24:00":
        what = f"'{slot}' begins and ends at the same time and so lasts a whole day"
        findings.warning(fields.mark("until"), what, "if that is meant, split it in two to silence this")
    _check_days(slot, fields, people, backup, findings)
    on_shift, behind = ({day: _ids(cell) for day, cell in week.items()} for week in (people, backup))
    shifts.append(Shift(slot=slot, start=start, until=until, people=weekly(on_shift), backup=weekly(behind)))


def _week(node: Node, findings: Findings) -> Week | None:
    """A list of people (the same every day) or a table from days to lists; None if it is neither or a day is wrong."""
    if isinstance(node, Sequence):
        people = _cell(node, findings)
        return None if people is None else dict.fromkeys(EVERY_DAY, people)
    if not isinstance(node, Mapping):
        hint = full_width_hint(node) or "write [a, b] or lines such as `mon-fri: [a, b]`"
        findings.error(node.mark, "people must be a list or a table", hint)
        return None
    week: Week = {}
    understood = True
    first_lines: dict[int, int] = {}
    for entry in node.entries:
        days = days_of(entry.key.text, entry.key.shown, entry.key.mark, findings)
        people = _cell(entry.value, findings)
        understood &= days is not None
        for day in sorted(days or ()):
            if day in first_lines:
                what = f"{WEEKDAYS[day]} stands here a second time; first in line {first_lines[day]}"
                findings.error(entry.key.mark, what, "keep one")
            first_lines.setdefault(day, entry.key.mark.line)
            week.setdefault(day, people or ())
    if not node.entries:
        findings.error(node.mark, "the table of people is empty", "write lines such as `mon-fri: [a, b]`")
    return week if understood else None


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
    stray = [day for day in backup if day not in people]
    if stray and len(backup) < 7:  # a backup for every day means every day on which the slot takes place
        what = f"'{slot}' has a backup on {days_in_words(stray)}, but takes place without people then"
        findings.error(fields.mark("backup"), what, "name people for that day, or [] if only the backup is there")
    idle: dict[Named, list[int]] = {}
    for day, behind in backup.items():
        on_shift = {found.who for found in people.get(day, ())}
        for found in behind:
            if found.who in on_shift:
                idle.setdefault(found, []).append(day)
    for found, days in idle.items():
        what = f"'{found.who}' is on shift {days_in_words(days)} already, so their being backup changes nothing"
        findings.warning(found.mark, what, "name somebody else")


def _ids(cell: tuple[Named, ...]) -> tuple[VolunteerId, ...]:
    return tuple(found.who for found in cell)
