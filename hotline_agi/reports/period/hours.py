"""Calls by hour, weekday and day of the line's wall clock, and a map of the week.

An hour that the clock skips has no calls; one that comes twice has those of both.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from hotline_agi.reports.period.calls import Part, ReportedCall
from hotline_agi.reports.period.span import Period
from hotline_agi.reports.period.tally import CallFigures, CallTally

HOURS, WEEKDAYS = range(24), range(7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTime:
    hours: tuple[CallFigures, ...]
    """From 0 to 23 o'clock."""
    weekdays: tuple[CallFigures, ...]
    """From Monday to Sunday."""
    days: Mapping[date, CallFigures]
    """All days of the period, in order."""
    week: Mapping[tuple[int, int], int]
    """Offered calls by weekday and hour; the others had none."""
    weekday_counts: tuple[int, ...]
    """How many days of the period are Mondays, Tuesdays, …"""


class TimeTally:
    def __init__(self, period: Period, short_s: float) -> None:
        self._zone = period.zone
        self._hours = [CallTally(short_s) for _ in HOURS]
        self._weekdays = [CallTally(short_s) for _ in WEEKDAYS]
        self._days = {day: CallTally(short_s) for day in period.days()}
        self._week: Counter[tuple[int, int]] = Counter()

    def add(self, call: ReportedCall, part: Part) -> None:
        local = call.call.arrived_at.astimezone(self._zone)
        day = local.date()
        self._hours[local.hour].add(call, part)
        self._weekdays[day.weekday()].add(call, part)
        self._days[day].add(call, part)
        if part is Part.OFFERED:
            self._week[day.weekday(), local.hour] += 1

    def figures(self) -> ByTime:
        counts = Counter(day.weekday() for day in self._days)
        return ByTime(
            hours=tuple(tally.figures() for tally in self._hours),
            weekdays=tuple(tally.figures() for tally in self._weekdays),
            days={day: tally.figures() for day, tally in self._days.items()},
            week=dict(sorted(self._week.items())),
            weekday_counts=tuple(counts[weekday] for weekday in WEEKDAYS),
        )
