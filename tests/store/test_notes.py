"""Spoken notes in the journal and on disk; and results of talks that are asked for again."""

import os
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.asterisk import notes as on_disk
from hotline_agi.asterisk import recordings
from hotline_agi.dispatch.commands import CloseRecord, NoteFact, OpenRecord
from hotline_agi.retention import Ages
from hotline_agi.store import clearance, note_clearance, results
from hotline_agi.store.clearance import clear
from hotline_agi.store.journal import Journal
from hotline_agi.store.notes import note_files, past_notes
from hotline_agi.store.records import SpokenNoteRecord
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.results import Said
from tests.planting import instead_of
from tests.store.calls import AGELESS

NOW = datetime(2026, 7, 1, 18, 0, tzinfo=UTC)
LIN, WANG, XINLI = VolunteerId("lin"), VolunteerId("wang"), LineId("xinli")


def note_of(days: float, who: VolunteerId = LIN) -> SpokenNoteRecord:
    at = NOW - timedelta(days=days)
    name = f"note_{int(at.timestamp())}_xinli_{who}_pbx1-1.wav"
    return SpokenNoteRecord(file=name, line=XINLI, volunteer=who, recorded_at=at, length_s=9.5)


def sound(path: Path, seconds: float) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * int(8000 * seconds))


def filled(tmp_path: Path) -> tuple[Path, Path, list[SpokenNoteRecord]]:
    path, folder = tmp_path / "journal.sqlite", tmp_path / "messages"
    folder.mkdir()
    journal = Journal.open(path, ages=AGELESS)
    notes = [note_of(1), note_of(13.5, WANG), note_of(14.5), note_of(200, WANG)]
    for note in notes:
        journal.write_spoken_note(note)
        journal.write_spoken_note(note)  # the spool may be read twice
        journal.write_note_heard(note.file, WANG, note.recorded_at + timedelta(hours=1))
        journal.write_note_heard(note.file, WANG, note.recorded_at + timedelta(hours=9))
        sound(folder / note.file, 3.0)
        os.utime(folder / note.file, (note.recorded_at.timestamp(),) * 2)
    assert journal.close(5)
    return path, folder, notes


def test_what_is_kept_of_notes(tmp_path: Path) -> None:
    path, _, notes = filled(tmp_path)
    found = past_notes(path)
    assert [one.file for one in found] == [note.file for note in notes]
    assert found[0].heard == ((WANG, notes[0].recorded_at + timedelta(hours=1)),)
    assert [one.file for one in past_notes(path, since=NOW - timedelta(days=2))] == [notes[0].file]
    assert past_notes(path, line="other") == [] and len(past_notes(path, limit=2)) == 2
    assert note_files(path) == {note.file for note in notes}


def purged(tmp_path: Path) -> None:
    path, folder, notes = filled(tmp_path)
    ages = Ages(messages=90.0, notes=14.0)
    assert clear(path, folder, ages, NOW, dry_run=True).removed[note_clearance.NOTES] == 2
    assert len(list(folder.iterdir())) == 4 and len(past_notes(path)) == 4
    cleared = clear(path, folder, ages, NOW)
    assert (cleared.removed[note_clearance.NOTES], cleared.troubles) == (2, [])
    assert {one.name for one in folder.iterdir()} == {note.file for note in notes[:2]}
    assert [one.file for one in past_notes(path)] == [note.file for note in notes[:2]]
    assert all(one.heard for one in past_notes(path))
    # notes may be kept longer than messages: they are no strays
    cleared = clear(path, folder, Ages(messages=1.0, notes=90.0), NOW)
    assert len(list(folder.iterdir())) == 2
    assert clear(path, None, Ages(notes=1.0), NOW).removed.get(note_clearance.NOTES) is None


def test_purging_removes_notes_with_their_files(tmp_path: Path) -> None:
    purged(tmp_path)


@pytest.mark.parametrize(
    ("module", "name", "old", "new"),
    [
        (note_clearance, "clear_notes", "recorded_at < before", "recorded_at > before"),
        (note_clearance, "clear_notes", "if gone and not dry_run:", "if gone:"),
        (note_clearance, "forget_notes", "SPOKEN_NOTE.c.file.in_(files)", "SPOKEN_NOTE.c.file.in_([])"),
    ],
)
def test_a_planted_bug_of_purging_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: object, name: str, old: str, new: str
) -> None:
    instead_of(module, name, old, new, users=(clearance,))(monkeypatch)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        purged(tmp_path)


def test_a_file_that_cannot_go_keeps_its_row(tmp_path: Path) -> None:
    path, folder, notes = filled(tmp_path)
    (folder / notes[3].file).unlink()
    (folder / notes[3].file).mkdir()
    cleared = clear(path, folder, Ages(notes=14.0), NOW)
    assert cleared.removed[note_clearance.NOTES] == 1 and len(cleared.troubles) >= 1
    assert notes[3].file in note_files(path) and notes[2].file not in note_files(path)


