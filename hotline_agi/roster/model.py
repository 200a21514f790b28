"""What a roster says, after it was read and found right. Values only; who is on duty when is `duty.py`'s subject."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.roster.plan import Cover, MonthDay, Shift, SpecialDay, WeeklyHours
from hotline_agi.roster.waiting_plan import NO_PLAN, WaitingPlan
from hotline_agi.terms.ids import EndpointId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber, Pin
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
    talk_min_in_a_row: int | None = None
    """After so many minutes of talk without a break of 15 minutes they get one."""
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
    pin: Pin | None = None
    """With it they are let in by the service number from a telephone that nobody knows."""
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
    adaptive: bool = False
    """As few of the group as experience says are enough (`Line.adaptive`); `count` is None then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingPlan:
    """Another ring plan at certain hours: few at night, many in the rush."""

    name: str
    hours: tuple[WeeklyHours, ...]
    steps: tuple[RingStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptive:
    """How many phones an adaptive ring step rings: the fewest whose chance of an accept is good enough."""

    chance: float = 0.97
    """That somebody of the group accepts within `within_s`; below 1."""
    within_s: float = 12.0
    share: float = 0.32
    """At most this share of those who could be rung ring for one call at first (one at least): night volunteers are not
    all woken by one call, and the next caller finds somebody. Grows while the call waits."""


class VolunteerOrder(StrEnum):
    """Who of those who are free rings first."""

    LONGEST_IDLE = "longest-idle"
    """Who was not rung for the longest time."""
    LEAST_TALK = "least-talk"
    """Who talked the fewest minutes in this shift."""
    ROUND_ROBIN = "round-robin"
    """In the order of the roster, each once, before anybody is rung again; who was busy in their turn comes first."""
    FIXED = "fixed"
    """In the order of the roster, always."""


class CallerClass(StrEnum):
    """What puts a caller before others who have waited as long."""

    HIGH_RISK = "high-risk"
    """Flagged by somebody who talked to them."""
    CUT_OFF = "cut-off"
    """Their talk was cut through no fault of their own."""
    ASKED_FOR_HELP = "asked-for-help"
    """A campaign rang them, and they pressed the key for help."""
    TRIED_AGAIN = "tried-again"
    """They have called a short while ago and reached nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerOrder:
    """Who of those who wait is served first: whoever waits longest, each class counted as waiting so much longer.

    So nobody starves: a caller is passed only by those who come within the largest of these times.
    """

    worth_s: Mapping[CallerClass, float] = field(
        default_factory=lambda: {
            CallerClass.HIGH_RISK: 900.0,
            CallerClass.CUT_OFF: 600.0,
            CallerClass.ASKED_FOR_HELP: 600.0,
            CallerClass.TRIED_AGAIN: 120.0,
        }
    )
    """Of several classes the one that is worth most counts."""
    tried_within_s: float = 1800.0
    service_level_s: float = 30.0
    """Within this a call should be answered."""
    yields_s: float = 0.0
    """Who could not be answered within `service_level_s` lets those pass who still can, for so long at most. In a surge
    more callers are answered in time that way, and the mean wait is the same; 0: never."""

    @property
    def lets_pass_s(self) -> float:
        """`yields_s`, cut so that nobody who is of a class counts as late when they come."""
        worth_s = [worth for worth in self.worth_s.values() if worth > 0.0]
        return max(0.0, min([self.yields_s, *(worth - self.service_level_s for worth in worth_s)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """What the callers of a line need of a volunteer: a language or a qualification, exactly one of the two."""

    language: str = ""
    qualification: str = ""
    for_s: float | None = None
    """So long after a call's arrival only such volunteers are rung, then others too; None: always (required)."""

    def met_by(self, person: Volunteer) -> bool:
        """Whether they speak the language, or have the qualification."""
        return self.language in person.languages if self.language else self.qualification in person.qualifications


@dataclass(frozen=True, slots=True, kw_only=True)
class LongWrapUp:
    """A longer rest after a long talk."""

    talk_s: float
    wrap_up_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Who misses rings in a row is not rung for a while."""

    missed: int
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminders:
    """A call before the shift: are you ready?"""

    before_s: float
    """Before the slot begins."""
    ask_backup_s: float
    """So long before the slot the backup people are asked to stand in for who did not say that they are ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentCalls:
    """Who makes no sound in several talks in a row comes later in the queue for a while."""

    calls: int = 3
    """0: never."""
    within_s: float = 3600.0
    cool_off_s: float = 600.0
    talk_s: float = 30.0
    """A shorter talk says nothing: somebody may need a while before they can speak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLimits:
    """What one caller, or all who withhold their number, may take of a line; 0: as much as they want. The defaults only
    touch abuse. Who is flagged as at high risk has no limit, and every limit ends by itself."""

    talk_s_per_day: float = 180 * 60.0
    """Of talk in the last 24 hours; a talk that goes on is never cut."""
    calls_per_hour: int = 60
    calls_at_once: int = 3
    anonymous_calls_per_hour: int = 1200
    """Of all withheld numbers together."""
    anonymous_at_once: int = 60
    waiting_at_once: int = 1000
    """Calls of the line that wait; whoever they are."""
    silent: SilentCalls = SilentCalls()


class RecordTalks(StrEnum):
    NO = "no"
    CONSENT = "consent"
    """Those of callers who heard the notice and pressed the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What of a line may be recorded, beside the messages that callers leave."""

    talks: RecordTalks = RecordTalks.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class HighRisk:
    """What a volunteer can do who fears for a caller's life (``high_risk`` in line.yaml)."""

    supervisors: tuple[VolunteerId, ...] = ()
    """Who is rung for help in a talk, after the slot's coordinator, one after the other."""
    ring_s: float = 20.0
    """Who has not accepted by then is followed by the next."""
    contact: Endpoint | None = None
    """The emergency contact, if it is a number of the contacts file."""
    contact_person: VolunteerId | None = None
    """If it is a person of the roster."""
    follow_ups_h: tuple[int, ...] = (24, 168, 720)
    """Hours after the call at which somebody is to look after the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkResult:
    """What a volunteer may say of a talk by one key."""

    id: str
    key: str
    """One digit."""
    name: Mapping[str, str]
    """By language, ``zh`` and ``en``."""
    is_own: bool = False
    """Named by this line: spoken by a prompt of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkResults:
    """Of a line that has none nothing is asked."""

    ask: bool = False
    """After a talk whose caller hung up first; else only the menu asks."""
    list: tuple[TalkResult, ...] = ()
    count: frozenset[str] = frozenset()
    """Those that count as silent calls do for the limits of callers."""
    flag: frozenset[str] = frozenset()
    """Those that mark the caller as at high risk."""
    within_s: float = 43_200.0
    """So long after a talk the menu takes its result."""

    def of_key(self, key: str) -> TalkResult | None:
        return next((one for one in self.list if one.key == key), None)

    def of_id(self, result: str) -> TalkResult | None:
        return next((one for one in self.list if one.id == result), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notes:
    """Spoken notes of a shift for the next."""

    ask: bool = True
    """After a talk whose caller hung up first; else only the menu takes them."""
    for_s: float = 86_400.0
    """So long the menu plays them."""


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
    adaptive: Adaptive = Adaptive()
    order: VolunteerOrder = VolunteerOrder.LONGEST_IDLE
    callers: CallerOrder = CallerOrder()
    wants: tuple[Want, ...] = ()
    long_wrap_up: LongWrapUp | None = None
    rest: Rest | None = None
    reminders: Reminders | None = None
    limits: CallerLimits = CallerLimits()
    """Of callers (``abuse`` in line.yaml)."""
    waiting: WaitingPlan = NO_PLAN
    """What callers meet while they wait (``languages``, ``offer`` and their neighbours in line.yaml)."""
    recording: Recording = Recording()
    callbacks: CallbackPolicy | None = None
    """None: messages and requests are listed, and nobody is called from the menu."""
    high_risk: HighRisk | None = None
    """None: the keys for help do nothing."""
    results: TalkResults = TalkResults()
    notes: Notes | None = None
    """None: nobody is asked for notes."""
    service_numbers: tuple[str, ...] = ()
    """What volunteers dial over the trunk for the spoken menu; public, so plain text. Lines may share one."""
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

    @property
    def required(self) -> tuple[Want, ...]:
        """The wants that hold for the whole call, whoever calls."""
        return tuple(want for want in self.wants if want.for_s is None and want.language not in self.waiting.languages)

    def wants_of(self, language: str | None) -> tuple[Want, ...]:
        """What a caller wants who has chosen a language; None: they have not yet, so it may be any of them.

        On a line that lets callers choose, a wanted language is the wish of those who chose it.
        """
        chosen_from = self.waiting.languages
        if language is None or not chosen_from:
            return self.wants
        return tuple(want for want in self.wants if want.language == language or want.language not in chosen_from)

    def may_ring(self, person: Volunteer) -> bool:
        """Whether they have all that some caller always wants; who has not is rung for nobody."""
        if not self.waiting.languages:
            return all(want.met_by(person) for want in self.wants if want.for_s is None)
        return any(
            all(want.met_by(person) for want in self.wants_of(language) if want.for_s is None)
            for language in self.waiting.languages
        )

    def steps(self, plan: str) -> tuple[RingStep, ...]:
        """The steps of a ring plan by name; of the usual one if none is called so."""
        return next((one.steps for one in self.ring_plans if one.name == plan), self.ring_steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    lines: Mapping[LineId, Line]
    volunteers: Mapping[VolunteerId, Volunteer]
    """People may serve several lines; ids are unique over all of them."""
    memo: dict[str, Any] = field(default_factory=dict, init=False, compare=False, repr=False)
    """What was worked out from the other fields, once: by `volunteer_of_number` its index."""

    def line_of_number(self, number: str) -> Line | None:
        """The line that owns the dialled `number` (digits, optional ``+``), or None."""
        for line in self.lines.values():
            if number in line.numbers:
                return line
        return None

    def service_line_of_number(self, number: str) -> Line | None:
        """The first line for whose volunteers the dialled `number` (digits, optional ``+``) is the service number."""
        return next((line for line in self.lines.values() if number in line.service_numbers), None)

    def volunteer_of_number(self, number: PhoneNumber) -> VolunteerId | None:
        """Whose mobile calls, if it is just one volunteer's.

        Compared are the last 9 digits: trunks deliver the same number as 07700900001, 00447700900001 and
        +447700900001. Of a shorter number all digits are compared, so a short code is no long number's end.
        """
        index: dict[PhoneNumber, VolunteerId | None] | None = self.memo.get("volunteer_of_number")
        if index is None:  # made once: 0.5 ms for 170 people, 30 ms for 10,000
            index = {}
            for person in self.volunteers.values():
                for endpoint in person.endpoints:
                    if endpoint.number is not None:
                        end = _end(endpoint.number)
                        index[end] = person.id if index.get(end, person.id) == person.id else None
            self.memo["volunteer_of_number"] = index
        return index.get(_end(number))


def is_ours(roster: Roster, number: PhoneNumber) -> bool:
    """Whether callers or volunteers reach the hotline itself by `number`, however it is spelled."""
    lines = roster.lines.values()
    public = [one for line in lines for one in (*line.numbers, *line.service_numbers)]
    return any(_end(PhoneNumber(one)) == _end(number) for one in public)


_COMPARED_DIGITS = 9


def _end(number: PhoneNumber) -> PhoneNumber:
    return PhoneNumber(number.reveal().removeprefix("+")[-_COMPARED_DIGITS:])
