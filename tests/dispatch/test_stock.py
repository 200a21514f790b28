"""After a gap in the event stream: what Asterisk really has, against what we believe."""

from math import inf

from hotline_agi.dispatch.commands import Command, Fact, OpenRecord, RingLeg
from hotline_agi.dispatch.events import CallerSurviving, HangupRequested, LegEnded, LinkLost, LiveLeg, StockTaken
from hotline_agi.dispatch.state import CallState, LegState
from hotline_agi.terms.ids import CallId, LegId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import Outcome
from tests.dispatch.desk import PBX1, Desk, facts, holds, of, rung, taken_back
from tests.dispatch.lines import XINLI, line, ring, roster, shift

EARLIER = LegId("leg-of-an-earlier-run")


def stock(desk: Desk, calls: str = "", asked_s: float = inf, node: NodeId = PBX1, **legs: bool) -> list[Command]:
    """Take stock: the calls by name, the legs by volunteer and whether they were picked up."""
    live = tuple(LiveLeg(leg=desk.leg(name), volunteer=VolunteerId(name), up=up) for name, up in legs.items())
    return desk.take(StockTaken(node=node, calls=frozenset(map(CallId, calls.split())), legs=live, asked_s=asked_s))


def found(desk: Desk, volunteer: str, *, up: bool) -> list[Command]:
    """Take stock of one leg that we do not know, and of no call."""
    leg = LiveLeg(leg=EARLIER, volunteer=VolunteerId(volunteer), up=up)
    return desk.take(StockTaken(node=PBX1, calls=frozenset(), legs=(leg,)))


def test_what_is_still_there_stays() -> None:
    desk = Desk()
    desk.waits("c1")
    assert stock(desk, "c1", lin=False, wang=False) == []


def test_a_caller_who_vanished_is_closed_as_uncertain() -> None:
    desk = Desk()
    desk.waits("c1")
    stock(desk)
    assert desk.record("c1").outcome is Outcome.UNCERTAIN


def test_a_caller_who_vanished_while_hanging_up_hung_up() -> None:
    """The list of channels lacks them some milliseconds before their end is reported."""
    desk = Desk()
    desk.waits("c1")
    desk.take(HangupRequested(party=CallId("c1")))
    stock(desk)
    assert desk.record("c1").outcome is Outcome.ABANDONED


def test_nobody_is_rung_for_a_caller_who_vanished_together_with_a_leg() -> None:
    desk = Desk()
    desk.waits("c1")
    assert rung(stock(desk, "", wang=False)) == []


def test_a_seat_freed_by_the_stock_goes_to_a_caller_who_is_still_there() -> None:
    desk = Desk(roster(line(ring_steps=(ring(1, 100.0),), shifts=(shift(["lin"], []),))))
    for call in ("c1", "c2", "c3"):
        desk.waits(call)
    assert [leg.call for leg in of(RingLeg, stock(desk, "c3"))] == ["c3"]


def test_who_asked_while_nobody_could_be_served_has_a_record() -> None:
    desk = Desk()
    desk.take(LinkLost(node=PBX1))
    said = desk.take(CallerSurviving(call=CallId("c1"), line=XINLI, node=PBX1))
    assert rung(said) == []
    assert facts(said) == [Fact.ARRIVED, Fact.SURVIVING]
    assert rung(stock(desk, "c1")) == []
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.SURVIVED


def test_who_left_before_the_link_was_back_has_a_record_too() -> None:
    desk = Desk()
    desk.take(LinkLost(node=PBX1))
    desk.take(CallerSurviving(call=CallId("c1"), line=XINLI, node=PBX1))
    stock(desk)
    assert desk.record("c1").outcome in (Outcome.SURVIVED, Outcome.UNCERTAIN)


def test_the_dialplan_serves_nobody_whose_end_was_heard_of() -> None:
    desk = Desk()
    desk.leaves("c1")
    assert desk.take(CallerSurviving(call=CallId("c1"), line=XINLI, node=PBX1)) == []


def test_a_leg_that_vanished_is_over_and_the_wave_goes_on() -> None:
    desk = Desk()
    desk.waits("c1")
    assert rung(stock(desk, "c1", wang=False)) == ["zhao"]


def test_a_pick_up_in_the_gap_is_learned() -> None:
    desk = Desk()
    desk.waits("c1")
    stock(desk, "c1", lin=True, wang=False)
    assert [leg.state for leg in desk.call("c1").legs.values()] == [LegState.ANSWERED, LegState.RINGING]


def test_a_talk_goes_on() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.talks("lin")
    desk.ends("wang")
    assert stock(desk, "c1", lin=True) == []
    assert desk.state("c1") is CallState.TALKING


