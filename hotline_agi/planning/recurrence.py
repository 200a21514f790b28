"""Stretches of several days in few words, in a line's local time: ``every Tue 02:00-06:00``.

A window of whole local days is looked at. What began before it or ends after it is still told with its true hours, for
which callers work out a day more at either end: `Window.reach`.
"""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hotline_agi.roster.clock import ONE_DAY, Span, instant
from hotline_agi.roster.weekdays import days_in_words

_MOST_DATES = 4
_MOST_TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Some days of a zone, from `first` on."""

    zone: ZoneInfo
    first: date
    days: int
    now: datetime
    """What is over by then is not told."""

    @property
    def span(self) -> Span:
        return self._from(0), self._from(self.days)

    @property
    def reach(self) -> Span:
        """With one day more at either end."""
        return self._from(-1), self._from(self.days + 1)

    def _from(self, days: int) -> datetime:
        return instant(self.zone, self.first + days * ONE_DAY, time(0), False)


def window(zone: ZoneInfo, now: datetime, days: int) -> Window:
    """`days` days from the one on which `now` (aware) is in `zone`."""
    return Window(zone=zone, first=now.astimezone(zone).date(), days=days, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Stretches that one phrase tells."""

    text: str
    spans: tuple[Span, ...]
    """By time; at least one."""


def times(window: Window, spans: Iterable[Span]) -> list[Times]:
    """Stretches by time, which do not touch, as phrases: all those of the same hours in one.

    A stretch that fills the reach of the window to one end counts as endless there.
    """
    begin, end = window.span
    reach_begin, reach_end = window.reach
    found: list[Times] = []
    alike: dict[tuple[time, time, int], list[Span]] = {}
    over: set[tuple[tuple[time, time, int], date]] = set()
    for span in spans:
        if span[1] <= begin or end <= span[0]:
            continue
        start, until = (edge.astimezone(window.zone) for edge in span)
        hours = start.time(), until.time(), (until.date() - start.date()).days
        if span[1] <= window.now:
            over.add((hours, start.date()))
        elif span[0] <= reach_begin:
            text = "at all hours" if reach_end <= span[1] else f"until {moment(until)}"
            found.append(Times(text=text, spans=(span,)))
        elif reach_end <= span[1]:
            found.append(Times(text=f"from {moment(start)} on", spans=(span,)))
        else:
            alike.setdefault(hours, []).append(span)
    for hours, spans_alike in alike.items():
        dates = [span[0].astimezone(window.zone).date() for span in spans_alike]
        gone = {day for of, day in over if of == hours}
        found.append(Times(text=_told(window, dates, gone, *hours), spans=tuple(spans_alike)))
    return sorted(found, key=lambda one: one.spans[0])


def _told(window: Window, dates: Sequence[date], gone: Set[date], since: time, to: time, days: int) -> str:
    """Stretches that start on `dates`, did so on the days that are `gone`, and end so many days later."""
    until = f"{to:%H:%M}"
    within_a_day = days == 0 or (days == 1 and to <= since)
    if days and to == time(0):
        until, days = "24:00", days - 1
    if within_a_day:
        return f"{in_words(window, dates, gone)} {since:%H:%M}-{until}"
    last = dates[0] + days * ONE_DAY
    if len(dates) == 1:
        return f"from {day_in_words(dates[0])} {since:%H:%M} until {day_in_words(last)} {until}"
    later = f"{last:%A}" if days < 7 and len({day.weekday() for day in dates}) == 1 else f"{days} days later"
    return f"{in_words(window, dates, gone)} {since:%H:%M} until {later} {until}"


def in_words(window: Window, dates: Sequence[date], gone: Set[date] = frozenset()) -> str:
    """``every Mon-Fri``, ``on Tue 24 Nov and Wed 2 Dec``; the days that follow a rule within the window by the rule.

    :param gone: days that are over and not to be named, but follow the rule: what is so each day is so this evening.
    """
    inside = {day for day in (*dates, *gone) if window.first <= day}
    weekdays = {day.weekday() for day in inside}
    whole = {window.first + n * ONE_DAY for n in range(window.days)}
    often = len(inside) >= 2 * len(weekdays) > 0 or len(weekdays) == 7
    if often and {day for day in whole if day.weekday() in weekdays} <= inside:
        return "every day" if len(weekdays) == 7 else f"every {days_in_words(weekdays).title()}"
    shown = [day_in_words(day) for day in sorted(set(dates))]
    if len(shown) > _MOST_DATES + 1:
        shown[_MOST_DATES:] = [f"{len(shown) - _MOST_DATES} more days"]
    return "on " + " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def joined(found: Sequence[Times]) -> str:
    """Several phrases as one; some of them, if they are many."""
    texts = [one.text for one in found]
    if len(texts) > _MOST_TIMES + 1:
        texts[_MOST_TIMES:] = [f"at {len(texts) - _MOST_TIMES} more times"]
    return "; ".join(texts)


def day_in_words(day: date) -> str:
    """``Tue 24 Nov``."""
    return f"{day:%a} {day.day} {day:%b}"


def moment(local: datetime) -> str:
    """``Tue 24 Nov 06:00``."""
    return f"{day_in_words(local.date())} {local:%H:%M}"
