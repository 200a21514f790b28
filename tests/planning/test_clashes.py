"""Who is on shift in two places at once."""

from dataclasses import replace

from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.model import Line
from hotline_agi.terms.ids import LineId
from tests.planning.people import person, roster
from tests.planning.warned import NOW, hints, warned
from tests.roster.written import hours, line, shift, swap

AT_ONCE = "at once"


def other(of: Line, **changes: object) -> Line:
    return replace(of, id=LineId("youth"), **changes)


def test_two_lines_at_once() -> None:
    one = line(shift("day", "08:00", "20:00", "ann bo"), shift("night", "20:00", "08:00", "cy"))
    two = other(line(shift("late", "18:00", "22:00", "bo"), shift("rest", "22:00", "18:00", "dee")))
    assert warned(one, two, only=AT_ONCE) == [
        "'bo' is on shift on two lines at once, 'day' of xinli and 'late' of youth: every day 18:00-20:00"
    ]
    assert hints(roster(one, two), AT_ONCE) == {"they can talk to one caller only: name somebody else on one of them"}


def test_two_overlapping_slots_of_a_line() -> None:
    of = line(shift("day", "08:00", "20:00", "ann"), shift("night", "19:00", "08:00", "ann"))
    assert warned(of, only=AT_ONCE) == ["'ann' is in two slots at once, 'day' and 'night': every day 19:00-20:00"]


def test_lines_of_two_zones() -> None:
    shanghai = line(
        shift("night", "22:00", "02:00", "ann"), shift("rest", "02:00", "22:00", "bo"), zone="Asia/Shanghai"
    )
    berlin = other(
        line(shift("noon", "15:00", "19:00", "ann"), shift("rest", "19:00", "15:00", "cy"), zone="Europe/Berlin")
    )
    [told] = warned(shanghai, berlin, only=AT_ONCE)  # 22:00-02:00 there is 15:00-19:00 here, in winter
    assert told.endswith(": every day 15:00-19:00 (Europe/Berlin)")


def test_who_cannot_be_rung_is_not_in_two_places() -> None:
    one = line(shift("day", "00:00", "00:00", "ann bo"))
    closed = other(line(shift("day", "00:00", "00:00", "ann cy"), opening=(hours("08:00", "09:00"),)))
    assert warned(one, closed, only=AT_ONCE) == [
        "'ann' is on shift on two lines at once, 'day' of xinli and 'day' of youth: every day 08:00-09:00"
    ]
    quiet = person("ann", quiet=(hours("08:00", "08:30"),), zone=one.zone)
    lines = [replace(of, quiet={quiet.id: quiet}) for of in (one, closed)]
    assert warned(*lines, people=(quiet,), only=AT_ONCE) == [
        "'ann' is on shift on two lines at once, 'day' of xinli and 'day' of youth: every day 08:30-09:00"
    ]


def test_backup_people_are_in_one_place() -> None:
    one = line(shift("day", "00:00", "00:00", "ann", backup="bo"))
    assert warned(one, other(line(shift("day", "00:00", "00:00", "bo", backup="ann"))), only=AT_ONCE) == []


def test_slots_that_touch_do_not_clash_where_the_clock_is_set_back() -> None:
    of = line(shift("a", "00:00", "02:30", "ann"), shift("b", "02:30", "00:00", "ann"), zone="Europe/Berlin")
    assert outlook(roster(of), NOW.replace(month=10, day=20)) == []  # 02:30 is twice on 25 October


def test_one_date_is_told_at_what_brings_them_there() -> None:
    one = line(shift("day", "00:00", "00:00", "ann"))
    two = other(line(shift("late", "18:00", "22:00", "bo"), shift("rest", "22:00", "18:00", "cy")))
    two = replace(two, covers=(swap("bo", "ann", "2026-12-01", "late", at=7),))
    [found] = [one for one in outlook(roster(one, two), NOW) if AT_ONCE in one.what]
    assert found.what.endswith(": on Tue 1 Dec 18:00-22:00")
    assert (found.file, found.line) == ("xinli/covers.yaml", 7)
