"""What a new machine finds alive, and what it makes of it: one example of each."""

from datetime import timedelta

import pytest

from hotline_agi.dispatch.commands import CancelLeg, CloseRecord, Command, ConnectLeg, DismissLeg, NoteFact, OpenRecord
from hotline_agi.dispatch.events import (
    CallerLeft,
    CallerSurviving,
    LegAccepted,
    LegEnded,
    LegStage,
    LinkLost,
    LiveCall,
    LiveLeg,
    RoundEnded,
    Step,
    StepReached,
    StockTaken,
    TalkEnded,
    Whereabouts,
)
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import Memory, Noted, OpenCall
from hotline_agi.dispatch.state import CallState, LegState
from hotline_agi.roster.model import Rest
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LegId, VolunteerId
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1, Desk, facts, of, rung, told
from tests.dispatch.lines import NOON, XINLI, line, ring, roster, shift, with_transfer

CALL, LEG = CallId("c1"), LegId("leg-0000000700000a")
LIN = VolunteerId("lin")


def ago(seconds: float):  # type: ignore[no-untyped-def]
    return NOON - timedelta(seconds=seconds)


def noted(seconds: float, fact: Fact, detail: str = "", *, leg: LegId | None = None, who: str | None = None) -> Noted:
    return Noted(at=ago(seconds), fact=fact, leg=leg, volunteer=VolunteerId(who) if who else None, detail=detail)


RINGING = (
    noted(20, Fact.ARRIVED),
    noted(20, Fact.WAVE, "1: on-shift"),
    noted(20, Fact.RANG, "softphone", leg=LEG, who="lin"),
)
TALKING = (
    *RINGING,
    noted(12, Fact.PICKED_UP, leg=LEG, who="lin"),
    noted(11, Fact.ACCEPTED, leg=LEG, who="lin"),
    noted(10, Fact.TALK_STARTED, leg=LEG, who="lin"),
)


def restarted(*facts_: Noted, line_of=line, lin_only: bool = False, **known: object) -> Desk:  # type: ignore[no-untyped-def]
    """A desk whose machine remembers one open call with these facts."""
    people = ["lin"] if lin_only else ["lin", "wang", "zhao", "chen"]
    desk = Desk(roster(line_of(ring_steps=(ring(1, 30.0), ring(None, 60.0)), shifts=(shift(people, []),))))
    open_call = OpenCall(call=CALL, line=XINLI, node=PBX1, arrived_at=ago(20), facts=facts_, **known)  # type: ignore[arg-type]
    memory = Memory(calls=(open_call,) if facts_ else (), seen_until_at=ago(2))
    desk.machine = Machine(desk.machine.board.roster, boot=8, now=desk.now, memory=memory)
    return desk


def finds(desk: Desk, caller: LiveCall | None, *legs: LiveLeg) -> list[Command]:
    calls = frozenset({caller.call}) if caller else frozenset()
    return desk.take(StockTaken(node=PBX1, calls=calls, callers=(caller,) if caller else (), legs=legs))


def held(**how: object) -> LiveCall:
    return LiveCall(call=CALL, line=XINLI, where=Whereabouts.HELD, waited_s=20.0, held_s=1.0, **how)  # type: ignore[arg-type]


def leg(stage: LegStage = LegStage.RINGING, who: str = "lin", one: LegId = LEG) -> LiveLeg:
    return LiveLeg(
        leg=one,
        volunteer=VolunteerId(who),
        up=stage is not LegStage.RINGING,
        talking=stage is LegStage.TALKING,
        call=CALL,
        stage=stage,
        age_s=20.0,
    )


def test_a_phone_that_rings_rings_on_and_may_win() -> None:
    desk = restarted(*RINGING)
    said = finds(desk, held(), leg())
    assert not of(CancelLeg, said) and rung(said) == []
    assert desk.call("c1").legs[LEG].state is LegState.RINGING
    said = desk.take(LegAccepted(leg=LEG))
    assert [won.leg for won in of(ConnectLeg, said)] == [LEG]  # in the bridge since a second: safe to join


def test_whose_plan_waited_on_for_somebody_in_a_talk_is_not_given_up_while_they_are_rung() -> None:
    """The last step's time was up long ago, as the earlier run saw; who was in a talk then came free, and rings."""
    desk = restarted(
        noted(20, Fact.ARRIVED),
        noted(20, Fact.WAVE, "1: on-shift"),
        noted(4, Fact.RANG, "softphone", leg=LEG, who="lin"),
        line_of=lambda **how: line(**(how | {"ring_steps": (ring(None, 5.0),)})),
        lin_only=True,
    )
    said = finds(desk, held(), leg()) + desk.passes(1.0)
    assert not of(CancelLeg, said)
    assert [won.leg for won in of(ConnectLeg, desk.take(LegAccepted(leg=LEG)))] == [LEG]


