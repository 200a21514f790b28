"""Files from outside: CSV in the encodings of the world, workbooks, and those that are made to hurt."""

import contextlib
import io
import time
import zipfile
from datetime import date, datetime
from datetime import time as clock

import openpyxl
import pytest

from hotline_agi.coordination.csv_file import MAX_BYTES, csv_of, read_csv
from hotline_agi.coordination.workbook import is_workbook, read_workbook, workbook_of
from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.export import Look, OutCell, OutTable

ROWS = [["日期", "班次", "姓名"], ["2026-02-14", "夜", "陈静, 王磊"], ["2026-02-15", "早", ""]]


def as_csv(delimiter: str = ",", ending: str = "\r\n") -> str:
    rows = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in ROWS]
    return "".join(delimiter.join(row) + ending for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_every_encoding(encoding: str, delimiter: str) -> None:
    sheet = read_csv("x.csv", as_csv(delimiter).encode(encoding))
    assert [list(row) for row in sheet.rows] == [ROWS[0], ROWS[1], ROWS[2][:2]]


def test_csv_that_names_its_delimiter_and_old_line_ends() -> None:
    assert read_csv("x.csv", ("sep=;\r\n" + as_csv(";")).encode()).rows[0] == ("日期", "班次", "姓名")
    assert len(read_csv("x.csv", as_csv(",", "\r").encode()).rows) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n" * (MAX_BYTES // 4 + 1), "more than"),
        (b"a,b\0c\n", "zero bytes"),
        (b"\xff\x81\xff", "neither UTF-8 nor GB18030"),
        (b"a,b\n" * 2001, "more than 2000 rows"),
        (b"a," * 400 + b"b", "400 columns"),
        (b'"' + b"a" * 200_000, "not readable as CSV"),
    ],
    ids=["long", "zero", "neither", "rows", "columns", "cell"],
)
def test_csv_that_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        read_csv("x.csv", content)


def test_an_empty_csv_has_no_rows() -> None:
    assert read_csv("x.csv", b"").rows == ()
    assert read_csv("x.csv", b"\n,,\n" * 3000).rows[0] == ()


# ---- workbooks


