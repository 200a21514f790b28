"""A sheet and the roster that it is for → who it puts where, as a month file says it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from hotline_agi.planning.sheets.cells import Sheet, key_of
from hotline_agi.planning.sheets.days import Month
from hotline_agi.planning.sheets.gathering import Gathering, Newcomer
from hotline_agi.planning.sheets.grids import empty_days, read_grid
from hotline_agi.planning.sheets.lists import read_list
from hotline_agi.planning.sheets.names import Marks, People, Slots
from hotline_agi.planning.sheets.tables import ListTable, find_table
from hotline_agi.planning.sheets.words import BACKUP_WORDS
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.roster.plan import Cell, MonthDay
from hotline_agi.roster.precedence import occurrence
from hotline_agi.terms.problems import NOWHERE, Mark

Days = Mapping[date, Mapping[str, Cell]]
"""People by day and slot, as in a month file."""

_LEGEND = re.compile(r"([^\s=＝;；,，、:：]{1,12})\s*[=＝]\s*([^\s;；,，、。(（]+)")
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody says beside the sheet."""

    month: Month | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    """Slot by code."""
    backup_marks: Sequence[str] = ()
    """Beside the usual ones."""
    add_people: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPlan:
    """What a sheet says."""

    people: Days
    backup: Days | None
    """None: the sheet does not speak of backup people."""
    newcomers: tuple[Newcomer, ...]
    notes: tuple[str, ...]
    """What was left out, in sentences."""


def is_recognised(sheet: Sheet, line: Line, volunteers: Iterable[Volunteer], wishes: Wishes) -> bool:
    """Whether there is a table in the sheet."""
    marks = Marks(wishes.backup_marks)
    slots = Slots(line.shifts, wishes.codes, marks)
    _read_legend(sheet, slots, marks)
    return find_table(sheet, wishes.month, People(volunteers, marks), slots, Findings()) is not None


def read_plan(
    sheet: Sheet, line: Line, volunteers: Iterable[Volunteer], wishes: Wishes, findings: Findings
) -> SheetPlan | None:
    """What the sheet says of `line`, or None if no table is found. It is of use only if `findings` has not failed."""
    marks = Marks(wishes.backup_marks)
    slots, people = Slots(line.shifts, wishes.codes, marks), People(volunteers, marks)
    spoken_of, of_backup = _read_legend(sheet, slots, marks)
    table = find_table(sheet, wishes.month, people, slots, findings)
    if table is None:
        hint = "it needs headings (date, slot, names), or dates along one side and people or slots along the other"
        if sheet.uncomputed:
            hint = "it has formulas without results: open it in a spreadsheet program, save it, and import that"
        findings.error(Mark(file=sheet.file), f"no table of shifts is found{_in_sheet(sheet)}", hint)
        return None
    into = Gathering(sheet, people, slots, findings, add_people=wishes.add_people)
    into.spoken_of |= spoken_of
    into.speaks_of_backup = of_backup
    if isinstance(table, ListTable):
        read_list(table, into)
        nothing: list[date] = []
    else:
        read_grid(table, into)
        nothing = list(empty_days(table, into))
    into.note_mistakes()
    _note_days(sheet, into, wishes.month, findings)
    people_on_shift = _people(line, into, is_list=isinstance(table, ListTable))
    return SheetPlan(
        people=people_on_shift,
        backup=_backup(line, into, people_on_shift) if into.speaks_of_backup else None,
        newcomers=tuple(into.newcomers),
        notes=tuple(_notes(into, nothing)),
    )


def _in_sheet(sheet: Sheet) -> str:
    return f" in the sheet '{sheet.name}'" if sheet.name else ""


