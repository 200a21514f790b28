"""When people may be rung, against the wall clock looked at minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.campaign.calling_hours import is_open, next_day, opens_at
from hotline_agi.campaign.model import Hours
from hotline_agi.roster.plan import WeeklyHours
from tests.campaign.examples import campaign

HOURS = campaign().hours
BERLIN = Hours(
    zone=ZoneInfo("Europe/Berlin"),
    weekly=(WeeklyHours(weekdays=frozenset(range(7)), start=time(22), until=time(2, 30)),),
    holidays=frozenset({date(2026, 3, 28)}),
)


def by_the_wall(hours: Hours, at: datetime) -> bool:
    local = at.astimezone(hours.zone)
    if local.date() in hours.holidays or (local.month, local.day) in hours.yearly:
        return False
    minute = local.time()
    for one in hours.weekly:
        if one.start < one.until:
            if local.weekday() in one.weekdays and one.start <= minute < one.until:
                return True
        elif (local.weekday() in one.weekdays and minute >= one.start) or (
            (local.weekday() - 1) % 7 in one.weekdays and minute < one.until
        ):
            return True
    return False


@given(minutes=st.integers(0, 60 * 24 * 102))
@settings(max_examples=150, deadline=None)
def test_as_the_wall_clock_says(minutes: int) -> None:
    at = datetime(2026, 9, 25, tzinfo=UTC) + timedelta(minutes=minutes)
    assert is_open(HOURS, at) == by_the_wall(HOURS, at)


@given(minutes=st.integers(0, 60 * 24 * 12))
@settings(max_examples=30, deadline=None)
def test_it_opens_at_the_first_minute_that_is_open(minutes: int) -> None:
    at = datetime(2026, 9, 26, tzinfo=UTC) + timedelta(minutes=minutes)
    found = opens_at(HOURS, at)
    assert found is not None
    assert is_open(HOURS, found)
    minute = at
    while minute < found:
        assert not is_open(HOURS, minute)
        minute += timedelta(minutes=1)


def test_a_night_that_goes_on_after_a_holiday_and_a_changed_clock() -> None:
    # the opening of Saturday night (28 March, a holiday) goes on after midnight, when it is Sunday
    assert opens_at(BERLIN, datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert is_open(BERLIN, datetime(2026, 3, 29, 0, 29, tzinfo=UTC))
    assert not is_open(BERLIN, datetime(2026, 3, 29, 1, 1, tzinfo=UTC)), "half past two does not occur: until the jump"
    assert next_day(BERLIN, datetime(2026, 3, 28, 23, 30, tzinfo=UTC)) == datetime(2026, 3, 29, 22, tzinfo=UTC)


def test_what_never_opens() -> None:
    every_day = frozenset((month, day) for month in range(1, 13) for day in range(1, 32))
    closed = Hours(zone=HOURS.zone, weekly=HOURS.weekly, yearly=every_day)
    assert opens_at(closed, datetime(2026, 9, 26, tzinfo=UTC)) is None
