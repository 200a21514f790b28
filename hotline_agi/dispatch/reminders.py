"""Reminders: a call before the shift. Who is ready, who cannot come, who does not answer.

One timer per line finds the next places whose window begins (`Reminders.before_s` before the place does); each place
in its window has a timer for its next ring and one for the time at which its backup is asked. A place is somebody in a
slot; who takes it over by phone is reminded instead of whom they stand in for.

Not reminded is

- who is on shift on the line until the very minute: they are there;
- whom nobody could ring because of their quiet hours: then the backup is not asked for them either;
- who said that they are ready by dialling in.

Who cannot come is out at once. Who did not confirm by `ask_backup_s` shows as such and stays on until one of the backup
agrees: perhaps they come all the same.

A slot that runs is not the reminders' business any more. Who is still silent when it has begun (and nobody was asked in
time, since the wall clock was put forward) is noted as such, and no backup is asked for them: calls show whether they
are there, their line's ring plan goes on to the backup, and whoever is on shift may ask for cover. For who said that
they cannot come the backup is asked whenever that was.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hotline_agi.dispatch import cover_requests, notice_legs, stand_ins
from hotline_agi.dispatch.commands import CancelReason, NoteReadiness, NoticeKind, NoticeReply
from hotline_agi.dispatch.notice_book import CoverRequest, Notice, Reminder, place_key
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line, Reminders
from hotline_agi.roster.places import Place
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.standing import Readiness

MOST_RINGS = 2
REPEAT_S = 240.0
"""After a ring that nobody answered."""
LOOK_AGAIN_S = 900.0
"""A line is looked at this often at least: the wall clock may be stepped, the timers do not know it."""
LATE_ASK_S = 60.0
"""Who is reminded late (the service was away, the roster is new) has so long before their backup is asked."""
MOMENT = timedelta(microseconds=1)
MOMENT_S = 1.0
"""Nothing is put off for less."""


def replan(board: Switchboard) -> None:
    """After a start or with a new roster: drop the places that are no more, find those whose window has begun."""
    for reminder in list(board.notices.reminders.values()):
        if not _still_stands(board, reminder):
            _drop(board, reminder)
    cover_requests.replan(board)
    for line in board.roster.lines.values():
        look(board, line.id)


def look(board: Switchboard, line_id: LineId) -> None:
    """Begin the reminders of a line whose window has begun, and set the timer for the next."""
    line = board.roster.lines.get(line_id)
    if line is None or line.reminders is None:
        return
    now = board.now.at
    before = timedelta(seconds=line.reminders.before_s)
    next_s = LOOK_AGAIN_S
    for slot, place in _places(line, now, now + before + timedelta(seconds=LOOK_AGAIN_S)):
        window_s = (place.start - before - now).total_seconds()
        if window_s > 0:
            next_s = min(next_s, window_s)
        else:
            _begin(board, line, slot, place)
    for reminder in board.notices.reminders.values():
        if reminder.line == line.id and _backup_comes(board, reminder):
            _set_backup_timer(board, line.reminders, reminder)
    board.set_timer(Timer.REMINDERS, line.id, next_s)


def _backup_comes(board: Switchboard, reminder: Reminder) -> bool:
    """Whether the backup is still to be asked before the slot begins: by the wall clock, which may have been stepped.
    Who was not even rung when it was time to ask (their quiet hours) is not looked at again."""
    if board.now.at >= reminder.from_at or reminder.key in board.notices.requests:
        return False
    is_early = _early_s(board, reminder) > MOMENT_S
    return reminder.readiness in (Readiness.ASKED, Readiness.SILENT) or (is_early and reminder.readiness is None)


def _set_backup_timer(board: Switchboard, plan: Reminders, reminder: Reminder) -> None:
    """By the wall clock of now; who is reminded late has `LATE_ASK_S`."""
    ask_s = (reminder.from_at - board.now.at).total_seconds() - plan.ask_backup_s
    board.set_timer(Timer.BACKUP, reminder.key, max(LATE_ASK_S, ask_s))


def _places(line: Line, after: datetime, until: datetime) -> Iterator[tuple[str, Place]]:
    """Whoever's place on shift begins later than `after` and until `until`."""
    for one in occurrences(line, after, until + MOMENT):
        for place in one.places:
            if not place.as_backup and after < place.start <= until:
                yield one.shift.slot, place