# ---- on disk


def test_a_note_is_known_by_its_name_alone(tmp_path: Path) -> None:
    name = "note_1782900000_xin-li_wang-lei_pbx1-1782900000.42"
    sound(tmp_path / f"{name}.wav", 2.5)
    found = on_disk.keep_or_drop(tmp_path, name)
    assert found is not None
    assert (found.line, found.volunteer, found.length_s) == ("xin-li", "wang-lei", 2.5)
    assert found.recorded_at == datetime.fromtimestamp(1782900000, UTC)
    assert recordings.inspect(tmp_path, name) is None, "no message of a caller"
    for strange in (
        "note_1782900000_xinli_Wang_pbx1-1",
        "note_1_xinli_wang_pbx1-1",
        "../note",
        "1782900000_1_pbx1-1.4",
    ):
        assert on_disk.keep_or_drop(tmp_path, strange) is None and not on_disk.is_note(strange)


def test_short_notes_go_and_those_that_nobody_heard_of_are_found(tmp_path: Path) -> None:
    names = [f"note_178290000{n}_xinli_wang_pbx1-1782900000.{n}" for n in range(5)]
    for name, seconds in zip(names, (3.0, 1.9, 4.0, 5.0, 6.0), strict=True):
        sound(tmp_path / f"{name}.wav", seconds)
        os.utime(tmp_path / f"{name}.wav", (0, 0))
    (tmp_path / f"{names[4]}.wav").touch()  # is being recorded
    sound(tmp_path / "1782900000_01632960100_pbx1-1.4.wav", 3.0)
    found = on_disk.left_alone(tmp_path, frozenset({names[3]}))
    assert [one.name for one in found] == [names[0], names[2]]
    assert not (tmp_path / f"{names[1]}.wav").exists() and (tmp_path / f"{names[4]}.wav").exists()


# ---- results


def call_with_talk(journal: Journal, n: int, who: VolunteerId, at: datetime, *said: str) -> CallId:
    call = CallId(f"pbx1-{n}.1")
    journal.write(OpenRecord(call=call, line=XINLI, node=NodeId("pbx1"), arrived_at=at), at)
    journal.write(NoteFact(call=call, fact=Fact.TALK_STARTED, volunteer=who), at)
    for word in said:
        journal.write(NoteFact(call=call, fact=Fact.RESULT, volunteer=who, detail=word), at)
    journal.write(
        CloseRecord(
            call=call,
            line=XINLI,
            node=NodeId("pbx1"),
            arrived_at=at,
            answered_at=at,
            ended_at=at + timedelta(minutes=5),
            wait_s=1.0,
            talk_s=300.0,
            outcome=Outcome.TALKED,
            volunteer=who,
            legs=(),
        ),
        at,
    )
    return call


def test_the_last_talk_of_each_and_what_was_said_of_it(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    journal = Journal.open(path, ages=AGELESS)
    call_with_talk(journal, 1, LIN, NOW - timedelta(hours=80))
    call_with_talk(journal, 2, WANG, NOW - timedelta(hours=71), "prank;counts=yes", "resolved")
    call_with_talk(journal, 3, LIN, NOW - timedelta(hours=30))
    last = call_with_talk(journal, 4, LIN, NOW - timedelta(hours=2), "referred")
    journal.write_token(last, CallerToken("a11ce"))
    assert journal.close(5)
    talks, said = results.last_talks(path, NOW)
    assert {one.volunteer: one.call for one in talks} == {LIN: last, WANG: "pbx1-2.1"}
    assert said == {last: "referred", "pbx1-2.1": "resolved"}
    ended_at = NOW - timedelta(hours=2) + timedelta(minutes=5)
    assert results.caller_and_end(path, last) == ("a11ce", ended_at)
    assert results.caller_and_end(path, CallId("pbx1-3.1"))[0] is None
    assert results.caller_and_end(path, CallId("pbx1-9.1")) == (None, None)
    # by command
    assert results.said_since(path, NOW - timedelta(seconds=1)) == []
    assert results.say_by_command(path, "pbx1-4", Said(result="prank", counts=True, by="gao"), NOW) == last
    (one,) = results.said_since(path, NOW - timedelta(seconds=1))
    assert (one.call, one.line, one.said, one.caller, one.at) == (
        *(last, XINLI, Said(result="prank", counts=True, by="gao"), "a11ce", NOW),
    )
    assert results.said_since(path, NOW) == []
    assert results.last_talks(path, NOW)[1][last] == "prank"