def test_a_last_step_whose_time_was_up_while_nobody_served_is_over() -> None:
    desk = restarted(*RINGING, line_of=lambda **how: line(**(how | {"ring_steps": (ring(None, 19.0),)})), lin_only=True)
    said = finds(desk, held(), leg()) + desk.passes(0.5)
    assert Fact.OVERFLOW in facts(said)


def test_place_waiting_time_and_who_calls_are_known_from_the_first_moment() -> None:
    desk = restarted(*RINGING, caller=CallerToken("aa"), high_risk=True)
    said = finds(desk, held(), leg())
    (opened,) = of(OpenRecord, said)
    assert opened.arrived_at == ago(20)
    assert Fact.ADOPTED in facts(said)
    call = desk.call("c1")
    assert (call.caller, call.high_risk, call.id in desk.machine.board.waiting) == ("aa", True, True)
    assert call.arrived_s == pytest.approx(desk.now_s - 20.0)
    assert rung(desk.passes(10.5)) == ["wang", "zhao", "chen"]  # the first step's 30 s are over: not begun anew


def test_what_is_lost_is_reconstructed_and_marked() -> None:
    desk = restarted()
    said = finds(desk, held(), leg())
    assert Fact.RECONSTRUCTED in facts(said)
    assert desk.call("c1").arrived_s == pytest.approx(desk.now_s - 20.0)
    assert rung(said) == []


def test_a_leg_without_its_caller_is_taken_back_and_keeps_its_volunteer_busy() -> None:
    desk = restarted(*RINGING, lin_only=True)
    said = finds(desk, None, leg())
    assert [cancel.leg for cancel in of(CancelLeg, said)] == [LEG]
    assert rung(desk.waits("c2")) == []
    assert rung(desk.take(LegEnded(leg=LEG))) == ["lin"]


def test_a_leg_in_the_prompt_without_its_caller_is_told_so() -> None:
    assert of(DismissLeg, finds(restarted(*RINGING), None, leg(LegStage.PROMPT)))


def test_a_join_is_waited_for() -> None:
    desk = restarted(*RINGING)
    finds(desk, held(), leg(LegStage.JOINING))
    assert desk.state("c1") is CallState.CONNECTING
    assert rung(desk.passes(2.9)) == []


@pytest.mark.parametrize("cause", [Cause.NORMAL_CLEARING, Cause.CHANNEL_UNAVAIL])
def test_a_talk_goes_on_and_is_judged(cause: Cause) -> None:
    desk = restarted(*TALKING)
    live = LiveCall(call=CALL, line=XINLI, where=Whereabouts.TALKING, leg=LEG, talked_s=9.0)
    assert rung(finds(desk, live, leg(LegStage.TALKING))) == []
    assert desk.state("c1") is CallState.TALKING
    assert desk.machine.board.seats.seat(LIN).state is VolunteerState.TALKING
    desk.is_silent_for(5.0)
    desk.take(LegEnded(leg=LEG, cause=cause))
    said = desk.take(TalkEnded(call=CALL))
    if cause is Cause.NORMAL_CLEARING:
        assert told(said) == (Step.GOODBYE,)
        desk.leaves("c1")
        record = desk.record("c1")
        assert (record.outcome, record.volunteer, record.talk_s) == (Outcome.TALKED, "lin", 15.0)
        assert (record.wait_s, record.legs[0].rang_s) == (10.0, 9.0)
    else:
        assert desk.state("c1") is CallState.WAITING and desk.call("c1").urgent


def test_who_came_out_of_a_talk_while_nobody_looked_is_asked_to_hold_on() -> None:
    desk = restarted(*TALKING)
    finds(desk, LiveCall(call=CALL, line=XINLI, where=Whereabouts.OUT_OF_TALK, waited_s=1.0))
    desk.take(TalkEnded(call=CALL))
    assert told(desk.passes(1.0)) == (Step.ENDED, Step.ROUND)


def test_an_end_that_nobody_saw_is_written_down() -> None:
    desk = restarted(*TALKING)
    said = finds(desk, None)
    (unseen,) = (note for note in of(NoteFact, said) if note.fact is Fact.UNSEEN)
    assert unseen.detail == "what=the end;since=2020-02-05T03:59:58Z;rings=lin"
    (record,) = of(CloseRecord, said)
    assert (record.outcome, record.talk_s, record.legs[0].outcome) == (Outcome.TALKED, 8.0, "talked")
    assert record.ended_at == ago(2)
    assert desk.machine.board.seats.seat(LIN).state is VolunteerState.WRAP_UP  # the talk may be over since a second


