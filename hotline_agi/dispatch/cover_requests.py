"""Asking for cover: the backup people of a slot are rung, two at a time, until one of them takes the place.

The first yes wins; whom it still rings stops ringing, and who has picked up hears that the place is taken. Who missed
the ring is rung once more later; who said no is not. Whom nobody may ring just now (a call could use them, they talk,
it is their quiet hours) keeps their turn. Nobody agreed, or nobody could be asked within `PATIENCE_S`: that is noted,
for a coordinator to act on, and those who could not be asked yet are asked as long as it makes sense. Who stands in may
ask for cover in their turn. That somebody is looked for is noted, too: a new machine begins to ask again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hotline_agi.dispatch import notice_legs, stand_ins
from hotline_agi.dispatch.commands import CancelReason, CoverWord, NoteCover, NoticeKind, NoticeReply
from hotline_agi.dispatch.notice_book import CoverRequest, Notice, place_key
from hotline_agi.dispatch.stand_ins import StandIn
from hotline_agi.dispatch.switchboard import Switchboard, Timer
from hotline_agi.roster.model import Line
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import LineId, VolunteerId

AT_ONCE = 2
MOST_ROUNDS = 2
REPEAT_S = 300.0
"""Between the two rounds."""
PATIENCE_S = 1800.0
"""After so long without a yes the coordinator is told, though somebody may still be asked."""
NEXT_SHIFT = timedelta(hours=36)
"""Who asks for cover while they are not on shift means a shift that begins within this."""
MOMENT = timedelta(microseconds=1)


def asked_for(board: Switchboard, volunteer: VolunteerId) -> bool:
    """`volunteer` asks for cover: for the shift that they are in now (on whichever lines), else for their next one;
    one that they took from somebody counts, one that they gave away does not. They stay on until somebody agreed.
    False: they have no such shift."""
    now = board.now.at
    places = [
        (line_id, slot, from_at, until_at)
        for line_id, slot, from_at, until_at in (*_own(board, volunteer), *_taken(board, volunteer))
        if until_at > now and from_at < now + NEXT_SHIFT and not _gave(board, line_id, slot, from_at, volunteer)
    ]
    first = min((max(place[2], now) for place in places), default=now)
    for line_id, slot, from_at, until_at in places:
        if max(from_at, now) == first:
            begin(board, line_id, slot, volunteer, from_at, until_at)
    return bool(places)


def _own(board: Switchboard, volunteer: VolunteerId) -> Iterator[tuple[LineId, str, datetime, datetime]]:
    """Their places by the roster that are soon, or now."""
    for line in board.roster.lines.values():
        for one in occurrences(line, board.now.at, board.now.at + NEXT_SHIFT):
            for place in one.places:
                if place.who == volunteer and not place.as_backup:
                    yield line.id, one.shift.slot, place.start, place.end


def _taken(board: Switchboard, volunteer: VolunteerId) -> Iterator[tuple[LineId, str, datetime, datetime]]:
    """Places of others that they took."""
    for one in board.notices.stand_ins.values():
        if one.present == volunteer and one.line in board.roster.lines:
            yield one.line, one.slot, one.from_at, one.until_at


def _gave(board: Switchboard, line: LineId, slot: str, from_at: datetime, who: VolunteerId) -> bool:
    one = board.notices.stand_ins.get(place_key(line, slot, from_at, who))
    return stand_ins.gave(one, board.roster.volunteers)


def begin(
    board: Switchboard, line: LineId, slot: str, absent: VolunteerId, from_at: datetime, until_at: datetime
) -> None:
    """Look for somebody, unless that goes on already or somebody was found. `from_at` is the place's own beginning."""
    key = place_key(line, slot, from_at, absent)
    known = board.notices.requests.get(key)
    if known is not None and (not known.over or known.present is not None):
        return
    request = _made(board, line, slot, absent, from_at, until_at)
    _note(board, request, CoverWord.ASKING)
    go_on(board, request)


def resume(board: Switchboard, note: NoteCover) -> None:
    """An earlier run was asking: this one asks from the beginning, soon."""
    request = _made(board, note.line, note.slot, note.absent, note.from_at, note.until_at)
    board.set_timer(Timer.COVER, request.key, notice_legs.RETRY_S)


