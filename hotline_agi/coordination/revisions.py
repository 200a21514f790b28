"""The rosters folder as it was in a git revision: all of its YAML files, read with git's plumbing; the work tree stays
as it is."""

from fnmatch import fnmatch
from pathlib import Path

from hotline_agi.coordination.git import Checkout, GitRefused, checkout
from hotline_agi.errors import SetupError
from hotline_agi.rosters.folder import MAX_FILE_BYTES, MAX_FILES

MAX_TOTAL_BYTES = 64 * 1024 * 1024

_PLAIN_FILES = ("100644", "100755", "100664")
"""Links and other repositories within this one are passed over, as in a folder."""


def files_at(folder: Path, revision: str) -> dict[str, bytes]:
    """All YAML files below `folder` in `revision`, by their path relative to it; empty if it was not there yet.

    :raises SetupError: if there is no repository or no such revision, or it holds too much.
    """
    repository = checkout(folder)
    commit = commit_of(repository, revision)
    wanted: dict[str, tuple[str, int]] = {}
    below = [repository.prefix] if repository.prefix else []
    listing = repository.git("ls-tree", "-r", "-z", "-l", "--full-tree", commit, paths=below)
    for row in listing.split(b"\0"):
        if not row:
            continue
        facts, _, name = row.partition(b"\t")
        mode, _, blob, size = facts.decode().split()
        path = name.decode(errors="replace").removeprefix(repository.prefix)
        if mode in _PLAIN_FILES and _is_roster_file(path):
            wanted[path] = (blob, int(size))
    _refuse_too_much(folder, revision, wanted)
    return _contents(repository, wanted)


def commit_of(repository: Checkout, revision: str) -> str:
    """The id of the commit that `revision` names.

    :raises SetupError: if it names none.
    """
    unknown = f"there is no revision {revision!r} here: write one that `git log` shows, a branch, a tag, or HEAD~1"
    if not revision or revision.startswith("-") or not revision.isprintable():
        raise SetupError(unknown)
    try:
        return repository.git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    except GitRefused as fault:
        raise SetupError(unknown) from fault


def _is_roster_file(path: str) -> bool:
    """As `rosters.folder.read_files` chooses."""
    parts = path.split("/")
    return fnmatch(parts[-1], "*.y*ml") and not any(part.startswith(".") for part in parts)


def _refuse_too_much(folder: Path, revision: str, wanted: dict[str, tuple[str, int]]) -> None:
    if len(wanted) > MAX_FILES:
        raise SetupError(f"more than {MAX_FILES} files in {folder} at {revision}: is that the rosters folder?")
    for path, (_, size) in wanted.items():
        if size >= MAX_FILE_BYTES:
            raise SetupError(f"{path} at {revision} has {size} bytes: a roster file has at most {MAX_FILE_BYTES - 1}")
    if sum(size for _, size in wanted.values()) > MAX_TOTAL_BYTES:
        raise SetupError(f"the rosters at {revision} have more than {MAX_TOTAL_BYTES >> 20} MiB: look what got in")


def _contents(repository: Checkout, wanted: dict[str, tuple[str, int]]) -> dict[str, bytes]:
    asked = "".join(f"{blob}\n" for blob, _ in wanted.values())
    answer = repository.git("cat-file", "--batch", stdin=asked.encode())
    files: dict[str, bytes] = {}
    at = 0
    for path, (blob, size) in wanted.items():
        start = answer.index(b"\n", at) + 1
        if answer[at:start].decode().split() != [blob, "blob", str(size)]:
            raise SetupError(f"git cannot read {path} (object {blob[:12]}): see `git fsck`")
        files[path] = answer[start : start + size]
        at = start + size + 1
    return files
