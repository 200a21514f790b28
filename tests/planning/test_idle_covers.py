"""Covers that change nothing, or less than somebody thinks."""

from dataclasses import replace
from datetime import date, timedelta

from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Cover, weekly
from hotline_agi.terms.ids import LineId
from tests.planning.people import person, roster
from tests.planning.warned import NOW, hints, warned
from tests.roster.written import away, extra, ids, line, month_day, shift, sick, special, swap

PLAIN = line(
    shift("day", "00:00", "00:00", "ann bo", backup="dee"), shift("mondays", "08:00", "09:00", weekly({0: ids("cy")}))
)


def said(*covers: Cover, of: Line = PLAIN) -> list[str]:
    """About the covers."""
    return [one.what for one in outlook(roster(replace(of, covers=covers)), NOW) if one.file == "xinli/covers.yaml"]


def test_covers_that_change_something_are_let_alone() -> None:
    assert (
        said(
            swap("ann", "cy", "2026-11-24", "day", at=1),
            extra("cy", "2026-11-25", "day", at=2),
            extra("cy", "2026-11-26", "day", as_backup=True, at=3),
            sick("bo", "2026-11-27", "2026-11-28", at=4),
            sick("bo", "2026-11-29", "2026-11-30", "cy", at=5),
            away("ann", "2026-12-01T03:00", "2026-12-01T04:00", at=6),
            sick("dee", "2026-12-03", "2026-12-03", at=7),
        )
        == []
    )


def test_a_swap_out_of_a_slot_in_which_they_are_not() -> None:
    assert said(swap("cy", "ann", "2026-11-24", "day")) == [
        "the swap changes nothing: 'cy' is not in 'day' on Tue 24 Nov"
    ]
    assert said(swap("cy", "ann", "2026-11-24", "mondays")) == [
        "the swap changes nothing: there is no 'mondays' on Tue 24 Nov"
    ]


def test_a_swap_with_somebody_who_is_there_or_absent() -> None:
    assert said(swap("ann", "bo", "2026-11-24", "day")) == [
        "the swap takes 'ann' out of 'day' on Tue 24 Nov, where 'bo' is anyway: one person less"
    ]
    assert said(swap("ann", "cy", "2026-11-23", "day"), sick("cy", "2026-11-23", "2026-11-23", at=2)) == [
        "the swap takes 'ann' out of 'day' on Mon 23 Nov, and 'cy' is absent then"
    ]


def test_swaps_in_a_row_are_no_mistake() -> None:
    assert said(swap("ann", "cy", "2026-11-24", "day", at=1), swap("cy", "dora", "2026-11-24", "day", at=2)) == []


def test_an_extra_who_is_there_anyway() -> None:
    assert said(extra("ann", "2026-11-24", "day")) == [
        "the extra changes nothing: 'ann' is in 'day' on Tue 24 Nov anyway"
    ]
    assert said(extra("ann", "2026-11-24", "day", as_backup=True)) == [
        "the extra changes nothing: 'ann' is on shift in 'day' on Tue 24 Nov, and so no backup"
    ]
    assert said(extra("dee", "2026-11-24", "day", as_backup=True)) == [
        "the extra changes nothing: 'dee' is in 'day' on Tue 24 Nov anyway"
    ]
    assert said(extra("dee", "2026-11-24", "day")) == []  # from backup to on shift


def test_an_extra_who_is_absent() -> None:
    assert said(extra("cy", "2026-11-23", "day"), sick("cy", "2026-11-23", "2026-11-23", at=2)) == [
        "the extra changes nothing: 'cy' is absent in 'day' on Mon 23 Nov"
    ]


def test_an_absence_without_any_shift() -> None:
    idle = "the absence changes nothing: 'cy' has no shift in that time"
    assert said(sick("cy", "2026-11-24", "2026-11-29")) == [idle]
    assert said(sick("cy", "2026-11-24", "2026-11-30")) == []  # a Monday
    assert said(away("cy", "2026-11-30T09:00", "2026-11-30T10:00")) == [idle]
    assert said(sick("cy", "2027-03-02", "2027-03-03")) == [idle]  # far behind the four weeks
    assert said(sick("cy", "2027-03-01", "2027-03-03")) == []


def test_an_absence_that_cuts_the_end_of_the_night_before() -> None:
    of = line(shift("night", "22:00", "06:00", weekly({0: ids("cy")})), shift("day", "00:00", "00:00", "ann"))
    for tuesday in ("2026-12-01", "2027-03-02"):
        assert said(away("cy", f"{tuesday}T05:00", f"{tuesday}T12:00"), of=of) == []


def test_an_absence_counts_on_all_lines_and_is_told_once() -> None:
    absence = sick("cy", "2026-11-24", "2026-11-29")
    youth = replace(line(shift("day", "00:00", "00:00", "ed"), covers=(absence,)), id=LineId("youth"))
    own = replace(PLAIN, covers=(absence,))
    assert warned(own, youth, only="absence") == ["the absence changes nothing: 'cy' has no shift in that time"]
    there = replace(youth, shifts=(shift("day", "00:00", "00:00", "ed cy"),))
    assert warned(own, there, only="absence") == []


def test_of_months_that_are_not_written_yet_nothing_is_said() -> None:
    days = {date(2026, 11, 1) + timedelta(n): month_day({"day": "ann cy"}) for n in range(30)}
    of = line(shift("day", "00:00", "00:00", weekly({})), months=days)
    assert said(sick("cy", "2026-12-05", "2026-12-06"), of=of) == []
    gone = {day: month_day({"day": "ann"}) for day in days} | {date(2026, 11, 2): month_day({"day": "cy"})}
    assert said(sick("cy", "2026-11-25", "2026-11-26"), of=replace(of, months=gone)) != []


def test_of_an_absence_for_long_nothing_is_said() -> None:
    once = replace(PLAIN, special_days={date(2026, 11, 1): special(people={"day": "eve"})})
    assert said(sick("eve", "2026-12-01", "2027-01-15"), of=once) != []
    assert said(sick("eve", "2026-12-01", "2027-12-31"), of=once) == []  # a leave: shifts may be given meanwhile


def test_a_stand_in_who_cannot_stand_in() -> None:
    both = (sick("ann", "2026-11-24", "2026-11-25", "cy", at=1), sick("cy", "2026-11-25", "2026-12-07", at=2))
    assert said(*both) == ["'cy' does not replace 'ann' in 'day' on Wed 25 Nov, but is absent too"]
    assert said(sick("ann", "2026-11-24", "2026-11-25", "bo")) == [
        "'bo' does not replace 'ann' in 'day' on Tue 24 Nov, but is there anyway"
    ]


def test_the_past_is_let_alone() -> None:
    assert (
        said(
            swap("cy", "ann", "2026-11-22", "day"),
            extra("ann", "2026-11-20", "day", at=2),
            sick("cy", "2026-11-17", "2026-11-25", at=3),  # most of it is over
            sick("ann", "2026-11-20", "2026-11-22", "bo", at=4),
        )
        == []
    )


def test_the_hint_says_what_to_do() -> None:
    known = roster(replace(PLAIN, covers=(swap("cy", "ann", "2026-11-24", "day"),)), people=(person("cy"),))
    assert hints(known, "swap") == {"correct the date or the slot, or delete the cover"}