def _read_legend(sheet: Sheet, slots: Slots, marks: Marks) -> tuple[set[str], bool]:
    """Learn ``夜=night`` from wherever it stands.

    :returns: the slots that the legend names, and whether it tells a mark of backup people.
    """
    named: set[str] = set()
    of_backup = False
    for row in range(len(sheet.rows)):
        for column in range(len(sheet.rows[row])):
            text = sheet.text(row, column)
            for code, meaning in _LEGEND.findall(text) if "=" in text or "＝" in text else ():
                found = slots.find_exactly(meaning)
                if len(found) == 1:
                    slots.learn(code, found[0])
                    named.add(found[0])
                elif marks.split(f"x{code}")[1] and key_of(meaning) in BACKUP_WORDS:
                    of_backup = True
    return named, of_backup


def _note_days(sheet: Sheet, into: Gathering, month: Month | None, findings: Findings) -> None:
    days = sorted({day for day, _, _ in into.places})
    outside = [day for day in days if month is not None and (day.year, day.month) != month]
    if month is not None and outside:
        what = f"the sheet says something of {_listed(map(str, outside))}, which is not in {month[0]}-{month[1]:02}"
        findings.error(Mark(file=sheet.file), what, "leave --month out, or give the right one")
    if not days and not findings.failed:
        findings.error(Mark(file=sheet.file), f"the table{_in_sheet(sheet)} says nothing of any day", "fill it in")


def _people(line: Line, into: Gathering, *, is_list: bool) -> Days:
    """The people on shift. A grid that speaks of a slot and names nobody on some day means nobody."""
    people = _of(into, as_backup=False)
    for day in {} if is_list else sorted({day for day, _, _ in into.places}):
        for slot in _staffed(line, day, {}, as_backup=False) & into.spoken_of:
            people.setdefault(day, {}).setdefault(slot, ())
    return _in_order(line, people)


def _backup(line: Line, into: Gathering, people: Days) -> Days:
    """The backup people. Where somebody else would be backup if nothing were said, it is said that nobody is."""
    backup = _of(into, as_backup=True)
    named = {(day, slot) for day, slot, _ in into.places}
    found: dict[date, dict[str, Cell]] = {}
    for day in sorted({day for day, _ in named}):
        staffed = _staffed(line, day, people.get(day, {}), as_backup=True)
        for shift in line.shifts:
            cell = backup.get(day, {}).get(shift.slot, ())
            meant = (day, shift.slot) in named or shift.slot in into.spoken_of
            if cell or (meant and shift.slot in staffed):
                found.setdefault(day, {})[shift.slot] = cell
    return found


def _of(into: Gathering, *, as_backup: bool) -> dict[date, dict[str, Cell]]:
    found: dict[date, dict[str, Cell]] = {}
    for (day, slot, backup), who in into.places.items():
        if backup is as_backup:
            found.setdefault(day, {})[slot] = tuple(who)
    return found


def _in_order(line: Line, days: Days) -> Days:
    order = [shift.slot for shift in line.shifts]
    return {day: {slot: days[day][slot] for slot in order if slot in days[day]} for day in sorted(days)}


def _staffed(line: Line, day: date, people: Mapping[str, Cell], *, as_backup: bool) -> set[str]:
    """The slots that somebody would be in if the month roster named just `people`, and there were no covers."""
    usual = replace(line, months={day: MonthDay(where=NOWHERE, people=people)}, covers=())
    found = (occurrence(usual, shift, day) for shift in line.shifts)
    return {one.shift.slot for one in found if one and any(place.as_backup is as_backup for place in one.places)}


def _notes(into: Gathering, nothing: Sequence[date]) -> Iterable[str]:
    for reason, what in into.left_out.items():
        yield f"{reason}: {_listed(what)}" if what else reason
    if nothing:
        yield f"the sheet says nothing of these days, so they stay as they are: {_listed(map(str, nothing))}"
    empty = [f"{day} {slot}" for (day, slot, backup), who in into.places.items() if not who and not backup]
    if empty:
        yield f"nobody is named for {_listed(empty)}"


def _listed(things: Iterable[str]) -> str:
    found = list(things)
    more = f" and {len(found) - _MOST_LISTED} more" if len(found) > _MOST_LISTED else ""
    return ", ".join(found[:_MOST_LISTED]) + more