def workbook(fill: object = None, **more: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in {"Sheet1": fill or ROWS, **more}.items():
        sheet = book.create_sheet(name)
        for row in rows:  # type: ignore[attr-defined]
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(content: bytes, name: str, edit: "dict[bytes, bytes]") -> bytes:
    """The workbook with texts of one part replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            for before, after in edit.items() if entry.filename == name else ():
                assert before in part
                part = part.replace(before, after)
            new.writestr(entry.filename, part)
    return out.getvalue()


def test_values_of_all_kinds_and_sheets() -> None:
    at = datetime.combine(date(2026, 2, 14), clock(22))
    content = workbook([["夜", 1, 2.5, True, at, clock(22), None], [], [None, "x"]], 二月=[["a"]])
    assert is_workbook(content)
    book = read_workbook("x.xlsx", content)
    assert [sheet.name for sheet in book.sheets] == ["Sheet1", "二月"]
    assert book.sheets[0].rows == (("夜", 1, 2.5, True, at, clock(22)), (), (None, "x"))


def test_hidden_sheets_come_last() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(more=[["a"]])))
    book["Sheet1"].sheet_state = "hidden"
    book.active = 1
    out = io.BytesIO()
    book.save(out)
    read = read_workbook("x.xlsx", out.getvalue())
    assert [sheet.name for sheet in read.sheets] == ["more", "Sheet1"]
    assert read.hidden == {"Sheet1"}


def test_formulas_without_results_are_known() -> None:
    sheet = read_workbook("x.xlsx", workbook([["a", "=1+1"], ["=A1", 3]])).sheets[0]
    assert sheet.uncomputed == ((0, 1), (1, 0))


def test_a_lying_size_cuts_nothing_off() -> None:
    content = changed(workbook(), "xl/worksheets/sheet1.xml", {b'ref="A1:C3"': b'ref="A1:A1"'})
    assert len(read_workbook("x.xlsx", content).sheets[0].rows) == 3


def test_a_million_empty_rows_do_not_matter() -> None:
    empty = b"".join(b'<row r="%d" spans="1:3" ht="15"/>' % n for n in range(4, 1_000_000))
    content = changed(workbook(), "xl/worksheets/sheet1.xml", {b"</sheetData>": empty + b"</sheetData>"})
    began_s = time.monotonic()
    assert len(read_workbook("x.xlsx", content).sheets[0].rows) == 3
    assert time.monotonic() - began_s < 10


def test_a_cell_far_away_is_refused_and_costs_nothing() -> None:
    far = b'<row r="4"><c r="XFD4"><v>1</v></c></row></sheetData>'
    # beyond the columns that are looked at: what stands there is no part of a roster's table
    content = changed(workbook(), "xl/worksheets/sheet1.xml", {b"</sheetData>": far})
    assert len(read_workbook("x.xlsx", content).sheets[0].rows) == 3
    near = b'<row r="2500"><c r="A2500"><v>1</v></c></row></sheetData>'
    content = changed(workbook(), "xl/worksheets/sheet1.xml", {b"</sheetData>": near})
    with pytest.raises(SetupError, match="more than 2000 rows"):
        read_workbook("x.xlsx", content)


def zipped(*parts: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts:
            packed.writestr(name, content)
    return out.getvalue()


BILLION = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (zipped(("a", b"\0" * (65 * 2**20))), "unpacks to more than"),
        (zipped(("a", b"\0" * (40 * 2**20))), "packed too tightly"),
        (zipped(*((str(n), b"") for n in range(1001))), "1001 parts"),
        (zipped(("xl/workbook.xml", BILLION)), "declares what no table needs"),
        (zipped(("xl/media/x.png", BILLION)), "declares what no table needs"),
        (zipped(("xl/workbook.xml", BILLION.decode().encode("utf-16"))), "not UTF-8"),
        (zipped(("xl/workbook.xml", b'<?xml version="1.0" encoding="cp037"?><a/>')), "not UTF-8"),
        (zipped(("a", b"<a/> 1234567 abcdefgh %d" * 10)), "no readable workbook"),
        (b"PK\x03\x04 and nothing more", "no readable workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old .xls file, or locked"),
        (workbook()[:-40], "no readable workbook"),
        (changed(workbook(), SHEET, {b"<sheetData>": b"<sheetData><row><c><v>"}), "no readable workbook"),
        (changed(workbook(), SHEET, {b'r="1"': b'r="one"'}), "no readable workbook"),
    ],
    ids=range(13),
)
def test_workbooks_that_are_refused(content: bytes, said: str) -> None:
    began_s = time.monotonic()
    with pytest.raises(SetupError, match=said):
        read_workbook("x.xlsx", content)
    assert time.monotonic() - began_s < 10


def test_too_many_tags_are_refused_before_they_are_parsed() -> None:
    cells = b"".join(b'<c r="A%d"/>' % n for n in range(1_500_000))
    content = changed(workbook(), SHEET, {b"</sheetData>": b"<row>" + cells + b"</row></sheetData>"})
    with pytest.raises(SetupError, match="tags"):
        read_workbook("x.xlsx", content)


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_workbook_is_read_or_refused(seed: int) -> None:
    content = bytearray(workbook())
    for n in range(8):
        content[(seed * 7919 + n * 104_729) % len(content)] ^= 1 << (seed + n) % 8
    with contextlib.suppress(SetupError):
        read_workbook("x.xlsx", bytes(content))


# ---- writing


def table(*rows: list[object]) -> OutTable:
    made = tuple(
        tuple(OutCell(value=value, look=Look.HEADING if n == 0 else Look.REST_DAY) for value in row)
        for n, row in enumerate(rows)
    )
    return OutTable(name="2026-02", rows=made, frozen_rows=1, frozen_columns=1, free_rows=frozenset())


def test_a_workbook_that_is_written_is_fit_to_be_looked_at() -> None:
    content = workbook_of(table(["日期", "姓名"], [date(2026, 2, 14), "陈静、王磊、李娜、刘洋"]))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert sheet["A2"].number_format == "yyyy-mm-dd"
    assert sheet["A2"].is_date
    assert sheet["A2"].fill.start_color.rgb.endswith("FCE4D6")
    assert sheet.column_dimensions["B"].width == 24
    assert sheet.column_dimensions["A"].width == 12


def test_no_text_becomes_a_formula() -> None:
    evil = "=HYPERLINK(1)"
    content = workbook_of(table(["a"], [evil], ["+1"], ["@x"], ["-x"]))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}


def test_csv_that_is_written_opens_as_utf_8_in_excel() -> None:
    content = csv_of(table(["日期"], [date(2026, 2, 14)], [None], ['a,"b"']))
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig") == '日期\r\n2026-02-14\r\n""\r\n"a,""b"""\r\n'
