"""How many of a thing there were within the last minutes."""

from collections import deque

MOST_KEPT = 10_000
"""Instants; a threshold is far below, so what is let go changes no verdict."""


class Recent:
    """Instants of a thing, in monotonic seconds, as far back as `within_s`."""

    def __init__(self, within_s: float) -> None:
        self.within_s = within_s
        self._at: deque[float] = deque(maxlen=MOST_KEPT)

    def add(self, now_s: float, times: int = 1) -> None:
        self._at.extend([now_s] * min(times, MOST_KEPT))

    def count(self, now_s: float) -> int:
        while self._at and self._at[0] <= now_s - self.within_s:
            self._at.popleft()
        return len(self._at)
