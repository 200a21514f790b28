"""Pause, rest after missed rings, limits, wrap-up, softphones that go, private calls, shifts."""

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from hotline_agi.dispatch.commands import NoteVolunteer
from hotline_agi.dispatch.events import DeviceChanged, VolunteerPaused, VolunteerResumed
from hotline_agi.roster.model import Limits, LongWrapUp, Rest, Volunteer, Want
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import EndpointId, VolunteerId
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1, Desk, of, rung, told
from tests.dispatch.lines import ERTONG, XINLI, line, mobile, person, ring, roster, shift

LIN, WANG = VolunteerId("lin"), VolunteerId("wang")


def desk_of(*, on: tuple[str, ...] = ("lin", "wang"), people: tuple[Volunteer, ...] = (), **changes: Any) -> Desk:
    changes = {"ring_steps": (ring(None, 300.0),), "max_wait_s": 900.0, "wrap_up_s": 0.0} | changes
    return Desk(roster(line(**{"shifts": (shift(on, []),)} | changes), people=people))


def state(desk: Desk, volunteer: VolunteerId = LIN) -> VolunteerState:
    return desk.machine.board.seats.seat(volunteer).state


def calls_and_talks(desk: Desk, call: str, volunteer: str, talk_s: float = 10.0) -> None:
    desk.waits(call)
    desk.talks(volunteer)
    desk.passes(talk_s)
    desk.ends(volunteer)
    desk.comes_out(call)
    desk.leaves(call)


# ---- pause


def test_who_pauses_is_not_rung_until_it_is_over() -> None:
    desk = desk_of(on=("lin",))
    (note,) = of(NoteVolunteer, desk.take(VolunteerPaused(volunteer=LIN, for_s=600.0)))
    assert (note.state, note.until_at) == (VolunteerState.PAUSED, desk.now.at + timedelta(seconds=600))
    desk.waits("c1")
    assert rung(desk.passes(2.0)) == []
    desk.leaves("c1")
    desk.passes(598.0)
    assert rung(desk.waits("c2")) == ["lin"]


def test_who_resumes_is_rung_for_who_waits() -> None:
    desk = desk_of(on=("lin", "wang"))
    desk.take(VolunteerPaused(volunteer=LIN, for_s=None))
    assert rung(desk.waits("c1")) == ["wang"]
    assert rung(desk.take(VolunteerResumed(volunteer=LIN))) == ["lin"]


def test_a_longer_pause_takes_the_place_of_a_shorter_one() -> None:
    desk = desk_of(on=("lin",))
    desk.take(VolunteerPaused(volunteer=LIN, for_s=60.0))
    desk.take(VolunteerPaused(volunteer=LIN, for_s=120.0))
    desk.passes(100.0)
    assert state(desk) is VolunteerState.PAUSED
    desk.passes(21.0)
    assert state(desk) is VolunteerState.AVAILABLE


def test_a_word_ends_the_wrap_up() -> None:
    desk = desk_of(on=("lin",), wrap_up_s=300.0)
    calls_and_talks(desk, "c1", "lin")
    desk.waits("c2")
    assert state(desk) is VolunteerState.WRAP_UP
    assert rung(desk.take(VolunteerResumed(volunteer=LIN))) == ["lin"]


def test_nobody_who_is_not_in_the_roster_pauses() -> None:
    desk = desk_of()
    desk.take(VolunteerPaused(volunteer=VolunteerId("nosuch"), for_s=None))
    assert desk.ignored(VolunteerPaused) == 1


# ---- wrap-up


def test_a_long_talk_is_followed_by_a_longer_wrap_up() -> None:
    desk = desk_of(on=("lin",), wrap_up_s=30.0, long_wrap_up=LongWrapUp(talk_s=600.0, wrap_up_s=200.0))
    calls_and_talks(desk, "c1", "lin", 599.0)
    desk.passes(31.0)
    assert state(desk) is VolunteerState.AVAILABLE
    calls_and_talks(desk, "c2", "lin", 601.0)
    desk.passes(199.0)
    assert state(desk) is VolunteerState.WRAP_UP


# ---- rest


def misses_a_call(desk: Desk, call: str) -> None:
    """Lin lets a call pass; wang declines it."""
    desk.waits(call)
    desk.ends("lin", Cause.NO_ANSWER)
    desk.ends("wang", Cause.CALL_REJECTED)
    desk.leaves(call)


def test_who_misses_rings_in_a_row_rests() -> None:
    desk = desk_of(rest=Rest(missed=2, for_s=600.0))
    misses_a_call(desk, "c1")
    assert state(desk) is VolunteerState.AVAILABLE
    misses_a_call(desk, "c2")
    assert state(desk) is VolunteerState.RESTING
    assert rung(desk.waits("c3")) == ["wang"]
    desk.passes(601.0)
    assert state(desk) is VolunteerState.AVAILABLE


