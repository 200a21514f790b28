"""CSV files in any encoding → a sheet → a plan: read, or refused by SetupError or findings; no number is told."""

from random import Random

from hotline_agi.coordination.csv_file import read_csv
from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.cells import Sheet
from hotline_agi.planning.sheets.reading import Wishes, read_plan
from hotline_agi.roster.findings import Findings
from tests.fuzz import mutation
from tests.planning.made_sheets import PEOPLE, line
from tests.planning.test_sheet_fuzz import WORDS as CELLS

WORDS = (
    *(cell.encode() for cell in CELLS),
    b",",
    b";",
    b"\t",
    b'"',
    b'""',
    b"\r\n",
    b"sep=;\n",
    b",\n",
    b"2026-02-01",
    b"\xff\xfe",
)
_ROWS = "日期,班次,姓名\n2026-02-01,夜,陈静\n2026-02-02,早,王磊、李娜*\n"
_GRID = "姓名,2026-02-01,2026-02-02\n陈静,夜,早/晚\n王磊,休,夜(备)\n"


def seeds() -> list[bytes]:
    texts = (_ROWS, _GRID, "sep=;\n" + _ROWS.replace(",", ";"), _ROWS.replace(",", "\t"))
    coded = [text.encode(code) for text in texts for code in ("utf-8", "utf-8-sig", "gb18030", "utf-16")]
    return [*coded, ("," * 500 + "\n").encode() * 3, b'"' + b"x" * 5_000]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    try:
        sheet = read_csv("plan.csv", content)
    except SetupError:
        return
    planned(sheet)


def planned(sheet: Sheet) -> None:
    """What a sheet of any content may come to."""
    for wishes in (Wishes(), Wishes(month=(2026, 2), add_people=True)):
        findings = Findings()
        plan = read_plan(sheet, line(), PEOPLE.values(), wishes, findings)
        assert plan is not None or findings.failed
        told = [*map(str, findings.problems), *(plan.notes if plan else ())]
        assert not any("96010" in text for text in told)
