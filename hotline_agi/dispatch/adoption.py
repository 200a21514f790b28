"""What a new machine finds alive in Asterisk, it goes on with: callers where they are, phones that ring, talks.

Where they are, Asterisk says (`StockTaken`); what happened to them before, the journal says as far as it got
(`courses.py`). Of a call that the journal does not know only the first is there: then its record says so
(`Fact.RECONSTRUCTED`). Nobody is rung anew for what rings already, and no talk is touched.
"""

from hotline_agi.dispatch import (
    answers,
    asides,
    callers,
    help_recovery,
    overflow,
    recording,
    talks,
    tongues,
    unseen,
    waves,
)
from hotline_agi.dispatch.admission import admit
from hotline_agi.dispatch.commands import CancelLeg, CancelReason, DismissLeg, Fact, Music, help_music
from hotline_agi.dispatch.courses import Course
from hotline_agi.dispatch.departures import SURVIVAL_FORGET_S
from hotline_agi.dispatch.events import (
    CallArrived,
    CallerRecognised,
    CallerSurviving,
    LegStage,
    LiveCall,
    LiveLeg,
    RoundEnded,
    Step,
    StockTaken,
    TalkEnded,
    Whereabouts,
)
from hotline_agi.dispatch.state import Call, CallState, Leg, LegState
from hotline_agi.dispatch.stock import earlier
from hotline_agi.dispatch.switchboard import PROMPT_LIMIT_S, RING_GRACE_S, Switchboard, Timer
from hotline_agi.roster.model import Endpoint, EndpointKind, OverflowStep
from hotline_agi.terms.ids import CallId, EndpointId, NodeId
from hotline_agi.terms.instants import text_of
from hotline_agi.terms.outcomes import Outcome

Adopted = tuple[Call, LiveCall, Course]
_PLACES: dict[type, Whereabouts] = {TalkEnded: Whereabouts.OUT_OF_TALK, CallerSurviving: Whereabouts.SURVIVING}
"""Where who asks is; all others only ask."""


def adopt(board: Switchboard, stock: StockTaken) -> None:
    """Take over what `stock` shows and we do not know; close the records of what it does not show any more."""
    ringing_for = {leg.call for leg in stock.legs}
    adopted: dict[CallId, Adopted] = {}
    for live in sorted(stock.callers, key=lambda caller: (-caller.waited_s, caller.call)):
        known = live.call in board.past.calls
        is_new = live.where is Whereabouts.ARRIVING and not known and live.call not in ringing_for
        # who has just arrived is admitted by their question, which is on its way
        if not (live.call in board.calls or is_new or _is_over(board, live)) and live.line in board.roster.lines:
            adopted[live.call] = _admitted(board, live, stock.node)
    for found in stock.legs:
        if not (found.leg in board.legs or found.leg in board.notices.live or _is_helper(board, found)):
            _take_leg(board, stock.node, found, adopted.get(found.call) if found.call is not None else None)
    for call, live, course in adopted.values():
        _go_on(board, call, live, course)
    for found in stock.legs:
        if _is_helper(board, found) and found.leg not in board.help.live and not help_recovery.adopt(board, found):
            _take_leg(board, stock.node, found, None)
    for call, _, course in adopted.values():
        help_recovery.resume(board, call, asked=course.seeks_help)
    for call_id in [one.call for one in board.past.calls.values() if one.node == stock.node]:
        if call_id not in stock.calls:
            past, course = board.past.take(call_id)
            assert past is not None
            unseen.close(board, past, course)


def asked(board: Switchboard, event: CallArrived | RoundEnded | TalkEnded | CallerSurviving) -> Call | None:
    """A caller asks whom no stock showed, but who lived before this machine: as if it had. None: they have just come,
    or nobody can tell."""
    if event.line not in board.roster.lines or event.line is None or event.node is None:
        return None
    if isinstance(event, CallArrived | CallerSurviving) and event.call not in board.past.calls:
        return None
    where = _PLACES.get(type(event), Whereabouts.ASKING)
    waited_s = event.waited_s if isinstance(event, RoundEnded) else 0.0
    live = LiveCall(call=event.call, line=event.line, where=where, waited_s=waited_s)
    call, live, course = _admitted(board, live, event.node)
    _go_on(board, call, live, course)
    return call


