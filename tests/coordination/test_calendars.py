"""Calendars, parsed back: whoever has an event has a place, and the other way round."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from hotline_agi.coordination.calendars import line_calendar, people_calendars
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.lines import person
from tests.dispatch.lines import roster as roster_of
from tests.planning.worlds import World
from tests.roster.story import PEOPLE
from tests.roster.written import away, hours, ids, line, shift, sick, special, utc, who

NOW = utc("2026-02-01T12:34")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def events(octets: bytes) -> list[Event]:
    return list(Calendar.from_ical(octets).walk("VEVENT"))


def on(found: Sequence[Event], at: datetime) -> list[Event]:
    return [event for event in found if event["dtstart"].dt <= at < event["dtend"].dt]


def of_people(known: Roster, start: datetime, until: datetime) -> dict[VolunteerId, list[Event]]:
    made = people_calendars(known, known.volunteers, start, until, NOW)
    return {who: events(octets) for who, octets in made}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 4 * 1440 - 1), min_size=12, max_size=12))
def test_who_has_an_event_has_a_place_and_the_other_way_round(seed: int, minutes: list[int]) -> None:
    world = World(seed)
    until = world.start + world.days * DAY
    calendars = of_people(world.roster, world.start, until)
    lines = {
        each.id: events(line_calendar(world.roster, each, world.start, until, NOW)) for each in (world.one, world.other)
    }
    for at in (world.start + n * MINUTE for n in minutes):
        places = {
            (each.id, one.shift.slot, place.who)
            for each in (world.one, world.other)
            for one in occurrences(each, world.start, until)
            for place in one.places
            if place.start <= at < place.end
        }
        assert {one for one in calendars if on(calendars[one], at)} == {who for _, _, who in places}
        for each, of_line in lines.items():
            told = {
                (str(event["summary"]).split("：" if each == world.one.id else ":")[0], name)
                for event in on(of_line, at)
                for name in PEOPLE
                if name.title() in f"{event['summary']} {without_absent(event)}"
            }
            assert told == {(slot, name) for line_id, slot, name in places if line_id == each}


def without_absent(event: Event) -> str:
    """Its lines about backup people."""
    return " ".join(
        text for text in str(event.get("description", "")).splitlines() if text.startswith(("后备", "Backup"))
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_uids_are_unique_and_the_same_when_made_again_later(seed: int) -> None:
    world = World(seed)
    until = world.start + world.days * DAY
    first = of_people(world.roster, world.start, until)
    again = of_people(world.roster, world.start + DAY, until + 5 * DAY)
    for name, found in first.items():
        uids = [str(event["uid"]) for event in found]
        assert len(set(uids)) == len(uids)
        starts = {str(event["uid"]): event["dtstart"].dt for event in again[name]}
        later = [event for event in found if event["dtstart"].dt >= world.start + DAY]
        assert all(starts.get(str(event["uid"])) == event["dtstart"].dt for event in later)
    every = [str(event["uid"]) for found in first.values() for event in found]
    assert len(set(every)) == len(every)


def known() -> tuple[Roster, Line]:
    plain = line(
        shift("night", "22:00", "06:00", "ann bo", backup="cy", coordinator=who("gu")),
        zone="Asia/Shanghai",
        covers=(
            sick("ann", "2026-02-14", "2026-02-14", instead="eve"),
            away("bo", "2026-02-15T02:00", "2026-02-15T03:00"),
        ),
        quiet={who("cy"): replace(person("cy"), quiet=(hours("00:00", "07:00"),))},
    )
    return roster_of(plain), plain


def test_an_event_says_where_why_and_what_is_not() -> None:
    names, _ = known()
    found = of_people(names, utc("2026-02-14T12:00"), utc("2026-02-14T20:00"))
    assert found[who("ann")] == []
    [event] = found[who("eve")]
    assert event["dtstart"].to_ical() == b"20260214T140000Z"
    assert event["dtend"].to_ical() == b"20260214T220000Z"
    assert event["dtstamp"].to_ical() == b"20260201T123400Z"
    assert str(event["summary"]) == "night · 心理援助热线"
    assert str(event["description"]) == "顶替缺勤的 Ann"
    assert [event["dtend"].to_ical() for event in found[who("bo")]] == [b"20260214T180000Z", b"20260214T220000Z"]
    [event] = found[who("cy")]
    assert str(event["summary"]) == "night（后备）· 心理援助热线"
    assert "静默时段" in event["description"]


def test_a_line_tells_everybody_piece_by_piece() -> None:
    names, plain = known()
    octets = line_calendar(names, plain, utc("2026-02-14T12:00"), utc("2026-02-14T20:00"), NOW)
    calendar = Calendar.from_ical(octets)
    assert str(calendar["x-wr-calname"]) == "心理援助热线"
    told = [(str(event["summary"]), str(event["description"])) for event in events(octets)]
    assert told == [
        ("night：Eve、Bo", "后备：Cy\n协调员：gu\n缺勤：Ann"),
        ("night：Eve", "后备：Cy\n协调员：gu\n缺勤：Ann、Bo"),
        ("night：Eve、Bo", "后备：Cy\n协调员：gu\n缺勤：Ann"),
    ]


def test_a_shift_of_a_closed_line_blocks_no_time() -> None:
    plain = line(
        shift("day", "08:00", "16:00", "ann"),
        language="en",
        special_days={utc("2026-02-14T00:00").date(): special(opening=())},
    )
    closed, usual = of_people(roster_of(plain), utc("2026-02-14T00:00"), utc("2026-02-16T00:00"))[who("ann")]
    assert (closed["transp"], str(closed["description"])) == ("TRANSPARENT", "The line is closed then: nothing rings.")
    assert "transp" not in usual and "description" not in usual


def test_somebody_without_shifts_has_an_empty_calendar() -> None:
    names = roster_of(line(shift("day", "08:00", "16:00", "ann")), people=[person("bo")])
    found = dict(people_calendars(names, ids("bo"), utc("2026-02-14T00:00"), utc("2026-02-16T00:00"), NOW))
    calendar = Calendar.from_ical(found[who("bo")])
    assert str(calendar["x-wr-calname"]) == "Shifts of Bo"
    assert list(calendar.walk("VEVENT")) == []


def test_no_number_is_in_a_calendar() -> None:
    names, plain = known()
    numbers = [end.number for one in names.volunteers.values() for end in one.endpoints if end.number]
    assert numbers
    octets = line_calendar(names, plain, utc("2026-02-01T00:00"), utc("2026-03-01T00:00"), NOW)
    octets += b"".join(
        made
        for _, made in people_calendars(names, names.volunteers, utc("2026-02-01T00:00"), utc("2026-03-01T00:00"), NOW)
    )
    assert b"01632" not in octets


def test_long_texts_are_folded_as_the_rfc_wants() -> None:
    plain = line(shift("day", "08:00", "16:00", " ".join(f"person{n}" for n in range(30))))
    octets = line_calendar(roster_of(plain), plain, utc("2026-02-14T00:00"), utc("2026-02-15T00:00"), NOW)
    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert all(len(text) <= 75 for text in octets.split(b"\r\n"))


def test_a_backup_who_stands_in_has_two_events_of_their_own() -> None:
    plain = line(
        shift("night", "22:00", "06:00", "ann bo", backup="cy"),
        covers=(away("ann", "2026-02-15T02:00", "2026-02-15T03:00", instead="cy"),),
    )
    found = of_people(roster_of(plain), utc("2026-02-14T22:00"), utc("2026-02-15T06:00"))[who("cy")]
    assert len({str(event["uid"]) for event in found}) == 2


def test_a_line_tells_when_a_stand_in_has_to_leave() -> None:
    plain = line(
        shift("night", "22:00", "06:00", "ann bo"),
        covers=(sick("ann", "2026-02-14", "2026-02-14", instead="eve"), away("eve", "2026-02-15T02:00", "2026-02-20")),
    )
    octets = line_calendar(roster_of(plain), plain, utc("2026-02-14T22:00"), utc("2026-02-15T06:00"), NOW)
    assert [(str(event["summary"]), event["dtend"].dt) for event in events(octets)] == [
        ("night：Eve、Bo", utc("2026-02-15T02:00")),
        ("night：Bo", utc("2026-02-15T06:00")),
    ]
