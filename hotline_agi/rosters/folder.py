"""The rosters folder on disk → its files, in bounded time and memory, whatever somebody put there.

A roster's files are all ``*.yaml`` and ``*.yml`` below the folder, names that begin with a dot left out. What bears
such a name and cannot be read as a file (a link that leads out of the folder, a pipe, a device) is a problem and not
passed over: a coordinator thinks that it counts.
"""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.roster.reader import Reading, read_roster
from hotline_agi.rosters import contacts as contacts_file
from hotline_agi.rosters.regular import Stamp, read_regular, stamp_of
from hotline_agi.terms.problems import Problem

MAX_FILES = 2000
MAX_ENTRIES = 20_000
"""Names of any kind below the folder: the walk ends there."""
MAX_DEPTH = 8
MAX_TOTAL_BYTES = 32 * 1024 * 1024
"""Of all files together. A roster of 10,000 volunteers and 100 lines with 28 days of month rosters has 4 MB."""
MAX_FILE_BYTES = 1024 * 1024 + 1
"""One byte more than the reader takes, so that it can say that a file is too long."""
ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One roster file as the folder lists it."""

    path: str
    """Relative to the folder, with ``/``."""
    place: Path
    """Where its text is: elsewhere in the folder if it is a link."""
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What is in the folder, without its texts."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    """What cannot be read as a file."""

    @property
    def signature(self) -> str:
        """Another one whenever a file was written, replaced, added or taken away."""
        told = [(one.path, one.stamp) for one in self.entries], [str(one) for one in self.problems]
        return hashlib.sha256(repr(told).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def changed_at(self) -> float:
        """When the kernel last touched one of the files, in seconds of its clock."""
        return max((one.stamp.ctime_ns for one in self.entries), default=0) / 1e9


def listed(folder: Path) -> Listing:
    """Look at the folder, without opening a file.

    :raises SetupError: if it cannot be looked at or holds too much.
    """
    root = folder.resolve()
    if not root.is_dir():
        raise SetupError(f"there is no rosters folder {folder}: make `rosters` in the settings point to it")
    problems: list[Problem] = []
    entries: list[Entry] = []
    octets = 0
    try:
        for found in _walk(root, problems):
            entry = _entry(root, found, problems)
            if entry is None:
                continue
            entries.append(entry)
            octets += min(entry.stamp.size, MAX_FILE_BYTES)
            if len(entries) > MAX_FILES:
                raise SetupError(f"more than {MAX_FILES} files in {folder}: is that the rosters folder?")
            if octets > MAX_TOTAL_BYTES:
                raise SetupError(
                    f"more than {MAX_TOTAL_BYTES // 1024**2} MiB of YAML in {folder}: is that the rosters folder?"
                )
    except OSError as error:
        raise SetupError(f"cannot read the rosters in {folder} ({error.strerror}): let this user read them") from error
    return Listing(entries=tuple(sorted(entries, key=lambda one: one.path)), problems=tuple(sorted(problems)))


def read_listed(listing: Listing) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """The texts by path, and the problems: those of the listing, and files that this user may not read.

    :raises FileNotFoundError: if a file is gone or another one than was listed.
    """
    files: dict[str, bytes] = {}
    problems = list(listing.problems)
    for entry in listing.entries:
        try:
            files[entry.path] = read_regular(entry.place, MAX_FILE_BYTES, follow=False, stamp=entry.stamp)
        except FileNotFoundError:
            raise
        except OSError as error:
            problems.append(
                _problem(entry.path, f"cannot be read ({error.strerror})", "let the service's user read it")
            )
    return files, tuple(sorted(problems))


def read_files(folder: Path) -> dict[str, bytes]:
    """All roster files below `folder`, by their path relative to it, as they are at this moment.

    A git command that holds the index is no hindrance here: ``hotline roster check`` runs inside of one, as a hook.

    :raises SetupError: if the folder cannot be read or holds too much; `InvalidText` names files that cannot be read.
    """
    try:
        files, problems = read_listed(listed(folder))
    except FileNotFoundError as error:
        raise SetupError(f"{folder} changes while it is read: try again") from error
    if problems:
        raise InvalidText(problems)
    return files


def read_bounded(path: Path) -> bytes:
    """At most `MAX_FILE_BYTES` of a file.

    :raises OSError: if it cannot be read; a pipe or a device is no file, and is not waited for.
    """
    return read_regular(path, MAX_FILE_BYTES)


def load(folder: Path, contacts: Path | None, key: Path | None = None) -> Reading:
    """Read everything, in this process: for commands. The running service reads in a child (`loading.py`).

    :param contacts: see `contacts.read`; `key` likewise.
    :raises InvalidText: with all problems of all files.
    :raises SetupError: if something cannot be read at all.
    """
    numbers = contacts_file.read(contacts, key) if contacts is not None else None
    return read_roster(read_files(folder), numbers, contacts_file=contacts.name if contacts else "contacts.yaml")


def shown_path(text: str) -> str:
    """A path for a message: what is no printable text in it is replaced."""
    readable = os.fsencode(text).decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in readable)


def _walk(root: Path, problems: list[Problem]) -> Iterator[os.DirEntry[str]]:
    """All entries that may be roster files; folders are gone through here."""
    seen = 0
    folders = [(root, 0)]
    while folders:
        folder, depth = folders.pop()
        with os.scandir(folder) as entries:
            for entry in entries:
                seen += 1
                if seen > MAX_ENTRIES:
                    raise SetupError(f"more than {MAX_ENTRIES} files in {root}: is that the rosters folder?")
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if depth == MAX_DEPTH:
                        what = f"folders in folders, more than {MAX_DEPTH} deep"
                        problems.append(_problem(_relative(root, entry.path), what, "move it up"))
                    else:
                        folders.append((Path(entry.path), depth + 1))
                elif entry.is_symlink() and _leads_to_folder(entry):
                    what = "a link to a folder; its files do not count"
                    hint = "put the folder itself there, or begin its name with a dot if it is no line"
                    problems.append(_problem(_relative(root, entry.path), what, hint))
                elif entry.name.endswith(ENDINGS):
                    yield entry


def _entry(root: Path, found: os.DirEntry[str], problems: list[Problem]) -> Entry | None:
    relative, place = _relative(root, found.path), Path(found.path)
    if shown_path(relative) != relative:
        problems.append(_problem(relative, "the name has signs that are no text in UTF-8", "rename the file"))
        return None
    try:
        if found.is_symlink():
            place = place.resolve(strict=True)
            if not place.is_relative_to(root):
                what = "a link that leads out of the folder; it is not followed"
                problems.append(_problem(relative, what, "put the file itself there"))
                return None
        status = place.stat(follow_symlinks=False)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle (pathlib before 3.13)
        problems.append(_problem(relative, "a link that leads nowhere", "put the file itself there, or delete it"))
        return None
    if not stat.S_ISREG(status.st_mode):
        problems.append(_problem(relative, "this is no file (a pipe, a device or a socket)", "delete it"))
        return None
    return Entry(path=relative, place=place, stamp=stamp_of(status))


def _leads_to_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links in a circle
        return False


def _relative(root: Path, path: str) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _problem(path: str, what: str, hint: str) -> Problem:
    return Problem(file=shown_path(path), line=0, column=0, what=what, hint=hint)
