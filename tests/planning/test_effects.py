"""Two rosters → sentences: the law that they hold all of the difference, and how they read."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.planning.coverage import coverage
from hotline_agi.planning.effect_words import sentences
from hotline_agi.planning.effects import applied, changes, rung
from hotline_agi.roster.model import (
    Adaptive,
    CallerClass,
    CallerOrder,
    Line,
    Reminders,
    Rest,
    RingGroup,
    RingPlan,
    RingStep,
    Roster,
    VolunteerOrder,
    Want,
)
from hotline_agi.roster.plan import (
    Absence,
    AbsenceKind,
    Cover,
    DayHours,
    Extra,
    Need,
    SpecialDay,
    Swap,
    WeeklyHours,
    weekly,
)
from hotline_agi.roster.reader import read_roster
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.numbers import Pin
from hotline_agi.terms.problems import Mark
from tests.roster.trees import example

XINLI = LineId("xinli")
HERE = Mark(file="xinli/covers.yaml", line=1, column=1)
START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
UNTIL = START + timedelta(days=28)


@cache
def base() -> Roster:
    """The example's week, without whatever else the example shows."""
    known = read_roster(example()[0]).roster
    line = known.lines[XINLI]
    shifts = tuple(replace(shift, need=Need(), coordinator=None) for shift in line.shifts)
    steps = (
        RingStep(group=RingGroup.ON_SHIFT, count=3, for_s=15),
        RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=20),
        RingStep(group=RingGroup.BACKUP, count=None, for_s=20),
    )
    bare = {"special_days": {}, "yearly_days": {}, "months": {}, "covers": (), "ring_plans": (), "quiet": {}}
    return replace(known, lines={XINLI: replace(line, shifts=shifts, ring_steps=steps, **bare)})  # type: ignore[arg-type]


def with_line(known: Roster, **fields: object) -> Roster:
    return replace(known, lines={XINLI: replace(known.lines[XINLI], **fields)})  # type: ignore[arg-type]


def with_covers(*covers: Cover) -> Roster:
    return with_line(base(), covers=covers)


def told(new: Roster, old: Roster | None = None) -> list[str]:
    return [one.text for one in sentences(old or base(), new, START, UNTIL)]


def swap(who: str, to: str, day: date, slot: str) -> Swap:
    return Swap(where=HERE, who=VolunteerId(who), to=VolunteerId(to), day=day, slot=slot)


def sick(who: str, first: date, last: date) -> Absence:
    return Absence(where=HERE, kind=AbsenceKind.SICK, who=VolunteerId(who), first=first, last=last)


# ---- how it reads


def test_equal_rosters_have_no_sentence() -> None:
    assert told(base()) == []


def test_a_swap() -> None:
    assert told(with_covers(swap("wang-lei", "li-na", date(2026, 11, 28), "deep-night"))) == [
        "Sat 28 Nov 02:00–06:00 deep-night: li-na comes, wang-lei goes"
    ]


def test_few_are_left() -> None:
    line = base().lines[XINLI]
    need = Need(people=(2,) * 7)
    old = with_line(base(), shifts=tuple(replace(shift, need=need) for shift in line.shifts))
    out = (sick("zhang-min", date(2026, 11, 28), date(2026, 11, 28)), sick("zhao-xue", *[date(2026, 11, 28)] * 2))
    assert told(with_line(old, covers=out), old)[0] == (
        "Sat 28 Nov 02:00–06:00 deep-night: zhang-min and zhao-xue go; 1 volunteer is left (2 needed)"
    )


def test_what_repeats_each_week_is_one_sentence() -> None:
    line = base().lines[XINLI]
    deep, *others = line.shifts
    week = {day: deep.people.turns[0][day] or () for day in range(7)}
    week[5] = (*week[5], VolunteerId("li-na"))
    new = with_line(base(), shifts=(replace(deep, people=weekly(week)), *others))
    assert told(new) == ["every Sat 02:00–06:00 deep-night from 28 Nov: li-na comes; 4 volunteers are there"]
    early = replace(line.shifts[1], people=weekly({**dict.fromkeys(range(7), ()), 1: (VolunteerId("li-na"),)}))
    gone = told(with_line(base(), shifts=(deep, early, *others[1:])))
    assert "every Sat and Sun 06:00–09:00 early from 28 Nov: guo-rui, lin-yue and zhu-ling go; nobody is left " in (
        " ".join(gone)
    )
    assert any(one.startswith(("every Mon–Fri", "every Mon, Wed, Thu and Fri")) for one in gone)


