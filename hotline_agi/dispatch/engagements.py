"""Volunteers who are on the telephone without a call of ours: they call somebody back. Nobody rings them meanwhile.

Their channel counts as any leg that the machine did not begin: found again by taking stock after a restart, and gone
with `LegEnded`.
"""

from hotline_agi.dispatch import limits, people
from hotline_agi.dispatch.events import VolunteerEngaged, VolunteerReleased
from hotline_agi.dispatch.switchboard import Switchboard


def engaged(board: Switchboard, event: VolunteerEngaged) -> None:
    """Take their seat, if nothing else has it: who is rung in this very moment is left to the caller."""
    if event.leg in board.foreign or event.leg in board.legs or board.seats.is_taken(event.volunteer):
        board.ignore(event)
        return
    board.foreign[event.leg] = event.volunteer
    board.engaged_s[event.leg] = board.now.mono_s
    board.seats.adopt(event.volunteer, event.leg, board.now.mono_s, talking=True)


def released(board: Switchboard, event: VolunteerReleased) -> None:
    """They are free, after the rest that the line gives for such a talk."""
    volunteer = board.foreign.pop(event.leg, None)
    board.engaged_s.pop(event.leg, None)
    if volunteer is None:
        board.ignore(event)
        return
    now_s, seat = board.now.mono_s, board.seats.seat(volunteer)
    line = board.roster.lines.get(event.line) if event.line is not None else None
    wraps_until_s = None
    if line is not None and event.talk_s > 0.0:
        limits.count_talk(board, seat, line, event.talk_s)
        wraps_until_s = now_s + people.wrap_up_s(line, event.talk_s)
    board.seats.leave(volunteer, event.leg, now_s, wraps_until_s=wraps_until_s)
    people.keep_somebody(board)
