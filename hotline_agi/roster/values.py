"""What a single value may look like: converters (see `fields.py`) from a node to a time of day, a name, a zone…

No message repeats a telephone number: `Scalar.shown` describes texts that may hold one.
"""

import re
from collections.abc import Iterable
from collections.abc import Mapping as AbstractMapping
from datetime import time
from enum import StrEnum
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from hotline_agi.roster.document import FULL_WIDTH, Node, Scalar, Sequence
from hotline_agi.roster.fields import Converter, Fields, nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.terms.ids import is_id
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.problems import Mark

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
MAX_ID = 23
"""Shorter than `terms.ids` allows, so that ``<volunteer>-mobile`` and ``<line>-transfer`` are ids as well."""
MAX_TEXT = 80

_TIME = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")
_LOOSE_TIME = re.compile(r"([0-9]{1,2})[:：.]([0-9]{2})(:00)?")
_SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ZONE = re.compile(r"UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}

Choice = TypeVar("Choice", bound=StrEnum)


def scalar(node: Node, findings: Findings, what: str) -> Scalar | None:
    """`node` if it is a single filled text, else None after noting it."""
    if isinstance(node, Scalar) and node.text.strip():
        return node
    findings.error(node.mark, f"{what} must be a single value" if not isinstance(node, Scalar) else f"{what} is empty")
    return None


def text(node: Node, findings: Findings) -> str | None:
    """One line of text for people, 1 to `MAX_TEXT` characters."""
    found = scalar(node, findings, "the text")
    if found is None:
        return None
    if len(found.text) > MAX_TEXT or "\n" in found.text:
        findings.error(node.mark, f"the text is longer than one line of {MAX_TEXT} characters", "shorten it")
        return None
    return found.text.strip()


def ident(what: str, longest: int = MAX_ID) -> Converter[str]:
    """An id: small letters, digits and hyphens, beginning with a letter."""

    def read(node: Node, findings: Findings) -> str | None:
        found = scalar(node, findings, what)
        if found is None or not _is_ident(found, what, longest, findings):
            return None
        return found.text

    return read


def _is_ident(found: Scalar, what: str, longest: int, findings: Findings) -> bool:
    if is_id(found.text) and len(found.text) <= longest:
        return True
    if len(found.text) > longest:
        hint = f"at most {longest} characters"
    else:
        hint = "small letters a-z, digits and hyphens, beginning with a letter, e.g. chen-jing"
    findings.error(found.mark, f"{found.shown} cannot be {what}", hint)
    return False


def time_of_day(*, is_end: bool) -> Converter[time]:
    """``HH:MM``. ``24:00`` is allowed as an end and means the midnight after the day: it becomes 00:00."""

    def read(node: Node, findings: Findings) -> time | None:
        found = scalar(node, findings, "the time")
        if found is None:
            return None
        match = _TIME.fullmatch(found.text)
        if match and (match[1] != "24" or (is_end and match[2] == "00")):
            return time(int(match[1]) % 24, int(match[2]))
        loose = _LOOSE_TIME.fullmatch(found.text)
        if found.text == "24:00":
            hint = "a day begins at 00:00"
        elif loose and int(loose[1]) < 24 and int(loose[2]) < 60:
            hint = f"write {int(loose[1]):02}:{loose[2]}"
        else:
            hint = "write hours and minutes as HH:MM, e.g. 07:30"
        findings.error(found.mark, f"{found.shown} is no time of day", hint)
        return None

    return read


def seconds(least: float, most: float) -> Converter[float]:
    """A duration in seconds, between `least` and `most`, with at most one decimal."""

    def read(node: Node, findings: Findings) -> float | None:
        found = scalar(node, findings, "the duration")
        if found is None:
            return None
        if _SECONDS.fullmatch(found.text) and least <= float(found.text) <= most:
            return float(found.text)
        hint = f"a number of seconds from {least:g} to {most:g}, without a unit"
        findings.error(found.mark, f"{found.shown} is no fitting duration", hint)
        return None

    return read


def integer(least: int, most: int) -> Converter[int]:
    """A whole number between `least` and `most`."""

    def read(node: Node, findings: Findings) -> int | None:
        found = scalar(node, findings, "the number")
        if found is None:
            return None
        if re.fullmatch("[0-9]{1,9}", found.text) and least <= int(found.text) <= most:
            return int(found.text)
        findings.error(found.mark, f"{found.shown} is no fitting number", f"a whole number from {least} to {most}")
        return None

    return read


def yes_no(node: Node, findings: Findings) -> bool | None:
    """``yes``/``true`` or ``no``/``false``."""
    found = scalar(node, findings, "the answer")
    if found is None:
        return None
    if found.text.lower() not in _YES_NO:
        findings.error(found.mark, f"{found.shown} is neither yes nor no", "write yes or no")
        return None
    return _YES_NO[found.text.lower()]


def one_of(kind: type[Choice], what: str) -> Converter[Choice]:
    """One of the words of an enumeration."""

    def read(node: Node, findings: Findings) -> Choice | None:
        found = scalar(node, findings, what)
        if found is None:
            return None
        words = [member.value for member in kind]
        if found.text in words:
            return kind(found.text)
        hint = nearest(found.text, words) or f"one of: {', '.join(words)}"
        findings.error(found.mark, f"{found.shown} is no {what}", hint)
        return None

    return read


def language(node: Node, findings: Findings) -> str | None:
    """A language as two or three small letters (ISO 639)."""
    found = scalar(node, findings, "the language")
    if found is None:
        return None
    if not _LANGUAGE.fullmatch(found.text):
        findings.error(found.mark, f"{found.shown} is no language", "two or three small letters: zh, en, yue")
        return None
    return found.text


def names(node: Node, findings: Findings) -> AbstractMapping[str, str] | None:
    """A name in the languages of the prompts: ``{zh: 心理热线, en: Counselling line}``."""
    fields = Fields.of(node, findings, "the name")
    if fields is None:
        return None
    zh, en = fields.required("zh", text), fields.required("en", text)
    fields.close()
    return None if zh is None or en is None else {"zh": zh, "en": en}


def phone_number(node: Node, findings: Findings) -> PhoneNumber | None:
    """A telephone number. Its text is in no message."""
    found = scalar(node, findings, "the number")
    if found is None:
        return None
    try:
        return PhoneNumber(found.text)
    except ValueError:
        hint = "an optional + and 3 to 15 digits; blanks, dots, dashes, slashes and brackets may part them"
        findings.error(found.mark, "this is no telephone number", hint)
        return None


def time_zone(node: Node, findings: Findings) -> ZoneInfo | None:
    """A zone of the IANA database. UTC offsets are refused: they know nothing of clock changes."""
    found = scalar(node, findings, "the time zone")
    if found is None:
        return None
    if _ZONE.fullmatch(found.text):
        try:
            return ZoneInfo(found.text)
        except (KeyError, ValueError, OSError):  # unknown, malformed, a folder such as America/Indiana
            pass
    hint = nearest(found.text, _zones()) or "a place of the time zone database such as Asia/Shanghai or Europe/Berlin"
    findings.error(found.mark, f"{found.shown} is no time zone", hint)
    return None


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def weekdays(node: Node, findings: Findings) -> frozenset[int] | None:
    """Days of the week, 0 is Monday: ``daily``, ``mon``, ``mon-fri``, ``sat-mon``, ``mon, wed``, or a list of these."""
    if isinstance(node, Sequence):
        parts = [weekdays(item, findings) for item in node.items]
        if not parts:
            findings.error(node.mark, "no weekday", "write daily or e.g. [mon, wed]")
        return frozenset().union(*(p for p in parts if p)) or None
    found = scalar(node, findings, "the weekday")
    return None if found is None else days_of(found.text, found.shown, found.mark, findings)


def days_of(written: str, shown: str, mark: Mark, findings: Findings) -> frozenset[int] | None:
    """The days that the text `written` names; see `weekdays`."""
    days: set[int] = set()
    for part in re.split(r" *, *", written.strip()):
        first, dash, last = (p.strip() for p in part.partition("-"))
        if part == "daily":
            days |= EVERY_DAY
        elif first in WEEKDAYS and (last in WEEKDAYS if dash else not last):
            start = WEEKDAYS.index(first)
            length = (WEEKDAYS.index(last) - start) % 7 + 1 if dash else 1
            days.update((start + n) % 7 for n in range(length))
        else:
            hint = "write daily, mon, mon-fri or `mon, wed`; the days are mon tue wed thu fri sat sun"
            if wide := next((wide for wide in FULL_WIDTH if wide in part), None):
                hint = f"{wide} is a full-width sign; write {FULL_WIDTH[wide]}"
            findings.error(mark, f"{shown} is no weekday", hint)
            return None
    return frozenset(days)


def days_in_words(days: Iterable[int]) -> str:
    """Weekdays as the roster writes them: ``daily``, ``mon-fri``, ``mon, wed``."""
    stretches: list[list[int]] = []
    for day in sorted(days):
        if stretches and stretches[-1][-1] == day - 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    if stretches and len(stretches[0]) == 7:
        return "daily"
    return ", ".join(
        "-".join(WEEKDAYS[day] for day in (s[0], s[-1])) if len(s) > 2 else ", ".join(WEEKDAYS[day] for day in s)
        for s in stretches
    )
