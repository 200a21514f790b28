"""The hooks and CI jobs of `rosters/`, run as they stand there: with real git, in a repository of their own."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.commands import ROOT

HOOKS, CI = ROOT / "rosters/hooks", ROOT / "rosters/ci"
GOOD = ROOT / "tests/roster/good"
WITHOUT_GIT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
ENVIRONMENT = WITHOUT_GIT | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "c",
    "GIT_AUTHOR_EMAIL": "c@example.org",
    "GIT_COMMITTER_NAME": "c",
    "GIT_COMMITTER_EMAIL": "c@example.org",
}


def run(folder: Path, *command: object, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=ENVIRONMENT | more,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def git(folder: Path, *arguments: object, **more: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "git", *arguments, **more)


def must(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the good roster in `rosters/`, committed."""
    folder = tmp_path / "hospital"
    shutil.copytree(GOOD / "haven", folder / "rosters/haven")
    must(git(tmp_path, "init", "-q", "-b", "main", folder))
    must(git(folder, "add", "."))
    must(git(folder, "commit", "-qm", "Begin"))
    return folder


def spoil(repository: Path) -> Path:
    """Misspell somebody in the work tree."""
    shifts = repository / "rosters/haven/shifts.yaml"
    shifts.write_text(shifts.read_text("utf-8").replace("anna", "ana"), "utf-8")
    return shifts


def install(hook: str, folder: Path) -> None:
    """As the comments in the hooks say."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(HOOKS / hook, folder / hook)
    (folder / hook).chmod(0o755)


def read_yaml(path: Path) -> Any:
    """BaseLoader: everything is text, so that GitHub's `on` does not become True."""
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)


@pytest.mark.parametrize("name", ["pre-commit", "post-merge", "post-receive"])
def test_hooks_are_plain_shell_and_can_be_run(name: str) -> None:
    hook = HOOKS / name
    assert hook.read_text("utf-8").startswith("#!/bin/sh\n")
    assert stat.S_IMODE(hook.stat().st_mode) & 0o111
    must(run(ROOT, "sh", "-n", hook))


def test_a_wrong_roster_is_not_committed_and_a_right_one_is(repository: Path) -> None:
    install("pre-commit", repository / ".git/hooks")
    shifts = spoil(repository)
    refused = git(repository, "commit", "-qam", "Bring ana")
    assert refused.returncode == 1
    assert "rosters/haven/shifts.yaml:6:17: error: there is no person 'ana' (did you mean 'anna'?)" in refused.stderr
    assert "nothing was committed" in refused.stderr
    assert must(git(repository, "rev-list", "--count", "HEAD")) == "1\n"
    shifts.write_text(shifts.read_text("utf-8").replace("ana, boris", "anna"), "utf-8")
    must(git(repository, "commit", "-qam", "Let boris sleep"))
    assert must(git(repository, "rev-list", "--count", "HEAD")) == "2\n"


def test_the_hook_looks_at_what_is_committed_not_at_the_work_tree(repository: Path) -> None:
    install("pre-commit", repository / ".git/hooks")
    spoil(repository)
    (repository / "notes.txt").write_text("nothing of rosters\n")
    must(git(repository, "add", "notes.txt"))
    must(git(repository, "commit", "-qm", "Note something"))  # the mistake is not staged
    must(git(repository, "add", "rosters"))
    good = (GOOD / "haven/shifts.yaml").read_bytes()
    (repository / "rosters/haven/shifts.yaml").write_bytes(good)  # mended, but the mistake is still staged
    assert git(repository, "commit", "-qm", "Commit what is staged").returncode == 1
    must(git(repository, "commit", "-q", "--allow-empty", "-am", "Commit what is there"))


def test_warnings_are_shown_and_committed(repository: Path) -> None:
    install("pre-commit", repository / ".git/hooks")
    shifts = repository / "rosters/haven/shifts.yaml"
    shifts.write_text(shifts.read_text("utf-8").replace("people: [boris]", "people: {mon-sat: [boris]}"), "utf-8")
    done = git(repository, "commit", "-qam", "Leave the night of Sunday alone")
    assert done.returncode == 0
    assert "warning: nobody is on shift every Sun 22:00-06:00" in done.stderr


