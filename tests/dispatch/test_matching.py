"""Ring groups: how large, disjoint, handed on; who accepts gets whom."""

from dataclasses import replace
from typing import Any

from hotline_agi.dispatch import groups
from hotline_agi.dispatch.acceptance import Acceptance
from hotline_agi.dispatch.commands import (
    CancelLeg,
    CancelReason,
    ConnectLeg,
    DismissLeg,
    Fact,
    NoteFact,
    ReassignLeg,
    RingLeg,
)
from hotline_agi.dispatch.events import CallerRecognised, LegEnded, VolunteerPaused
from hotline_agi.dispatch.state import CallState
from hotline_agi.roster.model import Adaptive, EndpointKind, Rest, RingGroup, RingStep, VolunteerOrder, Want
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallerToken, CallId, VolunteerId
from tests.dispatch.desk import Desk, of, rung, taken_back
from tests.dispatch.lines import ERTONG, XINLI, line, mobile, person, ring, roster, shift, softphone

CROWD = tuple(f"v{n:02}" for n in range(30))
ADAPTIVE = RingStep(group=RingGroup.ON_SHIFT, count=None, for_s=300.0, adaptive=True)


def desk_of(on: tuple[str, ...] = CROWD, **changes: Any) -> Desk:
    changes = {"ring_steps": (ADAPTIVE,), "max_wait_s": 900.0, "wrap_up_s": 0.0} | changes
    return Desk(roster(line(**{"shifts": (shift(on, []),)} | changes)))


def group(desk: Desk, call: str) -> list[str | None]:
    return [leg.volunteer for leg in desk.call(call).legs.values() if leg.cancelled is None]


# ---- how many


def test_as_few_as_are_enough() -> None:
    assert len(rung(desk_of(adaptive=Adaptive(chance=0.9, share=1.0)).arrives("c1"))) == 6
    assert len(rung(desk_of(adaptive=Adaptive(chance=0.98, share=1.0)).arrives("c1"))) == 9


def test_no_more_than_a_share_at_first() -> None:
    assert len(rung(desk_of(adaptive=Adaptive(chance=0.999, share=0.2)).arrives("c1"))) == 6


def test_two_at_least() -> None:
    assert len(rung(desk_of(("lin", "wang", "zhao"), adaptive=Adaptive(share=0.05)).arrives("c1"))) == 2
    assert rung(desk_of(("lin",)).arrives("c1")) == ["lin"]


def test_a_group_grows_while_nobody_accepts() -> None:
    desk = desk_of(adaptive=Adaptive(chance=0.97, share=0.2))
    desk.waits("c1")
    sizes = []
    for _ in range(4):
        desk.passes(4.0)
        sizes.append(len(group(desk, "c1")))
    assert sizes[0] == 6
    assert sizes == sorted(sizes)
    assert sizes[-1] >= 10


def test_a_phone_that_experience_calls_hopeless_stops() -> None:
    desk = desk_of(("lin", "wang", "zhao"), ring_timeout_s=60.0)
    assert {ring.ring_timeout_s for ring in of(RingLeg, desk.waits("c1"))} == {60.0}  # nobody has looked that far yet
    desk.leaves("c1")
    for who in ("lin", "wang"):
        desk.ends(who)
    acceptance = desk.machine.board.acceptance
    for n in range(400):
        quick = n % 2 == 0
        acceptance.learn(
            softphone(f"v{n}").id, EndpointKind.SOFTPHONE, 5.0 if quick else 60.0, 0.0, accepted=quick, whole=not quick
        )
    assert {ring.ring_timeout_s for ring in of(RingLeg, desk.waits("c2"))} == {10.0}


def test_now_and_then_a_phone_rings_its_whole_time() -> None:
    """Else nobody would ever learn that people have become slower."""
    acceptance = Acceptance()
    lengths = []
    for _ in range(200):
        lengths.append(acceptance.ring_s(softphone("lin"), 60.0))
        heard = min(40.0, lengths[-1])
        acceptance.learn(softphone("lin").id, EndpointKind.SOFTPHONE, heard, 0.0, accepted=heard == 40.0, whole=True)
    assert lengths.count(60.0) > 20


# ---- disjoint groups that widen and yield


def test_a_second_caller_takes_over_phones_when_nobody_is_free() -> None:
    desk = desk_of(("lin", "wang", "zhao", "chen"), ring_steps=(ring(None, 300.0),))
    assert len(rung(desk.waits("c1"))) == 4
    said = desk.waits("c2")
    assert not rung(said)
    assert [moved.call for moved in of(ReassignLeg, said)] == ["c2", "c2"]
    assert sorted([*group(desk, "c1"), *group(desk, "c2")]) == ["chen", "lin", "wang", "zhao"]
    assert len(group(desk, "c1")) == len(group(desk, "c2")) == 2


