"""The people of a line who may be rung, in the order in which it is their turn; found without looking at all of them.

A pool holds the volunteers of one ring group of one line (those who fulfil its wants), as long as the same people are
on duty. It is told of every change of a seat, counts who is free and who is occupied, and keeps the free ones in a
heap by turn. An entry of the heap is stale when its seat's stamp has changed; stale entries are dropped when they
surface, so each change costs O(log n), and a pool of 50,000 people costs no more per event than one of fifty.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from hotline_agi.dispatch.seats import Place, Seat, Seats
from hotline_agi.roster.model import Line, RingGroup, Roster, Volunteer, VolunteerOrder, Want
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import LineId, VolunteerId

Turn = tuple[float, float]
Entry = tuple[Turn, int, int, VolunteerId]
"""Turn, rank in the roster, stamp of the seat, who."""


class Pool:
    """See the module. Iterating takes people out in turn; `put_back` returns those who were not rung."""

    def __init__(self, people: Iterable[VolunteerId], order: VolunteerOrder, seats: Seats) -> None:
        self.members = {volunteer: rank for rank, volunteer in enumerate(people)}
        self.free = self.occupied = 0
        self._order, self._seats = order, seats
        self._lap = 0
        self._heap: list[Entry] = []
        laps = [seats.seat(volunteer).lap for volunteer in self.members]
        least = min((lap for lap in laps if lap), default=0)
        for volunteer in self.members:
            seat = seats.seat(volunteer)
            seat.lap = max(seat.lap, least)  # who is new does not make up for the laps of the others
            self._count(seat.place, 1)
            if seat.place is Place.FREE:
                self._heap.append(self._entry(seat))
        heapq.heapify(self._heap)

    def moved(self, seat: Seat, before: Place) -> None:
        """A seat changed its place or its turn."""
        if seat.volunteer not in self.members:
            return
        if before is not seat.place:
            self._count(before, -1)
            self._count(seat.place, 1)
        if seat.place is Place.FREE:
            heapq.heappush(self._heap, self._entry(seat))
            if len(self._heap) > 64 + 2 * len(self.members):
                self._heap = [entry for entry in self._heap if self._is_valid(entry)]
                heapq.heapify(self._heap)

    def in_turn(self) -> Iterator[Entry]:
        """Those who are free, taken out one by one, as long as the caller asks for another."""
        while self._heap:
            entry = heapq.heappop(self._heap)
            if self._is_valid(entry):
                yield entry

    def put_back(self, entries: Iterable[Entry]) -> None:
        """They were looked at and not rung."""
        for entry in entries:
            heapq.heappush(self._heap, entry)

    def counts(self, seat: Seat, with_free: bool) -> bool:
        """Whether `seat` is among the `occupied` (and the `free`) ones."""
        return seat.place is Place.OCCUPIED or (with_free and seat.place is Place.FREE)

    def rung(self, seat: Seat) -> None:
        """One of this pool is rung: their turn is over."""
        self._lap = max(self._lap, seat.lap)
        seat.lap = self._lap + 1

    def _entry(self, seat: Seat) -> Entry:
        return _turn(self._order, seat), self.members[seat.volunteer], seat.stamp, seat.volunteer

    def _is_valid(self, entry: Entry) -> bool:
        seat = self._seats.seat(entry[3])
        return seat.stamp == entry[2] and seat.place is Place.FREE

    def _count(self, place: Place, by: int) -> None:
        if place is Place.FREE:
            self.free += by
        elif place is Place.OCCUPIED:
            self.occupied += by


def _turn(order: VolunteerOrder, seat: Seat) -> Turn:
    match order:
        case VolunteerOrder.LONGEST_IDLE:
            return seat.rung, 0.0
        case VolunteerOrder.LEAST_TALK:
            return seat.talk_s, seat.rung
        case VolunteerOrder.ROUND_ROBIN:
            return seat.lap, 0.0
        case VolunteerOrder.FIXED:
            return 0.0, 0.0


@dataclass(slots=True)
class _Made:
    pool: Pool
    line: Line
    duty: Duty


class Pools:
    """All pools; each is made when somebody first asks for it, and anew when other people are on duty."""

    def __init__(self, moved: Callable[[Seat], None]) -> None:
        """`moved` is told of every change of a seat's state, too."""
        self.seats = Seats(self._moved)
        self._told = moved
        self.freed: list[VolunteerId] = []
        """Who came free since somebody looked; emptied by the matching."""
        self._made: dict[tuple[LineId, RingGroup, tuple[Want, ...]], _Made] = {}

    def of(
        self,
        line: Line,
        duty: Duty,
        group: RingGroup,
        wants: tuple[Want, ...],
        people: Mapping[VolunteerId, Volunteer],
    ) -> Pool:
        """The pool of `group` on `line` while `duty` is in force, of those who fulfil all `wants`."""
        key = line.id, group, wants
        made = self._made.get(key)
        if made is None or made.duty is not duty or made.line is not line:
            on = duty.volunteers if group is RingGroup.ON_SHIFT else duty.backup
            fit = (who for who in on if who in people and not unmet(people[who], wants))
            made = self._made[key] = _Made(Pool(fit, line.order, self.seats), line, duty)
        return made.pool

    def forget(self, roster: Roster) -> None:
        """A new roster is in force: pools of lines as they were are of no use."""
        self._made = {key: made for key, made in self._made.items() if roster.lines.get(key[0]) is made.line}

    def _moved(self, seat: Seat, before: Place) -> None:
        for made in self._made.values():
            made.pool.moved(seat, before)
        if seat.place is Place.FREE:
            self.freed.append(seat.volunteer)
        self._told(seat)


def unmet(volunteer: Volunteer, wants: tuple[Want, ...]) -> Want | None:
    """The first want that `volunteer` does not fulfil; None if they fulfil all."""
    return next((want for want in wants if not want.met_by(volunteer)), None)
