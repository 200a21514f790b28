"""All files → a roster: the example, several lines, reading without contacts, and whatever bytes may come."""

import random
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.errors import InvalidText
from hotline_agi.lab.demo import cast_for, example_files
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import (
    Adaptive,
    CallerClass,
    CallerOrder,
    EndpointKind,
    LongWrapUp,
    Reminders,
    Rest,
    VolunteerOrder,
    Want,
)
from hotline_agi.roster.plan import Absence
from hotline_agi.roster.reader import check_roster, read_roster
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.bench.bigroster import big_roster
from tests.roster.trees import CONTACTS, example, full, good
from tests.roster.written import moment

XINLI = LineId("xinli")


def test_the_example_is_what_it_says() -> None:
    reading = read_roster(*example())
    assert (reading.warnings, reading.notes) == ((), ())
    roster = reading.roster
    line = roster.lines[XINLI]
    assert len(roster.volunteers) == 24
    assert len({shift.slot for shift in line.shifts}) == 7
    assert all(3 <= len(cell or ()) <= 5 for shift in line.shifts for turn in shift.people.turns for cell in turn)
    assert any(shift.until <= shift.start for shift in line.shifts)
    assert roster.line_of_number("+441632960100") is line
    kinds = [{endpoint.kind for endpoint in volunteer.endpoints} for volunteer in roster.volunteers.values()]
    assert {frozenset(kind) for kind in kinds} == {
        frozenset({EndpointKind.MOBILE}),
        frozenset(EndpointKind),
    }  # everybody has a telephone behind the app: `hotline demo` casts its mobiles from whoever is on shift
    assert line.transfer is not None
    endpoints = [*(e for v in roster.volunteers.values() for e in v.endpoints), line.transfer]
    for endpoint in endpoints:
        assert (endpoint.number is None) == (endpoint.kind is EndpointKind.SOFTPHONE)
        assert (endpoint.pjsip_name is None) == (endpoint.kind is EndpointKind.MOBILE)


def test_the_demo_finds_its_cast_at_any_hour() -> None:
    """At night, on holidays and when somebody is sick, too."""
    roster = read_roster(example_files(), example()[1]).roster
    line = roster.lines[XINLI]
    assert {step.adaptive for plan in ("", "night") for step in line.steps(plan)} == {False}
    assert line.reminders is None
    plans = set()
    for start in (datetime(2026, 1, 25, tzinfo=UTC), datetime(2026, 9, 28, tzinfo=UTC)):
        for hour in range(24 * 45):
            at = start + timedelta(hours=hour, minutes=30)
            plans.add(on_duty(line, at).plan)
            assert len(cast_for(roster, line, at).others) == 1
    assert plans == {"", "night"}


def test_the_example_uses_every_part_of_the_policy() -> None:
    roster = read_roster(*example()).roster
    line = roster.lines[XINLI]
    assert [line.steps(plan)[0].adaptive for plan in ("", "night")] == [True, True]
    assert None not in (line.long_wrap_up, line.rest, line.reminders)
    assert all(map(line.may_ring, roster.volunteers.values()))
    assert line.required
    assert roster.service_line_of_number(line.service_numbers[0]) is line
    assert roster.line_of_number(line.service_numbers[0]) is None
    assert [one.id for one in roster.volunteers.values() if one.pin is not None] == ["chen-jing", "zhang-min"]


def test_the_example_has_only_numbers_kept_for_fiction() -> None:
    roster = read_roster(*example()).roster
    numbers = {e.number.reveal() for v in roster.volunteers.values() for e in v.endpoints if e.number}
    assert numbers
    assert all(number.startswith("+447700900") and len(number) == 13 for number in numbers)


def test_without_contacts_it_is_checked_and_says_so() -> None:
    files, _ = example()
    reading = read_roster(files)
    assert reading.notes == ("read without contacts: the numbers of 25 mobiles and transfers were not checked",)
    mobiles = [e for v in reading.roster.volunteers.values() for e in v.endpoints if e.kind is EndpointKind.MOBILE]
    assert mobiles
    assert all(endpoint.number is None for endpoint in mobiles)


def test_a_line_may_use_the_people_of_another() -> None:
    files = good()
    files["night/line.yaml"] = files["haven/line.yaml"].replace(b"960300", b"960301")
    files["night/people.yaml"] = b"volunteers: {}\n...\n"
    files["night/shifts.yaml"] = files["haven/shifts.yaml"]
    reading = read_roster(files, files[CONTACTS])
    assert reading.warnings == ()
    assert list(reading.roster.lines) == ["haven", "night"]
    assert reading.roster.lines[LineId("night")].shifts == reading.roster.lines[LineId("haven")].shifts
    assert reading.roster.volunteers[VolunteerId("boris")].languages == ("en",)


