"""The stories are watched: each planted bug must be seen by one of them. A bug that lives is a hole in the stories."""

from types import ModuleType

import pytest

from hotline_agi.roster import absences, clock, duty, precedence, timetable
from tests import planting
from tests.planting import Planting
from tests.roster.story import Story

MOST_STORIES = 300


def instead_of(module: ModuleType, name: str, old: str, new: str) -> Planting:
    return planting.instead_of(module, name, old, new, users=(precedence, absences, timetable, duty))


BUGS: dict[str, Planting] = {
    # clock
    "a shift starts at the last occurrence": instead_of(clock, "span_on", "hours.start, False", "hours.start, True"),
    "a shift ends at the first occurrence": instead_of(clock, "span_on", "hours.until, True", "hours.until, False"),
    "touching ends are the same day": instead_of(
        clock, "span_on", "hours.until > hours.start", "hours.until >= hours.start"
    ),
    "a gap of the clock is not looked for": instead_of(clock, "instant", "first_offset < second_offset", "False"),
    "two days too few before": lambda patch: patch.setattr(clock, "DAYS_BEFORE", 0),
    "two days too few after": lambda patch: patch.setattr(clock, "DAYS_AFTER", -1),
    # precedence, steps 1 to 3
    "every year goes before one date": instead_of(
        precedence,
        "special_day",
        "line.special_days.get(day) or line.yearly_days.get((day.month, day.day))",
        "line.yearly_days.get((day.month, day.day)) or line.special_days.get(day)",
    ),
    "like is ignored": instead_of(precedence, "occurrence", "weekday_meant(day, special)", "day.weekday()"),
    "the month names people for the backup": instead_of(
        precedence, "_sayings", "month.backup if as_backup", "month.people if as_backup"
    ),
    "the special day goes before the month": instead_of(
        precedence, "_sayings", "if month is not None:", "if special is None and month is not None:"
    ),
    "an empty cell of a special day is no saying": instead_of(
        precedence,
        "_sayings",
        "cell is not None:\n            yield Saying(cell, Basis.SPECIAL",
        "cell:\n            yield Saying(cell, Basis.SPECIAL",
    ),
    "a slot without people is on if there is backup": instead_of(
        precedence, "occurrence", "if written.cell is None and not any", "if not line.shifts and not any"
    ),
    "an extra does not make a slot take place": instead_of(
        precedence,
        "occurrence",
        "if written.cell is None and not any",
        "if written.cell is None or not any([1]) and not any",
    ),
    # precedence, step 4
    "swaps against the order of the text": instead_of(
        precedence,
        "_covered",
        "for cover in todays if isinstance(cover, Swap)",
        "for cover in reversed(todays) if isinstance(cover, Swap)",
    ),
    "an exchange moves one after the other": instead_of(precedence, "_covered", "!= NOWHERE", "== NOWHERE"),
    "who is swapped in stands twice": instead_of(
        precedence, "_swapped", "not _stands(staying, swap.to, place.as_backup)", "True"
    ),
    "a swap leaves the backup place": instead_of(
        precedence, "_swapped", "if swap is None:", "if swap is None or place.as_backup:"
    ),
    "an extra backup is on shift": instead_of(
        precedence, "_covered", "as_backup=cover.as_backup, start", "as_backup=False, start"
    ),
    "extras come first": instead_of(precedence, "_covered", "places.append(", "places.insert(0, "),
    # precedence, step 5
    "the last day of an absence is not included": instead_of(absences, "absent_span", "day > last", "day >= last"),
    "the first day of an absence is not included": instead_of(absences, "absent_span", "day < first", "day <= first"),
    "an instant counts for the whole shift": instead_of(
        absences,
        "absent_span",
        "start = max(start, _moment(line, first, False))",
        "start = start if _moment(line, first, False) < end else end",
    ),
    "an aware instant is read by the line's clock": instead_of(absences, "_moment", "if at.tzinfo is None", "if True"),
    "a stand-in comes though absent": instead_of(absences, "Gaps._part", "if named in away:", "if named is not named:"),
    "a stand-in comes though there": instead_of(
        absences, "Gaps._part", "(named, place.as_backup) in there", "named in away and False"
    ),
    "the first absence hides the others": instead_of(
        absences, "Gaps._part", "for absence in away[place.who]:", "for absence in away[place.who][:1]:"
    ),
    "a stand-in for two stands twice": instead_of(
        absences, "Gaps._part", "there.add((named, place.as_backup))", "pass"
    ),
    "a stand-in keeps the whole slot": instead_of(
        absences,
        "Gaps._part",
        "piece = replace(place, who=named, start=start, end=end)",
        "piece = replace(place, who=named)",
    ),
    "absences end only with the slot": instead_of(
        absences, "Gaps.without_absent", "s <= start and end <= e", "s <= start"
    ),
    "covers of the day before count": instead_of(
        precedence,
        "_covers",
        "(cover.day, cover.slot), []",
        "(cover.day + __import__('datetime').timedelta(days=1), cover.slot), []",
    ),
    # timetable
    "quiet backup may be rung": instead_of(
        timetable, "_duty", "who for who in backup if who not in quiet", "who for who in backup"
    ),
    "quiet hours by the line's clock": instead_of(timetable, "_quiet", "who.zone or line.zone", "line.zone"),
    "who is on shift is backup too": instead_of(
        timetable, "_duty", "[who for who in behind if who not in volunteers]", "behind"
    ),
    "the last plan counts": instead_of(
        timetable, "_duty", "for plan in line.ring_plans if", "for plan in line.ring_plans[::-1] if"
    ),
    "a closed special day is open": instead_of(timetable, "_opening", "special.opening is not None", "special.opening"),
    "opening hours do not know like": instead_of(timetable, "_opening", "weekday_meant(day, special)", "day.weekday()"),
    "slots by day, not by roster": instead_of(timetable, "_made", "order[one.shift.slot]", "0"),
    "an absence is no edge": instead_of(
        timetable, "_made", "for place in one.places for edge", "for place in one.places[:0] for edge"
    ),
    "the next page is not looked at": instead_of(
        timetable, "next_change", "found.duties[0] is not now and found.duties[0] != now", "False"
    ),
    "the next page always differs": instead_of(
        timetable, "next_change", "found.duties[0] is not now and found.duties[0] != now", "True"
    ),
    "duties are shared too eagerly": instead_of(timetable, "_duty", "is_open, quiet, plans)\n", "is_open, plans)\n"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_killed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    clock.instant.cache_clear()
    try:
        for seed in range(MOST_STORIES):
            try:
                Story(seed).check(every=997)
            except AssertionError:
                print(f"\n{bug:50} story {seed + 1}")
                return
    finally:
        clock.instant.cache_clear()
    pytest.fail(f"the bug lives: {bug}")
