"""What a machine does with what it remembers of earlier runs."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hotline_agi.dispatch.acceptance import REWORK_AFTER
from hotline_agi.dispatch.commands import NoteCover
from hotline_agi.dispatch.events import CallArrived, CallerRecognised
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import Memory, PastRing, PastTalk, RingResult
from hotline_agi.roster.model import Limits, Roster
from hotline_agi.terms.ids import CallerToken, CallId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.standing import VolunteerState
from tests.dispatch.desk import PBX1
from tests.dispatch.lines import NOON, XINLI, line, person, ring, roster, shift, softphone

LIN, WANG, GONE = map(VolunteerId, ("lin", "wang", "gone"))
CALL = CallId("pbx1-1.1")
NO_LIMITS = Limits()
LIMITS = {
    "a shift": Limits(calls_per_shift=2),
    "a day": Limits(talk_min_per_day=20),
    "a row": Limits(talk_min_in_a_row=20),
}


def two(limits: Limits = NO_LIMITS) -> Roster:
    people = [replace(person(who), limits=limits) for who in ("lin", "wang")]
    return roster(line(ring_steps=(ring(None),), shifts=(shift(["lin", "wang"], []),)), people=people)


def machine(memory: Memory, of: Roster | None = None, mono_s: float = 5000.0) -> Machine:
    return Machine(of or two(), boot=1, now=Now(mono_s, NOON), memory=memory)


def rung(found: Machine, after_s: float = 1.0) -> set[str]:
    """Whom a call rings that comes in."""
    now = Now(5000.0 + after_s, NOON + timedelta(seconds=after_s))
    found.handle(CallArrived(call=CALL, line=XINLI, node=PBX1), now)
    return {str(leg.volunteer) for leg in found.board.legs.values()}


def ago(minutes: float) -> datetime:
    return NOON - timedelta(minutes=minutes)


def test_who_paused_is_not_rung() -> None:
    assert rung(machine(Memory())) == {"lin", "wang"}
    assert rung(machine(Memory(pauses=((LIN, None), (GONE, None))))) == {"wang"}
    soon = Memory(pauses=((LIN, NOON + timedelta(minutes=10)),))
    assert rung(machine(soon)) == {"wang"}
    waits = machine(soon)
    assert waits.board.seats.seat(LIN).state is VolunteerState.PAUSED
    due_s = waits.next_deadline()
    assert due_s == 5600.0
    waits.handle_deadline(Now(5600.0, NOON + timedelta(minutes=10)))
    assert rung(waits, 601.0) == {"lin", "wang"}


def talks(*minutes: tuple[float, float]) -> Memory:
    """Of lin: (so long ago it began, so long ago it ended)."""
    return Memory(talks=tuple(PastTalk(volunteer=LIN, started_at=ago(a), ended_at=ago(b)) for a, b in minutes))


@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_a_limit_that_was_reached_is_reached(limits: Limits) -> None:
    assert rung(machine(talks((30, 19), (15, 2)), two(limits))) == {"wang"}
    assert rung(machine(talks((15, 8)), two(limits))) == {"lin", "wang"}


def test_a_break_ends_a_row_but_not_a_day() -> None:
    memory = talks((120, 95), (16, 15))
    assert rung(machine(memory, two(LIMITS["a row"]))) == {"lin", "wang"}
    assert rung(machine(memory, two(LIMITS["a day"]))) == {"wang"}


def test_yesterday_counts_for_no_day() -> None:
    # noon in Wuhan: yesterday ended twelve hours ago
    assert rung(machine(talks((800, 750)), two(LIMITS["a day"]))) == {"lin", "wang"}


def test_talks_of_people_who_are_gone_are_passed_over() -> None:
    memory = Memory(talks=(PastTalk(volunteer=GONE, started_at=ago(30), ended_at=ago(2)),))
    assert rung(machine(memory)) == {"lin", "wang"}


@pytest.mark.parametrize("mono_s", [60.0, 5000.0, 1e7], ids=["just up", "up for an hour", "up for months"])
def test_endpoints_are_known_by_how_they_were_answered(mono_s: float) -> None:
    def rings(of: str, result: RingResult) -> list[PastRing]:
        endpoint = softphone(of)
        return [
            PastRing(endpoint=endpoint.id, kind=endpoint.kind, result=result, rang_s=6.0, age_days=age)
            for age in (13.0, 5.0, 2.0, 1.0, 0.5, 0.1)
        ]

    both = sorted(rings("lin", RingResult.ACCEPTED) + rings("wang", RingResult.MISSED), key=lambda one: -one.age_days)
    acceptance = machine(Memory(legs=tuple(both)), mono_s=mono_s).board.acceptance
    assert acceptance.rate(softphone("lin")) > 0.6
    assert acceptance.rate(softphone("wang")) < 0.35


def test_old_rings_count_less_than_young_ones_however_long_the_machine_is_up() -> None:
    def rate(age_days: float, mono_s: float) -> float:
        endpoint = softphone("lin")
        legs = tuple(
            PastRing(endpoint=endpoint.id, kind=endpoint.kind, result=RingResult.MISSED, rang_s=20.0, age_days=age_days)
            for _ in range(40)
        )
        found = machine(Memory(legs=legs), mono_s=mono_s).board.acceptance
        for _ in range(REWORK_AFTER):
            found.learn(endpoint.id, endpoint.kind, 6.0, mono_s, accepted=True, whole=True)
        return found.rate(softphone("chen"))

    for mono_s in (60.0, 1e7):
        assert rate(13.0, mono_s) > rate(0.1, mono_s) + 0.02
    assert rate(13.0, 60.0) == pytest.approx(rate(13.0, 1e7), abs=1e-6)


def test_who_reached_nobody_is_known_again() -> None:
    token = CallerToken("0123456789abcdef")
    for at, tried in ((ago(10), True), (ago(40), False)):
        found = machine(Memory(tried=((token, at),)))
        rung(found)
        found.handle(CallerRecognised(call=CALL, caller=token), Now(5002.0, NOON + timedelta(seconds=2)))
        assert found.board.calls[CALL].tried_before is tried


def test_who_stands_in_is_rung() -> None:
    cover = NoteCover(
        line=XINLI,
        slot="day",
        from_at=ago(12 * 60),
        until_at=NOON + timedelta(hours=12),
        absent=LIN,
        present=VolunteerId("bao"),
    )
    of = roster(line(ring_steps=(ring(None),), shifts=(shift(["lin", "wang"], ["bao"]),)))
    assert rung(machine(Memory(stand_ins=(cover,)), of)) == {"wang", "bao"}


def test_a_start_says_nothing_of_what_was_said_before() -> None:
    found = machine(Memory(pauses=((LIN, None),), talks=talks((30, 2)).talks))
    assert found.handle_deadline(Now(5000.5, NOON)) == []
