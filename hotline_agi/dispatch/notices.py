"""Notices: calls to volunteers without a caller. The machine's side of `RingNotice`; what for stands in the parts.

Whatever becomes of a notice comes back by its leg: `LegAnswered`, `NoticeAnswered` (at once answered by exactly one
`AnswerNotice`), `LegEnded`, or its deadline.
"""

from collections.abc import Iterable
from datetime import datetime

from hotline_agi.dispatch import alarm_calls, cover_requests, notice_legs, reminders
from hotline_agi.dispatch.commands import (
    AnswerNotice,
    CancelReason,
    CoverWord,
    NoteCover,
    NoteReadiness,
    NoticeKind,
    NoticeReply,
    RefuseLeg,
)
from hotline_agi.dispatch.events import LegAccepted, LegAnswered, LegEnded, StockTaken, TalkStarted, VolunteerResumed
from hotline_agi.dispatch.notice_book import CoverRequest, Notice, Reminder, Resting, place_key
from hotline_agi.dispatch.stock import MAKING_S
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.model import Line
from hotline_agi.terms.causes import UNREACHABLE, Cause
from hotline_agi.terms.ids import LegId, LineId, VolunteerId
from hotline_agi.terms.standing import Readiness

TELL_REST_S = 60.0
"""Who cannot be told within this that they rest finds out from the menu."""


def due(board: Switchboard, kind: Timer, key: str) -> None:
    """One of `NOTICE_TIMERS` is due."""
    match kind:
        case Timer.REMINDERS:
            reminders.look(board, LineId(key))
        case Timer.REMIND:
            reminders.ring_due(board, key)
        case Timer.BACKUP:
            reminders.backup_due(board, key)
        case Timer.COVER:
            cover_requests.due(board, key)
        case Timer.ALARM:
            alarm_calls.due(board, key)
        case Timer.TELL_REST:
            _rest_due(board, VolunteerId(key))
        case Timer.NOTICE:
            notice = board.notices.live.get(LegId(key))
            if notice is not None and notice_legs.overdue(board, notice):
                leg_ended(board, notice.leg, Cause.UNKNOWN)
        case _:
            pass


def of_leg(board: Switchboard, event: LegAnswered | LegAccepted | TalkStarted | LegEnded) -> None:
    """Something happened to the leg of a live notice."""
    match event:
        case LegAnswered(leg=leg):
            notice = board.notices.live[leg]
            if not notice.withdrawn and not notice.picked_up:
                notice.picked_up = True
                board.set_timer(Timer.NOTICE, leg, notice_legs.HEARD_LIMIT_S)
        case LegEnded(leg=leg, cause=cause):
            leg_ended(board, leg, cause)
        case LegAccepted(leg=leg):
            board.out.append(RefuseLeg(leg=leg, reason=CancelReason.WITHDRAWN))
        case TalkStarted():
            pass  # nobody talks in a notice


def answered(board: Switchboard, leg: LegId, agreed: bool) -> VolunteerResumed | None:
    """A volunteer pressed a key. Returns what else that says: whoever is ready, or wants to be rung again, is there."""
    notice = board.notices.live.get(leg)
    if notice is None or notice.answered:
        board.out.append(AnswerNotice(leg=leg, reply=NoticeReply.LOST if notice is None else NoticeReply.THANKS))
        return None
    notice.answered = notice.picked_up = True
    board.set_timer(Timer.NOTICE, leg, notice_legs.HEARD_LIMIT_S)
    match notice.kind:
        case NoticeKind.READY:
            reply = reminders.answered(board, notice, agreed)
        case NoticeKind.COVER:
            reply = cover_requests.answered(board, notice, agreed)
            if reply is NoticeReply.YOURS:
                reminders.took_over(board, board.notices.requests[notice.key])
        case NoticeKind.RESTING:
            reply = NoticeReply.THANKS
        case NoticeKind.ALARM:
            reply = alarm_calls.answered(board, notice, agreed)
    board.out.append(AnswerNotice(leg=leg, reply=reply))
    is_there = agreed and notice.kind in (NoticeKind.READY, NoticeKind.RESTING)
    return VolunteerResumed(volunteer=notice.volunteer) if is_there else None


def leg_ended(board: Switchboard, leg: LegId, cause: int) -> None:
    """The leg of a live notice is gone: its volunteer is free again."""
    notice = board.notices.live.pop(leg)
    board.deadlines.clear((Timer.NOTICE, leg))
    board.seats.leave(notice.volunteer, leg, board.now.mono_s)
    more = notice_legs.next_endpoint(board, notice.volunteer, notice.nth_endpoint + 1) is not None
    try_next = more and cause in UNREACHABLE and not (notice.picked_up or notice.withdrawn)
    match notice.kind:
        case NoticeKind.READY:
            reminders.leg_ended(board, notice, try_next)
        case NoticeKind.COVER:
            cover_requests.leg_ended(board, notice, try_next)
        case NoticeKind.RESTING:
            _rest_told(board, notice, try_next)
        case NoticeKind.ALARM:
            alarm_calls.leg_ended(board, notice, try_next)


def make_way(board: Switchboard) -> None:
    """After each step: calls come before notices."""
    if board.notices.live:
        notice_legs.make_way(board)


# ---- rest


