"""How callers and volunteers are drawn: with the shares that were asked for, and the same whatever serves them."""

from collections import Counter

import pytest

from hotline_agi.roster.model import EndpointKind
from hotline_agi.simulation.crowd import Attempt, Crowd, Habits, Known
from hotline_agi.simulation.spans import always, exponential
from hotline_agi.simulation.staff import Manner, Staff, Way
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.lines import XINLI, mobile, softphone

LIN = VolunteerId("lin")
USUAL = Habits()


def crowd(many: int = 3, habits: Habits = USUAL, **more: object) -> Crowd:
    return Crowd(line=XINLI, first_s=[float(n) for n in range(many)], habits=habits, seed="1", **more)  # type: ignore[arg-type]


def test_rings_end_as_often_so_as_was_asked_for() -> None:
    manner = Manner(accept=0.4, voicemail=0.2, decline=0.1, busy=0.05, unreachable=0.05)
    staff = Staff(manners={EndpointKind.MOBILE: manner}, seed="1")
    stream = staff.stream(LIN)
    ways = Counter(staff.reaction(stream, LIN, mobile("lin"), 0.0).way for _ in range(20_000))
    shares = {way: ways[way] / 20_000 for way in Way}
    assert shares == {
        Way.ACCEPTS: pytest.approx(0.4, abs=0.01),
        Way.VOICEMAIL: pytest.approx(0.2, abs=0.01),
        Way.DECLINES: pytest.approx(0.1, abs=0.01),
        Way.BUSY: pytest.approx(0.05, abs=0.01),
        Way.UNREACHABLE: pytest.approx(0.05, abs=0.01),
        Way.NOTHING: pytest.approx(0.2, abs=0.01),
    }


def test_a_softphone_has_no_voicemail_and_needs_no_key() -> None:
    manner = Manner(accept=0.5, voicemail=0.5)
    staff = Staff(manners={EndpointKind.SOFTPHONE: manner}, seed="1")
    stream = staff.stream(LIN)
    reactions = [staff.reaction(stream, LIN, softphone("lin"), 0.0) for _ in range(200)]
    assert {one.way for one in reactions} == {Way.ACCEPTS, Way.NOTHING}
    assert all(one.press_s == 0.0 for one in reactions)


def test_the_nth_ring_of_a_volunteer_ends_the_same_however_many_others_ring() -> None:
    staff = Staff(manners={EndpointKind.SOFTPHONE: Manner(), EndpointKind.MOBILE: Manner(decline=0.5)}, seed="1")
    alone, beside = staff.stream(LIN), staff.stream(LIN)
    other = staff.stream(VolunteerId("wang"))
    for n in range(50):
        if n % 3:
            staff.reaction(other, VolunteerId("wang"), mobile("wang"), 0.0)
        assert staff.reaction(alone, LIN, softphone("lin"), 0.0) == staff.reaction(beside, LIN, softphone("lin"), 0.0)


def test_single_people_and_hours_change_the_chance_of_an_accept() -> None:
    staff = Staff(
        manners={EndpointKind.SOFTPHONE: Manner(accept=1.0)},
        seed="1",
        accept_of={LIN: 0.5},
        factor=lambda now_s: 0.5 if now_s > 10.0 else 1.0,
    )
    stream = staff.stream(LIN)

    def share(at_s: float) -> float:
        drawn = [staff.reaction(stream, LIN, softphone("lin"), at_s).way for _ in range(4000)]
        return drawn.count(Way.ACCEPTS) / 4000

    assert share(0.0) == pytest.approx(0.5, abs=0.03)
    assert share(20.0) == pytest.approx(0.25, abs=0.03)


def test_people_differ_but_each_is_the_same_again() -> None:
    attempts = crowd(20).attempts()
    assert attempts == crowd(20).attempts()
    assert len({one.talk_s for one in attempts}) == 20


def test_who_calls_again_has_the_same_to_say() -> None:
    callers = crowd(1, Habits(redial=0.999_999, redial_after_s=always(40.0)))
    first = callers.attempts()[0]
    again = callers.again(first, 100.0)
    assert again is not None
    assert (again.number, again.at_s, again.talk_s) == (2, 140.0, first.talk_s)


def test_as_many_call_again_as_was_asked_for() -> None:
    callers = crowd(5000, Habits(redial=0.3))
    again = sum(callers.again(one, 0.0) is not None for one in callers.attempts())
    assert again / 5000 == pytest.approx(0.3, abs=0.02)


def test_what_a_record_tells_is_not_drawn() -> None:
    known = [Known(talk_s=77.0, waited_s=500.0), Known(left_after_s=12.0), Known()]
    habits = Habits(patience_s=exponential(10.0))

    def one_of(n: int) -> Attempt:
        return crowd(3, habits, known=known).attempts()[n]

    assert (one_of(0).talk_s, one_of(0).patience_s) == (77.0, 500.0)
    assert one_of(1).patience_s == 12.0
    assert one_of(2) == crowd(3, habits).attempts()[2]