def test_a_hook_without_the_command_says_so(repository: Path) -> None:
    install("pre-commit", repository / ".git/hooks")
    spoil(repository)
    refused = git(repository, "commit", "-qam", "Bring ana", HOTLINE="no-such-hotline")
    assert refused.returncode == 1
    assert "set HOTLINE" in refused.stderr


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """Where a stand-in for `hotline` writes what it was asked; the service's own part has tests of its own."""
    asked = tmp_path / "asked.txt"
    stand_in = tmp_path / "hotline"
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\nwc -l < rosters/haven/shifts.yaml >> "{asked}"\n')
    stand_in.chmod(0o755)
    return asked


def test_a_pull_has_the_service_read(repository: Path, tmp_path: Path, told: Path) -> None:
    checkout = tmp_path / "checkout"
    must(git(tmp_path, "clone", "-q", repository, checkout))
    install("post-merge", checkout / ".git/hooks")
    must(git(repository, "commit", "-q", "--allow-empty", "-m", "Change something"))
    must(git(checkout, "pull", "-q", HOTLINE=str(tmp_path / "hotline")))
    assert told.read_text().startswith("roster reload\n")


def test_a_push_moves_the_checkout_and_has_the_service_read(repository: Path, tmp_path: Path, told: Path) -> None:
    bare, checkout = tmp_path / "bare.git", tmp_path / "checkout"
    must(git(tmp_path, "clone", "-q", "--bare", repository, bare))
    must(git(tmp_path, "clone", "-q", bare, checkout))
    install("post-receive", bare / "hooks")
    settings = {"HOTLINE": str(tmp_path / "hotline"), "HOTLINE_CHECKOUT": str(checkout)}
    must(git(repository, "push", "-q", bare, "main:trial", **settings))
    assert not told.exists()  # another branch does not count
    must(git(repository, "commit", "-q", "--allow-empty", "-m", "Change something"))
    must(git(repository, "push", "-q", bare, "main", **settings))
    assert told.read_text().startswith("roster reload\n")
    assert must(git(checkout, "rev-parse", "HEAD")) == must(git(repository, "rev-parse", "HEAD"))


def test_the_pre_commit_configuration_names_a_command_that_checks(repository: Path) -> None:
    [local] = read_yaml(HOOKS / "pre-commit-config.example.yaml")["repos"]
    [hook] = local["hooks"]
    assert local["repo"] == "local"
    assert {"id", "name", "entry", "language"} <= set(hook)
    assert run(repository, *hook["entry"].split()).returncode == 0
    spoil(repository)
    assert run(repository, *hook["entry"].split()).returncode == 1


def script_of(lines: list[str]) -> str:
    """As CI runs lines: one after the other in one shell, which ends where one of them fails."""
    return "set -e\n" + "\n".join(lines)


def test_the_gitlab_job_reports_and_fails_on_errors_alone(repository: Path) -> None:
    job = read_yaml(CI / "gitlab-ci.example.yml")["roster-check"]
    report = repository / job["artifacts"]["reports"]["codequality"]
    assert job["artifacts"]["when"] == "always"
    assert run(repository, "sh", "-c", script_of(job["script"])).returncode == 0
    assert json.loads(report.read_text()) == []
    spoil(repository)
    failed = run(repository, "sh", "-c", script_of(job["script"]))
    assert failed.returncode == 1
    assert "did you mean 'anna'?" in failed.stderr
    [finding] = json.loads(report.read_text())
    assert finding["location"] == {"path": "rosters/haven/shifts.yaml", "lines": {"begin": 6}}


def test_the_github_job_reports_and_fails_on_errors_alone(repository: Path) -> None:
    workflow = read_yaml(CI / "github-workflow.example.yml")
    assert {"pull_request", "push", "schedule"} <= set(workflow["on"])
    steps = workflow["jobs"]["check"]["steps"]
    uploads = [step["with"]["sarif_file"] for step in steps if "upload-sarif" in step.get("uses", "")]
    report = repository / uploads[0]
    spoil(repository)
    ended = {}
    for step in steps:
        if "run" in step and step["name"] != "install":
            ended[step["name"]] = run(repository, "bash", "-e", "-o", "pipefail", "-c", step["run"]).returncode
    assert ended == {"report": 0, "check": 1}
    [result] = json.loads(report.read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "rosters/haven/shifts.yaml"


def test_the_templates_are_no_rosters() -> None:
    """They lie in the folder that is checked."""
    checked = run(ROOT, "hotline", "roster", "check", "rosters", "--json")
    assert not any(one["file"].startswith(("ci/", "hooks/")) for one in json.loads(checked.stdout)["problems"])
