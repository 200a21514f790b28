"""What one caller, or all who withhold their number, may take of a line: limits that end by themselves.

Nothing is ever put in force: whether a call meets a limit follows from what is remembered of the caller's calls of the
last hour and talks of the last day, by the monotonic clock, so it ends when the time has passed and is the same after a
restart. Whoever meets a limit is answered all the same, hears why and until when, and what else they can do; they ring
nobody and take no place in the queue. A talk that goes on is never cut, and who is flagged has no limit.

A caller whose talks were silent is not refused: they hear that nobody could hear them, and wait behind the others.
"""

from collections import deque
from dataclasses import dataclass
from math import inf

from hotline_agi.dispatch import answers
from hotline_agi.dispatch.caller_book import DAY_S, HOUR_S, Known, Talk, Who
from hotline_agi.dispatch.commands import Fact
from hotline_agi.dispatch.events import ResultGiven, Step
from hotline_agi.dispatch.memory import PastCaller
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import CallerLimits
from hotline_agi.terms import results
from hotline_agi.terms.ids import CallerToken
from hotline_agi.terms.limits import Limit, detail

LATER_S = 300.0
"""Who was silent lets those pass who come within this."""
HEARD_WITHIN_S = DAY_S
"""Silence is believed only if some caller was heard to speak since: else it is the ears that are missing."""

_SENTENCE = {
    Limit.TALK: Step.TALKED_MUCH,
    Limit.CALLS: Step.CALLED_OFTEN,
    Limit.AT_ONCE: Step.CALLS_ALREADY,
    Limit.WITHHELD: Step.WITHHELD,
    Limit.WITHHELD_AT_ONCE: Step.WITHHELD,
    Limit.CROWDED: Step.CROWDED,
}
_WHEN = (
    (900.0, Step.IN_MINUTES),
    (HOUR_S, Step.IN_AN_HOUR),
    (4 * HOUR_S, Step.IN_HOURS),
    (12 * HOUR_S, Step.IN_HALF_A_DAY),
    (inf, Step.IN_A_DAY),
)
"""What is said of a limit that ends within such a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A limit that a call meets."""

    limit: Limit
    until_s: float | None = None
    """Monotonic seconds; None: it ends with other calls."""
    was_heard: bool = False
    """In SILENT: a volunteer's word counts that is not about silence, so nobody is told of a microphone."""


def judge(board: Switchboard, call: Call) -> Met | None:
    """Which limit `call`, which arrives now, meets; the worst one first."""
    if call.high_risk or not call.identified:
        return None
    limits, now_s = board.current_line(call).limits, board.now.mono_s
    known = board.callers.of(_who(call), now_s)
    found = _withheld(limits, known) if call.caller is None else _named(limits, known, now_s)
    if found is not None and found.limit is not Limit.SILENT:
        return found
    if limits.waiting_at_once and board.waiting.length(call.line.id) >= limits.waiting_at_once:
        return Met(limit=Limit.CROWDED)
    return found


def _named(limits: CallerLimits, known: Known, now_s: float) -> Met | None:
    if limits.calls_at_once and len(known.live) >= limits.calls_at_once:
        return Met(limit=Limit.AT_ONCE)
    if limits.calls_per_hour and len(known.calls) >= limits.calls_per_hour:
        return Met(limit=Limit.CALLS, until_s=known.calls[-limits.calls_per_hour] + HOUR_S)
    if limits.talk_s_per_day:
        until_s = _talked_until_s(limits.talk_s_per_day, known)
        if until_s is not None:
            return Met(limit=Limit.TALK, until_s=until_s)
    silent = limits.silent
    talks = known.silent() if silent.calls else []
    if silent.calls and len(talks) >= silent.calls:
        last = talks[-1]
        last_s = last.ended_s
        if last_s - talks[-silent.calls].ended_s <= silent.within_s and now_s < last_s + silent.cool_off_s:
            return Met(
                limit=Limit.SILENT,
                until_s=last_s + silent.cool_off_s,
                was_heard=last.result not in ("", results.SILENT),
            )
    return None


def _withheld(limits: CallerLimits, known: Known) -> Met | None:
    if limits.anonymous_at_once and len(known.live) >= limits.anonymous_at_once:
        return Met(limit=Limit.WITHHELD_AT_ONCE)
    most = limits.anonymous_calls_per_hour
    if most and len(known.calls) >= most:
        return Met(limit=Limit.WITHHELD, until_s=known.calls[-most] + HOUR_S)
    return None


def _talked_until_s(most_s: float, known: Known) -> float | None:
    """When so much of the talks is a day ago that the rest is below `most_s`; None: it is now."""
    left_s, until_s = sum(talk.talk_s for talk in known.talks), None
    for talk in known.talks:
        if left_s < most_s:
            break
        left_s -= talk.talk_s
        until_s = talk.ended_s + DAY_S
    return until_s


