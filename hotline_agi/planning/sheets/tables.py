"""Finds the table in a sheet: what it is like, where it begins, what its columns are.

A sheet that people keep has titles above the table, weekdays below the dates, totals beside and notes under it. Two
kinds of table are known: a `ListTable` has columns with headings and a row for each shift; a `GridTable` has dates
along one side, people or slots along the other, and the third in its cells.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from hotline_agi.planning.sheets.cells import Sheet, key_of, shown, without_telephones
from hotline_agi.planning.sheets.days import Month, ReadDay, day_of, month_in, weekday_of
from hotline_agi.planning.sheets.names import People, Slots
from hotline_agi.planning.sheets.words import Heading, heading_of, is_below_table
from hotline_agi.roster.findings import Findings

_HEADER_WITHIN = 60
"""Rows from the top among which the table's first one is looked for."""
_FEWEST_DAYS = 2
_FEWEST_NUMBERS = 3
"""So many dates, or plain numbers of days, in one row or column are no accident."""


class Side(StrEnum):
    PEOPLE = "people"
    SLOTS = "slots"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTable:
    """Columns with headings, and a row for each shift (or for each person in a shift)."""

    header: int
    columns: dict[Heading, tuple[int, ...]]
    ignored: tuple[int, ...]
    month: Month | None

    def column(self, heading: Heading) -> int | None:
        return next(iter(self.columns.get(heading, ())), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridTable:
    """Dates across and people or slots down, or the other way round (`dates_down`)."""

    header: int
    """The row with the dates; if they go down, with the people or slots."""
    days: dict[int, date]
    """By column; if they go down, by row."""
    label: int
    """The column with the people or slots; if dates go down, with the dates."""
    side: Side
    """What goes along the other side. If it is people, the cells are slots; else people."""
    dates_down: bool
    labels: dict[int, str] = field(default_factory=dict)
    """If dates go down: the headings by column."""
    id_column: int | None = None
    skipped_rows: frozenset[int] = frozenset()
    """Of weekdays, and headers that are repeated."""
    month: Month | None = None


Table = ListTable | GridTable


def find_table(sheet: Sheet, month: Month | None, people: People, slots: Slots, findings: Findings) -> Table | None:
    """The sheet's table, or None. What is wrong with its dates is noted.

    :param month: the one that was asked for, if any.
    """
    for row in range(min(len(sheet.rows), _HEADER_WITHIN)):
        found = (
            _list_at(sheet, row, month, slots)
            or _dates_across(sheet, row, month, people, slots, findings)
            or _dates_down(sheet, row, month, people, slots, findings)
        )
        if found:
            return found
    return None


def month_of(sheet: Sheet, header: int, asked: Month | None) -> Month | None:
    """The month that was asked for, or that the rows above the table, the sheet's or the file's name tell."""
    if asked is not None:
        return asked
    above = (sheet.text(row, column) for row in range(header + 1) for column in range(len(sheet.rows[row])))
    return next((month for text in (*above, sheet.name, sheet.file) if (month := month_in(text))), None)


# ---- one row per shift


def _list_at(sheet: Sheet, row: int, month: Month | None, slots: Slots) -> ListTable | None:
    columns: dict[Heading, list[int]] = {}
    ignored: list[int] = []
    last: Heading | None = None
    for column in range(len(sheet.rows[row])):
        text = sheet.text(row, column)
        heading = heading_of(text)
        if not text and last in (Heading.NAMES, Heading.BACKUP) and _holds_text(sheet, row, column):
            heading = last  # a merged heading over several columns
        if heading is None and text and not slots.find_exactly(text):
            ignored.append(column)
        elif heading is not None:
            columns.setdefault(heading, []).append(column)
        last = heading
    when = Heading.SLOT in columns or Heading.HOURS in columns or {Heading.START, Heading.UNTIL} <= set(columns)
    when = when or len(slots.shifts) == 1
    if Heading.DAY not in columns or not when or Heading.NAMES not in columns:
        return None
    return ListTable(
        header=row,
        columns={heading: tuple(found) for heading, found in columns.items()},
        ignored=tuple(ignored),
        month=month_of(sheet, row, month),
    )


def _holds_text(sheet: Sheet, header: int, column: int) -> bool:
    return any(sheet.text(row, column) for row in range(header + 1, len(sheet.rows)))


# ---- dates across


def _dates_across(
    sheet: Sheet, row: int, asked: Month | None, people: People, slots: Slots, findings: Findings
) -> GridTable | None:
    month = month_of(sheet, row, asked)
    found = {column: day for column in range(len(sheet.rows[row])) if (day := day_of(sheet.at(row, column), month))}
    if not _are_days(found):
        return None
    places = {column: (row, column) for column in found}
    _note_faults(sheet, found, places, findings)
    _note_strangers(sheet, row, found, findings)
    label = _label_column(sheet, row, min(found), people, slots)
    texts = [sheet.text(n, label) for n in range(row + 1, len(sheet.rows))]
    grid = GridTable(
        header=row,
        days={column: one.day for column, one in found.items() if one.day},
        label=label,
        side=_side(texts, people, slots),
        dates_down=False,
        id_column=_id_column(sheet, row, min(found), label),
        month=month,
    )
    return replace(grid, skipped_rows=frozenset(_weekday_rows(sheet, grid, findings)))


def _are_days(found: dict[int, ReadDay]) -> bool:
    if any(one.bare for one in found.values()):
        return len(found) >= _FEWEST_NUMBERS
    return len(found) >= _FEWEST_DAYS


def _note_faults(
    sheet: Sheet, found: dict[int, ReadDay], places: dict[int, tuple[int, int]], findings: Findings
) -> None:
    """Dates that are none, stand twice, or on another weekday than is written behind them."""
    seen: dict[date, str] = {}
    said: set[str] = set()
    for at, one in found.items():
        ref, mark = sheet.ref(*places[at]), sheet.mark(*places[at])
        if one.day is None:
            if one.fault not in said:  # a month that is missing is missing for all
                said.add(one.fault)
                findings.error(mark, f"{ref}: {one.fault}")
            continue
        if one.day in seen:
            findings.error(mark, f"{ref}: {one.day} stands here a second time; first in {seen[one.day]}", "mend one")
        seen.setdefault(one.day, ref)
        note_weekday(sheet, *places[at], one.day, one.weekday, findings)


def note_weekday(sheet: Sheet, row: int, column: int, day: date, written: int | None, findings: Findings) -> None:
    if written is not None and written != day.weekday():
        what = f"{sheet.ref(row, column)}: {day} is a {day:%A}, the sheet says another weekday"
        findings.error(sheet.mark(row, column), what, "is it the right month and year?")


def _note_strangers(sheet: Sheet, row: int, found: dict[int, ReadDay], findings: Findings) -> None:
    """Between dates everything must be one."""
    for column in range(min(found), max(found)):
        text = sheet.text(row, column)
        if text and column not in found and heading_of(text) not in (Heading.TOTAL, Heading.NOTE):
            what = f"{sheet.ref(row, column)}: {shown(text)} is no date, but stands among dates"
            findings.error(sheet.mark(row, column), what, "write it as 2026-02-14")


def _label_column(sheet: Sheet, row: int, before: int, people: People, slots: Slots) -> int:
    """The column left of the dates that has the most known people or slots; else the one with a fitting heading."""

    def known(column: int) -> tuple[int, bool, int]:
        texts = [sheet.text(n, column) for n in range(row + 1, len(sheet.rows))]
        hits = sum(bool(text and (people.find(text) or slots.find_exactly(text))) for text in texts)
        headed = any(
            heading_of(sheet.text(n, column)) in (Heading.NAMES, Heading.SLOT) for n in (row - 1, row, row + 1)
        )
        words = sum(bool(text) and not text.isdecimal() and not without_telephones(text)[1] for text in texts)
        # an id says the same as the name beside it: the name is what people look at
        return (0 if _heads(sheet, row, column, Heading.ID) else hits, headed, words)

    return max(range(before), key=lambda column: (known(column), -column), default=0)


def _heads(sheet: Sheet, row: int, column: int, heading: Heading) -> bool:
    return any(heading_of(sheet.text(n, column)) is heading for n in (row - 1, row, row + 1))


def _id_column(sheet: Sheet, row: int, before: int, label: int) -> int | None:
    columns = (column for column in range(before) if column != label)
    return next((column for column in columns if _heads(sheet, row, column, Heading.ID)), None)


def _side(texts: list[str], people: People, slots: Slots) -> Side:
    as_slots = sum(bool(slots.find_exactly(text)) for text in texts if text)
    as_people = sum(bool(people.find(text)) for text in texts if text)
    return Side.SLOTS if as_slots > as_people else Side.PEOPLE


def _weekday_rows(sheet: Sheet, grid: GridTable, findings: Findings) -> Iterator[int]:
    """Rows of weekdays directly above and below the dates. They must agree with the dates."""
    for row in (grid.header - 1, grid.header + 1):
        read = {column: weekday_of(sheet.text(row, column)) for column in grid.days if sheet.text(row, column)}
        named = [weekday for weekday in read.values() if weekday is not None]
        if row < 0 or len(named) < 2 or 3 * len(named) < 2 * len(read):
            continue
        for column, weekday in read.items():
            note_weekday(sheet, row, column, grid.days[column], weekday, findings)
        yield row


# ---- dates down


def _dates_down(
    sheet: Sheet, row: int, asked: Month | None, people: People, slots: Slots, findings: Findings
) -> GridTable | None:
    month = month_of(sheet, row, asked)
    for column in range(min(len(sheet.rows[row]) + 1, 6)):
        labels = {n: text for n in range(column + 1, len(sheet.rows[row])) if (text := sheet.text(row, n))}
        side = _side(list(labels.values()), people, slots)
        known: Callable[[str], object] = people.find if side is Side.PEOPLE else slots.find_exactly
        dated = heading_of(sheet.text(row, column)) is Heading.DAY
        if not any(known(text) for text in labels.values()):
            continue
        found = _days_below(sheet, row, column, month)
        if not found or not (dated or _are_days(found)):
            continue
        places = {n: (n, column) for n in found}
        _note_faults(sheet, found, places, findings)
        for n, text in labels.items():
            if heading_of(text) is Heading.WEEKDAY:
                for day_row, one in found.items():
                    if one.day:
                        note_weekday(sheet, day_row, n, one.day, weekday_of(sheet.text(day_row, n)), findings)
        return GridTable(
            header=row,
            days={n: one.day for n, one in found.items() if one.day},
            label=column,
            side=side,
            dates_down=True,
            labels={
                n: text
                for n, text in labels.items()
                if known(text) or (heading_of(text) is None and not is_below_table(text))
            },
            month=month,
        )
    return None


def _days_below(sheet: Sheet, row: int, column: int, month: Month | None) -> dict[int, ReadDay]:
    """The days of a column. A number that is not one more than the one before ends them: a note, a total."""
    found: dict[int, ReadDay] = {}
    for n in range(row + 1, len(sheet.rows)):
        one = day_of(sheet.at(n, column), month)
        if one is not None:
            found[n] = one
        elif found and is_below_table(sheet.text(n, column)):
            break
    return found


def same_header(sheet: Sheet, row: int, header: int) -> bool:
    """Whether a row says what the header says: printed pages repeat it."""
    cells = [key_of(sheet.text(row, column)) for column in range(sheet.width)]
    return any(cells) and cells == [key_of(sheet.text(header, column)) for column in range(sheet.width)]
