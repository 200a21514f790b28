"""What the facts of an open call tell of its course so far: for whoever goes on with it, or closes its record."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from hotline_agi.dispatch.events import Step
from hotline_agi.dispatch.memory import Noted, OpenCall
from hotline_agi.roster.waiting_plan import Choice
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome

_SAID_NO = (LegOutcome.DECLINED, LegOutcome.FAILED)


@dataclass(slots=True, kw_only=True)
class LegCourse:
    """One ringing, as far as it was noted."""

    leg: LegId
    volunteer: VolunteerId | None
    wave: int
    rang_at: datetime
    since_at: datetime
    """When it became this call's: rung for it, or handed over."""
    kind: str = ""
    """Of the endpoint; "" where it was handed over by a call of which nothing is known."""
    picked_up_at: datetime | None = None
    accepted_at: datetime | None = None
    talked_from_at: datetime | None = None
    talked_until_at: datetime | None = None
    outcome: LegOutcome | None = None
    """None: it was not seen to end."""
    ended_at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Course:
    """One call; of a call of which nothing is known it is empty."""

    legs: dict[LegId, LegCourse] = field(default_factory=dict)
    wave: int | None = None
    """Index of the ring step that ran last; None: none was noted, or it is not known."""
    wave_at: datetime | None = None
    rings_since_at: datetime | None = None
    attempts: Counter[VolunteerId] = field(default_factory=Counter)
    declined: set[VolunteerId] = field(default_factory=set)
    failures: int = 0
    """Talks that were lost."""
    over_plan: bool = False
    """It left its ring plan: the overflow, a closed line, a message that was asked for."""
    closed: bool = False
    asked_message: bool = False
    talking: LegCourse | None = None
    """The talk that was not seen to end."""
    ended_well: bool = False
    """The last talk did."""
    answered_at: datetime | None = None
    volunteer: VolunteerId | None = None
    talk_s: float = 0.0
    """Of talks that were seen to end."""
    outcome: Outcome | None = None
    language: str = ""
    """In which the caller is spoken to, if they chose one."""
    told_place: int | None = None
    offered_at: datetime | None = None
    listens_at: datetime | None = None
    """Since when they listen to a self-help recording, if that was what they chose last."""
    surviving: bool = False
    step: Step | None = None
    left_at: datetime | None = None
    last_at: datetime | None = None
    marked: bool = False
    seeks_help: bool = False
    """A supervisor was asked for, and none came."""

    @property
    def transferred(self) -> bool:
        """Whether the overflow number was rung."""
        return any(leg.volunteer is None for leg in self.legs.values())


def courses(calls: Iterable[OpenCall]) -> dict[CallId, Course]:
    """The course of each call, by its id. Legs are handed from one to another, so they are read together."""
    calls = tuple(calls)
    rang = {fact.leg: fact for call in calls for fact in call.facts if fact.fact is Fact.RANG}
    found = {}
    for call in calls:
        course = Course()
        for noted in call.facts:
            _take(course, noted, rang)
        if call.message:
            course.outcome = Outcome.MESSAGE
        found[call.call] = course
    return found


def _take(course: Course, noted: Noted, rang: dict[LegId | None, Noted]) -> None:
    course.last_at = noted.at
    match noted.fact:
        case Fact.WAVE:
            _begin_wave(course, noted)
        case Fact.OVERFLOW | Fact.CLOSED:
            course.over_plan, course.closed = True, noted.fact is Fact.CLOSED
        case Fact.ASKED_MESSAGE:
            course.over_plan = course.asked_message = True
        case Fact.STEP:
            with suppress(ValueError):  # a step of another version
                course.step = Step(noted.detail)
            if course.step is Step.DIRECTORY:
                course.outcome = course.outcome or Outcome.DIRECTORY
        case Fact.LANGUAGE:
            course.language = noted.detail.partition(" ")[0]
        case Fact.PLACE if noted.detail.isdecimal():
            course.told_place = int(noted.detail)
        case Fact.OFFERED:
            course.offered_at = noted.at
        case Fact.WISHED:
            course.listens_at = noted.at if noted.detail.startswith(Choice.SELF_HELP) else None
        case Fact.CALLBACK_ASKED:
            course.outcome = Outcome.CALLBACK
        case Fact.MESSAGE_LEFT:
            course.outcome = Outcome.MESSAGE
        case Fact.SURVIVING:
            course.surviving = True
        case Fact.CALLER_LEFT:
            course.left_at = noted.at
        case Fact.MARKED:
            course.marked = True
        case Fact.HELP_ASKED:
            course.seeks_help = True
        case Fact.HELPER_CAME | Fact.HELP_MISSED if noted.detail != HelperRole.CONTACT.value:
            course.seeks_help = False
        case Fact.TALK_ENDED | Fact.TALK_FAILED:
            course.seeks_help = False
            _talk_over(course, noted.at)
            course.ended_well = noted.fact is Fact.TALK_ENDED
            course.failures += noted.fact is Fact.TALK_FAILED
        case _ if noted.leg is not None:
            _take_leg(course, noted, noted.leg, rang)
        case _:
            pass


