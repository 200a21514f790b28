"""Random lines, of the kind that finds mistakes: few people who meet often, strange clocks, many covers.

`Story(seed).check()` holds the fast path against the reference; the same seed tells the same story.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

from hotline_agi.roster.duty import duty_spans, next_change, on_duty
from hotline_agi.roster.model import Line, RingPlan, Volunteer
from hotline_agi.roster.plan import (
    NEVER,
    NOBODY,
    Absence,
    AbsenceKind,
    Cell,
    Cover,
    DayHours,
    Extra,
    MonthDay,
    Pattern,
    Shift,
    SpecialDay,
    Swap,
    WeeklyHours,
)
from hotline_agi.roster.precedence import Basis, Occurrence
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.problems import Mark
from tests.roster import written
from tests.roster.reference import Reference
from tests.roster.zones import CHANGES, DAY, MINUTE

PEOPLE = written.ids("ann bo cy dee eve flo gus")
TIMES = [time(0), time(0), time(0, 1), time(0, 30), time(1), time(2), time(2, 30), time(3), time(6), time(8, 20)]
TIMES += [time(12), time(14), time(18), time(22), time(23), time(23, 30)]
DAYS_OF_A_STORY = 4


class Story:
    """A line, and some days of it."""

    def __init__(self, seed: int, days: int = DAYS_OF_A_STORY) -> None:
        self._random = Random(seed)
        self.zone, change = self._random.choice(CHANGES)
        self.days = days
        self.start = datetime.combine(change.date(), time(0), UTC) - (days // 2) * DAY
        self.reach: Counter[str] = Counter()
        self.line = self._line()

    def check(self, every: int = 61) -> None:
        """Every `every`-th minute, those beside each edge, and all spans.

        :raises AssertionError: if the fast path differs from the reference.
        """
        naive = Reference(self.line, self.start, self.days)
        spans = duty_spans(self.line, self.start, self.start + self.days * DAY)
        assert (spans[0].from_utc, spans[-1].until_utc) == (self.start, self.start + self.days * DAY)
        starts = [span.from_utc for span in spans]
        for n in sorted({*range(0, naive.minutes, every), *naive.near_edges()}):
            at = self.start + n * MINUTE
            expected = naive.duty(n)
            assert on_duty(self.line, at) == expected, at
            assert spans[bisect_right(starts, at) - 1].duty == expected, at
            self.reach["quiet"] += bool(expected.quiet)
            self.reach["plan"] += bool(expected.plan)
            self.reach["closed"] += not expected.is_open
            self.reach["two slots at once"] += len(expected.slots) > 1
        for span, following in pairwise(spans):
            assert span.until_utc == following.from_utc
            assert span.duty != following.duty
            middle = span.from_utc + (span.until_utc - span.from_utc) / 2
            for at in (span.from_utc, middle, span.until_utc - timedelta(microseconds=1)):
                assert on_duty(self.line, at) == span.duty
                assert next_change(self.line, at) == span.until_utc
        self._count()

    def _count(self) -> None:
        for one in occurrences(self.line, self.start, self.start + self.days * DAY):
            self._once_at_a_time(one)
            for place in one.places:
                self.reach[f"place {place.basis}"] += 1
                self.reach["split place"] += (place.start, place.end) != (one.start, one.end)
                self.reach["backup place"] += place.as_backup
            for loss in one.losses:
                self.reach[f"loss {loss.basis}"] += 1
                self.reach["absent stand-in"] += loss.basis is not Basis.SWAP and not any(
                    loss.who in (cell or ()) for cell in one.shift.people.turns[0]
                )
            special = self.line.special_days.get(one.day) or self.line.yearly_days.get((one.day.month, one.day.day))
            if special:
                self.reach["yearly day"] += one.day not in self.line.special_days
                self.reach["closed special day"] += special.opening == ()
                self.reach["like with a rotation"] += special.like is not None and one.shift.people.rotates
            if not one.shift.people.on(one.day) and not special and one.day not in self.line.months:
                self.reach["extra alone"] += any(place.basis is Basis.EXTRA for place in one.places)

    @staticmethod
    def _once_at_a_time(one: Occurrence) -> None:
        """Nobody stands twice in a slot, nor is there and lost; everything is within the slot."""
        for as_backup in (False, True):
            placed = sorted((p.who, p.start, p.end) for p in one.places if p.as_backup == as_backup)
            for (who, _, end), (other, start, _) in pairwise(placed):
                assert who != other or end <= start, "somebody stands twice in a slot"
            for loss in one.losses:
                if loss.as_backup == as_backup:
                    there = [(s, e) for who, s, e in placed if who == loss.who]
                    assert all(e <= loss.start or loss.end <= s for s, e in there), "somebody is there and lost"
        is_whole = all((place.start, place.end) == (one.start, one.end) for place in one.places)
        assert is_whole or one.losses, "a place is shorter than its slot, but nobody lost anything"
        for part in (*one.places, *one.losses):
            assert one.start <= part.start < part.end <= one.end, "a part is not within its slot"

    # ---- the line

    def _line(self) -> Line:
        r = self._random
        shifts = self._shifts()
        quiet = {who: self._quiet(who) for who in r.sample(PEOPLE, r.choice((0, 1, 2)))}
        plain = replace(
            written.line(*shifts, zone=self.zone),
            opening=() if r.random() < 0.6 else tuple(self._hours() for _ in range(r.randint(1, 3))),
            ring_plans=tuple(
                RingPlan(name=f"plan{n}", hours=(self._hours(), self._hours()), steps=(written.step(n + 1),))
                for n in range(r.choice((0, 0, 1, 2)))
            ),
            special_days={day: self._special(shifts, day) for day in self._some_days(0.2)},
            yearly_days={(day.month, day.day): self._special(shifts, day) for day in self._some_days(0.15)},
            months={day: self._month(shifts, n) for n, day in enumerate(self._some_days(0.25))},
            quiet=quiet,
        )
        return replace(
            plain, covers=tuple(cover for n in range(min(self.days * 2, 60)) for cover in self._cover(plain, n))
        )

    def _local_days(self) -> list[date]:
        first = self.start.astimezone(ZoneInfo(self.zone)).date()
        return [first + n * DAY for n in range(-2, self.days + 2)]

    def _some_days(self, share: float) -> list[date]:
        return [day for day in self._local_days() if self._random.random() < share]

    def _shifts(self) -> tuple[Shift, ...]:
        r = self._random
        if r.random() < 0.5:
            edges = sorted(set(r.choices(TIMES, k=r.randint(1, 6))))
            hours = [(one, edges[(n + 1) % len(edges)]) for n, one in enumerate(edges)]
        else:
            hours = [(self._time(), self._time()) for _ in range(r.randint(1, 5))]
        return tuple(
            Shift(
                slot=f"s{n}",
                start=start,
                until=until,
                people=self._pattern(),
                backup=r.choice((NEVER, NOBODY, self._pattern(), self._pattern())),
                coordinator=r.choice((None, *PEOPLE)),
            )
            for n, (start, until) in enumerate(hours)
        )

    def _time(self) -> time:
        r = self._random
        return r.choice(TIMES) if r.random() < 0.7 else time(r.randrange(24), r.randrange(60))

    def _cell(self) -> Cell:
        return tuple(self._random.sample(PEOPLE, self._random.choice((0, 1, 2, 2, 3))))

    def _pattern(self) -> Pattern:
        r = self._random
        gaps = r.choice((0.0, 0.0, 0.3))
        turns = tuple(
            tuple(None if r.random() < gaps else self._cell() for _ in range(7)) for _ in range(r.choice((1, 1, 2, 3)))
        )
        since = self.start.date() + r.randint(-40, 40) * DAY
        return Pattern(turns=turns, turn_days=r.choice((1, 2, 3, 7, 7, 14, 100)), since=since)

    def _hours(self) -> WeeklyHours:
        weekdays = frozenset(self._random.sample(range(7), self._random.randint(1, 7)))
        return WeeklyHours(weekdays=weekdays, start=self._time(), until=self._time())

    def _quiet(self, who: str) -> Volunteer:
        zone = self._random.choice((self.zone, self.zone, "Asia/Tokyo", "Europe/Berlin", "Pacific/Kiritimati"))
        return Volunteer(
            id=written.who(who),
            name=who.title(),
            languages=("zh",),
            endpoints=(),
            quiet=(self._hours(),),
            zone=ZoneInfo(zone),
        )

    def _named(self, shifts: tuple[Shift, ...]) -> dict[str, Cell]:
        return {shift.slot: self._cell() for shift in shifts if self._random.random() < 0.4}

    def _special(self, shifts: tuple[Shift, ...], day: date) -> SpecialDay:
        r = self._random
        opening = (None, None, (), (DayHours(start=self._time(), until=self._time()),))
        return SpecialDay(
            name=f"day {day}",
            where=Mark(file="days.yaml", line=day.day),
            like=r.choice((None, None, r.randrange(7))),
            opening=r.choice(opening),
            people=self._named(shifts),
            backup=self._named(shifts),
        )

    def _month(self, shifts: tuple[Shift, ...], n: int) -> MonthDay:
        return MonthDay(where=Mark(file="m.yaml", line=n + 1), people=self._named(shifts), backup=self._named(shifts))

    # ---- covers: of people who are there, if possible, and several of the same slot

    def _cover(self, plain: Line, n: int) -> list[Cover]:
        r = self._random
        where = Mark(file="covers.yaml", line=n + 1)
        day = r.choice(self._local_days())
        shift = r.choice(plain.shifts)
        named = plain.months[day].people.get(shift.slot) if day in plain.months else None
        there = [*(named or shift.people.on(day) or ()), *(shift.backup.on(day) or ())] or list(PEOPLE)
        one, other = r.choice(there), r.choice(PEOPLE)
        kinds: list[Callable[[], list[Cover]]] = [
            lambda: [Swap(where=where, who=one, to=other, day=day, slot=shift.slot)] if one != other else [],
            lambda: self._exchange(plain, where, day, shift, there),
            lambda: [Extra(where=where, who=other, day=day, slot=shift.slot, as_backup=r.random() < 0.3)],
            lambda: [self._absence(where, one, other)],
            lambda: [self._absence(where, one, other)],
        ]
        return r.choice(kinds)()

    def _exchange(self, plain: Line, where: Mark, day: date, shift: Shift, there: list[str]) -> list[Cover]:
        r = self._random
        one, other = r.choice(there), r.choice(there if r.random() < 0.5 else PEOPLE)
        back_day, back_slot = (
            (day, shift) if r.random() < 0.5 else (r.choice(self._local_days()), r.choice(plain.shifts))
        )
        if one == other:
            return []
        first, second = written.who(one), written.who(other)
        return [
            Swap(where=where, who=first, to=second, day=day, slot=shift.slot),
            Swap(where=where, who=second, to=first, day=back_day, slot=back_slot.slot),
        ]

    def _absence(self, where: Mark, one: str, other: str) -> Absence:
        r = self._random
        day = r.choice(self._local_days())
        last_day = day + r.choice((0, 0, 1, 2)) * DAY
        first: date | datetime = day
        last: date | datetime = last_day
        tz = None if r.random() < 0.8 else ZoneInfo(r.choice(("Asia/Tokyo", "America/New_York")))
        if r.random() < 0.5:
            first = datetime.combine(day, self._time(), tz)
        if r.random() < 0.5:
            last = datetime.combine(last_day + DAY, self._time(), tz)
        return Absence(
            where=where,
            kind=r.choice(tuple(AbsenceKind)),
            who=written.who(one),
            first=first,
            last=last,
            instead=written.who(other) if r.random() < 0.6 and other != one else None,
        )
