"""Gaps in the week, in words."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.roster.coverage import gaps
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import NOBODY, Shift, WeeklyHours, weekly
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.roster.trees import CONTACTS, good

WEEK = range(7)


def line(
    shifts: Iterable[tuple[Iterable[int], int, int]], opening: Iterable[tuple[Iterable[int], int, int]] = ()
) -> Line:
    """A line with one volunteer in `shifts`, each (weekdays, first hour, end hour)."""
    files = good()
    template = read_roster(files, files[CONTACTS]).roster.lines[LineId("haven")]
    return replace(
        template,
        opening=tuple(WeeklyHours(weekdays=frozenset(d), start=time(s), until=time(u % 24)) for d, s, u in opening),
        shifts=tuple(
            Shift(
                slot="s",
                start=time(start),
                until=time(until % 24),
                people=weekly(dict.fromkeys(days, (VolunteerId("anna"),))),
            )
            for days, start, until in shifts
        ),
    )


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([(WEEK, 0, 24)], ()),
        ([(WEEK, 8, 8)], ()),
        ([(WEEK, 6, 22), (WEEK, 22, 6)], ()),
        ([(WEEK, 6, 2)], ("daily 02:00-06:00",)),
        ([(WEEK, 6, 22)], ("daily 22:00-06:00 of the next day",)),
        ([(range(5), 0, 24)], ("sat 00:00-24:00 of the next day",)),
        ([(range(6), 0, 24)], ("sun 00:00-24:00",)),
        ([([0], 0, 24)], ("tue 00:00-24:00 5 days later",)),
        ([(WEEK, 22, 6), ([0, 2], 6, 22)], ("tue, thu-sun 06:00-22:00",)),
        ([(range(6), 22, 6), (WEEK, 6, 22)], ("sun 22:00-06:00 of the next day",)),
        ([], ("the whole week",)),
    ],
)
def test_gaps(shifts: list[tuple[Iterable[int], int, int]], expected: tuple[str, ...]) -> None:
    assert gaps(line(shifts)) == expected


def test_closed_hours_are_no_gap() -> None:
    assert gaps(line([(range(5), 8, 20)], opening=[(range(5), 8, 20)])) == ()
    assert gaps(line([(range(5), 9, 20)], opening=[(range(5), 8, 20)])) == ("mon-fri 08:00-09:00",)
    assert gaps(line([], opening=[([6], 22, 2)])) == ("sun 22:00-02:00 of the next day",)


def test_backup_people_fill_no_gap() -> None:
    alone = line([(WEEK, 0, 24)])
    shifts = tuple(replace(shift, people=NOBODY, backup=shift.people) for shift in alone.shifts)
    assert gaps(replace(alone, shifts=shifts)) == ("the whole week",)


@given(
    st.lists(
        st.tuples(st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 23), st.integers(0, 23)), max_size=6
    )
)
def test_no_gap_is_said_exactly_if_every_hour_is_covered(shifts: list[tuple[frozenset[int], int, int]]) -> None:
    covered = {
        (day * 24 + start + hour) % 168
        for days, start, until in shifts
        for day in days
        for hour in range((until - start - 1) % 24 + 1)
    }
    assert (gaps(line(shifts)) == ()) == (len(covered) == 168)
