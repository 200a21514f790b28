"""A volunteer's own state in words: the first thing that they hear, and the confirmation of what they chose.

Nobody's name is said: what is told is enough for the volunteer to know that the right person is meant.
"""

from datetime import datetime, timedelta

from hotline_agi.selfservice import shifts, speech
from hotline_agi.selfservice.shifts import Rota
from hotline_agi.selfservice.speech import Words
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState

Standing = tuple[VolunteerState, datetime | None]
"""Where a volunteer stands, and (aware) until when, if that is known."""

SOON = timedelta(days=1)
"""Who gave a shift away hears what became of it when it begins within this."""

_SENTENCES = {VolunteerState.RESTING: "resting", VolunteerState.OVER_LIMIT: "over-limit"}


def own_state(rota: Rota, who: VolunteerId, standing: Standing, at: datetime, language: str) -> Words:
    """Where somebody who serves the lines of `rota` (at least one) stands at `at`.

    In a call, or rung, or in another call is "on shift": the call in which this is heard may be the very one.
    """
    state, until_at = standing
    if state is VolunteerState.PAUSED:
        return paused(rota, until_at, language)
    if state in _SENTENCES:
        return (_SENTENCES[state],)
    on_shift = shifts.running(rota, who, at)
    if on_shift is None:
        return _off_shift(rota, who, at, language)
    if state is VolunteerState.UNREACHABLE:
        return ("unreachable",)
    until = speech.time_of_day(on_shift.end.astimezone(on_shift.line.zone), language)
    rung = ("will-be-rung",) if shifts.may_be_rung(rota, who, at) else ()
    return ("on-shift-until", *until, *rung)


def paused(rota: Rota, until_at: datetime | None, language: str) -> Words:
    """That somebody is not rung until a time, or until they say so."""
    if until_at is None:
        return ("paused",)
    return ("paused-until", *speech.time_of_day(until_at.astimezone(rota.lines[0].zone), language))


def _off_shift(rota: Rota, who: VolunteerId, at: datetime, language: str) -> Words:
    given = given_away(rota, who, at, at + SOON, at, language)
    backup = shifts.running(rota, who, at, as_backup=True)
    if backup is not None:
        until = speech.time_of_day(backup.end.astimezone(backup.line.zone), language)
        return ("backup-until", *until, "may-be-rung", *given)
    return ("not-on-shift", *given, *next_shift(shifts.running_or_next(rota, who, at), "next-shift", at, language))


def next_shift(one: shifts.OwnShift | None, begin: str, at: datetime, language: str) -> Words:
    """A shift with its day, behind the prompt `begin`; or that there is none."""
    if one is None:
        return ("no-shift-soon",)
    zone = one.line.zone
    on = speech.day(max(one.start, at).astimezone(zone).date(), at.astimezone(zone).date())
    return (begin, *on, *speech.span(one.start, one.end, zone, language))


def given_away(rota: Rota, who: VolunteerId, start: datetime, end: datetime, at: datetime, language: str) -> Words:
    """Of each shift of theirs between two instants that is not theirs any more: whether somebody comes instead."""
    return tuple(
        word
        for one, present in shifts.given_away(rota, who, start, end)
        for word in (*next_shift(one, "your-shift", at, language), "cover-open" if present is None else "cover-found")
    )


def today(rota: Rota, who: VolunteerId, at: datetime, language: str) -> Words:
    """Somebody's shifts of today, those included that somebody else took; or their next one if there are none."""
    own = shifts.of_today(rota, who, at)
    given = given_away(rota, who, *shifts.day_of(rota, at), at, language)
    if not own:
        following = next_shift(shifts.running_or_next(rota, who, at), "next-shift", at, language)
        return (*(given or ("no-shift-today",)), *following)
    zone = own[0].line.zone
    today_on = at.astimezone(zone).date()
    # of the night shift that began yesterday only the end is today's
    found = [(one.start if one.start.astimezone(zone).date() >= today_on else None, one.end) for one in own]
    return ("today", "on-shift", *speech.spans(found, zone, language), *given)
