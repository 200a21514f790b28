"""CSV files: as Excel writes them in Europe and in China (GBK, semicolons, tabs), and as Excel opens them rightly."""

import csv
import io
from collections.abc import Iterable
from itertools import islice

from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.cells import MAX_COLUMNS, MAX_ROWS, Sheet, Value
from hotline_agi.planning.sheets.export import OutTable

MAX_BYTES = 5 * 1024 * 1024
"""`MAX_ROWS` rows of `MAX_COLUMNS` cells in use have less."""
_DELIMITERS = (",", ";", "\t")


def read_csv(name: str, content: bytes, *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS) -> Sheet:
    """The only sheet of a CSV file.

    UTF-8 with and without byte order mark, UTF-16 with one ("Unicode text" of Excel), GB18030 and so GBK.

    :param name: of the file, for messages.
    :raises SetupError: if it is none, or too long.
    """
    if len(content) > max_bytes:
        raise SetupError(f"{name} has {len(content)} bytes, more than {max_bytes}: part it into several files")
    text = _decoded(name, content)
    if "\0" in text:
        raise SetupError(f"{name} has zero bytes in it: save it as CSV or XLSX from your spreadsheet program")
    first, newline, rest = text.partition("\n")
    told = first.strip().lower().removeprefix("sep=") if first.lower().startswith("sep=") else ""
    if told or first.strip().lower() == "sep=":
        text = rest if newline else ""
    rows = _rows(name, text, told[:1] or _delimiter(text), max_rows)
    return Sheet(file=name, name="", rows=rows)


def _decoded(name: str, content: bytes) -> str:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if wide else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SetupError(f"{name} is neither UTF-8 nor GB18030 text: save it as CSV UTF-8, or as XLSX")


def _delimiter(text: str) -> str:
    """The sign that parts most rows alike."""

    def evenness(sign: str) -> tuple[int, int]:
        rows = _first_rows(text, sign)
        widths = [len(row) for row in rows if any(row)]
        usual = max(set(widths), key=lambda width: (widths.count(width), width), default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_DELIMITERS, key=evenness)


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 100))
    except csv.Error:
        return []


def _rows(name: str, text: str, delimiter: str, max_rows: int) -> tuple[tuple[Value, ...], ...]:
    rows: list[tuple[Value, ...]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            cells = _trimmed(row)
            if cells and (number > max_rows or len(cells) > MAX_COLUMNS):
                raise SetupError(f"{name} has more than {max_rows} rows or {MAX_COLUMNS} columns: copy the table out")
            if number <= max_rows:
                rows.append(cells)
    except csv.Error as error:
        raise SetupError(f"{name} is not readable as CSV ({error}): save it again, or as XLSX") from error
    return tuple(rows)


def _trimmed(row: Iterable[str]) -> tuple[str, ...]:
    cells = list(row)
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(cells)


def csv_of(table: OutTable) -> bytes:
    """The table as CSV: UTF-8 with byte order mark, so that Excel takes it for UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in table.rows:
        writer.writerow("" if cell.value is None else str(cell.value) for cell in row)
    return out.getvalue().encode("utf-8-sig")
