"""``hotline roster check``: what it prints in each format, and how it ends."""

import gc
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hotline_agi.cli import main
from tests.commands import ROOT

GOOD = ROOT / "tests/roster/good"
CONTACTS = "contacts.example.yaml"
GAP = ("    people: [boris]", "    people: {mon-sat: [boris]}")
TYPO = ("[anna, boris]", "[ana, boris]")


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Hotline = Callable[..., Done]


@pytest.fixture
def hotline(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hotline:
    """``hotline roster check`` in a folder, within this process: it is asked often here."""

    def run(folder: Path, *arguments: object) -> Done:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["hotline", "roster", "check", *map(str, arguments)])
        try:
            main()
            status: object = 0
        except SystemExit as ended:
            status = ended.code or 0
        finally:
            gc.enable()  # the command ends with its process as a rule
        assert isinstance(status, int)
        printed = capsys.readouterr()
        return Done(status, printed.out, printed.err)

    return run


@pytest.fixture
def hospital(tmp_path: Path) -> Path:
    """A folder with `rosters/` in it and the contacts beside that."""
    shutil.copytree(GOOD / "haven", tmp_path / "rosters/haven")
    shutil.copyfile(GOOD / CONTACTS, tmp_path / "contacts.yaml")
    return tmp_path


def change(hospital: Path, what: tuple[str, str], name: str = "shifts") -> None:
    path = hospital / f"rosters/haven/{name}.yaml"
    text = path.read_text("utf-8")
    assert what[0] in text
    path.write_text(text.replace(*what), "utf-8")


def told(done: Done) -> Any:
    return json.loads(done.stdout)


def test_a_right_roster(hospital: Path, hotline: Hotline) -> None:
    done = hotline(hospital, "--contacts", "contacts.yaml", "--strict")
    assert (done.returncode, done.stdout, done.stderr) == (0, "✓ the rosters are right\n", "")


def test_it_says_that_contacts_were_not_checked(hospital: Path, hotline: Hotline) -> None:
    done = hotline(hospital)
    assert done.returncode == 0
    assert "read without contacts: the numbers of 3 mobiles and transfers were not checked" in done.stdout
    assert told(hotline(hospital, "--json"))["notes"]


def test_warnings_fail_only_if_strict(hospital: Path, hotline: Hotline) -> None:
    change(hospital, GAP)
    done = hotline(hospital)
    assert done.returncode == 0
    assert done.stderr == (
        "! rosters/haven/shifts.yaml:10:3: warning: nobody is on shift every Sun 22:00-06:00 "
        "(name people for these hours, or close then)\n"
    )
    assert "see the warnings: 1 warning in 1 file" in done.stdout
    assert hotline(hospital, "--strict").returncode == 1


def test_errors_fail_and_come_before_any_outlook(hospital: Path, hotline: Hotline) -> None:
    change(hospital, GAP)
    change(hospital, TYPO)
    change(hospital, ("Europe/Berlin", "Europe/Berlinn"), "line")
    done = hotline(hospital)
    assert done.returncode == 1
    assert [line.split(" ")[1] for line in done.stderr.splitlines()[:-1]] == [
        "rosters/haven/line.yaml:2:12:",
        "rosters/haven/shifts.yaml:6:17:",
    ]
    assert done.stderr.endswith("✗ 2 errors in 2 files\n")
    assert "the next 28 days were not looked at: mend the errors first" in done.stdout


def test_the_folder_may_be_anywhere(hospital: Path, hotline: Hotline) -> None:
    change(hospital, TYPO)
    assert " haven/shifts.yaml:6:17: error" in hotline(hospital / "rosters", ".").stderr
    assert f" {hospital}/rosters/haven/shifts.yaml:6:17: error" in hotline(ROOT, hospital / "rosters").stderr


def test_today_and_days_move_the_outlook(hospital: Path, hotline: Hotline) -> None:
    change(hospital, GAP)
    [found] = told(hotline(hospital, "--json", "--today", "2026-12-24", "--days", "5"))["problems"]
    assert found["what"] == "nobody is on shift on Sun 27 Dec 22:00-06:00"
    assert told(hotline(hospital, "--json", "--today", "2026-12-21", "--days", "5"))["problems"] == []
    for edge in ("1971-01-01", "9990-12-31"):
        assert hotline(hospital, "--today", edge, "--days", "366").returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [["--days", "0"], ["--days", "367"], ["--today", "24.12."], ["--today", "9999-12-31"], ["--format", "xml"]],
)
def test_what_it_does_not_understand_is_a_usage_error(hospital: Path, arguments: list[str], hotline: Hotline) -> None:
    assert hotline(hospital, *arguments).returncode == 2


def test_a_folder_or_contacts_that_are_not_there(hospital: Path, hotline: Hotline) -> None:
    assert hotline(hospital, "elsewhere").returncode == 2
    assert hotline(hospital, "--contacts", "elsewhere.yaml").returncode == 2


def test_json_counts_and_lists(hospital: Path, hotline: Hotline) -> None:
    change(hospital, TYPO)
    done = hotline(hospital, "--format", "json")
    assert (done.returncode, done.stderr) == (1, "")
    assert told(done) == {
        "problems": [
            {
                "file": "haven/shifts.yaml",
                "line": 6,
                "column": 17,
                "severity": "error",
                "what": "there is no person 'ana'",
                "hint": "did you mean 'anna'?",
            }
        ],
        "errors": 1,
        "warnings": 0,
        "notes": ["the next 28 days were not looked at: mend the errors first"],
    }
    assert hotline(hospital, "--json").stdout == done.stdout