def test_who_is_in_a_step_stays_there() -> None:
    desk = restarted(*RINGING, noted(3, Fact.OVERFLOW), noted(3, Fact.STEP, "nobody"))
    live = LiveCall(call=CALL, line=XINLI, where=Whereabouts.LEAVING, step=Step.MESSAGE, steps=(Step.GOODBYE,))
    assert rung(finds(desk, live)) == []
    desk.leaves_message("c1")
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.MESSAGE


def test_the_overflow_number_rings_on_and_is_not_rung_twice() -> None:
    desk = restarted(*RINGING, noted(3, Fact.OVERFLOW), noted(3, Fact.RANG, "mobile", leg=LEG), line_of=with_transfer)
    overflow = LiveLeg(leg=LEG, volunteer=None, up=False, call=CALL, stage=LegStage.RINGING, age_s=3.0)
    assert rung(finds(desk, held(), overflow)) == []
    desk.take(LegEnded(leg=LEG, cause=Cause.NO_ANSWER))
    assert told(desk.asks("c1")) == (Step.NOBODY, Step.MESSAGE, Step.DIRECTORY, Step.GOODBYE)


def test_whom_survival_serves_is_left_alone_and_their_volunteer_is_busy() -> None:
    desk = restarted(*RINGING, lin_only=True)
    other = LiveLeg(leg=LegId("pbx1-9.9"), volunteer=LIN, up=True, talking=True, stage=LegStage.SURVIVAL)
    said = finds(desk, LiveCall(call=CALL, line=XINLI, where=Whereabouts.SURVIVING), other)
    assert not of(CancelLeg, said)
    assert rung(desk.waits("c2")) == []
    assert rung(desk.take(LegEnded(leg=LegId("pbx1-9.9")))) == ["lin"]
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.SURVIVED


def test_who_asks_whom_no_stock_showed_is_known_from_the_journal() -> None:
    desk = restarted(*RINGING)
    said = desk.take(RoundEnded(call=CALL, line=XINLI, node=PBX1, waited_s=20.0))
    assert Fact.ADOPTED in facts(said)
    assert [opened.arrived_at for opened in of(OpenRecord, said)] == [ago(20)]


def test_the_end_of_a_call_that_nobody_took_over_closes_its_record() -> None:
    desk = restarted(*RINGING)
    (record,) = of(CloseRecord, desk.take(CallerLeft(call=CALL)))
    assert record.outcome is Outcome.ABANDONED


# ---- an AMI gap


def test_what_happened_in_a_gap_is_marked() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.take(LinkLost(node=PBX1))
    said = desk.take(StockTaken(node=PBX1, calls=frozenset(), legs=()))
    notes = [note.detail for note in of(NoteFact, said) if note.fact is Fact.UNSEEN]
    assert notes[0] == "what=a hang-up;since=2020-02-05T04:00:00Z"


def test_who_fell_into_survival_in_a_gap_is_rung_for_no_more() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.take(LinkLost(node=PBX1))
    live = LiveCall(call=CALL, line=XINLI, where=Whereabouts.SURVIVING)
    assert rung(desk.take(StockTaken(node=PBX1, calls=frozenset({CALL}), callers=(live,), legs=()))) == []
    assert desk.state("c1") is CallState.SURVIVING


def test_survival_said_twice_is_noted_once() -> None:
    desk = Desk()
    desk.waits("c1")
    assert Fact.SURVIVING in facts(desk.take(CallerSurviving(call=CALL)))
    assert facts(desk.take(CallerSurviving(call=CALL))) == []


def test_a_step_that_was_begun_in_a_gap_is_learned() -> None:
    desk = Desk()
    desk.waits("c1")
    desk.take(LinkLost(node=PBX1))
    live = LiveCall(call=CALL, line=XINLI, where=Whereabouts.LEAVING, step=Step.DIRECTORY, steps=(Step.GOODBYE,))
    desk.take(StockTaken(node=PBX1, calls=frozenset({CALL}), callers=(live,), legs=()))
    assert desk.state("c1") is CallState.LEAVING
    assert desk.take(StepReached(call=CALL, step=Step.GOODBYE))
    desk.leaves("c1")
    assert desk.record("c1").outcome is Outcome.DIRECTORY


# ---- people


def test_who_rests_rests_on_and_missed_rings_count_on() -> None:
    people = roster(
        line(ring_steps=(ring(None),), shifts=(shift(["lin", "wang", "zhao"], []),), rest=Rest(missed=2, for_s=300.0))
    )
    desk = Desk(people)
    memory = Memory(
        rests=((LIN, NOON + timedelta(minutes=3)),), missed=((VolunteerId("wang"), 1),), seen_until_at=ago(2)
    )
    desk.machine = Machine(people, boot=8, now=desk.now, memory=memory)
    assert rung(desk.waits("c1")) == ["wang", "zhao"]
    desk.ends("wang", Cause.NO_ANSWER)
    assert desk.machine.board.seats.seat(VolunteerId("wang")).state is VolunteerState.RESTING