def test_a_talk_whose_beginning_was_lost_is_learned() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.accepts("lin")
    desk.ends("wang")
    talking = LiveLeg(leg=desk.leg("lin"), volunteer=VolunteerId("lin"), up=True, talking=True)
    desk.take(StockTaken(node=PBX1, calls=frozenset({CallId("c1")}), legs=(talking,)))
    assert desk.state("c1") is CallState.TALKING


def test_a_talk_that_was_taken_for_a_failed_join_is_not_cut() -> None:
    """The link went down just after the join, and with it the cancel."""
    desk = Desk()
    desk.waits("c1")
    desk.accepts("lin")
    desk.ends("wang")
    desk.is_silent_for(4.0)
    assert desk.state("c1") is CallState.WAITING
    talking = LiveLeg(leg=desk.leg("lin"), volunteer=VolunteerId("lin"), up=True, talking=True)
    said = desk.take(StockTaken(node=PBX1, calls=frozenset({CallId("c1")}), legs=(talking,)))
    assert desk.state("c1") is CallState.TALKING
    assert desk.leg("lin") not in taken_back(said + desk.passes(60.0))
    desk.ends("lin")
    desk.leaves("c1")
    assert [leg.outcome for leg in desk.record("c1").legs if leg.volunteer == "lin"] == ["talked"]


def test_a_leg_that_the_stock_shows_is_not_believed_gone() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.leaves("c1")
    desk.passes(5.0)  # the cancel was repeated for the last time
    stock(desk, "", lin=False)
    assert taken_back(desk.passes(2.0)) == {desk.leg("lin")}
    assert rung(desk.waits("c2")) == []


def test_another_node_is_left_alone() -> None:
    desk = Desk()
    desk.waits("c1")
    assert stock(desk, node=NodeId("pbx2")) == []


def test_who_came_after_the_question_is_not_judged() -> None:
    desk = Desk()
    desk.waits("c1")
    assert stock(desk, asked_s=desk.now_s - 1.0) == []
    desk.passes(2.0)
    assert stock(desk, "c1", asked_s=desk.now_s - 1.0) == []  # their channels may still be in the making
    desk.passes(2.0)
    assert rung(stock(desk, "c1", asked_s=desk.now_s - 0.01)) == ["zhao", "chen"]


def test_a_talk_of_an_earlier_run_keeps_its_volunteer_busy() -> None:
    desk = Desk()
    assert found(desk, "lin", up=True) == []
    assert rung(desk.waits("c1")) == ["wang", "zhao"]
    desk.leaves("c1")
    desk.ends("wang")
    desk.ends("zhao")
    assert rung(desk.waits("c2")) == ["chen", "wang"]


def test_the_end_of_such_a_talk_frees_the_volunteer() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    found(desk, "lin", up=True)
    desk.waits("c1")
    assert rung(stock(desk, "c1")) == ["lin"]


def test_a_ringing_of_an_earlier_run_is_taken_back_and_not_doubled() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    assert taken_back(found(desk, "lin", up=False)) == {EARLIER}
    assert rung(desk.waits("c1")) == []
    assert taken_back(found(desk, "lin", up=False)) >= {EARLIER}  # the cancel was lost: once more


def test_a_leg_that_outlived_our_belief_is_not_rung_beside() -> None:
    desk = Desk(roster(line(ring_steps=(ring(1, 100.0),), shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    leg = desk.leg("lin")
    desk.waits("c2")
    desk.leaves("c1")
    desk.passes(5.9)
    live = (LiveLeg(leg=leg, volunteer=VolunteerId("lin"), up=False),)
    assert rung(desk.passes(0.2)) == ["lin"]  # as far as we knew
    assert taken_back(desk.take(StockTaken(node=PBX1, calls=frozenset({CallId("c2")}), legs=live))) >= {leg}


def test_a_caller_who_waits_since_before_the_service_started_is_adopted() -> None:
    desk = Desk()
    said = desk.asks("c1", waited_s=40.0)
    assert Fact.RECONSTRUCTED in facts(said)
    assert rung(said) == ["lin", "wang"]
    assert holds(said)
    (opened,) = of(OpenRecord, said)
    assert (desk.now.at - opened.arrived_at).total_seconds() == 40.0
    desk.leaves("c1")
    desk.ends("lin")
    desk.ends("wang")
    assert desk.record("c1").wait_s == 40.0


def test_nobody_is_rung_through_a_link_that_is_down() -> None:
    """Every leg would fail at once, and the call would be in the overflow before the link is back."""
    desk = Desk()
    desk.waits("c1")
    desk.take(LinkLost(node=PBX1))
    for one in list(desk.machine.board.legs):
        assert not of(RingLeg, desk.take(LegEnded(leg=one)))
    assert not of(RingLeg, desk.passes(3.0))
    back = desk.take(StockTaken(node=PBX1, calls=frozenset({CallId("c1")}), legs=()))
    assert of(RingLeg, back)
