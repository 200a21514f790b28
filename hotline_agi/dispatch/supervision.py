"""A volunteer asks for help in a talk: supervisors are rung, one comes to listen, the emergency contact can join.

Nothing here touches the talk. Helpers come beside it (in Asterisk: they listen to the volunteer's channel, which also
carries what they say), so whatever becomes of them, of the link or of us, caller and volunteer go on hearing each
other. And the reverse: when the talk is over, in whatever way, so is all of this (`settle`, after
each step). After a gap or a restart: `help_recovery.py`.

Help comes before calls that wait: it is asked for because of a life. So a supervisor who is rung for it is not taken
back for a caller, and is rung in a wrap-up or a rest, too; who talks, is rung, or is paused is passed over.
"""

from hotline_agi.dispatch.commands import (
    AnswerHelper,
    CancelLeg,
    CancelReason,
    DismissLeg,
    Fact,
    FlagCaller,
    HelperWord,
    HelpWord,
    OpenRoom,
    RefuseLeg,
    RingHelper,
    TellVolunteer,
)
from hotline_agi.dispatch.events import LegAccepted, LegAnswered, LegEnded, TalkStarted
from hotline_agi.dispatch.help_book import Help, Helper
from hotline_agi.dispatch.notice_legs import is_quiet, language_of, next_endpoint
from hotline_agi.dispatch.state import Call, CallState, Leg
from hotline_agi.dispatch.switchboard import (
    CANCEL_GRACE_S,
    CANCEL_REPEATS,
    PROMPT_LIMIT_S,
    RING_GRACE_S,
    Switchboard,
    Timer,
)
from hotline_agi.roster.model import Endpoint, HighRisk
from hotline_agi.terms.causes import UNREACHABLE, Cause
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import LegId, VolunteerId

MOST_ROUNDS = 2
"""So many times everybody is rung before the volunteer hears that nobody can be reached."""
AGAIN_S = 5.0
"""Between two rounds, and while somebody hears the prompt after all others were rung."""
CONTACT_RING_S = 40.0
"""As long as a mobile network lets a phone ring before its mailbox answers, or less."""


# ---- what is asked


def asked(board: Switchboard, leg_id: LegId) -> bool:
    """A volunteer asks for help: mark the call, and look for a supervisor. False: that leg is in no talk with a caller,
    or its line has no supervisors."""
    leg = talking(board, leg_id)
    if leg is None:
        return False
    mark(board, leg)
    help_ = help_of(board, leg)
    board.note(leg.call, Fact.HELP_ASKED, volunteer=leg.volunteer)
    if there(board, help_.talk, HelperRole.SUPERVISOR):
        _tell(board, help_, HelpWord.HERE)
        return True
    _tell(board, help_, HelpWord.CALLED)
    seek(board, help_)
    return True


def contact_asked(board: Switchboard, leg_id: LegId) -> bool:
    """The volunteer, or the supervisor in their talk, wants the emergency contact."""
    helper = board.help.live.get(leg_id)
    leg = talking(board, helper.talk if helper is not None else leg_id)
    if leg is None or (helper is not None and not helper.is_there):
        return False
    mark(board, leg)
    help_ = help_of(board, leg)
    board.note(leg.call, Fact.CONTACT_ASKED, volunteer=helper.volunteer if helper is not None else leg.volunteer)
    if board.help.of(help_.talk, HelperRole.CONTACT):
        return True  # is there, or is being rung
    if _ring_contact(board, help_, 0):
        _tell(board, help_, HelpWord.CONTACT_CALLED)
    else:
        _contact_missed(board, help_)
    return True


def mark(board: Switchboard, leg: Leg) -> None:
    """The call is at high risk, and so is whoever calls."""
    call = leg.call
    if call.marked:
        return
    call.marked = call.high_risk = True
    board.note(call, Fact.MARKED, volunteer=leg.volunteer)
    board.out.append(FlagCaller(call=call.id, line=call.line.id, caller=call.caller, volunteer=leg.volunteer))


def talking(board: Switchboard, leg_id: LegId) -> Leg | None:
    """The leg of a volunteer in a talk that goes on, on a line whose volunteers can ask for help."""
    leg = board.legs.get(leg_id)
    if leg is None or leg.volunteer is None or not goes_on(leg) or policy(board, leg.call) is None:
        return None
    return leg


