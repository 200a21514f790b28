"""Deadlines of many things, one timer for all."""

import heapq
from collections.abc import Hashable, Iterator


class Deadlines:
    """At most one deadline per key; setting it again moves it. Each operation costs O(log n).

    A moved or cleared deadline leaves its old entry in the heap, to be skipped when it surfaces; the heap is rebuilt
    when such entries outnumber the live ones, so memory stays bounded by what is set. Of two that are due at one
    instant the one that was set first comes first, whatever was cleared before and whether anybody asked `next_s`
    meanwhile: a replay depends on it.
    """

    def __init__(self) -> None:
        self._due: dict[Hashable, tuple[float, int]] = {}
        """When, and the ticket of the entry that says so."""
        self._heap: list[tuple[float, int, Hashable]] = []
        self._ticket = 0

    def set(self, key: Hashable, due_s: float) -> None:
        """`key` is due at `due_s` (monotonic seconds)."""
        self._ticket += 1
        self._due[key] = due_s, self._ticket
        heapq.heappush(self._heap, (due_s, self._ticket, key))
        self._make_room()

    def clear(self, key: Hashable) -> None:
        """`key` is due no more; unknown keys are fine."""
        if self._due.pop(key, None) is not None:
            self._make_room()

    def has(self, key: Hashable) -> bool:
        return key in self._due

    def next_s(self) -> float | None:
        """When the first is due, or None."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def take_due(self, now_s: float) -> Iterator[Hashable]:
        """Take out, in order, every key that is due at `now_s`; keys set meanwhile count too."""
        while True:
            self._drop_stale()
            if not self._heap or self._heap[0][0] > now_s:
                return
            key = heapq.heappop(self._heap)[2]
            del self._due[key]
            yield key

    def _drop_stale(self) -> None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][:2]:
            heapq.heappop(self._heap)

    def _make_room(self) -> None:
        if len(self._heap) <= 64 + 2 * len(self._due):
            return
        entries = [entry for entry in self._heap if self._due.get(entry[2]) == entry[:2]]
        heapq.heapify(entries)
        self._heap = entries