def _made(
    board: Switchboard, line: LineId, slot: str, absent: VolunteerId, from_at: datetime, until_at: datetime
) -> CoverRequest:
    key = place_key(line, slot, from_at, absent)
    board.notices.requests[key] = CoverRequest(
        key=key,
        line=line,
        slot=slot,
        absent=absent,
        from_at=from_at,
        until_at=until_at,
        begun_at=board.now.at,
        to_ask=_backup(board, line, slot, absent, max(from_at, board.now.at)),
    )
    return board.notices.requests[key]


def _backup(board: Switchboard, line_id: LineId, slot: str, absent: VolunteerId, at: datetime) -> list[VolunteerId]:
    """Whom to ask: the backup of a slot at an instant, without those who are in it anyway."""
    line = board.roster.lines.get(line_id)
    if line is None:
        return []
    there = [
        place
        for one in occurrences(line, at, at + MOMENT)
        if one.shift.slot == slot and one.start <= at < one.end
        for place in one.places
        if place.start <= at < place.end
    ]
    in_it = {place.who for place in there if not place.as_backup} | {absent}
    return list(dict.fromkeys(place.who for place in there if place.as_backup and place.who not in in_it))


def has_place(line: Line, slot: str, from_at: datetime, who: VolunteerId) -> bool:
    """Whether the roster has `who` on shift in that slot, from just that instant."""
    return any(
        one.shift.slot == slot and place.who == who and place.start == from_at and not place.as_backup
        for one in occurrences(line, from_at, from_at + MOMENT)
        for place in one.places
    )


def due(board: Switchboard, key: str) -> None:
    """A request's timer: go on asking, or forget it when its slot is over."""
    request = board.notices.requests.get(key)
    if request is None:
        return
    if board.now.at >= request.until_at:
        _stop(board, request, CancelReason.WITHDRAWN)
        _forget(board, request)
    else:
        go_on(board, request)


def go_on(board: Switchboard, request: CoverRequest) -> None:
    """Ring whom it is time to ring, and set the timer."""
    if request.over:
        _sleep(board, request)
        return
    if board.now.at - request.begun_at >= timedelta(seconds=PATIENCE_S):
        _alarm(board, request)
        if board.now.at >= request.from_at:
            _give_up(board, request)
            return
    request.to_ask = [who for who in request.to_ask if not _is_taken(board, request, who)]
    for who in list(request.to_ask):
        if len(request.legs) >= AT_ONCE:
            break
        if notice_legs.may_ring(board, who):
            request.to_ask.remove(who)
            _ring(board, request, who)
    if request.legs:
        board.deadlines.clear((Timer.COVER, request.key))  # their end goes on
    elif request.to_ask:
        board.set_timer(Timer.COVER, request.key, notice_legs.RETRY_S)
    elif request.missed and request.rounds < MOST_ROUNDS:
        request.rounds += 1
        request.to_ask, request.missed = request.missed, []
        board.set_timer(Timer.COVER, request.key, REPEAT_S)
    else:
        _alarm(board, request)
        _give_up(board, request)


def _is_taken(board: Switchboard, request: CoverRequest, who: VolunteerId) -> bool:
    """Whether somebody stands in for another in the same slot already, or has left the roster."""
    if who not in board.roster.volunteers:
        return True
    return any(
        one.present == who
        and (one.line, one.slot) == (request.line, request.slot)
        and one.from_at < request.until_at
        and request.from_at < one.until_at
        for one in board.notices.stand_ins.values()
    )


def _ring(board: Switchboard, request: CoverRequest, who: VolunteerId, nth_endpoint: int = 0) -> None:
    notice = notice_legs.ring(
        board,
        who,
        NoticeKind.COVER,
        request.key,
        line=board.roster.lines[request.line],
        from_at=max(request.from_at, board.now.at),
        until_at=request.until_at,
        about=request.absent,
        nth_endpoint=nth_endpoint,
    )
    request.legs[notice.leg] = who


def leg_ended(board: Switchboard, notice: Notice, try_next: bool) -> None:
    """Somebody was asked. `try_next`: no phone rang, and there is another one of theirs."""
    request = board.notices.requests.get(notice.key)
    if request is None or request.legs.pop(notice.leg, None) is None:
        return
    who = notice.volunteer
    if not request.over and not notice.answered:
        if notice.was_taken_back:
            request.to_ask.insert(0, who)
            board.set_timer(Timer.COVER, request.key, notice_legs.RETRY_S)
            return
        if try_next and notice_legs.may_ring(board, who):
            _ring(board, request, who, notice.nth_endpoint + 1)
            return
        request.missed.append(who)
    go_on(board, request)


