"""Spreadsheets as hospitals have them: what is read out of them, and what is said of those that are wrong."""

from datetime import date, datetime, time

from hotline_agi.planning.sheets.reading import Wishes
from tests.planning.made_sheets import read, right, told, wrong

VALENTINE = datetime.combine(date(2026, 2, 14), time(0))
"""As openpyxl gives dates."""
FEBRUARY = Wishes(month=(2026, 2))


# ---- one row per shift


def test_rows_with_merged_cells_titles_and_notes() -> None:
    plan = right(
        ["市精神卫生中心心理援助热线2026年2月值班表"],
        [],
        ["日期", "星期", "班次", "值班人员", "", "后备", "联系电话", "备注"],
        ["2月14日", "六", "早班", "陈 静", "王磊", "", 13800138000, ""],
        ["", "", "夜班", "李娜、刘洋", "", "张敏", "", "情人节"],
        ["2026/2/15", "日", "夜", "Ann Lee；王磊", "", "", "", ""],
        ["注：夜班 22:00 至次日 6:00，联系电话 13800138000"],
        ["审核：", "", "", "", "", "", "2026-01-25"],
    )
    assert told(plan.people) == {
        "14 early": "chen-jing wang-lei",
        "14 night": "li-na liu-yang",
        "15 night": "ann-lee wang-lei",
    }
    assert told(plan.backup) == {"14 night": "zhang-min", "15 night": ""}, "the usual backup is not meant"
    assert "column G looks like telephone numbers: left out; they belong into contacts.yaml" in plan.notes
    assert "138" not in " ".join(plan.notes)


def test_rows_in_english_with_hours_and_one_person_in_each() -> None:
    plan = right(
        ["Date", "From", "Until", "Name", "Note"],
        [VALENTINE, time(22), time(6), "chen-jing", None],
        [VALENTINE, time(22), time(6), "Wang-Lei", None],
        [46068, 0.25, "14:00", "ann lee", "x"],
    )
    assert told(plan.people) == {"14 night": "chen-jing wang-lei", "15 early": "ann-lee"}
    assert plan.backup is None


def test_a_row_without_names_means_nobody_and_is_told() -> None:
    plan = right(
        ["日期", "时段", "姓名1", "姓名2"], ["2026-02-14", "22:00-06:00", "", ""], ["", "14:00-22:00", "无", ""]
    )
    assert told(plan.people) == {"14 late": "", "14 night": ""}
    assert "nobody is named for 2026-02-14 night, 2026-02-14 late" in plan.notes


def test_backup_by_mark_and_by_a_mark_of_ones_own() -> None:
    wishes = Wishes(backup_marks=["#备"])
    plan = right(["date", "slot", "names"], ["2026-02-14", "n", "陈静,王磊（备） 李娜* 刘洋#备"], wishes=wishes)
    assert told(plan.people) == {"14 night": "chen-jing"}
    assert told(plan.backup) == {"14 night": "wang-lei li-na liu-yang"}


def test_an_id_beside_the_name_tells_two_apart() -> None:
    plan = right(["编号", "姓名", "日期", "班次"], ["zhang-wei-2", "张伟", "2026-02-14", "夜"])
    assert told(plan.people) == {"14 night": "zhang-wei-2"}


def test_all_that_is_wrong_with_rows_is_said_at_once() -> None:
    problems = wrong(
        ["日期", "星期", "班次", "姓名"],
        ["2026-02-14", "日", "夜", "王垒"],
        ["2026-02-30", "", "夜", "陈静"],
        ["明天", "", "夜", "张伟"],
        ["2026-02-15", "", "大夜", "陈静"],
        ["2026-02-16", "", "", "陈静"],
        ["2026-02-17", "", "夜", "某某 13800138000"],
    )
    assert problems == [
        (
            "roster.xlsx:2:2: error: Sheet1!B2: 2026-02-14 is a Saturday, the sheet says another weekday "
            "(is it the right month and year?)"
        ),
        "roster.xlsx:2:4: error: Sheet1!D2: there is no person '王垒' (did you mean 王磊 (wang-lei)?)",
        "roster.xlsx:3:1: error: Sheet1!A3: there is no 2026-02-30 (write it as 2026-02-14)",
        "roster.xlsx:4:1: error: Sheet1!A4: '明天' is no date (write it as 2026-02-14)",
        (
            "roster.xlsx:4:4: error: Sheet1!D4: '张伟' is the name of several people: zhang-wei, zhang-wei-2 "
            "(write the id instead)"
        ),
        (
            "roster.xlsx:5:3: error: Sheet1!C5: '大夜' is no slot and no code for one (say what it means with "
            "--code 大夜=<slot>, or =off for nobody; "
            "the slots are early 06:00-14:00, late 14:00-22:00, night 22:00-06:00)"
        ),
        "roster.xlsx:6:1: error: Sheet1!A6: the row has no slot (write which one)",
        (
            "roster.xlsx:7:4: error: Sheet1!D7: there is no person '某某' "
            "(add the person to people.yaml, or import with --add-people)"
        ),
    ]


