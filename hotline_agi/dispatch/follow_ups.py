"""After a call at high risk somebody looks after the caller, at the times that its line has for it."""

from collections.abc import Iterator
from datetime import datetime

from hotline_agi.dispatch.commands import OpenFollowUps
from hotline_agi.roster.model import Line
from hotline_agi.terms.ids import CallId, VolunteerId


def follow_ups(line: Line, call: CallId, volunteer: VolunteerId | None, ended_at: datetime) -> Iterator[OpenFollowUps]:
    """Of a marked call that is over; none where the line wants none."""
    found = line.high_risk
    if found is not None and found.follow_ups_h:
        yield OpenFollowUps(call=call, line=line.id, volunteer=volunteer, ended_at=ended_at, after_h=found.follow_ups_h)
