"""What happens next, in virtual time."""

import heapq
from collections.abc import Callable
from typing import Any


class Actor:
    """Somebody with plans. What was planned for an earlier `turn` of theirs does not happen any more."""

    __slots__ = ("turn",)

    def __init__(self) -> None:
        self.turn = 0


class Agenda:
    """Plans by time. Of two for one instant, the one that was made first comes first."""

    __slots__ = ("_heap", "_plans", "now_s")

    def __init__(self) -> None:
        self.now_s = 0.0
        self._heap: list[tuple[float, int, Callable[[Any], None], Actor, int | None]] = []
        self._plans = 0

    def then(self, who: Actor, after_s: float, action: Callable[[Any], None]) -> None:
        """`action(who)` after a while, unless `who` has gone on by then."""
        self._plans += 1
        heapq.heappush(self._heap, (self.now_s + after_s, self._plans, action, who, who.turn))

    def at(self, who: Actor, when_s: float, action: Callable[[Any], None]) -> None:
        """`action(who)` at an instant, whatever `who` does by then."""
        self._plans += 1
        heapq.heappush(self._heap, (when_s, self._plans, action, who, None))

    def next_s(self) -> float | None:
        """When the next plan is due; what will not happen any more is dropped."""
        heap = self._heap
        while heap:
            entry = heap[0]
            if entry[4] is None or entry[3].turn == entry[4]:
                return entry[0]
            heapq.heappop(heap)
        return None

    def advance(self) -> None:
        """Let the plan happen that `next_s` told of."""
        self.now_s, _, action, who, _ = heapq.heappop(self._heap)
        action(who)
