"""XLSX workbooks. The only file that imports openpyxl.

A workbook from outside is a zip of XML, and both have bombs. Before openpyxl sees it, it is bounded: by entries, by
what they unpack to (the zip module never gives more than an entry declares), by tags (each becomes an object), and by
refusing every ``<!``: no spreadsheet program writes one, and entities are declared so. The encoding must be UTF-8, for
in another one a ``<!`` looks otherwise. So it does not matter whether defusedxml is installed. Macros are not run:
openpyxl knows only values. Links to other files are not followed.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.cells import MAX_COLUMNS, MAX_ROWS, Sheet, Value
from hotline_agi.planning.sheets.export import Look, OutTable

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 1000
MAX_RATIO = 200
"""Of unpacked to packed size, for entries above 1 MiB. A table of a million empty rows has about 15."""
MAX_TAGS = 1_500_000
"""In all entries together: some 300 MB while they are parsed. A month of 200 people has 20,000."""
MAX_SHEETS = 60
_ROWS_BEYOND = 1000
"""Programs leave formatted rows without content below a table: they may be there, and content there is refused."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_SHORTEST_COLUMN, _WIDEST_COLUMN = 4, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    sheets: tuple[Sheet, ...]
    """Those that are not hidden first, in the order of the file."""
    hidden: frozenset[str]
    """Names of sheets that a person does not see."""


def is_workbook(content: bytes) -> bool:
    return content.startswith((_ZIP, _OLE))


def read_workbook(name: str, content: bytes, *, max_rows: int = MAX_ROWS) -> Workbook:
    """All sheets with their values.

    :param name: of the file, for messages.
    :raises SetupError: if it is no workbook, or one that is not safe to open.
    """
    if content.startswith(_OLE):
        raise SetupError(f"{name} is an old .xls file, or locked by a password: save it as .xlsx without a password")
    if len(content) > MAX_BYTES:
        raise SetupError(f"{name} has {len(content)} bytes, more than {MAX_BYTES}: that is no roster's table")
    has_formulas = _look_inside(name, content)
    try:
        return _read(name, content, has_formulas=has_formulas, max_rows=max_rows)
    except SetupError:
        raise
    except Exception as error:  # whatever openpyxl trips over in a broken file: KeyError, TypeError, ParseError…
        what = type(error).__name__
        raise SetupError(f"{name} is no readable workbook ({what}): save it again as .xlsx, or as CSV") from error


def _look_inside(name: str, content: bytes) -> bool:
    """Refuse bombs.

    :returns: whether there may be formulas.
    """

    def refuse(why: str) -> SetupError:
        return SetupError(f"{name} is not opened, {why}: copy the table into a new workbook")

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
            if len(entries) > MAX_ENTRIES:
                raise refuse(f"it has {len(entries)} parts")
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise refuse(f"it unpacks to more than {MAX_UNPACKED_BYTES} bytes")
            if any(e.file_size > max(2**20, MAX_RATIO * e.compress_size) for e in entries):
                raise refuse("it is packed too tightly to be a table")
            if any(entry.flag_bits & 1 for entry in entries):
                raise refuse("it is locked by a password")
            tags, has_formulas = 0, False
            for entry in entries:
                part = packed.read(entry)
                if entry.filename.startswith("xl/media/") and not part.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                    continue  # a picture
                declared = _ENCODING.search(part[:200])
                if b"\0" in part[:4] or (declared and declared[1].lower() not in (b"utf-8", b"us-ascii")):
                    raise refuse("a part of it is not UTF-8")
                if b"<!" in part:
                    raise refuse("it declares what no table needs (<!…>)")
                tags += part.count(b"<")
                if tags > MAX_TAGS:
                    raise refuse(f"it has more than {MAX_TAGS} tags")
                has_formulas |= b"<f>" in part or b"<f " in part or b":f>" in part or b":f " in part
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zipfile.LargeZipFile, ValueError, OSError) as error:
        raise SetupError(f"{name} is no readable workbook: save it again as .xlsx, or as CSV") from error
    except Exception as error:
        if isinstance(error, SetupError):
            raise
        raise SetupError(f"{name} is no readable workbook ({type(error).__name__}): save it again") from error
    return has_formulas


