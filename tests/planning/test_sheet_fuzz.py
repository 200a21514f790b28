"""Whatever stands in the cells: a sheet is read or refused, in bounded time, and no telephone number is told."""

import time
from datetime import date, timedelta
from datetime import time as clock

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.sheets.cells import Sheet, Value
from hotline_agi.planning.sheets.reading import Wishes, read_plan
from hotline_agi.roster.findings import Findings
from tests.planning.made_sheets import PEOPLE, line

WORDS = [
    "日期",
    "date",
    "姓名",
    "班次",
    "夜",
    "早/晚",
    "夜(备)",
    "陈静",
    "王 磊",
    "张伟",
    "李娜、刘洋*",
    "休",
    "-",
    "/",
    "*",
    "(备)",
]
WORDS += [
    "2026年2月",
    "2026-02-14",
    "2月3日",
    "1",
    "2",
    "3",
    "30",
    "周六",
    "一",
    "22:00-06:00",
    "合计",
    "注：夜=early",
    "夜=night",
]
WORDS += [
    "编号",
    "chen-jing",
    "后备",
    "无人",
    "开始",
    "结束",
    "22:00",
    "01632 960100",
    "陈静01632960100",
    "=",
    "#REF!",
    "",
    "\n",
    "\x00\u202e",
]
CELLS: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS),
    st.none(),
    st.integers(-3, 50_000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.dates(date(2026, 2, 1), date(2026, 3, 3)),
    st.times(),
    st.just(clock(22)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.booleans(),
    st.dates(),
    st.text(max_size=6),
)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=8),
    uncomputed=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 6)), max_size=2),
    add_people=st.booleans(),
    month=st.sampled_from([None, (2026, 2)]),
)
def test_any_cells(
    rows: list[list[Value]], uncomputed: list[tuple[int, int]], add_people: bool, month: tuple[int, int] | None
) -> None:
    sheet = Sheet(file="x", name="S", rows=tuple(map(tuple, rows)), uncomputed=tuple(uncomputed))
    findings = Findings()
    plan = read_plan(sheet, line(), PEOPLE.values(), Wishes(month=month, add_people=add_people), findings)
    assert plan is not None or findings.failed
    told = [
        *map(str, findings.problems),
        *(plan.notes if plan else ()),
        *(one.name for one in (plan.newcomers if plan else ())),
    ]
    assert not any("96010" in text for text in told)
    if plan is not None and not findings.failed:
        assert plan.people or plan.backup
        known = {*PEOPLE, *(one.id for one in plan.newcomers)}
        for days in (plan.people, plan.backup or {}):
            for slots in days.values():
                for slot, cell in slots.items():
                    assert slot in ("early", "late", "night")
                    assert len(set(cell)) == len(cell)
                    assert set(cell) <= known


def test_the_largest_sheets_take_seconds() -> None:
    days = tuple(date(2026, 2, 1) + timedelta(days=n) for n in range(399))
    grids = [
        (("姓名", *days), *((f"某{n}", *("夜/早(备)",) * 399) for n in range(700))),
        (("日期", *(f"某{n}" for n in range(398)), "陈静"), *((days[n % 399], *("Q",) * 399) for n in range(700))),
        (("夜", "x"),) * 60 + ((1,) * 400,) * 640,
        (("日期", "班次", *("姓名",) * 398), *(("2026-02-01", "夜", *("某某 某人",) * 398) for _ in range(700))),
        (("陈静",) * 400,) * 700,
    ]
    for rows in grids:
        began_s = time.process_time()
        read_plan(Sheet(file="x", name="", rows=rows), line(), PEOPLE.values(), Wishes(), Findings())
        assert time.process_time() - began_s < 6
