"""What changes next on a line: who goes, who comes, who stays; and when it opens, closes or rings by another plan.

Whoever falls silent by quiet hours has not gone: they count among the people here, and `Duty.quiet` names them too.
"""

from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import islice

from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line
from hotline_agi.roster.timetable import Duty, spans
from hotline_agi.terms.ids import VolunteerId

LOOK_AHEAD = timedelta(days=40)
"""As far as `roster.duty.next_change` looks."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a line. ``before.volunteers`` without `goes`, with `comes`, are ``after.volunteers``.

    Those who are silent are among ``volunteers`` or ``backup`` of `before` and `after`, and in ``quiet``.
    """

    line: Line
    at: datetime
    """UTC."""
    before: Duty
    after: Duty

    @property
    def goes(self) -> tuple[VolunteerId, ...]:
        return _without(self.before.volunteers, self.after.volunteers)

    @property
    def comes(self) -> tuple[VolunteerId, ...]:
        return _without(self.after.volunteers, self.before.volunteers)

    @property
    def stays(self) -> tuple[VolunteerId, ...]:
        return _without(self.after.volunteers, self.comes)

    @property
    def is_handover(self) -> bool:
        """Whether people change: on shift, as backup or as coordinators."""
        return _people(self.before) != _people(self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover(Change):
    until: datetime | None
    """When the next one follows, UTC; None if none does for 40 days."""
    silent_from: tuple[tuple[VolunteerId, datetime], ...]
    """Whose quiet hours begin before the next one, and within a day, with the instant in UTC."""


def changes(line: Line, after: datetime, count: int) -> list[Change]:
    """The first `count` changes of any kind later than `after` (aware); of the next 40 days."""
    return list(islice(_changes(line, after), count))


def handovers(line: Line, after: datetime, count: int) -> list[Handover]:
    """The first `count` changes later than `after` (aware) in which people change; of the next 40 days."""
    found = list(islice((one for one in _changes(line, after) if one.is_handover), count + 1))
    ends = [one.at for one in found[1:]] + [None] * (count + 1 - len(found))
    return [
        Handover(
            line=line,
            at=one.at,
            before=one.before,
            after=one.after,
            until=until,
            silent_from=tuple(_silent_from(one, until)),
        )
        for one, until in zip(found[:count], ends, strict=False)
    ]


def _changes(line: Line, after: datetime) -> Iterator[Change]:
    after = after.astimezone(UTC)
    end = after + LOOK_AHEAD
    audible = replace(line, quiet={}) if line.quiet else line  # as if nobody had quiet hours
    before = _duty(line, audible, after)
    edges = (span.from_utc for span in spans(line, after, end))
    for at in merge(edges, (span.from_utc for span in spans(audible, after, end))) if line.quiet else edges:
        duty = _duty(line, audible, at)
        if duty != before:
            yield Change(line=line, at=at, before=before, after=duty)
        before = duty


def _duty(line: Line, audible: Line, at: datetime) -> Duty:
    planned = on_duty(audible, at)
    return replace(planned, quiet=on_duty(line, at).quiet) if line.quiet else planned


def _silent_from(change: Change, until: datetime | None) -> Iterator[tuple[VolunteerId, datetime]]:
    known = set(change.after.quiet)
    end = min(until or change.at + ONE_DAY, change.at + ONE_DAY)
    for span in spans(change.line, change.at, end) if change.line.quiet else ():
        for who in _without(span.duty.quiet, known):
            known.add(who)
            yield who, span.from_utc


def _people(duty: Duty) -> tuple[frozenset[VolunteerId], ...]:
    return frozenset(duty.volunteers), frozenset(duty.backup), frozenset(duty.coordinators)


def _without(some: tuple[VolunteerId, ...], others: Container[VolunteerId]) -> tuple[VolunteerId, ...]:
    return tuple(who for who in some if who not in others)
