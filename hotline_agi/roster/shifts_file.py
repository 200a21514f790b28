"""``shifts.yaml``: the slots of the week, who is in them as a rule, and what they need."""

from dataclasses import dataclass

from hotline_agi.roster.cells import Named, ids, person
from hotline_agi.roster.document import Entry, Mapping, Node
from hotline_agi.roster.fields import Converter, Fields
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.patterns import ReadPattern, by_days, pattern
from hotline_agi.roster.plan import NOBODY, Need, Shift
from hotline_agi.roster.probes import narrowed
from hotline_agi.roster.values import ident, integer, language, time_of_day
from hotline_agi.roster.weekdays import days_in_words
from hotline_agi.terms.problems import Mark

MOST_NEEDED = 100
_NO_BACKUP = ReadPattern(pattern=NOBODY, weeks=({},))
_USUAL_NEED = Need()

_slot_name = ident("a slot's name")
_start, _end = time_of_day(is_end=False), time_of_day(is_end=True)
_least = integer(0, MOST_NEEDED)
_how_many = integer(1, MOST_NEEDED)
_qualification = ident("a qualification")


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededSkill:
    """A language or qualification that a slot needs, and where it says so."""

    name: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShifts:
    shifts: tuple[Shift, ...]
    named: tuple[Named, ...]
    """Everybody who is named anywhere, coordinators among them, once for each place."""
    skills: tuple[NeededSkill, ...]
    """The qualifications that slots need."""
    mark: Mark
    """The place of the whole table, for findings about what is missing."""
    slots: frozenset[str]
    """The names of all slots, also of those with mistakes: whoever names them is right."""
    complete: bool
    """Whether every slot's name could be read."""


def read_shifts(root: Node, findings: Findings) -> ReadShifts | None:
    """The shifts that a ``shifts.yaml`` describes, or None if it has no table of them.

    Whether the people exist is not known here.
    """
    shifts: list[Shift] = []
    named: list[Named] = []
    skills: list[NeededSkill] = []
    known: set[str] = set()
    fields = Fields.of(root, findings, "the file")
    slots = fields.required("shifts", _mapping) if fields else None
    if fields:
        fields.close()
    if slots is None:
        return None
    for entry in slots.entries:
        slot = _slot_name(entry.key, findings)
        if slot is not None:
            known.add(slot)
        shift = _read_slot(slot, entry, named, skills, findings)
        if shift is not None:
            shifts.append(shift)
    return ReadShifts(
        shifts=tuple(shifts),
        named=tuple(named),
        skills=tuple(skills),
        mark=slots.mark,
        slots=frozenset(known),
        complete=len(known) == len(slots.entries),
    )


def _mapping(node: Node, findings: Findings) -> Mapping | None:
    if isinstance(node, Mapping):
        return node
    findings.error(node.mark, "the shifts must be a block", "write one block `<slot>:` with indented fields for each")
    return None


def _read_slot(
    slot: str | None, entry: Entry, named: list[Named], skills: list[NeededSkill], findings: Findings
) -> Shift | None:
    fields = Fields.of(entry.value, findings, f"the slot {entry.key.shown}")
    if fields is None:
        return None
    start = fields.required("from", _start)
    until = fields.required("until", _end)
    people = fields.required("people", pattern)
    backup = fields.optional("backup", pattern, _NO_BACKUP)
    least = fields.optional("min", head_count, _USUAL_NEED.people)
    need, needed = fields.optional("need", _need, (_USUAL_NEED, ()))
    coordinator = fields.optional("coordinator", person, None)
    fields.close()
    for found in (people, backup):
        named.extend(found.named() if found else ())
    if coordinator is not None:
        named.append(coordinator)
    skills.extend(needed)
    if people is None or start is None or until is None or slot is None:
        return None
    if start == until and fields.text("until") != "24:00":
        what = f"'{slot}' begins and ends at the same time and so lasts a whole day"
        findings.warning(fields.mark("until"), what, "if that is meant, split it in two to silence this")
    _check_days(slot, fields, people, backup, findings)
    if people.pattern is None or backup.pattern is None:
        return None
    return Shift(
        slot=slot,
        start=start,
        until=until,
        people=people.pattern,
        backup=backup.pattern,
        need=Need(people=least, languages=need.languages, qualifications=need.qualifications),
        coordinator=coordinator.who if coordinator else None,
        where=entry.key.mark,
    )