def test_a_week_of_sickness_is_told_day_by_day_once() -> None:
    new = with_covers(sick("zhou-mei", date(2026, 11, 24), date(2026, 11, 27)))
    assert "Tue 24 Nov to Fri 27 Nov daily 06:00–09:00 early: zhou-mei goes; 2 volunteers are left" in told(new)


def test_a_shift_cut_by_the_horizon_is_told_whole() -> None:
    new = with_covers(swap("lin-yue", "li-na", date(2026, 11, 23), "morning"))  # 9 to 12, and it is 10
    assert told(new) == ["Mon 23 Nov 09:00–12:00 morning: li-na comes, lin-yue goes"]


def test_opening_and_plans_and_coordinators() -> None:
    line = base().lines[XINLI]
    mourning = SpecialDay(name="公祭日", where=HERE, opening=(DayHours(start=time(9), until=time(12)),))
    assert told(with_line(base(), special_days={date(2026, 12, 13): mourning})) == [
        "Sun 13 Dec 00:00–09:00: the line is closed; nobody is rung",
        "Sun 13 Dec 12:00–24:00: the line is closed; nobody is rung",
    ]
    steps = (RingStep(group=RingGroup.ON_SHIFT, count=1, for_s=20),)
    night = RingPlan(
        name="night",
        hours=(WeeklyHours(weekdays=frozenset(range(7)), start=time(22), until=time(6)),),
        steps=steps,
    )
    assert told(with_line(base(), ring_plans=(night,))) == [
        (
            "every day 22:00–06:00 from 23 Nov: it rings 1 for 20 s "
            "(before: 3 for 15 s, then everybody for 20 s, then backup for 20 s)"
        )
    ]
    assert told(with_line(base(), ring_steps=steps))[0].startswith("always: it rings 1 for 20 s")
    early = replace(line.shifts[1], coordinator=VolunteerId("li-na"))
    assert told(with_line(base(), shifts=(line.shifts[0], early, *line.shifts[2:]))) == [
        "every day 06:00–09:00 early from 24 Nov: li-na coordinates (before: nobody)"
    ]


def test_people_lines_and_settings() -> None:
    person = base().volunteers[VolunteerId("li-na")]
    fewer = replace(person, languages=("zh",), endpoints=person.endpoints[1:])
    new = replace(base(), volunteers={**base().volunteers, person.id: fewer})
    assert told(new) == [
        "li-na speaks zh (before: zh, yue)",
        "li-na is rung by mobile (press 1) (before: softphone v03, then mobile (press 1))",
    ]
    assert told(with_line(base(), max_wait_s=240.0)) == ["max_wait_s is 240 (before: 180)"]
    both = replace(base(), lines={**base().lines, LineId("nanjing"): base().lines[XINLI]})
    assert told(both) == ["the line nanjing is new"]
    assert told(base(), both) == ["the line nanjing is gone"]


POLICY = [
    (
        {"adaptive": Adaptive(chance=0.999, within_s=9.5, share=1 / 3)},
        (
            "adaptive is 99.9 % within 9.5 s, at first 33.3 % of those on shift "
            "(before: 95 % within 12 s, at first 60 % of those on shift)"
        ),
    ),
    ({"order": VolunteerOrder.FIXED}, "order is fixed (before: longest-idle)"),
    (
        {"wants": (Want(language="en", for_s=20.5), Want(qualification="crisis"))},
        "wants is en for 20.5 s, crisis (before: screened)",
    ),
    ({"wants": ()}, "wants is nothing (before: screened)"),
    (
        {"callers": CallerOrder(worth_s={CallerClass.HIGH_RISK: 60.0}, tried_within_s=600.0)},
        (
            "callers is high-risk 60 s; again within 10 min "
            "(before: asked-for-help 600 s, cut-off 600 s, high-risk 900 s, tried-again 120 s; again within 30 min)"
        ),
    ),
    ({"long_wrap_up": None}, "long_wrap_up is nothing (before: 120 s after 20 min)"),
    (
        {"rest": Rest(missed=2, for_s=600.0)},
        "rest is 10 min after 2 missed rings (before: 30 min after 4 missed rings)",
    ),
    (
        {"reminders": Reminders(before_s=3600.0, ask_backup_s=600.0)},
        (
            "remind is 60 min before the shift, backup 10 min before it "
            "(before: 15 min before the shift, backup 8 min before it)"
        ),
    ),
    ({"service_numbers": ()}, "service_numbers is nothing (before: +441632960180, 01632960180)"),
]


@pytest.mark.parametrize(("fields", "expected"), POLICY, ids=lambda one: next(iter(one)) if one else "")
def test_each_part_of_the_policy(fields: dict[str, object], expected: str) -> None:
    assert told(with_line(base(), **fields)) == [expected]


