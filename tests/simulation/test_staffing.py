"""How many volunteers a slot needs: enough is enough, one less is not, and more is never less."""

from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.roster.model import EndpointKind
from hotline_agi.simulation.assumptions import Assumptions
from hotline_agi.simulation.crowd import Habits
from hotline_agi.simulation.spans import always, uniform
from hotline_agi.simulation.staff import Manner
from hotline_agi.simulation.staffing import Question, Verdict, _slots, _staffed, staffing
from tests.dispatch.lines import line, mobile, person, ring, roster, shift

EVENING = shift(["lin", "wang"], ["bao"], slot="evening", start=time(18, 0), until=time(20, 0))
SURE = Manner(accept=1.0, accept_after_s=always(2.0), press_s=always(1.0))


def question(**wishes: Any) -> Question:
    plan = line(shifts=(EVENING,), ring_steps=(ring(None, 600.0),), wrap_up_s=0.0, max_wait_s=600.0)
    usual: dict[str, Any] = {
        "roster": roster(plan, people=[person("lin", mobile("lin"))]),
        "line": plan,
        "shift": EVENING,
        "weekdays": (5,),
        "near": date(2026, 2, 14),
        "calls_per_hour": 20.0,
        "target": 0.9,
        "within_s": 30.0,
        "seed": 1,
        "most_runs": 10,
        "assumed": Assumptions(
            callers=Habits(talk_s=uniform(120.0, 480.0)),
            phones={kind: Manner(accept=0.6, accept_after_s=uniform(3.0, 12.0)) for kind in EndpointKind},
            night=1.0,
        ),
    }
    return Question(**usual | wishes)


def test_the_answer_is_enough_and_one_less_was_not() -> None:
    answer = staffing(question())
    assert answer.needed is not None
    points = {point.volunteers: point for point in answer.curve}
    assert points[answer.needed].verdict is Verdict.ENOUGH
    assert points[answer.needed].at_least >= 0.9
    assert points[answer.needed - 1].verdict is not Verdict.ENOUGH
    assert list(points) == sorted(points)


def test_one_is_enough_for_hardly_anybody() -> None:
    lonely = Assumptions(callers=Habits(talk_s=always(1.0)), phones=dict.fromkeys(EndpointKind, SURE), night=1.0)
    answer = staffing(question(calls_per_hour=1.0, assumed=lonely))
    assert answer.needed == 1
    assert answer.curve[0].mean_wait_s == pytest.approx(2.0, abs=1.5)


def test_where_nobody_ever_accepts_no_number_is_enough() -> None:
    never = Assumptions(phones=dict.fromkeys(EndpointKind, Manner(accept=0.0)))
    answer = staffing(question(calls_per_hour=0.5, most_runs=5, assumed=never))
    assert answer.needed is None


@pytest.mark.thorough
def test_more_calls_and_higher_targets_need_no_fewer() -> None:
    by_rate = [staffing(question(calls_per_hour=rate, most_runs=5)).needed or 0 for rate in (5.0, 10.0, 25.0)]
    assert by_rate == sorted(by_rate)
    by_target = [staffing(question(target=target, most_runs=5)).needed or 0 for target in (0.5, 0.8, 0.9)]
    assert by_target == sorted(by_target)
    assert by_rate[0] < by_rate[-1] and by_target[0] < by_target[-1]


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_curve() -> None:
    assert staffing(question(most_runs=5)) == staffing(question(most_runs=5))


def test_invented_people_have_phones_in_the_proportion_of_the_line() -> None:
    # of lin, wang and bao one has only a mobile
    known, people = _staffed(question(), 9)
    kinds = [who.endpoints[0].kind for who in people.volunteers.values()]
    assert kinds.count(EndpointKind.MOBILE) == 3
    assert known.shifts[0].slot == "evening" and not known.covers


def test_runs_are_the_slot_on_the_days_that_were_asked_for() -> None:
    starts = [start.astimezone(line().zone) for _, start, _ in _slots(question(weekdays=(4, 5), most_runs=6))]
    assert [f"{at:%a %H:%M}" for at in starts] == ["Sat 18:00", "Fri 18:00"] * 3
    assert starts[0].date() == date(2026, 2, 14)


def test_a_slot_that_the_clock_skips_is_left_out() -> None:
    berlin = line(zone=ZoneInfo("Europe/Berlin"))
    skipped = replace(EVENING, start=time(2, 15), until=time(2, 45))  # not on 29 March 2026
    asked = question(line=berlin, shift=skipped, weekdays=(6,), near=date(2026, 3, 29), most_runs=2)
    assert [start.date() for _, start, _ in _slots(asked)] == [date(2026, 4, 5), date(2026, 4, 12)]
