"""A spreadsheet → the month files that say the same, and what that changes. Written only if somebody says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from hotline_agi.coordination.csv_file import read_csv
from hotline_agi.coordination.workbook import MAX_BYTES, is_workbook, read_workbook
from hotline_agi.errors import SetupError
from hotline_agi.planning.outlook import outlook
from hotline_agi.planning.sheets.cells import Sheet
from hotline_agi.planning.sheets.day_changes import DayChange, day_changes, overruled
from hotline_agi.planning.sheets.days import month_in
from hotline_agi.planning.sheets.gathering import Newcomer
from hotline_agi.planning.sheets.month_text import month_text, with_days, with_people
from hotline_agi.planning.sheets.reading import Days, SheetPlan, Wishes, is_recognised, read_plan
from hotline_agi.planning.sheets.words import OFF
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.fields import nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.layout import MONTHS, PEOPLE
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.plan import MonthDay
from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.regular import read_regular
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.problems import Problem

_MODE = 0o644
"""Of new files: whoever runs the service must read them."""
_MOST_DAYS_AHEAD = 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an import would do."""

    line: LineId
    files: Mapping[str, bytes]
    """The files that would be written, by path relative to the rosters folder, in this order."""
    replaced: Mapping[str, bytes | None]
    """What stood there when it was worked out; None: no file."""
    sheet: str
    days: tuple[date, ...]
    """Of which the sheet says something."""
    changes: tuple[DayChange, ...]
    newcomers: tuple[Newcomer, ...]
    warnings: tuple[Problem, ...]
    """Those that the roster does not have without the import."""
    notes: tuple[str, ...]
    roster: Roster
    """As it would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the shifts come from, and for which line."""

    line: LineId | None
    """None: the only one there is."""
    name: str
    """Of the file, without folders."""
    content: bytes
    sheet: str | None = None
    """Its name; None: the first in which a table is found."""


def read_source(path: Path) -> bytes:
    """The content of a spreadsheet file, bounded.

    :raises SetupError: if it cannot be read.
    """
    try:
        return read_regular(path, MAX_BYTES + 1)
    except OSError as error:
        raise SetupError(f"cannot read {path}: {error.strerror}") from error


def propose(files: Mapping[str, bytes], source: Source, wishes: Wishes, *, replace: bool) -> Proposal:
    """Work out what an import does. Writes nothing.

    :param files: all roster files, by path.
    :param replace: whether days that a month file has may be replaced.
    :raises InvalidText: with everything that is wrong with the rosters or the sheet, or would be afterwards.
    :raises SetupError: if the import is not possible.
    """
    before = read_roster(files)
    line = _line(before.roster, source.line)
    _refuse_unknown_slots(line, wishes)
    sheets, hidden = _sheets(source)
    sheet = _chosen(sheets, hidden, source.sheet, line, before.roster, wishes)
    findings = Findings()
    plan = read_plan(sheet, line, before.roster.volunteers.values(), wishes, findings)
    findings.refuse()
    assert plan is not None  # else that no table was found would be an error
    notes = list(plan.notes)
    new = _people_file(files, line, plan.newcomers) | _month_files(files, line, plan, notes, replace=replace)
    after = read_roster({**files, **new})
    _prove(after.roster.lines[line.id], plan)
    days = tuple(sorted({*plan.people, *(plan.backup or {})}))
    known = _told(before.roster, before.warnings, line, days)
    warnings = [*_told(after.roster, after.warnings, line, days), *overruled(after.roster.lines[line.id], plan)]
    mine = [problem for problem in findings.problems if problem not in warnings]
    said = {(problem.what, problem.hint) for problem in known}
    return Proposal(
        line=line.id,
        files={path: octets for path, octets in new.items() if files.get(path) != octets},
        replaced={path: files.get(path) for path in new},
        sheet=sheet.name if len(sheets) > 1 else "",
        days=days,
        changes=tuple(day_changes(line, after.roster.lines[line.id], days)),
        newcomers=plan.newcomers,
        warnings=(*mine, *(one for one in warnings if (one.what, one.hint) not in said)),
        notes=tuple(notes),
        roster=after.roster,
    )


def write(folder: Path, proposal: Proposal) -> None:
    """Put the files into the rosters folder, each whole or not at all; people before the months that name them.

    :raises SetupError: if something changed meanwhile, or cannot be written.
    """
    root = folder.resolve()
    for path in proposal.files:
        target = root / path
        if not target.parent.resolve().is_relative_to(root) or target.is_symlink():
            raise SetupError(f"{path} is a link, or lies behind one: write to the folder itself")
        try:
            there: bytes | None = target.read_bytes()
        except FileNotFoundError:
            there = None
        if there != proposal.replaced[path]:
            raise SetupError(f"{path} was changed meanwhile: import again")
    for path, octets in proposal.files.items():
        target = root / path
        try:
            target.parent.mkdir(exist_ok=True)
            mode = target.stat().st_mode & 0o777 if target.exists() else _MODE
            write_whole(target, octets, mode)
        except OSError as error:
            raise SetupError(f"cannot write {target}: {error.strerror}") from error


# ---- the sheet


def _line(roster: Roster, wanted: LineId | None) -> Line:
    known = ", ".join(roster.lines)
    if wanted is None:
        if len(roster.lines) > 1:
            raise SetupError(f"which line is meant? say --line: {known}")
        return next(iter(roster.lines.values()))
    if wanted not in roster.lines:
        hint = nearest(wanted, roster.lines) or f"there are {known}"
        raise SetupError(f"there is no line {wanted!r}: {hint}")
    return roster.lines[wanted]