def places(done: Done) -> list[str]:
    """The paths of a SARIF log or a Code Quality report."""
    document = told(done)
    if isinstance(document, list):
        return [one["location"]["path"] for one in document]
    results = document["runs"][0]["results"]
    return [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_reports_name_paths_from_the_top_of_the_repository(hospital: Path, form: str, hotline: Hotline) -> None:
    change(hospital, TYPO)
    assert places(hotline(hospital, "--format", form)) == ["rosters/haven/shifts.yaml"]  # no repository: from here
    team = hospital / "team"
    team.mkdir()
    shutil.move(hospital / "rosters", team / "rosters")
    (hospital / ".git").mkdir()
    for folder, argument in ((hospital, "team/rosters"), (team, "rosters"), (team / "rosters/haven", "..")):
        done = hotline(folder, argument, "--format", form)
        assert (done.returncode, places(done)) == (1, ["team/rosters/haven/shifts.yaml"])
    (hospital / ".git").rmdir()
    (hospital / ".git").write_text("gitdir: elsewhere\n")  # so it is in a work tree or a submodule
    assert places(hotline(team, "--format", form)) == ["team/rosters/haven/shifts.yaml"]
    (team / "rosters/.git").mkdir()  # the rosters are a repository themselves
    assert places(hotline(hospital, "team/rosters", "--format", form)) == ["haven/shifts.yaml"]


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_contacts_outside_the_repository_are_told_by_name(hospital: Path, form: str, hotline: Hotline) -> None:
    (hospital / "rosters/.git").mkdir()
    (hospital / "contacts.yaml").write_text("contacts: {}\n...\n")
    assert set(places(hotline(hospital, "--contacts", "contacts.yaml", "--format", form))) >= {"haven/people.yaml"}
    (hospital / "contacts.yaml").write_text("contacts:\n  anna: none\n...\n")
    assert "contacts.yaml" in places(hotline(hospital, "--contacts", "contacts.yaml", "--format", form))


def test_encrypted_contacts_are_read_with_their_key(hospital: Path, hotline: Hotline) -> None:
    key, encrypted = hospital / "key.txt", hospital / "contacts.yaml.age"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", key], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run(["age", "-r", recipient, "-o", encrypted, hospital / "contacts.yaml"], check=True)
    done = hotline(hospital, "--contacts", encrypted, "--contacts-key", key)
    assert (done.returncode, done.stdout) == (0, "✓ the rosters are right\n")
    assert hotline(hospital, "--contacts", encrypted).returncode == 2


def test_no_number_is_in_any_format(hospital: Path, hotline: Hotline) -> None:
    contacts = hospital / "contacts.yaml"
    contacts.write_text(contacts.read_text("utf-8").replace("boris:", "boris: +44 7700 900123x #"), "utf-8")
    for form in ("human", "json", "sarif", "gitlab"):
        done = hotline(hospital, "--contacts", contacts, "--format", form)
        assert done.returncode == 1
        assert "900123" not in done.stdout + done.stderr


def test_an_empty_folder_is_told_as_the_folder(tmp_path: Path, hotline: Hotline) -> None:
    (tmp_path / "rosters").mkdir()
    done = hotline(tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("✗ rosters: error: there is no line")
    assert places(hotline(tmp_path, "--format", "gitlab")) == ["rosters"]


def test_on_a_terminal_files_head_their_findings(hospital: Path) -> None:
    change(hospital, TYPO)
    change(hospital, ("Europe/Berlin", "Europe/Berlinn"), "line")
    parent, child = pty.openpty()
    command = [Path(sys.executable).parent / "hotline", "roster", "check"]
    clean = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        command, cwd=hospital, stdin=child, stdout=child, stderr=child, env=clean | {"TERM": "xterm-256color"}
    )
    os.close(child)
    octets = b""
    try:
        while chunk := os.read(parent, 4096):
            octets += chunk
    except OSError:  # Linux ends a terminal so
        pass
    os.close(parent)
    assert process.wait(30) == 1
    shown = octets.decode().replace("\r", "")
    assert "rosters/haven/line.yaml\x1b[0m\n" in shown
    assert "\n\x1b[1;4mrosters/haven/shifts.yaml" in shown or "\nrosters/haven/shifts.yaml" in shown
    assert "\x1b[1;31m✗ 6:17    there is no person 'ana'" in shown
    assert "          did you mean 'anna'?" in shown


def test_numbers_that_would_not_be_dialled_are_told(hospital: Path, hotline: Hotline) -> None:
    contacts = hospital / "contacts.yaml"
    first = re.search(r"'?\+?[0-9 ]{8,}'?", contacts.read_text())
    assert first is not None
    contacts.write_text(contacts.read_text().replace(first[0], "'+449098790123'", 1))
    done = hotline(hospital, "--contacts", "contacts.yaml")
    assert done.returncode == 0
    assert "the number would not be dialled: it costs more than a call" in done.stderr
    assert "9098790123" not in done.stdout + done.stderr
    settings = hospital / "hotline.yaml"
    settings.write_text(
        "rosters: rosters\nstate: s\nmessages: m\nami: {secret_file: x}\ndialling: {allow: ['+44909']}\n...\n"
    )
    done = hotline(hospital, "--contacts", "contacts.yaml", "--settings", "hotline.yaml")
    assert "dialled" not in done.stdout + done.stderr