def answered(board: Switchboard, notice: Notice, agreed: bool) -> NoticeReply:
    """Somebody pressed a key: the first yes has the place."""
    request = board.notices.requests.get(notice.key)
    if not agreed:
        return NoticeReply.THANKS
    if request is None or request.present is not None or board.now.at >= request.until_at:
        return NoticeReply.COVERED
    if _is_taken(board, request, notice.volunteer):
        return NoticeReply.COVERED
    _settle(board, request, notice.volunteer)
    return NoticeReply.YOURS


def _settle(board: Switchboard, request: CoverRequest, present: VolunteerId) -> None:
    request.present, request.over = present, True
    board.notices.stand_ins[request.key] = request.stand_in(present)
    board.forget_duties()
    _note(board, request)
    _stop(board, request, CancelReason.ELSEWHERE)
    _sleep(board, request)


def leaves(
    board: Switchboard, line: LineId, slot: str, absent: VolunteerId, from_at: datetime, until_at: datetime
) -> None:
    """`absent` said that they cannot come: they are out, whoever comes in their place."""
    key = place_key(line, slot, from_at, absent)
    known = board.notices.stand_ins.get(key)
    board.notices.stand_ins[key] = StandIn(
        line=line,
        slot=slot,
        absent=absent,
        present=known.present if known else None,
        from_at=from_at,
        until_at=until_at,
    )
    board.forget_duties()


def comes_after_all(board: Switchboard, key: str) -> None:
    """Whose place it is says that they are there: nobody else is asked, and who agreed meanwhile may come too."""
    book = board.notices
    stand_in, request = book.stand_ins.get(key), book.requests.get(key)
    if request is not None and request.present is None:
        _stop(board, request, CancelReason.WITHDRAWN)
        _note(board, request, CoverWord.COMES)
        _forget(board, request)
    elif stand_in is not None and stand_in.present is None:
        del book.stand_ins[key]
    elif stand_in is not None:
        if request is not None:
            _note(board, request, CoverWord.COMES)
        book.stand_ins[key] = replace(stand_in, absent_stays=True)
    board.forget_duties()


def replan(board: Switchboard) -> None:
    """With a new roster: a place that is no more needs nobody; who agreed to take it comes all the same."""
    for request in list(board.notices.requests.values()):
        line = board.roster.lines.get(request.line)
        if line is not None and (
            has_place(line, request.slot, request.from_at, request.absent) or _took_place(board, request)
        ):
            continue
        _stop(board, request, CancelReason.WITHDRAWN)
        if line is None or request.present not in board.roster.volunteers:
            _forget(board, request)


def _took_place(board: Switchboard, request: CoverRequest) -> bool:
    """Whether it is a stand-in who asks: for the place that they took."""
    return any(
        (one.line, one.slot, one.from_at, one.present) == (request.line, request.slot, request.from_at, request.absent)
        for one in board.notices.stand_ins.values()
    )


def _stop(board: Switchboard, request: CoverRequest, reason: CancelReason) -> None:
    for leg in list(request.legs):
        notice_legs.withdraw_leg(board, leg, reason)


def _give_up(board: Switchboard, request: CoverRequest) -> None:
    request.over = True
    _stop(board, request, CancelReason.WITHDRAWN)
    _sleep(board, request)


def _sleep(board: Switchboard, request: CoverRequest) -> None:
    """Until the slot is over: whoever answers late must hear the truth."""
    board.set_timer(Timer.COVER, request.key, max(0.0, (request.until_at - board.now.at).total_seconds()))


def _forget(board: Switchboard, request: CoverRequest) -> None:
    del board.notices.requests[request.key]
    board.deadlines.clear((Timer.COVER, request.key))
    if board.notices.stand_ins.pop(request.key, None) is not None:
        board.forget_duties()


def _alarm(board: Switchboard, request: CoverRequest) -> None:
    if not request.alarmed:
        request.alarmed = True
        _note(board, request)


def _note(board: Switchboard, request: CoverRequest, word: CoverWord = CoverWord.SETTLED) -> None:
    board.out.append(
        NoteCover(
            line=request.line,
            slot=request.slot,
            from_at=request.from_at,
            until_at=request.until_at,
            absent=request.absent,
            present=request.present,
            word=word,
        )
    )
