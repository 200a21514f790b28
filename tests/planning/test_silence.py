"""Who is never rung, or not in all of their shifts."""

from dataclasses import replace
from datetime import date

from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.model import Line, RingGroup, RingPlan, Volunteer, Want
from hotline_agi.roster.plan import weekly
from hotline_agi.terms.problems import Mark
from tests.planning.people import person, roster
from tests.planning.warned import NOW, hints, warned
from tests.roster.written import hours, ids, line, month_day, shift, sick, step

NEVER = "never rung"
ALONE = (step(None),)


def quiet(of: Line, who: str, *times: tuple[str, str]) -> tuple[Line, Volunteer]:
    shy = person(who, quiet=tuple(hours(*one) for one in times), zone=of.zone)
    return replace(of, quiet={shy.id: shy}), shy


def test_somebody_in_no_shift() -> None:
    of = line(shift("day", "00:00", "00:00", "ann"))
    [found] = outlook(roster(of, people=(person("bo"),)), NOW)
    assert (found.what, found.hint) == ("'bo' is in no shift", "nobody ever rings them")
    assert (found.file, found.line) == ("xinli/people.yaml", person("bo").where.line)


def test_somebody_who_is_away_for_long_or_comes_later_is_no_finding() -> None:
    of = line(
        shift("day", "00:00", "00:00", "ann bo"),
        covers=(sick("bo", "2026-11-01", "2026-12-31"),),
        months={date(2027, 1, 1): month_day({"day": "cy"})},
    )
    assert warned(of) == []


def test_only_while_the_line_is_closed() -> None:
    of = line(
        shift("day", "08:00", "20:00", "ann"),
        shift("night", "20:00", "08:00", "bo"),
        opening=(hours("08:00", "20:00"),),
    )
    assert warned(of) == ["'bo' is never rung: they are on duty only while the line is closed"]


def test_only_in_quiet_hours() -> None:
    of, shy = quiet(
        line(shift("day", "08:00", "20:00", "ann"), shift("night", "20:00", "08:00", "ann bo")),
        "bo",
        ("19:00", "09:00"),
    )
    assert warned(of, people=(shy,)) == ["'bo' is never rung: they are on duty only in their quiet hours"]
    assert hints(roster(of, people=(shy,)), NEVER) == {"name them at other hours, or change `quiet`"}


def test_quiet_hours_within_a_shift() -> None:
    of, shy = quiet(
        line(shift("day", "08:00", "20:00", "ann bo"), shift("night", "20:00", "08:00", "ann")),
        "bo",
        ("12:00", "13:00"),
    )
    assert warned(of, people=(shy,)) == [
        "'bo' is on shift on xinli in their quiet hours, and so not rung: every day 12:00-13:00"
    ]
    backup = replace(of, shifts=(shift("day", "00:00", "00:00", "ann", backup="bo"),))
    assert warned(backup, people=(shy,)) == []


def test_backup_people_whom_no_step_rings() -> None:
    of = line(shift("day", "00:00", "00:00", "ann", backup="bo"), ring_steps=ALONE, where=Mark(file="xinli/line.yaml"))
    [found] = outlook(roster(of), NOW)
    assert (found.file, found.what) == ("xinli/line.yaml", "the backup people are never rung")
    assert found.hint == "add a step {ring: backup, for_s: 20}"
    month = replace(
        of, shifts=(shift("day", "00:00", "00:00", "ann"),), months={date(2026, 12, 1): month_day({}, {"day": "bo"})}
    )
    assert "the backup people are never rung" in warned(month)


def test_backup_only_when_the_plan_of_the_hour_does_not_ring_them() -> None:
    of = line(
        shift("day", "08:00", "20:00", "ann"),
        shift("night", "20:00", "08:00", "ann", backup="bo"),
        ring_plans=(RingPlan(name="night", hours=(hours("20:00", "08:00"),), steps=ALONE),),
    )
    assert warned(of) == [
        "'bo' is never rung: they are on duty only as backup, when the ring plan has no step for backup people"
    ]
    longer = replace(of, shifts=(of.shifts[0], shift("night", "20:00", "09:00", "ann", backup="bo")))
    assert warned(longer, only=NEVER) == []  # from 08:00 until 09:00 they are


def test_a_plan_that_rings_backup_people_alone() -> None:
    of = line(shift("day", "00:00", "00:00", "ann", backup="bo"), ring_steps=(step(None, RingGroup.BACKUP),))
    assert warned(of) == ["'ann' is never rung: they are on duty only when the ring plan rings backup people alone"]


def test_several_reasons() -> None:
    of, shy = quiet(
        line(
            shift("day", "08:00", "20:00", "ann"),
            shift("night", "20:00", "08:00", "bo"),
            shift("noon", "12:00", "13:00", weekly({0: ids("bo")})),
            opening=(hours("08:00", "20:00"),),
        ),
        "bo",
        ("12:00", "13:00"),
    )
    assert warned(of, people=(shy,), only=NEVER) == [
        "'bo' is never rung: they are on duty only in their quiet hours and only while the line is closed"
    ]


def test_without_what_callers_always_want() -> None:
    of = line(shift("day", "00:00", "00:00", "ann bo", backup="cy"), wants=(Want(qualification="crisis"),))
    able = person("ann", qualifications=("crisis",))
    assert warned(of, people=(able,), only=NEVER) == [
        f"'{one}' is never rung: they are on duty without having what callers always want" for one in ("bo", "cy")
    ]
    assert warned(replace(of, wants=(Want(qualification="crisis", for_s=20.0),)), people=(able,), only=NEVER) == []
