"""Ringing a volunteer without a caller, so that no call is ever delayed by it.

- Nobody is rung by a notice whom a call that waits now could use: calls come first, the notice is tried again later.
- A notice that still rings is taken back when a call waits for which no phone rings and whom it rings could be used.
- Few notices ring together (`MOST_AT_ONCE`), so that the trunk stays free for calls.
- A volunteer whom a notice rings is occupied like by any leg; in their quiet hours nobody is rung.
"""

from datetime import datetime

from hotline_agi.dispatch.commands import CancelLeg, CancelReason, NoticeKind, RingNotice
from hotline_agi.dispatch.notice_book import Notice
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import CANCEL_GRACE_S, CANCEL_REPEATS, RING_GRACE_S, Switchboard, Timer
from hotline_agi.roster.clock import days_around, spans_of
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

RING_S = 30.0
MOST_AT_ONCE = 4
HEARD_LIMIT_S = 120.0
"""The question is said twice, with 8 s to press each time, and then the reply; who is still in it is stuck."""
RETRY_S = 15.0
"""Who could not be rung just now is tried again after so long."""


def may_ring(board: Switchboard, volunteer: VolunteerId, *, for_calls: bool = True) -> bool:
    """Whether a notice may ring `volunteer` now. Not `for_calls`: no call could use them, so none matters."""
    book = board.notices
    known = board.roster.volunteers.get(volunteer)
    return (
        book.node is not None
        and book.node not in board.settling
        and len(book.live) < MOST_AT_ONCE
        and known is not None
        and next_endpoint(board, volunteer, 0) is not None
        and not is_quiet(known, board.now.at)
        and (board.seats.is_free(volunteer) if for_calls else not board.seats.is_taken(volunteer))
        and not (for_calls and any(could_use(board, call, volunteer) for call in board.calls.values()))
    )


def next_endpoint(board: Switchboard, volunteer: VolunteerId, nth: int) -> int | None:
    """Which of their endpoints is to be rung: the `nth` (from 0) or the first behind it that can be reached, if any."""
    known = board.roster.volunteers.get(volunteer)
    endpoints = known.endpoints if known is not None else ()
    return next((n for n in range(nth, len(endpoints)) if board.is_reachable(endpoints[n])), None)


def is_quiet(volunteer: Volunteer, at: datetime) -> bool:
    """Whether no phone of theirs may ring at an instant."""
    if not volunteer.quiet or volunteer.zone is None:
        return False
    hours = spans_of(volunteer.zone, volunteer.quiet, days_around(volunteer.zone, at, at))
    return any(start <= at < until for start, until in hours)


def could_use(board: Switchboard, call: Call, volunteer: VolunteerId) -> bool:
    """Whether `call` waits, on a line where `volunteer` is on duty or backup."""
    if not board.wants_people(call):
        return False
    duty = board.duty(board.current_line(call))
    return volunteer in duty.volunteers or volunteer in duty.backup


def ring(
    board: Switchboard,
    volunteer: VolunteerId,
    kind: NoticeKind,
    key: str,
    *,
    line: Line,
    from_at: datetime,
    until_at: datetime,
    about: VolunteerId | None = None,
    nth_endpoint: int = 0,
) -> Notice:
    """Begin to ring the `nth_endpoint` or one behind it. `may_ring` must have said yes."""
    book = board.notices
    known = board.roster.volunteers[volunteer]
    reached = next_endpoint(board, volunteer, nth_endpoint)
    assert book.node is not None
    assert reached is not None
    notice = Notice(
        leg=board.new_leg_id(),
        node=book.node,
        volunteer=volunteer,
        kind=kind,
        key=key,
        nth_endpoint=reached,
        rang_s=board.now.mono_s,
    )
    book.live[notice.leg] = notice
    board.seats.take(volunteer, notice.leg, board.now.mono_s)
    board.set_timer(Timer.NOTICE, notice.leg, RING_S + RING_GRACE_S)
    board.out.append(
        RingNotice(
            leg=notice.leg,
            node=notice.node,
            volunteer=volunteer,
            endpoint=known.endpoints[reached],
            kind=kind,
            language=language_of(known, line),
            ring_timeout_s=RING_S,
            from_at=from_at,
            until_at=until_at,
            zone=line.zone.key,
            about=about,
        )
    )
    return notice


def language_of(volunteer: Volunteer, line: Line) -> str:
    """The first of their languages in which there are prompts; else the line's."""
    return next((language for language in volunteer.languages if language in set(Language)), line.language)


def withdraw(board: Switchboard, notice: Notice, reason: CancelReason) -> None:
    """Stop a notice that still rings; who picked up hears it to its end."""
    if notice.withdrawn or notice.picked_up:
        return
    notice.withdrawn = True
    board.set_timer(Timer.NOTICE, notice.leg, CANCEL_GRACE_S)
    board.out.append(CancelLeg(leg=notice.leg, node=notice.node, reason=reason))


def overdue(board: Switchboard, notice: Notice) -> bool:
    """A notice that should be gone is not: cancel it, again, and at last say that it must be believed gone."""
    if notice.withdrawn and notice.cancel_repeats >= CANCEL_REPEATS:
        return True
    if notice.withdrawn:
        notice.cancel_repeats += 1
    else:
        notice.withdrawn = notice.rang_out = True
    board.set_timer(Timer.NOTICE, notice.leg, CANCEL_GRACE_S)
    board.out.append(CancelLeg(leg=notice.leg, node=notice.node, reason=CancelReason.WITHDRAWN))
    return False


def make_way(board: Switchboard) -> None:
    """Take back what rings somebody for whom a call waits without any phone that rings."""
    ringing = [one for one in board.notices.live.values() if not (one.withdrawn or one.picked_up)]
    if not ringing:
        return
    alone = [call for call in board.calls.values() if not call.legs]
    for notice in ringing:
        if any(could_use(board, call, notice.volunteer) for call in alone):
            withdraw(board, notice, CancelReason.WITHDRAWN)
