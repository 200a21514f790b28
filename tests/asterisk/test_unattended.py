"""Rows of the calls that the dialplan served alone: read as written, and nothing else."""

from datetime import UTC, datetime

import pytest

from hotline_agi.asterisk.unattended import UnattendedCall, call_of

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
