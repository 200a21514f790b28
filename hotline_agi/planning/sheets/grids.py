"""Reads a table with dates along one side and people or slots along the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hotline_agi.planning.sheets.cells import column_name, key_of, without_telephones
from hotline_agi.planning.sheets.columns import labelled, with_merged_dates
from hotline_agi.planning.sheets.days import day_of, weekday_of
from hotline_agi.planning.sheets.gathering import Gathering
from hotline_agi.planning.sheets.tables import GridTable, Side, note_weekday, same_header
from hotline_agi.planning.sheets.words import NOBODYS_ROW, Heading, heading_of, is_below_table
from hotline_agi.terms.ids import VolunteerId

_ROWS_BELOW = "totals, notes and headings beside the table"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """What a row (or column) without dates is about."""

    who: VolunteerId | None = None
    slot: str | None = None
    """Neither: the row of slots that nobody is in."""
    is_strange: bool = False
    """Not understood. The cells are read all the same, so that all mistakes are said at once."""


def read_grid(grid: GridTable, into: Gathering) -> None:
    if grid.dates_down:
        _read_down(grid, into)
    else:
        _note_telephones(grid, into)
        _read_across(grid, into)


def _note_telephones(grid: GridTable, into: Gathering) -> None:
    sheet = into.sheet
    for column in range(sheet.width):
        if column in grid.days or column == grid.label:
            continue
        texts = [text for row in range(grid.header + 1, len(sheet.rows)) if (text := sheet.text(row, column))]
        if texts and 2 * sum(without_telephones(text)[1] for text in texts) > len(texts):
            into.telephone(column)


def _read_down(grid: GridTable, into: Gathering) -> None:
    subjects: dict[int, _Subject] = {}
    for column, text in grid.labels.items():
        is_slot = grid.side is Side.SLOTS
        place = (grid.header, column)
        subjects[column] = _slot(text, *place, into) if is_slot else _person(grid, *place, into)
    columns = labelled(grid, into)
    for row, day in grid.days.items():
        for one in columns:
            _take(grid, day, subjects[one.label], row, one.column, into, as_backup=one.as_backup)


def _read_across(grid: GridTable, into: Gathering) -> None:
    days, above = with_merged_dates(into.sheet, grid.header, grid.days), None
    seen: set[VolunteerId | str | None] = set()
    for row in range(grid.header + 1, len(into.sheet.rows)):
        if row in grid.skipped_rows or same_header(into.sheet, row, grid.header):
            continue
        filled = [column for column in days if into.sheet.text(row, column)]
        label = into.sheet.text(row, grid.label)
        if (later := _later_header(grid, row, filled, label, into)) is not None:
            days, above, seen = later, None, set()
            continue
        if _is_weekdays(row, filled, label, days, into):
            continue
        subject = _subject(grid, row, filled, label, above, into)
        if subject is None:
            continue
        if subject.who is not None and subject.who in seen:
            hint = "write both into one row, or the ids if they are two people"
            into.mistake("the same person has a row already", hint, row, grid.label)
        seen.add(subject.who)
        above = subject
        for column in filled:
            _take(grid, days[column], subject, row, column, into)


def _later_header(grid: GridTable, row: int, filled: list[int], label: str, into: Gathering) -> dict[int, date] | None:
    """The days of a further block: a month on four pages of a week each."""
    if len(filled) < 2 or into.people.find(label) or into.slots.find_exactly(label):
        return None
    if day_of(into.sheet.at(row, filled[0]), grid.month) is None:
        return None
    columns = [column for column in range(grid.label + 1, into.sheet.width) if into.sheet.text(row, column)]
    read = {column: found for column in columns if (found := day_of(into.sheet.at(row, column), grid.month))}
    headed = heading_of(label) in (Heading.NAMES, Heading.DAY, Heading.SLOT)
    if not all(column in read for column in filled) or (any(one.bare for one in read.values()) and not headed):
        return None
    for column, one in read.items():
        if one.day is None:
            into.mistake(one.fault, "", row, column)
        else:
            note_weekday(into.sheet, row, column, one.day, one.weekday, into.findings)
    return with_merged_dates(into.sheet, row, {column: one.day for column, one in read.items() if one.day})


def _is_weekdays(row: int, filled: list[int], label: str, days: dict[int, date], into: Gathering) -> bool:
    """Whether a row holds the weekdays of the dates; whether they agree is noted."""
    if len(filled) < 2 or into.people.find(label) or into.slots.find_exactly(label):
        return False
    if weekday_of(into.sheet.text(row, filled[0])) is None:
        return False
    read = {column: weekday_of(into.sheet.text(row, column)) for column in filled}
    if any(weekday is None for weekday in read.values()):
        return False
    for column, weekday in read.items():
        note_weekday(into.sheet, row, column, days[column], weekday, into.findings)
    return True


def _subject(
    grid: GridTable, row: int, filled: list[int], label: str, above: _Subject | None, into: Gathering
) -> _Subject | None:
    texts = [into.sheet.text(row, column) for column in filled]
    if not label and not texts:
        return None
    if grid.side is Side.SLOTS:
        if not label:
            return above  # a merged cell: several rows of one slot
        if is_below_table(label) or not (texts or into.slots.find_exactly(label)):
            into.pass_over(_ROWS_BELOW, f"row {row + 1}")
            return None
        return _slot(label, row, grid.label, into)
    if key_of(label) in NOBODYS_ROW:
        return _Subject()
    known = bool(into.people.find(label))
    numbers = all(_is_number(text) and not into.slots.find_exactly(text) for text in texts)
    if not known and (is_below_table(label) or is_below_table(_first_text(row, into)) or numbers):
        into.pass_over(_ROWS_BELOW, f"row {row + 1}")
        return None
    if not label:
        into.mistake("the row has no name", f"write it into column {column_name(grid.label)}", row, grid.label)
        return None
    return _person(grid, row, grid.label, into)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()


def _first_text(row: int, into: Gathering) -> str:
    return next((text for column in range(len(into.sheet.rows[row])) if (text := into.sheet.text(row, column))), "")


def _person(grid: GridTable, row: int, column: int, into: Gathering) -> _Subject:
    beside = into.sheet.text(row, grid.id_column) if grid.id_column is not None else ""
    who = into.person(row, column, beside)
    return _Subject(who=who, is_strange=who is None)


def _slot(text: str, row: int, column: int, into: Gathering) -> _Subject:
    slot = into.slot_of(into.slots.find(text), text, row, column)
    if slot is not None:
        into.spoken_of.add(slot)
    return _Subject(slot=slot, is_strange=slot is None)


def _take(
    grid: GridTable, day: date, subject: _Subject, row: int, column: int, into: Gathering, *, as_backup: bool = False
) -> None:
    """Read one cell, and put the people into the slots.

    :param as_backup: whether whoever stands there is backup in any case.
    """
    if grid.side is Side.SLOTS:
        for who, is_marked in into.names_in(row, column):
            if subject.slot is not None:
                into.put(day, subject.slot, (who,), as_backup=as_backup or is_marked)
        return
    for slot, is_marked in into.slots_in(row, column):
        if not subject.is_strange:
            into.spoken_of.add(slot)
            into.put(day, slot, () if subject.who is None else (subject.who,), as_backup=is_marked)


def empty_days(grid: GridTable, into: Gathering) -> Iterator[date]:
    """The days of which the table says nothing at all."""
    given = {day for day, _, _ in into.places}
    yield from (day for day in sorted(set(grid.days.values())) if day not in given)
