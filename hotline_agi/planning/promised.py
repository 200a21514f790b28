"""Whom past rosters promised when, as they came into force one after the other; and whose nights that made."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hotline_agi.planning.coverage import coverage
from hotline_agi.planning.stretches import common, union
from hotline_agi.planning.workload import NIGHT_SHIFT_H, NIGHT_UNTIL
from hotline_agi.reports.past import PastRevision
from hotline_agi.reports.period.coverage import Promised
from hotline_agi.roster.clock import ONE_DAY, Span, instant
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import LineId, VolunteerId


def promised(
    line_id: LineId,
    revisions: Sequence[PastRevision],
    roster_of: Callable[[str], Roster | None],
    start: datetime,
    until: datetime,
) -> Iterator[Promised]:
    """Who was on shift on a line from `start` to `until` (aware), without holes.

    :param revisions: of the roster, in the order in which they came into force.
    :param roster_of: the roster of a digest; None if nobody has its texts any more. Asked once for each stretch.
    """
    for begin, end, digest in _in_force(revisions, start, until):
        roster = roster_of(digest) if digest is not None else None
        if roster is None:
            yield Promised(from_at=begin, until_at=end, people=None)
        elif (line := roster.lines.get(line_id)) is None:
            yield Promised(from_at=begin, until_at=end, people=(), is_open=False)  # there was no such line
        else:
            for span in coverage(roster, line, begin, end):
                yield Promised(
                    from_at=span.from_utc,
                    until_at=span.until_utc,
                    people=span.duty.volunteers,
                    least=span.least,
                    is_open=span.duty.is_open,
                )


def nights(spans: Iterable[Promised], zone: ZoneInfo) -> Mapping[VolunteerId, frozenset[date]]:
    """The nights that each was on shift, by the mornings on which they end.

    As `nights.py` counts them: `NIGHT_SHIFT_H` hours or more between midnight and `NIGHT_UNTIL`, in all slots together.
    """
    on: dict[VolunteerId, list[Span]] = defaultdict(list)
    for span in spans:
        if span.is_open:
            for who in span.people or ():
                on[who].append((span.from_at, span.until_at))
    return {who: frozenset(_nights(union(worked), zone)) for who, worked in on.items()}


def _nights(worked: Sequence[Span], zone: ZoneInfo) -> Iterator[date]:
    days = {
        day
        for start, end in worked
        for n in range((end.astimezone(zone).date() - start.astimezone(zone).date()).days + 1)
        if (day := start.astimezone(zone).date() + n * ONE_DAY)
    }
    for day in days:
        small_hours = (instant(zone, day, time(0), False), instant(zone, day, NIGHT_UNTIL, True))
        spent = sum((end - start for start, end in common(worked, [small_hours])), timedelta())
        if spent >= timedelta(hours=NIGHT_SHIFT_H):
            yield day


def _in_force(
    revisions: Sequence[PastRevision], start: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime, str | None]]:
    """Stretches with the digest that was in force; a restart notes the same one again, which changes nothing."""
    edges: list[tuple[datetime, str | None]] = [(start, None)]
    for one in revisions:
        if one.at >= until:
            break
        if one.at <= start:
            edges = [(start, one.digest)]
        elif one.digest != edges[-1][1]:
            edges.append((one.at, one.digest))
    for (begin, digest), (end, _) in pairwise([*edges, (until, None)]):
        if begin < end:
            yield begin, end, digest
