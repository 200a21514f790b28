"""A new machine takes in what it remembers of earlier runs: so a restart wakes nobody who paused, and forgets no limit.

Done once, before the first event, and without a word: what is noted here was noted before.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from hotline_agi.dispatch import caller_limits, limits, notices, people
from hotline_agi.dispatch.courses import Past
from hotline_agi.dispatch.memory import Memory, PastTalk, RingResult
from hotline_agi.dispatch.switchboard import TRIED_KEPT, Switchboard
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line
from hotline_agi.terms.ids import VolunteerId

DAY_S = 86_400.0


def recall(board: Switchboard, memory: Memory) -> None:
    """Put `memory` in its places."""
    notices.restore(board, (*memory.stand_ins, *memory.readiness))  # who cannot come is out, whoever took their place
    for line in board.roster.lines.values():
        board.duty(line)  # whoever is on duty begins their shift now, as far as the board knows: talks count after that
    _rings(board, memory)
    board.past = Past.of(memory.calls, memory.seen_until_at)
    memory = replace(memory, talks=tuple(sorted((*memory.talks, *_of_open_calls(board)), key=lambda one: one.ended_at)))
    _talks(board, memory)
    for volunteer, until_at in memory.pauses:
        if volunteer in board.roster.volunteers:
            people.paused(board, volunteer, None if until_at is None else _from_now_s(board, until_at))
    oldest_first = islice(memory.tried, max(0, len(memory.tried) - TRIED_KEPT), None)
    board.tried.update((caller, board.mono_s(at)) for caller, at in oldest_first)
    _rests(board, memory)
    caller_limits.recall(board, memory.callers)
    board.out = []


def _rests(board: Switchboard, memory: Memory) -> None:
    """Who let rings pass is not rung sooner for a restart; who was in a talk a moment ago wraps up."""
    for volunteer, times in memory.missed:
        board.seats.seat(volunteer).missed = times
    for volunteer, until_at in memory.rests:
        if volunteer in board.roster.volunteers and until_at > board.now.at:
            people.rests(board, volunteer, board.mono_s(until_at))
    for talk in memory.talks:
        line = board.roster.lines.get(talk.line) if talk.line is not None else None
        if line is not None and talk.volunteer in board.roster.volunteers:
            talk_s = (talk.ended_at - talk.started_at).total_seconds()
            people.wraps_up(board, talk.volunteer, line, talk_s, since_s=board.mono_s(talk.ended_at))


def _rings(board: Switchboard, memory: Memory) -> None:
    """What they taught of phones; and whose turn it was."""
    for ring in memory.legs:
        for volunteer in board.owners(ring.endpoint):
            board.seats.was_rung(volunteer)
        board.acceptance.learn(
            ring.endpoint,
            ring.kind,
            ring.rang_s,
            board.now.mono_s - DAY_S * ring.age_days,
            accepted=ring.result is RingResult.ACCEPTED,
            whole=ring.result is RingResult.MISSED,
        )


def _of_open_calls(board: Switchboard) -> Iterator[PastTalk]:
    """Talks that are over, of calls that are not: their callers were cut off, and rung through again."""
    for call in board.past.calls.values():
        for leg in board.past.courses[call.call].legs.values():
            began_at, ended_at = leg.talked_from_at, leg.talked_until_at
            if leg.volunteer is not None and began_at is not None and ended_at is not None:
                yield PastTalk(volunteer=leg.volunteer, started_at=began_at, ended_at=ended_at, line=call.line)


def _talks(board: Switchboard, memory: Memory) -> None:
    lines = {line.id: (line, everybody(line)) for line in board.roster.lines.values()}
    talks: dict[VolunteerId, list[PastTalk]] = {}
    for talk in memory.talks:
        if talk.volunteer in board.roster.volunteers:
            talks.setdefault(talk.volunteer, []).append(talk)
    for volunteer, theirs in talks.items():
        serves = [line for line, named in lines.values() if volunteer in named]
        now_on = [line for line in serves if _is_on(board, line, volunteer)]
        if serves:
            limits.remember(board, volunteer, (now_on or serves)[0], [_talked(board, talk) for talk in theirs])


def _talked(board: Switchboard, talk: PastTalk) -> limits.Talked:
    shift_from_at = board.seats.seat(talk.volunteer).shift_from_at
    return limits.Talked(
        began_s=board.mono_s(talk.started_at),
        ended_s=board.mono_s(talk.ended_at),
        in_shift=shift_from_at is not None and talk.ended_at > shift_from_at,
    )


def _is_on(board: Switchboard, line: Line, volunteer: VolunteerId) -> bool:
    duty = board.duty(line)
    return volunteer in duty.volunteers or volunteer in duty.backup


def _from_now_s(board: Switchboard, at: datetime) -> float:
    return (at - board.now.at).total_seconds()
