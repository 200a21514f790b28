"""A new machine takes in what it remembers of earlier runs: so a restart wakes nobody who paused, and forgets no limit.

Done once, before the first event, and without a word: what is noted here was noted before.
"""

from datetime import datetime
from itertools import islice

from hotline_agi.dispatch import caller_limits, limits, notices, people
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
    _talks(board, memory)
    for volunteer, until_at in memory.pauses:
        if volunteer in board.roster.volunteers:
            people.paused(board, volunteer, None if until_at is None else _from_now_s(board, until_at))
    oldest_first = islice(memory.tried, max(0, len(memory.tried) - TRIED_KEPT), None)
    board.tried.update((caller, _mono_s(board, at)) for caller, at in oldest_first)
    caller_limits.recall(board, memory.callers)
    board.out = []


def _rings(board: Switchboard, memory: Memory) -> None:
    for ring in memory.legs:
        board.acceptance.learn(
            ring.endpoint,
            ring.kind,
            ring.rang_s,
            board.now.mono_s - DAY_S * ring.age_days,
            accepted=ring.result is RingResult.ACCEPTED,
            whole=ring.result is RingResult.MISSED,
        )


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
        began_s=_mono_s(board, talk.started_at),
        ended_s=_mono_s(board, talk.ended_at),
        in_shift=shift_from_at is not None and talk.ended_at > shift_from_at,
    )


def _is_on(board: Switchboard, line: Line, volunteer: VolunteerId) -> bool:
    duty = board.duty(line)
    return volunteer in duty.volunteers or volunteer in duty.backup


def _mono_s(board: Switchboard, at: datetime) -> float:
    """An instant of an earlier run on the clock of this one; may be negative."""
    return board.now.mono_s + _from_now_s(board, at)


def _from_now_s(board: Switchboard, at: datetime) -> float:
    return (at - board.now.at).total_seconds()
