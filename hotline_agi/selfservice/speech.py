"""Times, days, counts and names as lists of prompt ids (`prompts/phrases.py` has their texts).

Nothing but a telephone number is read digit by digit, and no language is a translation of the other: 14:30 is
下午 两点 三十 分 and "two thirty P M", two volunteers are 两位, not 二位.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo

from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

Words = tuple[str, ...]
"""Ids of prompts, in the order in which they are heard."""

MOST_NAMES = 10
"""More people than these are counted, not named: who listens would have forgotten the first."""
MOST_SPANS = 5
"""More shifts than these on one day are not read out."""


def number(n: int, language: str = Language.EN) -> Words:
    """A whole number from 0 to 999. In Chinese 105 is 一百零五 (一百五 would be 150), and 115 一百一十五."""
    if language == Language.ZH and n > 100:
        hundreds, rest = divmod(n, 100)
        gap: Words = ("n-0",) if 0 < rest < 10 else ("n-1",) if 10 <= rest < 20 else ()
        return (f"n-{hundreds}", "hundred", *gap, *(number(rest) if rest else ()))
    if n < 60:
        return (f"n-{n}",)
    hundreds, rest = divmod(n, 100)
    words: Words = (f"n-{hundreds}", "hundred") if hundreds else ()
    if not rest:
        return words
    if rest < 60:
        return (*words, f"n-{rest}")
    tens, unit = divmod(rest, 10)
    return (*words, f"n-{10 * tens}", *((f"n-{unit}",) if unit else ()))


def counted(n: int, language: str) -> Words:
    """A whole number before what it counts: 两条, not 二条."""
    return ("two-of",) if n == 2 and language == Language.ZH else number(n, language)


def telephone(digits: str, language: str) -> Words:
    """A telephone number, digit by digit; what is no digit is left out. In Chinese one is 幺 (yāo)."""
    one = "tel-1" if language == Language.ZH else "n-1"
    return tuple(one if digit == "1" else f"n-{digit}" for digit in digits if digit in "0123456789")


def time_of_day(at: datetime, language: str) -> Words:
    """The wall-clock time of an aware instant that is in the zone of the listener already; seconds are dropped."""
    return _chinese_time(at.hour, at.minute) if language == Language.ZH else _english_time(at.hour, at.minute)


def _english_time(hour: int, minute: int) -> Words:
    if minute == 0 and hour in (0, 12):
        return ("noon",) if hour else ("midnight",)
    minutes: Words = () if minute == 0 else (f"n-{minute}",) if minute >= 10 else ("oh", f"n-{minute}")
    return (f"n-{(hour - 1) % 12 + 1}", *minutes, "am" if hour < 12 else "pm")


def _chinese_time(hour: int, minute: int) -> Words:
    if minute == 0 and hour in (0, 12):
        return ("noon",) if hour else ("midnight",)
    minutes: Words = () if minute == 0 else (f"n-{minute}", "minutes")
    if 0 < minute < 10:
        minutes = ("n-0", *minutes)
    if hour == 0:
        return ("zero-hours", *minutes)
    return (_part_of_day(hour), f"oclock-{(hour - 1) % 12 + 1}", *minutes)


def _part_of_day(hour: int) -> str:
    """From 1 to 23 o'clock."""
    ends = ((5, "small-hours"), (9, "early"), (12, "morning"), (13, "midday"), (18, "afternoon"), (24, "evening"))
    return next(name for end, name in ends if hour < end)


def day(of: date, today: date) -> Words:
    """A day of the week that begins today."""
    ahead = (of - today) // timedelta(days=1)
    return {0: ("today",), 1: ("tomorrow",)}.get(ahead, (f"weekday-{of.weekday()}",))


def day_before(of: date, today: date) -> Words:
    """A day of the week that ends today; what is longer ago is not told apart."""
    ago = (today - of) // timedelta(days=1)
    if ago <= 0:
        return ("today",)
    return ("yesterday",) if ago == 1 else (f"weekday-{of.weekday()}",) if ago < 7 else ("long-ago",)


def span(start: datetime | None, end: datetime, zone: tzinfo, language: str) -> Words:
    """From one time to another, without their days; without `start` only the end."""
    until = ("until", *time_of_day(end.astimezone(zone), language))
    if start is None:
        return until
    since = time_of_day(start.astimezone(zone), language)
    return (*(("from",) if language == Language.EN else ()), *since, *until)


def spans(of: Sequence[tuple[datetime | None, datetime]], zone: tzinfo, language: str) -> Words:
    """The first `MOST_SPANS` of several."""
    return _joined([span(start, end, zone, language) for start, end in of[:MOST_SPANS]])


def who_is_on(people: Sequence[VolunteerId], spoken: frozenset[VolunteerId], language: str) -> Words:
    """Those who are on shift: by name if each name can be `spoken` and they are few, else how many they are."""
    if not people:
        return ("nobody-on-now",)
    if len(people) <= MOST_NAMES and spoken.issuperset(people):
        return ("on-now", *_joined([(f"name-{who}",) for who in people]))
    if language == Language.ZH:
        return ("there-are", *counted(len(people), language), "volunteers-on-now")
    return (*number(len(people)), "volunteer-on-now" if len(people) == 1 else "volunteers-on-now")


def _joined(items: Sequence[Words]) -> Words:
    """One after the other, with "and" before the last."""
    return tuple(
        word for n, item in enumerate(items) for word in (*(("and",) if n and n == len(items) - 1 else ()), *item)
    )
