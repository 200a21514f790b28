"""Calls to coordinators about an alarm: one person after the other, until somebody says that they see to it.

Each is rung twice, then the next. Whose quiet hours it is comes last: an alarm that is called about is one that callers
suffer from now, so that they are woken only where nobody else would see to it. A pause is no obstacle, since it is
about callers; a waiting call that could use them is, as for every notice, and whoever is in a talk is not rung. All
alarms together ring `AlarmRaised.most_per_hour` times an hour at most.
"""

from hotline_agi.dispatch import notice_legs
from hotline_agi.dispatch.commands import AlarmWord, CancelReason, NoteAlarm, NoticeKind, NoticeReply
from hotline_agi.dispatch.events import AlarmEnded, AlarmRaised
from hotline_agi.dispatch.notice_book import AlarmCall, Notice
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.model import Line
from hotline_agi.terms.ids import VolunteerId

MOST_RINGS = 2
REPEAT_S = 20.0
"""Between two rings for one alarm."""
HOUR_S = 3600.0
GIVE_UP_S = 1800.0
"""Who could not be rung until then is not: the mail is read by now, or nobody is there."""


def raised(board: Switchboard, event: AlarmRaised) -> None:
    """Begin to ring; an alarm that is called about already stays as it is."""
    key = str(event.alarm)
    people = [who for who in dict.fromkeys(event.people) if who in board.roster.volunteers]
    if key in board.notices.alarm_calls:
        return
    call = board.notices.alarm_calls[key] = AlarmCall(
        alarm=event.alarm,
        kind=event.kind,
        # sorted keeps the order of those who are alike
        to_call=sorted(people, key=lambda who: notice_legs.is_quiet(board.roster.volunteers[who], board.now.at)),
        most_per_hour=event.most_per_hour,
        begun_at=board.now.at,
        give_up_s=board.now.mono_s + GIVE_UP_S,
    )
    go_on(board, call)


def ended(board: Switchboard, event: AlarmEnded) -> None:
    """It is over, or somebody owns it: nobody is called any more."""
    call = board.notices.alarm_calls.get(str(event.alarm))
    if call is not None:
        _stop(board, call)
        notice_legs.withdraw_leg(board, call.leg, CancelReason.WITHDRAWN)


def due(board: Switchboard, key: str) -> None:
    call = board.notices.alarm_calls.get(key)
    if call is not None:
        go_on(board, call)


def go_on(board: Switchboard, call: AlarmCall) -> None:
    """Ring the next one, if nobody is being rung."""
    if call.over or call.leg is not None:
        return
    if not call.to_call or board.now.mono_s >= call.give_up_s:
        _note(board, call, AlarmWord.NOBODY, None)
        _stop(board, call)
        return
    wait_s = _until_allowed_s(board, call)
    who = next((who for who in call.to_call if _may_ring(board, who)), None)
    if who is None or wait_s > 0:
        board.set_timer(Timer.ALARM, str(call.alarm), max(wait_s, notice_legs.RETRY_S))
        return
    call.rings += 1
    if call.rings >= MOST_RINGS or who != call.to_call[0]:
        call.to_call.remove(who)
        call.rings = 0
    _ring(board, call, who)


def _may_ring(board: Switchboard, who: VolunteerId) -> bool:
    allowed = notice_legs.may_ring(board, who, for_calls=False, quiet_too=True)
    return allowed and not notice_legs.is_wanted(board, who)


def _until_allowed_s(board: Switchboard, call: AlarmCall) -> float:
    rings = board.notices.alarm_rings
    while rings and rings[0] <= board.now.mono_s - HOUR_S:
        rings.popleft()
    if len(rings) < call.most_per_hour:
        return 0.0
    return max(1.0, rings[len(rings) - call.most_per_hour] + HOUR_S - board.now.mono_s)


def _ring(board: Switchboard, call: AlarmCall, who: VolunteerId, nth_endpoint: int = 0) -> None:
    board.notices.alarm_rings.append(board.now.mono_s)
    notice = notice_legs.ring(
        board,
        who,
        NoticeKind.ALARM,
        str(call.alarm),
        line=_line_of(board, who),
        from_at=call.begun_at,
        until_at=call.begun_at,
        alarm=call.kind,
        nth_endpoint=nth_endpoint,
    )
    call.leg = notice.leg


def _line_of(board: Switchboard, who: VolunteerId) -> Line:
    """For its language and zone: a line where they serve now, else the first."""
    lines = list(board.roster.lines.values())
    return next((line for line in lines if who in board.notices.serving(line.id, board.duty(line))), lines[0])


def answered(board: Switchboard, notice: Notice, agreed: bool) -> NoticeReply:
    """They see to it (1), or somebody else should (2)."""
    call = board.notices.alarm_calls.get(notice.key)
    if call is None:
        return NoticeReply.THANKS  # it is over meanwhile
    if not agreed:
        call.to_call = [who for who in call.to_call if who != notice.volunteer]
        call.rings = 0
        return NoticeReply.ASK_OTHERS
    _note(board, call, AlarmWord.ACKNOWLEDGED, notice.volunteer)
    _stop(board, call)
    return NoticeReply.THANKS


def leg_ended(board: Switchboard, notice: Notice, try_next: bool) -> None:
    """The notice is over. `try_next`: no phone rang, and there is another one of theirs."""
    call = board.notices.alarm_calls.get(notice.key)
    if call is None or call.leg != notice.leg:
        return
    call.leg = None
    if call.over:
        return
    if notice.was_taken_back:  # a caller needed them
        if notice.volunteer not in call.to_call:
            call.to_call.insert(0, notice.volunteer)
    elif try_next and _may_ring(board, notice.volunteer) and not _until_allowed_s(board, call):
        _ring(board, call, notice.volunteer, notice.nth_endpoint + 1)
        return
    board.set_timer(Timer.ALARM, notice.key, REPEAT_S)


def _stop(board: Switchboard, call: AlarmCall) -> None:
    call.over = True
    board.notices.alarm_calls.pop(str(call.alarm), None)
    board.deadlines.clear((Timer.ALARM, str(call.alarm)))


def _note(board: Switchboard, call: AlarmCall, word: AlarmWord, who: VolunteerId | None) -> None:
    board.out.append(NoteAlarm(alarm=call.alarm, word=word, volunteer=who))
