"""Stretches of time as sorted lists of half-open spans that neither touch nor overlap: union, common part, rest."""

from collections.abc import Iterable, Sequence
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hotline_agi.roster.clock import ONE_DAY, Span, instant


def local_days(zone: ZoneInfo, first: date, days: int) -> Span:
    """From the first midnight of `first` until that of the day `days` later: 23 or 25 hours where the clock changes."""
    return instant(zone, first, time(0), False), instant(zone, first + days * ONE_DAY, time(0), False)


def union(spans: Iterable[Span]) -> list[Span]:
    """What at least one of `spans` covers; spans that touch become one, empty ones vanish."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def common(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """What both (each as `union` gives it) cover."""
    found: list[Span] = []
    n = m = 0
    while n < len(one) and m < len(other):
        start, end = max(one[n][0], other[m][0]), min(one[n][1], other[m][1])
        if start < end:
            found.append((start, end))
        if one[n][1] <= other[m][1]:
            n += 1
        else:
            m += 1
    return found


def rest(one: Sequence[Span], without: Sequence[Span]) -> list[Span]:
    """What `one` covers and `without` (each as `union` gives it) does not."""
    found: list[Span] = []
    m = 0
    for start, end in one:
        while m < len(without) and without[m][1] <= start:
            m += 1
        left, k = start, m
        while k < len(without) and without[k][0] < end:
            if left < without[k][0]:
                found.append((left, without[k][0]))
            left = without[k][1]
            k += 1
        if left < end:
            found.append((left, end))
    return found


def hours(spans: Iterable[Span]) -> float:
    """Their length together, in hours."""
    return sum((end - start for start, end in spans), timedelta()) / timedelta(hours=1)
