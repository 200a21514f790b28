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
    stand_in.write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\n')
    stand_in.chmod(0o755)
    return asked


def test_a_pull_has_the_service_read(repository: Path, tmp_path: Path, told: Path) -> None:
    checkout = tmp_path / "checkout"
    must(git(tmp_path, "clone", "-q", repository, checkout))
    install("post-merge", checkout / ".git/hooks")
    must(git(repository, "commit", "-q", "--allow-empty", "-m", "Change something"))
    must(git(checkout, "pull", "-q", HOTLINE=str(tmp_path / "hotline")))
    assert told.read_text().startswith("roster reload\n")


@pytest.fixture
def served(repository: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A bare repository with the hook, and the checkout that it brings up to date."""
    bare, checkout = tmp_path / "bare.git", tmp_path / "checkout"
    must(git(tmp_path, "clone", "-q", "--bare", repository, bare))
    must(git(tmp_path, "clone", "-q", bare, checkout))
    install("post-receive", bare / "hooks")
    return bare, checkout


def push(repository: Path, served: tuple[Path, Path], hotline: str) -> str:
    """A commit more, pushed: what the pusher sees."""
    must(git(repository, "commit", "-q", "--allow-empty", "-m", "Change something"))
    bare, checkout = served
    done = git(repository, "push", bare, "main", HOTLINE=hotline, HOTLINE_CHECKOUT=str(checkout))
    must(done)
    return " ".join(done.stderr.replace("remote:", "").split())


def test_a_push_moves_the_checkout_and_has_the_service_read(
    repository: Path, served: tuple[Path, Path], tmp_path: Path, told: Path
) -> None:
    bare, checkout = served
    settings = {"HOTLINE": str(tmp_path / "hotline"), "HOTLINE_CHECKOUT": str(checkout)}
    must(git(repository, "push", "-q", bare, "main:trial", **settings))
    assert not told.exists()  # another branch does not count
    must(git(repository, "commit", "-q", "--allow-empty", "-m", "Change something"))
    must(git(repository, "push", "-q", bare, "main", **settings))
    assert told.read_text().startswith("roster reload\n")
    assert must(git(checkout, "rev-parse", "HEAD")) == must(git(repository, "rev-parse", "HEAD"))


@pytest.mark.parametrize("hook", ["post-receive", "post-merge"])
def test_the_command_may_be_of_several_words(
    hook: str, repository: Path, served: tuple[Path, Path], tmp_path: Path, told: Path
) -> None:
    """As `sudo -n -u hotline hotline` is."""
    command = f"env IN_BETWEEN=* {tmp_path / 'hotline'}"
    if hook == "post-receive":
        assert "****" not in push(repository, served, command)
    else:
        bare, checkout = served
        install("post-merge", checkout / ".git/hooks")
        must(git(repository, "commit", "-q", "--allow-empty", "-m", "Change something"))
        must(git(bare, "fetch", "-q", repository, "main:main"))
        must(git(checkout, "pull", "-q", HOTLINE=command))
    assert told.read_text().startswith("roster reload\n")


def test_a_checkout_that_was_not_updated_is_told_to_whoever_pushes(
    repository: Path, served: tuple[Path, Path], tmp_path: Path, told: Path
) -> None:
    _, checkout = served
    before = must(git(checkout, "rev-parse", "HEAD"))
    must(git(checkout, "commit", "-q", "--allow-empty", "-m", "Something by hand"))  # no fast-forward any more
    seen = push(repository, served, str(tmp_path / "hotline"))
    assert f"the checkout {checkout} was NOT updated" in seen
    assert f"检出目录 {checkout} 没有更新" in seen
    assert not told.exists()
    must(git(checkout, "checkout", "-q", "-b", "other", before.strip()))  # pulls well, but another branch
    must(git(checkout, "branch", "-q", "--set-upstream-to", "origin/main"))
    assert "was NOT updated" not in push(repository, served, str(tmp_path / "hotline"))
    must(git(served[0], "branch", "other", before.strip()))
    must(git(checkout, "reset", "-q", "--hard", before.strip()))
    must(git(checkout, "config", "branch.other.merge", "refs/heads/other"))
    assert "was NOT updated" in push(repository, served, str(tmp_path / "hotline"))
    shutil.rmtree(checkout)
    assert "was NOT updated" in push(repository, served, str(tmp_path / "hotline"))


@pytest.mark.parametrize(("command", "status"), [("env false", 1), ("hotline", 2), ("no-such-hotline", 127)])
def test_a_reload_that_fails_is_told_to_whoever_pushes(
    command: str, status: int, repository: Path, served: tuple[Path, Path]
) -> None:
    seen = push(repository, served, command)
    assert f"`{command} roster reload` failed (status {status})" in seen
    assert f"失败（状态 {status}）" in seen
    assert must(git(served[1], "rev-parse", "HEAD")) == must(git(repository, "rev-parse", "HEAD"))


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


def installs() -> list[tuple[str, str]]:
    """The step that installs the command, of either job: how it is run, and its script."""
    gitlab = read_yaml(CI / "gitlab-ci.example.yml")["roster-check"]
    github = read_yaml(CI / "github-workflow.example.yml")["jobs"]["check"]
    assert "HOTLINE_PACKAGE" not in gitlab.get("variables", {})
    assert github["env"] == {"HOTLINE_PACKAGE": "${{ vars.HOTLINE_PACKAGE }}"}  # empty if nobody set it
    [step] = [one for one in github["steps"] if one.get("name") == "install"]
    return [("sh", script_of(gitlab["before_script"])), ("bash", "set -e\n" + step["run"])]


@pytest.mark.parametrize("job", [0, 1], ids=["gitlab", "github"])
def test_the_command_is_installed_from_where_the_hospital_says_and_nowhere_else(job: int, tmp_path: Path) -> None:
    """A bare name would be looked for in a public index, where a stranger may have registered it."""
    shell, script = installs()[job]
    asked = tmp_path / "asked"
    (tmp_path / "python").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{asked}"\n')
    (tmp_path / "python").chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{ENVIRONMENT['PATH']}"}
    for unset in ({}, {"HOTLINE_PACKAGE": ""}):
        refused = run(tmp_path, shell, "-c", script, **path, **unset)
        assert refused.returncode == 1
        assert "没有设置 HOTLINE_PACKAGE" in refused.stderr and "HOTLINE_PACKAGE is not set" in refused.stderr
        assert not asked.exists()
    wheel = "https://git.hospital.example/hotline agi.whl"
    must(run(tmp_path, shell, "-c", script, **path, HOTLINE_PACKAGE=wheel))
    assert asked.read_text().splitlines()[-1] == wheel


def test_the_templates_are_no_rosters() -> None:
    """They lie in the folder that is checked."""
    checked = run(ROOT, "hotline", "roster", "check", "rosters", "--json")
    assert not any(one["file"].startswith(("ci/", "hooks/")) for one in json.loads(checked.stdout)["problems"])
