"""How well hours are filled: the law against a count at each instant, and what counts."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.planning.coverage import Lack, coverage
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Roster, Volunteer, Want
from hotline_agi.roster.plan import Need, SpecialDay
from hotline_agi.roster.precedence import occurrence
from hotline_agi.terms.problems import Mark
from tests.planning.people import person, roster
from tests.planning.worlds import World
from tests.roster.written import hours, line, shift, sick, special, utc, who

MONDAY = utc("2026-11-23T00:00")
DAY = timedelta(days=1)


@given(st.integers(0, 100_000))
def test_each_span_is_as_a_count_at_its_instants_says(seed: int) -> None:
    world = World(seed)
    start, until = world.start, world.start + world.days * DAY
    found = coverage(world.roster, world.one, start, until)
    assert (found[0].from_utc, found[-1].until_utc) == (start, until)
    for one, following in pairwise(found):
        assert one.until_utc == following.from_utc
        assert (one.duty, one.least, one.shortfalls) != (following.duty, following.least, following.shortfalls)
    for span in found:
        length = span.until_utc - span.from_utc
        for at in (span.from_utc, span.from_utc + length / 2, span.until_utc - timedelta(seconds=1)):
            assert span.duty == on_duty(world.one, at)
            least, lacks = counted(world.roster, world.one, at)
            assert span.least == least
            assert {(one.lack, one.slot, one.name, one.has, one.needs) for one in span.shortfalls} == lacks


def counted(known: Roster, of: Line, at: datetime) -> tuple[int, set[tuple[Lack, str, str, int, int]]]:
    """The least and the lacks at an instant, slot by slot and person by person."""
    duty = on_duty(of, at)
    if not duty.is_open:
        return 0, set()
    day = at.astimezone(of.zone).date()
    slots = [occurrence(of, shift, day + n * DAY) for n in range(-3, 3) for shift in of.shifts]
    on = [one for one in slots if one is not None and one.start <= at < one.end]
    least = max(1, sum(one.least for one in on))
    if not duty.volunteers:
        first = min(on, key=lambda one: one.start, default=None)
        return least, {(Lack.NOBODY, first.shift.slot if first else "", "", 0, least)}
    lacks = set()
    always = [want for want in of.wants if want.for_s is None]
    if not any(all(has_it(known.volunteers[one], want) for want in always) for one in duty.volunteers):
        first_slot = min(on, key=lambda one: one.start).shift.slot
        lacks.add((Lack.WANT, first_slot, ", ".join(want.language or want.qualification for want in always), 0, 1))
    for one in on:
        there = {p.who for p in one.places if p.start <= at < p.end and not p.as_backup and p.who not in duty.quiet}
        people = [known.volunteers[who] for who in there]
        slot, need = one.shift.slot, one.shift.need
        if len(there) < one.least:
            lacks.add((Lack.PEOPLE, slot, "", len(there), one.least))
        for name, needs in need.languages.items():
            if (has := len([p for p in people if name in p.languages])) < needs:
                lacks.add((Lack.LANGUAGE, slot, name, has, needs))
        for name, needs in need.qualifications.items():
            if (has := len([p for p in people if name in p.qualifications])) < needs:
                lacks.add((Lack.QUALIFICATION, slot, name, has, needs))
    return least, lacks


def has_it(person: Volunteer, want: Want) -> bool:
    return (want.language or want.qualification) in (*person.languages, *person.qualifications)


def lacks(of: Line, *people: Volunteer) -> list[tuple[str, int, int]]:
    """Of Monday: what, how many are there, how many are needed."""
    found = coverage(roster(of, people=people), of, MONDAY, MONDAY + DAY)
    return [(lack.lack.value, lack.has, lack.needs) for span in found for lack in span.shortfalls]


def test_backup_people_do_not_count() -> None:
    assert lacks(line(shift("day", "00:00", "00:00", "", backup="ann bo"))) == [("nobody", 0, 1)]
    assert lacks(line(shift("day", "00:00", "00:00", "ann", backup="bo", need=Need(people=(2,) * 7)))) == [
        ("people", 1, 2)
    ]


def test_nobody_is_a_lack_though_a_slot_needs_none() -> None:
    none = Need(people=(0,) * 7)
    assert lacks(line(shift("day", "00:00", "00:00", "", need=none))) == [("nobody", 0, 1)]


def test_quiet_hours_take_people_away() -> None:
    of = line(shift("day", "00:00", "00:00", "ann bo", need=Need(people=(2,) * 7)))
    quiet = replace(roster(of).volunteers[who("bo")], quiet=(hours("02:00", "04:00"),), zone=of.zone)
    found = coverage(roster(of), replace(of, quiet={quiet.id: quiet}), MONDAY, MONDAY + DAY)
    assert [(f"{span.from_utc:%H}", span.on_shift, len(span.shortfalls)) for span in found] == [
        ("00", 2, 0),
        ("02", 1, 1),
        ("04", 2, 0),
    ]


def test_closed_hours_lack_nothing() -> None:
    of = line(opening=(hours("08:00", "20:00"),))
    found = coverage(roster(of), of, MONDAY, MONDAY + DAY)
    assert [(span.least, [one.lack for one in span.shortfalls]) for span in found] == [
        (0, []),
        (1, [Lack.NOBODY]),
        (0, []),
    ]


@pytest.mark.parametrize(
    "day", [special(like=5), special(like=5, opening=None, people={})], ids=["like", "like, with nothing else"]
)
def test_a_day_that_is_like_another_needs_as_many(day: SpecialDay) -> None:
    of = line(shift("day", "00:00", "00:00", "ann", need=Need(people=(1, 1, 1, 1, 1, 3, 3))))
    assert lacks(of) == []
    assert lacks(replace(of, special_days={date(2026, 11, 23): day})) == [("people", 1, 3)]


def test_an_absence_within_a_shift_cuts_it() -> None:
    of = line(shift("day", "00:00", "00:00", "ann"), covers=(sick("ann", "2026-11-23T06:00", "2026-11-23T07:00"),))
    found = coverage(roster(of), of, MONDAY, MONDAY + DAY)
    assert [f"{span.from_utc:%H:%M}" for span in found if span.shortfalls] == ["06:00"]
    assert {one.where for span in found for one in span.shortfalls} == {of.shifts[0].where}


def test_no_slot_at_all_is_told_at_the_line() -> None:
    of = line(where=Mark(file="xinli/line.yaml", line=1, column=1))
    [span] = coverage(roster(of), of, MONDAY, MONDAY + DAY)
    [lack] = span.shortfalls
    assert (lack.lack, lack.slot, lack.where) == (Lack.NOBODY, "", of.where)


def test_no_time_no_spans() -> None:
    of = line()
    assert coverage(roster(of), of, MONDAY, MONDAY) == []


def test_what_callers_always_want_somebody_on_shift_must_have() -> None:
    crisis, english = Want(qualification="crisis"), Want(language="en")
    of = line(shift("day", "00:00", "00:00", "ann bo", backup="cy"), wants=(crisis, english))
    one_each = (person("ann", qualifications=("crisis",)), person("bo", languages=("en",)))
    able = person("cy", qualifications=("crisis",), languages=("en",))
    assert lacks(of, *one_each, able) == [("want", 0, 1)]
    assert lacks(replace(of, wants=(replace(crisis, for_s=20.0), english)), *one_each) == []
    [found] = coverage(roster(of, people=one_each), of, MONDAY, MONDAY + DAY)
    assert [(one.name, one.slot, one.where) for one in found.shortfalls] == [
        ("crisis, en", "day", of.shifts[0].where),
    ]
    assert lacks(of, person("ann", qualifications=("crisis",), languages=("zh", "en"))) == []
