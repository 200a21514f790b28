"""A call comes into the machine's hands: one that arrives, or one that lived before the machine did."""

from datetime import datetime
from math import inf

from hotline_agi.dispatch.commands import Fact, OpenRecord
from hotline_agi.dispatch.state import Call
from hotline_agi.dispatch.switchboard import Switchboard
from hotline_agi.terms.ids import CallId, LineId, NodeId


def admit(
    board: Switchboard,
    call_id: CallId,
    line_id: LineId,
    node: NodeId,
    *,
    arrived_at: datetime | None = None,
    fact: Fact = Fact.ARRIVED,
    detail: str = "",
) -> Call:
    """Open the record of a call whose line is in the roster. Without `arrived_at` it arrives now."""
    board.admitted += 1
    line, now = board.roster.lines[line_id], board.now
    arrived_at = now.at if arrived_at is None else min(now.at, arrived_at)
    arrived_s = now.mono_s - (now.at - arrived_at).total_seconds()
    call = Call(
        id=call_id,
        line=line,
        policy=line.callers,
        node=node,
        order=board.admitted,
        arrived_at=arrived_at,
        arrived_s=arrived_s,
        admitted_s=now.mono_s,
        language=line.language,
        offer_due_s=arrived_s + line.waiting.offer.after_s if line.waiting.offer is not None else inf,
        comfort_due_s=now.mono_s + line.comfort_every_s,
    )
    board.calls[call.id] = call
    board.out.append(OpenRecord(call=call.id, line=line.id, node=call.node, arrived_at=call.arrived_at))
    board.note(call, fact, detail=detail)
    return call
