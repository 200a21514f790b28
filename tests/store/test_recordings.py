"""Recordings in the journal: who heard them, what is too old, whose callers took back their word."""

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.retention import Ages, Shelves
from hotline_agi.store.audit import deeds
from hotline_agi.store.clearance import ROWS, STRAYS, TALK_ROWS, TALK_STRAYS, TALKS, clear
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.recordings import accesses, forget, heard, recordings, revoked, talk_files
from hotline_agi.store.records import MessageRecord, RecordingRecord
from hotline_agi.terms.facts import Fact
from tests.store.calls import AGELESS, LINE, call_id, closed, count, noted, opened

NOW = datetime.now(UTC).replace(microsecond=0)


def days(number: float) -> datetime:
    return NOW - timedelta(days=number)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def fill(path: Path, ages: tuple[int, ...] = (1, 40, 100)) -> None:
    journal = Journal.open(path, ages=AGELESS)
    for age in ages:
        call, at = call_id(age), days(age)
        journal.write(opened(call, at), at)
        if age == 40:
            journal.write(noted(call, Fact.RECORDING_REVOKED, "", None), at)
        journal.write(closed(call, at), at)
        for _ in range(2):  # the spool is read twice, sometimes
            journal.write_recording(
                RecordingRecord(call=call, line=LINE, file=f"t{age}.wav", length_s=60.0 + age, recorded_at=at)
            )
        journal.write_message(MessageRecord(call=call, line=LINE, file=f"m{age}.wav", length_s=3.0, recorded_at=at))
    assert journal.close(5)


@pytest.mark.thorough
def test_who_hears_one_is_on_disk_first(path: Path) -> None:
    fill(path)
    given = {"who": "mei", "how": "exported", "kind": "talk", "call": call_id(1), "file": "t1.wav"}
    heard(path, NOW, **given)
    with JournalReader.open(path) as reader:
        [access] = accesses(reader)
        assert (access.who, access.how, access.kind, access.call, access.file) == tuple(given.values())
        [deed] = deeds(reader)
        assert (deed.who, deed.did, deed.subject) == ("mei", "exported: a recorded talk", call_id(1))
    with sqlite3.connect(path, isolation_level=None) as locked:  # what the journal cannot take goes to the spool
        locked.execute("BEGIN EXCLUSIVE")
        heard(path, NOW, **given)
        locked.execute("ROLLBACK")
    assert b"recording_access" in path.with_name("journal.db.spool").read_bytes()
    journal = Journal.open(path, ages=AGELESS)
    assert journal.takes_spool_in(5.0)
    assert journal.close(5)
    assert count(path, "recording_access") == 2
    with pytest.raises(SetupError):
        heard(path.with_name("elsewhere.db"), NOW, **given)


def test_they_are_listed_the_newest_first(path: Path) -> None:
    fill(path)
    with JournalReader.open(path) as reader:
        found = recordings(reader)
        assert [(one.kind, one.file) for one in found[:3]] == [
            ("message", "m1.wav"),
            ("talk", "t1.wav"),
            ("message", "m40.wav"),
        ]
        assert len(recordings(reader, limit=2)) == 2
        assert recordings(reader, line="nowhere") == []
        assert {one.call for one in recordings(reader, call=call_id(40))} == {call_id(40)}
        assert recordings(reader, call="%") == []
        assert talk_files(reader) == {"t1.wav", "t40.wav", "t100.wav"}
        assert revoked(reader, [call_id(1), call_id(40), "no-call"]) == {call_id(40)}
    forget(path, call_id(40), ["t40.wav", "m40.wav"])
    with JournalReader.open(path) as reader:
        assert {one.call for one in recordings(reader)} == {call_id(1), call_id(100)}


def test_what_is_too_old_goes_with_its_files_encrypted_or_not(path: Path, tmp_path: Path) -> None:
    fill(path)
    folders = {name: tmp_path / name for name in ("messages", "talks", "sealed-talks", "sealed-messages")}
    for name, folder in folders.items():
        folder.mkdir()
        ending = ".wav.age" if name.startswith("sealed") else ".wav"
        kind = "m" if name.endswith("messages") else "t"
        for age in (1, 40, 100):
            (folder / f"{kind}{age}{ending}").write_bytes(b"a voice")
        stray = folder / f"stray{ending}"
        stray.write_bytes(b"a voice")
        os.utime(stray, (days(200).timestamp(),) * 2)
    shelves = Shelves(
        talks=folders["talks"], sealed_talks=folders["sealed-talks"], sealed_messages=folders["sealed-messages"]
    )
    heard(path, days(1200), who="mei", how="exported", kind="talk", call=call_id(1), file="t1.wav")
    heard(path, days(5), who="mei", how="exported", kind="talk", call=call_id(1), file="t1.wav")

    def left() -> list[str]:
        return sorted(one.name for folder in folders.values() for one in folder.iterdir())

    ages = Ages(messages=90, recordings=30)
    before = left()
    planned = clear(path, folders["messages"], ages, NOW, recordings=shelves, dry_run=True)
    assert left() == before
    cleared = clear(path, folders["messages"], ages, NOW, recordings=shelves)
    assert cleared.troubles == []
    assert left() == sorted(["m1.wav", "m40.wav", "m1.wav.age", "m40.wav.age", "t1.wav", "t1.wav.age"])
    told = {kind: cleared.removed[kind] for kind in (ROWS, STRAYS, TALKS, TALK_ROWS, TALK_STRAYS)}
    assert told == {ROWS: 1, STRAYS: 2, TALKS: 2, TALK_ROWS: 2, TALK_STRAYS: 2}
    assert {kind: planned.removed[kind] for kind in told} == told
    assert (count(path, "recording"), count(path, "message"), count(path, "recording_access")) == (1, 2, 1)
