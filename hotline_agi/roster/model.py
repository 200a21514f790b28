"""What a roster says, after it was read and found right. Values only; who is on duty when is `duty.py`'s subject."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hotline_agi.roster.plan import Cover, MonthDay, Shift, SpecialDay, WeeklyHours
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.problems import NOWHERE, Mark


class EndpointKind(StrEnum):
    SOFTPHONE = "softphone"
    """A SIP app that registers at our Asterisk; `Endpoint.pjsip_name` is its PJSIP endpoint."""
    MOBILE = "mobile"
    """Any telephone reached over the trunk; `Endpoint.number` is dialled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One way to reach somebody. Exactly one of `pjsip_name` and `number` is set, by `kind`.

    In a roster that was read without contacts (``hotline roster check`` in git) a mobile's `number` is None; such a
    roster rings nobody.
    """

    id: EndpointId
    """Unique in the roster: the softphone's PJSIP name, ``<volunteer>-mobile``, or ``<line>-transfer``."""
    kind: EndpointKind
    pjsip_name: str | None = None
    number: PhoneNumber | None = None
    confirm: bool
    """Whether a human must press 1 to accept (else picking up accepts). A mobile's voicemail picks up too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is asked of somebody at most; None: no limit."""

    calls_per_shift: int | None = None
    talk_min_per_day: int | None = None
    rest_after_night_h: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteer:
    id: VolunteerId
    name: str
    languages: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    """In order of preference; the next one is tried when one cannot be reached."""
    qualifications: tuple[str, ...] = ()
    """What the coordinators know that they can do: ``crisis``."""
    limits: Limits = Limits()
    quiet: tuple[WeeklyHours, ...] = ()
    """When no phone of theirs may ring, whatever the shifts say; in the zone of the line in whose folder they stand."""
    zone: ZoneInfo | None = None
    """Of `quiet`; None only if that is empty."""
    where: Mark = field(default=NOWHERE, compare=False)


class RingGroup(StrEnum):
    ON_SHIFT = "on-shift"
    BACKUP = "backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingStep:
    """One wave: how many of whom to ring (on top of those who ring already), and for how long before the next."""

    group: RingGroup
    count: int | None
    """How many phones ring together in this wave; None: everybody of the group."""
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPlan:
    """Another ring plan at certain hours: few at night, many in the rush."""

    name: str
    hours: tuple[WeeklyHours, ...]
    steps: tuple[RingStep, ...]


class OverflowStep(StrEnum):
    TRANSFER = "transfer"
    MESSAGE = "message"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One hotline: its numbers, people, and what a caller meets."""

    id: LineId
    name: Mapping[str, str]
    """By language, ``zh`` and ``en``."""
    zone: ZoneInfo
    numbers: tuple[str, ...]
    """The numbers that callers dial (DIDs), as the trunk delivers them; public, so plain text."""
    language: str
    """Of the prompts that callers and volunteers hear: ``zh`` or ``en``."""
    opening: tuple[WeeklyHours, ...]
    """Empty: open around the clock."""
    ring_steps: tuple[RingStep, ...]
    """The plan at all hours that none of `ring_plans` is for."""
    ring_timeout_s: float
    """How long one phone rings before its leg ends as not answered."""
    max_wait_s: float
    comfort_every_s: float
    wrap_up_s: float
    overflow: tuple[OverflowStep, ...]
    closed: tuple[OverflowStep, ...]
    """What a caller outside the opening hours meets, in order."""
    transfer: Endpoint | None
    transfer_timeout_s: float
    shifts: tuple[Shift, ...]
    ring_plans: tuple[RingPlan, ...] = ()
    """For certain hours; of two that are for the same hour the first counts."""
    special_days: Mapping[date, SpecialDay] = field(default_factory=dict)
    yearly_days: Mapping[tuple[int, int], SpecialDay] = field(default_factory=dict)
    """By month and day, every year; a special day of one date goes before."""
    months: Mapping[date, MonthDay] = field(default_factory=dict)
    covers: tuple[Cover, ...] = ()
    """In the order of the text, then the absences of the line's people that other lines' folders tell of."""
    quiet: Mapping[VolunteerId, Volunteer] = field(default_factory=dict)
    """Those with quiet hours whom this line may ring."""
    where: Mark = field(default=NOWHERE, compare=False)
    memo: dict[object, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out from the other fields, so that it is worked out once (`timetable.py`). Bounded there;
    `dataclasses.replace` begins with an empty one."""

    def steps(self, plan: str) -> tuple[RingStep, ...]:
        """The steps of a ring plan by name; of the usual one if none is called so."""
        return next((one.steps for one in self.ring_plans if one.name == plan), self.ring_steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    lines: Mapping[LineId, Line]
    volunteers: Mapping[VolunteerId, Volunteer]
    """People may serve several lines; ids are unique over all of them."""

    def line_of_number(self, number: str) -> Line | None:
        """The line that owns the dialled `number` (digits, optional ``+``), or None."""
        for line in self.lines.values():
            if number in line.numbers:
                return line
        return None
