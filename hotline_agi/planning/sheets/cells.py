"""A spreadsheet as values: rows of cells, how a cell is called (``Sheet1!C7``), and what its text is.

Whoever reads a file makes a `Sheet` of it (`coordination/workbook.py`, `coordination/csv_file.py`). Rows and columns
count from 0 here, and from 1 in every `Mark`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from hotline_agi.terms.problems import Mark

Value = str | int | float | bool | date | datetime | time | timedelta | None
"""Of a cell; None and blank texts are empty."""

MAX_ROWS, MAX_COLUMNS = 2000, 400
"""Of the used range: 170 people with a month of days fit 40 times. More is no roster."""

FORMULA_SIGNS = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula, also in a CSV."""

_CACHED = 16_384
"""Texts of cells: the same few stand in most of a sheet's, and each is looked at many times."""
_TELEPHONE = re.compile(r"(?<![A-Za-z0-9-])[+]?[(]?[0-9](?:[ ()./-]{0,2}[0-9]){6,}(?![0-9])")
_FULL_DATE = re.compile(r"(19|20)[0-9]{2}[-/.]?[01]?[0-9][-/.]?[0-3]?[0-9]")
_MANY_DIGITS = 6
"""From so many digits on a text may be somebody's telephone number, which no message may repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    file: str
    """Its name, without folders."""
    name: str
    """Of the sheet in its workbook; empty for a CSV."""
    rows: tuple[tuple[Value, ...], ...]
    """They may differ in length."""
    uncomputed: tuple[tuple[int, int], ...] = ()
    """Row and column of formulas whose result the file does not hold."""

    def at(self, row: int, column: int) -> Value:
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return None

    def text(self, row: int, column: int) -> str:
        return text_of(self.at(row, column))

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def ref(self, row: int, column: int) -> str:
        """What a spreadsheet program calls the cell: ``Sheet1!C7``, in a CSV ``C7``."""
        return (f"{self.name}!" if self.name else "") + f"{column_name(column)}{row + 1}"

    def mark(self, row: int, column: int) -> Mark:
        return Mark(file=self.file, line=row + 1, column=column + 1)


def column_name(column: int) -> str:
    """``A`` for 0, ``Z`` for 25, ``AA`` for 26."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


@lru_cache(maxsize=_CACHED, typed=True)  # typed: 1, 1.0 and True are equal, and have other texts
def text_of(value: Value) -> str:
    """A cell's text, without blanks around it; whole numbers without ``.0``; without the quote of `guarded`."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in str(value).replace("\r", "\n")).strip()
    if text.startswith("'") and text[1:].startswith(FORMULA_SIGNS):
        return text[1:]
    return text


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return f"'{text}" if text.lstrip().startswith(FORMULA_SIGNS) else text


@lru_cache(maxsize=_CACHED)
def key_of(text: str) -> str:
    """Texts with one key are meant alike: full-width and small letters, blanks within names (``李  娜``)."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=_CACHED)
def without_telephones(text: str) -> tuple[str, bool]:
    """`text` without what looks like telephone numbers, and whether there was any."""
    wide = unicodedata.normalize("NFKC", text)
    if sum(c.isdigit() for c in wide) < _MANY_DIGITS or _FULL_DATE.fullmatch(wide):
        return text, False
    rest, found = _TELEPHONE.subn(" ", wide)
    return (re.sub(r"[(]\s*[)]", " ", rest).strip(), True) if found else (text, False)


def shown(text: str) -> str:
    """A text for a message: in quotes and shortened, or described if it may hold somebody's number."""
    if sum(c.isdigit() for c in text) >= _MANY_DIGITS:
        return "this text"
    text = " ".join(text.split())
    return f"'{text}'" if len(text) <= 40 else f"'{text[:40]}…'"
