"""A line, its people, and sheets as rows of cells, for the tests of reading spreadsheets."""

from collections.abc import Sequence

from hotline_agi.planning.sheets.cells import Sheet, Value
from hotline_agi.planning.sheets.reading import Days, SheetPlan, Wishes, read_plan
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.terms.ids import VolunteerId
from tests.roster import written

PEOPLE = {
    VolunteerId(who): Volunteer(id=VolunteerId(who), name=name, languages=("zh",), endpoints=())
    for who, name in (
        ("chen-jing", "陈静"),
        ("wang-lei", "王磊"),
        ("li-na", "李娜"),
        ("zhang-min", "张敏"),
        ("liu-yang", "刘洋"),
        ("ann-lee", "Ann Lee"),
        ("zhang-wei", "张伟"),
        ("zhang-wei-2", "张伟"),
    )
}
"""张伟 is the name of two."""


def line() -> Line:
    """early 06:00-14:00, late 14:00-22:00, night 22:00-06:00, each with one usual person; backup at night."""
    return written.line(
        written.shift("early", "06:00", "14:00", "zhang-min"),
        written.shift("late", "14:00", "22:00", "zhang-min"),
        written.shift("night", "22:00", "06:00", "zhang-min", backup="liu-yang"),
    )


def sheet(*rows: Sequence[Value], name: str = "Sheet1", file: str = "roster.xlsx") -> Sheet:
    return Sheet(file=file, name=name, rows=tuple(map(tuple, rows)))


def read(*rows: Sequence[Value], wishes: Wishes | None = None, name: str = "Sheet1") -> tuple[SheetPlan, list[str]]:
    """The plan and the findings as text."""
    findings = Findings()
    plan = read_plan(sheet(*rows, name=name), line(), PEOPLE.values(), wishes or Wishes(), findings)
    assert plan is not None, findings.problems
    return plan, [str(problem) for problem in findings.problems]


def right(*rows: Sequence[Value], wishes: Wishes | None = None, name: str = "Sheet1") -> SheetPlan:
    plan, problems = read(*rows, wishes=wishes, name=name)
    assert not problems
    return plan


def wrong(*rows: Sequence[Value], wishes: Wishes | None = None) -> list[str]:
    """What is wrong with the sheet; all of it errors."""
    findings = Findings()
    read_plan(sheet(*rows), line(), PEOPLE.values(), wishes or Wishes(), findings)
    assert findings.failed
    return [str(problem) for problem in sorted(findings.problems)]


def told(days: Days | None) -> dict[str, str]:
    """``{"14 night": "chen-jing wang-lei"}``"""
    return {f"{day.day} {slot}": " ".join(cell) for day, slots in (days or {}).items() for slot, cell in slots.items()}
