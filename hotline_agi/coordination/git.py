"""git as a program: without a shell, pager, prompts or locks of its own, in bounded time; its failures in our words."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.errors import HotlineError, SetupError

READ_S = 30.0
COMMIT_S = 120.0
"""Hooks run within it: `hotline roster check` among them."""

_KEPT = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_")
"""Of git's variables. The others (`GIT_DIR`, `GIT_INDEX_FILE`…) are set within hooks and would lead elsewhere."""

_OWNED = re.compile(r"repository at '([^']+)'")


class GitRefused(HotlineError):
    """git did not do what was asked; the message has its own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A folder within a git repository."""

    top: Path
    """Of the work tree; all paths that git is given are relative to it."""
    prefix: str
    """The folder, relative to `top`, with a slash at its end; empty if it is `top` itself."""

    def git(
        self, *arguments: str, paths: Sequence[str] = (), stdin: bytes = b"", limit_s: float | None = None
    ) -> bytes:
        """What git prints.

        :param paths: taken to the letter, whatever characters they hold.
        :raises GitRefused: if it fails.
        :raises SetupError: if it cannot run, takes too long, or will not touch this repository.
        """
        return _git(self.top, (*arguments, "--", *paths) if paths else arguments, stdin, limit_s, literal=bool(paths))

    def succeeds(self, *arguments: str) -> bool:
        try:
            self.git(*arguments)
        except GitRefused:
            return False
        return True


def checkout(folder: Path) -> Checkout:
    """The repository that `folder` lies in. The folder itself may be missing in the work tree.

    :raises SetupError: if it lies in none.
    """
    there = folder.absolute()
    missing: list[str] = []
    while not there.is_dir() and there != there.parent:
        missing.insert(0, there.name)
        there = there.parent
    try:
        top = _git(there, ("rev-parse", "--show-toplevel")).decode().removesuffix("\n")
        prefix = _git(there, ("rev-parse", "--show-prefix")).decode().removesuffix("\n")
    except GitRefused as fault:
        raise SetupError(
            f"{folder} is in no git work tree, so it has no revisions: run this where the rosters are checked out"
        ) from fault
    return Checkout(top=Path(top), prefix=prefix + "".join(f"{name}/" for name in missing))


def _git(
    folder: Path, arguments: tuple[str, ...], stdin: bytes = b"", limit_s: float | None = None, *, literal: bool = False
) -> bytes:
    limit_s = READ_S if limit_s is None else limit_s
    command = ["git", "-C", str(folder), "--no-pager", *(["--literal-pathspecs"] if literal else [])]
    # a monitor is a program that the repository names
    command += ["-c", "core.fsmonitor=false", "-c", "user.useConfigOnly=true", *arguments]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)
    }
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, timeout=limit_s, env=environment, check=False)
    except FileNotFoundError as fault:
        raise SetupError("git is not installed, or not in PATH: install it") from fault
    except subprocess.TimeoutExpired as fault:
        raise SetupError(f"git {arguments[0]} took longer than {limit_s:g} s: see whether the disk answers") from fault
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if "dubious ownership" in said:
        named = _OWNED.search(said)
        top = named[1] if named else str(folder)
        raise SetupError(
            f"the repository at {top} belongs to another user, so git will not touch it: run this as that user, or "
            f"allow it with `git config --global --add safe.directory {top}`"
        )
    raise GitRefused(said or f"git {arguments[0]} ended with status {done.returncode}")
