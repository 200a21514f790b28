"""Hours that lack somebody, as warnings: equal ones of several days in one."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from hotline_agi.planning.coverage import CoverageSpan, Lack, Shortfall
from hotline_agi.planning.recurrence import Times, Window, times
from hotline_agi.roster.clock import Span
from hotline_agi.roster.model import Line
from hotline_agi.terms.problems import Mark, Problem

_SECOND = timedelta(seconds=1)


def gaps(line: Line, found: Iterable[CoverageSpan], window: Window) -> Iterator[Problem]:
    """What the line lacks.

    :param found: its coverage over the reach of `window`.
    """
    runs: dict[tuple[Lack, str, str, int, int], list[Span]] = {}
    lacking: dict[tuple[Lack, str, str, int, int], Shortfall] = {}
    for span in found:
        for one in span.shortfalls:
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
            yield _warning(line, window, lacking[key], when)


def _warning(line: Line, window: Window, lack: Shortfall, when: Times) -> Problem:
    where, has = lack.where, lack.has or "nobody"
    match lack.lack:
        case Lack.NOBODY:
            what = "nobody is on shift"
            where, hint = _place(line, window, when), _hint(line, window, when)
        case Lack.PEOPLE:
            what = f"'{lack.slot}' has {lack.has} of the {lack.needs} people that it needs"
            hint = "add somebody, or lower `min`"
        case Lack.LANGUAGE:
            what = f"'{lack.slot}' has {has} who speaks '{lack.name}' and needs {lack.needs}"
            hint = f"add somebody who speaks '{lack.name}'"
        case Lack.QUALIFICATION:
            what = f"'{lack.slot}' has {has} with the qualification '{lack.name}' and needs {lack.needs}"
            hint = f"add somebody who has '{lack.name}'"
    return Problem.warning(where, f"{what} {when.text}", hint)


def _place(line: Line, window: Window, when: Times) -> Mark:
    """Where people would be named: the day of the month roster, else the shifts."""
    day = line.months.get(when.spans[0][0].astimezone(window.zone).date())
    if day is not None:
        return day.where
    return Mark(file=line.shifts[0].where.file) if line.shifts else line.where


def _hint(line: Line, window: Window, when: Times) -> str:
    """A line that goes by month rosters lacks the next one more often than anything else."""
    written = {(day.year, day.month) for day in line.months}
    last_day = window.first.toordinal() + window.days - 1
    for start, end in when.spans:
        day = max(start.astimezone(window.zone).date(), window.first)
        while written and day.toordinal() <= last_day and day <= (end - _SECOND).astimezone(window.zone).date():
            if (day.year, day.month) not in written:
                return f"there is no month roster for {day:%Y-%m} yet: write months/{day:%Y-%m}.yaml"
            day = day.replace(day=1, month=day.month % 12 + 1, year=day.year + day.month // 12)
    return "name people for these hours, or close then"
