"""The models of `Queue()` against small cases that were worked out by hand from its source."""

from dataclasses import replace

import pytest

from hotline_agi.simulation.crowd import Habits
from hotline_agi.simulation.queues import QueueSettings, Strategy, play_queue
from hotline_agi.simulation.spans import always, uniform
from hotline_agi.simulation.staff import Manner
from hotline_agi.simulation.truth import End, Played
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.lines import mobile
from tests.simulation.scenes import STEADY, certain, scene

RINGALL = QueueSettings(strategy=Strategy.RINGALL)
RRMEMORY = QueueSettings(strategy=Strategy.RRMEMORY)
BOTH = pytest.mark.parametrize("settings", [RINGALL, RRMEMORY])
LIN, WANG, ZHAO = map(VolunteerId, ("lin", "wang", "zhao"))


def waits(world: Played) -> list[float]:
    return [round(call.wait_s, 6) for call in sorted(world.calls, key=lambda call: call.arrived_s)]


def rung(world: Played) -> list[tuple[str, float]]:
    return [(ring.volunteer or "", round(ring.rang_s, 6)) for ring in sorted(world.rings, key=lambda ring: ring.rang_s)]


@BOTH
def test_one_caller_is_answered_by_the_first_ring(settings: QueueSettings) -> None:
    world = play_queue(scene(2.0, people=["lin"]), settings)
    assert waits(world) == [5.0]
    assert world.calls[0].end is End.TALKED


def test_ringall_rings_all_and_rrmemory_one() -> None:
    assert len(play_queue(scene(0.0), RINGALL).rings) == 3
    assert rung(play_queue(scene(0.0), RRMEMORY)) == [("lin", 0.0)]


def test_ringall_serves_callers_one_after_the_other_though_it_has_people_enough() -> None:
    # all ring for the first caller until 5 s. The second looks every second from 0.5 s on: at 5.5 s two are free, and
    # ring until 10.5 s. The third looks at 10.7 s, 5 s later is answered
    world = play_queue(scene(0.0, 0.5, 0.7), RINGALL)
    assert waits(world) == [5.0, 10.5 - 0.5, 15.7 - 0.7]
    assert len(world.rings) == 3 + 2 + 1


def test_rrmemory_serves_callers_at_the_same_time() -> None:
    world = play_queue(scene(0.0, 0.5, 0.7), RRMEMORY)
    assert waits(world) == [5.0, 5.0, 5.0]
    assert rung(world) == [("lin", 0.0), ("wang", 0.5), ("zhao", 0.7)]


@BOTH
def test_who_talks_is_rung_again_when_the_talk_is_over(settings: QueueSettings) -> None:
    # answered at 5 s, talks until 65 s; the second looks at 1, 2, … 65 s of its own clock, which began at 1.25 s
    world = play_queue(scene(0.0, 1.25, people=["lin"]), settings)
    assert waits(world) == [5.0, 65.25 + 5.0 - 1.25]


def test_rrmemory_goes_on_with_the_next_after_15_s_and_a_second() -> None:
    world = play_queue(scene(0.0, accept_of={LIN: 0.0}), RRMEMORY)
    assert rung(world) == [("lin", 0.0), ("wang", 16.0)]
    assert waits(world) == [21.0]


def test_rrmemory_remembers_where_it_was() -> None:
    # lin takes the first call; the second begins with wang, the third with zhao, the fourth with lin again
    world = play_queue(scene(0.0, 100.0, 200.0, 300.0), RRMEMORY)
    assert [who for who, _ in rung(world)] == ["lin", "wang", "zhao", "lin"]


def test_rrmemory_asks_the_next_at_once_when_one_declines() -> None:
    declines = certain(accept=0.0, decline=1.0, decline_after_s=always(4.0))
    world = play_queue(scene(0.0, phones=declines, habits=replace(STEADY, patience_s=always(30.0))), RRMEMORY)
    # three decline at 4, 8 and 12 s; the try is over, a second later the next one
    assert rung(world)[:4] == [("lin", 0.0), ("wang", 4.0), ("zhao", 8.0), ("lin", 13.0)]


