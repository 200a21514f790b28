"""``hotline roster explain`` as its users call it."""

import json
from pathlib import Path

import pytest

from tests.commands import hotline

AT = ("--at", "2026-02-16T01:00")
FILES = {
    "line.yaml": """
name: {zh: 心理援助热线, en: Support line}
time_zone: Asia/Shanghai
numbers: ["01632960100"]
""",
    "people.yaml": """
volunteers:
  chen-jing: {name: 陈静, endpoints: [softphone: v01, mobile]}
  wang-lei: {name: 王磊, endpoints: [mobile]}
""",
    "shifts.yaml": """
shifts:
  night: {from: 22:00, until: 08:00, people: [chen-jing]}
  day: {from: 08:00, until: 22:00, people: [wang-lei]}
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "xinli").mkdir()
    for name, text in FILES.items():
        (tmp_path / "xinli" / name).write_text(f"{text.lstrip()}...\n", encoding="utf-8")
    return tmp_path


def test_who_is_rung_is_told_why(folder: Path) -> None:
    told = hotline("roster", "explain", "chen-jing", "--rosters", folder, *AT)
    assert told.stdout.splitlines() == [
        "chen-jing, line xinli, Mon 2026-02-16 01:00 (Asia/Shanghai):",
        (
            "  Rung in wave 1, because the plain week has them on shift in night (Sun 2026-02-15 22:00-08:00) "
            "(xinli/shifts.yaml:2); and the usual ring plan rings them in wave 1, the only one who is on shift."
        ),
        "  They are reached by softphone v01 (picking up accepts), if that fails by mobile (must press 1).",
    ]
    assert told.returncode == 0


def test_for_programs(folder: Path) -> None:
    asked = ("roster", "explain", "--rosters", folder, "--line", "xinli", *AT, "--json")
    there, gone = (json.loads(hotline(*asked, who).stdout)[0] for who in ("chen-jing", "wang-lei"))
    assert (there["rung"], there["group"], there["waves"]) == (True, "on-shift", [{"wave": 1, "rings": 1, "of": 1}])
    assert there["because"][0] | {"text": ""} == {
        "ground": "place",
        "text": "",
        "file": "xinli/shifts.yaml",
        "line": 2,
    }
    assert (gone["verdict"], [one["ground"] for one in gone["facts"]]) == ("not rung", ["next"])


def test_a_name_that_is_not_there(folder: Path) -> None:
    told = hotline("roster", "explain", "chen-jin", "--rosters", folder)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "hotline: there is no volunteer 'chen-jin': did you mean 'chen-jing'?\n"
