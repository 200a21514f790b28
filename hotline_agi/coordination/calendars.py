"""Rosters as calendars that phones subscribe to (RFC 5545). The only file with icalendar.

Covers and absences are applied exactly as they ring: whoever is in a place of `precedence.py` at an instant has an
event then, and nobody else. Nobody's number is in it.

Times are in UTC. Every phone shows them in the zone where it is, which is what somebody who serves from another zone
needs, and the clock changes are already worked out (`clock.py`): a time of the wall clock with a VTIMEZONE would leave
to each phone which of two equal hours is meant.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from icalendar import Calendar, Event

from hotline_agi.planning.agenda import ABSENT, Appointment, appointments, places_of
from hotline_agi.planning.stretches import common, union
from hotline_agi.planning.wording import Names
from hotline_agi.roster.clock import Span
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.roster.precedence import Occurrence
from hotline_agi.roster.timetable import occurrences, open_spans, spans
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

_SPACE = uuid.UUID("5d3c1f0a-6c2e-5c0c-9d2b-0d9f6f6f4a57")
"""Of our UIDs: any would do, but never another one, or phones would show each shift twice."""
_WORDS: dict[Language, dict[str, str]] = {
    Language.ZH: {
        "mine": "{slot} · {line}",
        "mine-backup": "{slot}（后备）· {line}",
        "line": "{slot}：{people}",
        "backup": "后备：{people}",
        "coordinator": "协调员：{people}",
        "absent": "缺勤：{people}",
        "closed": "热线在此期间不开放，电话不会响。",
        "partly": "热线在部分时间不开放。",
        "quiet": "部分或全部在您的静默时段，电话那时不会响。",
        "person": "{name} 的值班",
    },
    Language.EN: {
        "mine": "{slot} · {line}",
        "mine-backup": "{slot} (backup) · {line}",
        "line": "{slot}: {people}",
        "backup": "Backup: {people}",
        "coordinator": "Coordinator: {people}",
        "absent": "Absent: {people}",
        "closed": "The line is closed then: nothing rings.",
        "partly": "The line is closed for a part of it.",
        "quiet": "Some or all of it is in your quiet hours: nothing rings then.",
        "person": "Shifts of {name}",
    },
}


def people_calendars(
    roster: Roster, people: Iterable[VolunteerId], start: datetime, until: datetime, now: datetime
) -> Iterator[tuple[VolunteerId, bytes]]:
    """For each of `people` their shifts on all lines that touch the span from `start` to `until`, as a file's octets.

    Each event is in the language of its line.

    :param now: the DTSTAMP: when the calendars were made.
    """
    wanted: dict[VolunteerId, list[Appointment]] = {who: [] for who in people}
    for line in roster.lines.values():
        if not wanted.keys().isdisjoint(everybody(line)):
            for one in appointments((line,), start, until):
                if one.place.who in wanted:
                    wanted[one.place.who].append(one)
    names = {language: Names(roster, language) for language in Language}
    for who, found in wanted.items():
        yield who, _person_calendar(roster.volunteers[who], found, names, now)


def _person_calendar(
    person: Volunteer, found: list[Appointment], names: Mapping[Language, Names], now: datetime
) -> bytes:
    found.sort(key=lambda one: (one.place.start, one.line.id, one.slot, one.place.as_backup, one.place.end))
    language = Language(found[0].line.language) if found else Language.EN
    calendar = _calendar(_WORDS[language]["person"].format(name=person.name))
    for one, part in _numbered(found):
        calendar.add_component(_own_event(one, part, names[Language(one.line.language)], now))
    return _octets(calendar)


def line_calendar(roster: Roster, line: Line, start: datetime, until: datetime, now: datetime) -> bytes:
    """Every slot of a line that touches the span from `start` to `until`, with the people's names.

    A slot in which people change half way, since somebody is absent for a part of it, is several events.
    """
    language = Language(line.language)
    names = Names(roster, language)
    calendar = _calendar(line.name.get(language, line.id), zone=line.zone.key)
    for one in occurrences(line, start, until):
        for part, piece in enumerate(_pieces(one)):
            if piece[0] < until and start < piece[1]:
                calendar.add_component(_line_event(line, one, piece, part, names, now))
    return _octets(calendar)


def _octets(calendar: Calendar) -> bytes:
    octets = calendar.to_ical()
    assert isinstance(octets, bytes)
    return octets


def _calendar(name: str, zone: str | None = None) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//hotline_agi//rosters//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", name)
    if zone is not None:
        calendar.add("x-wr-timezone", zone)
    return calendar


def _numbered(found: Iterable[Appointment]) -> Iterator[tuple[Appointment, int]]:
    """Each with its number among the parts that an absence leaves of one place."""
    seen: dict[tuple[str, str, str, bool], int] = {}
    for one in found:
        key = (one.line.id, one.slot, one.day.isoformat(), one.place.as_backup)
        seen[key] = seen.get(key, -1) + 1
        yield one, seen[key]


def _own_event(one: Appointment, part: int, names: Names, now: datetime) -> Event:
    line, place, language = one.line, one.place, names.language
    words = _WORDS[language]
    phrase = words["mine-backup" if place.as_backup else "mine"]
    summary = phrase.format(slot=one.slot, line=line.name.get(language, line.id))
    open_too = common(union(open_spans(line, place.start, place.end)), [(place.start, place.end)])
    notes = [names.why(place.basis, place.other)]
    notes += _closed(open_too, (place.start, place.end), words)
    if any(place.who in span.duty.quiet for span in spans(line, place.start, place.end)):
        notes.append(words["quiet"])
    key = f"{line.id}/{one.slot}/{one.day}/{place.who}/{'backup' if place.as_backup else 'shift'}/{part}"
    event = _event(key, summary, (place.start, place.end), notes, now)
    if not open_too:
        event["transp"] = "TRANSPARENT"
    return event


def _line_event(line: Line, one: Occurrence, piece: Span, part: int, names: Names, now: datetime) -> Event:
    words = _WORDS[names.language]
    there = [place for place in places_of(one) if place.start <= piece[0] and piece[1] <= place.end]
    on_shift = tuple(dict.fromkeys(place.who for place in there if not place.as_backup))
    backup = tuple(dict.fromkeys(place.who for place in there if place.as_backup))
    absent = tuple(
        dict.fromkeys(
            loss.who for loss in one.losses if loss.basis in ABSENT and loss.start <= piece[0] and piece[1] <= loss.end
        )
    )
    notes = [words["backup"].format(people=names.list(backup))] if backup else []
    if one.shift.coordinator is not None:
        notes.append(words["coordinator"].format(people=names(one.shift.coordinator)))
    if absent:
        notes.append(words["absent"].format(people=names.list(absent)))
    notes += _closed(common(union(open_spans(line, *piece)), [piece]), piece, words)
    summary = words["line"].format(slot=one.shift.slot, people=names.list(on_shift))
    return _event(f"{line.id}/{one.shift.slot}/{one.day}/{part}", summary, piece, notes, now)


def _closed(open_too: Sequence[Span], whole: Span, words: dict[str, str]) -> list[str]:
    if not open_too:
        return [words["closed"]]
    return [] if open_too == [whole] else [words["partly"]]


def _pieces(one: Occurrence) -> Iterator[Span]:
    """The slot, cut where somebody comes or goes in the middle."""
    edges = {one.start, one.end}
    edges.update(edge for place in one.places for edge in (place.start, place.end))
    edges.update(edge for loss in one.losses for edge in (loss.start, loss.end))
    yield from pairwise(sorted(edge for edge in edges if one.start <= edge <= one.end))


def _event(key: str, summary: str, span: Span, notes: Iterable[str], now: datetime) -> Event:
    """:param key: what makes the event the same one in the next version of the calendar."""
    event = Event()
    event.add("uid", str(uuid.uuid5(_SPACE, key)))
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", span[0])
    event.add("dtend", span[1])
    event.add("summary", summary)
    if text := "\n".join(note for note in notes if note):
        event.add("description", text)
    return event