def test_everything_that_can_be_said_is_read() -> None:
    files = full()
    reading = read_roster(files, files[CONTACTS])
    assert reading.warnings == ()
    haven, quay = reading.roster.lines.values()
    assert [plan.name for plan in haven.ring_plans] == ["night", "rush"]
    assert [len(haven.special_days), sorted(haven.yearly_days)] == [
        5,
        [(1, 1), (2, 29), (12, 24), (12, 25), (12, 26), (12, 31)],
    ]
    assert sorted(haven.months) == [date(2026, 2, day) for day in (1, 3, 17, 28)] + [date(2028, 2, 29)]
    assert (haven.where.file, haven.shifts[0].where.file) == ("haven/line.yaml", "haven/shifts.yaml")
    assert {found.where.file for found in haven.months.values()} == {
        "haven/months/2026-02.yaml",
        "haven/months/2028-02.yaml",
    }
    assert haven.adaptive == Adaptive(chance=0.9, within_s=10.5, share=0.5)
    assert haven.order is VolunteerOrder.ROUND_ROBIN
    assert haven.wants == (Want(language="en", for_s=20.0), Want(qualification="trained"))
    assert [haven.callers.worth_s[one] for one in CallerClass] == [1800.0, 600.0, 300.0, 0.0]
    assert haven.callers.tried_within_s == 3600.0
    assert haven.long_wrap_up == LongWrapUp(talk_s=1200.0, wrap_up_s=120.0)
    assert haven.rest == Rest(missed=4, for_s=1800.0)
    assert haven.reminders == Reminders(before_s=900.0, ask_backup_s=480.0)
    assert set(haven.service_numbers) & set(quay.service_numbers) == {"01632960380"}
    assert (quay.adaptive, quay.order, quay.callers, quay.wants) == (
        Adaptive(),
        VolunteerOrder.LONGEST_IDLE,
        CallerOrder(),
        (),
    )
    assert (quay.long_wrap_up, quay.rest, quay.reminders) == (None, None, None)
    assert [who for who, one in reading.roster.volunteers.items() if one.pin is not None] == ["anna", "boris"]
    assert (quay.special_days, quay.yearly_days, quay.months, quay.ring_plans) == ({}, {}, {}, ())
    anna, emil = (reading.roster.volunteers[VolunteerId(who)] for who in ("anna", "emil"))
    assert haven.quiet == {"anna": anna, "emil": emil}
    assert quay.quiet == {"emil": emil}
    assert (anna.zone, emil.zone) == (haven.zone, quay.zone)


def test_absences_hold_on_all_lines_and_stand_ins_on_one() -> None:
    """By each line's own clock, of those people whom it names; a line's own absences come first."""
    files = full()
    haven, quay = read_roster(files).roster.lines.values()
    own = [cover for cover in quay.covers if cover.where.file == "quay/covers.yaml"]
    assert list(quay.covers[: len(own)]) == own
    there = [cover for cover in quay.covers[len(own) :] if isinstance(cover, Absence)]
    assert len(there) == len(quay.covers) - len(own)
    assert [(cover.who, cover.where.file) for cover in there] == [
        (who, "haven/covers.yaml") for who in ("boris", "clara", "clara")
    ]
    assert (there[1].first, there[1].last) == (moment("2026-02-14T10:00"), moment("2026-02-16T07:00"))
    assert (there[2].first, there[2].last) == (date(2026, 2, 15), moment("2026-02-16T19:30"))
    emil = next(cover for cover in haven.covers if isinstance(cover, Absence) and cover.who == "emil")
    assert (emil.first, emil.last, emil.instead) == (moment("2026-03-01T03:00"), date(2026, 3, 2), None)
    assert any(isinstance(cover, Absence) and cover.instead == "boris" for cover in quay.covers)


def test_files_that_may_be_left_out_may_be_left_out() -> None:
    files = {name: content for name, content in full().items() if not name.endswith(("days.yaml", "covers.yaml"))}
    assert check_roster(files).problems == ()
    problems = check_roster({name: content for name, content in files.items() if "shifts" not in name}).problems
    assert {str(problem.file) for problem in problems} == {"haven/shifts.yaml", "quay/shifts.yaml"}


def test_what_is_no_roster_is_passed_over() -> None:
    files = good()
    files |= {"README.md": b"\xff", "haven/.line.yaml.swp": b"", ".ci/check.yaml": b"", "contacts.yaml": b"\xff"}
    files |= {"ci/gitlab-ci.example.yml": b"\xff", "hooks/pre-commit-config.example.yaml": b"\xff"}
    assert check_roster(files, files[CONTACTS]).problems == ()


def test_windows_line_ends_are_read() -> None:
    files = {name: content.replace(b"\n", b"\r\n") for name, content in good().items()}
    assert read_roster(files, files[CONTACTS]).roster == read_roster(good(), good()[CONTACTS]).roster


