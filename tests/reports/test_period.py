"""Figures of a period equal those that are counted anew from random pasts, one by one; planted bugs are noticed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from math import isclose
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.reports.period import calls, carried, coverage, hours, maker, missed, span, tally, waves
from hotline_agi.reports.period.calls import ReportedCall
from hotline_agi.reports.period.coverage import CoverageFigures, Seen
from hotline_agi.reports.period.maker import LineReport, ReportMaker
from hotline_agi.reports.period.missed import Talked
from hotline_agi.reports.period.span import Period
from hotline_agi.reports.period.values import values
from hotline_agi.terms.languages import Language
from tests.planting import Planting, instead_of
from tests.reports import naive
from tests.reports.worlds import CANARY, LINE, Truth, world

BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
SECTIONS = ("calls", "before", "hour", "weekday", "day", "week", "step", "volunteer", "missed", "limits")
NOT_OF_CALLS = ("promised_people", "delivered_people", "on_shift_h", "away_h", "nights", "tests", "short_threshold_s")
"""Of other sections' making."""
NOTHING = Seen(states={}, stood_in=(), runs=(), since=datetime(2026, 1, 1, tzinfo=UTC))
# the night in which Berlin sets its clocks back is in it: 49 hours for two days
AUTUMN = Period(
    from_at=datetime(2026, 10, 23, 22, tzinfo=UTC), until_at=datetime(2026, 10, 25, 23, tzinfo=UTC), zone=BERLIN
)


def no_coverage(period: Period) -> CoverageFigures:
    return coverage.coverage(period, (), NOTHING, {})


def report_of(period: Period, truths: list[Truth], *, short_s: float = 5.0) -> LineReport:
    """As `reporting.book` makes it."""
    made = ReportMaker(period, short_s=short_s)
    for one in truths:
        if one.close.arrived_at < period.until_at:
            made.add(one.reported)
    made.reached(
        Talked(caller=one.caller, at=one.close.answered_at)
        for one in truths
        if one.close.arrived_at >= period.until_at
        and one.is_over and one.caller is not None and one.close.answered_at is not None
    )  # fmt: skip
    return made.report(
        line=LINE,
        name=dict.fromkeys(Language, "test"),
        coverage=no_coverage(period),
        called_back={},
        tests=0,
        now=period.until_at,
    )


def differences(period: Period, truths: list[Truth], short_s: float = 5.0) -> list[str]:
    """Where the report and the naive count differ."""
    report = report_of(period, truths, short_s=short_s)
    told = {
        (section, key, name): value
        for section, key, name, value in values(report)
        if section in SECTIONS and name not in NOT_OF_CALLS
    }
    true = naive.figures(truths, period.from_at, period.until_at, period.zone, short_s)
    found = [f"{key} is {told.get(key, 'missing')}, not {value}" for key, value in true.items()
             if key not in told or not _same(told[key], value)]  # fmt: skip
    return found + [f"{key} is {value}, and nobody counted it" for key, value in told.items() if key not in true]


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, abs_tol=1e-6)


def days(count: int, zone: ZoneInfo, until: datetime) -> Period:
    return Period(from_at=until - timedelta(days=count), until_at=until, zone=zone)


WEEK = days(7, SHANGHAI, datetime(2026, 11, 15, 16, tzinfo=UTC))


def history(seed: int, period: Period = WEEK, count: int = 500) -> list[Truth]:
    """Of one line, from before the period before until after the period."""
    length = period.until_at - period.from_at
    return world(seed, count, period.from_at - 1.5 * length, period.until_at + 0.5 * length, line=LINE)


@pytest.mark.parametrize("seed", range(6))
def test_all_figures_equal_those_that_are_counted_one_by_one(seed: int) -> None:
    assert differences(WEEK, history(seed), short_s=(0.0, 5.0, 10.0)[seed % 3]) == []


def test_the_night_of_the_clock_change_has_all_its_hours() -> None:
    truths = history(11, AUTUMN, 900)
    twice = [
        one
        for one in truths
        if one.close.arrived_at.astimezone(BERLIN).hour == 2 and AUTUMN.holds(one.close.arrived_at)
    ]
    assert {one.close.arrived_at.astimezone(BERLIN).fold for one in twice} == {0, 1}
    # two days back from a day of 25 hours are 48 hours
    before = AUTUMN.before()
    assert before.until_at - before.from_at == timedelta(hours=48)
    report = report_of(AUTUMN, truths)
    assert sum(one.arrived for one in report.by_time.hours) == report.calls.arrived
    assert [day.isoformat() for day in report.by_time.days] == ["2026-10-24", "2026-10-25"]
    plain = [one for one in differences(AUTUMN, truths) if "'before'" not in one]
    assert plain == []  # the naive count takes the period before as long as this one


def test_random_pasts_reach_every_part_and_every_end() -> None:
    """Else the test above says little."""
    truths = [one for seed in range(6) for one in history(seed)]
    parts, ends = Counter(map(naive.part, truths)), Counter(map(naive.went, truths))
    print(parts, ends)
    assert min(parts[name] for name in ("offered", "closed", "limited", "unknown", "open")) >= 40
    assert min(ends[name] for name in ("talked", "transferred", "message", "directory", "abandoned")) >= 100
    exact = sum(one.close.wait_s in (5, 15, 20, 30, 60) for one in truths)
    assert exact >= 500, "thresholds are met exactly"
    cut_off = [
        one for one in truths if naive.part(one) == "offered" and naive.went(one) != one.close.outcome.name.lower()
    ]
    assert len(cut_off) >= 20, "the last outcome is not the best one"
    report = report_of(WEEK, history(0))
    assert report.missed.got_through > 10
    assert report.missed.unknown > 3