def goes_on(leg: Leg) -> bool:
    call = leg.call
    return (
        leg.talked
        and leg.talk_ended_s is None
        and call.winner is leg
        and call.state is CallState.TALKING
        and call.talk_ended_well is None
        and not call.left
    )


def policy(board: Switchboard, call: Call) -> HighRisk | None:
    """What the roster in force says."""
    return board.current_line(call).high_risk


def help_of(board: Switchboard, leg: Leg) -> Help:
    return board.help.helps.setdefault(leg.id, Help(talk=leg.id, call=leg.call))


# ---- who is rung


def seek(board: Switchboard, help_: Help) -> None:
    """Look for a supervisor; if one is being rung, that goes on."""
    if help_.seeks:
        return
    help_.seeks, help_.rounds, help_.to_ring = True, 1, supervisors(board, help_)
    help_.said_no.clear()
    go_on(board, help_)


def supervisors(board: Switchboard, help_: Help) -> list[VolunteerId]:
    """Who may be rung, in order: the slot's coordinators, then those of the line; whose quiet hours it is come last."""
    line, found = board.current_line(help_.call), policy(board, help_.call)
    named = (*board.duty(line).coordinators, *(found.supervisors if found is not None else ()))
    people = board.roster.volunteers
    known = [who for who in dict.fromkeys(named) if who in people and who != help_.call.volunteer]
    # sorted keeps the order of those who are alike
    return sorted(known, key=lambda who: is_quiet(people[who], board.now.at))


def go_on(board: Switchboard, help_: Help) -> None:
    """Ring the next one who can be rung."""
    found = policy(board, help_.call)
    if not help_.seeks:
        return
    if found is None:  # by a new roster
        _missed(board, help_)
        return
    if help_.call.node in board.settling:
        board.set_timer(Timer.HELP, help_.talk, AGAIN_S)  # nobody can be rung there now
        return
    while help_.to_ring:
        who = help_.to_ring.pop(0)
        if who not in help_.said_no and _may_ring(board, who):
            _ring_person(board, help_, who, HelperRole.SUPERVISOR, found.ring_s, 0)
            board.set_timer(Timer.HELP, help_.talk, found.ring_s)
            return
    if board.help.of(help_.talk, HelperRole.SUPERVISOR):
        board.set_timer(Timer.HELP, help_.talk, AGAIN_S)  # somebody hears the prompt, and may still press 1
    elif help_.rounds < MOST_ROUNDS:
        help_.rounds += 1
        help_.to_ring = supervisors(board, help_)
        board.set_timer(Timer.HELP, help_.talk, AGAIN_S)
    else:
        _missed(board, help_)


def _missed(board: Switchboard, help_: Help) -> None:
    help_.seeks = False
    board.note(help_.call, Fact.HELP_MISSED)
    _tell(board, help_, HelpWord.NOBODY)


def _may_ring(board: Switchboard, who: VolunteerId) -> bool:
    seat = board.seats.seat(who)
    return (
        not seat.legs
        and not seat.elsewhere
        and seat.paused_until_s <= board.now.mono_s
        and next_endpoint(board, who, 0) is not None
    )


def _ring_person(board: Switchboard, help_: Help, who: VolunteerId, role: HelperRole, ring_s: float, nth: int) -> bool:
    """Ring the first endpoint of theirs from the `nth` on that can be reached; False: there is none."""
    reached = next_endpoint(board, who, nth)
    if reached is None:
        return False
    person = board.roster.volunteers[who]
    _ring(board, help_, role, person.endpoints[reached], language_of(person, help_.call.line), ring_s, who, nth=reached)
    return True


def _ring_contact(board: Switchboard, help_: Help, nth: int) -> bool:
    """Ring the emergency contact of the line: a person of the roster, or a number."""
    found = policy(board, help_.call)
    if found is None or help_.call.node in board.settling:
        return False
    who = found.contact_person
    if who is not None:
        known = who in board.roster.volunteers and who != help_.call.volunteer
        if not known or (nth == 0 and not _may_ring(board, who)):
            return False
        return _ring_person(board, help_, who, HelperRole.CONTACT, CONTACT_RING_S, nth)
    if found.contact is None or nth > 0:
        return False
    _ring(board, help_, HelperRole.CONTACT, found.contact, help_.call.line.language, CONTACT_RING_S, None, nth=0)
    return True


