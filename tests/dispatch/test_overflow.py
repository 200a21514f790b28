"""Leaving the ring plan: an external number, a message, other places to turn to."""

from hotline_agi.dispatch.commands import CloseRecord, EndRound, Fact, RingLeg
from hotline_agi.dispatch.departures import MESSAGE_WEIGH_S
from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.state import CallState
from hotline_agi.roster.model import OverflowStep
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.outcomes import Outcome
from tests.dispatch.desk import DOCTOR, Desk, facts, holds, of, rung, taken_back, told
from tests.dispatch.lines import DAYTIME, DUTY_DOCTOR, NIGHT, line, ring, roster, shift, with_transfer

NOBODY_ON_SHIFT = (shift([], []),)


def test_a_closed_line_says_so_and_rings_nobody() -> None:
    desk = Desk(roster(line(opening=(NIGHT,))))
    said = desk.arrives("c1")
    assert told(said) == (Step.CLOSED, Step.DIRECTORY, Step.GOODBYE)
    assert not rung(said)
    assert Fact.CLOSED in facts(said)


def test_an_open_line_rings() -> None:
    assert rung(Desk(roster(line(opening=(DAYTIME,)))).arrives("c1")) == ["lin", "wang"]


def test_overflow_takes_every_phone_back() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.passes(20.0)
    said = desk.passes(35.0)
    assert Fact.OVERFLOW in facts(said)
    ringing = {desk.leg(volunteer) for volunteer in ("lin", "wang", "zhao", "chen", "bao", "gu")}
    # those who rang for 30 s were taken back before
    assert ringing <= taken_back(desk.log)


def test_a_key_asks_for_a_message_at_once() -> None:
    desk = Desk()
    desk.waits("c1")
    said = desk.keys("c1", "*")
    assert taken_back(said) == {desk.leg("lin"), desk.leg("wang")}
    assert of(EndRound, said)
    assert told(desk.asks("c1")) == (Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)
    desk.leaves_message("c1")
    desk.leaves("c1")
    desk.ends("lin")
    desk.ends("wang")
    assert desk.record("c1").outcome is Outcome.MESSAGE


def test_other_keys_end_the_sentence_and_nothing_else() -> None:
    desk = Desk()
    desk.waits("c1")
    assert [type(command) for command in desk.keys("c1", "5")] == [EndRound]
    assert holds(desk.asks("c1"))


def in_a_recording() -> Desk:
    desk = Desk()
    desk.waits("c1")
    desk.keys("c1", "*")
    desk.ends("lin")
    desk.ends("wang")
    desk.asks("c1")
    desk.reaches("c1", Step.MESSAGE)
    return desk


def test_a_message_that_is_weighed_after_the_hang_up_counts() -> None:
    desk = in_a_recording()
    desk.leaves("c1")
    desk.passes(1.0)
    desk.leaves_message("c1")
    assert desk.record("c1").outcome is Outcome.MESSAGE


def test_a_recording_that_held_no_message_closes_the_record_a_moment_later() -> None:
    desk = in_a_recording()
    desk.leaves("c1")
    assert not of(CloseRecord, desk.log)
    desk.passes(MESSAGE_WEIGH_S)
    assert desk.record("c1").outcome is Outcome.ABANDONED


def test_who_hears_the_directory_heard_where_else_to_turn() -> None:
    desk = Desk(roster(line(shifts=NOBODY_ON_SHIFT)))
    desk.arrives("c1")
    desk.reaches("c1", Step.NOBODY)
    desk.reaches("c1", Step.DIRECTORY)
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.DIRECTORY


# ---- the overflow number


def test_the_overflow_number_is_rung_while_the_caller_waits_on() -> None:
    desk = Desk(roster(with_transfer(shifts=NOBODY_ON_SHIFT)))
    said = desk.arrives("c1")
    (leg,) = of(RingLeg, said)
    assert (leg.volunteer, leg.endpoint, leg.ring_timeout_s) == (DOCTOR, DUTY_DOCTOR, 30.0)
    assert holds(said)
    desk.held("c1")
    desk.talks(DOCTOR)
    assert desk.state("c1") is CallState.TALKING
    desk.leaves("c1")
    desk.ends(DOCTOR)
    assert desk.record("c1").outcome is Outcome.TRANSFERRED
    assert desk.record("c1").volunteer is None


