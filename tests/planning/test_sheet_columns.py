"""Headings over several columns, backup columns and tables side by side: nobody vanishes from a sheet unsaid."""

import time

from hotline_agi.planning.sheets.reading import Wishes
from hotline_agi.planning.sheets.words import heading_of
from tests.planning.made_sheets import right, told, wrong

FEBRUARY = Wishes(month=(2026, 2))


def test_a_heading_over_two_columns_of_names() -> None:
    plan = right(
        ["日期", "夜班", "", "早班", "", "备注"],
        ["2026-02-01", "陈静", "王磊", "李娜", "张敏", "x"],
        ["2026-02-02", "陈静", "", "李娜", "刘洋", ""],
    )
    assert told(plan.people) == {
        "1 early": "li-na zhang-min",
        "1 night": "chen-jing wang-lei",
        "2 early": "li-na liu-yang",
        "2 night": "chen-jing",
    }


def test_a_date_over_two_columns_of_names() -> None:
    plan = right(
        ["班次", "2月1日", "", "2月2日", ""],
        ["夜班", "陈静", "王磊", "李娜", "张敏"],
        ["早班", "刘洋", "", "", "Ann Lee"],
        ["", "2月8日", "", "2月9日", ""],
        ["夜班", "陈静", "", "李娜", "王磊"],
        wishes=FEBRUARY,
    )
    assert told(plan.people) == {
        "1 early": "liu-yang",
        "1 night": "chen-jing wang-lei",
        "2 early": "ann-lee",
        "2 night": "li-na zhang-min",
        "8 early": "",
        "8 night": "chen-jing",
        "9 early": "",
        "9 night": "li-na wang-lei",
    }


def test_totals_without_a_heading_behind_the_last_date_are_no_names() -> None:
    plan = right(["姓名", "2月1日", "", "2月2日", "2月3日", ""], ["陈静", "夜", "", "早", "", 2], wishes=FEBRUARY)
    assert told(plan.people) == {"1 early": "", "1 night": "chen-jing", "2 early": "chen-jing", "2 night": ""}
    assert plan.notes == ("the sheet says nothing of these days, so they stay as they are: 2026-02-03",)


def test_each_slot_with_its_backup_column() -> None:
    plan = right(
        ["日期", "夜班", "", "备班", "早班", "备班"],
        ["2026-02-01", "陈静", "王磊", "张敏", "李娜", ""],
        ["2026-02-02", "陈静", "", "", "李娜", "刘洋"],
    )
    assert told(plan.people) == {
        "1 early": "li-na",
        "1 night": "chen-jing wang-lei",
        "2 early": "li-na",
        "2 night": "chen-jing",
    }
    assert told(plan.backup) == {"1 night": "zhang-min", "2 early": "liu-yang", "2 night": ""}


def test_a_backup_column_that_does_not_say_of_which_slot() -> None:
    assert wrong(["日期", "夜班", "早班", "备班"], ["2026-02-01", "陈静", "王磊", "张敏"]) == [
        (
            "roster.xlsx:1:4: error: Sheet1!D1: '备班' does not say of which slot "
            "(put a column of backup people behind each slot, or (备) behind their names)"
        )
    ]


def test_two_tables_side_by_side_are_not_taken_for_one() -> None:
    second = "a second column of dates (put the two tables one below the other)"
    assert wrong(
        ["日期", "夜班", "早班", "日期", "夜班", "早班"],
        ["2026-02-01", "陈静", "王磊", "2026-02-16", "李娜", "张敏"],
        ["2026-02-02", "陈静", "王磊", "2026-02-17", "李娜", "张敏"],
    ) == [f"roster.xlsx:1:4: error: Sheet1!D1: {second}"]
    assert wrong(
        ["日期", "班次", "姓名", "日期", "班次", "姓名"],
        ["2026-02-01", "夜班", "王磊", "2026-02-16", "早班", "张敏"],
    ) == [f"roster.xlsx:1:4: error: Sheet1!D1: {second}"]


def test_columns_that_are_not_read_are_named() -> None:
    plan = right(
        ["日期", "夜班", "联系电话", "时间", ""],
        ["2026-02-01", "陈静", "+44 7700 900001", "22:00", "王磊"],
        ["2026-02-02", "李娜", "", "", ""],
    )
    assert plan.notes[:2] == (
        "column C looks like telephone numbers: left out; they belong into contacts.yaml",
        "not read: column D ('时间'), column E (without a heading)",
    )
    plan = right(["日期", "班次", "姓名", "备注", ""], ["2026-02-01", "夜班", "陈静", "", "王磊"])
    assert plan.notes == ("not read: column E (without a heading)",)


def test_a_slot_with_its_hours_behind_it() -> None:
    plan = right(
        ["日期", "夜班（22:00-06:00）", "早班\n6:00～14:00", "late 14:00-22:00"],
        ["2026-02-01", "陈静", "王磊", "李娜"],
        ["2026-02-02", "陈静", "王磊", "李娜"],
    )
    assert told(plan.people)["1 night"] == "chen-jing"
    assert told(plan.people)["2 early"] == "wang-lei"
    assert told(plan.people)["2 late"] == "li-na"
    assert "no slot and no code" in wrong(["日期", "夜班（22:00-07:00）", "早班"], ["2026-02-01", "陈静", "王磊"])[0]


def test_a_cell_of_many_digits_is_looked_at_in_no_time() -> None:
    """Found by `make fuzz`: a cell of 10,000 digits took 870 ms, one of 1,000,000 would have taken hours."""
    began_s = time.process_time()
    assert heading_of("9" * 1_000_000 + "x") is None
    assert time.process_time() - began_s < 2
