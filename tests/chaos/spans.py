"""Unions of intervals of time. Pure."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spans:
    """A union of intervals."""

    starts: list[float]
    ends: list[float]

    @classmethod
    def of(cls, spans: Iterable[tuple[float, float]]) -> "Spans":
        starts: list[float] = []
        ends: list[float] = []
        for start, end in sorted(spans):
            if starts and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return cls(starts, ends)

    def touch(self, start: float, end: float) -> bool:
        at = bisect_left(self.ends, start)
        return at < len(self.starts) and self.starts[at] <= end

    def longest_outside(self, start: float, end: float) -> tuple[float, float]:
        """Length and beginning of the longest stretch of [start, end] that is in none of them."""
        best, best_at, reached = 0.0, start, start
        at = bisect_left(self.ends, start)
        while reached < end:
            next_start = self.starts[at] if at < len(self.starts) else end
            if min(next_start, end) - reached > best:
                best, best_at = min(next_start, end) - reached, reached
            if at >= len(self.ends):
                break
            reached = max(reached, self.ends[at])
            at += 1
        return best, best_at
