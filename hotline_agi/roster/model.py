"""What a roster says, after it was read and found right. Values only; who is on duty when is `duty.py`'s subject."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from zoneinfo import ZoneInfo

from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber


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
class Volunteer:
    id: VolunteerId
    name: str
    languages: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    """In order of preference; the next one is tried when one cannot be reached."""


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


class OverflowStep(StrEnum):
    TRANSFER = "transfer"
    MESSAGE = "message"
    DIRECTORY = "directory"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """One stretch of a weekday (0 is Monday) in the line's zone; `until` at or before `start` means the next day."""

    weekdays: frozenset[int]
    start: time
    until: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A slot of the week with its people. It belongs to the day on which it starts."""

    slot: str
    weekdays: frozenset[int]
    """0 is Monday."""
    start: time
    until: time
    """At or before `start`: the shift ends on the next day."""
    volunteers: tuple[VolunteerId, ...]
    backup: tuple[VolunteerId, ...]


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
    opening: tuple[OpeningHours, ...]
    """Empty: open around the clock."""
    ring_steps: tuple[RingStep, ...]
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
