"""Single values: what each converter takes and refuses."""

from datetime import time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.roster.document import Scalar, parse
from hotline_agi.roster.fields import Converter
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import (
    MAX_ID,
    MAX_TEXT,
    ident,
    integer,
    language,
    names,
    one_of,
    phone_number,
    seconds,
    text,
    time_of_day,
    time_zone,
    yes_no,
)
from hotline_agi.roster.weekdays import day_name, days_in_words, weekdays
from hotline_agi.terms.problems import Mark


class Fruit(StrEnum):
    APPLE = "apple"
    PEAR = "pear"


def convert(converter: Any, written: str) -> Any:
    """The value, or the hint (or the finding itself) if it was refused."""
    findings = Findings()
    value = converter(parse("f", f"{written}\n...\n".encode()), findings)
    if value is None:
        assert findings.failed
        return findings.problems[0].hint or findings.problems[0].what
    assert not findings.failed
    return value


@pytest.mark.parametrize(
    ("converter", "written", "value"),
    [
        (text, "' 陈静 '", "陈静"),
        (text, "x" * MAX_TEXT, "x" * MAX_TEXT),
        (ident("an id"), "chen-jing2", "chen-jing2"),
        (ident("an id"), "x" * MAX_ID, "x" * MAX_ID),
        (time_of_day(is_end=False), "00:00", time(0, 0)),
        (time_of_day(is_end=False), "23:59", time(23, 59)),
        (time_of_day(is_end=True), "24:00", time(0, 0)),
        (seconds(0, 90), "90", 90.0),
        (seconds(0, 90), "0", 0.0),
        (seconds(0, 90), "2.5", 2.5),
        (integer(1, 9), "9", 9),
        (yes_no, "yes", True),
        (yes_no, "True", True),
        (yes_no, "no", False),
        (yes_no, "false", False),
        (one_of(Fruit, "fruit"), "pear", Fruit.PEAR),
        (language, "yue", "yue"),
        (names, "{zh: 热线, en: Line}", {"zh": "热线", "en": "Line"}),
        (time_zone, "Asia/Shanghai", ZoneInfo("Asia/Shanghai")),
        (time_zone, "America/Argentina/Salta", ZoneInfo("America/Argentina/Salta")),
        (time_zone, "UTC", ZoneInfo("UTC")),
        (weekdays, "daily", frozenset(range(7))),
        (weekdays, "mon", frozenset({0})),
        (weekdays, "mon-fri", frozenset(range(5))),
        (weekdays, "sat-mon", frozenset({5, 6, 0})),
        (weekdays, "sun - sun", frozenset({6})),
        (weekdays, "mon, wed-thu", frozenset({0, 2, 3})),
        (weekdays, "[mon, sat-sun]", frozenset({0, 5, 6})),
    ],
)
def test_taken(converter: Any, written: str, value: object) -> None:
    assert convert(converter, written) == value


@pytest.mark.parametrize(
    ("converter", "written", "hint"),
    [
        (text, "x" * (MAX_TEXT + 1), "shorten it"),
        (text, '"a\\nb"', "shorten it"),
        (text, "''", "the text is empty"),
        (text, "[a]", "the text must be a single value"),
        (ident("an id"), "x" * (MAX_ID + 1), "at most 23 characters"),
        (ident("an id"), "陈静", "an id, not a name: small letters"),
        (ident("an id"), "1a", "small letters"),
        (time_of_day(is_end=False), "24:00", "a day begins at 00:00"),
        (time_of_day(is_end=True), "24:01", "write hours and minutes"),
        (time_of_day(is_end=False), "7:30", "write 07:30"),
        (time_of_day(is_end=False), "7.30", "write 07:30"),
        (time_of_day(is_end=False), "７:30", "write hours and minutes"),
        (time_of_day(is_end=False), "22:00:00", "write 22:00"),
        (time_of_day(is_end=False), "1320", "write hours and minutes"),
        (seconds(5, 90), "4", "a number of seconds from 5 to 90"),
        (seconds(5, 90), "90.1", "a number of seconds from 5 to 90"),
        (seconds(5, 90), "1e1", "a number of seconds"),
        (seconds(5, 90), "nan", "a number of seconds"),
        (integer(1, 9), "10", "a whole number from 1 to 9"),
        (integer(1, 9), "+1", "a whole number from 1 to 9"),
        (integer(1, 9), "３", "a whole number from 1 to 9"),
        (yes_no, "on", "write yes or no"),
        (one_of(Fruit, "fruit"), "aple", "did you mean 'apple'?"),
        (one_of(Fruit, "fruit"), "x", "one of: apple, pear"),
        (language, "English", "two or three small letters"),
        (names, "Line", "the name must be a block"),
        (phone_number, "12", "an optional + and 3 to 15 digits"),
        (phone_number, "[1, 2]", "the number must be a single value"),
        (time_zone, "Asia/Shangai", "did you mean 'Asia/Shanghai'?"),
        (time_zone, "America", "did you mean|a place of the time zone database"),
        (time_zone, "America/Indiana", "did you mean"),
        (time_zone, "../../etc/passwd", "a place of the time zone database"),
        (time_zone, "+08:00", "a place of the time zone database"),
        (weekdays, "mo", "write daily, mon"),
        (weekdays, "[mon, fry]", "write daily, mon"),
        (weekdays, "[mon, [tue]]", "the weekday must be a single value"),
        (day_name, "[mon]", "the weekday must be a single value"),
        (weekdays, "mon-", "write daily, mon"),
        (weekdays, "mon-tue-wed", "write daily, mon"),
        (weekdays, "mon，tue", "，is a full-width sign|， is a full-width sign"),
        (weekdays, "[]", "write daily or e.g. [mon, wed]"),
    ],
)
def test_refused(converter: Any, written: str, hint: str) -> None:
    assert any(convert(converter, written).startswith(part) for part in hint.split("|"))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30))
def test_no_message_holds_what_may_be_a_number(written: str) -> None:
    findings = Findings()
    node = Scalar(text=f"07700 900{written}123", mark=Mark(file="f", line=1, column=1))
    converters: list[Converter[Any]] = [ident("an id"), time_of_day(is_end=True), seconds(1, 2), integer(1, 2), yes_no]
    converters += [language, phone_number, time_zone, weekdays, one_of(Fruit, "fruit")]
    for converter in converters:
        converter(node, findings)
    assert findings.problems
    assert not any("900" in str(p).replace("from 1 to 2", "") for p in findings.problems)


def test_a_number_is_read_with_its_separators() -> None:
    assert convert(phone_number, "+44 (7700) 900-001").reveal() == "+447700900001"


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_days_are_written_as_they_are_read(days: frozenset[int]) -> None:
    assert convert(weekdays, f"'{days_in_words(days)}'") == days


def test_days_in_words() -> None:
    assert days_in_words(range(7)) == "daily"
    assert days_in_words([0, 1, 2, 4]) == "mon-wed, fri"
    assert days_in_words([5, 6]) == "sat, sun"
