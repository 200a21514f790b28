"""Changes of a line: what they say adds up, and how they read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.handover import changes, handovers
from hotline_agi.planning.handover_text import handover_text, other_changes
from hotline_agi.planning.wording import Names
from hotline_agi.roster.duty import duty_spans, on_duty
from hotline_agi.roster.model import Line, RingPlan, Roster, Want
from hotline_agi.roster.plan import Need
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language
from tests.dispatch.lines import person
from tests.dispatch.lines import roster as roster_of
from tests.planning.worlds import World
from tests.roster.written import extra, hours, line, shift, sick, special, step, swap, utc, who

MINUTE = timedelta(minutes=1)


def people(duty: Duty) -> tuple[set[VolunteerId], ...]:
    return {*duty.volunteers}, {*duty.backup}, {*duty.coordinators}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 1440))
def test_before_without_who_goes_and_with_who_comes_is_after(seed: int, minute: int) -> None:
    world = World(seed)
    after = world.start + minute * MINUTE
    plain = replace(world.one, quiet={})
    at, duty = after, on_duty(plain, after)
    for change in handovers(world.one, after, 12):
        assert change.at > at
        between = at
        while between < change.at:  # nobody came or went meanwhile
            assert people(on_duty(plain, between)) == people(duty)
            between += 97 * MINUTE
        assert people(change.before) == people(duty)
        assert people(change.before) != people(change.after)
        assert change.after == replace(on_duty(plain, change.at), quiet=on_duty(world.one, change.at).quiet)
        assert {*change.before.volunteers} - {*change.goes} | {*change.comes} == {*change.after.volunteers}
        assert {*change.stays} == {*change.before.volunteers} & {*change.after.volunteers}
        assert not {*change.goes} & {*change.comes}
        at, duty = change.at, change.after


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 1440))
def test_every_change_says_what_changes(seed: int, minute: int) -> None:
    world = World(seed)
    after = world.start + minute * MINUTE
    found = changes(world.one, after, 30)
    for change in found:
        assert change.comes or change.goes or other_changes(change, Names(world.roster, Language.EN))
    until = found[-1].at if found else after
    told = [change.at for change in found]
    assert {one.from_utc for one in duty_spans(world.one, after, until)[1:]} <= {*told}
    assert [one.at for one in handovers(world.one, after, 30) if one.at <= until] == [
        change.at for change in found if change.is_handover
    ]


def test_each_says_when_the_next_follows() -> None:
    plain = line(shift("day", "08:00", "20:00", "ann"), shift("night", "20:00", "08:00", "bo"))
    first, second = handovers(plain, utc("2026-02-14T09:00"), 2)
    assert (first.at, first.until, second.at) == (utc("2026-02-14T20:00"), second.at, utc("2026-02-15T08:00"))


def test_another_ring_plan_is_no_handover() -> None:
    plain = line(
        shift("day", "00:00", "00:00", "ann"),
        ring_plans=(RingPlan(name="night", hours=(hours("22:00", "06:00"),), steps=(step(1),)),),
    )
    assert handovers(plain, utc("2026-02-14T09:00"), 3) == []
    assert told(plain, "2026-02-14T09:00", 2) == [["ring plan night"], ["the usual ring plan"]]


def told(plain: Line, after: str, count: int) -> list[list[str]]:
    names = Names(roster_of(plain), Language.EN)
    return [other_changes(change, names) for change in changes(plain, utc(after), count)]


def test_that_the_line_opens_or_closes_is_no_handover() -> None:
    plain = line(shift("day", "08:00", "20:00", "ann"), opening=(hours("09:00", "17:00"),))
    assert [one.at for one in handovers(plain, utc("2026-02-14T08:30"), 2)] == [
        utc("2026-02-14T20:00"),
        utc("2026-02-15T08:00"),
    ]
    assert told(plain, "2026-02-14T08:30", 4) == [["opens"], ["closes"], [], []]


def test_the_same_people_in_another_slot_hand_nothing_over() -> None:
    plain = line(shift("early", "00:00", "12:00", "ann bo"), shift("late", "12:00", "00:00", "bo ann"))
    assert handovers(plain, utc("2026-02-14T08:30"), 2) == []
    assert told(plain, "2026-02-14T08:30", 1) == [["another slot"]]


def test_who_falls_silent_has_not_gone() -> None:
    plain = line(
        shift("day", "08:00", "20:00", "ann bo", coordinator=who("bo")),
        shift("night", "20:00", "08:00", "cy", backup="ann"),
        quiet={who("ann"): replace(person("ann"), quiet=(hours("12:00", "13:00"), hours("20:00", "22:00")))},
    )
    change = handovers(plain, utc("2026-02-14T06:00"), 1)[0]
    assert (change.at, change.comes, change.silent_from) == (
        utc("2026-02-14T08:00"),
        (who("ann"), who("bo")),
        ((who("ann"), utc("2026-02-14T12:00")),),
    )
    names = roster_of(plain, people=[person("ann"), person("bo")])
    assert "- Ann has quiet hours from Sat 2026-02-14 12:00: no phone rings then" in handover_text(
        names, change, Language.EN
    )
    assert "- Ann 从2026-02-14 周六 12:00起在静默时段，电话不会响" in handover_text(names, change, Language.ZH)
    assert told(plain, "2026-02-14T08:30", 4) == [
        ["quiet hours: Ann"],
        ["quiet hours over: Ann"],
        ["backup: Ann", "coordinator: nobody", "quiet hours: Ann"],
        ["quiet hours over: Ann"],
    ]


def known() -> tuple[Roster, Line]:
    plain = line(
        shift("day", "08:00", "20:00", "ann bo", backup="gu"),
        shift(
            "night",
            "20:00",
            "08:00",
            "bo cy dee eve",
            backup="flo",
            coordinator=who("gu"),
            need=Need(people=(4,) * 7, languages={"en": 1}),
        ),
        special_days={special_at: special("春节") for special_at in [utc("2026-02-17T00:00").date()]},
        covers=(
            sick("cy", "2026-02-17", "2026-02-17", instead="hal"),
            sick("dee", "2026-02-17", "2026-02-17"),
            swap("eve", "ann", "2026-02-17"),
            extra("ivy", "2026-02-17"),
        ),
        quiet={who("ivy"): replace(person("ivy"), quiet=(hours("19:00", "09:00"),))},
    )
    names = roster_of(plain, people=[replace(person("hal"), endpoints=()), replace(person("ann"), name="安娜")])
    return names, plain


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            Language.EN,
            """\
