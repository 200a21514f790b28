"""A period of a report, by the wall clock of a line."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from hotline_agi.reports.listing import parse_since

USUAL_DAYS = 7
MOST_DAYS = 3_700
"""Ten years: as long as a journal may keep calls, three times over."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Half-open. A call belongs to the period in which it arrived."""

    from_at: datetime
    """Aware, in UTC; likewise `until_at`, which is later."""
    until_at: datetime
    zone: tzinfo
    """Of days and hours."""

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at < self.until_at

    def before(self) -> "Period":
        """The period of the same length just before; of as many days, where it goes from midnight to midnight."""
        first, end = self.from_at.astimezone(self.zone), self.until_at.astimezone(self.zone)
        if midnight(first.date(), self.zone) == self.from_at and midnight(end.date(), self.zone) == self.until_at:
            start = midnight(first.date() - (end.date() - first.date()), self.zone)
        else:
            start = self.from_at - (self.until_at - self.from_at)
        return Period(from_at=start, until_at=self.from_at, zone=self.zone)

    def days(self) -> list[date]:
        """The local days that it touches, in order."""
        day, found = self.from_at.astimezone(self.zone).date(), []
        last = (self.until_at - timedelta.resolution).astimezone(self.zone).date()
        while day <= last:
            found.append(day)
            day += _ONE_DAY
        return found

    @property
    def name(self) -> str:
        """``2026-11-16 to 2026-11-22`` without the words: of whole days the last one is named, else the instants."""
        first, end = self.from_at.astimezone(self.zone), self.until_at.astimezone(self.zone)
        if midnight(first.date(), self.zone) == self.from_at and midnight(end.date(), self.zone) == self.until_at:
            last = (self.until_at - timedelta.resolution).astimezone(self.zone)
            return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
        return f"{first:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"


def midnight(day: date, zone: tzinfo) -> datetime:
    """The beginning of a local day, in UTC: the first midnight of two, the jump where the clock skips it."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def period(from_text: str | None, to_text: str | None, now: datetime, zone: tzinfo) -> Period:
    """The period that somebody typed; without a word of it the last seven whole days.

    A plain date means the whole day, so that ``--to 2026-11-22`` takes the 22nd in. Nothing after `now` is in it:
    there is nothing to count yet.

    :param now: aware.
    :raises ValueError: with half a sentence.
    """
    today = now.astimezone(zone).date()
    if to_text is None:
        until_at = midnight(today, zone) if from_text is None else now
    elif _DATE.fullmatch(to_text.strip()):
        until_at = midnight(_date(to_text.strip()) + _ONE_DAY, zone)
    elif to_text.strip().lower() in ("today", "yesterday"):
        until_at = midnight(today + (_ONE_DAY if to_text.strip().lower() == "today" else 0 * _ONE_DAY), zone)
    else:
        until_at = parse_since(to_text, now, zone)
    until_at = min(until_at, now).astimezone(UTC)
    if from_text is None:
        end = until_at.astimezone(zone)
        whole = midnight(end.date(), zone) == until_at
        back = USUAL_DAYS * _ONE_DAY
        from_at = midnight(end.date() - back, zone) if whole else until_at - back
    else:
        from_at = parse_since(from_text, now, zone)
    if from_at >= until_at:
        raise ValueError("the period is empty: --from must be before --to, and before now")
    if until_at - from_at > MOST_DAYS * _ONE_DAY:
        raise ValueError(f"the period is longer than {MOST_DAYS} days")
    return Period(from_at=from_at, until_at=until_at, zone=zone)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is no day: write 2026-11-22") from None
    if not 1971 <= day.year <= 9900:
        raise ValueError(f"the year {day.year} is out of range: 1971 to 9900")
    return day
