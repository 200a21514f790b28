"""Which saying of a roster goes before which: each step by an example, and what looks simple but is not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import NEVER, Pattern, weekly
from hotline_agi.roster.precedence import Basis, Occurrence, occurrence
from hotline_agi.terms.problems import Mark
from tests.roster.written import (
    away,
    daily,
    extra,
    ids,
    line,
    month_day,
    shift,
    sick,
    special,
    swap,
    utc,
    who,
)

DAY = date(2026, 2, 14)  # a Saturday
NIGHT = shift("night", "22:00", "06:00", "ann bo", backup="cy")


def tonight(subject: Line, day: date = DAY, slot: str = "night") -> Occurrence:
    found = occurrence(subject, next(one for one in subject.shifts if one.slot == slot), day)
    assert found is not None
    return found


def told(one: Occurrence) -> list[str]:
    """``ann 22-06 week``; backup in brackets."""
    return [_told(p.who, p.as_backup, p.start, p.end, p.basis, p.other) for p in one.places]


def lost(one: Occurrence) -> list[str]:
    return [_told(p.who, p.as_backup, p.start, p.end, p.basis, p.other) for p in one.losses]


def _told(person: str, as_backup: bool, start: datetime, end: datetime, basis: Basis, other: str | None) -> str:
    name = f"({person})" if as_backup else person
    return f"{name} {_clock(start)}-{_clock(end)} {basis}" + (f" {other}" if other else "")


def _clock(at: datetime) -> str:
    return f"{at:%H}" if at.minute == 0 else f"{at:%H:%M}"


# ---- steps 1 to 3


def test_the_week() -> None:
    assert told(tonight(line(NIGHT))) == ["ann 22-06 week", "bo 22-06 week", "(cy) 22-06 week"]


def test_a_slot_takes_place_on_the_days_that_people_names() -> None:
    weekdays = shift("night", "22:00", "06:00", weekly(dict.fromkeys(range(5), ids("ann"))), backup="cy")
    assert occurrence(line(weekdays), weekdays, DAY) is None
    assert occurrence(line(weekdays), weekdays, date(2026, 2, 13)) is not None


def test_turns_run_in_both_directions() -> None:
    turns = tuple(daily(name).turns[0] for name in ("ann", "bo", "cy"))
    night = shift("night", "22:00", "06:00", Pattern(turns=turns, turn_days=2, since=DAY))
    subject = line(night)
    days = [DAY + timedelta(days=n) for n in range(-7, 8)]
    assert [tonight(subject, day).places[0].who for day in days] == list(
        ids("cy ann ann bo bo cy cy ann ann bo bo cy cy ann ann")
    )
    assert tonight(subject).places[0].basis is Basis.ROTATION


def test_a_special_day_is_like_another() -> None:
    night = shift("night", "22:00", "06:00", weekly({5: ids("ann"), 6: ids("bo")}))
    subject = line(night, special_days={DAY: special(like=6)})
    assert told(tonight(subject)) == ["bo 22-06 special-day"]
    with_people = replace(subject, special_days={DAY: special(like=6, people={"night": "dee"})})
    assert told(tonight(with_people)) == ["dee 22-06 special-day"]


def test_like_takes_the_turn_of_the_day_itself() -> None:
    turns = (weekly({5: ids("ann"), 6: ids("bo")}).turns[0], weekly({5: ids("cy"), 6: ids("dee")}).turns[0])
    night = shift("night", "22:00", "06:00", Pattern(turns=turns, since=date(2026, 2, 2)))  # DAY is in the second turn
    assert told(tonight(line(night, special_days={DAY: special(like=6)}))) == ["dee 22-06 special-day"]


def test_one_date_goes_before_every_year() -> None:
    subject = line(NIGHT, yearly_days={(2, 14): special(people={"night": "dee"})})
    assert told(tonight(subject)) == ["dee 22-06 special-day", "(cy) 22-06 week"]
    both = replace(subject, special_days={DAY: special()})
    assert told(tonight(both)) == ["ann 22-06 week", "bo 22-06 week", "(cy) 22-06 week"]


def test_the_29th_of_february_comes_in_leap_years() -> None:
    subject = line(NIGHT, yearly_days={(2, 29): special(people={"night": "dee"})})
    by_day = {
        day: tonight(subject, day).places[0].who for day in (date(2028, 2, 29), date(2027, 3, 1), date(2028, 3, 1))
    }
    assert list(by_day.values()) == list(ids("dee ann ann"))


def test_the_month_goes_before_the_special_day() -> None:
    subject = line(
        NIGHT,
        special_days={DAY: special(people={"night": "dee"}, backup={"night": "eve"})},
        months={DAY: month_day({"night": "flo"})},
    )
    assert told(tonight(subject)) == ["flo 22-06 month", "(eve) 22-06 special-day"]


@pytest.mark.parametrize("named", ["special", "month", "extra", "extra backup"])
def test_a_slot_takes_place_when_people_are_named(named: str) -> None:
    never = replace(NIGHT, people=NEVER)
    changes = {
        "special": {"special_days": {DAY: special(people={"night": "dee"})}},
        "month": {"months": {DAY: month_day({"night": "dee"})}},
        "extra": {"covers": (extra("dee", "2026-02-14"),)},
        "extra backup": {"covers": (extra("dee", "2026-02-14", as_backup=True),)},
    }[named]
    assert "dee" in {place.who for place in tonight(line(never, **changes)).places}
    assert occurrence(line(never), never, DAY) is None
    behind = line(never, months={DAY: month_day({}, {"night": "dee"})})
    assert occurrence(behind, never, DAY) is None


# ---- step 4


def test_a_swap_takes_the_very_place() -> None:
    subject = line(NIGHT, covers=(swap("ann", "dee", "2026-02-14"),))
    assert told(tonight(subject)) == ["dee 22-06 swap ann", "bo 22-06 week", "(cy) 22-06 week"]
    assert lost(tonight(subject)) == ["ann 22-06 swap dee"]


def test_swaps_follow_each_other_in_the_order_of_the_text() -> None:
    subject = line(NIGHT, covers=(swap("ann", "dee", "2026-02-14", at=1), swap("dee", "eve", "2026-02-14", at=2)))
    assert told(tonight(subject))[0] == "eve 22-06 swap dee"
    assert lost(tonight(subject)) == ["ann 22-06 swap dee", "dee 22-06 swap eve"]
    backwards = line(NIGHT, covers=subject.covers[::-1])
    assert told(tonight(backwards))[0] == "dee 22-06 swap ann"


def test_a_swap_that_is_undone_leaves_no_loss() -> None:
    subject = line(NIGHT, covers=(swap("ann", "dee", "2026-02-14", at=1), swap("dee", "ann", "2026-02-14", at=2)))
    assert told(tonight(subject))[0] == "ann 22-06 swap dee"
    assert lost(tonight(subject)) == ["dee 22-06 swap ann"]


def test_who_is_swapped_away_may_come_back_as_a_stand_in() -> None:
    covers = (swap("ann", "dee", "2026-02-14"), away("dee", "2026-02-15T00:00", "2026-02-15T02:00", "ann", at=2))
    found = tonight(line(NIGHT, covers=covers))
    assert told(found)[:3] == ["dee 22-00 swap ann", "ann 00-02 stand-in dee", "dee 02-06 swap ann"]
    assert lost(found) == ["ann 22-00 swap dee", "ann 02-06 swap dee", "dee 00-02 away ann"]


def test_who_is_swapped_away_may_come_as_an_extra() -> None:
    subject = line(NIGHT, covers=(extra("ann", "2026-02-14", at=1), swap("ann", "dee", "2026-02-14", at=2)))
    assert told(tonight(subject)) == ["dee 22-06 swap ann", "bo 22-06 week", "ann 22-06 extra", "(cy) 22-06 week"]
    assert lost(tonight(subject)) == []


def test_two_exchange_their_places_in_one_slot() -> None:
    """One cover that says who goes and who comes back: both move at once, so that the second undoes nothing."""
    there_and_back = (swap("ann", "cy", "2026-02-14", at=7), swap("cy", "ann", "2026-02-14", at=7))
    subject = line(NIGHT, covers=there_and_back)
    assert told(tonight(subject)) == ["cy 22-06 swap ann", "bo 22-06 week", "(ann) 22-06 swap cy"]


def test_nobody_stands_twice_in_a_slot() -> None:
    subject = line(NIGHT, covers=(swap("ann", "bo", "2026-02-14"), extra("bo", "2026-02-14", at=2)))
    assert told(tonight(subject)) == ["bo 22-06 week", "(cy) 22-06 week"]


def test_extras_are_behind_whom_the_slot_has() -> None:
    subject = line(NIGHT, covers=(extra("dee", "2026-02-14"), extra("eve", "2026-02-14", as_backup=True, at=2)))
    assert told(tonight(subject)) == [
        "ann 22-06 week",
        "bo 22-06 week",
        "dee 22-06 extra",
        "(cy) 22-06 week",
        "(eve) 22-06 extra",
    ]


# ---- step 5


def test_whole_shifts_that_start_on_these_days() -> None:
    subject = line(NIGHT, covers=(sick("ann", "2026-02-14", "2026-02-15"),))
    gone = ["ann" not in told(tonight(subject, date(2026, 2, n)))[0] for n in (13, 14, 15, 16)]
    assert gone == [False, True, True, False]
    assert lost(tonight(subject)) == ["ann 22-06 sick"]


def test_a_time_of_day_cuts_a_shift() -> None:
    subject = line(NIGHT, covers=(away("ann", "2026-02-14T23:00", "2026-02-15T01:30"),))
    assert told(tonight(subject))[:2] == ["ann 22-23 week", "ann 01:30-06 week"]
    assert lost(tonight(subject)) == ["ann 23-01:30 away"]


def test_an_absence_reaches_over_several_slots() -> None:
    slots = [shift(f"s{n}", f"{n:02}:00", f"{(n + 6) % 24:02}:00", "ann") for n in (0, 6, 12, 18)]
    subject = line(*slots, covers=(away("ann", "2026-02-14T03:00", "2026-02-15T07:00", "dee"),))
    at = [utc("2026-02-14T00:00") + timedelta(hours=n) for n in range(36)]
    names = "".join(on_duty(subject, one).volunteers[0][0] for one in at)
    assert names == "aaa" + "d" * 28 + "aaaaa"


def test_from_an_instant_until_a_day() -> None:
    subject = line(NIGHT, covers=(away("ann", "2026-02-15T03:00", "2026-02-15"),))
    assert told(tonight(subject))[0] == "ann 22-03 week"
    assert [place.who for place in tonight(subject, date(2026, 2, 15)).places] == list(ids("bo cy"))
    assert told(tonight(subject, date(2026, 2, 16)))[0] == "ann 22-06 week"


def test_no_swap_and_no_extra_brings_back_the_sick() -> None:
    subject = line(
        NIGHT,
        covers=(sick("dee", "2026-02-14", "2026-02-14"), swap("ann", "dee", "2026-02-14"), extra("dee", "2026-02-14")),
    )
    assert told(tonight(subject)) == ["bo 22-06 week", "(cy) 22-06 week"]
    assert lost(tonight(subject)) == ["ann 22-06 swap dee", "dee 22-06 sick"]


def test_a_stand_in_stands_in_the_place() -> None:
    subject = line(NIGHT, covers=(sick("ann", "2026-02-14", "2026-02-14", "dee"),))
    assert told(tonight(subject)) == ["dee 22-06 stand-in ann", "bo 22-06 week", "(cy) 22-06 week"]
    assert lost(tonight(subject)) == ["ann 22-06 sick dee"]


def test_a_stand_in_who_is_there_anyway() -> None:
    subject = line(NIGHT, covers=(sick("ann", "2026-02-14", "2026-02-14", "bo"),))
    assert told(tonight(subject)) == ["bo 22-06 week", "(cy) 22-06 week"]
    assert lost(tonight(subject)) == ["ann 22-06 sick"]


def test_a_stand_in_who_is_absent_for_a_part() -> None:
    covers = (sick("ann", "2026-02-14", "2026-02-14", "dee"), away("dee", "2026-02-14T23:00", "2026-02-15T01:00", at=2))
    found = tonight(line(NIGHT, covers=covers))
    assert told(found)[:2] == ["dee 22-23 stand-in ann", "dee 01-06 stand-in ann"]
    assert sorted(lost(found)) == ["ann 01-06 sick dee", "ann 22-23 sick dee", "ann 23-01 sick", "dee 23-01 away"]


def test_a_stand_in_for_two_is_one_person() -> None:
    covers = (
        away("ann", "2026-02-14T22:00", "2026-02-15T02:00", "dee"),
        away("bo", "2026-02-15T00:00", "2026-02-15T05:00", "dee", at=2),
    )
    assert told(tonight(line(NIGHT, covers=covers)))[:4] == [
        "dee 22-02 stand-in ann",
        "ann 02-06 week",
        "bo 22-00 week",
        "dee 02-05 stand-in bo",
    ]


def test_another_line_s_absence_does_not_hide_the_stand_in() -> None:
    """The reader puts the absences that other lines tell of, without a stand-in, before a line's own."""
    covers = (sick("ann", "2026-02-14", "2026-02-16"), sick("ann", "2026-02-14", "2026-02-14", "dee", at=2))
    assert told(tonight(line(NIGHT, covers=covers)))[0] == "dee 22-06 stand-in ann"


