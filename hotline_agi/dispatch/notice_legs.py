"""Ringing a volunteer without a caller, so that no call is ever delayed by it.

- Nobody is rung by a notice whom a call that waits now could use: calls come first, the notice is tried again later.
- A notice that still rings is taken back when a call waits for which no phone rings and whom it rings could be used.
- Few notices ring together (`MOST_AT_ONCE`), so that the trunk stays free for calls.
- A volunteer whom a notice rings is occupied like by any leg; in their quiet hours nobody is rung.
"""

from collections.abc import Iterator
from datetime import datetime

from hotline_agi.dispatch.commands import CancelLeg, CancelReason, NoteFact, NoticeKind, RingNotice
from hotline_agi.dispatch.notice_book import Notice
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import CANCEL_GRACE_S, CANCEL_REPEATS, RING_GRACE_S, Switchboard, Timer
from hotline_agi.roster.clock import days_around, spans_of
from hotline_agi.roster.model import Line, Volunteer
from hotline_agi.terms.ids import LegId, LineId, VolunteerId
from hotline_agi.terms.languages import Language

RING_S = 30.0
MOST_AT_ONCE = 4
HEARD_LIMIT_S = 120.0
"""The question is said twice, with 8 s to press each time, and then the reply; who is still in it is stuck."""
RETRY_S = 15.0
"""Who could not be rung just now is tried again after so long."""


def may_ring(board: Switchboard, volunteer: VolunteerId, *, for_calls: bool = True, quiet_too: bool = False) -> bool:
    """Whether a notice may ring `volunteer` now. Not `for_calls`: no call could use them, so none matters;
    `quiet_too`: also in their quiet hours."""
    book = board.notices
    known = board.roster.volunteers.get(volunteer)
    return (
        book.node is not None
        and book.node not in board.settling
        and len(book.live) < MOST_AT_ONCE
        and known is not None
        and next_endpoint(board, volunteer, 0) is not None
        and (quiet_too or not is_quiet(known, board.now.at))
        and (board.seats.is_free(volunteer) if for_calls else not board.seats.is_taken(volunteer))
        and not (for_calls and is_wanted(board, volunteer))
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


def is_wanted(board: Switchboard, volunteer: VolunteerId) -> bool:
    """Whether a call waits that could use `volunteer`; asked per line, whatever the number of calls."""
    return any(
        volunteer in serving(board, line_id) and any(map(board.wants_people, _queue(board, line_id)))
        for line_id in board.waiting.lines()
    )


def serving(board: Switchboard, line_id: LineId) -> frozenset[VolunteerId]:
    """Who is on duty or backup, now, for a line on which somebody waits; made once per duty."""
    line = board.roster.lines.get(line_id) or next(call.line for call in _queue(board, line_id))
    return board.notices.serving(line_id, board.duty(line))


def _queue(board: Switchboard, line_id: LineId) -> Iterator[Call]:
    return board.waiting.of_line(line_id, board.now.mono_s)


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
    alarm: str = "",
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
            alarm=alarm,
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


def withdraw_leg(board: Switchboard, leg: LegId | None, reason: CancelReason) -> None:
    """The same by the notice's leg; none, and one that is gone, are fine."""
    notice = board.notices.live.get(leg) if leg is not None else None
    if notice is not None:
        withdraw(board, notice, reason)


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
    """Take back what rings somebody for whom a call waits without any phone that rings.

    Runs after every step while a notice lives. All calls are looked at only when something changed for all of them: a
    notice more, a duty, a link. Else only those of which the step noted a fact: no call comes to wait, and none loses
    a phone, without one.
    """
    ringing = [one for one in board.notices.live.values() if not (one.withdrawn or one.picked_up)]
    if not ringing:
        board.notices.watched = ()
        return
    wanted = {
        line_id: found
        for line_id in board.waiting.lines()
        if (found := [one for one in ringing if one.volunteer in serving(board, line_id)])
    }
    watched = (
        frozenset(board.settling),
        frozenset((line_id, one.leg) for line_id, found in wanted.items() for one in found),
    )
    before, board.notices.watched = board.notices.watched, watched
    if wanted:
        changed = before != watched
        calls = [call for line_id in wanted for call in _queue(board, line_id)] if changed else _touched(board)
        for call in calls:
            if not call.legs and board.wants_people(call):
                for notice in wanted.get(call.line.id, ()):
                    withdraw(board, notice, CancelReason.WITHDRAWN)


def _touched(board: Switchboard) -> list[Call]:
    """Calls of which this step noted something, and which wait."""
    noted = {command.call: None for command in board.out if isinstance(command, NoteFact)}
    return [board.calls[call] for call in noted if call in board.waiting]
