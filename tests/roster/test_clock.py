"""Every zone that there is, at every change of its clock since 1966: first and last occurrences, and never a gap."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from hotline_agi.roster import clock
from hotline_agi.roster.clock import days_around, instant, span_on
from hotline_agi.roster.duty import duty_spans
from hotline_agi.roster.plan import DayHours
from tests.roster import written
from tests.roster.zones import DAY, MINUTE

SINCE, UNTIL = datetime(1966, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
STEP = 8 * DAY
"""Between two looks at a clock. Two changes that undo each other in between would be missed; none do."""
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)

Change = tuple[datetime, timedelta, timedelta]
"""At which instant, from which offset, to which."""


def offset(zone: ZoneInfo, at: datetime) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None
    return found


@cache
def changes() -> dict[str, list[Change]]:
    """By zone, all changes of its offset."""
    looks = [SINCE + n * STEP for n in range((UNTIL - SINCE) // STEP)]
    found: dict[str, list[Change]] = {}
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        offsets = [offset(zone, look) for look in looks]
        edges = [n for n in range(1, len(looks)) if offsets[n] != offsets[n - 1]]
        found[name] = [(_bisected(zone, looks[n - 1], looks[n]), offsets[n - 1], offsets[n]) for n in edges]
    return {name: several for name, several in found.items() if several}


def _bisected(zone: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = offset(zone, early)
    while late - early > SECOND:
        middle = early + (late - early) // (2 * SECOND) * SECOND
        if offset(zone, middle) == before:
            early = middle
        else:
            late = middle
    return late


def walls_near(change: Change) -> list[datetime]:
    """Wall-clock times, to the minute, that a change may make strange: naive."""
    at, before, after = change
    old, new = ((at + one).replace(tzinfo=None, second=0) for one in (before, after))
    midnights = [datetime.combine(one.date() + n * DAY, time(0)) for one in (old, new) for n in (0, 1)]
    beside = [one + n * MINUTE for one in (old, new, old + (new - old) // (2 * MINUTE) * MINUTE) for n in (-1, 0, 1)]
    return sorted({*midnights, *beside, min(old, new) - 3 * HOUR, max(old, new) + 3 * HOUR})


def occurrences(wall: datetime, change: Change) -> list[datetime]:
    """When the clock shows `wall`, if it changes but once in these days."""
    at, before, after = change
    early, late = ((wall - one).replace(tzinfo=UTC) for one in (before, after))
    return [one for one, is_shown in ((early, early < at), (late, late >= at)) if is_shown] or [at]


@pytest.mark.thorough
def test_the_changes_are_found() -> None:
    assert len(changes()) > 400
    assert sum(map(len, changes().values())) > 20_000
    at_midnight = {
        name for name, several in changes().items() for at, old, _ in several if (at + old).time() == time(0)
    }
    assert {"America/Sao_Paulo", "Asia/Beirut", "Asia/Gaza", "America/Havana", "Africa/Cairo"} <= at_midnight
    backwards_over_midnight = {
        name for name, several in changes().items() for at, old, new in several if (at + new).date() < (at + old).date()
    }
    assert {"America/St_Johns", "America/Santiago", "Pacific/Kwajalein"} <= backwards_over_midnight
    skips_a_day = {name for name, several in changes().items() for _, old, new in several if new - old >= 23 * HOUR}
    assert {"Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kiritimati"} <= skips_a_day
    assert min(b[0] - a[0] for several in changes().values() for a, b in pairwise(several)) > 3 * DAY


@pytest.mark.thorough
def test_the_first_and_the_last_occurrence_in_every_zone() -> None:
    counted = dict.fromkeys(("none", "one", "two"), 0)
    done: set[tuple[datetime, Change]] = set()
    for name, several in changes().items():
        zone = ZoneInfo(name)
        for change in several:
            for wall in walls_near(change):
                if (wall, change) in done:  # another name of the same clock
                    continue
                done.add((wall, change))
                expected = occurrences(wall, change)
                shown = [one for one in expected if one.astimezone(zone).replace(tzinfo=None) == wall]
                counted[("none", "one", "two")[len(shown)]] += 1
                found = [instant.__wrapped__(zone, wall.date(), wall.time(), last) for last in (False, True)]
                assert found == [expected[0], expected[-1]], (name, wall)
    assert all(number > 5_000 for number in counted.values()), counted


def shapes() -> dict[tuple[time, timedelta, timedelta], tuple[str, Change]]:
    """Each way in which some clock changes, with the last of its changes, for a zone that does it."""
    found: dict[tuple[time, timedelta, timedelta], tuple[str, Change]] = {}
    for name, several in changes().items():
        for at, before, after in several:
            shape = ((at + before).time(), before, after)
            if shape not in found or found[shape][1][0] < at:
                found[shape] = (name, (at, before, after))
    return found


def test_a_clock_change_opens_no_gap_in_any_zone() -> None:
    """Shifts that touch on the wall clock leave no gap, and each lasts from the first to the last occurrence."""
    for name, change in shapes().values():
        times = sorted({wall.time() for wall in walls_near(change)})
        hours = [(one, times[(n + 1) % len(times)]) for n, one in enumerate(times)]
        subject = written.line(
            *(written.shift(f"s{n}", f"{start}", f"{until}", "ann") for n, (start, until) in enumerate(hours)),
            zone=name,
        )
        at = change[0]
        spans = duty_spans(subject, at - DAY, at + DAY)
        assert all(span.duty.volunteers and span.duty.is_open for span in spans), (name, at)
        starts = {slot: span.from_utc for span in reversed(spans) for slot in span.duty.slots}
        for shift in subject.shifts:
            for day in days_around(subject.zone, at, at):
                start, end = span_on(subject.zone, day, shift)
                opens = datetime.combine(day, shift.start)
                assert start == occurrences(opens, change)[0]
                closes = datetime.combine(day if shift.until > shift.start else day + DAY, shift.until)
                assert end == occurrences(closes, change)[-1]
                if at - DAY <= start < min(end, at + DAY):
                    assert starts[shift.slot] <= start


def test_every_moment_of_a_stretch_has_its_day_around_it() -> None:
    """What lasts a day by the clock has begun on one of `days_around`, even where the date goes back or jumps."""
    most = 0
    for name, change in shapes().values():
        zone, at = ZoneInfo(name), change[0]
        local = at.astimezone(zone).date()
        for wall in walls_near(change):
            for day in (local + n * DAY for n in range(-4, 4)):
                start, end = span_on(zone, day, DayHours(start=wall.time(), until=wall.time()))
                for edge in (start, at - SECOND, at, end - SECOND):
                    if start <= edge < end:
                        assert day in days_around(zone, edge, edge), (name, day, edge)
                        most = max(most, abs((edge.astimezone(zone).date() - day).days))
    assert most == 2


@pytest.mark.parametrize(("name", "less"), [("DAYS_BEFORE", 1), ("DAYS_AFTER", 0)])
def test_a_day_less_would_be_seen(name: str, less: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, name, less)
    with pytest.raises(AssertionError):
        test_every_moment_of_a_stretch_has_its_day_around_it()


def test_a_change_to_the_second() -> None:
    """Liberia's clock went forward by 44 minutes and 30 seconds on 7 January 1972."""
    zone = ZoneInfo("Africa/Monrovia")
    jump = datetime(1972, 1, 7, 0, 44, 30, tzinfo=UTC)
    assert [instant(zone, date(1972, 1, 7), time(0, 20), last) for last in (False, True)] == [jump, jump]
