"""What `rosters/README.md` shows coordinators is read as it stands there."""

import re
from collections.abc import Callable

import pytest

from hotline_agi.roster.covers_file import read_covers
from hotline_agi.roster.days_file import read_days
from hotline_agi.roster.document import Node, parse
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.layout import FILES, OPTIONAL
from hotline_agi.roster.line_file import read_line
from hotline_agi.roster.month_file import read_month
from hotline_agi.roster.people_file import read_people
from hotline_agi.roster.shifts_file import read_shifts
from hotline_agi.terms.ids import LineId
from tests.roster.trees import EXAMPLE

README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
LEAST = "name: {zh: 热线, en: Line}\ntime_zone: UTC\nnumbers: ['100']\n"

Read = Callable[[Node, Findings], object]


def blocks(heading: str) -> list[str]:
    """The indented texts below a heading, without their indentation."""
    section = README.partition(f"\n## `{heading}`\n")[2].partition("\n## ")[0]
    found = re.findall(r"(?m)(?:^(?:    .*)?\n)*^    .*\n(?:^(?:    .*)?\n)*", section)
    return [re.sub(r"(?m)^    ", "", block) for block in found]


@pytest.mark.parametrize(
    ("heading", "nth", "before", "read"),
    [
        ("line.yaml", 0, LEAST, lambda root, findings: read_line(LineId("x"), root, findings)),
        ("people.yaml", 0, "", lambda root, findings: read_people(root, ("zh",), findings)),
        ("shifts.yaml", 0, "", read_shifts),
        ("shifts.yaml", 1, "shifts:\n  a:\n    from: 08:00\n    until: 12:00\n", read_shifts),
        ("days.yaml", 0, "", read_days),
        ("months/2026-02.yaml", 0, "", lambda root, findings: read_month(2026, 2, root, findings)),
        ("covers.yaml", 0, "", read_covers),
    ],
)
def test_what_is_shown_is_read(heading: str, nth: int, before: str, read: Read) -> None:
    findings = Findings()
    found = read(parse("README.md", f"{before}{blocks(heading)[nth]}\n...\n".encode()), findings)
    assert found is not None
    assert findings.problems == []


def test_all_files_have_a_section() -> None:
    headings = set(re.findall(r"^## `([^`]+)`$", README, re.MULTILINE))
    assert headings == {*FILES, *OPTIONAL, "months/2026-02.yaml", "contacts.yaml"}
    for name in headings:
        assert re.search(rf"^\| `(xinli/)?{re.escape(name)}`", README, re.MULTILINE)
