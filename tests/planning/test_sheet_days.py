"""Days, weekdays, months and times as people and Excel write them."""

from datetime import date, datetime, time, timedelta

import pytest

from hotline_agi.planning.sheets.cells import Value
from hotline_agi.planning.sheets.days import day_of, hours_in, month_in, time_of, weekday_of

DAY = date(2026, 2, 14)


@pytest.mark.parametrize(
    "value",
    [
        DAY,
        datetime.combine(DAY, time(0)),
        "2026-02-14",
        "2026/2/14",
        "2026.2.14",
        "2026年2月14日",
        "2026 年 2 月 14 日",
        "20260214",
        "2026-02-14 00:00:00",
        "14.2.2026",
        "2月14日",
        "２月１４日",
        "2/14",
        "2-14",
        "14",
        14,
        14.0,
        "14日",
        "14号",
        "46067",
        46067,
        46067.0,
        "2026-02-14 周六",
        "2月14日(六)",
        "14 Sat",
        "14（星期六）",
    ],
)
def test_one_day_in_many_ways(value: Value) -> None:
    found = day_of(value, (2026, 2))
    assert found is not None
    assert found.day == DAY
    assert found.weekday in (None, 5)


@pytest.mark.parametrize(
    "value", [None, "", "陈静", "夜", "22:00", "合计", 0, 32, "0", time(22), True, 1.5, "2026", "13800138000"]
)
def test_no_day(value: Value) -> None:
    assert day_of(value, (2026, 2)) is None


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("2026-02-30", "there is no 2026-02-30"),
        ("30", "there is no 2026-02-30"),
        ("14/02/2026", "cannot be told apart"),
        ("02/14/26", "cannot be told apart"),
        ("13/2", "cannot be told apart"),
        ("3/2", "cannot be told apart"),
        ("13/4", "there is no 2026-13-04"),
        ("1950-02-14", "the year 1950 is out of range"),
        (date.max, "the year 9999 is out of range"),
    ],
)
def test_a_day_that_is_none(value: Value, fault: str) -> None:
    found = day_of(value, (2026, 2))
    assert found is not None
    assert found.day is None
    assert fault in found.fault


@pytest.mark.parametrize("value", ["14", "2月14日", 14])
def test_without_a_month_it_is_asked_for(value: Value) -> None:
    found = day_of(value, None)
    assert found is not None
    assert "--month" in found.fault


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("一", 0),
        ("周六", 5),
        ("星期日", 6),
        ("天", 6),
        ("礼拜三", 2),
        ("Mon", 0),
        ("sunday", 6),
        ("Thurs", 3),
        ("(五)", 4),
    ],
)
def test_weekdays(text: str, weekday: int) -> None:
    assert weekday_of(text) == weekday


@pytest.mark.parametrize("text", ["", "夜", "M", "早", "八", "Monkey", "1"])
def test_no_weekday(text: str) -> None:
    assert weekday_of(text) is None


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("心理热线2026年2月值班表", (2026, 2)),
        ("2026年02月", (2026, 2)),
        ("Roster 2026-02", (2026, 2)),
        ("２０２６年２月", (2026, 2)),
        ("February 2026", (2026, 2)),
        ("2026年12月1日—12月31日", (2026, 12)),
        ("2月值班表", None),
        ("2026年", None),
        ("电话 12026-1234", None),
    ],
)
def test_the_month_of_a_title(text: str, month: tuple[int, int] | None) -> None:
    assert month_in(text) == month


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (time(22), time(22)),
        (datetime.combine(date(1899, 12, 30), time(22)), time(22)),
        (timedelta(hours=24), time(0)),
        (0.9166666666666666, time(22)),
        ("22:00", time(22)),
        ("8:00", time(8)),
        ("24:00", time(0)),
        ("22:00:00", time(22)),
        ("22：00", time(22)),
        ("22点", time(22)),
        ("次日6:30", time(6, 30)),
        ("25:00", None),
        ("夜", None),
        (22, None),
    ],
)
def test_times(value: Value, expected: time | None) -> None:
    assert time_of(value) == expected


@pytest.mark.parametrize("text", ["22:00-06:00", "22:00～次日6:00", "22点至6点", "22:00—06:00", "22：00 - 6：00"])
def test_hours(text: str) -> None:
    assert hours_in(text) == (time(22), time(6))
