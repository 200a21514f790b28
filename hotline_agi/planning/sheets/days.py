"""Cells → days, weekdays, months and times of day, in the ways in which people and Excel write them."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isfinite

from hotline_agi.planning.sheets.cells import Value, text_of
from hotline_agi.roster.dates import FIRST_YEAR, LAST_YEAR

Month = tuple[int, int]
"""Year and month."""

_EXCEL_ZERO = date(1899, 12, 30)
"""Excel's day 0. Its day 60 is a 29 February 1900 that never was, so this holds from March 1900 on."""
_SERIALS = range(36_526, 73_051)
"""2000 to 2099: what may be meant by a plain number of five digits."""

_FULL = re.compile(r"((?:19|20|21)[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})\s*[日号]?")
_COMPACT = re.compile(r"(2[01][0-9]{2})([01][0-9])([0-3][0-9])")
_GERMAN = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?(2[01][0-9]{2})")
_YEAR_LAST = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-](20)?[0-9]{2}")
_NO_YEAR = re.compile(r"([0-9]{1,2})\s*(?:月|[-/.])\s*([0-9]{1,2})\s*[日号]?")
_DAY_ONLY = re.compile(r"([0-9]{1,2})\s*[日号]?")
_WITH_TIME = re.compile(r"(.*?)[ T]0?0:00(:00)?")
_YEAR_MONTH = re.compile(r"(?<![0-9])((?:19|20|21)[0-9]{2})\s*[-/.年]\s*(1[0-2]|0?[1-9])(?![0-9])")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMED_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})[a-z]*\.?\s+((?:19|20|21)[0-9]{{2}})\b", re.IGNORECASE)

_EITHER_WAY = "a date of which day and month cannot be told apart: write 2026-02-14"