def test_parts_add_up() -> None:
    report = report_of(WEEK, history(3))
    assert sum(report.calls.parts.values()) == report.calls.arrived
    assert sum(report.calls.went.values()) == report.calls.offered
    told = {(section, key): [] for section, key, _, _ in values(report)}
    assert ("calls", "") in told


def test_a_test_call_counts_nowhere() -> None:
    tallied = tally.CallTally()
    one = world(1, 1, WEEK.from_at, WEEK.until_at, line=CANARY)[0].reported
    tallied.add(one, calls.Part.TEST)
    assert tallied.figures().arrived == 0


def test_who_was_called_back_is_not_missed_for_good() -> None:
    truths = history(4)
    made = ReportMaker(WEEK)
    for one in truths:
        made.add(one.reported)
    lost = made.missed_calls()
    assert len(lost) > 5
    one = made.report(
        line=LINE, name={}, coverage=no_coverage(WEEK), called_back={lost[0]: WEEK.until_at, lost[2]: WEEK.until_at},
        tests=0, now=WEEK.until_at,
    ).missed  # fmt: skip
    assert one.called_back == 2
    assert one.missed == one.called_back + one.got_through + one.never + one.unknown == len(lost)


def test_nothing_is_divided_by_nothing() -> None:
    report = report_of(WEEK, [])
    assert report.calls.level(30) is None
    assert report.calls.waits.p99_s is None
    assert all(value in (0, 0.0, None, 5.0) for _, _, _, value in values(report))


BUGS: dict[str, Planting] = {
    "short abandons stay in the service level": instead_of(
        tally, "CallFigures.counted", "self.offered - self.short", "self.offered"
    ),
    "who waited exactly the threshold is short": instead_of(
        tally, "is_short", "< short_s", "<= short_s", users=[missed]
    ),
    "who waited exactly the level is late": instead_of(tally, "CallTally.figures", "wait <= level", "wait < level"),
    "percentiles are one rank too high": instead_of(tally, "nearest_rank", ") - 1)", ") - 2)", users=[waves, carried]),
    "abandoned waits have the short ones in": instead_of(
        tally, "CallTally.add", "elif went is Outcome.ABANDONED:", "if went is Outcome.ABANDONED:"
    ),
    "who was put through counts as answered": instead_of(
        calls, "ReportedCall.went", "return Outcome.TRANSFERRED", "return Outcome.TALKED"
    ),
    "the last outcome hides a talk": instead_of(
        calls,
        "ReportedCall.went",
        "if False in talked:\n        return Outcome.TALKED",
        "if False in talked:\n        return outcome",
    ),
    "calls in survival are offered": instead_of(
        calls, "ReportedCall.part", "return Part.UNKNOWN", "return Part.OFFERED"
    ),
    "limited callers are offered": instead_of(calls, "ReportedCall.part", "return Part.LIMITED", "return Part.OFFERED"),
    "silent callers are limited": instead_of(calls, "ReportedCall.is_limited", "name != Limit.SILENT", "True"),
    "who rang before closing time counts as closed": instead_of(
        calls, "ReportedCall.is_closed", "not was_rung and ", ""
    ),
    "hours are those of UTC": instead_of(
        hours, "TimeTally.add", "self._hours[local.hour]", "self._hours[call.call.arrived_at.hour]"
    ),
    "the first talk is the last": instead_of(waves, "WaveTally.add", "min(talked", "max(talked"),
    "rings that stopped lower the accept rate": instead_of(
        carried, "VolunteerFigures.accept_rate", "self.accepts + self.missed + self.declined", "self.rings"
    ),
    "an accept that came too late is none": instead_of(
        carried,
        "CarriedTally.add",
        "leg.outcome is LegOutcome.TALKED or leg.leg in agreed",
        "leg.outcome is LegOutcome.TALKED",
    ),
    "a voicemail that picked up is no missed ring": instead_of(
        carried, "CarriedTally.add", "leg.outcome in MISSED", "leg.outcome is LegOutcome.NO_ANSWER"
    ),
    "an earlier talk counts for a later miss": instead_of(
        missed, "MissedTally.figures", "again_at is not None and again_at > at", "again_at is not None"
    ),
    "the first talk hides the last": instead_of(missed, "MissedTally.reached", "max(talk.at", "min(talk.at"),
    "talks after the period are not looked at": instead_of(
        maker, "ReportMaker.reached", "self._missed.reached(talk)", "pass"
    ),
    "calls of the period before are in": instead_of(maker, "ReportMaker.add", "self._before.add", "self._calls.add"),
    "the period before is a day too short": instead_of(
        span, "Period.before", "(end.date() - first.date())", "(end.date() - first.date() - timedelta(days=1))"
    ),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_noticed(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BUGS[bug](monkeypatch)
    assert any(differences(WEEK, history(seed)) for seed in range(3))


def test_a_call_knows_its_part() -> None:
    one = world(2, 1, WEEK.from_at, WEEK.until_at, line=LINE)[0].reported
    assert isinstance(one, ReportedCall)
