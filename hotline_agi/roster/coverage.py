"""Where the week of a line has nobody on shift. Wall-clock arithmetic: clock changes open no gap (see `duty.py`)."""

from collections.abc import Iterable
from datetime import time

from hotline_agi.roster.model import Line
from hotline_agi.roster.values import days_in_words

DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN


def gaps(line: Line) -> tuple[str, ...]:
    """The open hours of the week without anybody on shift, in words: ``mon-fri 02:00-06:00``.

    A gap is named by the day on which it begins; equal gaps of several days are one. Backup people do not fill a gap.
    """
    missing = bytearray(WEEK_MIN) if line.opening else bytearray(b"\1" * WEEK_MIN)
    for hours in line.opening:
        _paint(missing, hours.weekdays, hours.start, hours.until, 1)
    for shift in line.shifts:
        filled = [day for day, cell in enumerate(shift.people.turns[0]) if cell]
        _paint(missing, filled, shift.start, shift.until, 0)
    if all(missing):
        return ("the whole week",)
    days_of_gap: dict[tuple[int, int], list[int]] = {}
    for start, length in _runs(missing):
        days_of_gap.setdefault((start % DAY_MIN, length), []).append(start // DAY_MIN)
    return tuple(_in_words(sorted(days), start, length) for (start, length), days in days_of_gap.items())


def _paint(week: bytearray, weekdays: Iterable[int], start: time, until: time, value: int) -> None:
    first = start.hour * 60 + start.minute
    length = (until.hour * 60 + until.minute - first - 1) % DAY_MIN + 1  # equal times: a whole day
    for day in weekdays:
        begin = day * DAY_MIN + first
        end = begin + length
        week[begin : min(end, WEEK_MIN)] = bytes([value]) * (min(end, WEEK_MIN) - begin)
        if end > WEEK_MIN:
            week[: end - WEEK_MIN] = bytes([value]) * (end - WEEK_MIN)


def _runs(week: bytearray) -> list[tuple[int, int]]:
    """The stretches of ones as (start, length) in minutes of the circular week, which holds at least one zero."""
    origin = week.index(0)
    turned = week[origin:] + week[:origin]
    runs: list[tuple[int, int]] = []
    at = turned.find(1)
    while at >= 0:
        end = turned.find(0, at)
        end = WEEK_MIN if end < 0 else end
        runs.append(((origin + at) % WEEK_MIN, end - at))
        at = turned.find(1, end)
    return sorted(runs)


def _in_words(days: list[int], start: int, length: int) -> str:
    end = start + length
    later = end // DAY_MIN if end % DAY_MIN else end // DAY_MIN - 1
    until = f"{end % DAY_MIN // 60:02}:{end % 60:02}" if end % DAY_MIN else "24:00"
    after = f" {later} days later" if later > 1 else " of the next day" if later else ""
    return f"{days_in_words(days)} {start // 60:02}:{start % 60:02}-{until}{after}"
