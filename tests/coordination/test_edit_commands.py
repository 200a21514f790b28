"""``hotline roster diff`` and the edits as their users run them, in a git checkout."""

import io
import json
import shutil
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline_agi.cli import main
from tests.commands import ROOT


@dataclass(frozen=True, slots=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def hotline(*arguments: object) -> Done:
    """The command in this process: a start takes longer than all the rest."""
    out, err, status = io.StringIO(), io.StringIO(), 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(one) for one in arguments])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Done(status, out.getvalue(), err.getvalue())


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def rosters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    shutil.copytree(ROOT / "rosters", tmp_path / "rosters")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "config", "user.name", "Coordinator")
    git(tmp_path, "config", "user.email", "coordinator@example.org")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path / "rosters"


def edit(folder: Path, *arguments: str) -> Done:
    return hotline("roster", *arguments, "--rosters", folder)


SWAP = ("swap", "chen-jing", "wang-lei", "--date", "2027-01-08", "--slot", "night")
"""A Friday."""
SAID = "Fri 8 Jan 2027 22:00–02:00 night: wang-lei comes, chen-jing goes"


def test_a_swap_from_its_effect_to_its_commit(rosters: Path) -> None:
    covers = rosters / "xinli/covers.yaml"
    before = covers.read_text("utf-8")
    tried = edit(rosters, *SWAP, "--dry-run")
    assert tried.returncode == 0
    assert "22:00–02:00 night: wang-lei comes, chen-jing goes" in tried.stdout
    assert covers.read_text("utf-8") == before
    done = edit(rosters, *SWAP, "--commit")
    assert done.returncode == 0, done.stderr
    assert git(rosters, "log", "-1", "--format=%s") == "Swap chen-jing and wang-lei: night of 2027-01-08"
    assert git(rosters, "status", "--porcelain") == ""
    changed = [one for one in git(rosters, "show", "--format=", "-U0").splitlines() if one[:1] in "+-"]
    assert changed[2:] == ["+  - {swap: [chen-jing, wang-lei], date: 2027-01-08, slot: night}"]

    told = hotline("roster", "diff", "HEAD~1", "--rosters", rosters, "--from", "2026-12-28T12:00")
    assert (told.returncode, told.stdout) == (0, f"{SAID}\n(wang-lei 王磊, chen-jing 陈静)\n")
    as_json = json.loads(
        hotline("roster", "diff", "HEAD~1", "HEAD", "--rosters", rosters, "--from", "2026-12-28T12:00", "--json").stdout
    )
    (effect,) = as_json["effects"]
    assert (effect["text"], effect["comes"], effect["goes"]) == (SAID, ["wang-lei"], ["chen-jing"])
    assert effect["spans"] == [{"from": "2027-01-08T14:00:00+00:00", "until": "2027-01-08T18:00:00+00:00"}]

    again = edit(rosters, *SWAP)
    assert again.returncode == 2
    assert "chen-jing is not in night on Fri 2027-01-08 (swap, wang-lei is there instead: xinli/covers.yaml" in (
        again.stderr
    )


def test_a_change_of_comments_has_no_effect(rosters: Path) -> None:
    shifts = rosters / "xinli/shifts.yaml"
    shifts.write_text("# 一句话 · a word\n" + shifts.read_text("utf-8"), "utf-8")
    told = hotline("roster", "diff", "--rosters", rosters)
    assert (told.returncode, told.stdout) == (0, "the effect on who is rung: none\n")


def test_a_refused_side_is_named(rosters: Path) -> None:
    shifts = rosters / "xinli/shifts.yaml"
    shifts.write_text(shifts.read_text("utf-8").replace("zhou-mei", "zhou-mai"), "utf-8")
    told = hotline("roster", "diff", "HEAD", "--rosters", rosters)
    assert told.returncode == 1
    assert "the rosters of the work tree are refused" in told.stderr
    assert "there is no person 'zhou-mai'" in told.stderr
    git(rosters, "commit", "-q", "-a", "-m", "bad")
    told = hotline("roster", "diff", "HEAD", "HEAD~1", "--rosters", rosters)
    assert told.returncode == 1
    assert "the rosters of HEAD are refused" in told.stderr
    refused = edit(rosters, "sick", "li-na", "--from", "tomorrow")
    assert refused.returncode == 1
    assert "the rosters are refused as they are" in refused.stderr


def test_an_edit_that_check_refuses_writes_nothing(rosters: Path) -> None:
    people = rosters / "xinli/people.yaml"
    before = people.read_bytes()
    refused = edit(rosters, "add-person", "bai-lu", "--name", "白露", "--endpoints", "softphone:v01,mobile")
    assert refused.returncode == 1
    assert "the endpoint 'v01' is in use already" in refused.stderr
    assert people.read_bytes() == before


def test_unknown_revisions_people_and_days_are_usage(rosters: Path) -> None:
    for arguments, says in (
        (("diff", "nothing"), "there is no revision 'nothing'"),
        (("swap", "chen-jin", "li-na", "--date", "2027-01-08", "--slot", "night"), "did you mean 'chen-jing'"),
        (("sick", "li-na", "--from", "2027-1-8"), "write 2027-01-08"),
        (("add", "li-na", "--slot", "night"), "one of the two"),
        (("add", "li-na", "--slot", "night", "--days", "weekend"), "'weekend' are no weekdays"),
        ((*SWAP, "-m", "x"), "-m is for --commit"),
        ((*SWAP, "--line", "xinly"), "did you mean 'xinli'"),
    ):
        done = edit(rosters, *arguments)
        assert done.returncode == 2, arguments
        assert says in done.stderr, done.stderr
    assert git(rosters, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_all_edits_one_after_the_other_stay_right(rosters: Path) -> None:
    for arguments in (
        ("sick", "zhou-mei", "--from", "now", "--until", "2027-12-01", "--instead", "li-na", "--note", "flu: get well"),
        ("away", "li-na", "--from", "2027-01-04 03:00", "--to", "2027-01-05"),
        ("extra", "gao-feng", "he-xin", "--date", "tomorrow", "--slot", "noon", "--backup"),
        ("add", "li-na", "--slot", "early", "--days", "sat"),
        ("add", "hu-bin", "--slot", "night", "--date", "2027-01-09"),
        ("remove", "zhu-ling", "--slot", "early"),
        ("add-person", "bai-lu", "--name", "白露", "--endpoints", "softphone:v30,mobile", "--languages", "zh,en"),
        ("add", "bai-lu", "--slot", "noon", "--days", "daily"),
        ("remove-person", "guo-rui"),
    ):
        done = edit(rosters, *arguments, "--commit")
        assert done.returncode == 0, (arguments, done.stderr)
        assert git(rosters, "status", "--porcelain") == ""
    checked = hotline("roster", "check", rosters, "--json")
    assert json.loads(checked.stdout)["errors"] == 0
    assert "guo-rui" not in git(rosters.parent, "grep", "-h", "", "--", "rosters/xinli")
