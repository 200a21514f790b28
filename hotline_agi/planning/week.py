"""Some days of a line as a grid: who is in which slot on which day, and whether that is enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from hotline_agi.planning.agenda import ABSENT, places_of
from hotline_agi.planning.coverage import CoverageSpan, Lack, Shortfall, coverage
from hotline_agi.planning.heat import Filling, filling
from hotline_agi.planning.stretches import local_days
from hotline_agi.planning.wording import Names
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.plan import Shift
from hotline_agi.roster.precedence import Basis, Loss, Occurrence, Place, special_day
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

SIGNS = {Basis.SWAP: "~", Basis.STAND_IN: "~", Basis.EXTRA: "+", Basis.SICK: "✗", Basis.AWAY: "✗"}
QUIET_SIGN = "°"
LACK_SIGN = "!"
LEGEND: dict[Language, dict[str, str]] = {
    Language.ZH: {"~": "换班或顶替", "+": "加班", "✗": "缺勤", "°": "静默时段", "!": "不足", "(": "(…) 后备"},
    Language.EN: {
        "~": "swapped or standing in",
        "+": "extra",
        "✗": "absent",
        "°": "quiet hours",
        "!": "lacking",
        "(": "(…) backup",
    },
}
_CLOSED = {Language.ZH: "不开放", Language.EN: "closed"}
_NOBODY = {Language.ZH: "无人", Language.EN: "nobody"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCell:
    """One slot on one day."""

    slot: Occurrence
    zone: ZoneInfo
    filling: Filling
    """Of its worst moment."""
    shortfalls: tuple[Shortfall, ...]
    """All that this slot lacks at any time of it."""
    quiet: frozenset[VolunteerId]
    """Who has quiet hours in a part of it at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekDay:
    day: date
    name: str
    """Of the special day; else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    days: tuple[WeekDay, ...]
    rows: tuple[tuple[Shift, tuple[WeekCell | None, ...]], ...]
    """By slot, in roster order; None where it does not take place. Slots that never do are left out."""


def week(roster: Roster, line: Line, first: date, days: int) -> Week:
    """The slots that start on one of the days from `first` on."""
    dates = [first + n * ONE_DAY for n in range(days)]
    start, until = local_days(line.zone, first, days)
    found = [one for one in occurrences(line, start - ONE_DAY, until + ONE_DAY) if one.day in dates]
    cells: dict[tuple[str, date], WeekCell] = {}
    if found:
        spans = coverage(roster, line, min(one.start for one in found), max(one.end for one in found))
        cells = {(one.shift.slot, one.day): _cell(one, spans, line.zone) for one in found}
    rows = ((shift, tuple(cells.get((shift.slot, day)) for day in dates)) for shift in line.shifts)
    special = {day: special_day(line, day) for day in dates}
    return Week(
        days=tuple(WeekDay(day=day, name=named.name if (named := special[day]) else "") for day in dates),
        rows=tuple((shift, row) for shift, row in rows if any(row)),
    )


def _cell(one: Occurrence, spans: Sequence[CoverageSpan], zone: ZoneInfo) -> WeekCell:
    during = [span for span in spans if span.from_utc < one.end and one.start < span.until_utc]
    shortfalls = [
        shortfall
        for span in during
        for shortfall in span.shortfalls
        if shortfall.lack is Lack.NOBODY or shortfall.slot == one.shift.slot
    ]
    states = {filling(span) for span in during}
    if Filling.SHORT in states and not shortfalls:  # another slot lacks something, this one does not
        states = (states - {Filling.SHORT}) | {Filling.FINE}
    return WeekCell(
        slot=one,
        zone=zone,
        filling=max(states),
        shortfalls=tuple(dict.fromkeys(shortfalls)),
        quiet=frozenset(who for span in during for who in span.duty.quiet),
    )


def cell_lines(cell: WeekCell, names: Names) -> list[str]:
    """What stands in the cell, a line for each person: first what is lacking, then who is on shift, backup, absent.

    Who is there for a part of the slot has these hours on a line of their own.
    """
    language = names.language
    lines = [_lack(one, language) for one in cell.shortfalls]
    if cell.filling is Filling.CLOSED:
        lines.append(_CLOSED[language])
    previous = ""
    for place in places_of(cell.slot):
        sign = SIGNS.get(place.basis, "") + (QUIET_SIGN if place.who in cell.quiet else "")
        name = f"({sign}{names(place.who)})" if place.as_backup else sign + names(place.who)
        if name != previous:  # of two parts, the name stands once
            lines.append(name)
        lines += _part(cell, place)
        previous = name
    for loss in cell.slot.losses:
        if loss.basis in ABSENT:
            lines += [SIGNS[loss.basis] + names(loss.who), *_part(cell, loss)]
    return lines


def legend(texts: Sequence[str], language: Language) -> str:
    """What the signs in `texts` mean; only those that occur."""
    used = {sign for text in texts for sign in LEGEND[language] if sign in text[:2] or f"({sign}" in text}
    words = ((sign, words) for sign, words in LEGEND[language].items() if sign in used)
    return "  ".join(words if sign == "(" else f"{sign} {words}" for sign, words in words)


def _lack(one: Shortfall, language: Language) -> str:
    if one.lack is Lack.NOBODY:
        return f"{LACK_SIGN} {_NOBODY[language]}"
    what = f"{one.name} " if one.name else ""
    return f"{LACK_SIGN} {what}{one.has}/{one.needs}"


def _part(cell: WeekCell, part: Place | Loss) -> Iterator[str]:
    if (part.start, part.end) != (cell.slot.start, cell.slot.end):
        yield f"  {part.start.astimezone(cell.zone):%H:%M}-{part.end.astimezone(cell.zone):%H:%M}"
