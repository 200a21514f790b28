"""Edits of the week in ``shifts.yaml``: somebody comes into a slot on certain weekdays, or leaves it."""

from hotline_agi.coordination.edits import Edit, Known, shift_of
from hotline_agi.coordination.round_trip import Path, Plain, YamlText
from hotline_agi.coordination.splices import append, insert, remove, rename, wrap
from hotline_agi.errors import SetupError
from hotline_agi.roster.document import Scalar
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.layout import SHIFTS
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Pattern
from hotline_agi.roster.weekdays import EVERY_DAY, days_in_words, weekdays
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import NOWHERE

Days = frozenset[int]
"""Weekdays, 0 is Monday."""


def days_named(text: str) -> Days:
    """``mon-fri``, ``sat, sun``, ``daily``.

    :raises SetupError: if it is nothing of that kind.
    """
    findings = Findings()
    found = weekdays(Scalar(text=text, mark=NOWHERE), findings)
    if found is None or findings.failed:
        raise SetupError(f"{text!r} are no weekdays: write daily, mon, mon-fri or 'sat, sun'")
    return found


def add_to_week(
    known: Known, line: Line, who: VolunteerId, slot: str, days: Days, *, backup: bool = False, turn: int | None = None
) -> Edit:
    """`who` is in `slot` on these weekdays from now on; with rotations in the turn number `turn`, counted from 1.

    :raises SetupError: if that is so already, or the turn is not named.
    """
    text, path, pattern, number = _pattern(known, line, slot, backup, turn)
    cells = pattern.turns[number]
    fresh = frozenset(day for day in days if who not in (cells[day] or ()))
    if not fresh:
        raise SetupError(f"{who} is {'backup in' if backup else 'in'} {slot} {days_in_words(days)} already")
    try:
        text.at(path)
    except KeyError:  # nobody is backup yet
        value: Plain = [who] if fresh == EVERY_DAY else {days_in_words(fresh): [who]}
        text = insert(text, path[:-1], "backup", value)
    else:
        text = _changed(text, path, fresh, who, present=True)
    return _edit(text, f"Add {who} to {_place(slot, fresh, backup, turn)}")


def remove_from_week(
    known: Known,
    line: Line,
    who: VolunteerId,
    slot: str,
    days: Days | None = None,
    *,
    backup: bool = False,
    turn: int | None = None,
) -> Edit:
    """`who` is not in `slot` any more on these weekdays (None: on all of theirs).

    :raises SetupError: if they are not there anyway, or the turn is not named.
    """
    text, path, pattern, number = _pattern(known, line, slot, backup, turn)
    theirs = frozenset(day for day, cell in enumerate(pattern.turns[number]) if who in (cell or ()))
    named = theirs if days is None else days & theirs
    if not named:
        are = f"they are there {days_in_words(theirs)}" if theirs else "see `hotline roster show` for where they are"
        when = f" {days_in_words(days)}" if days else ""
        raise SetupError(f"{who} is not {'backup in' if backup else 'in'} {slot}{when} of the week: {are}")
    text = _changed(text, path, named, who, present=False)
    return _edit(text, f"Remove {who} from {_place(slot, named, backup, turn)}")


def _place(slot: str, days: Days, backup: bool, turn: int | None) -> str:
    return f"{'backup of ' if backup else ''}{slot}: {days_in_words(days)}" + (f", turn {turn}" if turn else "")


def _edit(text: YamlText, message: str) -> Edit:
    return Edit(files={text.file: text.text.encode()}, message=message)


def _pattern(
    known: Known, line: Line, slot: str, backup: bool, turn: int | None
) -> tuple[YamlText, Path, Pattern, int]:
    """The file, where the week that is meant stands in it, and which turn of which pattern that is."""
    shift = shift_of(line, slot)
    pattern = shift.backup if backup else shift.people
    path: Path = ("shifts", slot, "backup" if backup else "people")
    turns = len(pattern.turns)
    if turns > 1:
        if turn is None or not 1 <= turn <= turns:
            raise SetupError(f"{slot} is a rotation of {turns} turns: say which one with --turn 1 to {turns}")
        path = (*path, "turns", turn - 1)
    elif turn is not None:
        raise SetupError(f"{slot} is no rotation: leave out --turn")
    file = f"{line.id}/{SHIFTS}"
    return YamlText.of(file, known.files[file]), path, pattern, (turn or 1) - 1


def _changed(text: YamlText, path: Path, days: Days, who: VolunteerId, *, present: bool) -> YamlText:
    """The week at `path` with or without `who` on these days. Days that share a line with others get their own."""
    week = text.at(path).plain()
    if isinstance(week, list):
        if days == EVERY_DAY:
            return _cell_changed(text, path, week, who, present)
        rest = days_in_words(EVERY_DAY - days)
        return insert(wrap(text, path, rest), path, days_in_words(days), _cell(week, who, present), after=rest)
    assert isinstance(week, dict)
    missing = set(days)
    for name, cell in week.items():
        named = days_named(name)
        both = named & days
        missing -= both
        assert isinstance(cell, list)
        if not both or (who in cell) == present:
            continue
        if both == named:
            text = _cell_changed(text, (*path, name), cell, who, present)
            continue
        rest = days_in_words(named - both)
        text = rename(text, (*path, name), rest)
        text = insert(text, path, days_in_words(both), _cell(cell, who, present), after=rest)
    if missing and present:
        text = insert(text, path, days_in_words(missing), [who])
    return text


def _cell_changed(text: YamlText, path: Path, cell: list[Plain], who: VolunteerId, present: bool) -> YamlText:
    return append(text, path, who) if present else remove(text, (*path, cell.index(who)))


def _cell(cell: list[Plain], who: VolunteerId, present: bool) -> list[Plain]:
    return [*cell, who] if present else [one for one in cell if one != who]