def _begin_wave(course: Course, noted: Noted) -> None:
    number = noted.detail.partition(":")[0]
    if not number.isdecimal():
        return
    course.wave, course.wave_at = int(number) - 1, noted.at
    if course.wave <= 0:
        # it is rung through, anew if a winner was lost
        course.rings_since_at, course.over_plan = noted.at, False
        course.attempts.clear()


def _take_leg(course: Course, noted: Noted, leg_id: LegId, rang: dict[LegId | None, Noted]) -> None:
    if noted.fact is Fact.RANG or (noted.fact is Fact.HANDED and noted.detail.startswith("from=")):
        first = rang.get(leg_id, noted)
        kind = first.detail if first.fact is Fact.RANG else ""
        course.legs[leg_id] = LegCourse(
            leg=leg_id,
            volunteer=noted.volunteer,
            wave=max(0, course.wave or 0),
            rang_at=first.at,
            kind=kind,
            since_at=noted.at,
        )
        if noted.volunteer is not None:
            course.attempts[noted.volunteer] += 1
        return
    if leg_id not in course.legs:
        if noted.fact is Fact.HANDED:
            return
        # how it was rung is lost
        course.legs[leg_id] = LegCourse(
            leg=leg_id, volunteer=noted.volunteer, wave=max(0, course.wave or 0), rang_at=noted.at, since_at=noted.at
        )
    leg = course.legs[leg_id]
    match noted.fact:
        case Fact.HANDED:
            del course.legs[leg_id]
            if leg.volunteer is not None:
                course.attempts[leg.volunteer] -= 1
        case Fact.PICKED_UP:
            leg.picked_up_at = noted.at
        case Fact.ACCEPTED:
            leg.accepted_at = noted.at
        case Fact.TALK_STARTED:
            leg.talked_from_at = noted.at
            course.talking, course.ended_well = leg, False
            course.volunteer = leg.volunteer
            course.answered_at = course.answered_at or noted.at
            course.outcome = Outcome.TRANSFERRED if leg.volunteer is None else Outcome.TALKED
        case Fact.LEG_ENDED:
            _leg_over(course, leg, noted)
        case _:
            pass


def _leg_over(course: Course, leg: LegCourse, noted: Noted) -> None:
    with suppress(ValueError):
        leg.outcome = LegOutcome(noted.detail)
    leg.ended_at = noted.at
    if course.talking is leg:
        _talk_over(course, noted.at)
    if leg.volunteer is not None and leg.outcome in _SAID_NO:
        course.declined.add(leg.volunteer)


def _talk_over(course: Course, at: datetime) -> None:
    leg, course.talking = course.talking, None
    if leg is not None and leg.talked_from_at is not None:
        leg.talked_until_at = at
        course.talk_s += max(0.0, (at - leg.talked_from_at).total_seconds())


@dataclass(slots=True, kw_only=True)
class Past:
    """What a machine has not taken over yet of the runs before it."""

    calls: dict[CallId, OpenCall] = field(default_factory=dict)
    courses: dict[CallId, Course] = field(default_factory=dict)
    seen_until_at: datetime | None = None
    """The last sign of life of those runs."""

    @classmethod
    def of(cls, calls: Iterable[OpenCall], seen_until_at: datetime | None) -> "Past":
        known = {call.call: call for call in calls}
        return cls(calls=known, courses=courses(known.values()), seen_until_at=seen_until_at)

    def take(self, call: CallId) -> tuple[OpenCall | None, Course]:
        """What is known of `call`; from now on it is in other hands."""
        return self.calls.pop(call, None), self.courses.pop(call, None) or Course()
