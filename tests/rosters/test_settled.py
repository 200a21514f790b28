"""Half a checkout is never read: not while git is at work, and not a mixture of two commits."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.rosters.folder import Listing, read_listed
from hotline_agi.rosters.settled import Snapshot, settled, signature
from hotline_agi.rosters.transfer import Refused
from tests.rosters.places import Desk, committed, git, put, read

HOOK = """#!/bin/sh
exec {python} -P -c 'import sys
from pathlib import Path
from hotline_agi.rosters.folder import Listing, read_listed
from hotline_agi.rosters.settled import settled
print(settled(Path("."), None, patience_s=1.0).revision)
' >>{out} 2>&1
"""

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")


def rest() -> None:
    """Until files that were just written are old enough to be read at once."""
    time.sleep(0.06)


def test_a_git_command_is_waited_for_and_then_told(desk: Desk) -> None:
    committed(desk.rosters)
    lock = desk.rosters / ".git/index.lock"
    lock.touch()
    assert signature(desk.rosters, None).startswith("?")
    with pytest.raises(SetupError, match=r"a checkout is under way in .*index\.lock"):
        settled(desk.rosters, None, patience_s=0.2)
    threading.Timer(0.3, lock.unlink).start()
    assert len(settled(desk.rosters, None, patience_s=5.0).files) == 3


def two_branches(desk: Desk, *, conflict: bool) -> None:
    """`main` and `other`, with a commit each; both change the same file in a `conflict`."""
    committed(desk.rosters)
    git(desk.rosters, "branch", "other")
    put(desk.rosters, {"one.txt": "one", **({"test/people.yaml": "one"} if conflict else {})})
    committed(desk.rosters)
    git(desk.rosters, "checkout", "-q", "other")
    put(desk.rosters, {"two.txt": "two", **({"test/people.yaml": "two"} if conflict else {})})
    committed(desk.rosters)


@pytest.mark.parametrize("command", ["merge", "rebase"])
def test_what_stopped_over_a_conflict_is_not_read(desk: Desk, command: str) -> None:
    two_branches(desk, conflict=True)
    with pytest.raises(subprocess.CalledProcessError):
        git(desk.rosters, command, "main")
    with pytest.raises(SetupError, match=f"a {command} is not finished"):
        settled(desk.rosters, None, patience_s=0.2)
    git(desk.rosters, command, "--abort")
    settled(desk.rosters, None, patience_s=1.0)


@pytest.mark.parametrize(("command", "hook"), [("merge", "post-merge"), ("rebase", "post-rewrite")])
def test_the_hook_of_a_command_that_is_done_need_not_wait(desk: Desk, command: str, hook: str) -> None:
    """Git runs these while MERGE_HEAD and rebase-merge are still there."""
    two_branches(desk, conflict=False)
    path, out = desk.rosters / ".git/hooks" / hook, desk.folder / "said"
    path.write_text(HOOK.format(python=sys.executable, out=out))
    path.chmod(0o755)
    git(desk.rosters, command, "main")
    assert out.read_text().strip() == git(desk.rosters, "rev-parse", "HEAD")[:12]


def test_a_work_tree_of_its_own_and_a_folder_deep_in_one(desk: Desk) -> None:
    put(desk.rosters, {"README.md": "x"})
    commit = committed(desk.rosters)
    other = desk.folder / "other"
    git(desk.rosters, "worktree", "add", "-q", "-b", "other", str(other))
    rest()
    assert settled(other / "test", None, patience_s=1.0).revision == commit[:12]
    (desk.rosters / ".git/worktrees/other/index.lock").touch()
    with pytest.raises(SetupError, match="a checkout is under way"):
        settled(other / "test", None, patience_s=0.1)
    settled(desk.rosters, None, patience_s=1.0)  # that one is not concerned


def test_the_revision_with_and_without_git(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    rest()
    assert settled(desk.rosters, None, patience_s=1.0).revision == ""
    commit = committed(desk.rosters)[:12]
    assert settled(desk.rosters, None, patience_s=1.0).revision == commit
    git(desk.rosters, "pack-refs", "--all")
    assert settled(desk.rosters, None, patience_s=1.0).revision == commit
    put(desk.rosters, {"test/people.yaml": "changed"})
    assert settled(desk.rosters, None, patience_s=1.0).revision == f"{commit} modified"
    monkeypatch.setenv("PATH", "/nowhere")
    assert settled(desk.rosters, None, patience_s=1.0).revision == commit


@pytest.mark.parametrize("owner", ["ours", pytest.param("another's", marks=AS_ROOT)])
def test_a_line_that_is_deleted_without_a_commit_is_missed(desk: Desk, owner: str) -> None:
    put(desk.rosters, {f"other/{one.name}": one.read_text() for one in desk.rosters.glob("test/*.yaml")})
    committed(desk.rosters)
    for one in desk.rosters.glob("other/*"):
        one.unlink()
    (desk.rosters / "other").rmdir()
    if owner != "ours":  # git then refuses most questions
        for path in (desk.rosters, desk.rosters / ".git"):
            os.chown(path, 65534, 65534)
    rest()
    (problem,) = settled(desk.rosters, None, patience_s=1.0).problems
    assert str(problem) == (
        "other/line.yaml: error: git has this line, and its files are gone from here "
        "(bring them back with git restore, or commit that they are gone)"
    )
    if owner == "ours":
        committed(desk.rosters)
        assert settled(desk.rosters, None, patience_s=1.0).problems == ()


def test_young_files_are_waited_for(desk: Desk) -> None:
    put(desk.rosters, {"test/people.yaml": "young"})
    assert signature(desk.rosters, desk.contacts) == "?young"
    snapshot = settled(desk.rosters, desk.contacts, patience_s=1.0)
    assert snapshot.files["test/people.yaml"] == b"young"
    assert snapshot.signature == signature(desk.rosters, desk.contacts)


def test_files_that_change_while_they_are_read_are_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = 0

    def reading(listing: Listing) -> object:
        nonlocal readings
        readings += 1
        found = read_listed(listing)
        if readings == 1:  # an editor, not git: there is no lock
            put(desk.rosters, {"test/people.yaml": "new"})
        return found

    rest()
    monkeypatch.setattr("hotline_agi.rosters.settled.read_listed", reading)
    assert settled(desk.rosters, None, patience_s=2.0).files["test/people.yaml"] == b"new"
    assert readings == 2


def test_every_change_changes_the_signature(desk: Desk) -> None:
    rest()
    seen = {signature(desk.rosters, desk.contacts)}
    people = desk.rosters / "test/people.yaml"

    def changed() -> None:
        rest()
        found = signature(desk.rosters, desk.contacts)
        assert not found.startswith("?")
        assert found not in seen
        seen.add(found)

    text = people.read_bytes()
    people.write_bytes(text[::-1])  # of the same length
    changed()
    people.rename(people.with_name("peple.yaml"))
    changed()
    desk.contacts.write_text("other")
    changed()
    desk.contacts.unlink()
    changed()
    (people.with_name("x.yaml")).symlink_to("/etc/hostname")
    changed()


def swinging(folder: Path, stop: threading.Event) -> int:
    """Check two branches out in turn, with moments in between to read; returns how often."""
    turns = 0
    while not stop.is_set():
        git(folder, "checkout", "-q", ("one", "two")[turns % 2])
        turns += 1
        stop.wait(0.15)
    return turns


@pytest.mark.thorough
def test_never_a_mixture_of_two_commits(desk: Desk) -> None:
    """Hundreds of files change in each checkout; whatever is read is all of one commit."""
    for branch in ("one", "two"):
        put(desk.rosters, {f"test/months/{n:04}.yaml": f"{branch} {n}\n...\n" for n in range(400)})
        committed(desk.rosters, branch)
        git(desk.rosters, "branch", branch)
    stop = threading.Event()
    turns: list[int] = []
    swing = threading.Thread(target=lambda: turns.append(swinging(desk.rosters, stop)))
    swing.start()
    seen: list[str] = []
    try:
        until = time.monotonic() + 6.0
        while time.monotonic() < until and len(seen) < 12:
            try:
                found = settled(desk.rosters, None, patience_s=1.0)
            except SetupError:
                continue  # git was always at work
            assert isinstance(found, Snapshot)
            words = {text.split()[0].decode() for path, text in found.files.items() if "months" in path}
            assert len(words) == 1, "a mixture"
            assert sum("months" in path for path in found.files) == 400
            seen += words
            # and once with a pause, so that reads happen in the middle of a checkout, not always at its start
            time.sleep(0.03 * (len(seen) % 3))
    finally:
        stop.set()
        swing.join()
    assert turns[0] >= 4
    assert len(seen) >= 3


@pytest.mark.thorough
def test_never_a_mixture_in_a_slow_checkout(desk: Desk) -> None:
    """Git is at work for two seconds, with long pauses between two files; whoever looks only at stamps is fooled."""
    put(desk.rosters, {".gitattributes": "*.yaml filter=slow\n"})
    for branch in ("one", "two"):
        put(desk.rosters, {f"test/months/{n:04}.yaml": f"{branch} {n}\n...\n" for n in range(15)})
        committed(desk.rosters, branch)
        git(desk.rosters, "branch", branch)
    git(desk.rosters, "config", "filter.slow.smudge", "sleep 0.13; cat")
    done = threading.Event()

    def check_out() -> None:
        git(desk.rosters, "checkout", "-q", "one")
        done.set()

    slow = threading.Thread(target=check_out)
    slow.start()
    refusals, seen = 0, set()
    while not done.is_set():
        try:
            found = settled(desk.rosters, None, patience_s=0.0)
        except SetupError:
            refusals += 1
            continue
        seen.add(frozenset(text.split()[0] for path, text in found.files.items() if "months" in path))
    slow.join()
    assert refusals > 10
    assert seen <= {frozenset({b"one"}), frozenset({b"two"})}
    assert settled(desk.rosters, None, patience_s=1.0).files["test/months/0003.yaml"].startswith(b"one")


def test_a_roster_that_is_read_while_git_checks_out_is_one_of_both(desk: Desk) -> None:
    """The same through the child, to the digest."""
    digests = set()
    for branch, name in (("one", "Anna"), ("two", "Bert")):
        people = (desk.rosters / "test/people.yaml").read_text().replace("Volunteer", name).replace("Anna", name)
        put(desk.rosters, {"test/people.yaml": people})
        put(desk.rosters, {f"docs/{n}.txt": f"{branch} {n}" for n in range(500)})
        committed(desk.rosters, branch)
        git(desk.rosters, "branch", branch)
        digests.add(read(desk.request()).digest)
    assert len(digests) == 2
    stop = threading.Event()
    swing = threading.Thread(target=swinging, args=(desk.rosters, stop))
    swing.start()
    try:
        ended = [read(desk.request(patience_s=0.5)) for _ in range(6)]
    finally:
        stop.set()
        swing.join()
    taken = [one for one in ended if not isinstance(one.last, Refused)]
    assert taken and all(one.digest in digests for one in taken)
    assert all("a checkout is under way" in one.told for one in ended if one not in taken)