def test_hours_that_are_no_slots() -> None:
    first, second = wrong(
        ["date", "slot", "from", "until", "name"],
        ["2026-02-14", "", "22:00", "05:00", "陈静"],
        ["2026-02-14", "night", "21:00", "06:00", "陈静"],
    )
    assert "Sheet1!C2: no slot has the hours 22:00-05:00" in first
    assert "Sheet1!B3: the hours are not those of 'night', 22:00 to 06:00" in second


def test_formulas_without_result_are_named_where_they_count() -> None:
    problems = wrong(["date", "slot", "name"], ["2026-02-14", "night", "#REF!"])
    assert problems == [
        "roster.xlsx:2:3: error: Sheet1!C2: the formula's result is #REF! (mend the formula, or write the text)"
    ]


# ---- people and dates


def test_a_matrix_as_a_ward_keeps_it() -> None:
    plan = right(
        ["心理热线值班表"],
        ["", "", "", "2026年2月"],
        ["序号", "姓名", "手机", 1, 2, 3, "合计"],
        ["", "", "", "日", "一", "二", ""],
        [1, "陈  静", "138 0013 8000", "夜", "休", "早/晚", 3.0],
        [2, "王磊", "13900139000", "", "夜(备)", "N", "=SUM"],
        [3, "Ann Lee", "", "OFF", "", "", 0],
        ["", "夜班人数", "", 1, 1, 1, ""],
        ["合计", "", "", 1, 2, 3, ""],
        [],
        ["注：夜=night，早=early；晚=late"],
        ["制表人：张敏", "", "", "审核：李娜"],
    )
    assert told(plan.people) == {
        "1 early": "",
        "1 late": "",
        "1 night": "chen-jing",
        "2 early": "",
        "2 late": "",
        "2 night": "",
        "3 early": "chen-jing",
        "3 late": "chen-jing",
        "3 night": "wang-lei",
    }
    assert told(plan.backup) == {"1 night": "", "2 night": "wang-lei", "3 night": ""}
    assert any("column C looks like telephone numbers" in note for note in plan.notes)


def test_a_matrix_speaks_only_of_the_slots_and_days_that_it_names() -> None:
    plan = right(["姓名", "2026-02-01", "2026-02-02"], ["陈静", "night", ""])
    assert told(plan.people) == {"1 night": "chen-jing"}
    assert any("so they stay as they are: 2026-02-02" in note for note in plan.notes)


def test_codes_by_hand_go_before_those_that_are_known() -> None:
    wishes = Wishes(codes={"1": "early", "夜": "late"})
    plan = right(["name", date(2026, 2, 1), date(2026, 2, 2)], ["chen-jing", 1, "夜"], wishes=wishes)
    assert told(plan.people) == {"1 early": "chen-jing", "1 late": "", "2 early": "", "2 late": "chen-jing"}


def test_a_code_that_means_off_and_numbers_that_are_codes() -> None:
    rows = (["姓名", "2026-02-01", "2026-02-02", "小计", "2026-02-03"], ["陈静", "○", 1, 1, "√"])
    assert "'○' is no slot" in wrong(*rows)[0], "a circle may mean both"
    plan = right(*rows, wishes=Wishes(codes={"○": "off", "1": "night", "√": "early"}))
    assert told(plan.people)["2 night"] == "chen-jing"
    assert told(plan.people)["3 early"] == "chen-jing"
    (stranger,) = wrong(["姓名", "2026-02-01", "2026-02-02"], ["王垒", 1, 1], wishes=Wishes(codes={"1": "night"}))
    assert "there is no person '王垒'" in stranger, "no row of totals"


def test_headings_in_two_languages() -> None:
    plan = right(["日期 Date", "班次/Shift", "值班人员\nVolunteers"], ["2026-02-14", "夜", "陈静"])
    assert told(plan.people) == {"14 night": "chen-jing"}


def test_four_weeks_below_each_other() -> None:
    plan = right(
        ["姓名", "2026-02-01", "2026-02-02"],
        ["陈静", "夜", ""],
        ["王磊", "", "夜"],
        ["姓名", "2026-02-03", "2026-02-04"],
        ["", "二", "三"],
        ["陈静", "", "夜"],
        ["王磊", "夜", ""],
    )
    assert told(plan.people) == {
        "1 night": "chen-jing",
        "2 night": "wang-lei",
        "3 night": "wang-lei",
        "4 night": "chen-jing",
    }


