"""Who is written down for which slot, as data: patterns of weeks, special days, month rosters, covers.

How these overrule each other is `precedence.py`'s subject. All dates are days of the line's own zone, and a shift
belongs to the day on which it starts. `where` is the place in the text, for explanations and findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.problems import NOWHERE, Mark

Cell = tuple[VolunteerId, ...]
"""The people of one slot on one day, in the order of the text; nobody twice."""
Turn = tuple[Cell | None, ...]
"""Seven cells, Monday first. None: the slot does not take place on that day."""

MONDAY = date(1970, 1, 5)
"""Since when a pattern without a date of its own counts: any Monday would do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyHours:
    """One stretch of some weekdays (0 is Monday); `until` at or before `start` means the next day."""

    weekdays: frozenset[int]
    start: time
    until: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Who, day by day, without an end: one turn for plain weeks, several for a rotation.

    Each turn is in force for `turn_days`, the first one from `since` on; then the next, and after the last the first
    again. Before `since` the turns run backwards alike, so that a pattern has neither beginning nor end.
    """

    turns: tuple[Turn, ...]
    turn_days: int = 7
    since: date = MONDAY

    def on(self, day: date) -> Cell | None:
        """The people of `day`, or None if the slot does not take place then."""
        return self.turn_of(day)[day.weekday()]

    def turn_of(self, day: date) -> Turn:
        return self.turns[(day - self.since).days // self.turn_days % len(self.turns)]

    def turn_number(self, day: date) -> int:
        """Which of the turns is in force on `day`, from 1."""
        return (day - self.since).days // self.turn_days % len(self.turns) + 1

    def turn_dates(self, day: date) -> tuple[date, date]:
        """The first and the last day of the turn that is in force on `day`."""
        first = self.since + (day - self.since).days // self.turn_days * timedelta(days=self.turn_days)
        return first, first + timedelta(days=self.turn_days - 1)

    @property
    def rotates(self) -> bool:
        return len(self.turns) > 1

    def everybody(self) -> frozenset[VolunteerId]:
        return frozenset(who for turn in self.turns for cell in turn for who in cell or ())


def weekly(people: Mapping[int, Cell]) -> Pattern:
    """The same week for ever; a weekday that is not in `people` has none."""
    return Pattern(turns=(tuple(people.get(day) for day in range(7)),))


NEVER = weekly({})
NOBODY = weekly(dict.fromkeys(range(7), ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a slot must have, of the people on shift (backup people do not count)."""

    people: tuple[int, ...] = (1,) * 7
    """The smallest head count, by weekday, Monday first."""
    languages: Mapping[str, int] = field(default_factory=dict)
    """How many must speak what: ``{"en": 1}``."""
    qualifications: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A slot of the line: its hours, who is in it as a rule, and what it needs."""

    slot: str
    start: time
    until: time
    """At or before `start`: the shift ends on the next day."""
    people: Pattern
    backup: Pattern = NOBODY
    need: Need = Need()
    coordinator: VolunteerId | None = None
    """Whom everybody of this slot turns to."""
    where: Mark = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayHours:
    """One stretch of one day; `until` at or before `start` means the next day."""

    start: time
    until: time


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day that is not like its weekday: a holiday, a day of mourning, the day of an examination."""

    name: str
    where: Mark
    like: int | None = None
    """The weekday (0 is Monday) whose people, hours and needs it has; None: its own."""
    opening: tuple[DayHours, ...] | None = None
    """None: as that weekday; empty: closed. Only what begins on this day is meant."""
    people: Mapping[str, Cell] = field(default_factory=dict)
    """By slot; slots that are not named are as that weekday's."""
    backup: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthDay:
    """One day of a month roster. Slots that are not named are as the pattern says."""

    where: Mark
    people: Mapping[str, Cell] = field(default_factory=dict)
    backup: Mapping[str, Cell] = field(default_factory=dict)


class AbsenceKind(StrEnum):
    SICK = "sick"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Somebody is not there, on any line.

    A plain date means whole shifts: those that start on that day. With a time of day (naive: of the line's zone; aware:
    that instant) the absence begins or ends then, in the middle of a shift if it must be.
    """

    where: Mark
    kind: AbsenceKind
    who: VolunteerId
    first: date | datetime
    last: date | datetime
    """A date is included; an instant is not."""
    instead: VolunteerId | None = None
    """Who takes their places on this line meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """`who` hands one place to `to`. Two people who exchange shifts are two of these with the same `where`."""

    where: Mark
    who: VolunteerId
    to: VolunteerId
    day: date
    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """Somebody is there beside those who are there anyway."""

    where: Mark
    who: VolunteerId
    day: date
    slot: str
    as_backup: bool = False


Cover = Absence | Swap | Extra
