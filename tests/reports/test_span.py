"""Periods as people type them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.reports.period.span import Period, midnight, period

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SHANGHAI).astimezone(UTC)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "begin", "end", "name"),
    [
        ((None, None), local(2026, 11, 21), local(2026, 11, 28), "2026-11-21 – 2026-11-27"),
        (("2026-11-16", "2026-11-22"), local(2026, 11, 16), local(2026, 11, 23), "2026-11-16 – 2026-11-22"),
        (("2026-11-16", "2026-11-16"), local(2026, 11, 16), local(2026, 11, 17), "2026-11-16"),
        ((None, "2026-11-22"), local(2026, 11, 16), local(2026, 11, 23), "2026-11-16 – 2026-11-22"),
        (("yesterday", "yesterday"), local(2026, 11, 27), local(2026, 11, 28), "2026-11-27"),
        (("today", None), local(2026, 11, 28), NOW, "2026-11-28 00:00 – 2026-11-28 17:30"),
        (("today", "today"), local(2026, 11, 28), NOW, "2026-11-28 00:00 – 2026-11-28 17:30"),
        (("8h", None), NOW - timedelta(hours=8), NOW, "2026-11-28 09:30 – 2026-11-28 17:30"),
        (("2026-11-28T08:00", "2026-11-28T09:00"), local(2026, 11, 28, 8), local(2026, 11, 28, 9),
         "2026-11-28 08:00 – 2026-11-28 09:00"),
    ],
)  # fmt: skip
def test_what_is_meant(typed: tuple[str | None, str | None], begin: datetime, end: datetime, name: str) -> None:
    found = period(*typed, NOW, SHANGHAI)
    assert (found.from_at, found.until_at, found.name) == (begin, end, name)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("2026-11-22", "2026-11-20"), "empty"),
        (("2027-01-01", None), "empty"),
        (("1999-01-01", None), "longer than"),
        (("soon", None), "write a date"),
        ((None, "2026-02-30"), "is no day"),
        ((None, "9999-01-01"), "out of range"),
    ],
)
def test_what_is_none(typed: tuple[str | None, str | None], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        period(*typed, NOW, SHANGHAI)


def test_the_days_of_a_week_in_which_the_clock_changes() -> None:
    found = Period(from_at=midnight(datetime(2026, 10, 19).date(), BERLIN),  # noqa: DTZ001
                   until_at=midnight(datetime(2026, 10, 26).date(), BERLIN), zone=BERLIN)  # fmt: skip  # noqa: DTZ001
    assert found.until_at - found.from_at == timedelta(days=7, hours=1)
    assert len(found.days()) == 7
    before = found.before()
    assert before.until_at - before.from_at == timedelta(days=7)
    assert before.name == "2026-10-12 – 2026-10-18"
