"""What the columns of a grid are about, those too whose heading stands further left or is none that is read.

A heading merged over several columns stands in the first of them. Whatever is not read is told: a sheet's people must
not vanish without a trace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median_low

from hotline_agi.planning.sheets.cells import Sheet, column_name, shown
from hotline_agi.planning.sheets.gathering import Gathering
from hotline_agi.planning.sheets.tables import GridTable, Side
from hotline_agi.planning.sheets.words import Heading, heading_of

_PLAIN = (Heading.WEEKDAY, Heading.NOTE, Heading.TOTAL, Heading.NUMBER)
"""Nobody expects these to be read."""
SECOND_DATES = ("a second column of dates", "put the two tables one below the other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A column of a grid whose dates go down."""

    column: int
    label: int
    """The column with its heading."""
    as_backup: bool = False


def with_merged_dates(sheet: Sheet, header: int, days: Mapping[int, date]) -> dict[int, date]:
    """The days by column, those too over which a date is merged; behind the last one as many as behind the others."""
    columns = sorted(days)
    gaps = [right - left for left, right in pairwise(columns)]
    width = median_low(gaps) if gaps else 1  # a week may be set apart by an empty column
    found: dict[int, date] = {}
    for column, following in pairwise((*columns, columns[-1] + width if columns else 0)):
        found[column] = days[column]
        for beside in range(column + 1, following):
            if sheet.text(header, beside):
                break
            found[beside] = days[column]
    return found


def labelled(grid: GridTable, into: Gathering) -> list[Labelled]:
    """The columns of a grid whose dates go down. What is wrong with the others, and which are not read, is noted."""
    found: list[Labelled] = []
    backups: list[int] = []
    label: int | None = None
    for column in range(grid.label + 1, into.sheet.width):
        text = into.sheet.text(grid.header, column)
        if text:
            label = column if column in grid.labels else None
        if label is not None:
            found.append(Labelled(column=column, label=label))
        elif heading_of(text) is Heading.BACKUP:
            backups.append(column)
        elif _is_filled(grid, column, into):
            _note_unread(grid, column, text, into)
    slots = sorted(grid.labels)
    each = [column for pair in zip(slots, backups, strict=False) for column in pair]
    if backups and grid.side is Side.SLOTS and each == sorted((*slots, *backups)):
        into.speaks_of_backup = True
        pairs = zip(slots, backups, strict=True)
        return found + [Labelled(column=column, label=slot, as_backup=True) for slot, column in pairs]
    for column in backups:
        if _is_filled(grid, column, into):
            what = f"{shown(into.sheet.text(grid.header, column))} does not say of which slot"
            hint = "put a column of backup people behind each slot, or (备) behind their names"
            into.mistake(what, hint, grid.header, column)
    return found


def _note_unread(grid: GridTable, column: int, text: str, into: Gathering) -> None:
    heading = heading_of(text)
    if heading is Heading.DAY:
        into.mistake(*SECOND_DATES, grid.header, column)
    elif heading is Heading.TELEPHONE:
        into.telephone(column)
    elif heading not in _PLAIN:
        into.pass_over("not read", named(into.sheet, grid.header, column))


def named(sheet: Sheet, header: int, column: int) -> str:
    """A column, for a note."""
    text = sheet.text(header, column)
    return f"column {column_name(column)} ({shown(text) if text else 'without a heading'})"


def _is_filled(grid: GridTable, column: int, into: Gathering) -> bool:
    return any(into.sheet.text(row, column) for row in grid.days)
