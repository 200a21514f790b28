"""Dates, ranges and instants: what is taken, and what to write in place of the rest."""

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.roster.dates import day, day_or_instant, days_meant
from hotline_agi.roster.document import Scalar
from hotline_agi.roster.fields import Converter
from hotline_agi.roster.findings import Findings
from hotline_agi.terms.problems import Mark
from tests.roster.written import moment


def convert(converter: Converter[Any], written: str) -> tuple[Any, list[str]]:
    findings = Findings()
    node = Scalar(text=written, mark=Mark(file="f", line=1, column=1))
    return converter(node, findings), [f"{problem.what} ({problem.hint})" for problem in findings.problems]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-2-14", "'2026-2-14' is no date (write 2026-02-14)"),
        ("2026/02/14", "'2026/02/14' is no date (write 2026-02-14)"),
        ("14.02.2026", "'14.02.2026' is no date (write 2026-02-14)"),
        ("14. 2. 2026", "'14. 2. 2026' is no date (write 2026-02-14)"),
        ("2026年2月14日", "'2026年2月14日' is no date (write 2026-02-14)"),
        ("２０２６－０２－１４", "'２０２６－０２－１４' is no date (write 2026-02-14)"),
        ("20260214", "'20260214' is no date (write 2026-02-14)"),
        ("2026-02-29", "there is no day 2026-02-29 (month 02 has the days 01 to 28)"),
        ("2026-04-31", "there is no day 2026-04-31 (month 04 has the days 01 to 30)"),
        ("2026-00-01", "there is no day 2026-00-01 (months go from 01 to 12: write YYYY-MM-DD)"),
        ("1999-12-31", "the year 1999 is too far away (a year from 2000 to 2199)"),
        ("2200-01-01", "the year 2200 is too far away (a year from 2000 to 2199)"),
        ("02/03/2026", "this text is no date (write year, month and day as YYYY-MM-DD, e.g. 2026-02-14)"),
        ("07700 900123", "this text is no date (write year, month and day as YYYY-MM-DD, e.g. 2026-02-14)"),
        ("2026-02-14..2026-02-15", "one date is meant here"),
        ("tomorrow", "'tomorrow' is no date (write year, month and day as YYYY-MM-DD, e.g. 2026-02-14)"),
    ],
)
def test_what_is_no_date(written: str, said: str) -> None:
    """The 2nd of March and the 3rd of February are written alike in two countries: there is no guess for them."""
    found, told = convert(day, written)
    assert found is None
    assert len(told) == 1
    assert said in told[0]


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)))
def test_every_date_is_taken(one: date) -> None:
    assert convert(day, one.isoformat()) == (one, [])
    assert convert(day_or_instant(is_end=True), one.isoformat()) == (one, [])
    found, told = convert(days_meant, one.isoformat())
    assert (found.dates, found.yearly, told) == ((one,), (), [])


@given(st.dates(date(2000, 1, 1), date(2199, 12, 31)), st.times())
def test_every_minute_is_taken(one: date, of_day: time) -> None:
    at = datetime.combine(one, of_day.replace(second=0, microsecond=0))
    for is_end in (True, False):
        assert convert(day_or_instant(is_end=is_end), f"{at:%Y-%m-%d %H:%M}") == (at, [])


def test_midnight_is_an_end() -> None:
    assert convert(day_or_instant(is_end=True), "2026-02-28 24:00") == (moment("2026-03-01T00:00"), [])
    assert "a day begins at 00:00" in convert(day_or_instant(is_end=False), "2026-02-28 24:00")[1][0]
    assert "24:00 for the midnight" in convert(day_or_instant(is_end=True), "2026-02-28 24:01")[1][0]
    assert "write 2026-02-28 07:05" in convert(day_or_instant(is_end=True), "28.2.2026 7:05")[1][0]


@given(st.dates(date(2000, 1, 1), date(2190, 1, 1)), st.integers(0, 365))
def test_a_range_has_both_ends(first: date, more: int) -> None:
    last = date.fromordinal(first.toordinal() + more)
    found, told = convert(days_meant, f"{first}..{last}")
    assert told == []
    assert (found.dates[0], found.dates[-1], len(found.dates), found.yearly) == (first, last, more + 1, ())
    back, told = convert(days_meant, f"{last}..{first}")
    assert (back is None) == bool(told) == (more > 0)


def test_a_range_is_no_longer_than_a_year() -> None:
    assert len(convert(days_meant, "2027-01-01..2028-01-01")[0].dates) == 366
    assert "367 days" in convert(days_meant, "2027-01-01..2028-01-02")[1][0]


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("12-25", ((12, 25),)),
        ("02-29", ((2, 29),)),
        ("12-24 .. 12-26", ((12, 24), (12, 25), (12, 26))),
        ("02-28..03-01", ((2, 28), (2, 29), (3, 1))),
        ("12-31..01-02", ((12, 31), (1, 1), (1, 2))),
    ],
)
def test_days_of_every_year(written: str, days: tuple[tuple[int, int], ...]) -> None:
    found, told = convert(days_meant, written)
    assert (found.yearly, found.dates, told) == (days, (), [])


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("2-30", "write e.g. 2026-02-17"),
        ("2.14", "write 02-14 for every year"),
        ("12月25日", "write 12-25 for every year"),
        ("2026-02-16 bis 2026-02-20", "write 2026-02-16..2026-02-20"),
        ("2026年2月16日～2026年2月20日", "write 2026-02-16..2026-02-20"),
        ("2026-02-16..02-20", "write both ends with a year, or both without"),
        ("2026-02-16..", "write 2026-02-16"),
        ("02-30..03-01", "month 02 has the days 01 to 29"),
    ],
)
def test_what_is_no_range(written: str, hint: str) -> None:
    found, told = convert(days_meant, written)
    assert found is None
    assert hint in told[0]
