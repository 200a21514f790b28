"""Who carries how much: hours, nights, weekends, rest, and how evenly that is shared.

Hours count while the line is open, since nobody is rung while it is closed, and once where two lines overlap: as on
shift if somebody is on shift on either, else as backup, else as lost to quiet hours. A shift belongs to the day on
which it starts; hours belong to the days on which they pass. So what two periods give that follow each other is what
both give together, but for the longest stretch and the least rest, which look no further than the period.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import pairwise
from statistics import median

from hotline_agi.planning.agenda import appointments
from hotline_agi.planning.stretches import common, hours, local_days, rest, union
from hotline_agi.roster.clock import ONE_DAY, Span, instant
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.timetable import spans
from hotline_agi.terms.ids import VolunteerId

NIGHT_UNTIL = time(5)
"""From midnight: the hours that are night whatever a country's law adds (Directive 2003/88/EC, Article 2.3)."""
NIGHT_SHIFT_H = 2.0
"""Of a shift between midnight and `NIGHT_UNTIL`, for a night shift. Our own choice: the directive leaves it to the
states, and 22:00-02:00 costs the night as well."""
_MARGIN = timedelta(days=2)
"""How far outside the period a shift that touches it can begin or end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What one person does in a period, on all lines together. Hours are exact, also where the clock changes."""

    who: VolunteerId
    shifts: int
    """That start in the period, with at least some time on shift. The same hours on two lines are one shift."""
    nights: int
    """Of `shifts`: with `NIGHT_SHIFT_H` or more between midnight and `NIGHT_UNTIL`."""
    on_shift_h: float
    backup_h: float
    weekend_h: float
    """Of `on_shift_h`: on Saturday and Sunday, in the line's own zone."""
    quiet_h: float
    """Planned, on shift or as backup, but lost to quiet hours."""
    longest_h: float
    """The longest time on shift without a break."""
    least_rest_h: float | None
    """The shortest time off between two times on shift; None if there are not two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How evenly something is shared."""

    least: float
    median: float
    most: float
    gini: float
    """Half the mean difference between any two people, as a part of the mean: sum over all pairs (i, j) of
    ``|x_i - x_j| / (2 n^2 mean)``. 0: all have the same; (n - 1) / n: one has everything."""


@dataclass(slots=True)
class _Times:
    on: list[Span] = field(default_factory=list)
    backup: list[Span] = field(default_factory=list)
    quiet: list[Span] = field(default_factory=list)
    weekend: list[Span] = field(default_factory=list)
    shifts: dict[tuple[Span, ...], bool] = field(default_factory=dict)
    """By their hours, whether it is a night shift."""


def workloads(roster: Roster, first: date, days: int, people: Iterable[VolunteerId]) -> list[Workload]:
    """What each of `people` does from `first` on for `days` (of each line's own zone), in their order."""
    wanted = dict.fromkeys(people)
    times: dict[VolunteerId, _Times] = {who: _Times() for who in wanted}
    for line in roster.lines.values():
        if not wanted.keys().isdisjoint(everybody(line)):
            _of_line(line, first, days, times)
    return [_workload(who, times[who]) for who in wanted]


def spread(values: Sequence[float]) -> Spread:
    """:raises ValueError: if there are none."""
    ordered, count, total = sorted(values), len(values), sum(values)
    gini = sum((2 * n - count - 1) * value for n, value in enumerate(ordered, 1)) / (count * total) if total else 0.0
    return Spread(least=min(ordered), median=median(ordered), most=ordered[-1], gini=gini)


def _of_line(line: Line, first: date, days: int, times: dict[VolunteerId, _Times]) -> None:
    """Add what `line` asks of people, each span inside the period."""
    start, until = local_days(line.zone, first, days)
    on: dict[VolunteerId, list[Span]] = defaultdict(list)
    period = [(start, until)]
    for span in spans(line, start - _MARGIN, until + _MARGIN):
        if not span.duty.is_open:
            continue
        whole = (span.from_utc, span.until_utc)
        part = (max(span.from_utc, start), min(span.until_utc, until))
        for who in span.duty.volunteers:
            on[who].append(whole)
        if part[1] <= part[0]:
            continue
        for people, attribute in ((span.duty.backup, "backup"), (span.duty.quiet, "quiet")):
            for who in people:
                if who in times:
                    getattr(times[who], attribute).append(part)
    weekends = union(local_days(line.zone, day, 1) for n in range(days) if (day := first + n * ONE_DAY).weekday() >= 5)
    nights = union(
        (instant(line.zone, day, time(0), False), instant(line.zone, day, NIGHT_UNTIL, True))
        for day in (first + n * ONE_DAY for n in range(-1, days + 3))
    )
    _add_shifts(line, (start, until), on, nights, times)
    for who, found in on.items():
        if who in times:
            inside = common(union(found), period)
            times[who].on += inside
            times[who].weekend += common(inside, weekends)


def _add_shifts(
    line: Line,
    period: Span,
    on: dict[VolunteerId, list[Span]],
    nights: Sequence[Span],
    times: dict[VolunteerId, _Times],
) -> None:
    placed: dict[tuple[VolunteerId, str, date], list[Span]] = defaultdict(list)
    for one in appointments((line,), period[0] - _MARGIN, period[1] + _MARGIN):
        if not one.place.as_backup and one.place.who in times:
            placed[one.place.who, one.slot, one.day].append((one.place.start, one.place.end))
    merged = {who: union(on[who]) for who in {who for who, _, _ in placed}}
    for (who, _, _), pieces in placed.items():
        spent = common(union(pieces), merged[who])
        if spent and period[0] <= spent[0][0] < period[1]:
            times[who].shifts[tuple(spent)] = hours(common(spent, nights)) >= NIGHT_SHIFT_H


def _workload(who: VolunteerId, times: _Times) -> Workload:
    on = union(times.on)
    backup = rest(union(times.backup), on)
    quiet = rest(rest(union(times.quiet), on), backup)
    between = [(later[0] - earlier[1]) / timedelta(hours=1) for earlier, later in pairwise(on)]
    return Workload(
        who=who,
        shifts=len(times.shifts),
        nights=sum(times.shifts.values()),
        on_shift_h=hours(on),
        backup_h=hours(backup),
        weekend_h=hours(union(times.weekend)),
        quiet_h=hours(quiet),
        longest_h=max((hours([span]) for span in on), default=0.0),
        least_rest_h=min(between, default=None),
    )
