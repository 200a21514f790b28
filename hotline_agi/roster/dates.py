"""What a date, a range of dates or an instant may look like: converters (see `fields.py`).

A date is written YYYY-MM-DD and nothing else: 02/03/2026 is the 2nd of March in one country and the 3rd of February in
the next. Whoever writes another form reads in the hint what to write.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hotline_agi.roster.document import Node, Scalar
from hotline_agi.roster.fields import Converter
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.probes import described
from hotline_agi.roster.values import scalar, written

FIRST_YEAR, LAST_YEAR = 2000, 2199
"""Other years are slips of the finger; and far from both ends of what `datetime` can count."""
MAX_RANGE_DAYS = 366

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEARLY = re.compile(r"([0-9]{2})-([0-9]{2})")
_INSTANT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) +([0-9]{2}):([0-9]{2})")
_YEAR_TEXT = f"({FIRST_YEAR // 100}|{LAST_YEAR // 100})[0-9]{{2}}"
_YEARLY_TEXT = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DAY_TEXT = f"{_YEAR_TEXT}-{_YEARLY_TEXT}"
_TIME_TEXT = "([01][0-9]|2[0-3]):[0-5][0-9]"
_LOOSE_DAY = re.compile(
    r"(?P<y>(19|20|21)[0-9]{2}) ?[-/.年_ ] ?(?P<m>[0-9]{1,2}) ?[-/.月_ ] ?(?P<d>[0-9]{1,2}) ?日?"
    r"|(?P<d2>[0-9]{1,2})\. ?(?P<m2>[0-9]{1,2})\. ?(?P<y2>(19|20|21)[0-9]{2})"
    r"|(?P<y3>20[0-9]{2})(?P<m3>[0-9]{2})(?P<d3>[0-9]{2})"
)
_LOOSE_YEARLY = re.compile(r"([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?")
_LOOSE_TIME = re.compile(r"([0-9]{1,2}) ?[:.点时h] ?([0-9]{2})")

_LEAP_YEAR = tuple((month, day) for month in range(1, 13) for day in range(1, monthrange(2000, month)[1] + 1))
"""All days of a year, as month and day, the 29th of February among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysMeant:
    """Which days a special day is for: dates, or days of every year. One of the two is empty."""

    dates: tuple[date, ...] = ()
    yearly: tuple[tuple[int, int], ...] = ()
    """Month and day."""


@described(written(rf"\s*{_DAY_TEXT}\s*", "a date as YYYY-MM-DD, e.g. 2026-02-14"))
def day(node: Node, findings: Findings) -> date | None:
    """A date, YYYY-MM-DD."""
    found = scalar(node, findings, "the date")
    return None if found is None else _day(found, found.text.strip(), findings)


def day_or_instant(*, is_end: bool) -> Converter[date | datetime]:
    """A date, or a date with a time of day after a blank: ``2026-02-14 03:00`` (naive, of the line's zone).

    ``24:00`` is allowed as an end and means the midnight after the day.
    """
    time_text = f"{_TIME_TEXT}|24:00" if is_end else _TIME_TEXT
    hint = "a date as YYYY-MM-DD, or with a time of day as YYYY-MM-DD HH:MM"

    @described(written(rf"\s*{_DAY_TEXT}( +({time_text}))?\s*", hint))
    def read(node: Node, findings: Findings) -> date | datetime | None:
        found = scalar(node, findings, "the date")
        if found is None:
            return None
        written = found.text.strip()
        match = _INSTANT.fullmatch(written)
        if match is None:
            loose = _loose(written)
            rest = _LOOSE_DAY.sub("", unicodedata.normalize("NFKC", written), count=1)
            at = _LOOSE_TIME.search(rest) if loose else None
            if loose and at and int(at[1]) < 24 and int(at[2]) < 60:
                hint = f"write {loose} {int(at[1]):02}:{at[2]}"
                findings.error(found.mark, f"{_shown(found)} is no date with a time of day", hint)
                return None
            return _day(found, written, findings)
        on = _day(found, match[1], findings)
        hour, minute = int(match[2]), int(match[3])
        if on is None:
            return None
        if is_end and (hour, minute) == (24, 0):
            return datetime.combine(on, time(0)) + timedelta(days=1)
        if hour > 23 or minute > 59:
            hint = "a day begins at 00:00" if hour == 24 and not is_end else "write 00:00 to 23:59"
            hint += ", or 24:00 for the midnight after the day" if is_end else ""
            findings.error(found.mark, f"there is no time of day {match[2]}:{match[3]}", hint)
            return None
        return datetime.combine(on, time(hour, minute))

    return read


