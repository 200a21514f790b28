"""Covers that change nothing, or less than whoever wrote them thinks. Only those to come: the past is let alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from hotline_agi.planning.recurrence import Window, day_in_words
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.plan import Absence, Extra, Swap
from hotline_agi.roster.precedence import Basis, Occurrence, occurrence
from hotline_agi.roster.timetable import occurrences
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.problems import Mark, Problem

_LONG = 62
"""Days: of absences that are longer nothing is said. Most of such a leave lies behind any roster that is written."""


def idle_covers(roster: Roster, windows: Mapping[LineId, Window]) -> Iterator[Problem]:
    """What covers from the first day of the windows on do not do; those behind the windows as well."""
    lines_of = _lines_of(roster, windows)
    seen: set[tuple[Mark, VolunteerId]] = set()  # every line has the absences of all
    for line in roster.lines.values():
        today = windows[line.id].first
        shifts = {shift.slot: shift for shift in line.shifts}
        for cover in line.covers:
            if isinstance(cover, Absence):
                if (cover.where, cover.who) not in seen and _day(cover.first) >= today:
                    seen.add((cover.where, cover.who))
                    yield from _idle_absence(cover, lines_of.get(cover.who, []))
                if cover.instead is not None:
                    yield from _idle_stand_in(line, cover, today)
            elif cover.day >= today and cover.slot in shifts:
                one = occurrence(line, shifts[cover.slot], cover.day)
                yield from _idle_swap(cover, one) if isinstance(cover, Swap) else _idle_extra(cover, one)


@dataclass(frozen=True, slots=True)
class _Known:
    """A line, and what covers take from whom in its window: worked out once for all covers."""

    line: Line
    window: Window
    losses: frozenset[tuple[Mark, VolunteerId]]


def _lines_of(roster: Roster, windows: Mapping[LineId, Window]) -> dict[VolunteerId, list[_Known]]:
    """The lines that name somebody, for everybody."""
    found: dict[VolunteerId, list[_Known]] = {}
    for line in roster.lines.values():
        slots = occurrences(line, *windows[line.id].reach) if line.covers else ()
        losses = frozenset((loss.where, loss.who) for one in slots for loss in one.losses)
        known = _Known(line, windows[line.id], losses)
        for who in everybody(line):
            found.setdefault(who, []).append(known)
    return found


def _idle_swap(swap: Swap, one: Occurrence | None) -> Iterator[Problem]:
    when = f"'{swap.slot}' on {day_in_words(swap.day)}"
    if one is None:
        what = f"the swap changes nothing: there is no {when}"
        yield Problem.warning(swap.where, what, "correct the date or the slot, or delete the cover")
    elif not any(loss.basis is Basis.SWAP and loss.where == swap.where and loss.who == swap.who for loss in one.losses):
        what = f"the swap changes nothing: '{swap.who}' is not in {when}"
        yield Problem.warning(swap.where, what, "correct the date or the slot, or delete the cover")
    elif not any(place.where == swap.where and place.who == swap.to for place in one.places):
        if any(place.who == swap.to for place in one.places):
            what = f"the swap takes '{swap.who}' out of {when}, where '{swap.to}' is anyway: one person less"
        elif any(later.basis is Basis.SWAP and later.who == swap.to for later in one.losses):
            return  # who took the place gave it away in turn
        else:
            what = f"the swap takes '{swap.who}' out of {when}, and '{swap.to}' is absent then"
        yield Problem.warning(swap.where, what, "name somebody else")


def _idle_extra(extra: Extra, one: Occurrence | None) -> Iterator[Problem]:
    places = one.places if one is not None else ()
    when = f"'{extra.slot}' on {day_in_words(extra.day)}"
    on_shift = any(place.who == extra.who and not place.as_backup for place in places)
    if not any(place.where == extra.where and place.who == extra.who for place in places):
        there = any(place.who == extra.who and place.as_backup == extra.as_backup for place in places)
        why = f"is in {when} anyway" if there else f"is absent in {when}"
    elif extra.as_backup and on_shift:
        why = f"is on shift in {when}, and so no backup"
    else:
        return
    yield Problem.warning(extra.where, f"the extra changes nothing: '{extra.who}' {why}", "delete it, or correct it")


def _idle_absence(absence: Absence, lines: list[_Known]) -> Iterator[Problem]:
    """An absence in which somebody has no shift on any line. Nothing is said of who has no shift ever, and of months
    whose roster is not written yet."""
    first, last = _day(absence.first), _day(absence.last)
    if not lines or (last - first).days > _LONG or any((absence.where, absence.who) in one.losses for one in lines):
        return
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    for known in lines:
        line, window = known.line, known.window
        written = {(day.year, day.month) for day in line.months}
        if written and any((day.year, day.month) not in written for day in days):
            return
        beyond = last >= window.first + window.days * ONE_DAY
        for day in (first - ONE_DAY, *days) if beyond else ():  # a night before may reach into the first day
            for shift in line.shifts:
                if _takes(absence, occurrence(line, shift, day)):
                    return
    what = f"the absence changes nothing: '{absence.who}' has no shift in that time"
    yield Problem.warning(absence.where, what, "correct the dates or the person, or delete the cover")


def _idle_stand_in(line: Line, absence: Absence, today: date) -> Iterator[Problem]:
    """Shifts in which the one who is named `instead` cannot be: the first of them is told."""
    # a night before may reach into the first day
    first, last = max(today, _day(absence.first) - ONE_DAY), _day(absence.last)
    for n in range(min((last - first).days, _LONG) + 1):
        day = first + n * ONE_DAY
        for shift in line.shifts:
            one = occurrence(line, shift, day)
            if one is None or not _takes(absence, one):
                continue
            if any(place.where == absence.where and place.basis is Basis.STAND_IN for place in one.places):
                continue
            there = any(place.who == absence.instead for place in one.places)
            why = "is there anyway" if there else "is absent too"
            what = f"'{absence.instead}' does not replace '{absence.who}' in '{shift.slot}' on {day_in_words(day)}"
            yield Problem.warning(absence.where, f"{what}, but {why}", "name somebody else")
            return


def _takes(absence: Absence, one: Occurrence | None) -> bool:
    return one is not None and any(loss.where == absence.where and loss.who == absence.who for loss in one.losses)


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at
