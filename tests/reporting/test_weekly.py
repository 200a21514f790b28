"""When the weekly report is due, and that each week is sent once."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline_agi import weekly
from hotline_agi.report_settings import WeeklySettings
from hotline_agi.weekly import Sent

BERLIN = ZoneInfo("Europe/Berlin")
MONDAYS = WeeklySettings(to=("a@example.org",), weekday=0, at=time(8))


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


def due(now: datetime, told: WeeklySettings = MONDAYS) -> str:
    return weekly.week_due(told, now, BERLIN).name


def test_the_week_is_due_at_its_hour_and_until_the_next() -> None:
    assert due(at(23, 7, 59)) == "2026-11-09 – 2026-11-15"
    assert due(at(23, 8)) == "2026-11-16 – 2026-11-22"
    assert due(at(27, 12)) == "2026-11-16 – 2026-11-22"
    assert due(at(30, 8)) == "2026-11-23 – 2026-11-29"


def test_a_week_with_a_clock_change_is_a_week() -> None:
    week = weekly.week_due(MONDAYS, at(26, 9, month=10), BERLIN)
    assert week.name == "2026-10-19 – 2026-10-25"
    assert week.until_at - week.from_at == timedelta(days=7, hours=1)


def test_on_another_day_the_week_ends_there() -> None:
    assert due(at(27, 12), WeeklySettings(to=("a@b",), weekday=4, at=time(12))) == "2026-11-20 – 2026-11-26"


def test_each_week_is_sent_once_over_restarts(tmp_path: Path) -> None:
    """A year by the hour, with the service away now and then: every week but the ones wholly away is sent, once."""
    sent, away = [], {(200, 230), (1000, 1030), (3000, 3600)}
    now, end = at(2, 0, month=1), at(30, 23, month=12)
    hours = 0
    while now < end:
        hours += 1
        now += timedelta(hours=1)
        if any(start <= hours < stop for start, stop in away):
            continue
        week = weekly.week_due(MONDAYS, now, BERLIN)
        known = weekly.read(tmp_path)
        if known is None:
            weekly.write(tmp_path, Sent(until_at=week.until_at))
        if weekly.is_due(known, week):
            sent.append(week.name)
            weekly.write(tmp_path, Sent(until_at=week.until_at, sent_at=now))
    assert len(sent) == len(set(sent))
    # 52 Mondays after the first look; of the three in the 600 hours away only the last is sent
    assert len(sent) == 52 - 2


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"until_at": 3, "sent_at": null}', '{"until_at": "2026-01-01T00:00:00", "sent_at": null}'])  # fmt: skip  # noqa: E501
def test_a_damaged_file_sends_nothing_twice(tmp_path: Path, text: str) -> None:
    (tmp_path / weekly.NAME).write_text(text)
    assert weekly.read(tmp_path) is None
    assert not weekly.is_due(None, weekly.week_due(MONDAYS, at(27, 12), BERLIN))