@narrowed(minProperties=1)
def head_count(node: Node, findings: Findings) -> tuple[int, ...] | None:
    """The smallest head count by weekday: a number, or a table by days; days that it does not name have the usual."""
    usual = _USUAL_NEED.people
    if isinstance(node, Mapping):
        table = by_days(node, _least, 1, findings)
        if not node.entries:
            findings.error(node.mark, "the table of head counts is empty", "write {mon-fri: 2} or a number")
        return None if table is None else tuple(table.get(day, usual[day]) for day in range(7))
    found = _least(node, findings)
    return None if found is None else (found,) * 7


def _need(node: Node, findings: Findings) -> tuple[Need, tuple[NeededSkill, ...]] | None:
    fields = Fields.of(node, findings, "the need")
    if fields is None:
        return None
    fields.hint("people", "write it as `min` beside `need`")
    fields.hint("min", "write it beside `need`, not within")
    languages = fields.optional("languages", _languages, ())
    qualifications = fields.optional("qualifications", _qualifications, ())
    fields.close()
    need = Need(
        languages={found.name: count for found, count in languages},
        qualifications={found.name: count for found, count in qualifications},
    )
    return need, tuple(found for found, _ in qualifications)


_Counts = tuple[tuple[NeededSkill, int], ...]


def _languages(node: Node, findings: Findings) -> _Counts | None:
    """A table such as ``{en: 1}``."""
    return _counts(node, language, "the languages", "{en: 1}", findings)


def _qualifications(node: Node, findings: Findings) -> _Counts | None:
    """A table such as ``{crisis: 1}``."""
    return _counts(node, _qualification, "the qualifications", "{crisis: 1}", findings)


def _counts(node: Node, name: Converter[str], of: str, example: str, findings: Findings) -> _Counts | None:
    if not isinstance(node, Mapping):
        findings.error(node.mark, f"{of} must be a table", f"write e.g. {example}: how many must have it")
        return None
    counts = []
    for entry in node.entries:
        if findings.full:
            break
        found, count = name(entry.key, findings), _how_many(entry.value, findings)
        if found is not None and count is not None:
            counts.append((NeededSkill(name=found, mark=entry.key.mark), count))
    return tuple(counts)


def _check_days(slot: str, fields: Fields, people: ReadPattern, backup: ReadPattern, findings: Findings) -> None:
    takes_place, behind = people.days(), backup.days()
    stray = sorted(behind - takes_place)
    if stray and len(behind) < 7:  # a backup for every day means every day on which the slot takes place
        what = f"'{slot}' has a backup on {days_in_words(stray)}, but takes place without people then"
        findings.error(fields.mark("backup"), what, "name people for that day, or [] if only the backup is there")
    always = {  # on shift on this weekday whatever the turn
        day: frozenset.intersection(*(frozenset(ids(week.get(day, ()))) for week in people.weeks))
        for day in sorted(behind)
        if people.weeks
    }
    idle: dict[Named, list[int]] = {}
    for week in backup.weeks:
        for day, cell in week.items():
            for found in cell:
                if found.who in always.get(day, ()) and day not in idle.setdefault(found, []):
                    idle[found].append(day)
    for found, days in idle.items():
        if days:
            what = f"'{found.who}' is on shift {days_in_words(days)} already, so their being backup changes nothing"
            findings.warning(found.mark, what, "name somebody else")