def tell_resting(board: Switchboard, volunteer: VolunteerId, from_at: datetime, until_at: datetime) -> None:
    """Tell a volunteer, by one ring, that they missed several calls and are not rung until `until_at`.

    No waiting call could use them, so that this waits for none.
    """
    board.notices.resting[volunteer] = Resting(
        volunteer=volunteer, from_at=from_at, until_at=until_at, give_up_s=board.now.mono_s + TELL_REST_S
    )
    _rest_due(board, volunteer)


def resumed(board: Switchboard, volunteer: VolunteerId) -> None:
    """`volunteer` is there (`VolunteerResumed`): ready for their shifts, and there is no rest to tell of any more."""
    reminders.ready(board, volunteer)
    resting = board.notices.resting.get(volunteer)
    if resting is not None:
        notice_legs.withdraw_leg(board, resting.leg, CancelReason.WITHDRAWN)
    _rest_over(board, volunteer)


def _rest_over(board: Switchboard, volunteer: VolunteerId) -> None:
    if board.notices.resting.pop(volunteer, None) is not None:
        board.deadlines.clear((Timer.TELL_REST, volunteer))


def _rest_due(board: Switchboard, volunteer: VolunteerId, nth_endpoint: int = 0) -> None:
    resting = board.notices.resting.get(volunteer)
    if resting is None or resting.leg is not None:
        return
    line = _line_of(board, volunteer)
    if line is None or board.now.mono_s >= resting.give_up_s:
        _rest_over(board, volunteer)
    elif notice_legs.may_ring(board, volunteer, for_calls=False):
        notice = notice_legs.ring(
            board,
            volunteer,
            NoticeKind.RESTING,
            volunteer,
            line=line,
            from_at=resting.from_at,
            until_at=resting.until_at,
            nth_endpoint=nth_endpoint,
        )
        resting.leg = notice.leg
    else:
        board.set_timer(Timer.TELL_REST, volunteer, notice_legs.RETRY_S)


def _line_of(board: Switchboard, volunteer: VolunteerId) -> Line | None:
    """A line where they are on duty (or backup) now, else any: for its language and zone."""
    lines = list(board.roster.lines.values())
    serving = (line for line in lines if volunteer in board.notices.serving(line.id, board.duty(line)))
    return next(serving, lines[0] if lines else None)


def _rest_told(board: Switchboard, notice: Notice, try_next: bool) -> None:
    resting = board.notices.resting.get(notice.volunteer)
    if resting is None or resting.leg != notice.leg:
        return
    resting.leg = None
    if try_next:
        _rest_due(board, notice.volunteer, notice.nth_endpoint + 1)
    else:
        _rest_over(board, notice.volunteer)


# ---- the link


def stock_taken(board: Switchboard, stock: StockTaken) -> None:
    """Notices of that Asterisk which ended unseen are over; from now on notices may be rung there."""
    board.notices.node = stock.node
    alive = {leg.leg: leg for leg in stock.legs}
    for notice in [one for one in board.notices.live.values() if one.node == stock.node]:
        found = alive.get(notice.leg)
        if found is not None:
            notice.cancel_repeats = 0
            if found.up:
                of_leg(board, LegAnswered(leg=notice.leg))
        elif notice.rang_s < stock.asked_s - MAKING_S:
            leg_ended(board, notice.leg, Cause.UNKNOWN)
    for reminder in board.notices.reminders.values():
        if reminder.readiness is None:
            board.set_timer(Timer.REMIND, reminder.key, 0.0)  # who waited for the link waits no longer


# ---- a restart


def restore(board: Switchboard, notes: Iterable[NoteReadiness | NoteCover]) -> None:
    """What an earlier run noted of shifts that are not over, the last word of each place: who confirmed is not
    rung again, who agreed still stands in, and whoever is to be found is looked for. To be called before the first
    event."""
    for note in notes:
        if note.until_at <= board.now.at or note.line not in board.roster.lines:
            continue
        if isinstance(note, NoteReadiness):
            _restore_readiness(board, note)
        elif note.present is not None:
            _restore_cover(board, note, note.present)
        elif note.word is CoverWord.ASKING:
            cover_requests.resume(board, note)


def _restore_readiness(board: Switchboard, note: NoteReadiness) -> None:
    key = place_key(note.line, note.slot, note.from_at, note.volunteer)
    if note.readiness is Readiness.ASKED:
        return  # what was said then is not known: they are asked again
    board.notices.reminders[key] = Reminder(
        key=key,
        line=note.line,
        slot=note.slot,
        volunteer=note.volunteer,
        from_at=note.from_at,
        until_at=note.until_at,
        readiness=note.readiness,
        rings=reminders.MOST_RINGS,
    )
    board.set_timer(Timer.BACKUP, key, 0.0)
    if note.readiness is Readiness.CANNOT:
        cover_requests.leaves(board, note.line, note.slot, note.volunteer, note.from_at, note.until_at)


def _restore_cover(board: Switchboard, note: NoteCover, present: VolunteerId) -> None:
    key = place_key(note.line, note.slot, note.from_at, note.absent)
    request = board.notices.requests[key] = CoverRequest(
        key=key,
        line=note.line,
        slot=note.slot,
        absent=note.absent,
        from_at=note.from_at,
        until_at=note.until_at,
        begun_at=board.now.at,
        to_ask=[],
        present=present,
        over=True,
    )
    board.notices.stand_ins[key] = request.stand_in(present, absent_stays=note.word is CoverWord.COMES)
    board.set_timer(Timer.COVER, key, (note.until_at - board.now.at).total_seconds())
    board.forget_duties()
