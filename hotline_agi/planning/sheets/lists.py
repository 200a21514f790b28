"""Reads a table with one row for each shift, or for each person in a shift."""

from collections.abc import Iterator
from datetime import date, time

from hotline_agi.planning.sheets.cells import shown, without_telephones
from hotline_agi.planning.sheets.columns import SECOND_DATES, named
from hotline_agi.planning.sheets.days import day_of, hours_in, time_of, weekday_of
from hotline_agi.planning.sheets.gathering import Gathering
from hotline_agi.planning.sheets.tables import ListTable, note_weekday, same_header
from hotline_agi.planning.sheets.words import Heading
from hotline_agi.terms.ids import VolunteerId

_FILLED = (Heading.SLOT, Heading.HOURS, Heading.START, Heading.NAMES, Heading.BACKUP)
"""A row in which none of these is filled is a note or a title."""


def read_list(table: ListTable, into: Gathering) -> None:
    day: date | None = None
    slot: str | None = None
    sheet = into.sheet
    _note_columns(table, into)
    if Heading.BACKUP in table.columns:
        into.speaks_of_backup = True
    for row in range(table.header + 1, len(sheet.rows)):
        if same_header(sheet, row, table.header):
            continue
        if not any(sheet.text(row, column) for heading in _FILLED for column in table.columns.get(heading, ())):
            if any(sheet.text(row, column) for column in range(len(sheet.rows[row]))):
                into.pass_over("without slot and names", f"row {row + 1}")
            continue
        before, day = day, _day(table, row, day, into)
        slot = _slot(table, row, slot if day == before else None, into)
        _take(table, row, day, slot, into)


def _note_columns(table: ListTable, into: Gathering) -> None:
    for column in table.columns[Heading.DAY][1:]:
        if any(into.sheet.text(row, column) for row in range(table.header + 1, len(into.sheet.rows))):
            into.mistake(*SECOND_DATES, table.header, column)
    known = {column for columns in table.columns.values() for column in columns}
    blank = [n for n in range(into.sheet.width) if n not in known and not into.sheet.text(table.header, n)]
    for column in (*table.columns.get(Heading.TELEPHONE, ()), *table.ignored, *blank):
        texts = [
            text for row in range(table.header + 1, len(into.sheet.rows)) if (text := into.sheet.text(row, column))
        ]
        telephones = sum(without_telephones(text)[1] for text in texts)
        if column in known or 2 * telephones > len(texts):
            into.telephone(column)
        elif texts:
            into.pass_over("not read", named(into.sheet, table.header, column))


def _day(table: ListTable, row: int, above: date | None, into: Gathering) -> date | None:
    """The row's day; an empty cell means the one above, as in merged cells."""
    column = table.columns[Heading.DAY][0]
    text = into.text(row, column)
    if not text:
        if above is None:
            into.mistake("the row has no date", "write it as 2026-02-14", row, column)
        return above
    found = day_of(into.sheet.at(row, column), table.month)
    if found is None or found.day is None:
        what = found.fault if found else f"{shown(text)} is no date"
        into.mistake(what, "write it as 2026-02-14", row, column)
        return None
    note_weekday(into.sheet, row, column, found.day, found.weekday, into.findings)
    if (beside := table.column(Heading.WEEKDAY)) is not None:
        weekday = weekday_of(into.sheet.text(row, beside))
        note_weekday(into.sheet, row, beside, found.day, weekday, into.findings)
    return found.day


def _slot(table: ListTable, row: int, above: str | None, into: Gathering) -> str | None:
    hours = _hours(table, row, into)
    column = table.column(Heading.SLOT)
    if column is not None and (text := into.text(row, column)):
        slot = into.slot_of(into.slots.find(text), text, row, column)
        if slot is not None and hours is not None and slot not in into.slots.find_hours(*hours):
            real = next(one for one in into.slots.shifts if one.slot == slot)
            what = f"the hours are not those of '{slot}', {real.start:%H:%M} to {real.until:%H:%M}"
            into.mistake(what, "correct the hours, or the slot in shifts.yaml", row, column)
        return slot
    if hours is not None:
        where = next(table.columns[h][0] for h in (Heading.HOURS, Heading.START) if h in table.columns)
        text = f"{hours[0]:%H:%M}-{hours[1]:%H:%M}"
        found = into.slots.find_hours(*hours)
        if found:
            return into.slot_of(found, text, row, where)
        into.mistake(f"no slot has the hours {text}", f"the slots are {into.slots.hours}", row, where)
        return None
    if (where_hours := table.column(Heading.HOURS)) is not None and (text := into.text(row, where_hours)):
        return into.slot_of(into.slots.find(text), text, row, where_hours)
    if len(into.slots.shifts) == 1:
        return into.slots.shifts[0].slot
    if above is None:
        into.mistake("the row has no slot", "write which one", row, table.columns[Heading.DAY][0])
    return above


def _hours(table: ListTable, row: int, into: Gathering) -> tuple[time, time] | None:
    if (column := table.column(Heading.HOURS)) is not None and (found := hours_in(into.text(row, column))):
        return found
    columns = table.column(Heading.START), table.column(Heading.UNTIL)
    if columns[0] is None or columns[1] is None:
        return None
    read: list[time] = []
    for column in columns:
        assert column is not None
        text, at = into.text(row, column), time_of(into.sheet.at(row, column))
        if text and at is None:
            into.mistake(f"{shown(text)} is no time of day", "write it as 22:00", row, column)
        elif at is not None and text:
            read.append(at)
    return (read[0], read[1]) if len(read) == 2 else None


def _take(table: ListTable, row: int, day: date | None, slot: str | None, into: Gathering) -> None:
    """Put the row's people into the slot. They are read also if that is not known: all mistakes are said at once."""
    found = list(_named(table, row, into))
    behind = [who for column in table.columns.get(Heading.BACKUP, ()) for who, _ in into.names_in(row, column)]
    if day is None or slot is None:
        return
    into.put(day, slot, (), as_backup=False)
    for who, as_backup in found:
        into.put(day, slot, (who,), as_backup=as_backup)
    if behind:
        into.put(day, slot, behind, as_backup=True)


def _named(table: ListTable, row: int, into: Gathering) -> Iterator[tuple[VolunteerId, bool]]:
    names, ids = table.columns[Heading.NAMES], table.column(Heading.ID)
    said, _ = into.people.read(into.sheet.text(row, names[0]))
    if ids is not None and len(names) == 1 and len(said) == 1:
        who = into.person(row, names[0], into.text(row, ids))
        if who is not None:
            yield who, said[0].as_backup
        return
    for column in names:
        yield from into.names_in(row, column)
