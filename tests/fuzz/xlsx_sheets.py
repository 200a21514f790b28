"""XLSX workbooks: broken zips, broken XML, bombs. A workbook or SetupError; its sheets become plans or findings."""

import io
import zipfile
from functools import cache
from random import Random

from hotline_agi.coordination.workbook import read_workbook, workbook_of
from hotline_agi.errors import SetupError
from hotline_agi.planning.sheets.export import OutCell, OutTable
from tests.fuzz import csv_sheets, mutation

WORDS = (
    *(
        b"<f>1+1</f>",
        b"<c r='A1' t='s'><v>0</v></c>",
        b"<v>99999999999</v>",
        b"<!DOCTYPE a>",
        b"&#0;",
        b"&a;",
        b"<row r='1048577'>",
    ),
    *(
        b"<sheet name='x' sheetId='9' r:id='rId9'/>",
        b"encoding='UTF-16'",
        b"t='inlineStr'",
        b"<is><t>x</t></is>",
        b"r='XFE1'",
        b"<row/>",
    ),
)


def seeds() -> list[bytes]:
    return [_some("陈静", "夜"), _some("王磊", 45000)]


@cache
def _some(name: str, value: str | int) -> bytes:
    rows = tuple(tuple(OutCell(value=cell) for cell in row) for row in (("姓名", 45000), (name, value)))
    return workbook_of(OutTable(name="2026-02", rows=rows, frozen_rows=1, frozen_columns=1, free_rows=frozenset()))


def mutated(content: bytes, dice: Random) -> bytes:
    if dice.random() < 0.3:
        return mutation.changed(
            content, dice, (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\xff\xff\xff\xff", b"\x63\0")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = {entry.filename: packed.read(entry) for entry in packed.infolist()[:30]}
    except Exception:
        return mutation.changed(content, dice)
    if not parts:
        return content
    name = dice.choice(sorted(parts))
    if dice.random() < 0.15:
        parts[dice.choice(sorted(parts))] = parts.pop(name)
    else:
        parts[name] = mutation.changed(parts[name], dice, WORDS)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", dice.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))) as packed:
        for part, text in parts.items():
            packed.writestr(part, text)
    return out.getvalue()


def judge(content: bytes) -> None:
    try:
        book = read_workbook("plan.xlsx", content)
    except SetupError as refusal:
        assert len(str(refusal)) < 300
        return
    for sheet in book.sheets[:3]:
        csv_sheets.planned(sheet)
