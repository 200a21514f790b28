"""Rows of the calls that the dialplan served alone: read as written, and nothing else."""

from datetime import UTC, datetime

import pytest

from hotline_agi.asterisk.unattended import KeptResult, UnattendedCall, call_of, result_of

CALL = "pbx1-1795847369.8"


def test_a_row_is_read() -> None:
    assert call_of(CALL, "1795847369:01632960100:1795847400") == UnattendedCall(
        call=CALL,
        did="01632960100",
        arrived_at=datetime(2026, 11, 28, 6, 29, 29, tzinfo=UTC),
        ended_at=datetime(2026, 11, 28, 6, 30, tzinfo=UTC),
    )
    unfinished = call_of(CALL, "1795847369:+441632960100:")
    assert unfinished is not None and unfinished.ended_at is None and unfinished.did == "+441632960100"


@pytest.mark.parametrize("row", ["", ":", "1::2", "a:1:2", "1:1:2:3", "1:1:2\n", "-1:1:2", "1:1+:2", "1" * 13 + ":1:2"])
def test_what_is_no_row_is_passed_over(row: str) -> None:
    assert call_of(CALL, row) is None


@pytest.mark.parametrize("call", ["", "A", "a/b", "a\r\nb", "a b", "a" * 81])
def test_what_is_no_call_is_passed_over(call: str) -> None:
    assert call_of(call, "1:1:2") is None


KEY, ROW = "r-leg-5e3a0000000001-2", f"1795847369:{CALL}:xin-li:wang-lei:3"


def test_a_result_that_nobody_took_is_read() -> None:
    assert result_of(KEY, ROW) == KeptResult(
        key_of_row=KEY,
        said_at=datetime(2026, 11, 28, 6, 29, 29, tzinfo=UTC),
        call=CALL,
        line="xin-li",
        volunteer="wang-lei",
        leg="leg-5e3a0000000001",
        key="3",
    )
    assert call_of(KEY, ROW) is None and result_of(CALL, "1795847369:01632960100:1795847400") is None


@pytest.mark.parametrize(
    ("key", "row"),
    [
        (KEY, ROW + "\n"), (KEY, ROW + "3"), (KEY, ROW[:-1] + "*"), (KEY, "x" + ROW),
        (KEY, ROW.replace("wang", "Wang")), (KEY[2:], ROW), (KEY.replace("-2", ""), ROW[:-1]),
        ("r-\r\n-1", ROW), (KEY, ROW.replace("xin-li", "")),
    ],
)  # fmt: skip
def test_what_is_no_result_is_passed_over(key: str, row: str) -> None:
    assert result_of(key, row) is None
