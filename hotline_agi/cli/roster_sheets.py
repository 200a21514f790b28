"""``hotline roster import`` and ``export``: months from and to the spreadsheets that coordinators have."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from hotline_agi import rosters, table
from hotline_agi.cli.options import (
    json_option,
    language_option,
    line_option,
    lines_of,
    print_json,
    rosters_option,
)
from hotline_agi.cli.roster import roster
from hotline_agi.coordination.csv_file import csv_of
from hotline_agi.coordination.imports import Proposal, Source, propose, read_source, write
from hotline_agi.coordination.workbook import workbook_of
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.sheets.day_changes import Person
from hotline_agi.planning.sheets.days import Month
from hotline_agi.planning.sheets.export import exported
from hotline_agi.planning.sheets.reading import Wishes
from hotline_agi.planning.wording import WEEKDAYS, Names
from hotline_agi.roster.dates import FIRST_YEAR, LAST_YEAR
from hotline_agi.roster.model import Line, Roster
from hotline_agi.rosters.durable import write_whole
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.problems import Problem

_SUFFIXES = (".csv", ".xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """What an import says around its tables. Findings are English, as everywhere."""

    days: str
    sheet: str
    new_people: str
    new_columns: tuple[str, str, str]
    changes: str
    columns: tuple[str, str, str, str]
    no_changes: str
    numbers: str
    same: str
    written: str
    not_written: str
    backup: str
    comma: str


_WORDS = {
    Language.EN: _Words(
        days="{first} to {last}",
        sheet="read from the sheet '{sheet}'",
        new_people="new people",
        new_columns=("id", "name", "first in"),
        changes="{line}, {days}: what changes",
        columns=("date", "slot", "comes", "goes"),
        no_changes="{line}, {days}: nobody comes, nobody goes",
        numbers="put the numbers of the new people into the contacts: {ids}",
        same="the roster says all that already ({days})",
        written="written: {paths}",
        not_written="nothing is written yet; --write writes {paths}",
        backup=" (backup)",
        comma=", ",
    ),
    Language.ZH: _Words(
        days="{first} 至 {last}",
        sheet="读取的工作表：{sheet}",
        new_people="新的人员",
        new_columns=("标识", "姓名", "首次出现"),
        changes="{line}，{days}：有以下变动",
        columns=("日期", "班次", "增加", "减少"),
        no_changes="{line}，{days}：人员没有变动",
        numbers="请把新人员的号码写入联系方式文件：{ids}",
        same="值班表已经是这样（{days}）",
        written="已写入：{paths}",
        not_written="还没有写入；加上 --write 才写入 {paths}",
        backup="（后备）",
        comma="、",
    ),
}


@roster.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@line_option
@rosters_option
@click.option("--sheet", help="The sheet of a workbook. If left out: the first with a table of shifts.")
@click.option("--month", metavar="YYYY-MM", help="Of dates without month or year, if no title tells it.")
@click.option(
    "--code", "codes", multiple=True, metavar="CODE=SLOT", help="What a cell means: --code 夜=night, --code ○=off."
)
@click.option("--backup-mark", "marks", multiple=True, help="What stands behind backup people, beside (备) and *.")
@click.option("--add-people", is_flag=True, help="Add people whom the roster does not know to people.yaml.")
@click.option("--replace", is_flag=True, help="Replace the days that the month files have already.")
@click.option("--write", "wanted", is_flag=True, help="Write the files. Without it, only show what would change.")
@language_option
@json_option
def roster_import(
    file: Path,
    line_id: str | None,
    folder: Path,
    sheet: str | None,
    month: str | None,
    codes: tuple[str, ...],
    marks: tuple[str, ...],
    add_people: bool,
    replace: bool,
    wanted: bool,
    language: str,
    as_json: bool,
) -> None:
    """Read a month from FILE, a CSV or XLSX spreadsheet.

    Known are tables with one row for each shift (date, slot, names), and tables with dates along one side and people
    or slots along the other.
    """
    files = rosters.read_files(folder)
    wishes = Wishes(
        month=_month(month) if month else None, codes=_codes(codes), backup_marks=marks, add_people=add_people
    )
    source = Source(line=LineId(line_id) if line_id else None, name=file.name, content=read_source(file), sheet=sheet)
    try:
        proposal = propose(files, source, wishes, replace=replace)
    except InvalidText:
        table.fail("nothing is written, because of the sheet, or of what the rosters would be with it:")
        raise
    if wanted:
        write(folder, proposal)
    if as_json:
        print_json(_as_json(proposal, written=wanted))
    else:
        _show(proposal, Language(language), folder, written=wanted)


@roster.command("export")
@line_option
@rosters_option
@click.option("--month", metavar="YYYY-MM", required=True)
@click.option(
    "--shape",
    type=click.Choice(["rows", "matrix"]),
    default="rows",
    show_default=True,
    help="One row for each shift, or people and dates.",
)
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A new file, .csv or .xlsx."
)
@language_option
def roster_export(line_id: str | None, folder: Path, month: str, shape: str, out: Path, language: str) -> None:
    """Write who is on shift in a month, covers included, into a spreadsheet."""
    if out.suffix.lower() not in _SUFFIXES:
        raise SetupError(f"{out.name} is neither .csv nor .xlsx: name --out so")
    if out.exists():
        raise SetupError(f"{out} is there already: delete it, or name another file")
    known = rosters.load(folder, None).roster
    line = _line(known, line_id)
    made = exported(line, known.volunteers, _month(month), Language(language), as_grid=shape == "matrix")
    octets = csv_of(made) if out.suffix.lower() == ".csv" else workbook_of(made)
    write_whole(out, octets, 0o644)
    table.ok(f"{out}: {line.id} in {month}, {len(made.rows) - made.frozen_rows} rows")


def _line(known: Roster, line_id: str | None) -> Line:
    found = list(lines_of(known, line_id))
    if len(found) != 1:
        raise SetupError(f"which line is meant? say --line: {', '.join(known.lines)}")
    return found[0]


def _month(text: str) -> Month:
    found = re.fullmatch(r"([0-9]{4})-(0?[1-9]|1[0-2])", text)
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise SetupError(f"{text!r} is no month: write 2026-02")
    return int(found[1]), int(found[2])


def _codes(texts: tuple[str, ...]) -> dict[str, str]:
    codes: dict[str, str] = {}
    for text in texts:
        code, sign, slot = (part.strip() for part in text.partition("="))
        if not (code and sign and slot):
            raise SetupError(f"--code {text!r} says nothing: write --code 夜=night, the code before the slot")
        codes[code] = slot
    return codes


def _show(proposal: Proposal, language: Language, folder: Path, *, written: bool) -> None:
    names, words = Names(proposal.roster, language), _WORDS[language]
    first, last = proposal.days[0], proposal.days[-1]
    days = words.days.format(first=first, last=last) if first < last else str(first)
    if proposal.sheet:
        table.note(words.sheet.format(sheet=proposal.sheet))
    if proposal.newcomers:
        rows = [(one.id, one.name, one.ref) for one in proposal.newcomers]
        table.table(words.new_people, words.new_columns, rows)
    changes = [
        (_day(one.day, language), one.slot, _people(one.comes, names), _people(one.goes, names))
        for one in proposal.changes
    ]
    if changes:
        table.table(words.changes.format(line=proposal.line, days=days), words.columns, changes)
    else:
        table.note(words.no_changes.format(line=proposal.line, days=days))
    for problem in proposal.warnings:
        table.warn(str(problem))
    for note in proposal.notes:
        table.note(note)
    if proposal.newcomers:
        ids = ", ".join(one.id for one in proposal.newcomers)
        table.note(words.numbers.format(ids=ids))
    paths = ", ".join(str(folder / path) for path in proposal.files)
    if not proposal.files:
        table.ok(words.same.format(days=days))
    elif written:
        table.ok(words.written.format(paths=paths))
    else:
        table.note(words.not_written.format(paths=paths))


def _day(day: date, language: Language) -> str:
    return f"{day} {WEEKDAYS[language][day.weekday()]}" if language is Language.ZH else f"{day:%a} {day}"


def _people(people: tuple[Person, ...], names: Names) -> str:
    words = _WORDS[names.language]
    return words.comma.join(names(who) + (words.backup if as_backup else "") for who, as_backup in people)


def _as_json(proposal: Proposal, *, written: bool) -> dict[str, object]:
    def people(found: tuple[Person, ...]) -> list[dict[str, object]]:
        return [{"id": who, "backup": as_backup} for who, as_backup in found]

    return {
        "written": written,
        "files": list(proposal.files),
        "sheet": proposal.sheet,
        "days": [str(day) for day in proposal.days],
        "changes": [
            {"date": str(one.day), "slot": one.slot, "comes": people(one.comes), "goes": people(one.goes)}
            for one in proposal.changes
        ],
        "newcomers": [{"id": one.id, "name": one.name, "cell": one.ref} for one in proposal.newcomers],
        "warnings": [_problem(one) for one in proposal.warnings],
        "notes": list(proposal.notes),
    }


def _problem(one: Problem) -> dict[str, object]:
    return {"file": one.file, "line": one.line, "column": one.column, "what": one.what, "hint": one.hint}
