"""Pages: made once, small, bounded; the next change is found without a search."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline_agi.roster import timetable
from hotline_agi.roster.duty import duty_spans, next_change, on_duty
from hotline_agi.roster.plan import weekly
from hotline_agi.roster.timetable import Page, occurrences, open_spans, page, warm
from tests.roster.written import hours, ids, line, shift, special, utc

DAY = timedelta(days=1)
MONDAY = utc("2026-02-09T00:00")


def two_shifts(**changes: Any) -> Any:
    return line(shift("day", "08:00", "20:00", "ann"), shift("night", "20:00", "08:00", "bo"), **changes)


def test_equal_duties_are_one_object() -> None:
    subject = two_shifts()
    warm(subject, MONDAY, MONDAY + 13 * DAY)
    duties = [duty for n in range(14) for duty in page(subject, (MONDAY + n * DAY).date()).duties]
    assert len({id(duty) for duty in duties}) == 2


def test_pages_are_made_once() -> None:
    subject = two_shifts()
    first = page(subject, MONDAY.date())
    on_duty(subject, MONDAY)
    assert page(subject, MONDAY.date()) is first
    assert not replace(subject).memo


def test_a_memo_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timetable, "MOST_KEPT", 50)
    subject = two_shifts()
    before = [duty_spans(subject, MONDAY, MONDAY + 5 * DAY)]
    for n in range(400):
        on_duty(subject, MONDAY + n * DAY)
        assert len(subject.memo) <= 55
    assert [duty_spans(subject, MONDAY, MONDAY + 5 * DAY)] == before


def test_who_is_on_duty_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """With warmed pages neither the duty nor the next change works anything out."""
    subject = two_shifts()
    warm(subject, MONDAY, MONDAY + DAY)

    def made(*_: Any) -> Page:
        raise AssertionError("a page was made")

    monkeypatch.setattr(timetable, "_made", made)
    assert on_duty(subject, MONDAY + DAY / 2).volunteers == ids("ann")
    assert next_change(subject, MONDAY + DAY / 2) == utc("2026-02-09T20:00")
    assert next_change(subject, utc("2026-02-09T20:00")) == utc("2026-02-10T08:00")


def test_the_next_change_is_within_forty_days() -> None:
    monday = MONDAY.date()
    for days, expected in ((39, True), (41, False)):
        there = monday + timedelta(days=days)
        once = line(shift("day", "08:00", "20:00", weekly({})), special_days={there: special(people={"day": "ann"})})
        found = next_change(once, MONDAY)
        assert found == (datetime(there.year, there.month, there.day, 8, tzinfo=UTC) if expected else None)


def test_what_touches_a_span() -> None:
    subject = two_shifts(opening=(hours("09:00", "12:00"), hours("11:00", "02:00")))
    at = utc("2026-02-10T01:00")
    assert [(one.shift.slot, one.day.day) for one in occurrences(subject, at, at + DAY / 24)] == [("night", 9)]
    assert open_spans(subject, at, at + DAY / 24) == [(utc("2026-02-09T11:00"), utc("2026-02-10T02:00"))]


def test_slots_that_are_on_together_stand_in_roster_order() -> None:
    subject = line(shift("late", "04:00", "10:00", "bo"), shift("early", "22:00", "06:00", "ann"))
    duty = on_duty(subject, utc("2026-02-10T05:00"))
    assert duty.slots == ("late", "early")
    assert duty.volunteers == ids("bo ann")