def arrived(board: Switchboard, call: Call) -> bool:
    """Count a call that arrives and say whether it goes on to the volunteers; else it was told what to do."""
    met = judge(board, call)
    if met is not None:
        until = board.now.when(met.until_s).isoformat(timespec="seconds") if met.until_s is not None else ""
        board.note(call, Fact.LIMITED, detail=detail(met.limit, until))
    if met is None or met.limit is Limit.SILENT:
        count(board, call)
    if met is None:
        return True
    if met.limit is Limit.SILENT and met.was_heard:
        call.later_s = LATER_S
        return True
    if met.limit is Limit.SILENT:
        call.later_s, call.heard_why = LATER_S, True
        answers.leave(board, call, (Step.UNHEARD, Step.ROUND))
        return False
    call.limited = True
    answers.leave(board, call, _steps(board, call, met))
    return False


def _steps(board: Switchboard, call: Call, met: Met) -> tuple[Step, ...]:
    """A sentence, when they can call again, and what the line's overflow says; who talks to us on another telephone
    needs nothing more, and a flood of such calls must not fill Asterisk with recordings."""
    sentence = _SENTENCE[met.limit]
    if met.limit is Limit.AT_ONCE:
        return (sentence, Step.GOODBYE)
    own = answers.own_steps(call)[1:]
    if met.until_s is None:
        return (sentence, *own)
    ahead_s = met.until_s - board.now.mono_s
    return (sentence, next(step for most_s, step in _WHEN if ahead_s <= most_s), *own)


def count(board: Switchboard, call: Call) -> None:
    """`call` is there, and its caller known."""
    if not call.identified or call.counted or call.limited:
        return
    call.counted = True
    known = board.callers.of(_who(call), board.now.mono_s)
    known.live.add(call.id)
    at_s = min(call.arrived_s, board.now.mono_s)
    if not known.calls or known.calls[-1] <= at_s:
        known.calls.append(at_s)
    else:  # it waits since before a restart
        known.calls = deque(sorted((*known.calls, at_s)))


def talked(board: Switchboard, call: Call, talk_s: float) -> None:
    """A talk of `call` is over."""
    if call.caller is None:
        return
    known, now_s = board.callers.of(_who(call), board.now.mono_s), board.now.mono_s
    talk = Talk(ended_s=now_s, talk_s=round(talk_s, 3), call=call.id)  # as the journal writes it: so after a restart
    known.talks.append(talk)
    believed = call.listening and board.callers.heard_s >= now_s - HEARD_WITHIN_S
    if call.spoke:
        talk.silent = False
    elif believed and talk_s >= board.current_line(call).limits.silent.talk_s:
        talk.silent = True
        board.note(call, Fact.SILENT)
    if call.said_silent is not None:
        talk.silent, talk.result = call.said_silent, call.said_result


def judged(board: Switchboard, event: ResultGiven) -> None:
    """Somebody said what came of a call: whether it counts as silent is theirs to say, before any ear of ours."""
    if event.caller is None or event.counts is None or event.line not in board.roster.lines:
        return
    for talk in board.callers.of((event.line, event.caller), board.now.mono_s).talks:
        if talk.call == event.call:
            talk.silent, talk.result = event.counts, event.result


def left(board: Switchboard, call: Call) -> None:
    """The caller is gone."""
    if call.counted:
        known = board.callers.known.get(_who(call))
        if known is not None:
            known.live.discard(call.id)


def spoke(board: Switchboard, call: Call) -> None:
    """The caller made a sound in a talk."""
    call.spoke = True
    board.callers.heard_s = board.now.mono_s


def deaf(board: Switchboard) -> None:
    """Events were lost: of the talks that go on nobody can say that they were silent."""
    for call in board.calls.values():
        call.listening = False


def lifted(board: Switchboard, caller: CallerToken) -> None:
    """A coordinator ends the limits of a caller: what they did before counts no more."""
    for (_, token), known in board.callers.known.items():
        if token == caller:
            known.calls.clear()
            known.talks.clear()


def recall(board: Switchboard, past: tuple[PastCaller, ...]) -> None:
    """Take in what is remembered of earlier runs, the oldest first."""
    for one in past:
        arrived_s = board.now.mono_s + (one.arrived_at - board.now.at).total_seconds()
        known = board.callers.of((one.line, one.caller), board.now.mono_s)
        if not one.limited:
            known.calls.append(arrived_s)
        if one.caller is None or one.ended_at is None or one.talk_s <= 0.0:
            continue
        ended_s = board.now.mono_s + (one.ended_at - board.now.at).total_seconds()
        known.talks.append(
            Talk(ended_s=ended_s, talk_s=one.talk_s, call=one.call, silent=one.silent, result=one.result)
        )
    for known in board.callers.known.values():
        known.calls = deque(sorted(known.calls))
        known.talks = deque(sorted(known.talks, key=lambda talk: talk.ended_s))
        known.forget(board.now.mono_s)


def _who(call: Call) -> Who:
    return call.line.id, call.caller