def test_of_two_stand_ins_the_first_who_can() -> None:
    covers = (
        away("ann", "2026-02-10", "2026-02-20", "dee", at=1),
        sick("dee", "2026-02-14", "2026-02-14", at=2),
        away("ann", "2026-02-14", "2026-02-14", "eve", at=3),
    )
    subject = line(NIGHT, covers=covers)
    assert told(tonight(subject, date(2026, 2, 13)))[0] == "dee 22-06 stand-in ann"
    assert told(tonight(subject))[0] == "eve 22-06 stand-in ann"


def test_an_absence_told_in_another_zone_is_the_same_instant() -> None:
    """What another line's folder says of 03:00 is 03:00 by that line's clock: the reader gives an aware time."""
    said = away("ann", "2026-02-14T03:00", "2026-02-14T04:00")
    assert isinstance(said.first, datetime)
    assert isinstance(said.last, datetime)
    there = ZoneInfo("Asia/Shanghai")
    aware = replace(said, first=said.first.replace(tzinfo=there), last=said.last.replace(tzinfo=there))
    day = shift("day", "00:00", "00:00", "ann")
    found = tonight(line(day, covers=(aware,)), date(2026, 2, 13), "day")
    assert told(found) == ["ann 00-19 week", "ann 20-00 week"]


def test_an_absence_ends_at_the_last_occurrence() -> None:
    day = shift("day", "00:00", "00:00", "ann")
    subject = line(day, zone="Europe/Berlin", covers=(away("ann", "2026-10-25T02:15", "2026-10-25T02:30"),))
    found = tonight(subject, date(2026, 10, 25), "day")
    assert found.places[0].end == datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert found.places[1].start == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_reader_finds_each_saying() -> None:
    subject = line(
        NIGHT,
        months={DAY: month_day({"night": "ann bo"})},
        covers=(swap("ann", "dee", "2026-02-14", at=12), sick("bo", "2026-02-14", "2026-02-14", "eve", at=13)),
    )
    places = tonight(subject).places
    assert [str(place.where) for place in places] == [
        "xinli/covers.yaml:12",
        "xinli/covers.yaml:13",
        str(NIGHT.where),
    ]
    assert [str(loss.where) for loss in tonight(subject).losses] == ["xinli/covers.yaml:12", "xinli/covers.yaml:13"]
    assert tonight(subject).places[0].where != Mark(file="")
    assert places[0].who == who("dee")
