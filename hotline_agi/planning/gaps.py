"""Hours that lack somebody, as warnings: equal ones of several days in one."""

from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator
from datetime import date, datetime, timedelta

from hotline_agi.planning.coverage import CoverageSpan, Lack, Shortfall
from hotline_agi.planning.recurrence import Times, Window, times
from hotline_agi.roster.clock import ONE_DAY, Span, span_on
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Shift
from hotline_agi.roster.precedence import Basis, sayings
from hotline_agi.terms.problems import Mark, Problem

_SECOND = timedelta(seconds=1)
_TWO_MONTHS_DAYS = 62
"""From a day to the same weekday of the month before: at most so many."""


def gaps(
    line: Line, found: Iterable[CoverageSpan], window: Window, lacks: Container[Lack] = frozenset(Lack)
) -> Iterator[Problem]:
    """What the line lacks.

    :param found: its coverage over the reach of `window`.
    :param lacks: of which kinds.
    """
    months = _Months(line)
    runs: dict[tuple[Lack, str, str, int, int], list[Span]] = {}
    lacking: dict[tuple[Lack, str, str, int, int], Shortfall] = {}
    for span in found:
        for one in span.shortfalls:
            if one.lack not in lacks:
                continue
            # a time without anybody is one time, whichever slots it goes through
            about = ("", "", 0, 0) if one.lack is Lack.NOBODY else (one.slot, one.name, one.has, one.needs)
            key = (one.lack, *about)
            lacking.setdefault(key, one)
            known = runs.setdefault(key, [])
            if known and known[-1][1] == span.from_utc:
                known[-1] = known[-1][0], span.until_utc
            else:
                known.append((span.from_utc, span.until_utc))
    for key, spans in runs.items():
        for when in times(window, spans):
            yield _warning(line, months, window, lacking[key], when)


def _warning(line: Line, months: "_Months", window: Window, lack: Shortfall, when: Times) -> Problem:
    where, has = lack.where, lack.has or "nobody"
    match lack.lack:
        case Lack.NOBODY:
            what = "nobody is on shift"
            where, hint = _place(line, months, window, when), _hint(line, months, window, when)
        case Lack.PEOPLE:
            what = f"'{lack.slot}' has {lack.has} of the {lack.needs} people that it needs"
            hint = "add somebody, or lower `min`"
        case Lack.LANGUAGE:
            what = f"'{lack.slot}' has {has} who speaks '{lack.name}' and needs {lack.needs}"
            hint = f"add somebody who speaks '{lack.name}'"
        case Lack.QUALIFICATION:
            what = f"'{lack.slot}' has {has} with the qualification '{lack.name}' and needs {lack.needs}"
            hint = f"add somebody who has '{lack.name}'"
        case Lack.WANT:
            what = f"nobody on shift has what callers always want ({lack.name}), so nobody of them is rung"
            hint = "add somebody who has it, or give it `for_s` in line.yaml"
    return Problem.warning(where, f"{what} {when.text}", hint)


def _place(line: Line, months: "_Months", window: Window, when: Times) -> Mark:
    """Where people would be named: for the slot of these hours, else for the one that ends last before them."""
    start = max(when.spans[0][0], window.span[0])
    near = _slot_at(line, start)
    if near is None:
        return line.where
    shift, day, is_on = near
    said = sayings(line, shift, day, as_backup=False)[0]
    if is_on and said.basis in (Basis.WEEK, Basis.ROTATION) and day in line.months and months.write(shift, day):
        return line.months[day].where
    return said.where if is_on else shift.where


def _slot_at(line: Line, at: datetime) -> tuple[Shift, date, bool] | None:
    """The slot that would be on at `at` by its hours, whether it takes place or not, and the day on which it starts.

    If there is none, the one that ends last before; then the third value is False. None for a line without slots.
    """
    today = at.astimezone(line.zone).date()
    near: tuple[datetime, Shift, date] | None = None
    for day in (today, today - ONE_DAY, today - 2 * ONE_DAY):
        for shift in line.shifts:
            start, end = span_on(line.zone, day, shift)
            if start <= at < end:
                return shift, day, True
            if start < end <= at and (near is None or near[0] < end):
                near = end, shift, day
    return None if near is None else (near[1], near[2], False)


def _hint(line: Line, months: "_Months", window: Window, when: Times) -> str:
    """A line that goes by month rosters lacks the next one more often than anything else."""
    last_day = window.first + (window.days - 1) * ONE_DAY
    for start, end in when.spans if line.months else ():
        day = max(start.astimezone(window.zone).date(), window.first)
        while day <= min(last_day, (end - _SECOND).astimezone(window.zone).date()):
            if not months.has(day) and any(
                months.write(shift, day) and _meet(span_on(line.zone, day, shift), (start, end))
                for shift in months.shifts
            ):
                return f"there is no month roster for {day:%Y-%m} yet: write months/{day:%Y-%m}.yaml"
            day += ONE_DAY
    return "name people for these hours, or close then"


def _meet(one: Span, other: Span) -> bool:
    return max(one[0], other[0]) < min(one[1], other[1])


class _Months:
    """Which slots a line writes in its month rosters and not in the pattern."""

    def __init__(self, line: Line) -> None:
        self._written = {(day.year, day.month) for day in line.months}
        self._named: dict[tuple[str, int], list[date]] = {}
        for day in sorted(line.months):
            for slot, cell in line.months[day].people.items():
                if cell:
                    self._named.setdefault((slot, day.weekday()), []).append(day)
        named = {slot for slot, _ in self._named}
        self.shifts = tuple(shift for shift in line.shifts if shift.slot in named)
        """Those that some month roster names, the only ones for which `write` may hold."""

    def has(self, day: date) -> bool:
        """Whether there is a month roster for the month of `day`."""
        return (day.year, day.month) in self._written

    def write(self, shift: Shift, day: date) -> bool:
        """Whether the people of a slot on such a day come from month rosters, to judge by the ones before `day`.

        An exception to the pattern, in some month of long ago, is no rule.
        """
        named = self._named.get((shift.slot, day.weekday()), [])
        before = bisect_left(named, day)
        if not before or shift.people.on(day):
            return False
        return not shift.people.everybody() or (day - named[before - 1]).days <= _TWO_MONTHS_DAYS
