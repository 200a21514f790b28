"""Coverage as a map: a row for each local day, a cell for each half hour of the wall clock.

A cell is as bad as the worst moment in it. Columns are times of the wall clock, so a clock change shifts nothing: an
hour that occurs twice counts twice in its two cells, one that the clock skips leaves them empty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from hotline_agi.planning.coverage import CoverageSpan, Lack, Shortfall, coverage
from hotline_agi.planning.stretches import local_days
from hotline_agi.roster.clock import ONE_DAY, instant
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.precedence import special_day

CELL = timedelta(minutes=30)
CELLS = ONE_DAY // CELL
_SECOND = timedelta(seconds=1)


class Filling(IntEnum):
    """How well a time is filled; what is worse is greater."""

    SKIPPED = 0
    """The clock does not show this time on this day."""
    CLOSED = 1
    FINE = 2
    SHORT = 3
    NOBODY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    filling: Filling
    on_shift: int
    """Of the worst moments of the cell, the smallest head count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    day: date
    name: str
    """Of the special day; else empty."""
    cells: tuple[HeatCell, ...]
    """`CELLS` of them, from midnight on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch in which the same is lacking."""

    start: datetime
    end: datetime
    shortfalls: tuple[Shortfall, ...]


SKIPPED = HeatCell(filling=Filling.SKIPPED, on_shift=0)


def heat(roster: Roster, line: Line, first: date, days: int) -> list[HeatRow]:
    """The map of a line from `first` on."""
    found: dict[tuple[date, int], HeatCell] = {}
    start, _ = local_days(line.zone, first, days)
    until = instant(line.zone, first + days * ONE_DAY, time(0), True)  # a midnight may occur twice
    spans = coverage(roster, line, start, until)
    at = 0
    for begin, end, key in _pieces(line.zone, start, until):
        while spans[at].until_utc <= begin:
            at += 1
        n = at
        while n < len(spans) and spans[n].from_utc < end:
            found[key] = _worse(found.get(key, SKIPPED), spans[n])
            n += 1
    rows = []
    for day in (first + n * ONE_DAY for n in range(days)):
        special = special_day(line, day)
        cells = tuple(found.get((day, cell), SKIPPED) for cell in range(CELLS))
        rows.append(HeatRow(day=day, name=special.name if special else "", cells=cells))
    return rows


def gaps(roster: Roster, line: Line, first: date, days: int) -> list[Gap]:
    """The stretches in which something is lacking, longest possible."""
    found: list[Gap] = []
    for span in coverage(roster, line, *local_days(line.zone, first, days)):
        if not span.shortfalls:
            continue
        if found and found[-1].end == span.from_utc and found[-1].shortfalls == span.shortfalls:
            found[-1] = Gap(start=found[-1].start, end=span.until_utc, shortfalls=span.shortfalls)
        else:
            found.append(Gap(start=span.from_utc, end=span.until_utc, shortfalls=span.shortfalls))
    return found


def filling(span: CoverageSpan) -> Filling:
    if not span.duty.is_open:
        return Filling.CLOSED
    if not span.shortfalls:
        return Filling.FINE
    nobody = any(one.lack is Lack.NOBODY for one in span.shortfalls)
    return Filling.NOBODY if nobody else Filling.SHORT


def runs(row: Sequence[HeatCell]) -> Iterator[tuple[int, int, HeatCell]]:
    """Equal cells side by side, each run as (first, end, cell)."""
    first = 0
    for n in range(1, len(row) + 1):
        if n == len(row) or row[n] != row[first]:
            yield first, n, row[first]
            first = n


def _worse(cell: HeatCell, span: CoverageSpan) -> HeatCell:
    state = filling(span)
    if state is cell.filling:
        return HeatCell(filling=state, on_shift=min(cell.on_shift, span.on_shift))
    return HeatCell(filling=state, on_shift=span.on_shift) if state > cell.filling else cell


def _pieces(zone: ZoneInfo, start: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, tuple[date, int]]]:
    """The time from `start` until `until`, cut where the wall clock passes a cell's edge or jumps."""
    while start < until:
        wall = start.astimezone(zone).replace(tzinfo=None)
        midnight = datetime.combine(wall.date(), time(0))
        cell = (wall - midnight) // CELL
        end = min(start + (midnight + (cell + 1) * CELL - wall), until)
        end = _first_jump(zone, start, end)
        yield start, end, (wall.date(), cell)
        start = end


def _first_jump(zone: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """The instant, to the second, at which the offset of `zone` changes between the two; `end` if it does not."""
    offset = start.astimezone(zone).utcoffset()
    if (end - _SECOND).astimezone(zone).utcoffset() == offset:
        return end
    end -= _SECOND
    while end - start > _SECOND:
        middle = start + (end - start) // (2 * _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            start = middle
        else:
            end = middle
    return end
