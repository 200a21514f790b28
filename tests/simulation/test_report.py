"""Figures of played days: their formulas, by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline_agi.simulation.assumptions import Nights
from hotline_agi.simulation.figures import figures, nearest_rank, service_level, share_and_error
from hotline_agi.simulation.report import report
from hotline_agi.simulation.telling import report_json
from hotline_agi.simulation.truth import CallTruth, End, Played, RingTruth
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.lines import DAYTIME, NOON, XINLI, line, shift

LIN, WANG, BAO = map(VolunteerId, ("lin", "wang", "bao"))


def call(arrived_s: float, wait_s: float, end: End = End.TALKED, who: VolunteerId | None = LIN) -> CallTruth:
    talked = end is End.TALKED
    return CallTruth(
        person=int(arrived_s),
        number=1,
        line=XINLI,
        arrived_s=arrived_s,
        answered_s=arrived_s + wait_s if talked else None,
        ended_s=arrived_s + wait_s + (60.0 if talked else 0.0),
        end=end,
        volunteer=who if talked else None,
        talk_s=60.0 if talked else 0.0,
        talks=int(talked),
    )


def rung(who: VolunteerId, at_s: float, *, accepted: bool = False, is_notice: bool = False) -> RingTruth:
    return RingTruth(
        volunteer=who,
        rang_s=at_s,
        ended_s=at_s + 5.0,
        accepted=accepted,
        is_notice=is_notice,
        talk_s=60.0 if accepted else 0.0,
    )


def world(*calls: CallTruth, rings: tuple[RingTruth, ...] = (), **faults: int) -> Played:
    return Played(volunteers=(LIN, WANG), calls=calls, rings=rings, **faults)


CALLS = (
    call(0.0, 10.0),
    call(1.0, 30.0),
    call(2.0, 50.0),
    call(3.0, 4.0, End.LEFT),
    call(4.0, 40.0, End.LEFT),
    call(5.0, 80.0, End.MESSAGE),
    call(6.0, 90.0, End.TOLD),
)


def test_the_service_level_leaves_short_abandons_out() -> None:
    assert service_level(CALLS, 30.0) == (2, 6)
    assert service_level(CALLS, 60.0) == (3, 6)
    assert service_level([], 30.0) == (0, 0)


def test_who_talked_to_the_overflow_number_alone_was_not_answered() -> None:
    moved = replace(call(7.0, 20.0), end=End.TRANSFERRED, volunteer=None)
    assert service_level((*CALLS, moved), 30.0) == (2, 7)
    found = figures([world(*CALLS, moved, rings=(RingTruth(volunteer=None, rang_s=9.0, ended_s=9.0, accepted=True),))])
    assert (found.calls, found.answered, found.rings) == (8, 3 / 8, 0)
    told = report(line(), NOON, NOON + timedelta(hours=1), [world(*CALLS, moved)]).whole
    assert (told.answered, told.transferred) == (3, 1)


def test_percentiles_are_nearest_ranks() -> None:
    assert [nearest_rank([1.0, 2.0, 3.0, 4.0], share) for share in (0.25, 0.5, 0.51, 0.9, 1.0)] == [1, 2, 3, 4, 4]
    assert nearest_rank([], 0.9) == 0.0


def test_the_error_of_a_share_is_that_of_its_runs() -> None:
    assert share_and_error([(8, 10), (6, 10)]) == (0.7, pytest.approx(0.1))
    assert share_and_error([(8, 10)]) == (0.8, 0.0)
    assert share_and_error([(0, 0), (0, 0)]) == (1.0, 0.0)
    # runs of different sizes: of all calls together, not the mean of shares
    assert share_and_error([(10, 10), (0, 30)])[0] == 0.25


def test_a_comparison_counts_all_calls() -> None:
    rings = (*(rung(LIN, at_s, accepted=True) for at_s in (0.0, 1.0, 2.0)), rung(WANG, 2.0))
    found = figures([world(*CALLS, rings=rings, double_rings=1, missed_joins=2, cut_talks=3, misreported=4)])
    assert (found.calls, found.answered, found.within) == (7, 3 / 7, 2 / 7)
    assert (found.mean_wait_s, found.p90_wait_s) == (30.0, 50.0)
    assert found.waits_s == sum(one.wait_s for one in CALLS)
    assert (found.rings, found.rings_per_answered) == (4, 4 / 3)
    assert (found.least_talks, found.most_talks) == (0.0, 3.0)
    assert (found.double_rings, found.endless, found.wrong) == (1, 0, 9)


def test_a_day_is_counted_as_a_whole_by_hour_and_by_volunteer() -> None:
    rings = (
        rung(LIN, 0.0, accepted=True),
        rung(LIN, 1.0, accepted=True),
        rung(WANG, 3700.0),
        rung(BAO, 3700.0),
        rung(WANG, 5.0, is_notice=True),
    )
    late = call(3650.0, 70.0, End.LEFT)
    plan = line(shifts=(shift(["lin", "wang"], ["bao"]),))
    until = NOON + timedelta(hours=2)
    found = report(plan, NOON, until, [world(*CALLS, late, rings=rings), world(rings=())])
    assert found.runs == 2
    whole = found.whole
    assert (whole.calls, whole.answered, whole.counted) == (8, 3, 7)
    assert whole.within == {20: 1, 30: 2, 60: 3}
    assert whole.level(30) == 2 / 7
    assert (whole.abandoned, whole.messages, whole.told, whole.transferred) == (3, 1, 1, 0)
    assert (whole.mean_wait_s, whole.p50_wait_s, whole.p90_wait_s) == (30.0, 30.0, 50.0)
    assert whole.rings == 4
    assert [(hour.hour, hour.of.calls, hour.of.rings, hour.on_shift) for hour in found.by_hour] == [
        (12, 7, 2, 2.0),
        (13, 1, 2, 2.0),
    ]
    of = {one.volunteer: one for one in found.by_volunteer}
    assert list(of) == [LIN, WANG, BAO]
    assert (of[LIN].rings, of[LIN].talks, of[LIN].talk_min, of[LIN].most_talks) == (1.0, 1.0, 1.0, 2)
    assert (of[WANG].rings, of[WANG].talks, of[WANG].most_talks) == (0.5, 0.0, 0)


def test_calls_while_the_line_is_closed_count_by_themselves() -> None:
    plan = line(opening=(DAYTIME,))  # until 18:00, six hours after noon
    closed = call(6 * 3600.0 + 1, 6.0, End.TOLD)
    found = report(plan, NOON, NOON + timedelta(hours=7), [world(call(0.0, 5.0), closed)])
    assert (found.whole.calls, found.closed) == (1, 1)


def test_the_report_for_programs_has_every_hour_and_volunteer() -> None:
    told = report_json(report(line(), NOON, NOON + timedelta(hours=24), [world(*CALLS)]))
    assert [hour["hour"] for hour in told["by_hour"]] == [*range(12, 24), *range(12)]
    assert sum(hour["calls"] for hour in told["by_hour"]) == told["whole"]["calls"] == 7
    assert [one["volunteer"] for one in told["by_volunteer"]] == ["lin", "wang"]


def test_nights_are_from_22_to_6_where_the_line_is() -> None:
    nights = Nights(line().zone, NOON, 0.5)
    factors = [nights(3600.0 * hours) for hours in (0, 9.9, 10, 17.9, 18, 34)]
    assert factors == [1.0, 1.0, 0.5, 0.5, 1.0, 0.5]