def _ring(
    board: Switchboard,
    help_: Help,
    role: HelperRole,
    endpoint: Endpoint,
    language: str,
    ring_s: float,
    who: VolunteerId | None,
    *,
    nth: int,
) -> None:
    helper = Helper(
        leg=board.new_leg_id(),
        node=help_.call.node,
        talk=help_.talk,
        role=role,
        volunteer=who,
        nth_endpoint=nth,
        rang_s=board.now.mono_s,
    )
    board.help.live[helper.leg] = helper
    if who is not None:
        board.seats.take(who, helper.leg, board.now.mono_s)
    board.set_timer(Timer.HELPER, helper.leg, ring_s + RING_GRACE_S)
    board.out.append(
        RingHelper(
            leg=helper.leg,
            node=helper.node,
            talk=help_.talk,
            role=role,
            volunteer=who,
            endpoint=endpoint,
            language=language,
            ring_timeout_s=ring_s,
        )
    )
    board.note(help_.call, Fact.HELPER_RANG, volunteer=who, detail=role.value)


def due(board: Switchboard, talk: LegId) -> None:
    """Nobody accepted in time: the next one."""
    help_ = board.help.helps.get(talk)
    if help_ is None:
        return
    for helper in board.help.of(talk, HelperRole.SUPERVISOR):
        if not helper.picked_up:
            _withdraw(board, helper, CancelReason.WITHDRAWN)
    go_on(board, help_)


# ---- what happens to a helper


def of_leg(board: Switchboard, event: LegAnswered | LegAccepted | TalkStarted | LegEnded) -> None:
    """Something happened to the leg of a helper."""
    helper = board.help.live[event.leg]
    match event:
        case LegAnswered():
            if not (helper.withdrawn or helper.picked_up):
                helper.picked_up = True
                board.set_timer(Timer.HELPER, helper.leg, PROMPT_LIMIT_S)
        case LegEnded(cause=cause):
            ended(board, helper, cause)
        case LegAccepted(leg=leg):
            board.out.append(RefuseLeg(leg=leg, reason=CancelReason.WITHDRAWN))
        case TalkStarted():
            pass  # helpers are never in the bridge of a talk


def answered(board: Switchboard, leg: LegId, agreed: bool) -> None:
    """Somebody who was rung for a talk pressed a key. Answered at once by exactly one `AnswerHelper`."""
    helper = board.help.live.get(leg)
    help_ = board.help.helps.get(helper.talk) if helper is not None else None
    taken = help_ is not None and bool(there(board, help_.talk, HelperRole.SUPERVISOR))
    if helper is None or help_ is None:
        _answer(board, leg, HelperWord.OVER)
    elif helper.is_there:
        _answer(board, leg, HelperWord.ROOM if help_.has_room else HelperWord.LISTEN)  # asked twice
    elif agreed and taken and helper.role is HelperRole.SUPERVISOR:
        helper.picked_up = helper.withdrawn = True
        board.set_timer(Timer.HELPER, leg, PROMPT_LIMIT_S)
        _answer(board, leg, HelperWord.TAKEN)
    elif helper.withdrawn:
        _answer(board, leg, HelperWord.OVER)
    elif not agreed:
        helper.picked_up = helper.said_no = True
        board.set_timer(Timer.HELPER, leg, PROMPT_LIMIT_S)
        _answer(board, leg, HelperWord.OTHERS)
        if helper.role is HelperRole.SUPERVISOR:
            if helper.volunteer is not None:
                help_.said_no.add(helper.volunteer)
            helper.withdrawn = True  # hears a last sentence
            go_on(board, help_)
    else:
        _comes(board, help_, helper)


def _comes(board: Switchboard, help_: Help, helper: Helper) -> None:
    helper.picked_up = helper.is_there = True
    board.deadlines.clear((Timer.HELPER, helper.leg))
    _sits(board, helper)
    board.note(help_.call, Fact.HELPER_CAME, volunteer=helper.volunteer, detail=helper.role.value)
    if helper.role is HelperRole.CONTACT:
        listeners = there(board, help_.talk, HelperRole.SUPERVISOR)
        _answer(board, helper.leg, HelperWord.ROOM)
        if not help_.has_room:
            help_.has_room = True
            listener = listeners[0].leg if listeners else None
            board.out.append(OpenRoom(talk=help_.talk, node=helper.node, listener=listener))
        _tell(board, help_, HelpWord.CONTACT_HERE)
        return
    help_.seeks = False
    board.deadlines.clear((Timer.HELP, help_.talk))
    for other in board.help.of(help_.talk, HelperRole.SUPERVISOR):
        if other is not helper:
            _withdraw(board, other, CancelReason.ELSEWHERE)
    _answer(board, helper.leg, HelperWord.ROOM if help_.has_room else HelperWord.LISTEN)
    _tell(board, help_, HelpWord.HERE)


