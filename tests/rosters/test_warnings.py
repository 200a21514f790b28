"""What a reading warns of: the gaps of the coming days, for the service's log."""

from collections.abc import Iterable

import pytest

from hotline_agi.roster.reader import read_roster
from hotline_agi.rosters import child
from hotline_agi.rosters.transfer import Whole
from tests.rosters.places import SMALL, Desk, put, read

SHIFTS = "test/shifts.yaml"
LATER = SMALL.files()[SHIFTS].replace("12:00\n    until: 00:00", "14:00\n    until: 00:00")
GAP = (
    "test/shifts.yaml:2:3: warning: nobody is on shift every day 12:00-14:00 "
    "(name people for these hours, or close then)"
)


def warned(desk: Desk) -> Whole:
    last = read(desk.request()).last
    assert isinstance(last, Whole), last
    return last


def test_a_reading_tells_which_hours_of_the_coming_days_lack_people(desk: Desk) -> None:
    assert warned(desk).warning_count == 0
    put(desk.rosters, {SHIFTS: LATER})
    told = warned(desk)
    assert (told.warnings, told.warning_count) == ((GAP,), 1)


def test_of_many_gaps_the_first_are_told_and_the_gravest_before_the_others(desk: Desk) -> None:
    minutes = "".join(
        f"  s{n}: {{from: '{n // 60:02}:{n % 60:02}', until: '{n // 60:02}:{n % 60 + 1:02}', people: [s01], min: 2}}\n"
        for n in range(0, 90, 2)
    )
    put(desk.rosters, {SHIFTS: f"shifts:\n{minutes}...\n"})
    told = warned(desk)
    assert len(told.warnings) == child.FIRST_WARNINGS
    assert told.warning_count > 80
    assert all("nobody is on shift" in one for one in told.warnings)


def test_a_mistake_in_looking_ahead_does_not_refuse_a_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> Iterable[object]:
        raise ZeroDivisionError

    monkeypatch.setattr(child, "gaps_ahead", mistaken)
    files = {name: text.encode() for name, text in SMALL.files().items()}
    assert child._ahead(read_roster(files)) == ["the coming days could not be looked at: ZeroDivisionError"]
