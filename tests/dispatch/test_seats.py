"""One volunteer, one seat, one occupant."""

import pytest

from hotline_agi.dispatch.seats import Place, Seat, Seats
from hotline_agi.terms.ids import LegId, VolunteerId
from tests.dispatch.desk import Desk, rung, taken_back
from tests.dispatch.lines import line, ring, roster, shift

LIN = VolunteerId("lin")
ONE, TWO = LegId("leg-1"), LegId("leg-2")


def _moved(seat: Seat, before: Place) -> None:
    """Nobody asks."""


def is_free_at(seats: Seats, volunteer: VolunteerId, now_s: float) -> bool:
    seats.settle(seats.seat(volunteer), now_s)
    return seats.is_free(volunteer)


def test_a_seat_is_taken_until_its_leg_is_gone() -> None:
    seats = Seats(_moved)
    assert seats.is_free(LIN)
    seats.take(LIN, ONE, 0.0)
    assert not seats.is_free(LIN)
    seats.leave(LIN, ONE, 0.0)
    assert seats.is_free(LIN)


def test_a_taken_seat_is_not_taken_again() -> None:
    seats = Seats(_moved)
    seats.take(LIN, ONE, 0.0)
    with pytest.raises(AssertionError):
        seats.take(LIN, TWO, 0.0)


def test_a_leg_that_turns_up_sits_down_beside() -> None:
    seats = Seats(_moved)
    seats.take(LIN, ONE, 0.0)
    seats.adopt(LIN, TWO, 0.0)
    seats.leave(LIN, ONE, 0.0)
    assert not seats.is_free(LIN)
    seats.leave(LIN, TWO, 0.0)
    assert seats.is_free(LIN)


def test_a_leg_that_does_not_sit_frees_nobody() -> None:
    seats = Seats(_moved)
    seats.take(LIN, ONE, 0.0)
    seats.leave(LIN, TWO, 0.0)
    assert not seats.is_free(LIN)


def test_wrap_up_keeps_the_seat_until_it_is_over() -> None:
    seats = Seats(_moved)
    seats.take(LIN, ONE, 0.0)
    seats.leave(LIN, ONE, 0.0, wraps_until_s=60.0)
    assert not is_free_at(seats, LIN, 59.9)
    assert is_free_at(seats, LIN, 60.0)


def test_a_later_leg_does_not_shorten_the_wrap_up() -> None:
    seats = Seats(_moved)
    seats.adopt(LIN, ONE, 0.0)
    seats.leave(LIN, ONE, 0.0, wraps_until_s=60.0)
    seats.adopt(LIN, TWO, 0.0)
    seats.leave(LIN, TWO, 0.0, wraps_until_s=10.0)
    assert not is_free_at(seats, LIN, 59.9)


# ---- as the machine uses them


def test_two_calls_never_ring_one_volunteer() -> None:
    desk = Desk()
    assert rung(desk.waits("c1")) == ["lin", "wang"]
    assert rung(desk.waits("c2")) == ["zhao", "chen"]
    assert rung(desk.waits("c3")) == []


def test_who_was_told_to_go_is_rung_by_the_next_call_only_when_gone() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.waits("c2")
    assert desk.leg("lin") in taken_back(desk.leaves("c1"))
    assert rung(desk.passes(1.0)) == []
    assert rung(desk.ends("lin")) == ["lin"]


def test_who_talked_wraps_up_and_is_then_rung_for_the_caller_who_waits() -> None:
    desk = Desk(roster(line(ring_steps=(ring(None, 100.0),), shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.talks("lin")
    desk.waits("c2")
    assert rung(desk.ends("lin")) == []
    assert rung(desk.passes(59.9)) == []
    assert rung(desk.passes(0.2)) == ["lin"]


def test_who_was_only_rung_does_not_wrap_up() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    desk.leaves("c1")
    desk.ends("lin")
    assert rung(desk.waits("c2")) == ["lin"]


def test_turns_go_round() -> None:
    desk = Desk(roster(line(ring_steps=(ring(2),))))
    turns = []
    for n in range(3):
        turns.append(rung(desk.waits(f"c{n}")))
        desk.leaves(f"c{n}")
        for volunteer in turns[-1]:
            desk.ends(volunteer)
    assert turns == [["lin", "wang"], ["zhao", "chen"], ["lin", "wang"]]


def test_a_cancel_that_has_no_effect_is_repeated_and_the_seat_is_freed_at_last() -> None:
    desk = Desk(roster(line(shifts=(shift(["lin"], []),))))
    desk.waits("c1")
    leg = desk.leg("lin")
    desk.leaves("c1")
    assert taken_back(desk.passes(2.0)) == {leg}
    assert taken_back(desk.passes(2.0)) == {leg}
    assert not desk.machine.board.seats.is_free(LIN)
    desk.passes(2.0)
    assert desk.machine.board.seats.is_free(LIN)
    assert desk.record("c1").legs[0].outcome == "caller left"
