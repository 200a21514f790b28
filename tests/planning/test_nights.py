"""Too little rest after a night."""

from dataclasses import replace

import pytest

from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.model import Limits, Line, Volunteer
from hotline_agi.roster.plan import weekly
from hotline_agi.terms.ids import LineId
from tests.planning.people import person, roster
from tests.planning.warned import NOW, warned
from tests.roster.written import extra, hours, ids, line, shift

RESTS = "'ann' rests"


def rested(rest_h: float) -> Volunteer:
    return person("ann", limits=Limits(rest_after_night_h=rest_h))


def nights(*, then: str, until: str = "22:00", night: tuple[str, str] = ("22:00", "06:00")) -> Line:
    """Ann in the night of Monday and in a shift of Tuesday that begins at `then`; bo is always there."""
    return line(
        shift("night", *night, weekly({0: ids("ann")})),
        shift("later", then, until, weekly({1: ids("ann")})),
        shift("always", "00:00", "00:00", "bo"),
    )


@pytest.mark.parametrize(
    ("rest_h", "then", "told"),
    [
        (11, "17:00", []),
        (11, "16:30", ["'ann' rests 10.5 h instead of 11 h between the night of 'night' and 'later' every Tue"]),
        (11, "06:00", ["'ann' rests 0 h instead of 11 h between the night of 'night' and 'later' every Tue"]),
        (0.5, "06:00", ["'ann' rests 0 h instead of 0.5 h between the night of 'night' and 'later' every Tue"]),
        (0, "06:00", []),
        (8, "13:59", ["'ann' rests 7.98 h instead of 8 h between the night of 'night' and 'later' every Tue"]),
    ],
)
def test_the_next_shift_may_begin_after_the_rest(rest_h: float, then: str, told: list[str]) -> None:
    assert warned(nights(then=then), people=(rested(rest_h),), only=RESTS) == told


def test_without_a_limit_nothing_is_said() -> None:
    assert warned(nights(then="06:00"), only="rests") == []


@pytest.mark.parametrize(
    ("night", "counts"),
    [
        (("22:00", "01:59"), False),
        (("22:00", "02:00"), True),
        (("03:00", "06:00"), True),
        (("03:01", "06:00"), False),
        (("05:00", "07:00"), False),
        (("00:00", "02:00"), True),
    ],
)
def test_a_night_is_two_hours_before_five(night: tuple[str, str], counts: bool) -> None:
    of = nights(then="22:00", until="23:00", night=night)
    early = night[0] < "12:00"  # Monday's own small hours: then the next shift must be Monday's
    if early:
        of = replace(of, shifts=(of.shifts[0], replace(of.shifts[1], people=weekly({0: ids("ann")})), of.shifts[2]))
    assert (warned(of, people=(rested(24),), only=RESTS) != []) == counts


def test_slots_together_make_a_night_and_its_end() -> None:
    first, second = shift("one", "23:00", "01:00", "ann"), shift("two", "01:00", "03:00", "ann")
    of = line(first, second, shift("later", "12:00", "13:00", "ann"), shift("always", "00:00", "00:00", "bo"))
    assert warned(of, people=(rested(10),), only=RESTS) == [
        "'ann' rests 9 h instead of 10 h between the night of 'two' and 'later' every day"
    ]
    apart = replace(of, shifts=(first, *of.shifts[2:]))  # one hour alone is none
    assert warned(apart, people=(rested(12),), only=RESTS) == []


def test_the_next_shift_may_be_on_another_line() -> None:
    one = line(shift("night", "22:00", "06:00", weekly({0: ids("ann")})), shift("always", "00:00", "00:00", "bo"))
    two = replace(
        line(shift("early", "06:00", "09:00", weekly({1: ids("ann")})), shift("d", "00:00", "00:00", "cy")),
        id=LineId("youth"),
    )
    assert warned(one, two, people=(rested(8),), only=RESTS) == [
        "'ann' rests 0 h instead of 8 h between the night of 'night' of xinli and 'early' of youth every Tue"
    ]


def test_hours_in_two_slots_at_once_are_worked_once() -> None:
    of = line(
        shift("one", "22:00", "01:30", "ann"),
        shift("two", "00:00", "01:30", "ann"),  # the same hour and a half again: no night
        shift("later", "12:00", "13:00", "ann"),
        shift("always", "00:00", "00:00", "bo"),
    )
    assert warned(of, people=(rested(24),), only=RESTS) == []


def test_who_begins_elsewhere_before_the_night_ends_has_no_rest() -> None:
    one = nights(then="21:00", night=("22:00", "07:00"))
    early = shift("early", "06:00", "09:00", weekly({1: ids("ann")}))
    two = replace(line(early, shift("d", "00:00", "00:00", "cy")), id=LineId("youth"))
    assert warned(one, two, people=(rested(8),), only=RESTS) == [
        "'ann' rests 0 h instead of 8 h between the night of 'night' of xinli and 'early' of youth every Tue"
    ]


def test_a_night_in_quiet_hours_is_none() -> None:
    ann = replace(rested(8), quiet=(hours("22:00", "06:00"),), zone=nights(then="08:00").zone)
    of = replace(nights(then="08:00"), quiet={ann.id: ann})
    assert warned(of, people=(ann,), only=RESTS) == []


def test_one_night_is_told_at_what_brings_them_to_the_next_shift() -> None:
    of = replace(nights(then="20:00"), covers=(extra("ann", "2026-12-01", "early", at=4),))
    of = replace(of, shifts=(*of.shifts, shift("early", "06:00", "09:00", weekly({1: ()}))))
    [found] = [one for one in outlook(roster(of, people=(rested(8),)), NOW) if RESTS in one.what]
    assert found.what == "'ann' rests 0 h instead of 8 h between the night of 'night' and 'early' on Tue 1 Dec"
    assert (found.file, found.line) == ("xinli/covers.yaml", 4)


def test_the_hours_are_true_where_the_clock_changes() -> None:
    of = nights(then="14:00")
    berlin = replace(of, zone=line(zone="Europe/Berlin").zone)
    spring = NOW.replace(month=3, day=23)
    saturday = tuple(
        replace(one, people=weekly({(day + 5) % 7: one.people.on(NOW.date().replace(day=23 + day)) for day in (0, 1)}))
        if one.slot != "always"
        else one
        for one in berlin.shifts
    )
    found = outlook(roster(replace(berlin, shifts=saturday), people=(rested(8.5),)), spring, days=7)
    assert [one.what for one in found if RESTS in one.what] == [
        "'ann' rests 8 h instead of 8.5 h between the night of 'night' and 'later' on Sun 29 Mar"
    ]
