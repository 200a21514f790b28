"""A good roster, changed at random places: refused with a place, or read as a roster that says something else.

What a roster means is its values without the places in the text. A harmless change (comments, blanks) must not change
the meaning. Any other is refused with a place, means the same, or means something else that is well-formed: no reader
can know that somebody meant Tuesday. The seeds are fixed, and how often each happened is asserted.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from hotline_agi.errors import InvalidText
from hotline_agi.roster import reader
from hotline_agi.roster.document import parse_on
from hotline_agi.roster.duty import duty_spans, everybody
from hotline_agi.roster.model import CallerClass, Line, RingGroup, Roster
from hotline_agi.roster.plan import Absence
from hotline_agi.roster.reader import check_roster, read_roster
from hotline_agi.terms.problems import Mark, Problem, Severity
from tests.roster.mutations import HARMFUL, HARMLESS, Change
from tests.roster.trees import CONTACTS, full

FILES = full()
GOOD = read_roster(FILES, FILES[CONTACTS], contacts_file=CONTACTS)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are as they were are parsed once for all rosters of this module."""
    remembered = cache(parse_on)
    untouched = {name: content for name, content in FILES.items() if name != CONTACTS}
    for name, content in untouched.items():
        remembered(name, content)

    def parse_once(name: str, content: bytes) -> object:
        return remembered(name, content) if untouched.get(name) == content else parse_on(name, content)

    monkeypatch.setattr(reader, "parse_on", parse_once)


def meaning(value: object) -> object:
    """Without the places."""
    if isinstance(value, Mark):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), tuple(meaning(getattr(value, one.name)) for one in fields(value) if one.compare)
    if isinstance(value, Mapping):
        return {key: meaning(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(meaning(one) for one in value)
    return value


def outcome(files: dict[str, bytes]) -> str:
    """``refused``, ``equal`` or ``changed``; whatever else happens is a failure."""
    try:
        reading = read_roster(files, files[CONTACTS], contacts_file=CONTACTS)
    except InvalidText as refused:
        assert any(problem.severity is Severity.ERROR for problem in refused.problems)
        for problem in refused.problems:
            assert has_a_place(problem, files)
        return "refused"
    for problem in reading.warnings:
        assert has_a_place(problem, files)
    assert_well_formed(reading.roster)
    return "equal" if meaning(reading.roster) == meaning(GOOD.roster) else "changed"


def has_a_place(problem: Problem, files: dict[str, bytes]) -> bool:
    assert problem.what
    text = files[problem.file].decode("utf-8", "replace").replace("\r\n", "\n")
    lines = text.replace("\r", "\n").split("\n")
    if problem.line == 0:  # an empty file has no place
        return not text.strip() or "says nothing" in problem.what
    return problem.line <= len(lines) and 1 <= problem.column <= len(lines[problem.line - 1]) + 2


def assert_well_formed(roster: Roster) -> None:
    assert roster.lines
    for line in roster.lines.values():
        slots = {shift.slot for shift in line.shifts}
        named = everybody(line) | {cover.who for cover in line.covers}
        named |= {shift.coordinator for shift in line.shifts if shift.coordinator}
        assert named <= set(roster.volunteers)
        assert set(line.quiet) <= set(roster.volunteers)
        days = (*line.special_days.values(), *line.yearly_days.values(), *line.months.values())
        assert {slot for day in days for slot in (*day.people, *day.backup)} <= slots
        assert {cover.slot for cover in line.covers if not isinstance(cover, Absence)} <= slots
        assert line.ring_steps
        assert all(plan.steps and plan.hours for plan in line.ring_plans)
        assert_policy_is_well_formed(line)
        for shift in line.shifts:
            assert all(len(turn) == 7 for pattern in (shift.people, shift.backup) for turn in pattern.turns)
            assert all(0 <= least <= 100 for least in shift.need.people)
        assert all(person.endpoints for person in roster.volunteers.values())
        start = datetime(2026, 2, 14, tzinfo=UTC)
        assert duty_spans(line, start, start + timedelta(days=3))


def assert_policy_is_well_formed(line: Line) -> None:
    """Whatever the dispatcher goes by is within the bounds of the format."""
    steps = [step for plan in (line.ring_steps, *(plan.steps for plan in line.ring_plans)) for step in plan]
    assert all(step.count is None and step.group is RingGroup.ON_SHIFT for step in steps if step.adaptive)
    assert 0.5 <= line.adaptive.chance < 1 and 5 <= line.adaptive.within_s <= 60 and 0.05 <= line.adaptive.share <= 1
    assert set(line.callers.worth_s) == set(CallerClass) and max(line.callers.worth_s.values()) <= 3600
    assert all(bool(want.language) != bool(want.qualification) for want in line.wants)
    assert line.long_wrap_up is None or line.long_wrap_up.wrap_up_s >= line.wrap_up_s
    assert line.rest is None or (line.rest.missed >= 1 and line.rest.for_s >= 60)
    assert line.reminders is None or 0 < line.reminders.ask_backup_s < line.reminders.before_s
    assert not set(line.numbers) & set(line.service_numbers)


def mutated(changes: tuple[Change, ...], dice: random.Random) -> dict[str, bytes]:
    files = dict(FILES)
    name = dice.choice(sorted(files))
    files[name] = dice.choice(changes)(files[name].decode(), dice).encode()
    return files


def test_meaning_sees_every_value() -> None:
    other = read_roster(FILES | {"haven/covers.yaml": b"covers: []\n...\n"}, FILES[CONTACTS])
    assert meaning(other.roster) != meaning(GOOD.roster)
    assert GOOD.warnings == ()


@pytest.mark.parametrize("change", HARMLESS, ids=lambda change: change.__name__)
def test_comments_and_blanks_mean_nothing(change: Change) -> None:
    dice = random.Random(change.__name__)
    touched = 0
    for _ in range(100):
        files = mutated((change,), dice)
        touched += files != FILES
        assert outcome(files) == "equal", next(content for name, content in files.items() if content != FILES[name])
    assert touched >= 30


@pytest.mark.parametrize("change", HARMFUL, ids=lambda change: change.__name__)
def test_any_change_is_refused_or_well_formed(change: Change) -> None:
    dice = random.Random(change.__name__)
    reach = Counter(outcome(mutated((change,), dice)) for _ in range(200))
    assert reach["refused"] + reach["changed"] >= 40, reach


@pytest.mark.thorough
def test_the_property_is_not_vacuous() -> None:
    """Of a thousand changed rosters about two thirds are refused, and a quarter mean something else."""
    dice = random.Random(3)
    reach = Counter(outcome(mutated(HARMFUL, dice)) for _ in range(1000))
    print(dict(reach))
    assert reach["refused"] >= 400
    assert reach["changed"] >= 100
    assert reach["equal"] >= 30


@pytest.mark.thorough
def test_every_truncation_of_every_file_is_refused_or_equal() -> None:
    """Equal only if nothing but blank lines is gone."""
    refused = equal = 0
    for name, content in FILES.items():
        for length in range(len(content)):
            files = FILES | {name: content[:length]}
            if not content[length:].strip():
                assert outcome(files) == "equal", (name, length)
                equal += 1
                continue
            found = check_roster(files, files[CONTACTS], contacts_file=CONTACTS).problems
            assert any(p.file == name and p.severity is Severity.ERROR for p in found), (name, length)
            refused += 1
    assert refused > 3500
    assert equal >= len(FILES)
