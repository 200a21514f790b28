"""Random small worlds, whatever serves them: no call is lost, nobody is in two places, and waits add up."""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.roster.model import OverflowStep
from hotline_agi.simulation.crowd import Habits
from hotline_agi.simulation.figures import figures
from hotline_agi.simulation.pbx import Scene, play
from hotline_agi.simulation.queues import QueueSettings, Strategy, play_queue
from hotline_agi.simulation.spans import always, exponential, lognormal, uniform
from hotline_agi.simulation.staff import Manner
from hotline_agi.simulation.truth import CallTruth, End, Played
from tests.dispatch.lines import DUTY_DOCTOR, line, mobile, ring, shift, softphone
from tests.simulation.scenes import scene

System = Callable[[Scene], Played]
SYSTEMS: dict[str, System] = {
    "hotline": play,
    "ringall": lambda one: play_queue(one, QueueSettings(strategy=Strategy.RINGALL)),
    "rrmemory": lambda one: play_queue(one, QueueSettings(strategy=Strategy.RRMEMORY)),
}
PEOPLE = ("lin", "wang", "zhao", "chen", "bao")
EPSILON_S = 1e-6


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    people = PEOPLE[: draw(st.integers(1, 5))]
    accept = draw(st.sampled_from([0.0, 0.2, 0.4, 0.8, 1.0]))
    rest = st.sampled_from([0.0, (1.0 - accept) / 4])
    manner = Manner(
        accept=accept,
        accept_after_s=draw(st.sampled_from([uniform(3.0, 15.0), always(0.5), uniform(10.0, 40.0)])),
        decline=draw(rest),
        busy=draw(rest),
        unreachable=draw(rest),
        voicemail=draw(rest),
    )
    habits = Habits(
        talk_s=draw(st.sampled_from([always(0.2), uniform(30.0, 90.0), lognormal(120.0, 1.0)])),
        patience_s=draw(st.sampled_from([exponential(30.0), always(20.0), uniform(0.0, 5.0), always(900.0)])),
        redial=draw(st.sampled_from([0.0, 0.5])),
        message=draw(st.sampled_from([0.0, 1.0])),
    )
    plan = line(
        ring_steps=draw(
            st.sampled_from([(ring(None, 60.0),), (ring(1, 10.0), ring(2, 15.0)), (ring(2, 20.0), ring(None, 90.0))])
        ),
        shifts=(shift(people, ()),),
        wrap_up_s=draw(st.sampled_from([0.0, 30.0])),
        max_wait_s=draw(st.sampled_from([40.0, 300.0])),
        overflow=draw(st.sampled_from([(OverflowStep.MESSAGE,), (OverflowStep.TRANSFER, OverflowStep.DIRECTORY)])),
        transfer=DUTY_DOCTOR,
    )
    times = draw(st.lists(st.floats(0.0, 240.0), max_size=10))
    kind = draw(st.sampled_from([softphone, mobile]))
    seed = str(draw(st.integers(0, 10_000)))
    return scene(*times, people=people, habits=habits, phones=manner, endpoint=kind, plan=plan, seed=seed)


def look_at(one: Scene, world: Played) -> None:
    calls = Counter(call.person for call in world.calls)
    assert set(calls) == set(range(len(one.crowd.first_s))), "every caller has an end"
    for person, many in calls.items():
        numbers = sorted(call.number for call in world.calls if call.person == person)
        assert numbers == list(range(1, many + 1)), "each attempt is one call"
    assert not any(call.end is End.ENDLESS for call in world.calls)
    assert (world.double_rings, world.missed_joins, world.cut_talks, world.misreported) == (0, 0, 0, 0)
    for call in world.calls:
        look_at_call(call)
    talked = sum(call.talk_s for call in world.calls)
    assert abs(talked - sum(one.talk_s for one in world.rings)) < 0.01, "both sides of the talks are as long"
    assert sum(call.talks for call in world.calls) == sum(ring.accepted for ring in world.rings)
    for who in one.volunteers:
        busy = sorted((ring.rang_s, ring.ended_s + ring.talk_s) for ring in world.rings if ring.volunteer == who)
        assert all(end <= start + EPSILON_S for (_, end), (start, _) in pairwise(busy)), "nobody is in two places"


def look_at_call(call: CallTruth) -> None:
    assert call.arrived_s <= call.ended_s
    assert (call.answered_s is not None) is (call.end in (End.TALKED, End.TRANSFERRED)) is (call.talks > 0)
    assert call.met_volunteer is (call.end is End.TALKED)
    if call.answered_s is not None:
        assert call.answered_s + call.talk_s <= call.ended_s + EPSILON_S
    else:
        assert call.wait_s == call.ended_s - call.arrived_s and call.talk_s == 0.0


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=60, deadline=None)
@given(one=scenes())
def test_no_call_is_lost_and_nobody_is_in_two_places(system: str, one: Scene) -> None:
    look_at(one, SYSTEMS[system](one))


@pytest.mark.thorough
@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=600, deadline=None)
@given(one=scenes())
def test_no_call_is_lost_in_many_worlds(system: str, one: Scene) -> None:
    look_at(one, SYSTEMS[system](one))


@pytest.mark.parametrize("system", SYSTEMS)
@settings(max_examples=20, deadline=None)
@given(one=scenes())
def test_a_scene_plays_the_same_twice(system: str, one: Scene) -> None:
    assert SYSTEMS[system](one) == SYSTEMS[system](one)


@settings(max_examples=20, deadline=None)
@given(one=scenes())
def test_waits_of_the_figures_are_those_of_the_calls(one: Scene) -> None:
    world = play(one)
    found = figures([world, world])
    assert found.calls == 2 * len(world.calls)
    answered = [call.wait_s for call in world.calls if call.met_volunteer]
    assert found.waits_s == pytest.approx(2 * sum(call.wait_s for call in world.calls))
    if answered:
        assert found.mean_wait_s == pytest.approx(sum(answered) / len(answered))
        assert found.rings_per_answered == pytest.approx(
            sum(ring.is_for_caller for ring in world.rings) / len(answered)
        )
    assert found.within <= found.answered
