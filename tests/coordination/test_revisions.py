"""Rosters of git revisions, and commits of edits, with the real git in a folder of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from hotline_agi.coordination import git as git_module
from hotline_agi.coordination.commits import commit, ready_to_commit
from hotline_agi.coordination.revisions import files_at
from hotline_agi.errors import HotlineError, InvalidText, SetupError


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With one commit; its rosters lie in `rosters/`."""
    for name in [one for one in os.environ if one.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    top = tmp_path / "checkout"
    write(top, "rosters/xinli/line.yaml", "one\n")
    write(top, "rosters/xinli/months/2026-02.yaml", "feb\n")
    write(top, "rosters/.hidden/line.yaml", "no\n")
    write(top, "rosters/README.md", "no\n")
    (top / "rosters/.link.yaml").symlink_to("/etc/hostname")
    for name, target in {"out": "/etc", "nowhere": "gone\n/x", "loop": "loop", "text": "README.md"}.items():
        (top / "rosters" / name).symlink_to(target)
    git(top.parent, "init", "-q", "-b", "main", str(top))
    git(top, "config", "user.name", "Coordinator")
    git(top, "config", "user.email", "coordinator@example.org")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "one")
    return top


def write(top: Path, path: str, text: str) -> None:
    (top / path).parent.mkdir(parents=True, exist_ok=True)
    (top / path).write_text(text)


# ---- reading


def test_a_revision_is_read_from_a_subfolder_and_the_work_tree_stays(repository: Path) -> None:
    write(repository, "rosters/xinli/line.yaml", "two\n")
    write(repository, "rosters/xinli/心理 热线.yaml", "three\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "two")
    git(repository, "rm", "-q", "-r", "rosters/xinli/months")
    assert files_at(repository / "rosters", "HEAD~1") == {
        "xinli/line.yaml": b"one\n",
        "xinli/months/2026-02.yaml": b"feb\n",
    }
    assert files_at(repository / "rosters", "main")["xinli/心理 热线.yaml"] == b"three\n"
    assert (repository / "rosters/xinli/line.yaml").read_text() == "two\n"


def test_the_folder_may_be_the_repository_itself_or_gone(repository: Path) -> None:
    assert "rosters/xinli/line.yaml" in files_at(repository, "HEAD")
    (repository / "rosters").rename(repository / "elsewhere")
    assert "xinli/line.yaml" in files_at(repository / "rosters", "HEAD")
    assert files_at(repository / "never-there", "HEAD") == {}


@pytest.mark.parametrize("revision", ["nothing", "--all", "-h", "", "HEAD:rosters", "HEAD\n", "HEAD~7"])
def test_an_unknown_revision(repository: Path, revision: str) -> None:
    with pytest.raises(SetupError, match="there is no revision"):
        files_at(repository / "rosters", revision)


def test_no_repository(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(SetupError, match="is in no git work tree"):
        files_at(tmp_path / "plain", "HEAD")


def test_no_git(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="git is not installed"):
        files_at(repository / "rosters", "HEAD")


def test_somebody_elses_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr(git_module, "_KEPT", (*git_module._KEPT, "GIT_TEST_"))
    with pytest.raises(SetupError, match=rf"another user.*safe\.directory {repository}`"):
        files_at(repository / "rosters", "HEAD")


def test_a_slow_git_is_given_up(repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(git_module, "READ_S", 0.1)
    with pytest.raises(SetupError, match="took longer"):
        files_at(repository / "rosters", "HEAD")


def test_a_file_that_is_too_long_is_not_read(repository: Path) -> None:
    write(repository, "rosters/xinli/covers.yaml", "#" * (1 << 20) + "#")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "two")
    with pytest.raises(SetupError, match="has 1048577 bytes"):
        files_at(repository / "rosters", "HEAD")


def test_what_is_committed_as_a_link_is_refused_as_in_the_work_tree(repository: Path) -> None:
    (repository / "rosters/haven").mkdir()
    (repository / "rosters/haven/line.yaml").symlink_to("../xinli/line.yaml")
    (repository / "rosters/spring").symlink_to("xinli")
    git(repository, "add", ".")
    other = git(repository, "rev-parse", "HEAD")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{other},rosters/quay")
    git(repository, "commit", "-q", "-m", "two")
    with pytest.raises(InvalidText) as refused:
        files_at(repository / "rosters", "HEAD")
    assert [(one.file, one.what) for one in refused.value.problems] == [
        ("haven/line.yaml", "a link in HEAD; those of revisions are not followed"),
        ("quay", "another repository in HEAD; its files do not count"),
        ("spring", "a link to a folder in HEAD; its files do not count"),
    ]
    assert set(files_at(repository / "rosters", "HEAD~1")) == {"xinli/line.yaml", "xinli/months/2026-02.yaml"}


def test_variables_of_a_hook_lead_nowhere_else(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent/index")
    assert "xinli/line.yaml" in files_at(repository / "rosters", "HEAD")


# ---- committing


def test_a_commit_holds_its_files_only(repository: Path) -> None:
    write(repository, "rosters/xinli/line.yaml", "dirty\n")
    ready = ready_to_commit(repository / "rosters", ["xinli/covers.yaml"])
    write(repository, "rosters/xinli/covers.yaml", "new\n")
    done = commit(ready, ["xinli/covers.yaml"], "Swap a and b: night of 2026-02-14")
    assert git(repository, "show", "--name-only", "--format=%s by %an", "HEAD").splitlines() == [
        "Swap a and b: night of 2026-02-14 by Coordinator",
        "",
        "rosters/xinli/covers.yaml",
    ]
    assert git(repository, "rev-parse", "--short", "HEAD") == done
    assert git(repository, "status", "--porcelain") == "M rosters/xinli/line.yaml"


def refused(repository: Path, path: str = "xinli/covers.yaml") -> str:
    with pytest.raises(SetupError) as raised:
        ready_to_commit(repository / "rosters", [path])
    return str(raised.value)


def test_what_stands_in_the_way_of_a_commit(repository: Path) -> None:
    write(repository, "other.txt", "x")
    git(repository, "add", "other.txt")
    assert "other changes are staged (other.txt)" in refused(repository)
    git(repository, "reset", "-q")
    write(repository, "rosters/xinli/line.yaml", "dirty\n")
    assert "rosters/xinli/line.yaml has changes that are not committed" in refused(repository, "xinli/line.yaml")
    write(repository, ".gitignore", "covers.yaml\n")
    assert "git ignores rosters/xinli/covers.yaml" in refused(repository)
    (repository / ".gitignore").unlink()
    (repository / ".git" / "MERGE_HEAD").write_text(git(repository, "rev-parse", "HEAD"))
    assert "a merge is under way" in refused(repository)
    (repository / ".git" / "MERGE_HEAD").unlink()
    git(repository, "config", "--unset", "user.email")
    assert "git does not know who you are" in refused(repository)
    git(repository, "config", "user.email", "coordinator@example.org")
    git(repository, "switch", "-q", "--detach")
    assert "no branch is checked out" in refused(repository)


def test_a_hook_that_refuses_leaves_the_files_and_stages_nothing(repository: Path) -> None:
    hook = repository / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho the roster is wrong >&2\nexit 1\n")
    hook.chmod(0o755)
    ready = ready_to_commit(repository / "rosters", ["xinli/covers.yaml"])
    write(repository, "rosters/xinli/covers.yaml", "new\n")
    with pytest.raises(HotlineError, match="written, but not committed: the roster is wrong"):
        commit(ready, ["xinli/covers.yaml"], "x")
    assert git(repository, "status", "--porcelain") == "?? rosters/xinli/covers.yaml"