def test_dates_down_and_people_across() -> None:
    plan = right(
        ["日期", "星期", "陈静", "王磊", "备注"],
        ["2026-02-01", "日", "夜", "早", "x"],
        ["2026-02-02", "一", "", "夜*", ""],
        ["合计", "", 1, 2, ""],
    )
    assert told(plan.people) == {"1 early": "wang-lei", "1 night": "chen-jing", "2 early": "", "2 night": ""}
    assert told(plan.backup) == {"1 night": "", "2 night": "wang-lei"}


def test_dates_down_and_slots_across() -> None:
    plan = right(
        ["2026年2月"],
        ["日期", "早班", "夜班 ", "备注"],
        ["1日", "陈静 王磊", "李 娜", ""],
        ["2日", "无", "Ann Lee", "春节"],
    )
    assert told(plan.people) == {
        "1 early": "chen-jing wang-lei",
        "1 night": "li-na",
        "2 early": "",
        "2 night": "ann-lee",
    }


def test_slots_down_and_dates_across_in_merged_cells() -> None:
    plan = right(
        ["班次", "", "2月1日", "2月2日"],
        ["夜班", "22:00-06:00", "陈静", "王磊"],
        ["", "", "李娜（备）", ""],
        ["早班", "", "王磊\n张敏", "—"],
        wishes=FEBRUARY,
    )
    assert told(plan.people) == {
        "1 early": "wang-lei zhang-min",
        "1 night": "chen-jing",
        "2 early": "",
        "2 night": "wang-lei",
    }
    assert told(plan.backup) == {"1 night": "li-na", "2 night": ""}


def test_all_that_is_wrong_with_a_matrix_is_said_once() -> None:
    problems = wrong(
        ["2026年2月"],
        ["姓名", 1, 2, 3],
        ["", "日", "一", "三"],
        ["王垒", "Q", "Q", "夜"],
        ["张伟", "夜", "", "Q"],
        ["陈静", "", "", ""],
        ["陈静", "", "夜", ""],
    )
    assert problems == [
        (
            "roster.xlsx:3:4: error: Sheet1!D3: 2026-02-03 is a Tuesday, the sheet says another weekday "
            "(is it the right month and year?)"
        ),
        "roster.xlsx:4:1: error: Sheet1!A4: there is no person '王垒' (did you mean 王磊 (wang-lei)?)",
        (
            "roster.xlsx:4:2: error: Sheet1!B4: 'Q' is no slot and no code for one (and 2 more: C4, D5) "
            "(say what it means with --code Q=<slot>, or =off for nobody; "
            "the slots are early 06:00-14:00, late 14:00-22:00, night 22:00-06:00)"
        ),
        (
            "roster.xlsx:5:1: error: Sheet1!A5: '张伟' is the name of several people: zhang-wei, zhang-wei-2 "
            "(write the id instead)"
        ),
        (
            "roster.xlsx:7:1: error: Sheet1!A7: the same person has a row already "
            "(write both into one row, or the ids if they are two people)"
        ),
    ]


def test_days_of_an_unknown_month_and_dates_outside_the_one_asked_for() -> None:
    assert "--month" in wrong(["姓名", 1, 2, 3], ["陈静", "夜", "", ""])[0]
    (outside,) = wrong(["姓名", "2026-03-01", "2026-03-02"], ["陈静", "夜", ""], wishes=FEBRUARY)
    assert "2026-03-01, which is not in 2026-02" in outside


def test_the_sheets_name_tells_the_month() -> None:
    plan = right(["姓名", 1, 2, 3], ["陈静", "夜", "", ""], name="2026年2月")
    assert told(plan.people) == {"1 night": "chen-jing"}


def test_something_among_the_dates_that_is_none() -> None:
    assert (
        "C1: 'x' is no date, but stands among dates"
        in wrong(["姓名", "2026-02-01", "x", "2026-02-03"], ["陈静", "夜", "", ""])[0]
    )


def test_new_people_get_plain_ids_and_those_nearly_known_are_told() -> None:
    plan, problems = read(
        ["姓名", "编号", "2026-02-01", "2026-02-02"],
        ["欧阳娜娜", "", "夜", ""],
        ["王垒", "wang-lei-2", "", "夜"],
        ["赵 六", "20190034", "", "早"],
        wishes=Wishes(add_people=True),
    )
    assert [(one.id, one.name) for one in plan.newcomers] == [
        ("p001", "欧阳娜娜"),
        ("wang-lei-2", "王垒"),
        ("p003", "赵 六"),
    ]
    assert problems == [
        "roster.xlsx:3:1: warning: Sheet1!A3: '王垒' is taken for a new person (did you mean 王磊 (wang-lei)?)"
    ]
    assert told(plan.people)["2 night"] == "wang-lei-2"


def test_a_sheet_without_a_table() -> None:
    assert "no table of shifts is found in the sheet 'Sheet1'" in wrong(["采购清单"], ["口罩", 200])[0]
    assert "no table" in wrong()[0]