def _read(name: str, content: bytes, *, has_formulas: bool, max_rows: int) -> Workbook:
    values = _opened(content, data_only=True)
    formulas = _opened(content, data_only=False) if has_formulas else None
    if len(values.worksheets) > MAX_SHEETS:
        raise SetupError(f"{name} has more than {MAX_SHEETS} sheets: copy the table into a new workbook")
    sheets = []
    for number, shown in enumerate(values.worksheets):
        rows = tuple(_rows(name, shown, max_rows))
        uncomputed: list[tuple[int, int]] = []
        if formulas is not None:
            for row, cells in enumerate(_rows(name, formulas.worksheets[number], max_rows)):
                for column, cell in enumerate(cells):
                    known = rows[row][column] if row < len(rows) and column < len(rows[row]) else None
                    if known is None and isinstance(cell, str) and cell.startswith("="):
                        uncomputed.append((row, column))
        sheets.append(Sheet(file=name, name=shown.title, rows=rows, uncomputed=tuple(uncomputed)))
    hidden = frozenset(one.title for one in values.worksheets if one.sheet_state != "visible")
    return Workbook(sheets=tuple(sorted(sheets, key=lambda sheet: sheet.name in hidden)), hidden=hidden)


def _opened(content: bytes, *, data_only: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that openpyxl does not keep
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False)


def _rows(name: str, sheet: Any, max_rows: int) -> Iterator[tuple[Value, ...]]:
    """The rows of the used range. What the file says of its size is not believed.

    What stands apart from the table, far below or right of the last row and column that are looked at, is not seen.
    """
    sheet.reset_dimensions()
    empty = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sheet.iter_rows(max_row=max_rows + _ROWS_BEYOND, max_col=MAX_COLUMNS + 1, values_only=True)
        for number, row in enumerate(found, start=1):
            cells = [_plain(value) for value in row]
            while cells and cells[-1] in (None, ""):
                cells.pop()
            if not cells:
                empty += 1
                continue
            if number > max_rows or len(cells) > MAX_COLUMNS:
                what = f"{name}: the sheet '{sheet.title}' has more than {max_rows} rows or {MAX_COLUMNS} columns"
                raise SetupError(f"{what}: copy the table into a new workbook")
            for _ in range(empty):
                yield ()
            empty = 0
            yield tuple(cells)


def _plain(value: Any) -> Value:
    """What `Sheet` takes; formulas of kinds that openpyxl has classes for become their text."""
    return value if value is None or isinstance(value, Value) else f"={getattr(value, 'text', '')}"


# ---- writing

_FILLS = {Look.HEADING: "DDEBF7", Look.REST_DAY: "FCE4D6"}
_THIN = Side(style="thin", color="BFBFBF")


def workbook_of(table: OutTable) -> bytes:
    """The table as a workbook of one sheet: headings frozen, rest days shaded, columns as wide as their texts."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet(table.name)
    sheet.freeze_panes = f"{get_column_letter(table.frozen_columns + 1)}{table.frozen_rows + 1}"
    fills = {look: PatternFill("solid", start_color=colour) for look, colour in _FILLS.items()}
    widths = [float(_SHORTEST_COLUMN)] * len(table.rows[0])
    for number, row in enumerate(table.rows):
        for column, out in enumerate(row):
            if out.value is None and out.look is Look.PLAIN:
                continue
            cell = sheet.cell(number + 1, column + 1, out.value)
            if isinstance(out.value, str):
                cell.data_type = "s"  # openpyxl would take a text with = for a formula
            if isinstance(out.value, date):
                cell.number_format = "yyyy-mm-dd"
            if out.look in fills:
                cell.fill = fills[out.look]
            cell.font = Font(bold=out.look in (Look.TITLE, Look.HEADING), size=14 if out.look is Look.TITLE else 11)
            if number not in table.free_rows:
                cell.border = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
                cell.alignment = Alignment(vertical="center")
                widths[column] = max(widths[column], min(_columns_of(str(out.value or "")) + 2, _WIDEST_COLUMN))
    for column, width in enumerate(widths):
        sheet.column_dimensions[get_column_letter(column + 1)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{table.frozen_rows}"
    out_file = io.BytesIO()
    book.save(out_file)
    return out_file.getvalue()


def _columns_of(text: str) -> int:
    """Chinese characters fill two."""
    return sum(2 if character > "\u2e7f" else 1 for character in text)