def test_the_last_one_of_a_slot_does_not_rest() -> None:
    desk = desk_of(on=("lin",), rest=Rest(missed=1, for_s=600.0))
    desk.waits("c1")
    desk.ends("lin", Cause.NO_ANSWER)
    assert state(desk) is VolunteerState.AVAILABLE


def test_who_rests_comes_back_when_the_others_go() -> None:
    desk = desk_of(rest=Rest(missed=1, for_s=600.0))
    misses_a_call(desk, "c1")
    assert state(desk) is VolunteerState.RESTING
    desk.take(VolunteerPaused(volunteer=WANG, for_s=None))
    assert state(desk) is VolunteerState.AVAILABLE


def test_who_rests_comes_back_when_the_others_shift_is_over() -> None:
    slots = (
        shift(["lin", "wang"], [], slot="noon", start=time(11, 0), until=time(13, 0)),
        shift(["lin"], [], slot="afternoon", start=time(13, 0), until=time(20, 0)),
    )
    desk = desk_of(shifts=slots, rest=Rest(missed=1, for_s=7200.0))
    misses_a_call(desk, "c1")
    assert state(desk) is VolunteerState.RESTING
    desk.passes(3700.0)
    assert rung(desk.waits("c2")) == ["lin"]


def test_who_may_never_be_rung_does_not_let_the_others_rest() -> None:
    fit = replace(person("lin"), qualifications=("screened",))
    desk = desk_of(people=(fit,), rest=Rest(missed=1, for_s=600.0), wants=(Want(qualification="screened"),))
    desk.waits("c1")
    desk.ends("lin", Cause.NO_ANSWER)
    assert state(desk) is VolunteerState.AVAILABLE


def test_who_accepts_in_between_has_missed_none_in_a_row() -> None:
    desk = desk_of(rest=Rest(missed=2, for_s=600.0))
    desk.waits("c1")
    desk.ends("lin", Cause.NO_ANSWER)
    desk.leaves("c1")
    desk.ends("wang")
    calls_and_talks(desk, "c2", "lin")
    desk.ends("wang")
    desk.waits("c3")
    desk.ends("lin", Cause.NO_ANSWER)
    assert state(desk) is not VolunteerState.RESTING


# ---- limits


def limited(volunteer: str, **limits: int) -> Volunteer:
    return replace(person(volunteer), limits=Limits(**limits))


def test_so_many_calls_in_a_shift() -> None:
    desk = desk_of(on=("lin",), people=(limited("lin", calls_per_shift=2),))
    calls_and_talks(desk, "c1", "lin")
    calls_and_talks(desk, "c2", "lin")
    assert state(desk) is VolunteerState.OVER_LIMIT
    desk.waits("c3")
    assert rung(desk.passes(20.0)) == []


def test_a_new_shift_begins_at_nought() -> None:
    slots = (
        shift(["lin"], [], slot="noon", start=time(11, 0), until=time(13, 0)),
        shift(["lin"], [], slot="evening", start=time(18, 0), until=time(20, 0)),
    )
    desk = desk_of(shifts=slots, people=(limited("lin", calls_per_shift=1),))
    calls_and_talks(desk, "c1", "lin")
    desk.passes(6.5 * 3600)  # it was noon
    assert rung(desk.waits("c2")) == ["lin"]


def test_two_slots_without_a_break_are_two_shifts() -> None:
    slots = (
        shift(["lin"], [], slot="noon", start=time(11, 0), until=time(13, 0)),
        shift(["lin"], [], slot="afternoon", start=time(13, 0), until=time(20, 0)),
    )
    desk = desk_of(shifts=slots, people=(limited("lin", calls_per_shift=1),))
    calls_and_talks(desk, "c1", "lin")
    assert state(desk) is VolunteerState.OVER_LIMIT
    desk.passes(2 * 3600)
    assert rung(desk.waits("c2")) == ["lin"]


def test_calls_count_for_the_shift_whichever_line_they_came_from() -> None:
    """Two lines at the same time are one shift; a line on which nobody calls keeps nobody over their limit."""
    desk = desk_of(on=("lin",), people=(limited("lin", calls_per_shift=1),))
    plan = line(ring_steps=(ring(None, 300.0),), wrap_up_s=0.0, shifts=(shift(["lin"], []),))
    both = [replace(plan, id=one) for one in (XINLI, ERTONG)]
    desk.reads(roster(*both, people=(limited("lin", calls_per_shift=1),)))
    calls_and_talks(desk, "c1", "lin")
    desk.waits("c2", ERTONG)
    assert state(desk) is VolunteerState.OVER_LIMIT
    desk.leaves("c2")
    desk.passes(24 * 3600)
    assert rung(desk.waits("c3")) == ["lin"]


