"""Zones whose clocks do something strange in a year, and when they do it."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

ZONES = {
    "Asia/Shanghai": 1990,  # daylight saving until 1991
    "Europe/Berlin": 2026,
    "America/New_York": 2026,
    "Australia/Lord_Howe": 2026,  # half an hour
    "America/Santiago": 2023,  # at midnight: a day begins at 01:00, or has 23:00 twice
    "Asia/Beirut": 2021,  # at midnight
    "America/Havana": 2026,
    "Asia/Gaza": 2019,
    "Asia/Tehran": 2020,  # at midnight
    "Atlantic/Azores": 2021,
    "America/St_Johns": 2006,  # at 00:01: the local date goes back by one day
    "Africa/Casablanca": 2026,  # backwards for a month
    "Africa/Cairo": 2024,
    "Antarctica/Troll": 2024,  # two hours
    "Pacific/Apia": 2011,  # 30 December did not take place
    "Asia/Pyongyang": 2018,  # a new offset for good, half an hour
}


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The instants, in UTC, at which the offset of a zone changes in its year above."""
    zone, year = ZoneInfo(name), ZONES[name]
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(366 * 24)]
    offsets = [hour.astimezone(zone).utcoffset() for hour in hours]
    edges = [n for n in range(1, len(hours)) if offsets[n] != offsets[n - 1]]
    return tuple(
        next(at for m in range(61) if (at := hours[n - 1] + m * MINUTE).astimezone(zone).utcoffset() == offsets[n])
        for n in edges
    )


CHANGES = [(name, change) for name in ZONES for change in changes(name)]
