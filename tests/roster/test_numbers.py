"""Who calls and what they dial: service numbers, and whose mobile it is."""

import time
from dataclasses import replace
from datetime import date

import pytest

from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.numbers import PhoneNumber
from tests.bench.bigroster import big_roster
from tests.roster.trees import CONTACTS, full
from tests.roster.written import line, person, roster, shift, who


def with_numbers(**numbers: str) -> Roster:
    """People by number; whoever has none has only a softphone."""
    people = {
        one: person(one, endpoints=(softphone, *([replace(mobile, number=PhoneNumber(number))] if number else [])))
        for one, number in numbers.items()
        for softphone, mobile in [person(one).endpoints]
    }
    return roster(line(shift("day", "00:00", "00:00", " ".join(numbers))), **people)


@pytest.mark.parametrize("calls", ["07700900001", "00447700900001", "+447700900001", "+44 7700 900001", "7700900001"])
@pytest.mark.parametrize("known", ["07700 900001", "+447700900001", "0044 7700 900001"])
def test_a_number_is_the_same_however_it_is_written(known: str, calls: str) -> None:
    assert with_numbers(ann=known, bo="07700900002").volunteer_of_number(PhoneNumber(calls)) == who("ann")


def test_a_short_number_is_compared_whole() -> None:
    known = with_numbers(ann="90001", bo="07700900001", cy="")
    assert known.volunteer_of_number(PhoneNumber("90001")) == who("ann")
    assert known.volunteer_of_number(PhoneNumber("07700900001")) == who("bo")
    for other in ("900001", "0001", "190001", "07700900003"):
        assert known.volunteer_of_number(PhoneNumber(other)) is None


def test_a_number_of_several_is_nobodys() -> None:
    known = with_numbers(ann="07700900001", bo="+447700900001", cy="00447700900001", dee="07700900004")
    assert known.volunteer_of_number(PhoneNumber("07700900001")) is None
    assert known.volunteer_of_number(PhoneNumber("07700900004")) == who("dee")


def test_no_number_is_told_by_what_is_remembered() -> None:
    known = with_numbers(ann="07700900001")
    known.volunteer_of_number(PhoneNumber("07700900001"))
    assert known.memo
    assert "900001" not in repr(known) + repr(known.memo)
    assert known == with_numbers(ann="07700900001")


@pytest.mark.thorough
def test_of_many_people_the_index_is_made_once() -> None:
    files, contacts = big_roster(10_000, lines=20, first=date(2026, 11, 23))
    known = read_roster(files, contacts).roster
    numbers = [one.number for person in known.volunteers.values() for one in person.endpoints if one.number]
    began = time.process_time()
    found = [known.volunteer_of_number(number) for number in numbers]
    assert time.process_time() - began < 1
    assert len(numbers) > 5_000
    assert all(found)


def test_lines_may_share_a_service_number() -> None:
    files = full()
    known = read_roster(files, files[CONTACTS]).roster
    haven, quay = known.lines[LineId("haven")], known.lines[LineId("quay")]
    assert "01632960380" in haven.service_numbers and "01632960380" in quay.service_numbers
    assert known.service_line_of_number("01632960380") is haven
    assert known.service_line_of_number("+441632960380") is haven
    assert known.service_line_of_number(haven.numbers[0]) is None
    assert known.line_of_number("01632960380") is None