def test_a_roster_that_takes_a_limit_back_frees_who_was_stopped() -> None:
    desk = desk_of(on=("lin",), people=(limited("lin", calls_per_shift=1),))
    calls_and_talks(desk, "c1", "lin")
    desk.reads(roster(line(ring_steps=(ring(None, 300.0),), shifts=(shift(["lin"], []),))))
    assert state(desk) is VolunteerState.AVAILABLE


def test_so_many_minutes_in_a_day() -> None:
    desk = desk_of(on=("lin",), people=(limited("lin", talk_min_per_day=20),))
    calls_and_talks(desk, "c1", "lin", 700.0)
    calls_and_talks(desk, "c2", "lin", 700.0)
    assert state(desk) is VolunteerState.OVER_LIMIT
    desk.passes(12 * 3600)  # it was noon: a new day has begun where the line is
    assert state(desk) is VolunteerState.AVAILABLE


def test_so_many_minutes_in_a_row_then_a_break() -> None:
    desk = desk_of(on=("lin",), people=(limited("lin", talk_min_in_a_row=30),))
    calls_and_talks(desk, "c1", "lin", 1000.0)
    calls_and_talks(desk, "c2", "lin", 1000.0)
    assert state(desk) is VolunteerState.OVER_LIMIT
    desk.passes(901.0)
    assert state(desk) is VolunteerState.AVAILABLE
    calls_and_talks(desk, "c3", "lin", 1000.0)
    desk.passes(901.0)  # a break of their own
    calls_and_talks(desk, "c4", "lin", 1000.0)
    assert state(desk) is VolunteerState.AVAILABLE


# ---- devices


def device(volunteer: str, *, reachable: bool = True, busy: bool = False) -> DeviceChanged:
    return DeviceChanged(node=PBX1, endpoint=EndpointId(f"sp-{volunteer}"), reachable=reachable, busy=busy)


def test_a_softphone_that_is_gone_is_not_rung_but_the_mobile_is() -> None:
    desk = desk_of(on=("lin",))
    desk.take(device("lin", reachable=False))
    desk.waits("c1")
    assert desk.machine.board.legs[desk.leg("lin")].endpoint == mobile("lin")


def test_who_has_no_phone_left_is_unreachable_until_one_is_back() -> None:
    only = replace(person("lin"), endpoints=person("lin").endpoints[:1])
    desk = desk_of(on=("lin", "wang"), people=(only,))
    desk.take(device("lin", reachable=False))
    assert state(desk) is VolunteerState.UNREACHABLE
    assert rung(desk.waits("c1")) == ["wang"]
    assert rung(desk.take(device("lin"))) == ["lin"]


def test_before_a_caller_is_sent_away_phones_that_are_said_to_be_gone_are_tried() -> None:
    """They may register in this moment: a word that is late must not cost a call."""
    only = replace(person("lin"), endpoints=person("lin").endpoints[:1])
    desk = desk_of(on=("lin", "wang"), people=(only,))
    desk.take(device("lin", reachable=False))
    assert rung(desk.waits("c1")) == ["wang"]
    assert rung(desk.ends("wang", Cause.CALL_REJECTED)) == ["lin"]
    assert told(desk.ends("lin", Cause.SUBSCRIBER_ABSENT) + desk.asks("c1")) is not None


def test_who_is_in_a_call_of_their_own_is_not_rung() -> None:
    desk = desk_of(on=("lin",))
    desk.take(device("lin", busy=True))
    assert state(desk) is VolunteerState.IN_OTHER_CALL
    desk.waits("c1")
    assert rung(desk.take(device("lin"))) == ["lin"]


def test_our_own_ringing_makes_nobody_busy() -> None:
    desk = desk_of(on=("lin",))
    desk.waits("c1")
    desk.take(device("lin", busy=True))
    assert state(desk) is VolunteerState.RINGING
    desk.take(device("lin"))
    desk.ends("lin", Cause.NO_ANSWER)
    assert state(desk) is VolunteerState.AVAILABLE


def test_what_was_heard_of_a_phone_counts_for_whoever_has_it_in_a_new_roster() -> None:
    desk = desk_of(on=("lin",))
    desk.take(device("hu", reachable=False))
    only = replace(person("hu"), endpoints=person("hu").endpoints[:1])
    desk.reads(roster(line(shifts=(shift(["hu"], []),)), people=(only,)))
    assert state(desk, VolunteerId("hu")) is VolunteerState.UNREACHABLE
