"""The rosters folder as it was in a git revision: all of its YAML files, read with git's plumbing; the work tree stays
as it is."""

from collections.abc import Iterator
from pathlib import Path

from hotline_agi.coordination.git import Checkout, GitRefused, checkout
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.rosters.folder import ENDINGS, MAX_FILE_BYTES, MAX_FILES, shown_path
from hotline_agi.terms.problems import Problem

MAX_TOTAL_BYTES = 64 * 1024 * 1024

_PLAIN_FILES = ("100644", "100755", "100664")
_LINK, _REPOSITORY = "120000", "160000"
_LEADS_NOWHERE = (b"dangling", b"loop", b"notdir", b"symlink")
"""What ``git cat-file --follow-symlinks`` says of a link that ends at no object; the path follows. ``symlink``: it
leads out of the repository, so nobody knows to what."""


def files_at(folder: Path, revision: str) -> dict[str, bytes]:
    """All YAML files below `folder` in `revision`, by their path relative to it; empty if it was not there yet.

    :raises SetupError: if there is no repository or no such revision, or it holds too much; `InvalidText` names links
        and repositories in the place of files and folders.
    """
    repository = checkout(folder)
    commit = commit_of(repository, revision)
    wanted: dict[str, tuple[str, int]] = {}
    links: dict[str, bytes] = {}
    problems: list[Problem] = []
    below = [repository.prefix] if repository.prefix else []
    listing = repository.git("ls-tree", "-r", "-z", "-l", "--full-tree", commit, paths=below)
    for row in listing.split(b"\0"):
        if not row:
            continue
        facts, _, name = row.partition(b"\t")
        mode, _, blob, size = facts.decode().split()
        path = name.decode(errors="replace").removeprefix(repository.prefix)
        if _is_hidden(path):
            continue
        if mode == _REPOSITORY:
            hint = "put the folder itself there, or begin its name with a dot if it is no line"
            problems.append(_problem(path, f"another repository in {revision}; its files do not count", hint))
        elif mode == _LINK and not _is_roster_file(path):
            links[path] = name
        elif mode == _LINK:
            what = f"a link in {revision}; those of revisions are not followed"
            problems.append(_problem(path, what, "put the file itself there"))
        elif mode in _PLAIN_FILES and _is_roster_file(path):
            wanted[path] = (blob, int(size))
    for path in _leading_to_folders(repository, commit, links):
        what = f"a link to a folder in {revision}; its files do not count"
        hint = "put the folder itself there, or begin its name with a dot if it is no line"
        problems.append(_problem(path, what, hint))
    if problems:
        raise InvalidText(problems)
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


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") for part in path.split("/"))


def _is_roster_file(path: str) -> bool:
    """As `rosters.folder.listed` chooses, of what is not hidden."""
    return path.endswith(ENDINGS)


def _problem(path: str, what: str, hint: str) -> Problem:
    return Problem(file=shown_path(path), line=0, column=0, what=what, hint=hint)


def _leading_to_folders(repository: Checkout, commit: str, links: dict[str, bytes]) -> Iterator[str]:
    """Those of `links` (git's names by path) that lead to a folder of the same revision."""
    asked = {path: name for path, name in links.items() if b"\n" not in name}
    if not asked:
        return
    query = b"".join(commit.encode() + b":" + name + b"\n" for name in asked.values())
    answer = repository.git("cat-file", "--batch-check=%(objecttype)", "--follow-symlinks", stdin=query)
    at = 0
    for path in asked:
        end = answer.index(b"\n", at)
        found, _, octets = answer[at:end].partition(b" ")
        at = end + 1 + (int(octets) + 1 if found in _LEADS_NOWHERE else 0)
        if found == b"tree":
            yield path


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
