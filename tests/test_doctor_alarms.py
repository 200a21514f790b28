"""What the doctor says of alarms, sinks and test calls."""

import asyncio
import socket
from datetime import timedelta
from pathlib import Path

from hotline_agi import canary_status
from hotline_agi.alarms.book import AlarmBook
from hotline_agi.alarms.kinds import Grade as AlarmGrade
from hotline_agi.alarms.kinds import Kind
from hotline_agi.alarms.trial import Stage, Trial
from hotline_agi.alerting import alarm_state
from hotline_agi.alerting.alarm_state import AlarmState, SinkState
from hotline_agi.canary_status import CanaryStatus
from hotline_agi.doctor.alarms import look_at_alarms, look_at_canary, look_at_sinks
from hotline_agi.doctor.check import Check, Grade
from hotline_agi.rosters.presence import Presence
from hotline_agi.settings import Settings, read_settings
from tests.alarms.stories import START, condition, looked

NOW = START + timedelta(hours=1)


def settings(folder: Path, text: str = "") -> Settings:
    path = folder / "hotline.yaml"
    path.write_text(f"rosters: r\nstate: .\nmessages: m\nami: {{secret_file: x}}\n{text}...\n")
    return read_settings(path)


def sinks(known: Settings) -> list[Check]:
    return asyncio.run(look_at_sinks(known))


def wrote(folder: Path, *sinks: SinkState) -> None:
    book = AlarmBook()
    bad = condition(Kind.WAITING, "xinli", grade=AlarmGrade.CRITICAL, text="a caller waits")
    for second in (0, 60):
        looked(book, second, condition(text="the disk is full"), bad)
    alarm_state.write(folder / alarm_state.NAME, AlarmState(book=book.as_json(), written_at=START, sinks=sinks))


def test_a_hotline_that_tells_nobody_is_warned(tmp_path: Path):
    (found,) = sinks(settings(tmp_path))
    assert (found.grade, found.found) == (Grade.WARNING, "nobody is told of alarms")


def test_a_sink_that_cannot_be_reached_or_does_not_take_alarms(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        known = settings(tmp_path, f"alarms: {{webhook: {{url: 'http://127.0.0.1:{port}/', secret_file: secret}}}}\n")
        assert any("cannot read" in one.found for one in sinks(known))
        (tmp_path / "secret").write_text("a word")
        (tmp_path / "secret").chmod(0o604)
        assert any("everybody can read" in one.found for one in sinks(known))
        (tmp_path / "secret").chmod(0o600)
        assert [one.grade for one in sinks(known)] == [Grade.OK]
        wrote(tmp_path, SinkState(name="webhook", trouble="the server answered 503", trouble_since=START))
        (found,) = sinks(known)
        assert (found.grade, "2026-11-28 08:00 UTC: the server answered 503" in found.found) == (Grade.FAILED, True)
    assert any("no connection to 127.0.0.1" in one.found for one in sinks(known))


def test_alarms_that_are_on_are_those_of_a_service_that_runs(tmp_path: Path):
    def found() -> list[Check]:
        return [one for one in look_at_alarms(settings(tmp_path), NOW) if one.name == "alarms"]

    wrote(tmp_path)
    assert found() == []
    presence = Presence(tmp_path)
    assert presence.take()
    try:
        assert [(one.grade, one.found) for one in found()] == [
            (Grade.FAILED, "a caller waits (for 60 min)"),
            (Grade.WARNING, "the disk is full (for 59 min)"),
        ]
    finally:
        presence.give_up()


def test_the_last_test_call(tmp_path: Path):
    def found(text: str = "") -> list[Check]:
        return list(look_at_canary(settings(tmp_path, text), NOW))

    assert found() == []
    assert [one.grade for one in found("canary: {every_min: 30}\n")] == [Grade.WARNING]
    trial = Trial(0.0, START, "trunk", 10.0)
    for n, stage in enumerate(Stage):
        trial.reach(stage, n / 10)
    good = CanaryStatus(last=trial.result(), last_good_at=START, failures=0, asked_ns=1)
    canary_status.write(tmp_path / canary_status.NAME, good)
    (check,) = found()
    assert (check.grade, "came through in 1.1 s (2026-11-28 08:00 UTC, trunk" in check.found) == (Grade.OK, True)
    bad = CanaryStatus(last=Trial(0.0, START, "local", 10.0).result(), last_good_at=None, failures=1, asked_ns=1)
    canary_status.write(tmp_path / canary_status.NAME, bad)
    (check,) = found()
    assert (check.grade, "stopped at: ready" in check.found) == (Grade.FAILED, True)
