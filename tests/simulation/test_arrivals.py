"""Who calls when: as many as are to be expected, in the hours in which they are."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.roster.clock import span_on
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.plan import DayHours
from hotline_agi.simulation.arrivals import USUAL_CURVE, arrivals, curve, read_curve

WUHAN, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
ALL_DAY = DayHours(start=time(0), until=time(0))


def drawn(zone: ZoneInfo, day: date, by_hour: tuple[float, ...], hours: DayHours = ALL_DAY) -> list[datetime]:
    start, until = span_on(zone, day, hours)
    found = arrivals(zone, start, until, by_hour, Random(1))
    assert found == sorted(found)
    assert all(0.0 <= at_s <= (until - start).total_seconds() for at_s in found)
    return [(start + timedelta(seconds=at_s)).astimezone(zone) for at_s in found]


def test_the_whole_day_has_exactly_the_calls_that_were_asked_for() -> None:
    assert len(drawn(WUHAN, date(2026, 2, 14), curve(1234))) == 1234


def test_hours_have_their_share() -> None:
    counts = Counter(at.hour for at in drawn(WUHAN, date(2026, 2, 14), curve(100_000)))
    for hour, weight in enumerate(USUAL_CURVE):
        assert counts[hour] == pytest.approx(100_000 * weight / sum(USUAL_CURVE), rel=0.1)


def test_the_usual_curve_is_highest_at_midnight_and_lowest_in_the_morning() -> None:
    assert max(USUAL_CURVE) in USUAL_CURVE[22:] and min(USUAL_CURVE) in USUAL_CURVE[5:9]


def test_some_hours_have_the_calls_of_those_hours() -> None:
    by_hour = tuple(10.0 if hour in (22, 23, 0) else 500.0 for hour in range(24))
    night = DayHours(start=time(22, 0), until=time(1, 0))
    found = drawn(WUHAN, date(2026, 2, 14), by_hour, night)
    assert len(found) == 30
    assert {at.hour for at in found} == {22, 23, 0}


def test_a_day_of_23_hours_lacks_the_calls_of_the_hour_that_the_clock_skips() -> None:
    found = drawn(BERLIN, date(2026, 3, 29), (10.0,) * 24)
    assert len(found) == 230
    assert 2 not in {at.hour for at in found}
    assert len(drawn(BERLIN, date(2026, 10, 25), (10.0,) * 24)) == 250


def test_nobody_calls_where_nobody_is_expected() -> None:
    assert drawn(WUHAN, date(2026, 2, 14), (0.0,) * 24) == []
    assert drawn(WUHAN, date(2026, 2, 14), (0.01,) * 24) == []


@pytest.mark.parametrize(
    "text",
    [
        "hour,calls\n0,5\n22,13.5\n",
        "0,5\n22,13.5\n",
        "Stunde,Anrufe\n 0 , 5 \n\n22:00,13.5",
        "时,来电\n22,13.5\n0,5",
    ],
)
def test_a_curve_is_read_with_and_without_a_heading(text: str) -> None:
    findings = Findings()
    found = read_curve("curve.csv", text, findings)
    assert not findings.problems
    assert found is not None
    assert (found[0], found[22], sum(found)) == (5.0, 13.5, 18.5)


def test_everything_that_is_wrong_in_a_curve_is_said_with_its_line() -> None:
    findings = Findings()
    assert read_curve("curve.csv", "hour,calls\n24,1\n3\n4,many\n5,1\n5,2\n6,-1\n", findings) is None
    assert [(one.line, one.what) for one in sorted(findings.problems)] == [
        (2, "'24' is no hour"),
        (3, "no number of calls"),
        (4, "no number of calls"),
        (6, "hour 5 stands here a second time"),
        (7, "no number of calls"),
    ]


@pytest.mark.parametrize("text", ["", "hour,calls\n"])
def test_a_curve_without_hours_is_none(text: str) -> None:
    findings = Findings()
    assert read_curve("curve.csv", text, findings) is None
    assert findings.failed


def test_earlier_mistakes_are_not_those_of_the_curve() -> None:
    findings = Findings()
    findings.failed = True
    assert read_curve("curve.csv", "1,1", findings) is not None
    assert findings.failed


def test_instants_are_those_of_the_zone() -> None:
    start, _ = span_on(WUHAN, date(2026, 2, 14), ALL_DAY)
    assert start == datetime(2026, 2, 13, 16, 0, tzinfo=UTC)
