"""What git says of the folder that the rosters lie in: which commit, and whether a git command is at work on its files.

Git's own files are read, so git need not be installed; only whether something differs from the commit is asked of it.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.rosters.regular import read_regular

MAX_GIT_FILE_BYTES = 4 * 1024 * 1024
GIT_TIMEOUT_S = 5.0
SHORT = 12
"""Hexadecimal digits of a commit that we show; git itself begins at 7."""
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTree:
    """See `work_tree`."""

    top: Path
    git: Path
    """The folder with this work tree's HEAD and index."""

    def under_way(self) -> str:
        """What git is doing with the files just now, with the file that says so; empty if nothing.

        Seen with git 2.39: `index.lock` is held from before git touches the first file of a checkout, a merge or a
        pull until after the last one. A merge that stopped leaves MERGE_HEAD, but it is also still there while the
        hook of a merge that is done runs (HEAD has moved on by then), and that hook may be waiting for us; likewise
        the folder of a rebase (HEAD names a branch again by then). What a cherry-pick or a revert leaves undone has
        conflict markers in it, which the reader refuses.
        """
        lock, merge = self.git / "index.lock", self.git / "MERGE_HEAD"
        if lock.exists():
            return f"a git command is at work ({lock})"
        if merge.exists() and _text(self.git / "ORIG_HEAD") in ("", self.commit()):
            return f"a merge is not finished ({merge})"
        for rebase in (self.git / "rebase-merge", self.git / "rebase-apply"):
            if rebase.exists() and not _text(self.git / "HEAD").startswith("ref: "):
                return f"a rebase is not finished ({rebase})"
        return ""

    def commit(self) -> str:
        """The commit that HEAD names, as hexadecimal digits; empty if there is none, or it cannot be read."""
        said = _text(self.git / "HEAD")
        if not said.startswith("ref: "):
            return said if _COMMIT.fullmatch(said) else ""
        name = said.removeprefix("ref: ").strip()
        if not name.startswith("refs/") or ".." in name:
            return ""
        shared = self._shared()
        found = _text(self.git / name) or _text(shared / name)
        if not found:
            found = next(
                (
                    line.partition(" ")[0]
                    for line in _text(shared / "packed-refs").splitlines()
                    if line.endswith(f" {name}")
                ),
                "",
            )
        return found if _COMMIT.fullmatch(found) else ""

    def state(self, folder: Path) -> "State":
        """How `folder` lies here, as far as git tells."""
        commit = self.commit()[:SHORT]
        revision = f"{commit} modified" if commit and self._differs(folder) else commit
        return State(revision=revision, deleted=self._deleted(folder))

    def _shared(self) -> Path:
        """Where branches are: elsewhere for a work tree that ``git worktree`` made."""
        elsewhere = _text(self.git / "commondir")
        return (self.git / elsewhere).resolve() if elsewhere else self.git

    def _differs(self, folder: Path) -> bool:
        """Whether files of `folder` differ from the commit; False also if git cannot be asked.

        Git may run filters that the work tree's owner has set up: it refuses to if it does not trust the owner, and so
        do we.
        """
        return bool(self._asked(folder, "status", "--porcelain", "-z", "--", "."))

    def _deleted(self, folder: Path) -> frozenset[str]:
        """Files of git's index that are not there, relative to `folder`; none if git cannot be asked.

        For this git runs nothing of the owner's, so it is asked whoever that is: a checkout that one user owns and the
        service reads is the usual case. (From git 2.38 on; older ones take `safe.directory` from files alone.)
        """
        trusted = ("-c", f"safe.directory={self.top.resolve()}")
        found = self._asked(folder, *trusted, "ls-files", "--deleted", "-z", "--", ".")
        return frozenset(path for path in os.fsdecode(found).split("\0") if path)

    def _asked(self, folder: Path, *words: str) -> bytes:
        """What git says; nothing if it is not installed, too slow, or refuses."""
        # without the locks, the hooks and the daemon that a work tree's owner may have set up
        options = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            asked = subprocess.run(
                ("git", *options, "-C", str(folder), *words),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=GIT_TIMEOUT_S,
                env=environment,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return b""
        return asked.stdout if asked.returncode == 0 else b""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How the files of a folder lie in a work tree."""

    revision: str
    """The commit in short, with ``modified`` behind it if files differ from it; empty if there is none."""
    deleted: frozenset[str]
    """Files of git's index that are not there, relative to the folder."""


def work_tree(folder: Path) -> WorkTree | None:
    """The git work tree around `folder`, or None."""
    for place in (folder.resolve(), *folder.resolve().parents):
        dot = place / ".git"
        try:
            if dot.is_dir():
                return WorkTree(top=place, git=dot)
            if dot.is_file() and (said := _text(dot)).startswith("gitdir: "):
                return WorkTree(top=place, git=(place / said.removeprefix("gitdir: ")).resolve())
        except OSError:
            continue  # not ours to look into
    return None


def _text(path: Path) -> str:
    """A file of git's as text; empty if it cannot be read."""
    try:
        return read_regular(path, MAX_GIT_FILE_BYTES).decode("utf-8", "replace").strip()
    except OSError:
        return ""
