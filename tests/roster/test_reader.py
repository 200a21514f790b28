"""All files → a roster: the example, several lines, reading without contacts, and whatever bytes may come."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.errors import InvalidText
from hotline_agi.roster.model import EndpointKind
from hotline_agi.roster.reader import check_roster, read_roster
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.roster.trees import CONTACTS, example, good

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


def test_what_is_no_roster_is_passed_over() -> None:
    files = good()
    files |= {"README.md": b"\xff", "haven/.line.yaml.swp": b"", ".ci/check.yaml": b"", "contacts.yaml": b"\xff"}
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
    files = good()
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


@pytest.mark.parametrize("kind", ["fields", "people", "ways to end"])
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


def test_a_large_roster_is_read_soon() -> None:
    files = good()
    files["haven/people.yaml"] = many_people(10_000)
    files["haven/shifts.yaml"] = one_shift(", ".join(f"p{n}" for n in range(10_000)))
    started = time.process_time()
    assert len(read_roster(files).roster.volunteers) == 10_000
    assert time.process_time() - started < 5