def test_rrmemory_asks_nobody_in_the_last_half_second_of_a_try() -> None:
    declines = certain(accept=0.0, decline=1.0, decline_after_s=always(14.6))
    world = play_queue(scene(0.0, phones=declines, habits=replace(STEADY, patience_s=always(17.0))), RRMEMORY)
    assert rung(world) == [("lin", 0.0), ("wang", 15.6)]


def test_a_try_ends_when_nobody_rings_any_more() -> None:
    declines = certain(accept=0.0, decline=1.0, decline_after_s=always(4.0))
    world = play_queue(scene(0.0, phones=declines, habits=replace(STEADY, patience_s=always(9.5))), RINGALL)
    assert [at_s for _, at_s in rung(world)] == [0.0] * 3 + [5.0] * 3
    assert [call.end for call in world.calls] == [End.LEFT]


def test_ringall_rings_who_comes_free_only_in_the_next_try() -> None:
    # wang accepts nothing. lin talks to the first caller from 5 s to 65 s. The second, at 64 s, rings wang alone until
    # 79 s; then, a second later, both
    world = play_queue(scene(0.0, 64.0, people=["lin", "wang"], accept_of={WANG: 0.0}), RINGALL)
    assert rung(world)[2:] == [("wang", 64.0), ("lin", 80.0), ("wang", 80.0)]
    assert waits(world)[1] == 80.0 + 5.0 - 64.0


@BOTH
def test_phones_stop_for_a_caller_who_left(settings: QueueSettings) -> None:
    world = play_queue(scene(0.0, habits=replace(STEADY, patience_s=always(3.0))), settings)
    assert {ring.ended_s for ring in world.rings} == {3.0}
    assert waits(world) == [3.0]


def test_a_mobile_is_answered_with_the_key_and_a_voicemail_rings_on() -> None:
    world = play_queue(scene(0.0, people=["lin"], endpoint=mobile), RRMEMORY)
    assert waits(world) == [5.0 + 3.0]
    voicemail = certain(accept=0.0, voicemail=1.0, voicemail_after_s=always(5.0))
    habits = replace(STEADY, patience_s=always(20.0))
    world = play_queue(scene(0.0, people=["lin"], endpoint=mobile, mobiles=voicemail, habits=habits), RRMEMORY)
    assert rung(world) == [("lin", 0.0), ("lin", 16.0)]


def test_callers_who_try_do_not_count_before_others() -> None:
    # three callers, three members, nobody accepts: with autofill all three ring somebody at the same time
    never = certain(accept=0.0)
    world = play_queue(scene(0.0, 0.1, 0.2, phones=never, habits=replace(STEADY, patience_s=always(10.0))), RRMEMORY)
    assert rung(world) == [("lin", 0.0), ("wang", 0.1), ("zhao", 0.2)]


@BOTH
def test_a_queue_that_nobody_answers_is_endless_and_says_so(settings: QueueSettings) -> None:
    world = play_queue(scene(0.0, people=["lin"], phones=certain(accept=0.0)), settings)
    assert [call.end for call in world.calls] == [End.ENDLESS]


def test_rrmemory_alone_has_the_mean_wait_that_chance_gives() -> None:
    # each ring: accepted with 0.4 after 3 to 15 s (9 on average), else 16 s are lost: 9 + 1.5 x 16 = 33 s
    drawn = Manner(accept=0.4, accept_after_s=uniform(3.0, 15.0))
    calls = [200.0 * n for n in range(3000)]
    world = play_queue(scene(*calls, phones=drawn, habits=Habits(talk_s=always(1.0))), RRMEMORY)
    assert sum(waits(world)) / 3000 == pytest.approx(33.0, rel=0.04)
    assert len(world.rings) / 3000 == pytest.approx(2.5, rel=0.04)


def test_ringall_alone_waits_for_the_quickest() -> None:
    # one caller, three members who all accept: the least of three times uniform in 3 to 15 s is 6 s on average
    drawn = certain(accept=1.0, accept_after_s=uniform(3.0, 15.0))
    calls = [200.0 * n for n in range(2000)]
    world = play_queue(scene(*calls, phones=drawn, habits=Habits(talk_s=always(1.0))), RINGALL)
    assert sum(waits(world)) / 2000 == pytest.approx(6.0, rel=0.03)