def _is_helper(board: Switchboard, found: LiveLeg) -> bool:
    """Whether `found` was rung for a talk: then it is looked at when the talks are known."""
    return found.talk is not None or found.leg in board.help.live


# ---- callers


def _is_over(board: Switchboard, live: LiveCall) -> bool:
    """Whether we have done with that call: there is a record of it, or its end was heard of."""
    recorded = board.departed.get(live.call)
    return recorded is True or (recorded is False and live.where is not Whereabouts.SURVIVING)


def _admitted(board: Switchboard, live: LiveCall, node: NodeId) -> Adopted:
    past, course = board.past.take(live.call)
    since = board.past.seen_until_at or board.lost_at.get(node)
    detail = f"where={live.where.value}" + (f";since={text_of(since)}" if since is not None else "")
    call = admit(
        board,
        live.call,
        live.line,
        node,
        arrived_at=past.arrived_at if past is not None else earlier(board.now.at, live.waited_s),
        fact=Fact.RECONSTRUCTED if past is None else Fact.ADOPTED,
        detail=detail,
    )
    _hears_on(board, call, live, course)
    recording.goes_on(call, live)
    call.outcome, call.volunteer, call.talk_s = course.outcome, course.volunteer, course.talk_s
    call.marked = call.high_risk = course.marked
    call.failures, call.urgent = course.failures, course.failures > 0 or (past is None and live.came_back)
    call.asked_for_help = live.asked_for_help
    call.declined |= course.declined
    if course.outcome is Outcome.TRANSFERRED:
        overflow.was_transferred(call)
    call.attempts.update({who: times for who, times in course.attempts.items() if times > 0})
    if course.answered_at is not None:
        call.answered_at, call.answered_s = course.answered_at, board.mono_s(course.answered_at)
    if past is not None and past.caller is not None:
        callers.recognised(board, call, CallerRecognised(call=call.id, caller=past.caller, high_risk=past.high_risk))
    return call, live, course


def _hears_on(board: Switchboard, call: Call, live: LiveCall, course: Course) -> None:
    """The caller hears what they heard, in their language."""
    language = course.language or live.language
    if language in call.line.waiting.languages:
        call.language = language
    call.music = next((music for music in Music if music == live.music), live.music or Music.COMFORT)
    call.told_place = course.told_place
    offer = call.line.waiting.offer
    if offer is not None and course.offered_at is not None:
        call.offer_due_s = board.mono_s(course.offered_at) + offer.every_s
    own = board.own_sounds(call.line.id, call.language)
    for number, one in enumerate(own.self_help if own is not None else ()):
        if call.music == help_music(one.id) and course.listens_at is not None:
            call.listening_to, call.listens_until_s = number, board.mono_s(course.listens_at) + one.length_s


def _go_on(board: Switchboard, call: Call, live: LiveCall, course: Course) -> None:
    """`call` takes its place again, with the legs that are its own by now; the others are of the past."""
    for past_leg in course.legs.values():
        if past_leg.leg not in call.legs:
            call.leg_records.append(unseen.leg_record(board, past_leg, board.now.at))
    match live.where:
        case Whereabouts.TALKING:
            _talks(board, call, live, course)
        case Whereabouts.OUT_OF_TALK:
            _came_out(board, call, course)
        case Whereabouts.LEAVING if live.step in asides.STEPS:
            _waits(board, call, live, course)
            call.aside, call.aside_told = live.step, True
            board.set_timer(Timer.ASK, call.id, asides.LIMIT_S)
        case Whereabouts.LEAVING:
            _leaves(board, call, live)
        case Whereabouts.SURVIVING:
            _survives(board, call)
        case _:
            _waits(board, call, live, course)
    if call.state is not CallState.WAITING:
        for leg in [leg for leg in call.legs.values() if leg is not call.winner]:
            board.cancel(leg, CancelReason.WITHDRAWN)


