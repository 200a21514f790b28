"""What a caller who asks is told."""

from hotline_agi.dispatch.answers import DEADLINE_MARGIN_S, ROUND_S
from hotline_agi.dispatch.commands import EndRound, HoldCaller, Music
from hotline_agi.dispatch.events import CallArrived, Step
from hotline_agi.terms.ids import LineId
from tests.dispatch.desk import Desk, holds, of, told
from tests.dispatch.lines import line, roster, shift, with_transfer


def test_who_arrives_is_told_to_wait_a_round() -> None:
    desk = Desk()
    (hold,) = of(HoldCaller, desk.arrives("c1"))
    assert (hold.language, hold.music, hold.round_s) == ("zh", Music.GREET, ROUND_S)
    assert hold.max_wait_s == 120.0 + DEADLINE_MARGIN_S
    assert hold.overflow == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_the_phones_are_rung_before_the_caller_is_answered() -> None:
    kinds = [type(command).__name__ for command in Desk().arrives("c1")]
    assert kinds.index("RingLeg") < kinds.index("HoldCaller")


def test_each_question_is_answered_once() -> None:
    desk = Desk()
    desk.waits("c1")
    for _ in range(5):
        desk.now_s += 4.0
        assert len(of(HoldCaller, desk.asks("c1"))) == 1
        desk.held("c1")


def test_the_time_left_shrinks() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.passes(40.0 - 0.05)
    (hold,) = of(HoldCaller, desk.asks("c1"))
    assert hold.max_wait_s == 80.0 + DEADLINE_MARGIN_S


def test_comfort_is_said_in_turns_under_two_names() -> None:
    """A hold-music class that did not change would be resumed, not begun again."""
    desk = Desk(roster(line(comfort_every_s=8.0)))
    desk.waits("c1")
    heard = []
    for _ in range(5):
        desk.passes(4.0)
        heard += [hold.music for hold in of(HoldCaller, desk.asks("c1"))]
    assert heard == [Music.GREET, Music.COMFORT, Music.COMFORT, Music.COMFORT_ODD, Music.COMFORT_ODD]


def test_the_promise_to_the_dialplan_covers_the_transfer() -> None:
    """The dialplan keeps the first deadline that it was told; it must not cut the ringing of the overflow number."""
    (hold,) = of(HoldCaller, Desk(roster(with_transfer())).arrives("c1"))
    assert hold.max_wait_s == 120.0 + 30.0 + DEADLINE_MARGIN_S


def test_bad_news_for_a_waiting_caller_ends_the_round() -> None:
    desk = Desk(roster(line(ring_steps=line().ring_steps[:1])))
    desk.waits("c1")
    assert of(EndRound, desk.passes(15.0))
    assert told(desk.asks("c1")) is not None


def test_bad_news_on_the_way_into_the_bridge_ends_the_round_again() -> None:
    """`EndRound` that finds nobody in the bridge has no effect."""
    desk = Desk()
    desk.arrives("c1")
    desk.keys("c1", "*")
    assert of(EndRound, desk.held("c1"))


def test_who_asks_again_after_the_last_step_is_told_goodbye() -> None:
    desk = Desk(roster(line(shifts=(shift([], []),))))
    desk.arrives("c1")
    assert told(desk.asks("c1")) == (Step.GOODBYE,)


def test_a_line_that_nobody_knows_is_not_answered() -> None:
    desk = Desk()
    assert desk.arrives("c1", LineId("nosuch")) == []
    assert desk.ignored(CallArrived) == 1


def test_a_caller_who_left_is_not_answered() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.leaves("c1")
    assert not holds(desk.asks("c1"))