def test_an_overflow_number_that_does_not_answer_leads_to_the_next_step() -> None:
    desk = Desk(roster(with_transfer(shifts=NOBODY_ON_SHIFT)))
    desk.waits("c1")
    assert of(EndRound, desk.ends(DOCTOR, Cause.NO_ANSWER))
    assert told(desk.asks("c1")) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_an_overflow_number_that_says_nothing_leads_to_the_next_step() -> None:
    desk = Desk(roster(with_transfer(shifts=NOBODY_ON_SHIFT)))
    desk.waits("c1")
    said = desk.passes(32.0)
    assert desk.leg(DOCTOR) in taken_back(said)
    assert told(desk.asks("c1")) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_lost_transfer_goes_on_with_the_next_step_and_rings_no_volunteer() -> None:
    desk = Desk(roster(with_transfer(ring_steps=(ring(1, 10.0),))))
    desk.waits("c1")
    desk.passes(10.0)
    desk.ends("lin")
    desk.asks("c1")
    desk.held("c1")
    desk.talks(DOCTOR)
    desk.comes_out("c1")
    said = desk.ends(DOCTOR, Cause.CHANNEL_UNAVAIL)
    assert not rung(said)
    assert told(said) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_lost_transfer_of_a_closed_line_rings_nobody_at_home() -> None:
    desk = Desk(roster(with_transfer(opening=(NIGHT,))))
    assert told(desk.arrives("c1")) == (Step.CLOSED, Step.ROUND)
    desk.asks("c1")
    desk.held("c1")
    desk.picks_up(DOCTOR)
    desk.accepts(DOCTOR)
    said = desk.ends(DOCTOR, Cause.DESTINATION_OUT_OF_ORDER)
    assert not rung(said)
    assert told(desk.asks("c1")) == (Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_key_during_the_transfer_leaves_a_message() -> None:
    desk = Desk(roster(with_transfer(shifts=NOBODY_ON_SHIFT)))
    desk.waits("c1")
    assert desk.leg(DOCTOR) in taken_back(desk.keys("c1", "*"))
    assert told(desk.asks("c1")) == (Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_transfer_without_a_number_is_passed_over() -> None:
    steps = (OverflowStep.TRANSFER, OverflowStep.DIRECTORY)
    desk = Desk(roster(line(overflow=steps, shifts=NOBODY_ON_SHIFT)))
    assert told(desk.arrives("c1")) == (Step.NOBODY, Step.DIRECTORY, Step.GOODBYE)


def test_steps_before_a_transfer_are_told_first() -> None:
    steps = (OverflowStep.DIRECTORY, OverflowStep.TRANSFER)
    desk = Desk(roster(with_transfer(overflow=steps, shifts=NOBODY_ON_SHIFT)))
    assert told(desk.arrives("c1")) == (Step.NOBODY, Step.DIRECTORY, Step.ROUND)
    assert rung(desk.asks("c1")) == [DOCTOR]
    desk.held("c1")
    desk.ends(DOCTOR, Cause.USER_BUSY)
    assert told(desk.asks("c1")) == (Step.GOODBYE,)


# ---- the dialplan's own deadline


def test_the_dialplans_deadline_takes_every_phone_back() -> None:
    desk = Desk()
    desk.waits("c1")
    said = desk.reaches("c1", Step.DEADLINE)
    assert taken_back(said) == {desk.leg("lin"), desk.leg("wang")}
    assert not rung(desk.passes(300.0))


def test_the_dialplans_deadline_refuses_a_winner_who_still_asks() -> None:
    desk = Desk()
    desk.arrives("c1")
    desk.accepts("lin")
    assert desk.leg("lin") in taken_back(desk.reaches("c1", Step.DEADLINE))
    assert not rung(desk.passes(300.0))


def test_the_dialplans_own_deadline_in_the_moment_of_ours_is_no_loss_of_the_caller() -> None:
    """Found by a story: the caller was believed lost 12 s later, while the dialplan walked the steps by itself."""
    desk = Desk(roster(line(max_wait_s=20.0, ring_steps=(ring(None, 300.0),))))
    desk.waits("c1")
    desk.passes(18.0)
    desk.is_silent_for(2.0)  # our deadline; the end of the round is on its way
    desk.reaches("c1", Step.DEADLINE)
    desk.is_silent_for(30.0)
    assert desk.state("c1") is CallState.LEAVING
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.ABANDONED