def _talks(board: Switchboard, call: Call, live: LiveCall, course: Course) -> None:
    leg = next((leg for leg in call.legs.values() if leg.id == live.leg), None)
    if leg is None:
        # with whom we do not know: their talk is not ours to end
        call.state, call.outcome = CallState.TALKING, call.outcome or Outcome.TALKED
    else:
        if leg.volunteer is None:
            overflow.was_transferred(call)
        known = course.legs.get(leg.id)
        began_at = known.talked_from_at if known is not None else None
        began_s = board.now.mono_s - (live.talked_s or 0.0) if began_at is None else board.mono_s(began_at)
        leg.state, leg.connected, leg.picked_up_s = LegState.WINNER, True, leg.picked_up_s or began_s
        leg.accepted_s = began_s if leg.accepted_s is None else leg.accepted_s
        leg.rang_s = min(leg.rang_s, leg.accepted_s)
        call.winner, call.state = leg, CallState.CONNECTING
        board.deadlines.clear((Timer.LEG, leg.id))
        talks.talk_goes_on(board, leg, began_s, noted=began_at is not None)
    board.set_timer(Timer.FORGET, call.id, talks.TALK_FORGET_S)


def _came_out(board: Switchboard, call: Call, course: Course) -> None:
    """Their talk is over, how is not known; their question comes, or they are in survival."""
    if course.talking is not None and course.talking.talked_from_at is not None:
        call.talk_began_s = board.mono_s(course.talking.talked_from_at)
    call.state = CallState.TALKING
    call.outcome = call.outcome or Outcome.TALKED
    if call.answered_at is None:
        call.answered_at, call.answered_s = board.now.at, board.now.mono_s
    call.talk_ended_well = True if course.ended_well else None
    board.set_timer(Timer.ASK, call.id, answers.ASK_LIMIT_S)


def _leaves(board: Switchboard, call: Call, live: LiveCall) -> None:
    call.state, call.steps, call.steps_told, call.step = CallState.LEAVING, live.steps, True, live.step
    if live.step is Step.DIRECTORY:
        call.outcome = call.outcome or Outcome.DIRECTORY
    if Step.ROUND in live.steps:
        call.rering = live.step is Step.ENDED
        plan = list(call.line.closed if live.step is Step.CLOSED else call.line.overflow)
        if not call.rering and OverflowStep.TRANSFER in plan:
            call.overflow_left = plan[plan.index(OverflowStep.TRANSFER) :]
    board.set_timer(Timer.FORGET, call.id, answers.STEPS_LIMIT_S)


def _survives(board: Switchboard, call: Call) -> None:
    call.state = CallState.SURVIVING
    if call.outcome is Outcome.UNCERTAIN:
        call.outcome = None
    board.set_timer(Timer.FORGET, call.id, SURVIVAL_FORGET_S)


def _waits(board: Switchboard, call: Call, live: LiveCall, course: Course) -> None:
    """In the holding bridge, or about to ask: the ring plan goes on where it was."""
    if live.where is Whereabouts.HELD and live.held_s is not None and live.held_s < answers.ROUND_S:
        call.held, call.round_ends_s = True, board.now.mono_s + answers.ROUND_S - live.held_s
    board.set_timer(Timer.ASK, call.id, answers.ASK_LIMIT_S)
    if call.music == Music.LANGUAGES:
        tongues.ask(board, call)
    legs = list(call.legs.values())
    if any(leg.volunteer is None for leg in legs):
        overflow.goes_on(board, call)
    elif course.over_plan:
        _left_plan(board, call, course)
    elif not (legs or course.wave is not None or board.duty(call.line).is_open):
        overflow.begin(board, call, Step.CLOSED)
    else:
        waves.go_on(board, call, course, live.waited_s)
    winner = next((leg for leg in legs if leg.state is LegState.WINNER), None)
    if winner is not None and call.state is CallState.WAITING:
        talks.joins(board, call, winner)


def _left_plan(board: Switchboard, call: Call, course: Course) -> None:
    """Ringing was over for them; what comes next is decided again, but nobody is rung a second time for it."""
    if course.asked_message:
        overflow.leave_message(board, call)
        return
    overflow.begin(board, call, Step.CLOSED if course.closed else Step.NOBODY, transferred=course.transferred)


