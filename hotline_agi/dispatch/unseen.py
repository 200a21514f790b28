"""What ended while nobody looked: the records of calls that were open when the run before ended, and live no more."""

from datetime import datetime

from hotline_agi.dispatch import limits, people
from hotline_agi.dispatch.commands import CloseRecord, Fact, LegRecord, NoteFact
from hotline_agi.dispatch.courses import Course, LegCourse
from hotline_agi.dispatch.follow_ups import follow_ups
from hotline_agi.dispatch.memory import OpenCall
from hotline_agi.dispatch.switchboard import TRIED_KEPT, Switchboard
from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.terms.ids import CallId, EndpointId, VolunteerId
from hotline_agi.terms.instants import text_of
from hotline_agi.terms.outcomes import REACHED_SOMEBODY, LegOutcome, Outcome


def left(board: Switchboard, call: CallId) -> None:
    """The end of a call was heard of that nobody took over."""
    if call in board.past.calls:
        past, course = board.past.take(call)
        assert past is not None
        course.left_at = board.now.at
        close(board, past, course)


def close(board: Switchboard, call: OpenCall, course: Course) -> None:
    """Close the record of `call` with what is known.

    Of what is uncertain the least is counted: the call, and a talk, as if they had ended with the last sign of life.
    """
    seen_at = max(filter(None, (board.past.seen_until_at, course.last_at, call.arrived_at)))
    ended_at = min(board.now.at, course.left_at or seen_at)
    outcome = course.outcome
    if outcome is None and course.surviving:
        outcome = Outcome.SURVIVED
    elif outcome is None:
        outcome = Outcome.UNCERTAIN if course.left_at is None else Outcome.ABANDONED
    talking, talk_s = course.talking, course.talk_s
    if talking is not None and talking.talked_from_at is not None:
        talk_s += max(0.0, (ended_at - talking.talked_from_at).total_seconds())
    ringing = [leg.volunteer or "overflow" for leg in course.legs.values() if leg.outcome is None]
    _count_talk(board, call, course, ended_at)
    missing = "the end" if course.left_at is None else "the record"
    detail = f"what={missing};since={text_of(seen_at)}" + (f";rings={' '.join(ringing)}" if ringing else "")
    board.out.append(NoteFact(call=call.call, fact=Fact.UNSEEN, detail=detail))
    line = board.roster.lines.get(call.line)
    if course.marked and line is not None:
        board.out += follow_ups(line, call.call, course.volunteer, ended_at)
    answered_at = course.answered_at
    board.out.append(
        CloseRecord(
            call=call.call,
            line=call.line,
            node=call.node,
            arrived_at=call.arrived_at,
            answered_at=answered_at,
            ended_at=ended_at,
            wait_s=round(max(0.0, ((answered_at or ended_at) - call.arrived_at).total_seconds()), 3),
            talk_s=round(talk_s, 3),
            outcome=outcome,
            volunteer=course.volunteer,
            legs=tuple(leg_record(board, leg, ended_at) for leg in course.legs.values()),
        )
    )
    if call.caller is not None and outcome not in REACHED_SOMEBODY:
        board.tried.pop(call.caller, None)
        board.tried[call.caller] = board.now.mono_s
        if len(board.tried) > TRIED_KEPT:
            del board.tried[next(iter(board.tried))]
    board.depart(call.call, recorded=True)


def _count_talk(board: Switchboard, call: OpenCall, course: Course, ended_at: datetime) -> None:
    """A talk whose end nobody saw counts for its volunteer, who wraps up from now on: it may be over since a second."""
    talk, line = course.talking, board.roster.lines.get(call.line)
    if talk is None or talk.talked_from_at is None or line is None or talk.volunteer not in board.roster.volunteers:
        return
    assert talk.volunteer is not None
    talk_s = max(0.0, (ended_at - talk.talked_from_at).total_seconds())
    limits.count_talk(board, board.seats.seat(talk.volunteer), line, talk_s)
    people.wraps_up(board, talk.volunteer, line, talk_s, since_s=board.now.mono_s)


def leg_record(board: Switchboard, leg: LegCourse, seen_at: datetime) -> LegRecord:
    """The record of a leg that is gone; who was ringing when the service went away is in it."""
    ended_at = max(leg.rang_at, leg.ended_at or seen_at)
    outcome = leg.outcome
    if outcome is None:
        outcome = LegOutcome.UNCERTAIN if leg.talked_from_at is None else LegOutcome.TALKED
    talk_s = 0.0
    if leg.talked_from_at is not None:
        talk_s = max(0.0, ((leg.talked_until_at or ended_at) - leg.talked_from_at).total_seconds())
    endpoint = endpoint_like(board, leg.volunteer, leg.kind)
    return LegRecord(
        leg=leg.leg,
        volunteer=leg.volunteer,
        endpoint=endpoint.kind if endpoint is not None else leg.kind or EndpointKind.SOFTPHONE,
        wave=leg.wave + 1,
        rang_at=leg.rang_at,
        ended_at=ended_at,
        outcome=outcome,
        endpoint_id=endpoint.id if endpoint is not None else EndpointId(""),
        rang_s=round(max(0.0, ((leg.accepted_at or ended_at) - leg.rang_at).total_seconds()), 3),
        talk_s=round(talk_s, 3),
    )


def endpoint_like(board: Switchboard, volunteer: VolunteerId | None, kind: str) -> Endpoint | None:
    """The phone of `volunteer` that a fact of kind `kind` most likely meant: the first such, or else the first."""
    person = board.roster.volunteers.get(volunteer) if volunteer is not None else None
    if person is None or not person.endpoints:
        return None
    return next((endpoint for endpoint in person.endpoints if endpoint.kind == kind), person.endpoints[0])
