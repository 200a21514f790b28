"""Who is called first: high risk, then overdue, then the oldest."""

from collections.abc import Callable, Iterable
from datetime import datetime

from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.work import WorkState
from hotline_agi.work.entry import Entry, seen_at

Policies = Callable[[LineId], CallbackPolicy]


def in_order(entries: Iterable[Entry], now: datetime, policies: Policies) -> list[Entry]:
    """`entries` as they stand at `now`, the first to be called first."""
    seen = [seen_at(entry, now) for entry in entries]
    return sorted(
        seen,
        key=lambda one: (
            one.is_finished,
            not one.high_risk,
            not one.is_overdue(now, policies(one.line)),
            one.opened_at,
            one.id,
        ),
    )


def may_take(entry: Entry, who: VolunteerId, now: datetime, *, coordinates: bool = False) -> bool:
    """Whether `who` is offered `entry` now by phone. What is escalated goes to who `coordinates` the line now."""
    entry = seen_at(entry, now)
    if entry.is_called(now):
        return False
    match entry.state:
        case WorkState.CLAIMED:
            return entry.owner == who
        case WorkState.OPEN:
            return entry.not_before is None or now >= entry.not_before
        case WorkState.ESCALATED:
            return coordinates
        case _:
            return False


def next_for(
    entries: Iterable[Entry],
    who: VolunteerId,
    now: datetime,
    policies: Policies,
    *,
    coordinates: Callable[[LineId], bool] = lambda _line: False,
) -> Entry | None:
    """What `who` is to do next: what they have already, else the first that they may take."""
    able = [
        one for one in in_order(entries, now, policies) if may_take(one, who, now, coordinates=coordinates(one.line))
    ]
    own = (one for one in able if one.state is WorkState.CLAIMED)
    return next(own, next(iter(able), None))
