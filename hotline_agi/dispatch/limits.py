"""How much is asked of a volunteer: calls in a shift, minutes of talk in a day and in a row; and when each begins anew.

A shift is one occurrence of one slot: two slots of one person without a break between them are two shifts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import inf

from hotline_agi.dispatch.seats import Seat
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import Line
from hotline_agi.roster.timetable import Duty, occurrences
from hotline_agi.terms.ids import VolunteerId

BREAK_S = 900.0
"""So long without a talk is a break; also how long somebody has one after `talk_min_in_a_row`."""
_INSTANT = timedelta(microseconds=1)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talked:
    """A talk of an earlier run, on the clock of this one."""

    began_s: float
    ended_s: float
    in_shift: bool
    """The shift in which it was goes on."""


def count_talk(board: Switchboard, seat: Seat, line: Line, talk_s: float) -> None:
    """A talk of `talk_s` on `line` is just over."""
    _add_talk(seat, talk_s, board.now.mono_s, board.now.at.astimezone(line.zone).date(), in_shift=True)
    _stop(board, seat, line)


def remember(board: Switchboard, volunteer: VolunteerId, line: Line, talks: Iterable[Talked]) -> None:
    """Talks of earlier runs, of the last day, in the order in which they ended: they count for limits, and for who
    talked least."""
    seat, now = board.seats.seat(volunteer), board.now
    for talk in talks:
        day = now.when(talk.ended_s).astimezone(line.zone).date()
        _add_talk(seat, talk.ended_s - talk.began_s, talk.ended_s, day, in_shift=talk.in_shift)
    if now.mono_s - seat.talk_ended_s >= BREAK_S:
        seat.row_s = 0.0
    if seat.day != now.at.astimezone(line.zone).date():
        seat.day, seat.day_talk_s = None, 0.0
    _stop(board, seat, line)
    board.seats.settle(seat, now.mono_s)
    board.seats.turn_changed(seat)


def _add_talk(seat: Seat, talk_s: float, ended_s: float, day: date, *, in_shift: bool) -> None:
    if ended_s - talk_s - seat.talk_ended_s >= BREAK_S:
        seat.row_s = 0.0
    if seat.day != day:
        seat.day, seat.day_talk_s = day, 0.0
    if in_shift:
        seat.calls += 1
        seat.talk_s += talk_s
    seat.row_s += talk_s
    seat.day_talk_s += talk_s
    seat.talk_ended_s = ended_s


def _stop(board: Switchboard, seat: Seat, line: Line) -> None:
    """Who reached a limit is not rung until it is over: the next shift, the next day, the end of the break."""
    person = board.roster.volunteers.get(seat.volunteer)
    if person is None:
        return
    limits, now_s = person.limits, board.now.mono_s
    calls, minutes, in_a_row = limits.calls_per_shift, limits.talk_min_per_day, limits.talk_min_in_a_row
    seat.is_full = calls is not None and seat.calls >= calls
    is_over = minutes is not None and seat.day_talk_s >= 60.0 * minutes
    seat.day_over_until_s = now_s + _to_midnight_s(board.now.at, line) if is_over else -inf
    if in_a_row is not None and seat.row_s >= 60.0 * in_a_row:
        seat.row_s = 0.0
        seat.break_until_s = now_s + BREAK_S


def _to_midnight_s(at: datetime, line: Line) -> float:
    local = at.astimezone(line.zone)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=line.zone)
    return (midnight - at).total_seconds()


def look_again(board: Switchboard) -> None:
    """A new roster may say other limits: who is stopped by one that is gone is free."""
    for seat in board.seats.known():
        person = board.roster.volunteers.get(seat.volunteer)
        if person is None or not (seat.is_full or seat.day_over_until_s > board.now.mono_s):
            continue
        limits = person.limits
        seat.is_full = limits.calls_per_shift is not None and seat.calls >= limits.calls_per_shift
        if limits.talk_min_per_day is None or seat.day_talk_s < 60.0 * limits.talk_min_per_day:
            seat.day_over_until_s = -inf
        board.seats.settle(seat, board.now.mono_s)


def shifts_begin(board: Switchboard, line: Line, duty: Duty) -> datetime:
    """A new shift begins for everybody on `duty` whose last one is over. Returns when the first of them ends."""
    at = board.now.at
    slots = occurrences(line, at, at + _INSTANT)
    places = {place.who: (place.start, place.end) for slot in slots for place in slot.places}
    whole = (slots[0].start, slots[0].end) if slots else (at, at + _A_DAY)
    for volunteer in (*duty.volunteers, *duty.backup):
        seat = board.seats.seat(volunteer)
        if seat.shift_until_at is not None and at < seat.shift_until_at:
            continue
        is_first = seat.shift_until_at is None
        seat.shift_from_at, seat.shift_until_at = places.get(volunteer, whole)
        if seat.calls or seat.talk_s:
            if is_first and board.now.when(seat.talk_ended_s) > seat.shift_from_at:
                continue  # nobody had looked at the shift when they talked in it, as after a restart
            seat.calls, seat.talk_s, seat.is_full = 0, 0.0, False
            board.seats.settle(seat, board.now.mono_s)
            board.seats.turn_changed(seat)
    ends = [end for _, end in places.values() if end > at]
    return min(ends, default=at + _A_DAY)