# ---- legs


def _take_leg(board: Switchboard, node: NodeId, found: LiveLeg, adopted: Adopted | None) -> None:
    endpoint = _endpoint(board, found, adopted)
    busy = found.volunteer is not None and board.seats.is_taken(found.volunteer)
    if adopted is not None and endpoint is not None and not busy and _is_wanted(found, adopted[1]):
        _join(board, node, found, adopted, endpoint)
        return
    # nobody of ours needs it: it keeps its volunteer busy until it is gone, and what rings is taken back
    if found.volunteer is not None:
        board.seats.adopt(found.volunteer, found.leg, board.now.mono_s, talking=found.talking)
        board.foreign[found.leg] = found.volunteer
    if found.stage is LegStage.SURVIVAL:
        return
    if not found.up:
        board.out.append(CancelLeg(leg=found.leg, node=node, reason=CancelReason.WITHDRAWN))
    elif found.stage is LegStage.PROMPT:
        board.out.append(DismissLeg(leg=found.leg, node=node, reason=CancelReason.WITHDRAWN))


def _is_wanted(found: LiveLeg, live: LiveCall) -> bool:
    if live.where is Whereabouts.TALKING:
        return live.leg == found.leg
    waits = live.where in (Whereabouts.ARRIVING, Whereabouts.ASKING, Whereabouts.HELD)
    waits = waits or live.step in asides.STEPS
    return waits and found.stage is not LegStage.ENDING


def _endpoint(board: Switchboard, found: LiveLeg, adopted: Adopted | None) -> Endpoint | None:
    """Which phone it is, by the roster in force."""
    if found.volunteer is None:
        return adopted[0].line.transfer if adopted is not None else None
    person = board.roster.volunteers.get(found.volunteer)
    if person is None or not person.endpoints:
        if found.stage not in (LegStage.TALKING, LegStage.JOINING):
            return None
        # who talks has left the roster: the talk is no less theirs
        return Endpoint(id=found.endpoint or EndpointId(""), kind=EndpointKind.SOFTPHONE, confirm=False)
    return next((one for one in person.endpoints if one.id == found.endpoint), person.endpoints[0])


def _join(board: Switchboard, node: NodeId, found: LiveLeg, adopted: Adopted, endpoint: Endpoint) -> None:
    """`found` is a leg of the adopted call, as if this machine had rung it."""
    call, _, course = adopted
    known, now_s = course.legs.get(found.leg), board.now.mono_s
    rang_s = now_s - found.age_s if known is None else board.mono_s(known.rang_at)
    leg = Leg(
        id=found.leg,
        call=call,
        node=node,
        volunteer=found.volunteer,
        endpoint=endpoint,
        wave=max(0, course.wave or 0) if known is None else known.wave,
        rang_at=board.now.when(rang_s),
        rang_s=rang_s,
        language=call.line.language,
    )
    if known is not None and known.accepted_at is not None and found.stage is not LegStage.ASKING:
        leg.accepted_s = board.mono_s(known.accepted_at)
    board.legs[leg.id] = call.legs[leg.id] = leg
    if found.volunteer is not None:
        board.seats.adopt(found.volunteer, leg.id, now_s)
        if known is None:
            call.attempts[found.volunteer] = call.attempts.get(found.volunteer, 0) + 1
    if known is None:
        board.note(call, Fact.RANG, leg.id, found.volunteer, endpoint.kind)
    if not found.up:
        left_s = call.line.ring_timeout_s - (now_s - rang_s)
        board.set_timer(Timer.LEG, leg.id, max(0.0, left_s) + RING_GRACE_S)
        return
    leg.picked_up_s = now_s if known is None or known.picked_up_at is None else board.mono_s(known.picked_up_at)
    leg.state, leg.connected = LegState.ANSWERED, found.stage is LegStage.JOINING
    leg.records = call.consents and found.stage in (LegStage.JOINING, LegStage.TALKING)
    if leg.connected:
        leg.state = LegState.WINNER
        leg.accepted_s = now_s if leg.accepted_s is None else leg.accepted_s
    board.set_timer(Timer.LEG, leg.id, PROMPT_LIMIT_S)
