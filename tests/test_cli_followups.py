"""``hotline followups`` over an invented journal; no Asterisk, no service."""

import json
from datetime import UTC, datetime, timedelta
from errno import EACCES
from pathlib import Path

import pytest

from hotline_agi.alarms.conditions import follow_ups
from hotline_agi.alarms.kinds import Grade
from hotline_agi.asterisk.inspection import HelpInspection
from hotline_agi.cli import main
from hotline_agi.dispatch.commands import OpenFollowUps
from hotline_agi.doctor.help import judge_help
from hotline_agi.store.journal import Journal
from hotline_agi.store.past import JOURNAL
from hotline_agi.store.reading import JournalReader
from hotline_agi.terms.ids import LineId, VolunteerId
from tests.commands import hotline
from tests.e2e.scenery import Scenery
from tests.store.calls import AGELESS, call_id, closed, opened

NOW = datetime.now(UTC).replace(microsecond=0)
CALL = call_id(7)


@pytest.mark.thorough
def test_what_is_due_is_listed_closed_and_told_by_whom(tmp_path: Path) -> None:
    (tmp_path / "rosters/test").mkdir(parents=True)
    for name, text in Scenery(softphones=1).files().items():
        (tmp_path / "rosters" / name).write_text(text)
    config = tmp_path / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    (tmp_path / "state").mkdir()
    journal = Journal.open(tmp_path / "state" / JOURNAL, ages=AGELESS)
    at = NOW - timedelta(hours=30)
    journal.write(opened(CALL, at), at)
    journal.write(closed(CALL, at), at)
    journal.write(
        OpenFollowUps(call=CALL, line=LineId("test"), volunteer=VolunteerId("s01"), ended_at=at, after_h=(24, 168)),
        at,
    )
    assert journal.close(5)

    def told(*words: object) -> str:
        done = hotline("followups", *words, "--config", config)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert f"{CALL}/24h" in told("list") and "overdue" in told("list")
    assert "已逾期" in told("list", "--language", "zh")
    for words in (("note", f"{CALL}/24h", "call 07700 900123"), ("done", f"{CALL}/24h", "--note", "07700900123")):
        refused = hotline("followups", *words, "--config", config)
        assert refused.returncode == 2 and "must hold no telephone number" in refused.stderr
    told("note", f"{CALL}/24h", "tried at noon")
    told("done", f"{CALL}/24h", "--note", "is well")
    told("obsolete", f"{CALL}/168h")
    assert "nothing is to be followed up" in told("list") and "nothing" in told("list", "--line", "test")
    misspelt = hotline("followups", "list", "--line", "tset", "--config", config)
    assert misspelt.returncode == 2 and "there is no line 'tset': did you mean 'test'?" in misspelt.stderr
    found = json.loads(told("list", "--all", "--json"))
    assert [(one["state"], one["note"], one["overdue"]) for one in found] == [
        ("done", "tried at noon · is well", False),
        ("obsolete", "", False),
    ]
    assert found[0]["volunteer"] == "s01" and found[0]["closed_by"]
    again = hotline("followups", "done", f"{CALL}/24h", "--config", config)
    assert again.returncode == 1 and "no open follow-up" in again.stderr


def test_without_the_right_to_read_the_journal_it_says_as_whom_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(EACCES, "Permission denied", str(path))

    (tmp_path / "hotline.yaml").write_text(
        "rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n"
    )
    monkeypatch.setattr(JournalReader, "open", refuse)  # tests run as root, whom no mode of a file refuses
    with pytest.raises(SystemExit) as ended:
        main(["followups", "list", "--config", str(tmp_path / "hotline.yaml")])
    assert ended.value.code == 2
    assert "run it as the service's user: sudo -u hotline" in capsys.readouterr().err


def test_all_that_are_overdue_are_one_alarm() -> None:
    assert list(follow_ups({})) == []
    (alarm,) = follow_ups({LineId("a"): 2, LineId("b"): 1})
    assert (alarm.key, alarm.grade) == ("follow-ups-overdue", Grade.WARNING)
    assert "3 follow-ups" in alarm.en and "a 2, b 1" in alarm.en and "3" in alarm.zh


def test_the_doctor_names_what_help_in_talks_lacks() -> None:
    (good,) = judge_help(HelpInspection(missing_modules=(), deaf_keys=()))
    (module,) = judge_help(HelpInspection(missing_modules=("app_chanspy",), deaf_keys=("HOTLINE_HELP_KEYS",)))
    (keys,) = judge_help(HelpInspection(missing_modules=(), deaf_keys=("HOTLINE_HELP_KEYS",)))
    assert "app_chanspy" in module.found and "HOTLINE_HELP_KEYS" in keys.found
    assert (good.grade.value, keys.grade.value) == ("ok", "failed")


def test_a_serious_result_by_command_opens_follow_ups(tmp_path: Path) -> None:
    (tmp_path / "rosters/test").mkdir(parents=True)
    for name, text in Scenery(softphones=1).files().items():
        more = "results: {list: [resolved, high-risk]}\nhigh_risk: {supervisors: [s01], follow_ups_h: [24, 168]}\n"
        is_line = name == "test/line.yaml"
        (tmp_path / "rosters" / name).write_text(text.replace("...\n", more + "...\n") if is_line else text)
    config = tmp_path / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    (tmp_path / "state").mkdir()
    journal = Journal.open(tmp_path / "state" / JOURNAL, ages=AGELESS)
    at = NOW - timedelta(hours=30)
    journal.write(opened(CALL, at, LineId("test")), at)
    journal.write(closed(CALL, at, line=LineId("test")), at)
    assert journal.close(5)

    def told(*words: object) -> str:
        done = hotline(*words, "--config", config)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "followups" not in told("calls", "result", CALL, "resolved")
    assert "nothing is to be followed up" in told("followups", "list")
    for _ in range(2):
        assert "followups list" in told("calls", "result", CALL, "high-risk")
        found = json.loads(told("followups", "list", "--json"))
        assert [(one["after_h"], one["overdue"]) for one in found] == [(24, True), (168, False)], (
            "from the call's end on"
        )
