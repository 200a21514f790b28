"""Calls that want a volunteer: in which order they are served, and whose group is small or large.

Served first is who waits longest, each class of callers counted as waiting so much longer (`CallerOrder`): a call's
place depends on one instant that does not change while it waits, so nobody is passed but by those who come within the
largest of these times. Where a line says so (`yields_s`), who is past the service level lets those pass who are not,
for a bounded time: the queue then is read in three parts, each in that same order.
"""

import heapq
from bisect import bisect_left, bisect_right, insort
from collections.abc import Generator, Iterator
from enum import IntEnum
from itertools import chain, islice

from hotline_agi.dispatch.state import Call
from hotline_agi.roster.model import CallerClass
from hotline_agi.terms.ids import CallId, LineId

_Place = tuple[float, int, Call]
"""The instant that counts as the arrival, the order of admission (which no two share), the call."""


def caller_class(call: Call) -> CallerClass | None:
    """The class of `call` that is worth most on its line; None for an ordinary caller."""
    worth_s = call.policy.worth_s
    classes = [
        one
        for one, holds in (
            (CallerClass.HIGH_RISK, call.high_risk),
            (CallerClass.CUT_OFF, call.urgent),
            (CallerClass.ASKED_FOR_HELP, call.asked_for_help),
            (CallerClass.TRIED_AGAIN, call.tried_before),
        )
        if holds
    ]
    return max(classes, key=lambda one: worth_s.get(one, 0.0), default=None)


def served_s(call: Call) -> float:
    """When `call` counts as having arrived, in monotonic seconds: the earliest is served first."""
    found = caller_class(call)
    return call.arrived_s + call.later_s - (call.policy.worth_s.get(found, 0.0) if found is not None else 0.0)


class Turn(IntEnum):
    """The three parts of a queue."""

    FIRST = 0
    """Waited as long as anybody may be made to wait by others."""
    IN_TIME = 1
    """Can still be served within the service level."""
    LATE = 2
    """Past the service level, not for long."""


def turn(call: Call, now_s: float) -> Turn:
    """In which part of the queue `call` stands."""
    order = call.policy
    yields_s = order.lets_pass_s
    if yields_s <= 0.0:
        return Turn.FIRST
    waits_s = now_s - served_s(call)
    if waits_s >= order.service_level_s + yields_s:
        return Turn.FIRST
    return Turn.IN_TIME if waits_s < order.service_level_s else Turn.LATE


class Waiting:
    """The queue of each line. Putting a call in again moves it to where it belongs now."""

    def __init__(self) -> None:
        self._lines: dict[LineId, list[_Place]] = {}
        self._places: dict[CallId, _Place] = {}

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, call: CallId) -> bool:
        return call in self._places

    def put(self, call: Call) -> None:
        self.drop(call)
        place = self._places[call.id] = (served_s(call), call.order, call)
        insort(self._lines.setdefault(call.line.id, []), place)

    def drop(self, call: Call) -> None:
        """`call` wants nobody any more; unknown calls are fine."""
        place = self._places.pop(call.id, None)
        if place is not None:
            queue = self._lines[place[2].line.id]
            del queue[bisect_left(queue, place)]
            if not queue:
                del self._lines[place[2].line.id]

    def key(self, call: Call, now_s: float) -> tuple[Turn, float, int]:
        """Orders the calls of all lines, at this moment."""
        return turn(call, now_s), served_s(call), call.order

    def place(self, call: Call, now_s: float) -> int:
        """How many of its line are served before `call`, as it looks now."""
        queue = self._lines.get(call.line.id, [])
        first, late = self._parts(queue, now_s)
        index = bisect_left(queue, self._places[call.id])
        if index < first:
            return index
        return index + len(queue) - late if index < late else index - (late - first)

    def length(self, line: LineId) -> int:
        """How many wait on `line`."""
        return len(self._lines.get(line, ()))

    def lines(self) -> list[LineId]:
        """Lines on which somebody waits."""
        return list(self._lines)

    def of_line(self, line: LineId, now_s: float) -> Iterator[Call]:
        """In the order in which they are served."""
        queue = self._lines.get(line, [])
        first, late = self._parts(queue, now_s)
        for place in chain(islice(queue, first), islice(queue, late, None), islice(queue, first, late)):
            yield place[2]

    def _parts(self, queue: list[_Place], now_s: float) -> tuple[int, int]:
        """Where the late ones of a queue begin and end: before them stand the first, behind them those in time."""
        order = queue[0][2].policy if queue else None
        yields_s = order.lets_pass_s if order is not None else 0.0
        if order is None or yields_s <= 0.0:
            return len(queue), len(queue)
        level_s = now_s - order.service_level_s
        return bisect_right(queue, level_s - yields_s, key=_at), bisect_right(queue, level_s, key=_at)

    def all(self) -> list[Call]:
        """Of all lines, in the order in which they are served."""
        return [place[2] for place in sorted(self._places.values(), key=lambda place: place[:2])]


def _at(place: _Place) -> float:
    return place[0]


class ByGroup:
    """Calls by the size of their ring group, smallest (or largest) first; among equals the one that is served first.

    `mark` replaces what was said of a call before. Stale entries are dropped when they surface.
    """

    def __init__(self, *, largest: bool) -> None:
        self._sign = -1 if largest else 1
        self._heap: list[tuple[int, float, int, int, Call]] = []
        self._stamps: dict[CallId, int] = {}
        self._stamp = 0

    def mark(self, call: Call, size: int) -> None:
        self._stamp += 1
        self._stamps[call.id] = self._stamp
        heapq.heappush(self._heap, (self._sign * size, served_s(call), call.order, self._stamp, call))
        if len(self._heap) > 64 + 2 * len(self._stamps):
            self._heap = [entry for entry in self._heap if self._stamps.get(entry[4].id) == entry[3]]
            heapq.heapify(self._heap)

    def drop(self, call: Call) -> None:
        self._stamps.pop(call.id, None)

    def in_order(self) -> Generator[Call, None, None]:
        """Call by call, as long as the caller asks for another; they stay. Close it (`contextlib.closing`)."""
        found: list[tuple[int, float, int, int, Call]] = []
        try:
            while self._heap:
                entry = heapq.heappop(self._heap)
                if self._stamps.get(entry[4].id) == entry[3]:
                    found.append(entry)
                    yield entry[4]
        finally:
            for entry in found:
                heapq.heappush(self._heap, entry)