def _sits(board: Switchboard, helper: Helper) -> None:
    """Whoever is there is in a talk, as far as others are concerned."""
    if helper.volunteer is not None:
        seat = board.seats.seat(helper.volunteer)
        seat.talking = True
        board.seats.settle(seat, board.now.mono_s)


def ended(board: Switchboard, helper: Helper, cause: int) -> None:
    """A helper's channel is gone, or believed to be: they are free again, and perhaps the next is rung."""
    del board.help.live[helper.leg]
    board.deadlines.clear((Timer.HELPER, helper.leg))
    if helper.volunteer is not None:
        board.seats.leave(helper.volunteer, helper.leg, board.now.mono_s)
    help_ = board.help.helps.get(helper.talk)
    if help_ is None:
        return
    if helper.is_there:
        board.note(help_.call, Fact.HELPER_LEFT, volunteer=helper.volunteer, detail=helper.role.value)
        _tell(board, help_, HelpWord.LEFT)
        return
    if helper.withdrawn and not helper.said_no:
        return
    again = cause in UNREACHABLE and not helper.picked_up
    if helper.role is HelperRole.CONTACT:
        if not (again and _ring_contact(board, help_, helper.nth_endpoint + 1)):
            _contact_missed(board, help_)
    elif help_.seeks and not helper.withdrawn:
        found = policy(board, help_.call)
        if again and found is not None and helper.volunteer is not None:
            role, ring_s = HelperRole.SUPERVISOR, found.ring_s
            if _ring_person(board, help_, helper.volunteer, role, ring_s, helper.nth_endpoint + 1):
                board.set_timer(Timer.HELP, help_.talk, ring_s)
                return
        if not board.help.of(help_.talk, HelperRole.SUPERVISOR):
            go_on(board, help_)


def _contact_missed(board: Switchboard, help_: Help) -> None:
    board.note(help_.call, Fact.HELP_MISSED, detail=HelperRole.CONTACT.value)
    _tell(board, help_, HelpWord.CONTACT_NOBODY)


def overdue(board: Switchboard, leg: LegId) -> None:
    """A helper who should be gone, or rang too long, is hung up, again, and at last believed gone."""
    helper = board.help.live.get(leg)
    if helper is None:
        return
    if helper.cancel_repeats > CANCEL_REPEATS:
        ended(board, helper, Cause.UNKNOWN)
        return
    helper.cancel_repeats += 1
    board.set_timer(Timer.HELPER, leg, CANCEL_GRACE_S)
    board.out.append(CancelLeg(leg=leg, node=helper.node, reason=CancelReason.WITHDRAWN))


def _withdraw(board: Switchboard, helper: Helper, reason: CancelReason) -> None:
    """Silently while it rings, with a word once it was picked up."""
    if helper.withdrawn:
        return
    helper.withdrawn = True
    command = DismissLeg if helper.picked_up else CancelLeg
    board.set_timer(Timer.HELPER, helper.leg, PROMPT_LIMIT_S if helper.picked_up else CANCEL_GRACE_S)
    board.out.append(command(leg=helper.leg, node=helper.node, reason=reason))


# ---- the talk is over


def settle(board: Switchboard) -> None:
    """After each step: help ends with its talk."""
    for help_ in list(board.help.helps.values()):
        leg = board.legs.get(help_.talk)
        if leg is None or leg.call is not help_.call or not goes_on(leg):
            _over(board, help_)


def _over(board: Switchboard, help_: Help) -> None:
    del board.help.helps[help_.talk]
    board.deadlines.clear((Timer.HELP, help_.talk))
    for helper in [one for one in board.help.live.values() if one.talk == help_.talk]:
        _withdraw(board, helper, CancelReason.CALLER_LEFT)


# ---- words


def there(board: Switchboard, talk: LegId, role: HelperRole) -> list[Helper]:
    return [one for one in board.help.of(talk, role) if one.is_there]


def _tell(board: Switchboard, help_: Help, word: HelpWord) -> None:
    board.out.append(TellVolunteer(leg=help_.talk, node=help_.call.node, word=word, language=help_.call.line.language))


def _answer(board: Switchboard, leg: LegId, word: HelperWord) -> None:
    board.out.append(AnswerHelper(leg=leg, word=word))
