"""Gaps, too few people and missing languages, as warnings: which there are, and how they are grouped."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.model import Line, Want
from hotline_agi.roster.plan import Need, Shift, weekly
from hotline_agi.terms.problems import Mark
from tests.planning.people import person, roster
from tests.planning.warned import NOW, hints, warned
from tests.roster.written import hours, ids, line, month_day, shift, sick, special, swap

WEEK = range(7)
Slots = list[tuple[Iterable[int], int, int]]


def with_slots(slots: Slots, opening: Slots | None = None, **changes: object) -> Line:
    """Ann in each of `slots`: weekdays, first hour, end hour."""

    def made(n: int, days: Iterable[int], start: int, until: int) -> Shift:
        people = weekly(dict.fromkeys(days, ids("ann")))
        return shift(f"s{n}", f"{start:02}:00", f"{until % 24:02}:00", people)

    return line(
        *(made(n, *slot) for n, slot in enumerate(slots)),
        opening=tuple(hours(f"{s:02}:00", f"{u % 24:02}:00", days) for days, s, u in opening or ()),
        **changes,
    )


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        ([(WEEK, 0, 24)], []),
        ([(WEEK, 8, 8)], []),
        ([(WEEK, 6, 22), (WEEK, 22, 6)], []),
        ([(WEEK, 6, 2)], ["every day 02:00-06:00"]),
        ([(WEEK, 6, 22)], ["every day 22:00-06:00"]),
        ([(range(5), 0, 24)], ["every Sat 00:00 until Sunday 24:00"]),
        ([(range(6), 0, 24)], ["every Sun 00:00-24:00"]),
        ([(WEEK, 22, 6), ([0, 2], 6, 22)], ["every Tue, Thu-Sun 06:00-22:00"]),
        ([(range(6), 22, 6), (WEEK, 6, 22)], ["every Sun 22:00-06:00"]),
        ([([0], 0, 24)], ["every Tue 00:00 until Sunday 24:00"]),
        ([], ["at all hours"]),
    ],
)
def test_gaps_of_a_week(slots: Slots, expected: list[str]) -> None:
    assert warned(with_slots(slots), only="nobody is on shift") == [f"nobody is on shift {text}" for text in expected]


def test_closed_hours_are_no_gap() -> None:
    assert warned(with_slots([(range(5), 8, 20)], [(range(5), 8, 20)])) == []
    assert warned(with_slots([(range(5), 9, 20)], [(range(5), 8, 20)])) == [
        "nobody is on shift every Mon-Fri 08:00-09:00"
    ]
    assert warned(with_slots([], [([6], 22, 2)])) == ["nobody is on shift every Sun 22:00-02:00"]


@given(
    st.lists(
        st.tuples(st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 23), st.integers(0, 23)), max_size=6
    )
)
def test_no_gap_is_said_exactly_if_every_hour_is_covered(slots: Slots) -> None:
    covered = {
        (day * 24 + start + hour) % 168
        for days, start, until in slots
        for day in days
        for hour in range((until - start - 1) % 24 + 1)
    }
    assert (warned(with_slots(slots), days=8, only="nobody is on shift") == []) == (len(covered) == 168)


def test_no_clock_change_opens_a_gap() -> None:
    for now, zone in (
        ("2026-03-20", "Europe/Berlin"),
        ("2026-10-20", "Europe/Berlin"),
        ("2023-08-30", "America/Santiago"),
    ):
        of = line(shift("a", "00:00", "02:30", "ann"), shift("b", "02:30", "00:00", "bo"), zone=zone)
        start = NOW.replace(year=int(now[:4]), month=int(now[5:7]), day=int(now[8:]))
        assert outlook(roster(of), start) == []


def test_dates_that_follow_no_rule_are_named() -> None:
    of = with_slots([(WEEK, 0, 24)])
    gone = [f"2026-{day}" for day in ("11-24", "12-01", "12-05", "12-09", "12-11", "12-12", "12-18")]
    few = replace(of, covers=tuple(sick("ann", day, day) for day in gone[:2]))
    assert warned(few) == ["nobody is on shift on Tue 24 Nov and Tue 1 Dec 00:00-24:00"]
    many = replace(of, covers=tuple(sick("ann", day, day) for day in gone if day != "2026-12-12"))
    assert warned(many) == [
        "nobody is on shift on Tue 24 Nov, Tue 1 Dec, Sat 5 Dec, Wed 9 Dec and 2 more days 00:00-24:00"
    ]


def test_too_few_people_and_missing_skills() -> None:
    need = Need(people=(2,) * 5 + (1,) * 2, languages={"en": 1}, qualifications={"crisis": 2})
    of = line(shift("day", "00:00", "00:00", "ann", need=need))
    assert warned(of, people=(person("ann", qualifications=("crisis",)),)) == [
        "'day' has 1 of the 2 people that it needs every Mon 00:00 until Friday 24:00",
        "'day' has 1 with the qualification 'crisis' and needs 2 at all hours",
        "'day' has nobody who speaks 'en' and needs 1 at all hours",
    ]


def test_a_line_that_goes_by_months_lacks_the_next() -> None:
    days = {date(2026, 11, 1) + timedelta(n): month_day({"day": "ann"}) for n in range(30)}
    of = line(shift("day", "00:00", "00:00", weekly({})), months=days)
    [gap] = outlook(roster(of), NOW)
    assert gap.what == "nobody is on shift from Tue 1 Dec 00:00 on"
    assert gap.hint == "there is no month roster for 2026-12 yet: write months/2026-12.yaml"
    assert (gap.file, gap.line) == ("xinli/shifts.yaml", of.shifts[0].where.line)


def test_a_hole_in_a_month_roster_is_told_at_its_day() -> None:
    days = {date(2026, 11, 23) + timedelta(n): month_day({"day": "ann" if n != 2 else ""}, at=n + 2) for n in range(40)}
    [gap] = outlook(roster(line(shift("day", "00:00", "00:00", weekly({})), months=days)), NOW)
    assert (gap.line, gap.what) == (4, "nobody is on shift on Wed 25 Nov 00:00-24:00")
    assert gap.hint == "name people for these hours, or close then"


def places(of: Line) -> list[tuple[str, Mark]]:
    """Where hours without anybody are told."""
    found = [one for one in outlook(roster(of), NOW) if "nobody is on shift" in one.what]
    return [(one.what.removeprefix("nobody is on shift "), Mark(file=one.file, line=one.line)) for one in found]


def test_a_gap_stands_at_the_slot_of_its_hours_or_at_the_one_before() -> None:
    day = shift("day", "06:00", "22:00", "ann")
    some_nights = shift("night", "22:00", "06:00", weekly(dict.fromkeys(range(6), ids("bo"))))
    assert places(line(some_nights, day)) == [("every Sun 22:00-06:00", some_nights.where)]
    nobody = shift("night", "22:00", "06:00", weekly(dict.fromkeys(range(7), ids(""))))
    assert places(line(day, nobody)) == [("every day 22:00-06:00", nobody.where)]
    early = shift("early", "06:00", "08:00", "bo")
    assert places(line(early, shift("day", "08:00", "22:00", "ann"))) == [
        ("every day 22:00-06:00", shift("day", "08:00", "22:00").where)
    ]
    of = line(where=Mark(file="xinli/line.yaml", line=1))
    assert places(of) == [("at all hours", of.where)]


def test_a_gap_stands_at_the_special_day_that_makes_it() -> None:
    of = line(
        shift("day", "06:00", "22:00", "ann"),
        shift("night", "22:00", "06:00", "ann"),
        special_days={date(2026, 11, 25): replace(special(people={"night": ""}), where=Mark(file="d.yaml", line=5))},
    )
    assert places(of) == [("on Wed 25 Nov 22:00-06:00", Mark(file="d.yaml", line=5))]


def test_a_weekly_gap_is_not_put_down_to_a_month_roster() -> None:
    """The night of Sunday is in no pattern; the month rosters only ever told of the day shift, or of it long ago."""
    slots = (
        shift("day", "06:00", "22:00", "ann"),
        shift("night", "22:00", "06:00", weekly(dict.fromkeys(range(6), ids("bo")))),
    )
    of_day = {date(2026, 10, 1) + timedelta(n): month_day({"day": "bo"}) for n in range(31)}
    long_ago = {date(2026, 3, 1): month_day({"night": "bo"})}  # a Sunday
    for months in (of_day, long_ago):
        [gap] = outlook(roster(line(*slots, months=months)), NOW)
        assert (gap.what, gap.hint) == (
            "nobody is on shift every Sun 22:00-06:00",
            "name people for these hours, or close then",
        )
        assert gap.line == slots[1].where.line


def test_a_slot_that_months_write_lacks_the_next_month_though_others_go_by_the_week() -> None:
    slots = shift("day", "06:00", "22:00", "ann"), shift("night", "22:00", "06:00", weekly({}))
    months = {date(2026, 11, 1) + timedelta(n): month_day({"night": "bo"}) for n in range(30)}
    [gap] = outlook(roster(line(*slots, months=months)), NOW)
    assert gap.hint == "there is no month roster for 2026-12 yet: write months/2026-12.yaml"
    assert gap.line == slots[1].where.line


def test_what_is_over_is_not_told() -> None:
    of = line(shift("day", "00:00", "00:00", "ann"), covers=(sick("ann", "2026-11-22", "2026-11-22"),))
    assert warned(of) == []
    night = line(shift("day", "06:00", "06:00", "ann"), covers=(sick("ann", "2026-11-22", "2026-11-22"),))
    assert warned(night) == ["nobody is on shift on Sun 22 Nov 06:00-06:00"]  # it still lasts


def test_covers_and_special_days_count() -> None:
    of = line(
        shift("day", "00:00", "00:00", "ann", need=Need(people=(1, 2, 1, 1, 1, 1, 1))),
        special_days={
            date(2026, 11, 25): special(people={"day": ""}),
            date(2026, 11, 26): special(opening=(), people={"day": ""}),
        },
        covers=(swap("ann", "bo", "2026-11-23", "day"),),
    )
    assert warned(of) == [
        "nobody is on shift on Wed 25 Nov 00:00-24:00",
        "'day' has 1 of the 2 people that it needs every Tue 00:00-24:00",
    ]


def test_hours_in_which_nobody_has_what_callers_always_want() -> None:
    of = line(
        shift("day", "08:00", "20:00", "ann"),
        shift("night", "20:00", "08:00", "bo"),
        wants=(Want(qualification="crisis"), Want(language="en", for_s=20.0)),
    )
    people = (person("ann", qualifications=("crisis",)),)
    only = "what callers always want ("
    assert warned(of, people=people, only=only) == [
        "nobody on shift has what callers always want (crisis), so nobody of them is rung every day 20:00-08:00"
    ]
    assert hints(roster(of, people=people), only) == {"add somebody who has it, or give it `for_s` in line.yaml"}
