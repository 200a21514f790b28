"""Whole calls, from the first word to the one record, and what the machine makes of news that it cannot place."""

from hotline_agi.dispatch.answers import ASK_LIMIT_S
from hotline_agi.dispatch.commands import CloseRecord, Fact, OpenRecord
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerHeld,
    CallerLeft,
    HangupRequested,
    LegEnded,
    RoundEnded,
    TalkStarted,
)
from hotline_agi.dispatch.state import CallState
from hotline_agi.dispatch.switchboard import DEPARTED_KEPT
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.dispatch.desk import Desk, facts, of, rung, taken_back


def test_a_call_from_the_first_word_to_the_last() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.passes(8.0)
    desk.asks("c1", 8.0)
    desk.held("c1")
    desk.talks("wang")
    desk.ends("lin", Cause.ANSWERED_ELSEWHERE)
    desk.passes(600.0)
    desk.ends("wang")
    desk.comes_out("c1")
    desk.leaves("c1")
    assert facts(desk.log) == [
        Fact.ARRIVED,
        Fact.WAVE,
        Fact.RANG,
        Fact.RANG,
        Fact.CHOSE,
        Fact.PICKED_UP,
        Fact.ACCEPTED,
        Fact.TALK_STARTED,
        Fact.LEG_ENDED,
        Fact.LEG_ENDED,
        Fact.TALK_ENDED,
        Fact.CALLER_LEFT,
    ]
    record = desk.record("c1")
    assert (record.outcome, record.volunteer, record.talk_s) == (Outcome.TALKED, "wang", 600.0)
    assert [(leg.volunteer, leg.outcome) for leg in record.legs] == [
        ("lin", LegOutcome.ELSEWHERE),
        ("wang", LegOutcome.TALKED),
    ]


def test_the_record_waits_for_the_last_leg() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.leaves("c1")
    desk.ends("lin")
    assert not of(CloseRecord, desk.log)
    desk.ends("wang")
    assert desk.record("c1").outcome is Outcome.ABANDONED


def test_a_record_is_opened_before_any_other_word() -> None:
    assert isinstance(Desk().arrives("c1")[0], OpenRecord)


def test_a_caller_who_leaves_takes_every_phone_along() -> None:
    desk = Desk()
    desk.waits("c1")
    assert taken_back(desk.leaves("c1")) == {desk.leg("lin"), desk.leg("wang")}


def test_a_caller_in_survival_is_out_of_our_hands() -> None:
    desk = Desk()
    desk.waits("c1")
    assert taken_back(desk.survives("c1")) == {desk.leg("lin"), desk.leg("wang")}
    assert desk.asks("c1") == []
    assert not rung(desk.passes(600.0))
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.SURVIVED


def test_no_phone_rings_on_for_a_caller_who_ceased_to_ask() -> None:
    """They went into survival, or left, while the link was down."""
    desk = Desk()
    desk.waits("c1")
    said = desk.is_silent_for(ASK_LIMIT_S)
    assert taken_back(said) == {desk.leg("lin"), desk.leg("wang")}
    assert not rung(desk.is_silent_for(600.0))


def test_what_a_caller_who_ceased_to_ask_did_may_be_learned_later() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.is_silent_for(30.0)
    desk.survives("c1")
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.SURVIVED


def test_a_survivor_of_whom_nothing_more_is_heard_is_closed() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.survives("c1")
    desk.passes(3700.0)
    assert desk.record("c1").outcome is Outcome.SURVIVED


def test_a_waiting_call_of_which_nothing_more_is_heard_is_closed() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.is_silent_for(3700.0)
    assert desk.record("c1").outcome is Outcome.UNCERTAIN
    assert desk.machine.next_deadline() is None


# ---- news that cannot be placed


def test_a_caller_whose_hang_up_overtook_the_arrival_is_not_rung_for() -> None:
    """The hang-up comes on the one stream, the arrival on the other."""
    desk = Desk()
    desk.leaves("c1")
    assert desk.arrives("c1") == []


def test_a_caller_who_was_hanging_up_before_we_heard_of_the_arrival_is_not_rung_for() -> None:
    desk = Desk()
    desk.take(HangupRequested(party=CallId("c1")))
    assert desk.arrives("c1") == []


def test_a_caller_who_survived_before_we_heard_of_the_arrival_is_not_rung_for() -> None:
    """After a freeze the service reads a question whose asker has long gone on."""
    desk = Desk()
    desk.survives("c1")
    assert desk.arrives("c1") == []


def test_a_call_that_is_over_is_not_opened_again() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.leaves("c1")
    desk.ends("lin")
    desk.ends("wang")
    assert desk.arrives("c1") == []
    assert desk.asks("c1") == []
    assert (desk.ignored(CallArrived), desk.ignored(RoundEnded)) == (1, 1)


def test_what_is_remembered_of_the_departed_is_bounded() -> None:
    desk = Desk()
    for n in range(DEPARTED_KEPT + 10):
        desk.leaves(f"c{n}")
    assert len(desk.machine.board.departed) == DEPARTED_KEPT


def test_doubled_and_unknown_news_is_counted_and_changes_nothing() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.ends("lin", Cause.USER_BUSY)
    assert desk.ends("lin", Cause.USER_BUSY) == []
    assert desk.take(CallerHeld(call=CallId("c9"))) == []
    assert desk.take(TalkStarted(leg=LegId("leg-9"))) == []
    assert desk.take(CallerLeft(call=CallId("c9"))) == []
    assert dict(desk.machine.ignored) == {"LegEnded": 1, "CallerHeld": 1, "TalkStarted": 1, "CallerLeft": 1}
    assert desk.state("c1") is CallState.WAITING
    assert desk.ignored(LegEnded) == 1


def test_a_deadline_that_is_not_due_does_nothing() -> None:
    desk = Desk()
    desk.waits("c1")
    assert desk.machine.handle_deadline(desk.now) == []
