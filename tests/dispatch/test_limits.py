"""When a shift begins, talks before it count no more, and talks in it do, though nobody had looked at it then."""

import pytest

from hotline_agi.dispatch import limits
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.duty import on_duty
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.instants import Now
from tests.dispatch.lines import NOON, XINLI, roster

LIN = VolunteerId("lin")


@pytest.mark.parametrize(("ended_ago_s", "counted"), [(1.5, 1), (86_500.0, 0)])
def test_a_talk_in_a_shift_that_nobody_had_looked_at_counts(ended_ago_s: float, counted: int) -> None:
    """Found by random stories: a talk that outlived a restart and a new roster was forgotten by the person's limit."""
    board = Switchboard(roster=roster(), boot=1, now=Now(100_000.0, NOON))
    seat, line = board.seats.seat(LIN), board.roster.lines[XINLI]
    seat.calls, seat.talk_s, seat.is_full = 1, 1.5, True
    seat.talk_ended_s = board.now.mono_s - ended_ago_s
    limits.shifts_begin(board, line, on_duty(line, board.now.at))
    assert (seat.calls, seat.is_full) == (counted, bool(counted))
    assert seat.shift_from_at is not None