def _begin(board: Switchboard, line: Line, slot: str, place: Place) -> None:
    assert line.reminders is not None
    agreed = board.notices.stand_ins
    who = stand_ins.holder(
        lambda absent: agreed.get(place_key(line.id, slot, place.start, absent)), place.who, board.roster.volunteers
    )
    if who is None:
        return
    key = place_key(line.id, slot, place.start, who)
    if key in board.notices.reminders or _is_there(board, line, who, place.start - MOMENT):
        return
    board.notices.reminders[key] = Reminder(
        key=key, line=line.id, slot=slot, volunteer=who, from_at=place.start, until_at=place.end
    )
    _set_backup_timer(board, line.reminders, board.notices.reminders[key])
    ring_due(board, key)


def _is_there(board: Switchboard, line: Line, who: VolunteerId, at: datetime) -> bool:
    return who in board.notices.duty(line.id, on_duty(line, at), at, board.roster.volunteers).volunteers


def ring_due(board: Switchboard, key: str) -> None:
    """It is time to ring: now, or a little later if that cannot be."""
    reminder = board.notices.reminders.get(key)
    if reminder is None or not _wants_ring(board, reminder):
        return
    if notice_legs.may_ring(board, reminder.volunteer):
        _ring(board, reminder)
    else:
        board.set_timer(Timer.REMIND, key, notice_legs.RETRY_S)


def _wants_ring(board: Switchboard, reminder: Reminder) -> bool:
    return (
        reminder.readiness in (None, Readiness.ASKED)
        and reminder.leg is None
        and reminder.rings < MOST_RINGS
        and board.now.at < reminder.from_at
        and reminder.line in board.roster.lines
    )


def _ring(board: Switchboard, reminder: Reminder, nth_endpoint: int = 0) -> None:
    notice = notice_legs.ring(
        board,
        reminder.volunteer,
        NoticeKind.READY,
        reminder.key,
        line=board.roster.lines[reminder.line],
        from_at=reminder.from_at,
        until_at=reminder.until_at,
        nth_endpoint=nth_endpoint,
    )
    reminder.leg = notice.leg
    reminder.rings += 1
    if reminder.readiness is None:
        _note(board, reminder, Readiness.ASKED)


def leg_ended(board: Switchboard, notice: Notice, try_next: bool) -> None:
    """The notice of a reminder is over. `try_next`: no phone rang, and there is another one of theirs."""
    reminder = board.notices.reminders.get(notice.key)
    if reminder is None or reminder.leg != notice.leg:
        return
    reminder.leg = None
    if reminder.readiness is not Readiness.ASKED:
        return
    if notice.was_taken_back:
        reminder.rings -= 1  # nobody missed anything
        board.set_timer(Timer.REMIND, reminder.key, notice_legs.RETRY_S)
    elif try_next and notice_legs.may_ring(board, reminder.volunteer):
        reminder.rings -= 1
        _ring(board, reminder, notice.nth_endpoint + 1)
    elif reminder.rings < MOST_RINGS:
        board.set_timer(Timer.REMIND, reminder.key, REPEAT_S)
    else:
        _note(board, reminder, Readiness.SILENT)


def backup_due(board: Switchboard, key: str) -> None:
    """It is time to ask the backup for whoever did not confirm; or, later, to forget the place."""
    reminder = board.notices.reminders.get(key)
    if reminder is None:
        return
    left_s = (reminder.until_at - board.now.at).total_seconds()
    if left_s <= 0:
        _drop(board, reminder)
        return
    early_s = _early_s(board, reminder)
    if early_s > MOMENT_S and reminder.readiness in (None, Readiness.ASKED, Readiness.SILENT):
        board.set_timer(Timer.BACKUP, key, early_s)
        return
    board.set_timer(Timer.BACKUP, key, left_s)
    if reminder.readiness is None and not _should_have_answered(board, reminder):
        return
    if reminder.readiness in (None, Readiness.ASKED):
        _note(board, reminder, Readiness.SILENT)
    is_late = (board.now.at - reminder.from_at).total_seconds() > LATE_ASK_S
    if reminder.readiness is Readiness.CANNOT or (reminder.readiness is Readiness.SILENT and not is_late):
        _ask_backup(board, reminder)


def _early_s(board: Switchboard, reminder: Reminder) -> float:
    """How much too early it is to ask the backup: the wall clock was set back, or the service began anew."""
    line = board.roster.lines.get(reminder.line)
    if line is None or line.reminders is None:
        return 0.0
    return (reminder.from_at - board.now.at).total_seconds() - line.reminders.ask_backup_s


