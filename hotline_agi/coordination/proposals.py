"""An edit before it is made: what it does to who is rung, what check says of it; and then the writing of it."""

import os
import re
import stat
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hotline_agi.coordination.edits import Edit, Known
from hotline_agi.errors import InvalidText, SetupError
from hotline_agi.planning.effect_words import Sentence, sentences
from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters.durable import write_whole
from hotline_agi.rosters.folder import read_bounded
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.problems import Problem, Severity

_PLACE = re.compile(r"line \d+")
_NEW_FILE_MODE = 0o644
_AFTER_LAST_DAYS = 2
"""A night that begins on the last day ends on the next, by the clock of another zone one later."""
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    edit: Edit
    effects: tuple[Sentence, ...]
    """Empty also if it is refused: then nobody knows."""
    problems: tuple[Problem, ...]
    """What check finds in the new files, of warnings only those that it did not find before."""

    @property
    def refused(self) -> bool:
        return any(one.severity is Severity.ERROR for one in self.problems)


def propose(
    known: Known,
    edit: Edit,
    now: datetime,
    days: int,
    contacts: bytes | None = None,
    contacts_file: str = "contacts.yaml",
) -> Proposal:
    """What `edit` does in the `days` days after `now` (aware), or until its last day if that is later."""
    files = {**known.files, **edit.files}
    try:
        after = read_roster(files, contacts, contacts_file=contacts_file)
    except InvalidText as refused:
        return Proposal(edit=edit, effects=(), problems=refused.problems)
    old, new = known.roster, after.roster
    lines = _concerned(old, new)
    told = Counter(map(_same, (*known.warnings, *outlook(_part(old, new, lines), now, days))))
    fresh: list[Problem] = []
    for problem in sorted((*after.warnings, *outlook(_part(new, old, lines), now, days))):
        told[_same(problem)] -= 1
        if told[_same(problem)] < 0:
            fresh.append(problem)
    if edit.until is not None:
        reach = (edit.until - now.date()).days + _AFTER_LAST_DAYS
        days = max(days, min(reach, _MOST_DAYS))
    effects = sentences(old, new, now, now + timedelta(days=days))
    return Proposal(edit=edit, effects=tuple(effects), problems=tuple(fresh))


def _concerned(old: Roster, new: Roster) -> frozenset[LineId]:
    """The lines that are different, and those with which they share people: what is said of the others is the same."""
    changed = [name for name in (*old.lines, *new.lines) if old.lines.get(name) != new.lines.get(name)]
    sides = [roster.lines[name] for roster in (old, new) for name in changed if name in roster.lines]
    people = frozenset(who for line in sides for who in everybody(line))
    return frozenset(changed) | {name for name, line in new.lines.items() if people & everybody(line)}


def _part(roster: Roster, other: Roster, lines: frozenset[LineId]) -> Roster:
    """These lines, with their people and those who are different in `other`."""
    kept = {name: line for name, line in roster.lines.items() if name in lines}
    named = frozenset(who for line in kept.values() for who in everybody(line))
    people = {who: one for who, one in roster.volunteers.items() if who in named or other.volunteers.get(who) != one}
    return Roster(lines=kept, volunteers=people)


def _same(problem: Problem) -> tuple[str, str]:
    """What a finding is known by, though lines moved."""
    return problem.file, _PLACE.sub("line", problem.what)


def write(folder: Path, known: Known, edit: Edit) -> None:
    """Write the files, each whole or not at all, with the mode and the owner that they had.

    :raises SetupError: if somebody changed one of them since it was read; then nothing is written.
    :raises OSError: if the disk refuses.
    """
    root = folder.resolve()
    places = {path: (root / path).resolve() for path in edit.files}
    for path, place in places.items():
        if not place.is_relative_to(root):
            raise SetupError(f"{path} is a link that leads out of {folder}: edit it where it lies")
        there = read_bounded(place) if place.exists() else None
        if there != known.files.get(path):
            raise SetupError(f"{path} was changed by somebody else in this moment: run the command again")
    for path, place in places.items():
        model = place if place.exists() else next(place.parent.glob("*.yaml"), None)
        owner = model.stat() if model else None
        write_whole(place, edit.files[path], stat.S_IMODE(owner.st_mode) if owner else _NEW_FILE_MODE)
        if owner and (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()) and os.geteuid() == 0:
            os.chown(place, owner.st_uid, owner.st_gid)  # root edited: the coordinators' file stays theirs
