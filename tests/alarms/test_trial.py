"""Where a test call stopped, and when the next one is due."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from hotline_agi.alarms.trial import HINTS, Result, Stage, Trial, Verdict, next_due, result_json, result_of

NOW = datetime(2026, 11, 28, 8, 0, tzinfo=UTC)
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)


def trial(*stages: Stage, each_s: float = 0.1) -> Trial:
    found = Trial(100.0, NOW, "local", 10.0)
    for n, stage in enumerate(stages, 1):
        found.reach(stage, 100.0 + n * each_s)
    return found


def test_one_that_took_every_step_in_time_is_good():
    found = trial(*Stage)
    assert found.is_over
    result = found.result()
    assert (result.verdict, result.stopped_at, result.why) == (Verdict.GOOD, None, "")
    assert result.total_s == pytest.approx(1.2)


@pytest.mark.parametrize("stage", list(Stage))
def test_one_that_stopped_says_where_and_what_to_do(stage: Stage):
    before = list(Stage)[: list(Stage).index(stage)]
    result = trial(*before).result()
    assert (result.verdict, result.stopped_at, result.why) == (Verdict.FAILED, stage, HINTS[stage])


def test_the_earliest_of_several_faults_is_told():
    found = trial(Stage.READY, Stage.PLACED, Stage.ARRIVED)
    found.fail(Stage.ACCEPTED, "the leg is gone")
    found.fail(Stage.HEARS, "no prompts")
    found.fail(Stage.JOINED, "nothing")
    found.fail(Stage.ARRIVED, "it has arrived, though")
    assert (found.result().stopped_at, found.result().why) == (Stage.HEARS, "no prompts")


def test_too_late_is_not_in_time_and_the_end_may_take_longer():
    late = trial(*Stage, each_s=1.1).result()
    assert (late.verdict, late.stopped_at) == (Verdict.FAILED, Stage.HEARD)
    found = trial(*list(Stage)[:-1])
    found.reach(Stage.ENDED, 114.0)
    assert found.result().verdict is Verdict.GOOD


def test_giving_way_is_no_failure():
    assert trial(Stage.READY).result(gave_way=True).verdict is Verdict.GAVE_WAY


def test_it_comes_back_from_its_file_as_it_was():
    for result in (trial(*Stage).result(), trial(Stage.READY).result(), Trial(0.0, NOW, "trunk", 5.0).result()):
        assert result_of(json.loads(json.dumps(result_json(result)))) == result
    with pytest.raises((ValueError, KeyError)):
        result_of({"at": "yesterday"})
    assert isinstance(trial().result(), Result)


def test_by_the_clock():
    assert next_due(None, (), NOW, every=HOUR, before=None) == NOW
    assert next_due(NOW - QUARTER, (), NOW, every=HOUR, before=None) == NOW + 3 * QUARTER
    assert next_due(NOW - 2 * HOUR, (), NOW, every=HOUR, before=None) == NOW
    assert next_due(NOW + HOUR, (), NOW, every=HOUR, before=None) == NOW, "the clock was set back"
    assert next_due(None, (NOW + HOUR,), NOW, every=None, before=None) is None


def test_once_before_each_slot():
    starts = (NOW + HOUR, NOW + 5 * HOUR)
    assert next_due(None, starts, NOW, every=None, before=QUARTER) == NOW + HOUR - QUARTER
    placed = NOW + HOUR - QUARTER
    assert next_due(placed, starts, placed + timedelta(seconds=5), every=None, before=QUARTER) == (
        NOW + 5 * HOUR - QUARTER
    )
    late = NOW + HOUR - timedelta(minutes=5)
    assert next_due(NOW, starts, late, every=None, before=QUARTER) == late, "missed its minute, not its slot"
    assert next_due(NOW, starts, NOW + 6 * HOUR, every=None, before=QUARTER) is None
