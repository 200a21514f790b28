"""One state of the rosters folder and the contacts file that was really there, never half of two.

The proof: no git command is at work at an instant T between the two listings, and every file has the same stamp in the
listing before T and in the one after. So no file changed around T, what was read is what was there at T, and at T no
checkout was half done (git holds ``index.lock`` from its first file to its last). A stamp's times count in steps of the
kernel's clock (up to 10 ms), so files that were touched in the last moment are waited for.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline_agi.errors import SetupError
from hotline_agi.roster.layout import LINE
from hotline_agi.rosters import contacts as contacts_file
from hotline_agi.rosters.folder import Listing, listed, read_listed, shown_path
from hotline_agi.rosters.regular import Stamp, stamp_or_none
from hotline_agi.rosters.work_tree import State, work_tree
from hotline_agi.terms.problems import Problem

YOUNG_S = 0.05
"""Younger files are still being written, for all that their stamps can tell."""
PAUSE_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The texts of one instant."""

    files: Mapping[str, bytes]
    contacts: bytes | None
    """As they lie there, perhaps encrypted; None if the settings name none."""
    problems: tuple[Problem, ...]
    """Files that are none, or that this user may not read; lines that are missed."""
    signature: str
    revision: str


def settled(folder: Path, contacts: Path | None, *, patience_s: float) -> Snapshot:
    """Wait until nothing is being written, and read it all.

    :raises SetupError: if that does not come within `patience_s`, or the folder cannot be read at all.
    """
    deadline = time.monotonic() + patience_s
    while True:
        found = _attempt(folder, contacts)
        if isinstance(found, Snapshot):
            return found
        if time.monotonic() >= deadline:
            raise SetupError(f"a checkout is under way in {folder}: {found}; if none is, remove what an old one left")
        time.sleep(PAUSE_S)


def signature(folder: Path, contacts: Path | None) -> str:
    """What changes whenever the folder or the contacts may have; the same as of a snapshot of the same state.

    Begins with ``?`` while nothing may be read: a git command is at work, files are young, or there is no folder.
    """
    tree = work_tree(folder)
    try:
        listing = listed(folder)
    except SetupError as error:
        return f"?{error}"
    if tree is not None and (busy := tree.under_way()):
        return f"?{busy}"
    stamp = _stamp(contacts)
    if _is_young(listing, stamp):
        return "?young"
    return _signature(listing, stamp, tree.commit() if tree else "")


def _attempt(folder: Path, contacts: Path | None) -> Snapshot | str:
    """The snapshot, or why there is none yet."""
    tree = work_tree(folder)
    if tree is not None and (busy := tree.under_way()):
        return busy
    before, stamp, commit = listed(folder), _stamp(contacts), tree.commit() if tree else ""
    if _is_young(before, stamp):
        return "files are being written"
    try:
        files, problems = read_listed(before)
    except FileNotFoundError:
        return "files change"
    numbers = contacts_file.read_raw(contacts) if contacts is not None else None
    if tree is not None and (busy := tree.under_way()):  # the instant T
        return busy
    after, stamp_after, commit_after = listed(folder), _stamp(contacts), tree.commit() if tree else ""
    told = _signature(before, stamp, commit)
    if told != _signature(after, stamp_after, commit_after):
        return "files change"
    state = tree.state(folder) if tree else State(revision="", deleted=frozenset())
    return Snapshot(
        files=files,
        contacts=numbers,
        problems=(*problems, *_missed(files, state)),
        signature=told,
        revision=state.revision,
    )


def _missed(files: Mapping[str, bytes], state: State) -> Iterator[Problem]:
    """Lines whose whole folder is gone, though nobody told git so: callers of theirs would find no line."""
    there = {path.partition("/")[0] for path in files}
    for path in sorted(state.deleted):
        line, _, name = path.partition("/")
        if name == LINE and line not in there:
            what = "git has this line, and its files are gone from here"
            hint = "bring them back with git restore, or commit that they are gone"
            yield Problem(file=shown_path(path), line=0, column=0, what=what, hint=hint)


def _stamp(contacts: Path | None) -> Stamp | None:
    return stamp_or_none(contacts) if contacts is not None else None


def _is_young(listing: Listing, contacts: Stamp | None) -> bool:
    newest = max(listing.changed_at, contacts.ctime_ns / 1e9 if contacts else 0.0)
    return 0 <= time.time() - newest < YOUNG_S  # a file of the future (the clock was set back) is not waited for


def _signature(listing: Listing, contacts: Stamp | None, commit: str) -> str:
    return hashlib.sha256(repr((listing.signature, contacts, commit)).encode()).hexdigest()[:32]