_WEEKDAYS = {name: n for n, names in enumerate(("一", "二", "三", "四", "五", "六", "日天")) for name in names}
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY_BEHIND = re.compile(
    r"[\s,(]*((?:周|星期|礼拜)[一二三四五六日天]|[(][一二三四五六日天](?=[)])|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?)[)\s]*$",
    re.IGNORECASE,
)
_TIME = r"(?:次日|翌日)?\s*([0-9]{1,2})\s*(?:[:.点时時]\s*([0-9]{2})?\s*(?:分|:00)?)"
_ONE_TIME = re.compile(_TIME)
_TWO_TIMES = re.compile(rf"{_TIME}\s*(?:[-–—~〜至到]|to|until)\s*{_TIME}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDay:
    """What a cell says of a day. Either `day` or `fault` is set."""

    day: date | None = None
    weekday: int | None = None
    """Written behind the day: ``2月14日(六)``."""
    fault: str = ""
    """Why it is a date and yet none."""
    bare: bool = False
    """A day's number only, without month and year."""


def day_of(value: Value, month: Month | None) -> ReadDay | None:
    """The day that a cell means; None if it is no date at all.

    :param month: of a number 1 to 31; its year is also that of ``2月14日``.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        if value.year < FIRST_YEAR:
            return None  # a time of day: Excel puts it on its day 0, in 1899
        return _made(value.year, value.month, value.day, None)
    if isinstance(value, bool) or value is None or isinstance(value, time | timedelta):
        return None
    if isinstance(value, float):
        if not isfinite(value) or (not value.is_integer() and int(value) not in _SERIALS):
            return None
        value = int(value)
    text = unicodedata.normalize("NFKC", text_of(value)).strip()
    if text.isdecimal() and len(text) == 5 and int(text) in _SERIALS:
        return ReadDay(day=_EXCEL_ZERO + timedelta(days=int(text)))
    weekday = None
    if behind := _WEEKDAY_BEHIND.search(text):
        weekday, text = weekday_of(behind[1].strip("(")), text[: behind.start()]
    if midnight := _WITH_TIME.fullmatch(text):
        text = midnight[1]
    return _of_text(text.strip(), weekday, month)


def _of_text(text: str, weekday: int | None, month: Month | None) -> ReadDay | None:
    if full := _FULL.fullmatch(text) or _COMPACT.fullmatch(text):
        return _made(int(full[1]), int(full[2]), int(full[3]), weekday)
    if german := _GERMAN.fullmatch(text):
        return _made(int(german[3]), int(german[2]), int(german[1]), weekday)
    if _YEAR_LAST.fullmatch(text):
        return ReadDay(fault=_EITHER_WAY)
    if short := _NO_YEAR.fullmatch(text):
        if month is None:
            return ReadDay(fault="a date without a year: give --month, or a title such as 2026年2月")
        first, second = int(short[1]), int(short[2])
        if first != month[1] == second and "月" not in text:
            return ReadDay(fault=_EITHER_WAY)
        return _made(month[0], first, second, weekday)
    if (number := _DAY_ONLY.fullmatch(text)) and 1 <= int(number[1]) <= 31:
        if month is None:
            return ReadDay(fault="a day without a month: give --month, or a title such as 2026年2月", bare=True)
        return _made(*month, int(number[1]), weekday, bare=True)
    return None


def _made(year: int, month: int, day: int, weekday: int | None, *, bare: bool = False) -> ReadDay:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return ReadDay(fault=f"the year {year} is out of range", bare=bare)
    try:
        return ReadDay(day=date(year, month, day), weekday=weekday, bare=bare)
    except ValueError:
        return ReadDay(fault=f"there is no {year}-{month:02}-{day:02}", bare=bare)


def weekday_of(text: str) -> int | None:
    """The weekday (0 is Monday) that a cell names: ``一``, ``周六``, ``星期日``, ``Mon``, ``Sunday``."""
    name = unicodedata.normalize("NFKC", text).strip(" ().").lower()
    for before in ("星期", "礼拜", "周"):
        name = name.removeprefix(before)
    if name in _WEEKDAYS:
        return _WEEKDAYS[name]
    if len(name) >= 3:
        return next((n for n, long in enumerate(_ENGLISH) if long.startswith(name)), None)
    return None


def month_in(text: str) -> Month | None:
    """The month that a title names: ``2026年2月值班表``, ``Roster 2026-02``, ``February 2026``."""
    text = unicodedata.normalize("NFKC", text)
    if found := _YEAR_MONTH.search(text):
        return int(found[1]), int(found[2])
    if named := _NAMED_MONTH.search(text):
        return int(named[2]), _MONTHS.index(named[1].lower()) + 1
    return None


def time_of(value: Value) -> time | None:
    """A time of day: a real one, Excel's fraction of a day, or text. ``24:00`` is midnight. None if it is none."""
    match value:
        case datetime():
            return value.time().replace(second=0, microsecond=0)
        case time():
            return value.replace(second=0, microsecond=0, tzinfo=None)
        case timedelta():
            return _of_minutes(round(value.total_seconds() / 60))
        case float() if 0 <= value <= 1:
            return _of_minutes(round(value * 24 * 60))
        case str():
            found = _ONE_TIME.fullmatch(unicodedata.normalize("NFKC", value).strip())
            return _of_words(found[1], found[2]) if found else None
    return None


def hours_in(text: str) -> tuple[time, time] | None:
    """From and until in one text: ``22:00-02:00``, ``8点至12点``, ``22:00～次日02:00``."""
    found = _TWO_TIMES.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if not found:
        return None
    start, until = _of_words(found[1], found[2]), _of_words(found[3], found[4])
    return None if start is None or until is None else (start, until)


def _of_words(hours: str, minutes: str | None) -> time | None:
    if int(hours) > 24 or int(minutes or 0) > 59:
        return None
    return _of_minutes(int(hours) * 60 + int(minutes or 0))


def _of_minutes(minutes: int) -> time | None:
    return time(minutes // 60 % 24, minutes % 60) if 0 <= minutes <= 24 * 60 else None
