"""From the first accept to the end of the talk."""

import pytest

from hotline_agi.dispatch.answers import ASK_LIMIT_S
from hotline_agi.dispatch.commands import (
    CancelLeg,
    CancelReason,
    DismissLeg,
    Fact,
    HangUp,
    HoldCaller,
    Music,
    RefuseLeg,
    RingLeg,
)
from hotline_agi.dispatch.events import HangupRequested, LegAccepted, LegEnded, Step, TalkEnded, TalkStarted
from hotline_agi.dispatch.state import CallState
from hotline_agi.dispatch.talks import HOLD_WAIT_S, JOIN_S, MAX_FAILURES, SHORT_TALK_S, VERDICT_S
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.dispatch.desk import PBX1, Desk, connected, facts, holds, of, rung, taken_back, told
from tests.dispatch.lines import XINLI, line, ring, roster, shift, with_transfer


@pytest.fixture
def desk() -> Desk:
    """A caller waits, lin and wang ring."""
    desk = Desk()
    desk.waits("c1")
    return desk


# ---- one winner


def test_the_first_who_accepts_wins_and_the_others_stop_ringing(desk: Desk) -> None:
    said = desk.accepts("lin")
    assert connected(said) == [desk.leg("lin")]
    assert of(CancelLeg, said)[0].reason is CancelReason.ELSEWHERE
    assert taken_back(said) == {desk.leg("wang")}


def test_the_second_who_accepts_is_told_kindly(desk: Desk) -> None:
    desk.accepts("lin")
    (refused,) = of(RefuseLeg, desk.accepts("wang"))
    assert refused.reason is CancelReason.ELSEWHERE
    assert not connected(desk.log[-1:])


def test_who_hears_the_prompt_is_dismissed_with_a_word(desk: Desk) -> None:
    desk.picks_up("wang")
    (dismissed,) = of(DismissLeg, desk.accepts("lin"))
    assert dismissed.leg == desk.leg("wang")


def test_a_doubled_accept_of_the_winner_changes_nothing(desk: Desk) -> None:
    desk.accepts("lin")
    assert desk.accepts("lin") == []
    assert desk.ignored(LegAccepted) == 1


def test_an_unknown_leg_that_accepts_is_sent_away(desk: Desk) -> None:
    (refused,) = of(RefuseLeg, desk.take(LegAccepted(leg=LegId("leg-of-an-earlier-run"))))
    assert refused.reason is CancelReason.WITHDRAWN


# ---- into the bridge


def test_a_winner_waits_until_the_caller_is_in_the_bridge() -> None:
    desk = Desk()
    desk.arrives("c1")
    assert connected(desk.accepts("lin")) == []
    assert connected(desk.held("c1")) == [desk.leg("lin")]


def test_no_join_into_a_round_that_is_about_to_end(desk: Desk) -> None:
    desk.now_s += 3.95
    assert connected(desk.accepts("lin")) == []
    assert connected(desk.asks("c1")) == []
    assert connected(desk.held("c1")) == [desk.leg("lin")]


def test_a_caller_who_does_not_come_in_time_costs_the_winner_only_a_word() -> None:
    desk = Desk()
    desk.arrives("c1")
    desk.accepts("lin")
    said = desk.passes(HOLD_WAIT_S)
    assert [refused.leg for refused in of(RefuseLeg, said)] == [desk.leg("lin")]
    assert desk.leg("lin") not in [cancel.leg for cancel in of(CancelLeg, desk.log)]  # it would cut the word short
    assert rung(said) == ["zhao", "chen"]


def test_a_join_that_does_not_happen_is_taken_back_and_the_ringing_goes_on(desk: Desk) -> None:
    desk.accepts("lin")
    said = desk.passes(JOIN_S)
    assert desk.leg("lin") in taken_back(said)
    assert rung(said) == ["zhao", "chen"]
    assert desk.state("c1") is CallState.WAITING


def test_a_winner_lost_before_the_talk_is_replaced(desk: Desk) -> None:
    desk.accepts("lin")
    desk.ends("wang")
    assert rung(desk.ends("lin", Cause.CHANNEL_UNAVAIL)) == ["zhao", "chen"]
    (hold,) = of(HoldCaller, desk.asks("c1"))
    assert hold.music is Music.AGAIN


