"""What somebody says of a talk that is over: noted, and, where the line wants it, counted for the caller's limits."""

from dataclasses import replace

from hotline_agi.dispatch import caller_limits
from hotline_agi.dispatch.commands import Fact, NoteFact
from hotline_agi.dispatch.events import ResultGiven
from hotline_agi.dispatch.follow_ups import follow_ups
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.roster.model import Line
from hotline_agi.terms.results import Said, detail

AFTER_TALK_S = 200.0
"""After a talk whose caller left: the keys, a note of a minute, and the dialplan's own bounds; longer is stuck."""


def asks(line: Line) -> bool:
    """Whether a volunteer is asked for something when a caller hung up first."""
    return (line.results.ask and bool(line.results.list)) or (line.notes is not None and line.notes.ask)


def given(board: Switchboard, event: ResultGiven) -> None:
    """Write it down, and let it count. Given twice, the last word counts; the other one stays in the record."""
    call = board.calls.get(event.call)
    if not event.is_noted:
        said = Said(result=event.result, counts=event.counts, by=event.by)
        board.out.append(
            NoteFact(call=event.call, fact=Fact.RESULT, leg=event.leg, volunteer=event.volunteer, detail=detail(said))
        )
    if call is not None and call.caller is not None:
        event = replace(event, caller=call.caller)
    if call is not None:
        call.said_result, call.said_silent = event.result, event.counts
    _mark_if_serious(board, event, call)
    caller_limits.judged(board, event)


def _mark_if_serious(board: Switchboard, event: ResultGiven, call: Call | None) -> None:
    """A word that flags marks the call as the key in the talk does; who called, the shell flags.

    What is noted already is followed up already, too, unless the call still goes on.
    """
    line = board.roster.lines.get(event.line)
    if line is None or event.result not in line.results.flag:
        return
    if call is None:
        if not event.is_noted:
            board.out += follow_ups(line, event.call, event.volunteer, event.ended_at or board.now.at)
    elif not call.marked:
        call.marked = call.high_risk = True
        board.note(call, Fact.MARKED, volunteer=event.volunteer)
