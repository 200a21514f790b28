"""A volunteer's own state in words: the first thing that they hear, and the confirmation of what they chose.

Nobody's name is said: what is told is enough for the volunteer to know that the right person is meant.
"""

from collections.abc import Sequence
from datetime import datetime

from hotline_agi.roster.model import Line
from hotline_agi.selfservice import shifts, speech
from hotline_agi.selfservice.speech import Words
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState

Standing = tuple[VolunteerState, datetime | None]
"""Where a volunteer stands, and (aware) until when, if that is known."""

_SENTENCES = {VolunteerState.RESTING: "resting", VolunteerState.OVER_LIMIT: "over-limit"}


def own_state(lines: Sequence[Line], who: VolunteerId, standing: Standing, at: datetime, language: str) -> Words:
    """Where somebody who serves `lines` (at least one) stands at `at`.

    In a call, or rung, or in another call is "on shift": the call in which this is heard may be the very one.
    """
    state, until_at = standing
    if state is VolunteerState.PAUSED:
        return paused(lines, until_at, language)
    if state in _SENTENCES:
        return (_SENTENCES[state],)
    on_shift = shifts.running(lines, who, at)
    if on_shift is None:
        return _off_shift(lines, who, at, language)
    if state is VolunteerState.UNREACHABLE:
        return ("unreachable",)
    until = speech.time_of_day(on_shift.end.astimezone(on_shift.line.zone), language)
    rung = ("will-be-rung",) if shifts.may_be_rung(lines, who, at) else ()
    return ("on-shift-until", *until, *rung)


def paused(lines: Sequence[Line], until_at: datetime | None, language: str) -> Words:
    """That somebody is not rung until a time, or until they say so."""
    if until_at is None:
        return ("paused",)
    return ("paused-until", *speech.time_of_day(until_at.astimezone(lines[0].zone), language))


def _off_shift(lines: Sequence[Line], who: VolunteerId, at: datetime, language: str) -> Words:
    backup = shifts.running(lines, who, at, as_backup=True)
    if backup is not None:
        until = speech.time_of_day(backup.end.astimezone(backup.line.zone), language)
        return ("backup-until", *until, "may-be-rung")
    return ("not-on-shift", *next_shift(shifts.running_or_next(lines, who, at), "next-shift", at, language))


def next_shift(one: shifts.OwnShift | None, begin: str, at: datetime, language: str) -> Words:
    """A shift with its day, behind the prompt `begin`; or that there is none."""
    if one is None:
        return ("no-shift-soon",)
    zone = one.line.zone
    on = speech.day(max(one.start, at).astimezone(zone).date(), at.astimezone(zone).date())
    return (begin, *on, *speech.span(one.start, one.end, zone, language))


def today(lines: Sequence[Line], who: VolunteerId, at: datetime, language: str) -> Words:
    """Somebody's shifts of today, or their next one if there are none."""
    own = shifts.of_today(lines, who, at)
    if not own:
        return ("no-shift-today", *next_shift(shifts.running_or_next(lines, who, at), "next-shift", at, language))
    zone = own[0].line.zone
    today_on = at.astimezone(zone).date()
    # of the night shift that began yesterday only the end is today's
    found = [(one.start if one.start.astimezone(zone).date() >= today_on else None, one.end) for one in own]
    return ("today", "on-shift", *speech.spans(found, zone, language))