def test_a_caller_is_not_sent_round_for_ever() -> None:
    everybody = [f"v{n}" for n in range(20)]
    desk = Desk(roster(line(shifts=(shift(everybody, []),))))
    desk.waits("c1")
    for n in range(MAX_FAILURES + 1):
        volunteer = everybody[2 * n]
        desk.accepts(volunteer)
        said = desk.ends(volunteer, Cause.CHANNEL_UNAVAIL)
    assert Fact.OVERFLOW in facts(said)
    assert told(desk.asks("c1")) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_a_caller_who_leaves_between_accept_and_bridge(desk: Desk) -> None:
    desk.accepts("lin")
    assert desk.leg("lin") not in taken_back(desk.leaves("c1"))  # its question is answered; its dialplan ends it
    desk.ends("wang")
    desk.ends("lin")
    assert desk.record("c1").outcome is Outcome.ABANDONED


def test_a_caller_who_leaves_while_the_winner_asks() -> None:
    desk = Desk()
    desk.arrives("c1")
    desk.accepts("lin")
    (refused,) = of(RefuseLeg, desk.leaves("c1"))
    assert (refused.leg, refused.reason) == (desk.leg("lin"), CancelReason.CALLER_LEFT)


def test_a_caller_who_survives_while_the_winner_asks() -> None:
    desk = Desk()
    desk.arrives("c1")
    desk.accepts("lin")
    (refused,) = of(RefuseLeg, desk.survives("c1"))
    assert refused.leg == desk.leg("lin")
    assert rung(desk.passes(100.0)) == []


def test_a_talk_that_was_not_asked_for_is_no_talk(desk: Desk) -> None:
    desk.take(TalkStarted(leg=desk.leg("lin")))
    assert desk.state("c1") is CallState.WAITING
    assert desk.ignored(TalkStarted) == 1


# ---- the talk and its end


def test_a_talk_that_the_caller_ends(desk: Desk) -> None:
    desk.talks("lin")
    desk.ends("wang")
    desk.passes(300.0)
    desk.leaves("c1")
    desk.ends("lin")
    record = desk.record("c1")
    assert (record.outcome, record.volunteer, record.talk_s, record.wait_s) == (Outcome.TALKED, "lin", 300.0, 0.05)
    assert [leg.outcome for leg in record.legs] == [LegOutcome.ELSEWHERE, LegOutcome.TALKED]


def test_a_talk_that_the_volunteer_ends_leads_to_goodbye(desk: Desk) -> None:
    desk.talks("lin")
    desk.passes(60.0)
    desk.ends("lin", Cause.NORMAL_CLEARING)
    assert told(desk.comes_out("c1")) == (Step.GOODBYE,)


def test_a_volunteer_who_is_gone_as_the_talk_begins_leaves_the_caller_to_another(desk: Desk) -> None:
    """They had waited for our word for too long, say, and hung up as it came: a caller who heard nobody is not told
    goodbye."""
    desk.talks("lin")
    desk.passes(SHORT_TALK_S / 2)
    desk.ends("lin", Cause.NORMAL_CLEARING)
    said = desk.comes_out("c1")
    assert of(HoldCaller, said)[0].music is Music.AGAIN
    assert rung(said + desk.held("c1")) == ["zhao", "chen"]


def test_for_a_caller_who_ends_so_short_a_talk_nobody_is_rung(desk: Desk) -> None:
    desk.talks("lin")
    desk.passes(SHORT_TALK_S / 2)
    assert not rung(desk.ends("lin", Cause.NORMAL_CLEARING) + desk.leaves("c1") + desk.ends("wang"))
    assert desk.record("c1").outcome is Outcome.TALKED


def test_the_news_of_a_talk_may_come_after_it_was_taken_for_a_failed_join(desk: Desk) -> None:
    """AMI was silent for longer than a join takes, and then told all that had happened."""
    desk.accepts("lin")
    desk.is_silent_for(JOIN_S + 0.5)
    assert desk.state("c1") is CallState.WAITING
    said = desk.take(TalkStarted(leg=desk.leg("lin")))
    assert desk.state("c1") is CallState.TALKING
    assert {desk.leg("zhao"), desk.leg("chen")} <= taken_back(said)
    desk.leaves("c1")
    desk.ends("lin")
    for other in ("wang", "zhao", "chen"):
        desk.ends(other)
    record = desk.record("c1")
    assert (record.outcome, record.volunteer) == (Outcome.TALKED, "lin")


