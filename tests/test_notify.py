"""What systemd says in the environment."""

import os

import pytest

from hotline_agi.notify import watchdog_s


@pytest.mark.parametrize(
    ("usec", "seconds"),
    [
        ("5000000", 5.0),
        ("", None),
        ("x", None),
        ("-1", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("9" * 400, None),
        ("٣", None),
    ],
)
def test_a_time_that_is_none_is_no_watchdog(monkeypatch: pytest.MonkeyPatch, usec: str, seconds: float | None) -> None:
    """Found by `make fuzz`: more than 4,300 digits were ValueError, more than 308 OverflowError."""
    monkeypatch.setenv("WATCHDOG_USEC", usec)
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert watchdog_s() == seconds


def test_another_process_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "5000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid() + 1))
    assert watchdog_s() is None
