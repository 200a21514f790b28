"""Who is on duty, told as naively as possible: straight from the words of `precedence.py` and `clock.py`, for one
minute after the other. Shares nothing with the implementation but the values that it reads.

The wall clock is not computed but read: at every minute of the stretch (and some days around it), in every zone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Absence, Extra, Shift, SpecialDay, Swap, WeeklyHours
from hotline_agi.roster.timetable import Duty
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import NOWHERE

AROUND_DAYS = 3
"""Read on both sides, so that what began before the stretch and ends after it is seen whole."""


class Walls:
    """What the clock of a zone shows at each of `minutes` from `start` (UTC) on."""

    def __init__(self, zone: ZoneInfo, start: datetime, minutes: int) -> None:
        self.start = start
        self.shown: list[datetime] = []
        for hour in range(0, minutes, 60):
            at = [start + timedelta(minutes=hour + n) for n in (0, 60)]
            begin, end = (one.astimezone(zone).replace(tzinfo=None, fold=0) for one in at)
            if end - begin == timedelta(hours=1):  # nothing happens to the clock in between
                self.shown += [begin + timedelta(minutes=n) for n in range(60)]
            else:
                each = [at[0] + timedelta(minutes=n) for n in range(60)]
                self.shown += [one.astimezone(zone).replace(tzinfo=None, fold=0) for one in each]
        self._first: dict[datetime, int] = {}
        self._last: dict[datetime, int] = {}
        self._jumps: dict[datetime, int] = {}
        for n, wall in enumerate(self.shown):
            self._first.setdefault(wall, n)
            self._last[wall] = n
        self.days = sorted(
            {wall.date() + timedelta(days=n) for wall in (*self.shown[::1440], self.shown[-1]) for n in (-1, 0, 1)}
        )

    def first(self, wall: datetime) -> int:
        """The first minute that shows `wall`; if none does, the first that shows more."""
        return self._first[wall] if wall in self._first else self._over(wall)

    def last(self, wall: datetime) -> int:
        return self._last[wall] if wall in self._last else self._over(wall)

    def _over(self, wall: datetime) -> int:
        if wall not in self._jumps:
            near = 0  # days before it nothing shows more
            while near + 1440 < len(self.shown) and self.shown[near + 1440] < wall - timedelta(days=2):
                near += 1440
            more = (n for n in range(near, len(self.shown)) if self.shown[n] > wall)
            self._jumps[wall] = next(more, len(self.shown))
        return self._jumps[wall]


@lru_cache(maxsize=24)
def walls(zone: ZoneInfo, start: datetime, minutes: int) -> Walls:
    return Walls(zone, start, minutes)


class Reference:
    """`duty(n)` is the duty of `line` at minute n after `start` (UTC)."""

    def __init__(self, line: Line, start: datetime, days: int) -> None:
        self.line = line
        self.minutes = days * 1440
        self.before = AROUND_DAYS * 1440
        self.read_from = start - timedelta(days=AROUND_DAYS)
        self.read = self.before + self.minutes + AROUND_DAYS * 1440
        self.clock = walls(line.zone, self.read_from, self.read)
        self.on: defaultdict[int, list[tuple[int, date]]] = defaultdict(list)
        self.open = bytearray(self.read)
        self.planned: defaultdict[int, set[str]] = defaultdict(set)
        self.silent: defaultdict[int, set[VolunteerId]] = defaultdict(set)
        self.edges: set[int] = set()
        """Minutes at which something begins or ends."""
        self.rosters: dict[tuple[int, date], tuple[list[VolunteerId], list[VolunteerId]]] = {}
        self.ever_absent = {cover.who for cover in line.covers if isinstance(cover, Absence)}
        self._paint()

    # ---- what is on at each minute

    def _minutes(self, clock: Walls, day: date, start: time, until: time) -> range:
        end_day = day if until > start else day + timedelta(days=1)
        first, last = clock.first(datetime.combine(day, start)), clock.last(datetime.combine(end_day, until))
        self.edges |= {first, last}
        return range(first, last)

    def _weekly(self, clock: Walls, hours: Iterable[WeeklyHours]) -> Iterable[int]:
        for day in clock.days:
            for one in hours:
                if day.weekday() in one.weekdays:
                    yield from self._minutes(clock, day, one.start, one.until)

    def _paint(self) -> None:
        for day in self.clock.days:
            for n, shift in enumerate(self.line.shifts):
                if self.takes_place(shift, day):
                    for minute in self._minutes(self.clock, day, shift.start, shift.until):
                        self.on[minute].append((n, day))
            for start, until in self._opening(day):
                for minute in self._minutes(self.clock, day, start, until):
                    self.open[minute] = 1
        for plan in self.line.ring_plans:
            for minute in self._weekly(self.clock, plan.hours):
                self.planned[minute].add(plan.name)
        for person in self.line.quiet.values():
            own = walls(person.zone, self.read_from, self.read) if person.zone else self.clock
            for minute in self._weekly(own, person.quiet):
                self.silent[minute].add(person.id)
        for cover in self.line.covers:
            if isinstance(cover, Absence):
                self.edges |= {
                    self._moment(at, last=last)
                    for at, last in ((cover.first, False), (cover.last, True))
                    if isinstance(at, datetime)
                }

    def _opening(self, day: date) -> Iterable[tuple[time, time]]:
        special = self.special(day)
        if special is not None and special.opening is not None:
            return [(one.start, one.until) for one in special.opening]
        if not self.line.opening:
            return [(time(0), time(0))]
        return [(one.start, one.until) for one in self.line.opening if self.weekday(day) in one.weekdays]

    # ---- who is in a slot of a day

    def special(self, day: date) -> SpecialDay | None:
        if day in self.line.special_days:
            return self.line.special_days[day]
        if (day.month, day.day) in self.line.yearly_days:
            return self.line.yearly_days[day.month, day.day]
        return None

    def weekday(self, day: date) -> int:
        special = self.special(day)
        if special is not None and special.like is not None:
            return special.like
        return day.weekday()

    def written(self, shift: Shift, day: date, *, as_backup: bool) -> list[VolunteerId] | None:
        """Steps 1 to 3, the later ones overwriting."""
        pattern = shift.backup if as_backup else shift.people
        turn, left = 0, 0
        if day >= pattern.since:
            passed = (day - pattern.since).days
            while passed >= pattern.turn_days:
                passed -= pattern.turn_days
                turn += 1
        else:
            left = (pattern.since - day).days
            while left > 0:
                left -= pattern.turn_days
                turn -= 1
        names = pattern.turns[turn % len(pattern.turns)][self.weekday(day)]
        special = self.special(day)
        if special is not None:
            names = (special.backup if as_backup else special.people).get(shift.slot, names)
        if day in self.line.months:
            month = self.line.months[day]
            names = (month.backup if as_backup else month.people).get(shift.slot, names)
        return None if names is None else list(names)

    def todays(self, shift: Shift, day: date) -> Sequence[Swap | Extra]:
        return [
            cover
            for cover in self.line.covers
            if not isinstance(cover, Absence) and cover.day == day and cover.slot == shift.slot
        ]

    def takes_place(self, shift: Shift, day: date) -> bool:
        return self.written(shift, day, as_backup=False) is not None or any(
            isinstance(cover, Extra) for cover in self.todays(shift, day)
        )

    def roster(self, n: int, day: date) -> tuple[list[VolunteerId], list[VolunteerId]]:
        """On shift and backup after step 4."""
        if (n, day) not in self.rosters:
            shift = self.line.shifts[n]
            todays = self.todays(shift, day)
            groups = []
            for as_backup in (False, True):
                names = self.written(shift, day, as_backup=as_backup) or []
                done: list[Swap] = []
                for swap in todays:
                    if not isinstance(swap, Swap) or swap in done:
                        continue
                    both = [
                        other
                        for other in todays
                        if isinstance(other, Swap)
                        and (other is swap or (other.where == swap.where and swap.where is not NOWHERE))
                    ]
                    done += both
                    names = self.swapped(names, both)
                for extra in todays:
                    if isinstance(extra, Extra) and extra.as_backup == as_backup and extra.who not in names:
                        names.append(extra.who)
                groups.append(names)
            self.rosters[n, day] = (groups[0], groups[1])
        return self.rosters[n, day]

    @staticmethod
    def swapped(names: list[VolunteerId], swaps: list[Swap]) -> list[VolunteerId]:
        leaving = [swap.who for swap in swaps]
        staying = [name for name in names if name not in leaving]
        after: list[VolunteerId] = []
        for name in names:
            if name not in leaving:
                after.append(name)
            else:
                comes = swaps[leaving.index(name)].to
                if comes not in staying and comes not in after:
                    after.append(comes)
        return after

    # ---- at one minute

    def _moment(self, at: datetime, *, last: bool) -> int:
        if at.tzinfo is not None:
            return int((at.astimezone(UTC) - self.read_from) / timedelta(minutes=1))
        return self.clock.last(at) if last else self.clock.first(at)

    def absences(self, who: VolunteerId, day: date, minute: int) -> list[Absence]:
        found: list[Absence] = []
        if who not in self.ever_absent:
            return found
        for one in self.line.covers:
            if not isinstance(one, Absence) or one.who != who:
                continue
            begun, over = one.first, one.last
            is_on = self._moment(begun, last=False) <= minute if isinstance(begun, datetime) else begun <= day
            is_over = self._moment(over, last=True) <= minute if isinstance(over, datetime) else over < day
            if is_on and not is_over:
                found.append(one)
        return found

    def people(self, n: int, day: date, minute: int) -> tuple[list[VolunteerId], list[VolunteerId]]:
        """On shift and backup of one slot of one day, after step 5."""
        groups = []
        for names in self.roster(n, day):
            there = [name for name in names if not self.absences(name, day, minute)]
            after = []
            for name in names:
                if name in there:
                    after.append(name)
                    continue
                for absence in self.absences(name, day, minute):
                    comes = absence.instead
                    if comes is None or comes in there or comes in after or self.absences(comes, day, minute):
                        continue
                    after.append(comes)
                    break
            groups.append(after)
        return groups[0], groups[1]

    def duty(self, n: int) -> Duty:
        minute = self.before + n
        slots, volunteers, backup, coordinators = [], [], [], []
        for index, day in sorted(self.on[minute]):
            shift = self.line.shifts[index]
            slots.append(shift.slot)
            coordinators += [shift.coordinator] if shift.coordinator is not None else []
            on_shift, behind = self.people(index, day, minute)
            volunteers += on_shift
            backup += behind
        behind = [who for who in backup if who not in volunteers]
        silent = self.silent[minute]
        plans = [plan.name for plan in self.line.ring_plans if plan.name in self.planned[minute]]
        return Duty(
            slots=_once(slots),
            volunteers=_once(who for who in volunteers if who not in silent),
            backup=_once(who for who in behind if who not in silent),
            is_open=bool(self.open[minute]),
            plan=plans[0] if plans else "",
            coordinators=_once(coordinators),
            quiet=_once(who for who in [*volunteers, *behind] if who in silent),
        )

    def near_edges(self) -> list[int]:
        """Minutes beside everything that begins or ends, UTC midnights too."""
        edges = {edge - self.before for edge in self.edges} | set(range(0, self.minutes, 1440))
        return sorted({edge + n for edge in edges for n in (-1, 0, 1) if 0 <= edge + n < self.minutes})


def _once(names: Iterable) -> tuple:  # type: ignore[type-arg]
    return tuple(dict.fromkeys(names))