def test_the_news_of_the_end_may_come_in_either_order(desk: Desk) -> None:
    desk.talks("lin")
    desk.passes(60.0)
    assert told(desk.comes_out("c1")) is None
    assert told(desk.ends("lin", Cause.NORMAL_CLEARING)) == (Step.GOODBYE,)


def test_a_caller_who_was_cut_off_is_rung_through_again(desk: Desk) -> None:
    desk.talks("lin")
    desk.ends("wang")
    desk.passes(60.0)
    desk.comes_out("c1")
    said = desk.ends("lin", Cause.CHANNEL_UNAVAIL)
    assert rung(said) == ["zhao", "chen"]
    assert holds(said)
    assert desk.call("c1").urgent


def test_a_caller_who_was_cut_off_stands_at_the_head() -> None:
    desk = Desk(roster(line(wrap_up_s=5.0, ring_steps=(ring(None, 100.0),), shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.waits("c2")
    desk.leaves("c1")
    desk.ends("lin")  # now rings for c2
    desk.talks("lin")
    desk.waits("c3")
    desk.comes_out("c2")
    desk.ends("lin", Cause.CHANNEL_UNAVAIL)
    assert rung(desk.passes(5.0)) == ["lin"]
    assert desk.leg("lin") in desk.call("c2").legs


def test_a_volunteer_who_comes_free_by_a_failed_talk_rings_for_who_was_cut_off_not_for_who_waits() -> None:
    """The leg's end is known before the caller asks."""
    desk = Desk(roster(line(wrap_up_s=0.0, ring_steps=(ring(None, 100.0),), shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.talks("lin")
    desk.waits("c2")
    said = desk.ends("lin", Cause.CHANNEL_UNAVAIL)
    assert rung(said) == ["lin"]
    assert desk.leg("lin") in desk.call("c1").legs
    assert Fact.TALK_FAILED in facts(said)
    assert holds(desk.comes_out("c1"))


def test_who_was_cut_off_and_never_asks_is_not_rung_for_for_ever(desk: Desk) -> None:
    desk.talks("lin")
    assert rung(desk.ends("lin", Cause.CHANNEL_UNAVAIL))
    assert desk.is_silent_for(ASK_LIMIT_S)
    assert desk.state("c1") is CallState.SURVIVING
    assert all(leg.cancelled for leg in desk.call("c1").legs.values())


def test_when_nobody_knows_how_the_talk_ended_the_caller_is_asked_to_stay(desk: Desk) -> None:
    desk.talks("lin")
    desk.ends("wang")
    desk.passes(60.0)
    desk.comes_out("c1")
    said = desk.passes(1.0)
    assert told(said) == (Step.ENDED, Step.ROUND)
    assert desk.leg("lin") in taken_back(said)  # nobody is left for it to talk to
    assert rung(desk.asks("c1")) == ["zhao", "chen"]


def test_a_talk_so_short_that_its_end_overtakes_its_beginning(desk: Desk) -> None:
    """`TalkStarted` comes on the one stream, `TalkEnded` on the other."""
    desk.accepts("lin")
    desk.comes_out("c1")
    assert desk.joins("lin") == []
    assert of(HoldCaller, desk.ends("lin", Cause.NORMAL_CLEARING))[0].music is Music.AGAIN
    assert desk.ignored(TalkStarted) == 1


def test_who_comes_out_of_a_talk_that_we_did_not_see_is_answered_all_the_same(desk: Desk) -> None:
    desk.accepts("lin")
    desk.ends("lin", Cause.NORMAL_CLEARING)  # we believe that the join failed, and ring on
    assert holds(desk.comes_out("c1"))


def test_who_comes_out_of_a_talk_in_survival_is_not_ours(desk: Desk) -> None:
    desk.survives("c1")
    assert desk.comes_out("c1") == []
    assert desk.ignored(TalkEnded) == 1


def test_who_comes_out_of_a_talk_of_an_earlier_run_is_asked_to_stay_and_rung_through_again() -> None:
    desk = Desk()
    question = TalkEnded(call=CallId("c9"), line=XINLI, node=PBX1)
    assert told(desk.take(question)) == (Step.ENDED, Step.ROUND)
    assert rung(desk.asks("c9", 12.0)) == ["lin", "wang"]


def test_who_came_out_of_a_talk_of_an_earlier_run_and_leaves_has_talked() -> None:
    desk = Desk()
    desk.take(TalkEnded(call=CallId("c9"), line=XINLI, node=PBX1))
    desk.leaves("c9")
    assert desk.record("c9").outcome is Outcome.TALKED


def test_a_lost_talk_is_forgotten_after_a_day(desk: Desk) -> None:
    desk.talks("lin")
    desk.passes(86_500.0)
    assert desk.record("c1").outcome is Outcome.TALKED


# ---- ghosts


def test_a_hang_up_that_asterisk_lost_is_done_by_us(desk: Desk) -> None:
    desk.talks("lin")
    desk.take(HangupRequested(party=CallId("c1")))
    assert [hang_up.party for hang_up in of(HangUp, desk.passes(1.0))] == ["c1", desk.leg("lin")]


def test_a_volunteers_hang_up_that_asterisk_lost_is_done_by_us(desk: Desk) -> None:
    desk.talks("lin")
    desk.take(HangupRequested(party=desk.leg("lin")))
    assert [hang_up.party for hang_up in of(HangUp, desk.passes(1.0))] == [desk.leg("lin")]


def test_a_hang_up_that_worked_needs_nobody(desk: Desk) -> None:
    desk.talks("lin")
    desk.take(HangupRequested(party=CallId("c1")))
    desk.take(HangupRequested(party=desk.leg("lin")))
    desk.leaves("c1")
    desk.ends("lin")
    assert not of(HangUp, desk.passes(2.0))


def test_a_hang_up_of_nobody_is_counted() -> None:
    desk = Desk()
    assert desk.take(HangupRequested(party=CallId("c9"))) == []
    assert desk.ignored(HangupRequested) == 1


def test_a_talk_that_is_over_does_not_begin_again(desk: Desk) -> None:
    """Nobody heard how it ended, and its leg is not gone yet; then its beginning is told a second time."""
    desk.talks("lin")
    desk.comes_out("c1")
    desk.passes(VERDICT_S + 0.1)
    desk.asks("c1")
    assert desk.state("c1") is CallState.WAITING
    desk.joins("lin")
    assert desk.state("c1") is CallState.WAITING
    assert desk.ignored(TalkStarted) == 1


# ---- a caller who is hanging up


def test_nobody_is_rung_for_a_caller_who_is_hanging_up(desk: Desk) -> None:
    """Seen on a real Asterisk: the dialplan stops the phones before it reports the caller's end."""
    stopped = desk.take(HangupRequested(party=CallId("c1")))
    assert of(CancelLeg, stopped)
    for one in list(desk.machine.board.legs):
        assert not of(RingLeg, desk.take(LegEnded(leg=one, cause=Cause.UNKNOWN)))
    assert not of(RingLeg, desk.passes(0.5))
    desk.leaves("c1")
    record = desk.record("c1")
    assert record.outcome is Outcome.ABANDONED
    assert {leg.outcome for leg in record.legs} == {LegOutcome.CALLER_LEFT}


def test_the_overflow_number_is_not_rung_for_a_caller_who_is_hanging_up() -> None:
    desk = Desk(roster(with_transfer()))
    desk.waits("c1")
    desk.take(HangupRequested(party=CallId("c1")))
    assert not of(RingLeg, desk.passes(60.0))


def test_a_winner_lost_to_a_caller_who_hangs_up_rings_nobody_else(desk: Desk) -> None:
    desk.accepts("lin")
    desk.take(HangupRequested(party=CallId("c1")))
    assert not of(RingLeg, desk.ends("lin", Cause.NORMAL_CLEARING))
    assert not of(RingLeg, desk.passes(0.5))