@described(
    written(
        rf"\s*({_DAY_TEXT}(\s*\.\.\s*{_DAY_TEXT})?|{_YEARLY_TEXT}(\s*\.\.\s*{_YEARLY_TEXT})?)\s*",
        "e.g. 2026-02-17, 2026-02-16..2026-02-20, or 12-25 for every year",
    )
)
def days_meant(node: Node, findings: Findings) -> DaysMeant | None:
    """A date, a range of dates (``2026-02-16..2026-02-20``), or either of them without year: every year."""
    found = scalar(node, findings, "the date")
    if found is None:
        return None
    ends = [part.strip() for part in found.text.split("..")]
    if len(ends) > 2 or not all(_DAY.fullmatch(end) or _YEARLY.fullmatch(end) for end in ends):
        findings.error(found.mark, f"{_shown(found)} is no date and no range of dates", _range_hint(found.text))
        return None
    if all(_YEARLY.fullmatch(end) for end in ends):
        return _yearly(found, ends, findings)
    if not all(_DAY.fullmatch(end) for end in ends):
        hint = "write both ends with a year, or both without (then it is for every year)"
        findings.error(found.mark, f"{_shown(found)} has a year at one end only", hint)
        return None
    first, last = _day(found, ends[0], findings), _day(found, ends[-1], findings)
    if first is None or last is None:
        return None
    length = (last - first).days + 1
    if length < 1:
        findings.error(found.mark, "the range ends before it begins", f"write {last}..{first}")
        return None
    if length > MAX_RANGE_DAYS:
        findings.error(found.mark, f"the range has {length} days", f"at most {MAX_RANGE_DAYS}; look at the years")
        return None
    return DaysMeant(dates=tuple(first + timedelta(days=n) for n in range(length)))


def _yearly(found: Scalar, ends: list[str], findings: Findings) -> DaysMeant | None:
    places = []
    for end in ends:
        month, of_month = int(end[:2]), int(end[3:])
        if (month, of_month) not in _LEAP_YEAR:
            hint = _why_impossible(2000, month) if 1 <= month <= 12 else "months go from 01 to 12: write MM-DD"
            findings.error(found.mark, f"there is no day {end} in any year", hint)
            return None
        places.append(_LEAP_YEAR.index((month, of_month)))
    length = (places[-1] - places[0]) % len(_LEAP_YEAR) + 1  # over the end of the year, if it must be
    return DaysMeant(yearly=tuple(_LEAP_YEAR[(places[0] + n) % len(_LEAP_YEAR)] for n in range(length)))


def _day(found: Scalar, written: str, findings: Findings) -> date | None:
    """The date that `written`, a part of `found`, names."""
    match = _DAY.fullmatch(written)
    if match is None:
        loose = _loose(written)
        hint = f"write {loose}" if loose else "write year, month and day as YYYY-MM-DD, e.g. 2026-02-14"
        hint = "one date is meant here; only days.yaml has ranges" if ".." in written else hint
        findings.error(found.mark, f"{_shown(found)} is no date", hint)
        return None
    year, month, of_month = (int(part) for part in match.groups())
    if not FIRST_YEAR <= year <= LAST_YEAR:
        hint = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
        findings.error(found.mark, f"the year {year} is too far away", hint)
        return None
    try:
        return date(year, month, of_month)
    except ValueError:
        hint = _why_impossible(year, month) if 1 <= month <= 12 else "months go from 01 to 12: write YYYY-MM-DD"
        findings.error(found.mark, f"there is no day {written}", hint)
        return None


def _why_impossible(year: int, month: int) -> str:
    return f"month {month:02} has the days 01 to {monthrange(year, month)[1]}"


def _loose(written: str) -> str:
    """The date that is meant, as it should be written; empty if none can be made out."""
    match = _LOOSE_DAY.match(unicodedata.normalize("NFKC", written).strip())
    if match is None:
        return ""
    parts = (match["y"] or match["y2"] or match["y3"], match["m"] or match["m2"] or match["m3"])
    try:
        return date(int(parts[0]), int(parts[1]), int(match["d"] or match["d2"] or match["d3"])).isoformat()
    except ValueError:
        return ""


def _range_hint(written: str) -> str:
    plain = unicodedata.normalize("NFKC", written)
    days = [_loose(match[0]) for match in _LOOSE_DAY.finditer(plain)]
    if days and all(days) and len(days) <= 2:
        return f"write {'..'.join(days)}"
    yearly = _LOOSE_YEARLY.fullmatch(plain.strip())
    if yearly and (int(yearly[1]), int(yearly[2])) in _LEAP_YEAR:
        return f"write {int(yearly[1]):02}-{int(yearly[2]):02} for every year"
    return "write e.g. 2026-02-17, 2026-02-16..2026-02-20, or 12-25 for every year"


def _shown(found: Scalar) -> str:
    """The text for a message. A date has many digits and is no telephone number all the same."""
    plain = unicodedata.normalize("NFKC", found.text)
    rest = _LOOSE_DAY.sub("", plain)
    few_more = sum(c.isdigit() for c in rest) <= 4 and len(plain) <= 40
    return f"'{found.text}'" if rest != plain and few_more and not found.secret else found.shown
