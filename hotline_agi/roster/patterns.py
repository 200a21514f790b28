"""Who, week by week, as ``shifts.yaml`` has it: a list, a table by days, or a rotation of these.

people: [a, b]                          people:
people: {mon-fri: [a], sat, sun: []}      turn_days: 7
                                          since: 2026-02-02
                                          turns: [[a, b], {mon-fri: [c]}]
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from hotline_agi.roster.cells import Named, cell, ids
from hotline_agi.roster.dates import day
from hotline_agi.roster.document import Mapping, Node, Scalar, Sequence
from hotline_agi.roster.fields import Converter, Fields, full_width_hint, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import Pattern, weekly
from hotline_agi.roster.probes import either, narrowed
from hotline_agi.roster.values import integer
from hotline_agi.roster.weekdays import EVERY_DAY, WEEKDAYS, day_name

T = TypeVar("T")

Week = dict[int, tuple[Named, ...]]
"""Who, by weekday (0 is Monday). A day that is not in it was not written."""

LEAST_TURNS, MOST_TURNS = 2, 60
MOST_TURN_DAYS = 366
_ROTATION = ("turn_days", "since", "turns")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPattern:
    """A pattern, with the places of its names. `pattern` is None if something of it is wrong."""

    pattern: Pattern | None
    weeks: tuple[Week, ...]
    """One for each turn."""

    def named(self) -> Iterator[Named]:
        seen: set[int] = set()
        for week in self.weeks:
            for people in week.values():
                if id(people) not in seen:  # a list for seven days is one list
                    seen.add(id(people))
                    yield from people

    def days(self) -> frozenset[int]:
        """The weekdays that at least one turn names."""
        return frozenset(weekday for week in self.weeks for weekday in week)


@narrowed(minProperties=1)
def week(node: Node, findings: Findings) -> Week | None:
    """A list of people (the same every day) or a table from days to lists; None if it is neither or a day is wrong."""
    if isinstance(node, Sequence):
        people = cell(node, findings)
        return None if people is None else dict.fromkeys(EVERY_DAY, people)
    if not isinstance(node, Mapping):
        hint = full_width_hint(node) or "write [a, b] or lines such as `mon-fri: [a, b]`"
        findings.error(node.mark, "people must be a list or a table", hint)
        return None
    if not node.entries:
        findings.error(node.mark, "the table of people is empty", "write lines such as `mon-fri: [a, b]`")
    return by_days(node, cell, (), findings)


@narrowed(minItems=LEAST_TURNS, maxItems=MOST_TURNS)
def _turns(node: Node, findings: Findings) -> tuple[Week, ...] | None:
    if isinstance(node, Sequence) and not LEAST_TURNS <= len(node.items) <= MOST_TURNS:
        what = f"a rotation of {len(node.items)} turn{'' if len(node.items) == 1 else 's'}"
        hint = f"from {LEAST_TURNS} to {MOST_TURNS}; people who never change are written without `turns`"
        findings.error(node.mark, what, hint)
    return sequence_of(week, "the turns")(node, findings)


def _rotation(node: Node, findings: Findings) -> ReadPattern | None:
    fields = Fields.of(node, findings, "a rotation")
    if fields is None:
        return None
    turn_days = fields.required("turn_days", integer(1, MOST_TURN_DAYS))
    since = fields.required("since", day)
    weeks = fields.required("turns", _turns) or ()
    fields.close()
    if turn_days is None or since is None or not weeks:
        return ReadPattern(pattern=None, weeks=weeks)
    cells = tuple(tuple(ids(found[day]) if day in found else None for day in range(7)) for found in weeks)
    return ReadPattern(pattern=Pattern(turns=cells, turn_days=turn_days, since=since), weeks=weeks)


@either(week, _rotation)
def pattern(node: Node, findings: Findings) -> ReadPattern | None:
    """A list of people, a table by days, or a rotation; None if it is none of them."""
    if isinstance(node, Mapping) and any(entry.key.text in _ROTATION for entry in node.entries):
        return _rotation(node, findings)
    plain = week(node, findings)
    if plain is None:
        return None
    return ReadPattern(pattern=weekly({day: ids(people) for day, people in plain.items()}), weeks=(plain,))


def by_days(node: Mapping, convert: Converter[T], wrong: T, findings: Findings) -> dict[int, T] | None:
    """A table from days to values, no day twice; None if a day is wrong.

    :param wrong: what stands for a value that was refused, so that its day counts as written.
    """
    table: dict[int, T] = {}
    understood = True
    first_lines: dict[int, int] = {}
    for entry in node.entries:
        if findings.full:
            break
        days = day_name(entry.key, findings)
        understood &= days is not None
        if isinstance(entry.value, Scalar) and entry.value.missing:
            hint = 'write one; within {…} several days need quotes: {"sat, sun": …}'
            findings.error(entry.key.mark, f"{entry.key.shown} has no value", hint)
            value = None
        else:
            value = convert(entry.value, findings)
        for weekday in sorted(days or ()):
            if weekday in first_lines:
                what = f"{WEEKDAYS[weekday]} stands here a second time; first in line {first_lines[weekday]}"
                findings.error(entry.key.mark, what, "keep one")
            first_lines.setdefault(weekday, entry.key.mark.line)
            table.setdefault(weekday, wrong if value is None else value)
    return table if understood else None
