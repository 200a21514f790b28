"""Covers that change nothing, or less than whoever wrote them thinks. Only those to come: the past is let alone."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from hotline_agi.planning.recurrence import day_in_words
from hotline_agi.roster.clock import ONE_DAY
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.plan import Absence, Extra, Swap
from hotline_agi.roster.precedence import Basis, Occurrence, occurrence
from hotline_agi.terms.ids import LineId, VolunteerId
from hotline_agi.terms.problems import Mark, Problem

_LONG = 62
"""Days: of absences that are longer nothing is said. A good part of them lies before or behind any roster."""


def idle_covers(roster: Roster, first_days: Mapping[LineId, date]) -> Iterator[Problem]:
    """What covers do not do.

    :param first_days: today, by line.
    """
    lines_of = _lines_of(roster)
    seen: set[tuple[Mark, VolunteerId]] = set()
    for line in roster.lines.values():
        today = first_days[line.id]
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


def _lines_of(roster: Roster) -> dict[VolunteerId, list[Line]]:
    found: dict[VolunteerId, list[Line]] = {}
    for line in roster.lines.values():
        for who in everybody(line):
            found.setdefault(who, []).append(line)
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


def _idle_absence(absence: Absence, lines: list[Line]) -> Iterator[Problem]:
    """An absence in which somebody has no shift on any line. Nothing is said of who has no shift ever, and of months
    whose roster is not written yet."""
    first, last = _day(absence.first), _day(absence.last)
    if not lines or (last - first).days > _LONG:
        return
    days = [first + n * ONE_DAY for n in range(-1, (last - first).days + 1)]  # a night before may reach into the first
    for line in lines:
        written = {(day.year, day.month) for day in line.months}
        if written and any((day.year, day.month) not in written for day in days[1:]):
            return
        for day in days:
            for shift in line.shifts:
                one = occurrence(line, shift, day)
                if one is not None and any(_same(loss.where, loss.who, absence) for loss in one.losses):
                    return
    what = f"the absence changes nothing: '{absence.who}' has no shift in that time"
    yield Problem.warning(absence.where, what, "correct the dates or the person, or delete the cover")


def _idle_stand_in(line: Line, absence: Absence, today: date) -> Iterator[Problem]:
    """Shifts in which the one who is named `instead` cannot be: the first of them is told."""
    first, last = max(today, _day(absence.first)), _day(absence.last)
    for n in range(min((last - first).days, _LONG) + 1):
        day = first + n * ONE_DAY
        for shift in line.shifts:
            one = occurrence(line, shift, day)
            if one is None or not any(_same(loss.where, loss.who, absence) for loss in one.losses):
                continue
            if any(place.where == absence.where and place.basis is Basis.STAND_IN for place in one.places):
                continue
            there = any(place.who == absence.instead for place in one.places)
            why = "is there anyway" if there else "is absent too"
            what = f"'{absence.instead}' does not replace '{absence.who}' in '{shift.slot}' on {day_in_words(day)}"
            yield Problem.warning(absence.where, f"{what}, but {why}", "name somebody else")
            return


def _same(where: Mark, who: VolunteerId, absence: Absence) -> bool:
    return where == absence.where and who == absence.who


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at