def test_an_adaptive_step_and_pins() -> None:
    steps = (RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=60, adaptive=True), *base().lines[XINLI].ring_steps)
    assert told(with_line(base(), ring_steps=steps))[0].startswith(
        "always: it rings as few as are likely enough for 60 s, then 3 for 15 s"
    )
    known = base()
    for old, new, words in ((None, "481516", "a PIN now"), ("481516", "604271", "another PIN"), ("1", None, "")):
        before, after = (
            replace(known.volunteers[VolunteerId("li-na")], pin=Pin(pin.zfill(6)) if pin else None)
            for pin in (old, new)
        )
        rosters = [replace(known, volunteers={**known.volunteers, one.id: one}) for one in (after, before)]
        assert told(*rosters) == [f"li-na has {words or 'no PIN any more'}"]


# ---- the law

people = st.sampled_from(sorted(base().volunteers))
slots = st.sampled_from([shift.slot for shift in base().lines[XINLI].shifts])
days = st.dates(date(2026, 11, 20), date(2026, 12, 23))
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))


@st.composite
def covers(draw: st.DrawFn) -> tuple[Cover, ...]:
    found: list[Cover] = []
    for kind in draw(st.lists(st.sampled_from("sea"), max_size=6)):
        who, day = draw(people), draw(days)
        if kind == "s":
            found.append(swap(who, draw(people), day, draw(slots)))
        elif kind == "e":
            found.append(Extra(where=HERE, who=who, day=day, slot=draw(slots), as_backup=draw(st.booleans())))
        else:
            first = datetime.combine(day, draw(hours)) if draw(st.booleans()) else day
            last = day + timedelta(days=draw(st.integers(1, 20)))
            stand_in = draw(st.none() | people)
            found.append(Absence(where=HERE, kind=AbsenceKind.AWAY, who=who, first=first, last=last, instead=stand_in))
    return tuple(found)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    line: Line = base().lines[XINLI]
    shifts = list(line.shifts)
    for n in draw(st.sets(st.integers(0, 6), max_size=2)):
        cells = {day: tuple(draw(st.lists(people, max_size=2, unique=True))) for day in range(draw(st.integers(1, 7)))}
        shifts[n] = replace(shifts[n], people=weekly(cells), coordinator=draw(st.none() | people))
    weekdays = st.frozensets(st.integers(0, 6), min_size=1)
    opening = draw(st.lists(st.builds(WeeklyHours, weekdays=weekdays, start=hours, until=hours), max_size=2))
    plans = [
        RingPlan(name="other", hours=(one,), steps=line.ring_steps[: draw(st.integers(1, 3))])
        for one in draw(st.lists(st.builds(WeeklyHours, weekdays=weekdays, start=hours, until=hours), max_size=1))
    ]
    return with_line(
        base(), shifts=tuple(shifts), covers=draw(covers()), opening=tuple(opening), ring_plans=tuple(plans)
    )


@settings(max_examples=40, deadline=None)
@given(old=rosters(), new=rosters(), minutes=st.lists(st.integers(0, 28 * 1440 - 1), min_size=20, max_size=20))
def test_the_changes_make_the_new_duty_of_the_old(old: Roster, new: Roster, minutes: list[int]) -> None:
    known = changes(old, new, START, UNTIL)
    before, after = old.lines[XINLI], new.lines[XINLI]
    for minute in minutes:
        at = START + timedelta(minutes=minute)
        (was,) = coverage(old, before, at, at + timedelta(seconds=1))
        (now,) = coverage(new, after, at, at + timedelta(seconds=1))
        assert applied(known, XINLI, at, before, was) == rung(after, now)


@settings(max_examples=20, deadline=None)
@given(known=rosters())
def test_nothing_is_told_of_a_roster_and_itself(known: Roster) -> None:
    again = with_line(known)
    assert changes(known, again, START, UNTIL) == []
    assert sentences(known, again, START, UNTIL) == []


@settings(max_examples=20, deadline=None)
@given(old=rosters(), new=rosters())
def test_every_change_is_in_exactly_one_sentence(old: Roster, new: Roster) -> None:
    known = changes(old, new, START, UNTIL)
    said = [one.change for one in sentences(old, new, START, UNTIL) if one.change]
    told_spans = sorted((c.difference.aspect, s, repr(c.difference)) for c in said for s in c.spans)
    assert told_spans == sorted((c.difference.aspect, s, repr(c.difference)) for c in known for s in c.spans)
    assert all(one.text for one in sentences(old, new, START, UNTIL))
