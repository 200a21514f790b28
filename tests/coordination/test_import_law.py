"""The law: a month that is exported and imported again has the same people in the same slots."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from random import Random

import pytest

from hotline_agi.coordination.csv_file import csv_of, read_csv
from hotline_agi.coordination.workbook import read_workbook, workbook_of
from hotline_agi.planning.sheets.cells import Sheet
from hotline_agi.planning.sheets.export import OutTable, exported
from hotline_agi.planning.sheets.reading import Wishes, read_plan
from hotline_agi.roster.dates import FIRST_YEAR
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.roster.plan import MonthDay
from hotline_agi.roster.precedence import Basis, occurrence
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.problems import NOWHERE
from tests.roster.story import PEOPLE, Story

# Names that could be taken for something else: free, two people, formulas, marks, telephone numbers, notes, headings
NAMES = ("陈静", "李 娜", "王磊", "王磊", "空", "休", "=1+1", "-", "a、b", "Ann Lee", "Bo*", "刘洋(备)", "备注", "合计")
NAMES += (
    "01632 960100",
    "夜",
    "无人",
    "一",
    "14",
    "2026-02-14",
    "nobody",
    "O'Neil, P.",
    'say "hi"',
    "注：人",
    "欧阳 娜娜",
)


class Month:
    """A month of a random line, and what became of it."""

    def __init__(self, seed: int) -> None:
        story, random = Story(seed, days=31), Random(seed)
        self.line = story.line
        self.month = (story.start.year, story.start.month)
        self.people = {
            who: Volunteer(id=who, name=name, languages=("zh",), endpoints=())
            for who, name in zip(PEOPLE, random.sample(NAMES, len(PEOPLE)), strict=True)
        }

    def out(self, language: Language, as_grid: bool) -> OutTable:
        return exported(self.line, self.people, self.month, language, as_grid=as_grid)

    def read_back(self, sheet: Sheet) -> Line:
        """The line whose month roster is what the sheet says, without covers."""
        findings = Findings()
        plan = read_plan(sheet, self.line, self.people.values(), Wishes(), findings)
        assert plan is not None
        assert not findings.problems, [str(one) for one in findings.problems]
        months = dict(self.line.months)
        for day in {*plan.people, *(plan.backup or {})}:
            months[day] = MonthDay(
                where=NOWHERE, people=plan.people.get(day, {}), backup=(plan.backup or {}).get(day, {})
            )
        return replace(self.line, months=months, covers=())


def months(count: int) -> Iterator[tuple[int, Month]]:
    """Those that a month file may be of."""
    made = ((seed, Month(seed)) for seed in range(10 * count))
    yield from islice(((seed, month) for seed, month in made if month.month[0] >= FIRST_YEAR), count)


def cells(line: Line, month: tuple[int, int], *, ordered: bool) -> dict[str, object]:
    """Who is in which slot of the month, by day and slot; those who stand in for a part of it left out."""
    found: dict[str, object] = {}
    for day in _days(month):
        for shift in line.shifts:
            one = occurrence(line, shift, day)
            if one is None:
                continue
            for as_backup in (False, True):
                who = dict.fromkeys(
                    place.who
                    for place in one.places
                    if place.as_backup is as_backup
                    and (place.basis is not Basis.STAND_IN or (place.start, place.end) == (one.start, one.end))
                )
                names: object = tuple(who) if ordered else frozenset(who)
                found[f"{day} {shift.slot} {as_backup}"] = names
    return found


def _days(month: tuple[int, int]) -> list[date]:
    return [date(*month, n) for n in range(1, monthrange(*month)[1] + 1)]


@pytest.mark.parametrize("as_grid", [False, True])
@pytest.mark.parametrize("language", list(Language))
def test_through_csv(as_grid: bool, language: Language) -> None:
    reach: Counter[str] = Counter()
    for seed, month in months(30):
        sheet = read_csv("x.csv", csv_of(month.out(language, as_grid)))
        again = month.read_back(sheet)
        expected = cells(month.line, month.month, ordered=not as_grid)
        assert cells(again, month.month, ordered=not as_grid) == expected, seed
        reach["nobody"] += any(not who for key, who in expected.items() if key.endswith("False"))
        reach["backup"] += any(who for key, who in expected.items() if key.endswith("True"))
        reach["covers"] += len(month.line.covers) > 3
    assert min(reach.values()) > 5, reach


@pytest.mark.parametrize("as_grid", [False, True])
@pytest.mark.parametrize("language", list(Language))
def test_through_a_workbook(as_grid: bool, language: Language) -> None:
    for seed, month in months(5):
        book = read_workbook("x.xlsx", workbook_of(month.out(language, as_grid)))
        again = month.read_back(book.sheets[0])
        ordered = not as_grid
        assert cells(again, month.month, ordered=ordered) == cells(month.line, month.month, ordered=ordered), seed


def test_somebody_of_an_ambiguous_name_is_written_by_id() -> None:
    month = Month(0)
    twins = {who: replace(person, name="王磊") for who, person in month.people.items()}
    table = exported(month.line, twins, month.month, Language.ZH, as_grid=False)
    texts = {str(cell.value) for row in table.rows[1:] for cell in row[5:7]}
    assert not any("王磊" in text for text in texts)
    assert any(VolunteerId("ann") in text for text in texts)