def _refuse_unknown_slots(line: Line, wishes: Wishes) -> None:
    slots = [shift.slot for shift in line.shifts]
    for code, slot in wishes.codes.items():
        if slot not in (*slots, OFF):
            hint = nearest(slot, slots) or f"there are {', '.join(slots)}"
            raise SetupError(f"--code {code}={slot}: {line.id} has no slot {slot!r}: {hint}")


def _sheets(source: Source) -> tuple[tuple[Sheet, ...], frozenset[str]]:
    if is_workbook(source.content):
        book = read_workbook(source.name, source.content)
        return book.sheets, book.hidden
    return (read_csv(source.name, source.content),), frozenset()


def _chosen(
    sheets: Sequence[Sheet], hidden: frozenset[str], name: str | None, line: Line, roster: Roster, wishes: Wishes
) -> Sheet:
    names = [sheet.name for sheet in sheets]
    if name is not None:
        found = next((sheet for sheet in sheets if sheet.name == name), None)
        if found is None:
            there = f"there are {', '.join(map(repr, names))}" if any(names) else "a CSV has no sheets"
            raise SetupError(f"there is no sheet {name!r}: {nearest(name, names) or there}")
        return found
    people = list(roster.volunteers.values())
    shown = [sheet for sheet in sheets if sheet.name not in hidden] or list(sheets)
    fitting = [sheet for sheet in shown if is_recognised(sheet, line, people, wishes)]
    of_month = [sheet for sheet in fitting if wishes.month is not None and month_in(sheet.name) == wishes.month]
    if not sheets:
        raise SetupError("the workbook has no sheet with cells: copy the table into a new one")
    fullest = max(shown, key=lambda sheet: sum(map(len, sheet.rows)))  # to say what is wrong with it
    return next(iter((*of_month, *fitting, fullest)))


# ---- the files


def _people_file(files: Mapping[str, bytes], line: Line, newcomers: Sequence[Newcomer]) -> dict[str, bytes]:
    if not newcomers:
        return {}
    path = f"{line.id}/{PEOPLE}"
    text = with_people(files[path].decode(), newcomers)
    if text is None:
        raise SetupError(f"{path} is not written in blocks of one person each: add the new people by hand")
    return {path: text.encode()}


def _month_files(
    files: Mapping[str, bytes], line: Line, plan: SheetPlan, notes: list[str], *, replace: bool
) -> dict[str, bytes]:
    days = sorted({*plan.people, *(plan.backup or {})})
    new: dict[str, bytes] = {}
    for year, month in dict.fromkeys((day.year, day.month) for day in days):
        path = f"{line.id}/{MONTHS}/{year}-{month:02}.yaml"
        these = [day for day in days if (day.year, day.month) == (year, month)]
        people, backup = _within(plan.people, these), _within(plan.backup or {}, these)
        if path not in files:
            new[path] = month_text(year, month, people, backup).encode()
            continue
        if not replace:
            what = f"{path} is there already"
            raise SetupError(f"{what}: say --replace to replace the days that the sheet has, or delete the file")
        behind = None if plan.backup is None else backup
        text = with_days(path, files[path].decode(), these, people, behind)
        if text is None:
            notes.append(f"{path} is not written with each day on its own lines: it is written anew, without comments")
            text = _anew(line, year, month, these, people, behind)
        new[path] = text.encode()
    return new


def _within(days: Days, wanted: Iterable[date]) -> Days:
    return {day: days[day] for day in wanted if days.get(day)}


def _anew(line: Line, year: int, month: int, given: Sequence[date], people: Days, backup: Days | None) -> str:
    there = {day: found for day, found in line.months.items() if (day.year, day.month) == (year, month)}
    others = {day: found for day, found in there.items() if day not in given}
    behind = {day: found.backup for day, found in (there if backup is None else others).items() if found.backup}
    return month_text(
        year,
        month,
        {day: found.people for day, found in others.items() if found.people} | dict(people),
        behind | dict(backup or {}),
    )


def _prove(line: Line, plan: SheetPlan) -> None:
    """The files say what the sheet says: else it must not be written."""
    nothing = MonthDay(where=line.where)
    for day, slots in plan.people.items():
        if dict(line.months.get(day, nothing).people) != dict(slots):
            raise SetupError(f"the month file would not say of {day} what the sheet says: write it by hand")
    if plan.backup is None:
        return
    for day in {*plan.people, *plan.backup}:
        if dict(line.months.get(day, nothing).backup) != dict(plan.backup.get(day, {})):
            raise SetupError(f"the month file would not say of {day}'s backup what the sheet says: write it by hand")


def _told(roster: Roster, warnings: Sequence[Problem], line: Line, days: Sequence[date]) -> list[Problem]:
    """The roster's warnings, and those of the imported days."""
    first = datetime.combine(days[0], time(0), line.zone)
    ahead = min((days[-1] - days[0]).days + 1, _MOST_DAYS_AHEAD)
    return [*warnings, *outlook(_around(roster, line.id), first, ahead)]


def _around(roster: Roster, line: LineId) -> Roster:
    """The line, those that share people with it (for clashes), and their people: the warnings of all others would only
    crowd out its own."""
    own = everybody(roster.lines[line])
    named = {other.id: everybody(other) for other in roster.lines.values()}
    near = {other: people for other, people in named.items() if other == line or not people.isdisjoint(own)}
    people = frozenset().union(*near.values())
    return Roster(
        lines={other: roster.lines[other] for other in near},
        volunteers={
            who: person
            for who, person in roster.volunteers.items()
            if who in people or person.where.file.startswith(f"{line}/")
        },
    )
