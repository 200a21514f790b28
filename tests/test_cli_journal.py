"""``hotline purge``, ``audit``, ``backup``, ``restore``, ``calls --csv`` and ``volunteers --history``."""

import csv
import io
import json
import os
import pwd
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline_agi.cli import cli
from hotline_agi.dispatch.commands import NoteVolunteer
from hotline_agi.errors import HotlineError
from hotline_agi.reports.listing import CSV_COLUMNS
from hotline_agi.store.journal import Journal
from hotline_agi.store.names import JOURNAL, SPOOL_SUFFIX
from hotline_agi.store.records import MessageRecord
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.standing import VolunteerState
from tests.e2e.scenery import Scenery
from tests.store.calls import AGELESS, call_id, closed, count, noted, opened, rows

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has its own now: in a long run it is minutes since this file was imported."""
    monkeypatch.setitem(globals(), "NOW", datetime.now(UTC).replace(microsecond=0))


LINE = LineId("test")
NUMBER = "+44 7700 900123"


@dataclass(frozen=True)
class Place:
    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "hotline.yaml"

    @property
    def journal(self) -> Path:
        return self.folder / "state" / JOURNAL

    def run(self, *words: object) -> Result:
        return CliRunner().invoke(cli, [*map(str, words), "--config", str(self.config)])

    def says(self, *words: object) -> str:
        done = self.run(*words)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    def refuses(self, *words: object) -> str:
        done = self.run(*words)
        assert isinstance(done.exception, HotlineError), (done.output, done.exception)
        return str(done.exception)

    def audit(self) -> list[tuple[object, ...]]:
        return rows(self.journal, "SELECT who, did, subject FROM audit ORDER BY at, seq")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("SUDO_USER", "mei")
    (tmp_path / "rosters/test").mkdir(parents=True)
    (tmp_path / "messages").mkdir()
    for name, text in Scenery(softphones=3).files().items():
        (tmp_path / "rosters" / name).write_text(text)
    found = Place(tmp_path)
    found.config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    journal = Journal.open(found.journal, boot=7, ages=AGELESS)
    journal.write_revision("d" * 64, "1a2b3c4d5e6f", NOW - timedelta(days=9))
    journal.write_revision("e" * 64, "9f8e7d6c5b4a modified", NOW - timedelta(hours=1))
    for number, (age, outcome, lasted_s) in enumerate(
        [
            (timedelta(days=5), Outcome.TALKED, 60.0),
            (timedelta(minutes=30), Outcome.ABANDONED, 40.0),
            (timedelta(minutes=20), Outcome.UNCERTAIN, 3.0),
            (timedelta(minutes=10), Outcome.TALKED, 60.0),
        ]
    ):
        call, at = call_id(number), NOW - age
        journal.write(opened(call, at, LINE), at)
        journal.write(noted(call, Fact.ARRIVED, "", None), at)
        end = closed(call, at, line=LINE, outcome=outcome, lasted_s=lasted_s)
        talk_s = 3.0 if outcome is Outcome.TALKED else 0.0
        legs = tuple(replace(leg, talk_s=talk_s if leg.outcome == "talked" else 0.0) for leg in end.legs)
        journal.write(replace(end, legs=legs), at)
    journal.write(noted(call_id(3), Fact.RECONSTRUCTED, "where=talking", None), NOW - timedelta(minutes=9))
    journal.write_number(call_id(3), PhoneNumber(NUMBER))
    journal.write_token(call_id(3), CallerToken("0123456789abcdef"))
    journal.write_revision("f" * 64, "0a0a0a0a0a0a", NOW - timedelta(minutes=9, seconds=30))
    assert journal.close(5)
    yield found


def listed(place: Place, *words: object) -> list[int]:
    return [int(one["call"].split(".")[1]) for one in json.loads(place.says("calls", "--json", *words))]


def test_calls_by_every_condition(place: Place) -> None:
    assert listed(place) == [3, 2, 1, 0]
    assert listed(place, "--line", "test", "--since", "1h", "--until", "15m") == [2, 1]
    assert listed(place, "--volunteer", "v01") == [3, 0]
    assert listed(place, "--volunteer", "v02") == []
    assert listed(place, "--waited", "4") == [3, 1, 0]
    assert listed(place, "--waited", "30") == [1]
    assert listed(place, "--uncertain") == [3, 2]
    assert listed(place, "--uncertain", "--outcome", "talked") == [3]
    assert listed(place, "--roster", "1a2b") == [0]
    assert listed(place, "--roster", "9f8e7d6c5b4a") == [3, 2, 1]
    assert listed(place, "--roster", "eeee") == [3, 2, 1]  # by digest
    assert listed(place, "--roster", "0a0a") == []
    assert listed(place, "--limit", "1") == [3]
    assert "the newest ones: 0a0a0a0a0a0a, 9f8e7d6c5b4a modified, 1a2b3c4d5e6f" in place.refuses(
        "calls", "--roster", "ffff0000"
    )
    assert "write a date" in place.refuses("calls", "--until", "soon")


def test_csv_has_stable_columns_and_no_formula(place: Place) -> None:
    with closing(sqlite3.connect(place.journal)) as raw:
        raw.execute(
            "UPDATE call SET volunteer = '=HYPERLINK(1)', node = '\t@SUM(1)', line = '-2' WHERE call LIKE '%.3'"
        )
        raw.commit()
    told = list(csv.DictReader(io.StringIO(place.says("calls", "--csv"))))
    assert tuple(told[0]) == CSV_COLUMNS
    assert (told[0]["volunteer"], told[0]["node"], told[0]["line"]) == ("'=HYPERLINK(1)", "' @SUM(1)", "'-2")
    assert told[1] == {
        "call": call_id(2),
        "line": "test",
        "node": "pbx1",
        "arrived_at": (NOW - timedelta(minutes=20)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "answered_at": "",
        "ended_at": (NOW - timedelta(minutes=20, seconds=-3)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "wait_s": "3.0",
        "talk_s": "0.0",
        "outcome": "uncertain",
        "volunteer": "",
        "messages": "0",
        "roster": "9f8e7d6c5b4a modified",
        "result": "",
    }
    said = CliRunner().invoke(cli, ["calls", "--help"]).output
    assert "Columns of --csv" in said and [column for column in CSV_COLUMNS if column not in said] == []
    assert json.loads(place.says("calls", "--json"))[1].keys() == set(CSV_COLUMNS)
    assert "leave CALL and --json out" in place.refuses("calls", "--csv", "--json")


def test_a_call_tells_which_roster_decided_and_what_was_learned_afterwards(place: Place) -> None:
    said = place.says("calls", call_id(3))
    assert "Roster 9f8e7d6c5b4a modified decided, in force since" in said and "; from " in said
    assert "on 0a0a0a0a0a0a" in said
    assert "The restarted service found the call in a conversation; what was written of it before is lost" in said
    assert "服务重启后发现来电正在通话；此前的记录已丢失" in place.says("calls", call_id(3), "--language", "zh")
    told = json.loads(place.says("calls", call_id(0), "--json"))
    assert [(one["revision"], one["modified"]) for one in told["rosters"]] == [("1a2b3c4d5e6f", False)]
    assert "Roster 1a2b3c4d5e6f decided" in place.says("calls", "explain", call_id(0))


def test_whoever_sees_a_number_is_noted_first(place: Place) -> None:
    assert NUMBER.replace(" ", "") in place.says("calls", call_id(3)[:-1] + "3", "--number")
    assert place.audit() == [("mei", "showed the caller's number", call_id(3))]
    assert "Roster" in place.says("calls", call_id(3))  # without the number nothing is noted
    assert len(place.audit()) == 1
    assert "name it" in place.refuses("calls", "--number")
    said = place.says("audit")
    assert "mei" in said and "showed the caller's number" in said
    (deed,) = json.loads(place.says("audit", "--json", "--since", "1h"))
    assert (deed["who"], deed["subject"]) == ("mei", call_id(3))
    assert json.loads(place.says("audit", "--json", "--since", "2200-01-01")) == []


def test_a_deed_during_a_lock_is_spooled_and_comes_into_the_journal(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline_agi.store.opening.BUSY_S", 0.05)
    with closing(sqlite3.connect(place.journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert NUMBER.replace(" ", "") in place.says("calls", call_id(3), "--number")
        assert place.audit() == []
        assert "wait in the journal's spool" in place.says("audit")
        other.execute("ROLLBACK")
    assert Journal.open(place.journal, ages=AGELESS).close(5)
    assert place.audit() == [("mei", "showed the caller's number", call_id(3))]


def test_what_can_be_noted_nowhere_is_not_done(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline_agi.store.opening.BUSY_S", 0.05)
    place.journal.with_name(JOURNAL + SPOOL_SUFFIX).mkdir()  # a folder takes no lines
    with closing(sqlite3.connect(place.journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = place.run("calls", call_id(3), "--number")
        other.execute("ROLLBACK")
    assert "cannot be noted, so it is not done" in str(done.exception)
    assert "7700" not in done.output


def test_without_sudo_it_is_the_user(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER")
    place.says("calls", "flag", call_id(3))
    place.says("calls", "flag", call_id(3), "--off")
    user = pwd.getpwuid(os.getuid()).pw_name
    assert place.audit() == [(user, "flagged high risk", call_id(3)), (user, "took the flag off", call_id(3))]


def test_purge_says_what_goes_and_what_went(place: Place) -> None:
    place.config.write_text("keep: {calls: 2, messages: 1, numbers: 1}\n" + place.config.read_text())
    old = NOW - timedelta(days=3)
    file = f"{int(old.timestamp())}_1_x.wav"
    (place.folder / "messages" / file).write_bytes(b"voice")
    journal = Journal.open(place.journal, ages=AGELESS)
    journal.write_message(MessageRecord(call=call_id(0), line=LINE, file=file, length_s=3, recorded_at=old))
    assert journal.close(5)
    planned = json.loads(place.says("purge", "--dry-run", "--json"))
    assert planned["dry_run"] and planned["removed"]["calls"] == 1 and planned["removed"]["recordings"] == 1
    assert count(place.journal, "call") == 4 and place.audit() == []
    said = place.says("purge")
    assert "1  calls" in said and "1  recordings" in said and "is removed" in said
    assert count(place.journal, "call") == 3 and not list((place.folder / "messages").iterdir())
    assert place.audit() == [("mei", "purged", "what is older than the settings say")]
    assert "nothing is too old" in place.says("purge")


@pytest.mark.parametrize("days", ["0", "-1", "36501", "1.5", "soon"])
def test_days_that_nobody_means_are_refused(place: Place, days: str) -> None:
    place.config.write_text(f"keep: {{numbers: {days}}}\n" + place.config.read_text())
    assert "hotline.yaml:1:" in place.refuses("purge")


def test_a_backup_and_its_return(place: Place) -> None:
    target = place.folder / "b.tar"
    assert "is made and verified: 4 calls, 0 recordings" in place.says("backup", target)
    assert place.audit() == [("mei", "made a backup", str(target))]
    assert "no backup is overwritten" in place.refuses("backup", target)
    (place.folder / "backups").mkdir()
    told = json.loads(place.says("backup", "--to", place.folder / "backups", "--json"))
    assert told["rows"]["audit"] == 3 and JOURNAL in told["files"]
    (dated,) = (place.folder / "backups").iterdir()
    assert dated.name.startswith("hotline-2") and dated.name.endswith("Z.tar")
    assert "name one of both" in place.refuses("backup")
    assert "move it away first" in place.refuses("restore", dated)
    (place.folder / "state").rename(place.folder / "lost")
    assert "is restored to" in place.says("restore", dated)
    assert listed(place) == [3, 2, 1, 0]
    assert place.audit()[-1] == ("mei", "restored a backup", str(dated))


def test_every_state_of_a_volunteer(place: Place) -> None:
    journal = Journal.open(place.journal, ages=AGELESS)
    for minutes, state in ((50, VolunteerState.RINGING), (49, VolunteerState.TALKING), (5, VolunteerState.AVAILABLE)):
        journal.write(NoteVolunteer(volunteer=VolunteerId("s01"), state=state), NOW - timedelta(minutes=minutes))
    assert journal.close(5)
    told = json.loads(place.says("volunteers", "--history", "s01", "--json"))
    assert [one["state"] for one in told["states"]] == ["ringing", "talking", "available"]
    assert told["name"] == "Volunteer s01"
    # who was rung and talked stands in the calls' legs
    legs = json.loads(place.says("volunteers", "--history", "v01", "--json"))["states"]
    assert [one["state"] for one in legs if one["detail"].startswith(call_id(3))] == ["ringing", "talking"]
    assert (legs[0]["detail"], legs[1]["state"]) == (f"{call_id(0)}: talked", "talking")
    shown = place.says("volunteers", "--history", "s01", "--since", "10m")
    assert "available" in shown and "talking" not in shown
    assert "Nothing is noted" in place.says("volunteers", "--history", "s02")
    assert "did you mean" in place.refuses("volunteers", "--history", "s001")
    assert "leave --line out" in place.refuses("volunteers", "--history", "s01", "--line", "test")