def _should_have_answered(board: Switchboard, reminder: Reminder) -> bool:
    """Whether it says something that somebody could not even be rung: not in their quiet hours, nor while they talk."""
    known = board.roster.volunteers.get(reminder.volunteer)
    if known is None or notice_legs.is_quiet(known, board.now.at):
        return False
    return not board.seats.is_taken(reminder.volunteer)


def answered(board: Switchboard, notice: Notice, agreed: bool) -> NoticeReply:
    """They pressed a key. A yes is the caller's to pass on as `VolunteerResumed`, which ends in `ready`."""
    if agreed:
        return NoticeReply.THANKS
    reminder = board.notices.reminders.get(notice.key)
    if reminder is None:
        return NoticeReply.THANKS  # the roster has let them off meanwhile
    for one in _of(board, reminder.volunteer):
        if one.from_at == reminder.from_at and one.readiness is not Readiness.CANNOT:
            _note(board, one, Readiness.CANNOT)
            cover_requests.leaves(board, one.line, one.slot, one.volunteer, one.from_at, one.until_at)
            _ask_backup(board, one)
    return NoticeReply.ASK_OTHERS


def ready(board: Switchboard, volunteer: VolunteerId) -> None:
    """`volunteer` says that they are there: for every shift of theirs of which they were to be reminded now."""
    for reminder in _of(board, volunteer):
        if reminder.readiness is Readiness.READY:
            continue
        _note(board, reminder, Readiness.READY)
        cover_requests.comes_after_all(board, reminder.key)
        notice_legs.withdraw_leg(board, reminder.leg, CancelReason.WITHDRAWN)


def took_over(board: Switchboard, request: CoverRequest) -> None:
    """Somebody agreed to take a place: if its window has begun, that is as good as saying that they are ready."""
    line, present = board.roster.lines.get(request.line), request.present
    if line is None or line.reminders is None or present is None:
        return
    if (request.from_at - board.now.at).total_seconds() > line.reminders.before_s:
        return
    key = place_key(request.line, request.slot, request.from_at, present)
    reminder = board.notices.reminders[key] = Reminder(
        key=key,
        line=request.line,
        slot=request.slot,
        volunteer=present,
        from_at=request.from_at,
        until_at=request.until_at,
    )
    board.set_timer(Timer.BACKUP, key, max(0.0, (request.until_at - board.now.at).total_seconds()))
    _note(board, reminder, Readiness.READY)


def _of(board: Switchboard, volunteer: VolunteerId) -> list[Reminder]:
    return [one for one in board.notices.reminders.values() if one.volunteer == volunteer]


def _ask_backup(board: Switchboard, reminder: Reminder) -> None:
    cover_requests.begin(board, reminder.line, reminder.slot, reminder.volunteer, reminder.from_at, reminder.until_at)


def _note(board: Switchboard, reminder: Reminder, readiness: Readiness) -> None:
    reminder.readiness = readiness
    board.out.append(
        NoteReadiness(
            line=reminder.line,
            slot=reminder.slot,
            from_at=reminder.from_at,
            until_at=reminder.until_at,
            volunteer=reminder.volunteer,
            readiness=readiness,
        )
    )


def _still_stands(board: Switchboard, reminder: Reminder) -> bool:
    """Whether the roster still has the place, or somebody's for whom this one stands in."""
    line = board.roster.lines.get(reminder.line)
    if line is None or line.reminders is None or reminder.volunteer not in board.roster.volunteers:
        return False
    if cover_requests.has_place(line, reminder.slot, reminder.from_at, reminder.volunteer):
        return True
    return any(
        one.present == reminder.volunteer
        and (one.line, one.slot, one.from_at) == (line.id, reminder.slot, reminder.from_at)
        and cover_requests.has_place(line, one.slot, one.from_at, one.absent)
        for one in board.notices.stand_ins.values()
    )


def _drop(board: Switchboard, reminder: Reminder) -> None:
    del board.notices.reminders[reminder.key]
    board.deadlines.clear((Timer.REMIND, reminder.key))
    board.deadlines.clear((Timer.BACKUP, reminder.key))
    notice_legs.withdraw_leg(board, reminder.leg, CancelReason.WITHDRAWN)
