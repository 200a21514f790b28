"""Stretches of several days in few words."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.planning.recurrence import Times, Window, in_words, joined, times, window
from tests.roster.written import utc

NOW = utc("2026-11-23T12:00")
WEEKS = window(ZoneInfo("Europe/Berlin"), NOW, 28)


def local(text: str, found: Window = WEEKS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=found.zone)


def told(*spans: tuple[str, str], found: Window = WEEKS) -> list[str]:
    return [one.text for one in times(found, [(local(a, found), local(b, found)) for a, b in spans])]


def test_the_window_is_of_whole_local_days() -> None:
    found = window(ZoneInfo("Asia/Shanghai"), utc("2026-11-22T16:00"), 7)
    assert found.first == date(2026, 11, 23)
    assert found.span == (utc("2026-11-22T16:00"), utc("2026-11-29T16:00"))
    assert found.reach == (utc("2026-11-21T16:00"), utc("2026-11-30T16:00"))


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-24T02:00", "2026-11-24T06:00", "on Tue 24 Nov 02:00-06:00"),
        ("2026-11-24T22:00", "2026-11-25T06:00", "on Tue 24 Nov 22:00-06:00"),
        ("2026-11-24T06:00", "2026-11-25T06:00", "on Tue 24 Nov 06:00-06:00"),
        ("2026-11-24T00:00", "2026-11-25T00:00", "on Tue 24 Nov 00:00-24:00"),
        ("2026-11-24T22:00", "2026-11-25T00:00", "on Tue 24 Nov 22:00-24:00"),
        ("2026-11-24T22:00", "2026-11-26T00:00", "from Tue 24 Nov 22:00 until Wed 25 Nov 24:00"),
        ("2026-11-24T06:00", "2026-11-25T06:30", "from Tue 24 Nov 06:00 until Wed 25 Nov 06:30"),
        ("2026-11-22T00:00", "2026-11-24T06:00", "until Tue 24 Nov 06:00"),
        ("2026-12-19T06:00", "2026-12-22T00:00", "from Sat 19 Dec 06:00 on"),
        ("2026-11-22T00:00", "2026-12-22T00:00", "at all hours"),
    ],
)
def test_one_stretch(start: str, end: str, text: str) -> None:
    assert told((start, end)) == [text]


def test_what_is_over_or_behind_the_window_is_left_out() -> None:
    assert told(("2026-11-23T02:00", "2026-11-23T06:00")) == []  # it is 13:00
    assert told(("2026-11-23T02:00", "2026-11-23T14:00")) == ["on Mon 23 Nov 02:00-14:00"]
    assert told(("2026-12-21T02:00", "2026-12-21T06:00")) == []


@pytest.mark.parametrize("days", [7, 28])
def test_what_is_so_every_day_is_so_in_the_evening_too(days: int) -> None:
    """The stretch of today, which is over, is not told, but it does not break the rule either."""
    found = window(WEEKS.zone, NOW, days)
    spans = [(f"{found.first + timedelta(n)}T02:00", f"{found.first + timedelta(n)}T06:00") for n in range(days)]
    assert told(*spans, found=found) == ["every day 02:00-06:00"]
    assert told(*spans[1:-1:2], found=found)[0].startswith("on Tue 24 Nov, Thu 26 Nov")
    [one] = times(found, [(local(a), local(b)) for a, b in spans])
    assert one.spans[0][0] == local("2026-11-24T02:00")


def test_the_same_hours_of_several_days_are_one() -> None:
    assert told(
        ("2026-11-24T02:00", "2026-11-24T06:00"),
        ("2026-11-24T12:00", "2026-11-24T13:00"),
        ("2026-12-01T02:00", "2026-12-01T06:00"),
    ) == ["on Tue 24 Nov and Tue 1 Dec 02:00-06:00", "on Tue 24 Nov 12:00-13:00"]


def test_the_hours_are_the_clocks_also_where_it_changes() -> None:
    spring = window(ZoneInfo("Europe/Berlin"), utc("2026-03-23T00:00"), 14)
    nights = [(f"2026-03-{day}T22:00", f"2026-03-{day + 1}T06:00") for day in (26, 28, 30)]
    assert told(*nights, found=spring) == ["on Thu 26 Mar, Sat 28 Mar and Mon 30 Mar 22:00-06:00"]


def test_days_that_follow_a_rule_are_told_by_it() -> None:
    days = [WEEKS.first + timedelta(n) for n in range(28)]
    assert in_words(WEEKS, days) == "every day"
    assert in_words(WEEKS, [day for day in days if day.weekday() < 5]) == "every Mon-Fri"
    assert in_words(WEEKS, [day for day in days if day.weekday() in (1, 6)]) == "every Tue, Sun"
    assert in_words(WEEKS, [day for day in days if day.weekday() in (1, 6)][:-1]).startswith(
        "on Tue 24 Nov, Sun 29 Nov"
    )
    # the night before the window, which is over soon, breaks no rule
    assert in_words(WEEKS, [WEEKS.first - timedelta(1), *days]) == "every day"
    # once is no rule, though it is every Tuesday of a week
    assert in_words(window(WEEKS.zone, NOW, 7), [days[1]]) == "on Tue 24 Nov"


def test_many_dates_are_some_and_a_number() -> None:
    days = [WEEKS.first + timedelta(n) for n in (0, 2, 3, 8, 9, 12, 20)]
    text = "on Mon 23 Nov, Wed 25 Nov, Thu 26 Nov, Tue 1 Dec and 3 more days"
    assert in_words(WEEKS, days) == text


def test_long_stretches_of_every_week_name_their_last_day() -> None:
    weekends = [(f"2026-{a}T22:00", f"2026-{b}T06:00") for a, b in (("11-27", "11-30"), ("12-04", "12-07"))]
    assert told(*weekends) == ["on Fri 27 Nov and Fri 4 Dec 22:00 until Monday 06:00"]
    apart = [(f"2026-{a}T22:00", f"2026-{b}T06:00") for a, b in (("11-27", "11-30"), ("12-05", "12-08"))]
    assert told(*apart) == ["on Fri 27 Nov and Sat 5 Dec 22:00 until 3 days later 06:00"]


def test_many_times_are_some_and_a_number() -> None:
    found = [Times(text=str(n), spans=()) for n in range(6)]
    assert joined(found[:4]) == "0; 1; 2; 3"
    assert joined(found) == "0; 1; 2; at 3 more times"
