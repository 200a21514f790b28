"""Why somebody is rung or not, in English clauses: what follows "rung in wave 1, because". Each knows its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hotline_agi.planning.ring_words import ORDER, likely_enough, want_in_words
from hotline_agi.planning.wording import Names, stretch
from hotline_agi.roster.clock import days_around, span_on
from hotline_agi.roster.model import EndpointKind, Limits, Line, RingGroup, Volunteer, Want
from hotline_agi.roster.plan import Absence, Pattern, Shift
from hotline_agi.roster.precedence import Basis, Loss, Place, Saying, special_day
from hotline_agi.terms.languages import Language
from hotline_agi.terms.problems import NOWHERE, Mark

_ENGLISH = Language.EN
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


Share = tuple[int, int | None]
"""A wave (from 1), and how many of a group it takes on, if nobody is busy; None: as few as are likely enough."""


class Ground(StrEnum):
    """What a reason is about."""

    PLACE = "place"
    """Which saying of the roster put them into a slot."""
    LOSS = "loss"
    """Which cover took them out of one."""
    QUIET = "quiet"
    CLOSED = "closed"
    NO_STEP = "no-step"
    """The ring plan of the hour rings nobody of their group."""
    NO_ENDPOINT = "no-endpoint"
    WANT = "want"
    """What callers want and they have not."""
    NO_SLOT = "no-slot"
    """They are in no slot at this time."""
    OVERRULED = "overruled"
    """What another saying went before."""
    BOTH = "both"
    """On shift and backup at once."""
    WAVE = "wave"
    ENDPOINTS = "endpoints"
    ELSEWHERE = "elsewhere"
    LIMITS = "limits"
    NEXT = "next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    ground: Ground
    text: str
    """A clause without a full stop; it names its place in the text."""
    where: Mark = NOWHERE


def group_words(as_backup: bool) -> str:
    return "backup" if as_backup else "on shift"


def place_of(where: Mark) -> str:
    return f" ({where})" if where != NOWHERE else ""


def hours(line: Line, start: datetime, end: datetime) -> str:
    """``Sat 2026-02-14 22:00-02:00``, where the line is."""
    return stretch(start.astimezone(line.zone), end.astimezone(line.zone), _ENGLISH)


def placed(names: Names, line: Line, shift: Shift, day: date, place: Place) -> Reason:
    """Why they stand in a slot."""
    start, end = span_on(line.zone, day, shift)
    part = "" if (place.start, place.end) == (start, end) else f", of it {hours(line, place.start, place.end)}"
    where = f"{group_words(place.as_backup)} in {shift.slot} ({hours(line, start, end)}{part})"
    match place.basis:
        case Basis.SWAP if place.other is not None:
            why = f"they swapped with {names(place.other)} and are {where}"
        case Basis.STAND_IN if place.other is not None:
            why = f"they stand in for {names(place.other)}, who is {absence_words(line, place.where)}, {where}"
        case Basis.EXTRA:
            why = f"they are an extra {where}"
        case _:
            pattern = shift.backup if place.as_backup else shift.people
            named = Saying((place.who,), place.basis, place.where)
            by = saying_words(line, named, day, pattern)
            why = f"{by} has them {where}"
    return Reason(ground=Ground.PLACE, text=why + place_of(place.where), where=place.where)


def saying_words(line: Line, saying: Saying, day: date, pattern: Pattern) -> str:
    """``turn 2 of 3 of the rotation (2026-02-09 to 2026-02-15)``, ``the special day 'Exam' (like a Sunday)``."""
    match saying.basis:
        case Basis.ROTATION:
            first, last = pattern.turn_dates(day)
            dates = f"{first}" if first == last else f"{first} to {last}"
            return f"turn {pattern.turn_number(day)} of {len(pattern.turns)} of the rotation ({dates})"
        case Basis.MONTH:
            return f"the month roster of {day}"
        case Basis.SPECIAL_DAY:
            special = special_day(line, day)
            assert special is not None  # it said so
            like = "" if special.like is None else f" (like a {_DAYS[special.like]})"
            return f"the special day '{special.name}'{like}"
        case _:
            return "the plain week"


def absence_words(line: Line, where: Mark) -> str:
    """``sick from 2026-02-14 until 2026-02-16``, of the absence at a place in the text."""
    for cover in line.covers:
        if isinstance(cover, Absence) and cover.where == where:
            if cover.first == cover.last:
                return f"{cover.kind} on {cover.first}"
            return f"{cover.kind} from {_moment(cover.first)} until {_moment(cover.last)}"
    return "absent"


def _moment(at: date | datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else f"{at}"


def lost(names: Names, line: Line, shift: Shift, loss: Loss) -> Reason:
    """Why they stand no more in a slot."""
    what = f"{shift.slot} ({hours(line, loss.start, loss.end)})"
    if loss.basis is Basis.SWAP:
        text = f"they handed their place in {what} to {names(loss.other) if loss.other else 'nobody'}"
    else:
        instead = f"{names(loss.other)} stands in" if loss.other else "nobody stands in"
        text = f"they are {absence_words(line, loss.where)} and so not in {what}; {instead}"
    return Reason(ground=Ground.LOSS, text=text + place_of(loss.where), where=loss.where)


def quiet(line: Line, person: Volunteer, at: datetime) -> Reason:
    """Whose quiet hours it is."""
    zone = person.zone or line.zone
    spans = [
        (start, end)
        for day in days_around(zone, at, at)
        for one in person.quiet
        if day.weekday() in one.weekdays
        for start, end in [span_on(zone, day, one)]
        if start <= at < end
    ]
    when = stretch(spans[0][0].astimezone(zone), spans[0][1].astimezone(zone), _ENGLISH) if spans else ""
    text = f"it is in their quiet hours ({when}, {zone.key})" + place_of(person.where)
    return Reason(ground=Ground.QUIET, text=text, where=person.where)


def closed(line: Line, at: datetime) -> Reason:
    """Why no calls are taken."""
    day = at.astimezone(line.zone).date()
    special = special_day(line, day)
    if special is not None and special.opening is not None:
        text = f"the line is closed: the special day '{special.name}' has its own opening hours"
        return Reason(ground=Ground.CLOSED, text=text + place_of(special.where), where=special.where)
    text = "the line is closed: it is outside of its opening hours" + place_of(line.where)
    return Reason(ground=Ground.CLOSED, text=text, where=line.where)


def plan_words(plan: str) -> str:
    return f"the ring plan '{plan}'" if plan else "the usual ring plan"


def no_step(plan: str, group: RingGroup) -> Reason:
    them = "the backup" if group is RingGroup.BACKUP else "those on shift"
    return Reason(ground=Ground.NO_STEP, text=f"no step of {plan_words(plan)} rings {them}")


def wave(line: Line, plan: str, group: RingGroup, shares: Sequence[Share], of: int) -> Reason:
    """Which waves ring them: `shares` of the `of` people of their group that may be rung."""
    first, count = shares[0]
    them = group_words(group is RingGroup.BACKUP)
    if count == of:
        who = f"with everybody who is {them} ({of})" if of > 1 else f"the only one who is {them}"
        return Reason(ground=Ground.WAVE, text=f"{plan_words(plan)} rings them in wave {first}, {who}")
    enough = f"as are likely enough ({likely_enough(line.adaptive)})"
    few = f"as few of the {of} who are {them} {enough}" if count is None else f"{count} of the {of} who are {them}"
    text = f"{plan_words(plan)} rings {few} in wave {first}"
    left, certain = of - (count or 0), count is not None
    for number, more in shares[1:]:
        if more is None:
            text += f", as few more {enough}"
            certain = False
        else:
            left -= more
            others = f"the other {more}" if certain else "the others"
            text += f", {others if not left else more if certain else f'{more} more'}"
        text += f" in wave {number}"
    if left:
        others = f"the other {left}" if certain else "the others"
        text += f", {others} when one of those is busy, cannot be reached or declines"
    return Reason(ground=Ground.WAVE, text=f"{text}; whose turn it is is decided by {ORDER[line.order]}")


def wanted(line: Line, person: Volunteer) -> Reason:
    """What every caller wants and they have not, so that they are not rung."""
    lacks = " and ".join(want_in_words(want) for want in line.required if not want.met_by(person))
    text = f"only people who {lacks} are rung for callers of this line" + place_of(line.where)
    return Reason(ground=Ground.WANT, text=text, where=line.where)


def later(line: Line, want: Want) -> Reason:
    """Whom a caller has to wait longer for."""
    text = f"for the first {want.for_s or 0:g} s of a call only people who {want_in_words(want)} are rung, and not they"
    return Reason(ground=Ground.WANT, text=text + place_of(line.where), where=line.where)


def endpoints(person: Volunteer) -> Reason:
    """By which of their phones, in which order."""
    told = []
    for one in person.endpoints:
        kind = f"softphone {one.pjsip_name}" if one.kind is EndpointKind.SOFTPHONE else "mobile"
        told.append(f"{kind} ({'must press 1' if one.confirm else 'picking up accepts'})")
    text = f"they are reached by {told[0]}" + "".join(f", if that fails by {one}" for one in told[1:])
    return Reason(ground=Ground.ENDPOINTS, text=text, where=person.where)


def limits(asked: Limits) -> list[str]:
    """What is asked of them at most."""
    found = []
    if asked.calls_per_shift is not None:
        found.append(f"at most {asked.calls_per_shift} calls per shift")
    if asked.talk_min_per_day is not None:
        found.append(f"at most {asked.talk_min_per_day} min of talk per day")
    if asked.talk_min_in_a_row is not None:
        found.append(f"at most {asked.talk_min_in_a_row} min of talk in a row")
    if asked.rest_after_night_h is not None:
        found.append(f"{asked.rest_after_night_h:g} h of rest after a night")
    return found