Hand-over: Support line
When: Tue 2026-02-17 20:00 (day → night)
Go: nobody
Come: Hal, Ivy
Stay: Bo, ann
Backup: Flo (before: Gu)
Coordinator: Gu (before: nobody)
Next hand-over: Wed 2026-02-18 08:00
Remarks:
- The day is 春节
- night is short: 3 of 4 people
- night lacks people who speak en: 0 of 1
- Cy is sick; Hal stands in
- Dee is sick; nobody stands in
- Ivy: extra
- Ivy has quiet hours: no phone rings
- Hal has no endpoint: no phone rings""",
        ),
        (
            Language.ZH,
            """\
交接班：心理援助热线
时间：2026-02-17 周二 20:00（day → night）
下班：无
接班：Hal、Ivy
留任：Bo、安娜
后备：Flo（此前：Gu）
协调员：Gu（此前：无）
下次交接：2026-02-18 周三 08:00
注意：
- 当天是春节
- night 人手不足：3 人，需 4 人
- night 会说 en 的有 0 人，需 1 人
- Cy：病假，Hal 顶替
- Dee：病假，无人顶替
- Ivy：加班
- Ivy 在静默时段，电话不会响
- Hal 没有任何接听方式，电话不会响""",
        ),
    ],
)
def test_the_text_says_all_that_one_must_know(language: Language, expected: str) -> None:
    names, plain = known()
    [change] = handovers(plain, utc("2026-02-17T19:00"), 1)
    assert "\n".join(handover_text(names, change, language)) == expected


def test_a_closed_line_and_a_last_change_are_said() -> None:
    plain = line(
        shift("day", "08:00", "20:00", "ann"),
        special_days={utc(f"2026-02-{day:02}T00:00").date(): special(opening=()) for day in range(17, 29)},
    )
    [change] = handovers(plain, utc("2026-02-17T06:00"), 1)
    assert "- The line is closed then" in handover_text(roster_of(plain), change, Language.EN)


def test_that_nobody_has_what_callers_want_is_a_remark() -> None:
    plain = line(
        shift("day", "08:00", "20:00", "ann"), shift("night", "20:00", "08:00", "bo"), wants=(Want(language="yue"),)
    )
    known = roster_of(plain, people=[replace(person("ann"), languages=("yue",)), person("bo")])
    change = handovers(plain, utc("2026-02-14T09:00"), 1)[0]
    assert "- Nobody on shift has what callers want (yue): no phone rings" in handover_text(known, change, Language.EN)
    assert "- 没有符合来电要求（yue）的人，电话不会响" in handover_text(known, change, Language.ZH)
