"""What changes when the next shift begins: who goes, who comes, who stays."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line
from hotline_agi.roster.timetable import Duty, spans
from hotline_agi.terms.ids import VolunteerId

LOOK_AHEAD = timedelta(days=40)
"""As far as `roster.duty.next_change` looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One change of a line. ``before.volunteers`` without `goes`, with `comes`, are ``after.volunteers``."""

    line: Line
    at: datetime
    """UTC."""
    before: Duty
    after: Duty
    goes: tuple[VolunteerId, ...]
    comes: tuple[VolunteerId, ...]
    stays: tuple[VolunteerId, ...]
    until: datetime | None
    """When the next one follows, UTC; None if none does for 40 days."""


def handovers(line: Line, after: datetime, count: int) -> list[Handover]:
    """The first `count` changes later than `after` (aware) that concern people; of the next 40 days.

    That another ring plan begins is none.
    """
    found = list(islice(_changes(line, after), count + 1))
    return [replace(one, until=found[n + 1].at if n + 1 < len(found) else None) for n, one in enumerate(found[:count])]


def _changes(line: Line, after: datetime) -> Iterator[Handover]:
    after = after.astimezone(UTC)
    before = on_duty(line, after)
    for span in spans(line, after, after + LOOK_AHEAD):
        duty = span.duty
        if replace(duty, plan="") != replace(before, plan=""):
            yield Handover(
                line=line,
                at=span.from_utc,
                before=before,
                after=duty,
                goes=tuple(who for who in before.volunteers if who not in duty.volunteers),
                comes=tuple(who for who in duty.volunteers if who not in before.volunteers),
                stays=tuple(who for who in duty.volunteers if who in before.volunteers),
                until=None,
            )
        before = duty
