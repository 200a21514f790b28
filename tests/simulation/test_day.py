"""A day of a roster as a scene: whom it can ring, and who calls, drawn or as recorded."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest

from hotline_agi.reports.past import PastCall
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.simulation.arrivals import curve
from hotline_agi.simulation.assumptions import Assumptions
from hotline_agi.simulation.crowd import Known
from hotline_agi.simulation.day import SPREAD_S, Day, multiplied, whoever_is_on, with_numbers
from hotline_agi.simulation.pbx import play
from hotline_agi.simulation.recorded import Recorded, recorded_calls
from hotline_agi.terms.ids import CallId, EndpointId, NodeId
from hotline_agi.terms.outcomes import Outcome
from tests.dispatch.lines import NOON, XINLI, line, person, roster, shift

DAY_S = 86_400.0


def past(n: int, after_s: float, outcome: Outcome | None, wait_s: float | None, talk_s: float = 0.0) -> PastCall:
    at = NOON + timedelta(seconds=after_s)
    return PastCall(
        call=CallId(f"pbx1-1.{n}"),
        line=XINLI,
        node=NodeId("pbx1"),
        arrived_at=at,
        answered_at=None,
        ended_at=None,
        wait_s=wait_s,
        talk_s=talk_s,
        outcome=outcome,
        volunteer=None,
        messages=0,
    )


def day(recorded: Sequence[Recorded] | None = None, surge: float = 1.0, calls: float = 200.0) -> Day:
    return Day(
        roster=roster(),
        line=line(),
        start=NOON,
        until=NOON + timedelta(days=1),
        assumed=Assumptions(),
        by_hour=curve(calls),
        recorded=recorded,
        surge=surge,
    )


def test_who_is_counted_is_whoever_is_on_at_some_time() -> None:
    plan = line(shifts=(shift(["lin"], ["bao"], weekdays=[2]), shift(["wang"], ["lin"], weekdays=[3])))
    assert whoever_is_on(plan, NOON, NOON + timedelta(hours=1)) == ("lin", "bao")
    assert whoever_is_on(plan, NOON, NOON + timedelta(days=1)) == ("lin", "bao", "wang")


def test_mobiles_without_a_number_get_an_invented_one_and_nothing_else_changes() -> None:
    unknown = Endpoint(id=EndpointId("lin-mobile"), kind=EndpointKind.MOBILE, confirm=True)
    known = roster(people=[person("lin", unknown)])
    made = with_numbers(known)
    number = made.volunteers[person("lin").id].endpoints[0].number
    assert number is not None
    assert number.reveal().startswith("01632960")  # a range kept for fiction
    others = [who for who in known.volunteers if who != "lin"]
    assert all(made.volunteers[who] is known.volunteers[who] for who in others)


def test_a_surge_has_so_many_times_the_calls() -> None:
    assert len(day(calls=200.0).scene(1).crowd.first_s) == 200
    assert len(day(calls=200.0, surge=10.0).scene(1).crowd.first_s) == 2000


def test_seeds_are_other_days_and_the_same_seed_the_same_one() -> None:
    assert day().scene(1).crowd == day().scene(1).crowd
    assert day().scene(1).crowd.first_s != day().scene(2).crowd.first_s


def test_recorded_callers_do_again_what_they_did() -> None:
    record = [
        past(3, 300.0, None, None),
        past(1, 100.0, Outcome.TALKED, 20.0, 345.0),
        past(2, 200.0, Outcome.ABANDONED, 33.0),
        past(4, 400.0, Outcome.MESSAGE, 120.0),
    ]
    found = recorded_calls(record, NOON)
    assert [one.at_s for one in found] == [100.0, 200.0, 300.0, 400.0]
    assert [one.known for one in found] == [
        Known(talk_s=345.0, waited_s=20.0),
        Known(left_after_s=33.0),
        Known(),
        Known(waited_s=120.0),
    ]


def test_a_recorded_day_is_played_call_for_call() -> None:
    record = recorded_calls([past(n, 600.0 * n, Outcome.TALKED, 5.0, 50.0) for n in range(20)], NOON)
    world = play(day(record).scene(1))
    assert sorted(one.arrived_s for one in world.calls) == [600.0 * n for n in range(20)]
    talks = [one.talk_s for one in world.calls if one.talks]
    assert talks and talks == pytest.approx([50.0] * len(talks), abs=0.1)


def test_a_recorded_day_times_three_has_each_call_three_times_nearby() -> None:
    record = [Recorded(at_s=20_000.0 * n, known=Known(talk_s=float(n))) for n in range(1, 5)]
    shown = multiplied(record, 3.0, DAY_S, Random(1))
    assert Counter(one.known.talk_s for one in shown) == {1.0: 3, 2.0: 3, 3.0: 3, 4.0: 3}
    assert all(abs(one.at_s - 20_000.0 * (one.known.talk_s or 0.0)) <= SPREAD_S for one in shown)
    assert [one.at_s for one in shown] == sorted(one.at_s for one in shown)
    assert {one.at_s for one in record} <= {one.at_s for one in shown}


def test_half_a_recorded_day_has_about_half_of_its_calls() -> None:
    record = [Recorded(at_s=float(n), known=Known()) for n in range(2000)]
    assert len(multiplied(record, 0.5, DAY_S, Random(1))) == pytest.approx(1000, abs=100)


def test_copies_stay_within_the_day() -> None:
    record = [Recorded(at_s=0.0, known=Known()), Recorded(at_s=DAY_S, known=Known())]
    assert all(0.0 <= one.at_s <= DAY_S for one in multiplied(record, 20.0, DAY_S, Random(1)))
