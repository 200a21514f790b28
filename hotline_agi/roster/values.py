"""What a single value may look like: converters (see `fields.py`) from a node to a time of day, a name, a zone…

No message repeats a telephone number: `Scalar.shown` describes texts that may hold one.

Each converter carries the schema of what it accepts (`probes.py`), made of the very constants by which it reads. Where
an editor's reading of YAML loses how something was written (``015`` is 15, ``True`` is true), the schema accepts it all
the same and the reader judges.
"""

import re
from collections.abc import Mapping as AbstractMapping
from datetime import time
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from hotline_agi.roster.document import Node, Scalar
from hotline_agi.roster.fields import Converter, Fields, full_width_hint, nearest
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.probes import Schema, described
from hotline_agi.roster.source import FULL_WIDTH_BLANK
from hotline_agi.terms.ids import is_id
from hotline_agi.terms.numbers import PhoneNumber

MAX_ID = 23
"""Shorter than `terms.ids` allows, so that ``<volunteer>-mobile`` and ``<line>-transfer`` are ids as well."""
MAX_TEXT = 80
MOST_DIALLED = 10**15 - 1
"""As a number: what an editor takes 15 digits for. (Less than nothing, if a dash goes before.)"""

_START = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_END = re.compile(f"{_START.pattern}|24:00")
_LOOSE_TIME = re.compile(r"([0-9]{1,2})[:：.]([0-9]{2})(:00)?")
_SECONDS = re.compile(r"[0-9]{1,5}(\.[0-9])?")
_HOURS = re.compile(r"[0-9]{1,4}(\.[0-9])?")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9])?")
_INTEGER = re.compile("[0-9]{1,9}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ZONE = re.compile(r"UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_YES_NO_PATTERN = "|".join("".join(f"[{c.upper()}{c}]" for c in word) for word in _YES_NO)
"""In capitals too: JSON Schema has no way to say that case does not matter."""

_NO_IDS = frozenset(("true", "false", "null", "yes", "no", "on", "off"))
"""To us they are texts like others, but editors, spreadsheets and other YAML readers make something else of them."""

_ID_HINT = "small letters a-z, digits and hyphens, beginning with a letter, e.g. chen-jing"
_TIME_HINT = "write hours and minutes as HH:MM, e.g. 07:30"
_LANGUAGE_HINT = "two or three small letters: zh, en, yue"
_NUMBER_HINT = "an optional + and 3 to 15 digits; blanks, dots, dashes, slashes and brackets may part them"
_ZONE_HINT = "a place of the time zone database such as Asia/Shanghai or Europe/Berlin"

Choice = TypeVar("Choice", bound=StrEnum)


def written(pattern: str, hint: str, **keywords: Any) -> Schema:
    """The schema of a text that `pattern` matches as a whole; editors show `hint` where it does not.

    :param keywords: more of JSON Schema; `type` may add numbers where an editor could take the text for one.
    """
    return {"type": "string", "pattern": f"^({pattern})$", "patternErrorMessage": hint, **keywords}


def scalar(node: Node, findings: Findings, what: str) -> Scalar | None:
    """`node` if it is a single filled text, else None after noting it."""
    if isinstance(node, Scalar) and node.text.strip():
        return node
    findings.error(node.mark, f"{what} must be a single value" if not isinstance(node, Scalar) else f"{what} is empty")
    return None


@described(
    {
        "type": ["string", "number", "boolean"],
        "maxLength": MAX_TEXT,
        "pattern": r"^[^\n]*\S[^\n]*$",
        "patternErrorMessage": "one line of text",
    }
)
def text(node: Node, findings: Findings) -> str | None:
    """One line of text for people, 1 to `MAX_TEXT` characters."""
    found = scalar(node, findings, "the text")
    if found is None:
        return None
    if len(found.text) > MAX_TEXT or "\n" in found.text:
        findings.error(node.mark, f"the text is longer than one line of {MAX_TEXT} characters", "shorten it")
        return None
    return found.text.strip()


@cache
def ident(what: str, longest: int = MAX_ID) -> Converter[str]:
    """An id: small letters, digits and hyphens, beginning with a letter."""

    pattern = f"(?!({'|'.join(sorted(_NO_IDS))})$)[a-z][a-z0-9-]{{0,{longest - 1}}}"

    @described(written(pattern, f"{_ID_HINT}, at most {longest} characters"))
    def read(node: Node, findings: Findings) -> str | None:
        found = scalar(node, findings, what)
        if found is None or not _is_ident(found, what, longest, findings):
            return None
        return found.text

    return read


def is_ident(text: str, longest: int = MAX_ID) -> bool:
    """Whether somebody or something in a roster may be called so."""
    return is_id(text) and len(text) <= longest and text not in _NO_IDS


def _is_ident(found: Scalar, what: str, longest: int, findings: Findings) -> bool:
    if is_ident(found.text, longest):
        return True
    findings.error(found.mark, f"{found.shown} cannot be {what}", _id_hint(found, longest))
    return False


def _id_hint(found: Scalar, longest: int) -> str:
    if found.text in _NO_IDS:
        return "other programs read this word of YAML as something else: choose another"
    if hint := full_width_hint(found):
        return hint
    if found.text.startswith(FULL_WIDTH_BLANK) or found.text.endswith(FULL_WIDTH_BLANK):
        return "delete the full-width blank U+3000"
    if not found.text.isascii():
        return f"an id, not a name: {_ID_HINT}"
    return f"at most {longest} characters" if len(found.text) > longest else _ID_HINT


@cache
def time_of_day(*, is_end: bool) -> Converter[time]:
    """``HH:MM``. ``24:00`` is allowed as an end and means the midnight after the day: it becomes 00:00."""
    pattern = _END if is_end else _START

    @described(written(pattern.pattern, _TIME_HINT))
    def read(node: Node, findings: Findings) -> time | None:
        found = scalar(node, findings, "the time")
        if found is None:
            return None
        if pattern.fullmatch(found.text):
            return time(int(found.text[:2]) % 24, int(found.text[3:]))
        loose = _LOOSE_TIME.fullmatch(found.text)
        if found.text == "24:00":
            hint = "a day begins at 00:00"
        elif loose and int(loose[1]) < 24 and int(loose[2]) < 60:
            hint = f"write {int(loose[1]):02}:{loose[2]}"
        else:
            hint = _TIME_HINT
        findings.error(found.mark, f"{found.shown} is no time of day", hint)
        return None

    return read


@cache
def seconds(least: float, most: float) -> Converter[float]:
    """A duration in seconds, between `least` and `most`, with at most one decimal."""
    return _decimal("duration", "a number of seconds", _SECONDS, least, most)


@cache
def hours(least: int, most: int) -> Converter[float]:
    """A duration in hours, between `least` and `most`, with at most one decimal."""
    return _decimal("duration", "a number of hours", _HOURS, least, most)


@cache
def percent(least: float, most: float) -> Converter[float]:
    """A share in percent, between `least` and `most`, with at most one decimal and without a sign."""
    return _decimal("share", "a percentage", _PERCENT, least, most)


def _decimal(what: str, of: str, pattern: re.Pattern[str], least: float, most: float) -> Converter[float]:
    hint = f"{of} from {least:g} to {most:g}, without a unit"

    @described(written(pattern.pattern, hint, type=["number", "string"], minimum=least, maximum=most))
    def read(node: Node, findings: Findings) -> float | None:
        found = scalar(node, findings, f"the {what}")
        if found is None:
            return None
        if pattern.fullmatch(found.text) and least <= float(found.text) <= most:
            return float(found.text)
        findings.error(found.mark, f"{found.shown} is no fitting {what}", hint)
        return None

    return read


@cache
def integer(least: int, most: int) -> Converter[int]:
    """A whole number between `least` and `most`."""
    hint = f"a whole number from {least} to {most}"

    @described(written(_INTEGER.pattern, hint, type=["integer", "string"], minimum=least, maximum=most))
    def read(node: Node, findings: Findings) -> int | None:
        found = scalar(node, findings, "the number")
        if found is None:
            return None
        if _INTEGER.fullmatch(found.text) and least <= int(found.text) <= most:
            return int(found.text)
        findings.error(found.mark, f"{found.shown} is no fitting number", hint)
        return None

    return read


@described(written(_YES_NO_PATTERN, "yes or no", type=["boolean", "string"]))
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
    words = [member.value for member in kind]

    @described({"enum": words})
    def read(node: Node, findings: Findings) -> Choice | None:
        found = scalar(node, findings, what)
        if found is None:
            return None
        if found.text in words:
            return kind(found.text)
        hint = nearest(found.text, words) or f"one of: {', '.join(words)}"
        findings.error(found.mark, f"{found.shown} is no {what}", hint)
        return None

    return read


@described(written(_LANGUAGE.pattern, _LANGUAGE_HINT))
def language(node: Node, findings: Findings) -> str | None:
    """A language as two or three small letters (ISO 639)."""
    found = scalar(node, findings, "the language")
    if found is None:
        return None
    if not _LANGUAGE.fullmatch(found.text):
        findings.error(found.mark, f"{found.shown} is no language", _LANGUAGE_HINT)
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


@described(
    written(
        r"[ ()./-]*\+?([ ()./-]*[0-9]){3,15}[ ()./-]*",
        _NUMBER_HINT,
        type=["string", "number"],
        minimum=-MOST_DIALLED,
        maximum=MOST_DIALLED,
    )
)
def phone_number(node: Node, findings: Findings) -> PhoneNumber | None:
    """A telephone number. Its text is in no message."""
    found = scalar(node, findings, "the number")
    if found is None:
        return None
    try:
        return PhoneNumber(found.text)
    except ValueError:
        findings.error(found.mark, "this is no telephone number", _NUMBER_HINT)
        return None


@described(written(_ZONE.pattern, _ZONE_HINT, examples=["Asia/Shanghai", "Europe/Berlin", "UTC"]))
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
    hint = nearest(found.text, _zones()) or _ZONE_HINT
    findings.error(found.mark, f"{found.shown} is no time zone", hint)
    return None


@cache
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))
