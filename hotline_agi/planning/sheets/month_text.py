"""The text of ``months/YYYY-MM.yaml``: a new one, and one in which some days are replaced; new people in people.yaml.

Whole lines are put in and taken out, so that everything else stays as it is to the byte.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from hotline_agi.planning.sheets.gathering import Newcomer
from hotline_agi.planning.sheets.reading import Days
from hotline_agi.roster import document
from hotline_agi.roster.plan import Cell
from hotline_agi.roster.schema import schema_comment
from hotline_agi.roster.source import END_MARKER

_LONGEST_LINE = 100
"""A day whose slots fit into one line has one."""
_PLAIN = re.compile(r"[^\W\d_]([\w ·.-]*[\w.])?")
"""A name that YAML takes as it stands, in any script."""
_STEP = "  "


def month_text(year: int, month: int, people: Days, backup: Days) -> str:
    """A whole file."""
    lines = [
        schema_comment("month", 2),
        f"# {year} 年 {month} 月值班表 · month roster",
        "# 班次属于它开始的那一天；没有写到的班次按 shifts.yaml",
        "# a slot belongs to the day on which it starts; slots that are not named here are as shifts.yaml says",
        "",
        *_section("people", people),
    ]
    if backup:
        lines += ["", *_section("backup", backup)]
    return "\n".join([*lines, "", END_MARKER, ""])


def _section(name: str, days: Days) -> list[str]:
    if not days:
        return [f"{name}: {{}}"]
    return [f"{name}:", *(line for day in sorted(days) for line in day_lines(day, days[day], _STEP))]


def day_lines(day: date, slots: Mapping[str, Cell], margin: str) -> list[str]:
    """One day, in one line if it is short."""
    cells = [f"{slot}: [{', '.join(cell)}]" for slot, cell in slots.items()]
    short = f"{margin}{day}: {{{', '.join(cells)}}}"
    return [short] if len(short) <= _LONGEST_LINE else [f"{margin}{day}:", *(f"{margin}{_STEP}{c}" for c in cells)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The lines of one day: from `first` until before `end`, comments above it not included."""

    day: str
    first: int
    end: int


def with_days(file: str, text: str, days: Iterable[date], people: Days, backup: Days | None) -> str | None:
    """`text` in which `days` are as `people` and `backup` say, and all others as they were, with their comments.

    :param backup: None: the backup people of these days stay.
    :returns: None if the text is not written with each day on lines of its own, below ``people:``.
    :raises InvalidText: if it is no roster file.
    """
    given = sorted(days)
    new = {"people": people} | ({} if backup is None else {"backup": backup})
    for name, found in new.items():
        replaced = _with_section(file, text, name, given, {day: found[day] for day in given if found.get(day)})
        if replaced is None:
            return None
        text = replaced
    return text


def _with_section(file: str, text: str, name: str, given: Sequence[date], new: Days) -> str | None:
    root = document.parse(file, text.encode())
    lines = text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    entries = {entry.key.text: entry for entry in root.entries} if isinstance(root, document.Mapping) else {}
    if name not in entries:
        place = _end_of(lines)
        added = ["", *_section(name, new)] if new else []
        return "\n".join([*lines[:place], *(line + ending for line in added), *lines[place:]])
    table = entries[name].value
    if not isinstance(table, document.Mapping) or not table.entries:
        return None
    below = [entry.key.mark.line - 1 for entry in entries.values() if entry.key.mark.line > entries[name].key.mark.line]
    blocks = _blocks(lines, table, min(below, default=_end_of(lines)))
    if blocks is None:
        return None
    margin = " " * (table.entries[0].key.mark.column - 1)
    names = {str(day) for day in given}
    if not new and all(block.day in names for block in blocks):
        before = entries[name].key.mark.line - 1
        return "\n".join([*lines[:before], *lines[blocks[-1].end :]])
    return "\n".join(_replaced(lines, blocks, names, new, margin, ending))


def _blocks(lines: Sequence[str], table: document.Mapping, end: int) -> list[_Block] | None:
    firsts = [entry.key.mark.line - 1 for entry in table.entries]
    columns = {entry.key.mark.column for entry in table.entries}
    alone = all(not lines[n][: e.key.mark.column - 1].strip() for n, e in zip(firsts, table.entries, strict=True))
    if len(columns) > 1 or columns == {1} or not alone or len(set(firsts)) < len(firsts):
        return None
    blocks = []
    for n, entry in enumerate(table.entries):
        until = firsts[n + 1] if n + 1 < len(firsts) else end
        while until > firsts[n] + 1 and (not lines[until - 1].strip() or lines[until - 1].lstrip().startswith("#")):
            until -= 1  # what stands above the next day belongs to it
        blocks.append(_Block(day=entry.key.text, first=firsts[n], end=until))
    return blocks


def _replaced(
    lines: Sequence[str], blocks: Sequence[_Block], given: set[str], new: Days, margin: str, ending: str
) -> list[str]:
    """The lines with the blocks of the given days replaced in their places, and days that were not there put between
    the others by date."""
    old = {block.day for block in blocks}
    waiting = [day for day in sorted(new) if str(day) not in old]
    made = {str(day): [line + ending for line in day_lines(day, new[day], margin)] for day in new}
    result = list(lines[: blocks[0].first])
    at = blocks[0].first
    for block in blocks:
        while waiting and str(waiting[0]) < block.day:
            result += made[str(waiting.pop(0))]
        result += lines[at : block.first]
        result += made.get(block.day, []) if block.day in given else lines[block.first : block.end]
        at = block.end
    for day in waiting:
        result += made[str(day)]
    return [*result, *lines[at:]]


def with_people(text: str, newcomers: Sequence[Newcomer]) -> str | None:
    """The text of a ``people.yaml`` with more people at its end; None if it is not written in blocks.

    They are reached by mobile: that the number is in the contacts is up to the coordinator.
    """
    lines = text.split("\n")
    ending = "\r" if lines[0].endswith("\r") else ""
    root = document.parse("people.yaml", text.encode())
    table = root.entries[0].value if isinstance(root, document.Mapping) and len(root.entries) == 1 else None
    if not isinstance(table, document.Mapping) or not table.entries:
        return None
    first = table.entries[0].key.mark
    margin = " " * (first.column - 1)
    if not margin or lines[first.line - 1][: first.column - 1].strip():
        return None
    added: list[str] = []
    for person in newcomers:
        name = person.name if _PLAIN.fullmatch(person.name) else json.dumps(person.name, ensure_ascii=False)
        added += ["", f"{margin}{person.id}:", f"{margin}{_STEP}name: {name}", f"{margin}{_STEP}endpoints: [mobile]"]
    place = _end_of(lines)
    return "\n".join([*lines[:place], *(line + ending for line in added), *lines[place:]])


def _end_of(lines: Sequence[str]) -> int:
    """The line behind the last one that says something: before the end marker, and blank lines above it."""
    end = max(n for n, line in enumerate(lines) if line.startswith(END_MARKER))
    while end > 0 and not lines[end - 1].strip():
        end -= 1
    return end
