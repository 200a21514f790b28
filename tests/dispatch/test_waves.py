"""Ringing: which volunteers, how many together, when more, and when it is over."""

from hotline_agi.dispatch.commands import ConnectLeg, Fact, RingLeg
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import CallState
from hotline_agi.roster.model import EndpointKind, RingGroup
from hotline_agi.terms.causes import Cause
from tests.dispatch.desk import Desk, facts, of, rung, taken_back, told
from tests.dispatch.lines import BACKUP, ERTONG, line, mobile, person, ring, roster, shift


def test_the_first_wave_rings_its_count() -> None:
    desk = Desk()
    said = desk.arrives("c1")
    assert rung(said) == ["lin", "wang"]
    assert all(leg.ring_timeout_s == 25.0 and leg.endpoint.kind is EndpointKind.SOFTPHONE for leg in of(RingLeg, said))


def test_each_wave_adds_to_those_who_ring() -> None:
    desk = Desk()
    desk.waits("c1")
    said = desk.passes(15.0)
    assert rung(said) == ["zhao", "chen"]
    assert not taken_back(said)
    said = desk.passes(20.0)
    assert rung(said) == list(BACKUP)


def test_after_the_last_wave_comes_the_overflow() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.passes(54.9)
    assert desk.state("c1") is CallState.WAITING
    assert Fact.OVERFLOW in facts(desk.passes(0.2))
    assert told(desk.asks("c1")) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_busy_phone_is_replaced_at_once() -> None:
    desk = Desk()
    desk.waits("c1")
    assert rung(desk.ends("lin", Cause.USER_BUSY)) == ["zhao"]


def test_who_declined_is_not_asked_again_for_this_call() -> None:
    desk = Desk()
    desk.waits("c1")
    assert rung(desk.ends("lin", Cause.CALL_REJECTED)) == ["zhao"]
    assert "lin" not in rung(desk.passes(200.0))


def test_who_did_not_pick_up_is_asked_again_in_the_next_wave() -> None:
    desk = Desk(roster(line(ring_steps=(ring(1, 30.0), ring(None, 30.0)), shifts=(shift(["lin", "wang"], []),))))
    desk.waits("c1")
    desk.now_s += 25.0
    assert rung(desk.ends("lin", Cause.NO_ANSWER)) == ["wang"]
    assert rung(desk.passes(6.0)) == ["lin"]


def test_who_cannot_be_reached_is_tried_on_the_next_endpoint_within_the_wave() -> None:
    desk = Desk(roster(line(ring_steps=(ring(1), ring(None)), shifts=(shift(["lin", "wang"], []),))))
    desk.waits("c1")
    desk.ends("lin", Cause.SUBSCRIBER_ABSENT)
    # wang was asked less often for this call, so wang comes first; then lin's mobile
    assert desk.leg("wang")
    (again,) = of(RingLeg, desk.ends("wang", Cause.USER_BUSY))
    assert (again.volunteer, again.endpoint.kind) == ("lin", EndpointKind.MOBILE)