def test_each_of_many_callers_has_a_phone_before_any_has_two_more() -> None:
    desk = desk_of(ring_steps=(ring(None, 300.0),))
    for n in range(12):
        desk.waits(f"c{n}")
    sizes = [len(group(desk, f"c{n}")) for n in range(12)]
    assert sum(sizes) == len(CROWD)
    assert max(sizes) - min(sizes) <= 1


def test_a_volunteer_who_comes_free_rings_for_the_smallest_group() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),))
    desk.waits("c0")
    desk.talks("lin")
    desk.ends("wang")
    for call in ("c1", "c2"):
        desk.waits(call)
    assert group(desk, "c1") == ["wang"]
    assert rung(desk.ends("lin")) == ["lin"]
    assert group(desk, "c2") == ["lin"]


# ---- handed on


def test_phones_of_an_answered_call_ring_on_for_the_next() -> None:
    desk = desk_of(("lin", "wang", "zhao"), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.waits("c2")
    said = desk.picks_up("lin") + desk.accepts("lin")
    assert not taken_back(said)
    assert set(group(desk, "c2")) == {"wang", "zhao"}


def test_who_hears_the_accept_prompt_is_handed_on_instead_of_sent_away() -> None:
    people = [person("wang", mobile("wang"))]
    desk = Desk(roster(line(ring_steps=(ring(None, 300.0),), shifts=(shift(["lin", "wang"], []),)), people=people))
    desk.waits("c1")
    desk.picks_up("wang")
    desk.waits("c2")
    said = desk.picks_up("lin") + desk.accepts("lin")
    assert not of(DismissLeg, said)
    assert of(ConnectLeg, desk.accepts("wang"))[0].call == "c2"


def test_with_nobody_else_waiting_phones_stop_at_once() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.picks_up("lin")
    (cancel,) = of(CancelLeg, desk.accepts("lin"))
    assert (cancel.leg, cancel.reason) == (desk.leg("wang"), CancelReason.ELSEWHERE)


def test_a_call_that_gives_up_leaves_its_phones_to_others() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.waits("c2")
    said = desk.keys("c1", "*")
    assert [moved.call for moved in of(ReassignLeg, said)] == ["c2"]
    assert set(group(desk, "c2")) == {"lin", "wang"}


def test_a_phone_that_the_dialplan_stopped_for_its_former_caller_is_nobodys_fault() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.waits("c2")
    (moved,) = of(ReassignLeg, desk.log)
    who = desk.machine.board.legs[moved.leg].volunteer
    desk.take(LegEnded(leg=moved.leg, cause=Cause.NORMAL_CLEARING))
    assert who not in desk.call("c2").declined


# ---- accept


def test_who_accepts_gets_who_waits_longest_whichever_their_phone_rang_for() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.waits("c2")
    (second,) = group(desk, "c2")
    desk.picks_up(second)
    said = desk.accepts(second)
    assert [won.call for won in of(ConnectLeg, said)] == ["c1"]
    assert group(desk, "c2") == [who for who in ("lin", "wang") if who != second]
    assert [note.detail for note in of(NoteFact, said) if note.fact is Fact.SERVED] == ["place=1"]


def test_lines_that_share_people_are_matched_together() -> None:
    both = ("lin", "wang")
    lines = [line(id=i, ring_steps=(ring(None, 300.0),), shifts=(shift(both, []),)) for i in (XINLI, ERTONG)]
    desk = Desk(roster(*lines))
    desk.waits("c1", XINLI)
    desk.waits("c2", ERTONG)
    assert len(group(desk, "c1")) == len(group(desk, "c2")) == 1
    (rings,) = group(desk, "c2")
    desk.picks_up(rings)
    assert of(ConnectLeg, desk.accepts(rings))[0].call == "c1"


def test_who_declined_a_caller_gets_another_one() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.ends("lin", Cause.CALL_REJECTED)
    desk.waits("c2")
    assert group(desk, "c2") == ["lin"]
    desk.picks_up("lin")
    assert of(ConnectLeg, desk.accepts("lin"))[0].call == "c2"


# ---- whom


def test_wants_are_asked_for_and_lapse() -> None:
    people = [replace(person("wang"), languages=("zh", "en"))]
    wants = (Want(language="en", for_s=10.0),)
    plan = line(ring_steps=(ring(None, 300.0),), shifts=(shift(["lin", "wang"], []),), wants=wants)
    desk = Desk(roster(plan, people=people))
    assert rung(desk.waits("c1")) == ["wang"]
    assert rung(desk.passes(8.0)) == []
    assert rung(desk.passes(4.5)) == ["lin"]


def test_what_is_required_never_lapses() -> None:
    plan = line(ring_steps=(ring(None, 300.0),), shifts=(shift(["lin"], []),), wants=(Want(qualification="crisis"),))
    desk = Desk(roster(plan))
    desk.waits("c1")
    assert rung(desk.passes(100.0)) == []


def test_a_preference_that_nobody_could_meet_is_none() -> None:
    wants = (Want(language="yue", for_s=30.0),)
    plan = line(ring_steps=(ring(None, 300.0),), shifts=(shift(["lin"], []),), wants=wants)
    assert rung(Desk(roster(plan)).waits("c1")) == ["lin"]


def order_of(order: VolunteerOrder) -> list[str | None]:
    """Who is rung for four calls in a row, one phone each; wang talks long, the others leave the callers alone."""
    desk = desk_of(("lin", "wang", "zhao"), ring_steps=(ring(1, 60.0),), order=order)
    turns = []
    for n in range(5):
        (who,) = rung(desk.waits(f"c{n}"))
        turns.append(who)
        if who == "wang":
            desk.talks("wang")
            desk.passes(300.0)
            desk.ends("wang")
            desk.comes_out(f"c{n}")
        desk.leaves(f"c{n}")
        if who != "wang":
            desk.ends(who)
    return turns


def test_the_orders_of_volunteers() -> None:
    assert order_of(VolunteerOrder.FIXED) == ["lin"] * 5
    assert order_of(VolunteerOrder.LONGEST_IDLE) == ["lin", "wang", "zhao", "lin", "wang"]
    assert order_of(VolunteerOrder.ROUND_ROBIN) == ["lin", "wang", "zhao", "lin", "wang"]
    assert order_of(VolunteerOrder.LEAST_TALK) == ["lin", "wang", "zhao", "lin", "zhao"]


def test_the_choice_is_explained() -> None:
    desk = desk_of(("lin", "wang", "zhao"), ring_steps=(ring(1, 60.0),))
    desk.waits("c0")
    desk.talks("lin")
    said = desk.waits("c1")
    (chose,) = [note.detail for note in of(NoteFact, said) if note.fact is Fact.CHOSE]
    assert chose == "order=longest-idle;want=1;rang=wang;talking=lin;spare=zhao"
    assert groups.group_size(desk.call("c1")) == 1


# ---- nobody is given up while somebody may come


def test_a_caller_whose_volunteer_took_somebody_else_waits_on() -> None:
    desk = desk_of(("lin",), ring_steps=(ring(None, 300.0),))
    desk.waits("c1")
    desk.waits("c2")
    desk.take(CallerRecognised(call=CallId("c2"), caller=CallerToken("a"), high_risk=True))
    desk.picks_up("lin")
    assert of(ConnectLeg, desk.accepts("lin"))[0].call == "c2"
    desk.joins("lin")
    desk.passes(30.0)
    assert desk.state("c1") is CallState.WAITING
    assert rung(desk.ends("lin")) == ["lin"]


def test_a_preference_ends_when_whoever_meets_it_declines() -> None:
    people = [replace(person("wang"), languages=("zh", "en"))]
    wants = (Want(language="en", for_s=60.0),)
    plan = line(ring_steps=(ring(None, 300.0),), shifts=(shift(["lin", "wang"], []),), wants=wants)
    desk = Desk(roster(plan, people=people))
    assert rung(desk.waits("c1")) == ["wang"]
    assert rung(desk.ends("wang", Cause.CALL_REJECTED)) == ["lin"]


def test_who_rests_is_rung_before_a_caller_is_sent_away() -> None:
    desk = desk_of(("lin", "wang"), ring_steps=(ring(None, 300.0),), rest=Rest(missed=1, for_s=3600.0))
    desk.waits("c1")
    desk.ends("lin", Cause.NO_ANSWER)
    desk.talks("wang")
    desk.waits("c2")
    assert rung(desk.passes(9.0)) == []
    assert rung(desk.passes(4.0)) == ["lin"]


def test_a_choice_is_told_also_when_nobody_could_be_rung() -> None:
    desk = desk_of(("lin",), ring_steps=(ring(None, 300.0),))
    desk.take(VolunteerPaused(volunteer=VolunteerId("lin"), for_s=None))
    said = desk.waits("c1")
    assert [note.detail for note in of(NoteFact, said) if note.fact is Fact.CHOSE] == [
        "order=longest-idle;want=everybody;rang=;paused=lin"
    ]


def test_with_a_fixed_order_everybody_is_rung_at_last() -> None:
    crowd = tuple(f"v{n:03}" for n in range(80))
    desk = desk_of(crowd, ring_steps=(ring(1, 120.0),), order=VolunteerOrder.FIXED)
    desk.waits("c1")
    for who in crowd[:-1]:
        desk.ends(who, Cause.CALL_REJECTED)
    assert group(desk, "c1") == [crowd[-1]]
