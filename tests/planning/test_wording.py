"""What people, days and stretches are called."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hotline_agi.planning.wording import Names, day_in_words, moment, stretch
from hotline_agi.roster.precedence import Basis
from hotline_agi.terms.languages import Language
from tests.dispatch.lines import line, person, roster
from tests.roster.written import ids, who

ZH, EN = Language.ZH, Language.EN


def names(language: Language) -> Names:
    people = [
        replace(person("lin"), name="林悦"),
        replace(person("wang"), name="王磊"),
        replace(person("zhao"), name="王磊"),
        replace(person("chen"), name="Chén Jìng"),
    ]
    return Names(roster(line(), people=people), language)


def test_people_are_called_as_the_reader_can_read() -> None:
    assert names(ZH).list(ids("lin chen")) == "林悦、Chén Jìng"
    assert names(EN).list(ids("lin chen")) == "lin, Chén Jìng"
    assert (names(ZH).list(()), names(EN).list(())) == ("无", "nobody")


def test_two_of_the_same_name_are_told_apart() -> None:
    assert names(ZH).list(ids("wang zhao")) == "王磊 (wang)、王磊 (zhao)"


def test_somebody_unknown_is_called_by_id() -> None:
    assert names(ZH)(who("who")) == "who"


def test_reasons() -> None:
    assert names(EN).why(Basis.STAND_IN, who("chen")) == "stands in for Chén Jìng"
    assert names(ZH).why(Basis.SWAP, who("lin")) == "代 林悦 的班"
    assert names(EN).why(Basis.ROTATION, None) == ""


def test_days_and_times() -> None:
    at, later = datetime(2026, 2, 14, 22, 0), datetime(2026, 2, 15, 6, 0)  # noqa: DTZ001 - of a wall clock
    assert day_in_words(date(2026, 2, 14), EN) == "Sat 02-14"
    assert day_in_words(date(2026, 2, 14), ZH) == "02-14 周六"
    assert moment(at, EN) == "Sat 2026-02-14 22:00"
    assert stretch(at, later, ZH) == "2026-02-14 周六 22:00-06:00"
    assert stretch(at, later.replace(day=16), EN) == "Sat 2026-02-14 22:00 - Mon 2026-02-16 06:00"


def test_times_that_the_clock_shows_twice_have_their_offset() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    second = (first.astimezone(UTC) + timedelta(hours=1)).astimezone(first.tzinfo)
    assert moment(first, EN) == "Sun 2026-10-25 02:30+02:00"
    assert moment(second, ZH) == "2026-10-25 周日 02:30+01:00"
    assert stretch(first, second, EN) == "Sun 2026-10-25 02:30+02:00-02:30+01:00"
    third = (second.astimezone(UTC) + timedelta(hours=1)).astimezone(first.tzinfo)
    assert stretch(second, third, EN) == "Sun 2026-10-25 02:30+01:00-03:30"
    skipping = datetime(2027, 3, 28, 1, 0, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
    assert moment(skipping, EN) == "Sun 2027-03-28 03:00"