def test_a_volunteer_without_any_reachable_endpoint_is_passed_over() -> None:
    desk = Desk(roster(line(ring_steps=(ring(None, 90.0),), shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    assert rung(desk.ends("lin", Cause.SUBSCRIBER_ABSENT)) == ["lin"]
    said = desk.ends("lin", Cause.CONGESTION)
    assert not rung(said)
    assert Fact.OVERFLOW in facts(said)


def test_a_voicemail_that_picked_up_does_not_count_as_an_answer() -> None:
    desk = Desk(roster(line(), people=[person("lin", mobile("lin"))]))
    desk.waits("c1")
    desk.picks_up("lin")
    assert rung(desk.ends("lin")) == ["zhao"]
    desk.leaves("c1")
    desk.ends("wang")
    desk.ends("zhao")
    assert desk.record("c1").legs[0].outcome == "picked up, not accepted"


def test_when_nobody_is_left_the_next_wave_starts_at_once() -> None:
    desk = Desk()
    desk.waits("c1")
    for volunteer in ("lin", "wang", "zhao", "chen"):
        said = desk.ends(volunteer, Cause.CALL_REJECTED)
    assert rung(said) == list(BACKUP)


def test_nobody_on_duty_goes_to_the_overflow_at_once() -> None:
    desk = Desk(roster(line(shifts=(shift([], []),))))
    assert told(desk.arrives("c1")) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_caller_waits_for_a_volunteer_who_may_come_free() -> None:
    desk = Desk(roster(line(wrap_up_s=10.0, shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.talks("lin")
    desk.waits("c2")
    desk.passes(100.0)  # all waves are over, the waiting time is not
    assert desk.state("c2") is CallState.WAITING
    desk.ends("lin")
    assert rung(desk.passes(10.0)) == ["lin"]


def test_who_comes_free_in_a_later_wave_gets_the_older_caller() -> None:
    """Though their phone rings for the younger one, whose group is smaller."""
    desk = Desk(roster(line(wrap_up_s=1.0, ring_steps=(ring(None), ring(None, 90.0, RingGroup.BACKUP)))))
    desk.waits("c0")
    desk.talks("lin")
    for volunteer in ("wang", "zhao", "chen"):
        desk.ends(volunteer)
    desk.waits("c1")  # rings wang, zhao and chen
    desk.passes(15.0)  # and the backup
    desk.waits("c2")
    desk.ends("lin")
    assert rung(desk.passes(1.0)) == ["lin"]
    assert desk.call("c2").legs.get(desk.leg("lin"))
    desk.picks_up("lin")
    assert of(ConnectLeg, desk.accepts("lin"))[0].call == "c1"


def test_the_waiting_time_is_bounded_even_when_somebody_may_come_free() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.talks("lin")
    desk.waits("c2")
    assert Fact.OVERFLOW in facts(desk.passes(120.0))


def test_a_free_volunteer_goes_to_whoever_waits_longest() -> None:
    desk = Desk(roster(line(ring_steps=(ring(1, 100.0),), shifts=(shift(["lin"], []),))))
    for call in ("c1", "c2", "c3"):
        desk.waits(call)
    desk.leaves("c1")
    desk.ends("lin")
    (leg,) = desk.call("c2").legs.values()
    assert leg.volunteer == "lin"
    assert not desk.call("c3").legs


def test_lines_share_their_people_but_not_their_callers() -> None:
    both = line(shifts=(shift(["lin"], []),))
    other = line(id=ERTONG, numbers=("01632960200",), shifts=(shift(["lin", "wang"], []),))
    desk = Desk(roster(both, other))
    assert rung(desk.waits("c1")) == ["lin"]
    assert rung(desk.waits("c2", ERTONG)) == ["wang"]


def test_a_new_roster_counts_from_the_next_wave() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.reads(roster(line(shifts=(shift(["lin", "hu"], []),))))
    assert rung(desk.passes(14.0)) == []
    assert rung(desk.passes(1.0)) == ["hu"]


def test_calls_of_one_step_each_follow_their_own_roster() -> None:
    """Two calls of one line, one on the old roster and one on the new, ask who is on duty in one step."""
    old = line(ring_steps=(ring(1, 100.0),), shifts=(shift(["lin"], []),))
    new = line(ring_steps=(ring(1, 100.0),), shifts=(shift(["wang"], []),))
    desk = Desk(roster(old))
    desk.waits("c1")
    desk.ends("lin", Cause.USER_BUSY)
    desk.waits("c2")
    desk.waits("c3")  # for lin, who rings for c2
    desk.reads(roster(new, people=[person("lin")]))
    assert rung(desk.waits("c4")) == ["wang"]
    desk.waits("c5")
    desk.leaves("c4")
    assert rung(desk.ends("wang")) == ["wang"]  # for c5, though c3 of the old roster asked first


def test_a_line_that_left_the_roster_ends_its_calls_by_what_it_said() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.reads(roster(line(id=ERTONG, shifts=(shift(["hu"], []),))))
    assert told(desk.passes(36.0)) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_wave_never_rings_more_than_its_count() -> None:
    desk = Desk(roster(line(ring_steps=(ring(2, 60.0), ring(1, 60.0, RingGroup.BACKUP)))))
    desk.waits("c1")
    desk.ends("lin", Cause.NO_ANSWER)
    desk.ends("wang", Cause.NO_ANSWER)
    ringing = [leg.volunteer for leg in desk.call("c1").legs.values()]
    assert ringing == ["zhao", "chen"]
    assert rung(desk.passes(60.0)) == ["bao"]


def test_a_phone_that_rings_past_its_time_is_taken_back() -> None:
    desk = Desk(roster(line(ring_steps=(ring(1, 100.0),), shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    assert desk.leg("lin") in taken_back(desk.passes(30.0))
