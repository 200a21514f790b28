"""Workbooks as hospitals have them, for the line of this repository's example: 24 people, seven shifts a day."""

import io
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from hotline_agi import rosters
from hotline_agi.coordination.imports import Proposal, Source, propose
from hotline_agi.errors import InvalidText
from hotline_agi.planning.sheets.reading import Wishes
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Cell
from hotline_agi.roster.precedence import occurrence
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId

FOLDER = Path(__file__).resolve().parents[2] / "rosters"
MONTH = "xinli/months/2027-03.yaml"
DAYS = [date(2027, 3, n) for n in range(1, 32)]
WORDS = ("深夜", "早", "上午", "午", "下午", "晚", "夜")
HOURS = ("02:00-06:00", "06:00-09:00", "09:00-12:00", "12:00-15:00", "15:00-18:00", "18:00-22:00", "22:00-02:00")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """The example, without months of its own."""
    return {path: octets for path, octets in rosters.read_files(FOLDER).items() if "/months/" not in path}


@pytest.fixture(scope="module")
def names(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(who, person.name) for who, person in read_roster(files).roster.volunteers.items()]


def new_sheet(title: str) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    book.create_sheet("填写说明").append(["请在“排班”表中填写", "联系人：01632 960100"])
    return book, book.create_sheet(title)


def imported(files: dict[str, bytes], book: openpyxl.Workbook, wishes: Wishes | None = None) -> Proposal:
    out = io.BytesIO()
    book.save(out)
    source = Source(line=LineId("xinli"), name="值班表.xlsx", content=out.getvalue())
    return propose(files, source, wishes or Wishes(), replace=False)


def there(line: Line, slot: str, day: date) -> Cell:
    shift = next(shift for shift in line.shifts if shift.slot == slot)
    found = occurrence(line, shift, day)
    return tuple(place.who for place in found.places if not place.as_backup) if found else ()


def test_a_ward_matrix_with_title_weekdays_totals_and_notes(
    files: dict[str, bytes], names: list[tuple[str, str]]
) -> None:
    book, sheet = new_sheet("排班")
    sheet.append(["市精神卫生中心心理援助热线值班表（2027年3月）"])
    sheet.merge_cells("A1:AI1")
    sheet.append([])
    sheet.append(["序号", "姓名", "联系方式", *(datetime.combine(day, time(0)) for day in DAYS), "合计"])
    sheet.append(["", "", "", *("一二三四五六日"[day.weekday()] for day in DAYS), ""])
    sheet.merge_cells("A3:A4")
    for n, (_, name) in enumerate(names):
        spaced = f"{name[0]}　{name[1]}" if len(name) == 2 else name
        codes = [(WORDS[(n + day.day) % 7] + "班", "休", "", "夜（备）")[(n * 3 + day.day) % 4] for day in DAYS]
        sheet.append(
            [n + 1, spaced, 441632960100 + n, *codes, f'=COUNTA(D{n + 5}:AH{n + 5})-COUNTIF(D{n + 5}:AH{n + 5},"休")']
        )
    sheet.append(["", "每日人数", "", *(f"=COUNTA({column}5:{column}28)" for column in ("D", "E", "F"))])
    sheet.append(["注：1. 夜班 22:00 至次日 2:00。2. 换班须提前一天告知组长，电话 01632 960111。"])
    sheet.append(["制表：周梅", "", "", "审核：", "", "", "2027-02-20"])
    for column in range(1, 400):
        sheet.cell(1500, column).number_format = "0.00"  # formatted, and empty
    proposal = imported(files, book)
    line = proposal.roster.lines[LineId("xinli")]
    assert proposal.sheet == "排班"
    assert (proposal.days, list(proposal.files)) == (tuple(DAYS), [MONTH])
    first = {name: (n + 1) % 7 for n, (_, name) in enumerate(names) if (n * 3 + 1) % 4 == 0}
    expected = {who for who, name in names if name in first and WORDS[first[name]] == "早"}
    assert set(there(line, "early", DAYS[0])) == expected
    assert expected
    assert not any("960" in note for note in proposal.notes)
    assert any("column C looks like telephone numbers" in note for note in proposal.notes)


def test_rows_with_merged_dates_and_several_name_columns(files: dict[str, bytes], names: list[tuple[str, str]]) -> None:
    book, sheet = new_sheet("三月")
    sheet.append(["日期", "", "时段", "值班人员", "", "", "备班", "备注"])
    sheet.merge_cells("D1:F1")
    row = 2
    for day in DAYS[:7]:
        for n, hours in enumerate(HOURS):
            who = [names[(day.day * 5 + n * 3 + k) % len(names)][1] for k in range(4)]
            when = [f"{day.month}月{day.day}日", "周" + "一二三四五六日"[day.weekday()]] if n == 0 else [None, None]
            sheet.append([*when, hours.replace("-", "～"), *who, "春分" if day.day == 21 else None])
        sheet.merge_cells(f"A{row}:A{row + 6}")
        row += 7
    proposal = imported(files, book, Wishes(month=(2027, 3)))
    line = proposal.roster.lines[LineId("xinli")]
    assert proposal.days == tuple(DAYS[:7])
    who = tuple(names[(15 + 9 + k) % len(names)][0] for k in range(3))
    assert there(line, "noon", DAYS[2]) == who
    assert proposal.changes


def test_a_board_of_slots_and_days_for_each_week(files: dict[str, bytes], names: list[tuple[str, str]]) -> None:
    book, sheet = new_sheet("Week 9-10")
    row = 1
    for start in (DAYS[0], DAYS[7]):
        week = [start + timedelta(days=n) for n in range(7)]
        sheet.append(["班次", *(datetime.combine(day, time(0)) for day in week)])
        sheet.append([None, *("一二三四五六日"[day.weekday()] for day in week)])
        for n, word in enumerate(WORDS):
            cells = [f"{names[(day.day + n) % 24][1]}\n{names[(day.day + n + 9) % 24][1]}" for day in week]
            sheet.append([f"{word}班", *cells])
        sheet.append([])
        row += 10
    proposal = imported(files, book)
    line = proposal.roster.lines[LineId("xinli")]
    assert proposal.days == tuple(DAYS[:14])
    assert there(line, "deep-night", DAYS[9]) == (names[10][0], names[19][0])


def test_a_workbook_whose_dates_are_formulas_without_results(
    files: dict[str, bytes], names: list[tuple[str, str]]
) -> None:
    book, sheet = new_sheet("排班")
    sheet.append(["姓名", "=DATE(2027,3,1)", *(f"={column}1+1" for column in "BCDE")])
    sheet.append([names[0][1], "夜", "夜", "", "", ""])
    with pytest.raises(InvalidText) as refused:
        imported(files, book)
    assert any("formulas without results" in str(one) for one in refused.value.problems)
