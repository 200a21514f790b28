"""Lines of the journal's spool, torn or damaged: a row that can be written again, or ValueError."""

from datetime import UTC, datetime
from random import Random

from hotline_agi.store.records import Row, from_line, steps_row, to_line
from tests.fuzz import mutation

WORDS = (
    *(b'{"base64":"QUJD"}', b'["step",', b'["call",{', b'"run":"0000000000000001"', b'"at":null', b'{"base64":"*"}'),
    *(b"\\ud800", b"\\u0000", b"1" * 30, b"1e999", b"-Infinity", b'{"base64":1}', b'"nowhere"', b'["call",[]]'),
)
TABLES = ("call", "leg", "fact", "volunteer_state", "message", "caller_number", "agreement", "step")


def seeds() -> list[bytes]:
    at = datetime(2026, 2, 14, 3, 10, 0, 120503, UTC)
    row = to_line(steps_row(run="0000000000000001", first=1, steps=3, ended_at=at, packed=b"x\x9c\x01\x00"))
    others = [
        b'["%s",{"call":"pbx1-1.1","seq":1,"at":"2026-02-14T03:10:00Z","wait_s":1.5}]\n' % t.encode() for t in TABLES
    ]
    return [row, *others, '["fact",{"detail":"陈静"}]\n'.encode(), b"[" * 2000]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    for line in content.split(b"\n")[:5]:
        try:
            row = from_line(line + b"\n")
        except ValueError:
            continue
        assert isinstance(row, Row) and isinstance(row.table, str)
        assert all(isinstance(name, str) and _is_plain(value) for name, value in row.values.items())
        again = to_line(row)
        assert again.endswith(b"\n") and again.count(b"\n") == 1
        assert to_line(from_line(again)) == again


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bytes)
