"""``hotline calls`` and ``hotline volunteers`` over an invented journal; no Asterisk, no service."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hotline_agi.dispatch.codec import RosterUsed
from hotline_agi.dispatch.commands import NoteCover, NoteVolunteer
from hotline_agi.dispatch.events import CallArrived, CallerHeld, CallerLeft
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.memory import NOTHING
from hotline_agi.dispatch.replay import Beginning
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.texts import pack_texts
from hotline_agi.store.callers import CallerKey, flagged
from hotline_agi.store.journal import Journal
from hotline_agi.store.past import JOURNAL
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LineId, NodeId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.packing import packed, unpacked
from hotline_agi.terms.standing import VolunteerState
from tests.commands import hotline
from tests.e2e.scenery import Scenery
from tests.store.calls import AGELESS, call_id, closed, noted, opened

NOW = datetime.now(UTC).replace(microsecond=0)
LINE = LineId("test")
BOOT = 0x5E3A0001
CALL = call_id(1)
CHOSE = "order=longest-idle;want=2;rang=s01;resting=s02@2026-07-01T19:10Z;language=s03"


@dataclass(frozen=True)
class Place:
    config: Path
    journal: Path

    def calls(self, *words: object) -> str:
        """What a command prints that ends well."""
        done = hotline("calls", *words, "--config", self.config)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "rosters/test").mkdir(parents=True)
    files = Scenery(softphones=3).files()
    for name, text in files.items():
        (tmp_path / "rosters" / name).write_text(text)
    config = tmp_path / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    path = tmp_path / "state" / JOURNAL
    journal = Journal.open(path, boot=BOOT, ages=AGELESS)
    journal.write(opened(CALL, NOW, LINE), NOW)
    journal.write(noted(CALL, Fact.ARRIVED, "", None), NOW)
    journal.write(noted(CALL, Fact.CHOSE, CHOSE, None), NOW)
    journal.write(noted(CALL, Fact.RANG, "softphone", "s01"), NOW)
    journal.write(closed(CALL, NOW, line=LINE), NOW)
    journal.write(opened(call_id(2), NOW, LINE), NOW)
    journal.write_token(CALL, CallerKey.of(path.parent).token(PhoneNumber("07700900999")))
    _volunteers(journal)
    _run(journal, {name: text.encode() for name, text in files.items()})
    assert journal.close(5)
    return Place(config, path)


def _volunteers(journal: Journal) -> None:
    until_at = NOW + timedelta(hours=1)
    journal.write(NoteVolunteer(volunteer=VolunteerId("s01"), state=VolunteerState.PAUSED, until_at=until_at), NOW)
    gone = VolunteerId("gone")
    journal.write(NoteVolunteer(volunteer=gone, state=VolunteerState.RESTING), NOW - timedelta(hours=2))
    stand_in = NoteCover(
        line=LINE,
        slot="late",
        from_at=NOW,
        until_at=until_at,
        absent=VolunteerId("s02"),
        present=VolunteerId("s03"),
    )
    journal.write_agreement(stand_in, NOW)


def _run(journal: Journal, files: dict[str, bytes]) -> None:
    """A run as the service would write it: a real machine that hears of a call."""
    began = Now(50.0, NOW)
    machine = Machine(read_roster(files).roster, boot=BOOT, now=began)
    journal.write_roster("d1", pack_texts(files))
    journal.write_beginning(Beginning(boot=BOOT, now=began, roster="d1", memory=NOTHING), "0.3")
    call = CallId("pbx1-1580875200.1")
    for number, event in enumerate(
        (
            CallArrived(call=call, line=LINE, node=NodeId("pbx1")),
            CallerHeld(call=call),
            CallerLeft(call=call),
        )
    ):
        now = Now(51.0 + number, NOW + timedelta(seconds=number))
        journal.write_step(event, now, machine.handle(event, now))
    for number in range(3, 40):
        now = Now(51.0 + number, NOW + timedelta(seconds=number))
        journal.write_step(None, now, machine.handle_deadline(now))
    now = Now(100.0, NOW)
    journal.write_step(RosterUsed(digest="d1"), now, machine.use_roster(read_roster(files).roster, now))


@pytest.mark.thorough
def test_a_call_by_its_id_and_the_list_still_need_no_other_word(place: Place) -> None:
    assert "talked to a volunteer" in place.calls()
    assert "talked to a volunteer" in place.calls("--since", "1d")
    assert "Rang s01" in place.calls(CALL)
    assert "Rang s01" in place.calls("show", CALL)
    assert "--outcome" in hotline("calls", "--help").stdout and "explain" in hotline("calls", "--help").stdout
    assert hotline("calls", "--nonsense").returncode == 2


def test_explain_tells_who_was_chosen_and_why_not_others(place: Place) -> None:
    said = place.calls("explain", CALL)
    assert "s01 was chosen, because longest idle (2 wanted)" in said
    assert "s02 was resting until 2026-07-02 03:10 after missed calls" in said  # by the clock of the line
    assert "s03 does not speak English" in said
    said = place.calls("explain", CALL, "--language", "zh")
    assert "选定 s01：空闲最久（需要 2 人）" in said
    assert "s03 不会说英语" in said
    told = json.loads(place.calls("explain", CALL, "--json"))
    assert told["has_reasons"] and told["call"] == CALL
    assert "s03 does not speak English" in [moment["text"] for moment in told["explanation"]]
    assert "No reasons were noted" in place.calls("explain", call_id(2))
    assert hotline("calls", "explain", "pbx9", "--config", place.config).returncode == 1


def test_replay_proves_a_run(place: Place) -> None:
    said = place.calls("replay")
    assert "run 5e3a0001 is proved: 41 steps" in said
    told = json.loads(place.calls("replay", "--run", "5e3a0001", "--json"))
    assert (told["proved"], told["steps"], told["difference"]) == (True, 41, None)
    (run,) = json.loads(place.calls("replay", "--list", "--json"))
    assert (run["run"], run["steps"], run["program"]) == ("5e3a0001", 41, "0.3")
    assert "5e3a0001" in place.calls("replay", "--list")
    steps = place.calls("replay", "--steps").splitlines()
    assert len(steps) == 41 and "CallArrived" in steps[0] and "RosterUsed" in steps[-1]
    missing = hotline("calls", "replay", "--run", "00000007", "--config", place.config)
    assert missing.returncode == 1 and "--list" in missing.stderr


def test_replay_shows_the_first_difference(place: Place) -> None:
    with closing(sqlite3.connect(place.journal)) as journal:
        ((first, octets),) = journal.execute("SELECT first, packed FROM step ORDER BY first LIMIT 1").fetchall()
        lines = unpacked(octets).split("\n")
        number = next(n for n, line in enumerate(lines) if '"CloseRecord"' in line)
        lines[number] = lines[number].replace('"outcome":"abandoned"', '"outcome":"talked"')
        journal.execute("UPDATE step SET packed = ? WHERE first = ?", (packed("\n".join(lines)), first))
        journal.commit()
    done = hotline("calls", "replay", "--config", place.config)
    assert done.returncode == 1
    assert f"step {number + 1} of 41 differs" in done.stdout + done.stderr
    assert '"outcome":"talked"' in done.stdout and '"outcome":"abandoned"' in done.stdout
    told = json.loads(hotline("calls", "replay", "--json", "--config", place.config).stdout)
    assert told["difference"]["step"] == number + 1 and not told["proved"]


def test_replay_says_what_is_missing(place: Place) -> None:
    with closing(sqlite3.connect(place.journal)) as journal:
        journal.execute("DELETE FROM roster_text")
        journal.commit()
    done = hotline("calls", "replay", "--config", place.config)
    assert done.returncode == 1
    assert "the texts of roster d1 are not in the journal" in done.stdout + done.stderr


def test_flag_marks_a_caller_and_takes_it_back(place: Place) -> None:
    assert f"the caller of {CALL} is marked as at high risk for 365 days" in place.calls("flag", CALL)
    assert len(flagged(place.journal, NOW)) == 1
    assert f"the caller of {CALL} is not marked any more" in place.calls("flag", CALL, "--off")
    assert flagged(place.journal, NOW) == frozenset()
    unknown = hotline("calls", "flag", call_id(2), "--config", place.config)
    assert unknown.returncode == 1 and "withheld or is deleted by now" in unknown.stderr
    with closing(sqlite3.connect(place.journal)) as journal:
        assert journal.execute("SELECT did FROM audit ORDER BY seq").fetchall() == [
            ("flagged high risk",),
            ("took the flag off",),
        ]


def test_volunteers_tells_states_and_stand_ins(place: Place) -> None:
    def said(*words: str) -> str:
        done = hotline("volunteers", *words, "--config", place.config)
        assert done.returncode == 0, done.stderr
        return done.stdout

    shown = said()
    assert "Volunteer s01" in shown and "paused" in shown
    assert "gone" in shown and "stands in for s02" in shown
    assert "gone" not in said("--line", "test")
    assert "gone" not in said("--since", "1h")
    assert "暂停接听" in said("--language", "zh") and "代替 s02" in said("--language", "zh")
    told = json.loads(said("--json"))
    assert [one["volunteer"] for one in told["volunteers"]] == ["gone", "s01"]
    assert told["agreements"][0]["present"] == "s03"
    wrong = hotline("volunteers", "--line", "tset", "--config", place.config)
    assert wrong.returncode == 2 and "there is no line" in wrong.stderr


def test_nothing_is_noted_yet(place: Place) -> None:
    with closing(sqlite3.connect(place.journal)) as journal:
        journal.executescript("DELETE FROM volunteer_state; DELETE FROM agreement; DELETE FROM step; DELETE FROM run")
    assert "Nothing is noted" in hotline("volunteers", "--config", place.config).stdout
    none = hotline("calls", "replay", "--config", place.config)
    assert none.returncode == 1 and "no run" in none.stderr


def test_random_bytes_for_a_run_are_a_finding(place: Place) -> None:
    with closing(sqlite3.connect(place.journal)) as journal:
        journal.execute("UPDATE run SET packed = ?", (Random(1).randbytes(50),))
        journal.commit()
    done = hotline("calls", "replay", "--config", place.config)
    assert done.returncode == 1 and "Traceback" not in done.stderr


def test_the_result_of_a_talk_is_noted_by_command(place: Place) -> None:
    assert f"{CALL}: referred" in place.calls("result", CALL, "referred")
    assert "noted the result of the talk: referred" in place.calls(CALL)
    said = place.calls("result", CALL, "high-risk")
    assert f"the caller of {CALL} is marked as at high risk" in said
    assert len(flagged(place.journal, datetime.now(UTC))) == 1
    assert json.loads(place.calls(CALL, "--json"))["result"] == "high-risk"
    for words, why in (
        ((CALL, "refered"), "there is no result 'refered': did you mean 'referred'?"),
        (("nosuch", "referred"), "no call has the id 'nosuch'"),
    ):
        done = hotline("calls", "result", *words, "--config", place.config)
        assert done.returncode == 1 and why in done.stderr
    # a withheld number cannot be marked: that is said, and the word is noted all the same
    done = hotline("calls", "result", call_id(2), "high-risk", "--config", place.config)
    assert done.returncode == 0 and "is marked" not in done.stdout
    assert "the caller is not marked as at high risk: who called in" in done.stderr
    assert json.loads(place.calls(call_id(2), "--json"))["result"] == "high-risk"
