"""When anybody may be rung: the campaign's hours on the wall clock of its zone, without its holidays."""

from datetime import UTC, date, datetime, time, timedelta

from hotline_agi.campaign.model import Hours
from hotline_agi.roster.clock import Span, days_around, instant, spans_of

LOOK_AHEAD = timedelta(days=400)
"""A campaign that is not open within this never is."""
_STEP = timedelta(days=14)


def is_open(hours: Hours, at: datetime) -> bool:
    """Whether people may be rung at the aware instant `at`."""
    return not _is_holiday(hours, at) and any(start <= at < until for start, until in _spans(hours, at, at))


def opens_at(hours: Hours, at: datetime) -> datetime | None:
    """The first instant from `at` on at which people may be rung, in UTC; None: never within `LOOK_AHEAD`."""
    at = at.astimezone(UTC)
    if is_open(hours, at):
        return at
    start = at
    while start < at + LOOK_AHEAD:
        # an opening, or the midnight after a holiday in the middle of one
        found = [begins for begins, _ in _spans(hours, start, start + _STEP)]
        found += [instant(hours.zone, day, time(0), False) for day in days_around(hours.zone, start, start + _STEP)]
        moments = sorted(moment for moment in found if start < moment <= start + _STEP)
        for moment in moments:
            if is_open(hours, moment):
                return moment
        start += _STEP
    return None


def day_of(hours: Hours, at: datetime) -> date:
    return at.astimezone(hours.zone).date()


def next_day(hours: Hours, at: datetime) -> datetime:
    """The midnight behind `at` in the campaign's zone, in UTC."""
    return instant(hours.zone, day_of(hours, at) + timedelta(days=1), time(0), False)


def _is_holiday(hours: Hours, at: datetime) -> bool:
    day = day_of(hours, at)
    return day in hours.holidays or (day.month, day.day) in hours.yearly


def _spans(hours: Hours, start: datetime, until: datetime) -> list[Span]:
    return spans_of(hours.zone, hours.weekly, days_around(hours.zone, start, until))