def test_problems_of_all_files_come_together_by_place() -> None:
    files = {name: content.replace(b"name", b"nome") for name, content in good().items()}
    with pytest.raises(InvalidText) as caught:
        read_roster(files, b"contacts: []\n...\n", contacts_file="numbers.yaml")
    places = [(p.file, p.line, p.column) for p in caught.value.problems]
    assert places == sorted(places)
    assert {p.file for p in caught.value.problems} == {"haven/line.yaml", "haven/people.yaml", "numbers.yaml"}


@settings(max_examples=300)
@given(st.randoms(use_true_random=False), st.integers(1, 8))
def test_mutated_files_are_refused_or_read(rng: random.Random, changes: int) -> None:
    """Whatever happens to the bytes, nothing but `InvalidText` is raised, and every error has a place."""
    files = full()
    for _ in range(changes):
        name = rng.choice(sorted(files))
        content = bytearray(files[name])
        start = rng.randrange(len(content) + 1)
        end = min(len(content), start + rng.choice((0, 1, 1, 5, 40)))
        some = rng.choice(sorted(files.values()))
        piece = rng.randrange(len(some))
        other = bytes([rng.choice(b" \n:-[]{}'\"#&*!%,0a\x00\xff\t")])
        content[start:end] = rng.choice((b"", other, other, some[piece : piece + rng.randrange(40)]))
        files[name] = bytes(content)
    verdict = check_roster(files, files[CONTACTS], contacts_file=CONTACTS)
    for problem in verdict.problems:
        assert problem.what
        assert problem.file in files


def many_people(count: int) -> bytes:
    names = "".join(f"  p{n}: {{name: Person, endpoints: [softphone: s{n}]}}\n" for n in range(count))
    return f"volunteers:\n{names}...\n".encode()


def one_shift(people: str) -> bytes:
    return f"shifts:\n  day:\n    from: 00:00\n    until: 24:00\n    people: [{people}]\n...\n".encode()


HOSTILE = {
    "days": ("days.yaml", "special_days:\n", "  2026-{}-01: {{name: x}}\n", 20_000),
    "special days' slots": (
        "days.yaml",
        "special_days:\n  2026-01-01:\n    name: a\n    people:\n",
        "      x{}: []\n",
        20_000,
    ),
    "month": ("months/2026-02.yaml", "people:\n", "  2026-02-01x{}: {{}}\n", 30_000),
    "month's people": ("months/2026-02.yaml", "people:\n  2026-02-01:\n", "    x{0}: [y{0}]\n", 20_000),
    "covers": ("covers.yaml", "covers:\n", "  - {{sik{}: x}}\n", 30_000),
    "covers' people": ("covers.yaml", "covers:\n", "  - {{sick: x{0}, from: 2026-02-01, instead: y{0}}}\n", 15_000),
    "covers' slots": ("covers.yaml", "covers:\n", "  - {{extra: anna, date: 2026-02-01, slot: x{}}}\n", 15_000),
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.thorough
def test_a_file_of_mistakes_is_refused_soon(kind: str) -> None:
    name, head, line, count = HOSTILE[kind]
    files = good()
    files["haven/people.yaml"] = many_people(2_000)
    files[f"haven/{name}"] = (head + "".join(line.format(n) for n in range(count)) + "...\n").encode()
    started = time.process_time()
    assert 50 <= len(check_roster(files).problems) <= 600
    assert time.process_time() - started < 20


@pytest.mark.parametrize("kind", ["fields", "people", "ways to end"])
@pytest.mark.thorough
def test_a_folder_of_mistakes_is_refused_soon(kind: str) -> None:
    """The search for the nearest name is slow: it ends when nobody will read the findings any more."""
    files = good()
    files["haven/people.yaml"] = many_people(10_000)
    match kind:
        case "fields":
            files["haven/line.yaml"] = b"".join(b"max_wait%d: 1\n" % n for n in range(20_000)) + b"...\n"
        case "people":
            files["haven/shifts.yaml"] = one_shift(", ".join(f"pq{n}" for n in range(20_000)))
        case "ways to end":
            files["haven/line.yaml"] = b"overflow: [" + b"mesage, " * 50_000 + b"]\n...\n"
    started = time.process_time()
    assert 400 <= len(check_roster(files).problems) <= 600
    assert time.process_time() - started < 20


@pytest.mark.thorough
def test_a_large_roster_is_read_soon() -> None:
    files = good()
    files["haven/people.yaml"] = many_people(10_000)
    files["haven/shifts.yaml"] = one_shift(", ".join(f"p{n}" for n in range(10_000)))
    started = time.process_time()
    assert len(read_roster(files).roster.volunteers) == 10_000
    assert time.process_time() - started < 5


def test_lines_of_months_are_read_soon() -> None:
    files, contacts = big_roster(1000, lines=10, first=date(2026, 2, 1))
    started = time.process_time()
    reading = read_roster(files, contacts)
    assert time.process_time() - started < 3
    assert [len(line.months) for line in reading.roster.lines.values()] == [28] * 10
