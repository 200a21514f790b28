"""The state file over restarts, and what is made of one that is damaged."""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline_agi import canary_status
from hotline_agi.alarms.book import AlarmBook
from hotline_agi.alarms.trial import Stage, Trial
from hotline_agi.alerting import alarm_state
from hotline_agi.alerting.alarm_state import AlarmState, SinkState
from hotline_agi.canary_status import CanaryStatus
from tests.alarms.stories import START, condition, looked


def written(path: Path) -> AlarmState:
    book = AlarmBook()
    for second in (0, 60):
        looked(book, second, condition())
    told = AlarmState(
        book=book.as_json(),
        written_at=START,
        starts=(START, START + timedelta(hours=1)),
        sinks=(
            SinkState(name="email", delivered_at=START),
            SinkState(name="webhook", trouble="no", trouble_since=START),
        ),
    )
    alarm_state.write(path, told)
    return told


def test_it_comes_back_as_it_was_and_nobody_else_can_read_it(tmp_path: Path):
    path = tmp_path / alarm_state.NAME
    told = written(path)
    assert alarm_state.read(path) == told
    assert [one.condition.en for one in told.alarms()] == ["it is full"]
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"book": {}}', '{"written_at": 3}', "\x00" * 99])
def test_what_is_damaged_is_begun_anew(tmp_path: Path, damage: str):
    path = tmp_path / alarm_state.NAME
    assert alarm_state.read(path) is None
    path.write_text(damage)
    assert alarm_state.read(path) is None
    assert canary_status.read(path) is None


def test_any_cut_of_the_file_is_noticed(tmp_path: Path):
    path = tmp_path / alarm_state.NAME
    written(path)
    whole = path.read_text()
    for length in range(0, len(whole) - 2, 7):
        path.write_text(whole[:length])
        assert alarm_state.read(path) is None


def test_the_last_test_call(tmp_path: Path):
    trial = Trial(0.0, START, "local", 10.0)
    trial.reach(Stage.READY, 0.1)
    told = CanaryStatus(last=trial.result(), last_good_at=START, failures=2, asked_ns=7)
    canary_status.write(tmp_path / canary_status.NAME, told)
    assert canary_status.read(tmp_path / canary_status.NAME) == told
