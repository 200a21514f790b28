"""A backup is taken while the service writes, is whole, is for few, and brings a hotline back."""

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from hotline_agi.archive import Kind
from hotline_agi.backup import MANIFEST, back_up, read, restore
from hotline_agi.errors import SetupError
from hotline_agi.rosters import last_good
from hotline_agi.rosters.presence import Presence
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store.callers import CallerKey, flag, flagged
from hotline_agi.store.journal import Journal
from hotline_agi.store.names import JOURNAL, KEY
from hotline_agi.store.reading import JournalReader
from hotline_agi.terms.numbers import PhoneNumber
from tests.store.calls import AGELESS, START, call_id, count, rows, write_call

NUMBER = PhoneNumber("+44 7700 900123")
LAST_GOOD = b"hotline last good roster 1\n0\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "rosters").mkdir()
    (tmp_path / "messages").mkdir()
    config = tmp_path / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    return read_settings(config)


@contextmanager
def busy(settings: Settings) -> Iterator[Journal]:
    """A service that writes calls all the time."""
    journal = Journal.open(settings.state / JOURNAL, ages=AGELESS)
    key = CallerKey.of(settings.state)
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.wait(0.001):
            write_call(journal, call_id(number))
            journal.write_number(call_id(number), NUMBER)
            journal.write_token(call_id(number), key.token(NUMBER))
            number += 1

    (settings.state / last_good.NAME).write_bytes(LAST_GOOD)
    (settings.messages / "1_2_x.wav").write_bytes(b"a voice")
    sealed = settings.archive.sealed(Kind.TALK)
    sealed.mkdir(parents=True, exist_ok=True)
    (sealed / "1_2_y.wav.age").write_bytes(b"a sealed talk")
    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield journal
    finally:
        stop.set()
        thread.join()
        assert journal.close(10)


@pytest.mark.thorough
def test_it_is_taken_while_calls_are_written_and_brings_them_back_elsewhere(settings: Settings, tmp_path: Path) -> None:
    taken: list[Path] = []
    with busy(settings) as journal:
        while count(settings.state / JOURNAL, "call") < 20:
            threading.Event().wait(0.01)
        flag(settings.state / JOURNAL, call_id(3), on=True, who="mei", now=START)
        for number in range(4):
            before = count(settings.state / JOURNAL, "call")
            target = tmp_path / f"{number}.tar"
            told = back_up(settings, target, datetime.now(UTC), messages=number == 3)
            taken.append(target)
            assert before <= told.rows["call"] <= count(settings.state / JOURNAL, "call")
            assert stat.S_IMODE(target.stat().st_mode) == 0o600
            assert read(target) == told
        assert journal.state().trouble is None and journal.state().lost == 0
    assert sorted(one.name for one in tmp_path.iterdir() if one.name.startswith(".")) == []
    elsewhere = replace(settings, state=tmp_path / "elsewhere", messages=tmp_path / "voices")
    elsewhere.state.mkdir(mode=0o700)
    if os.geteuid() == 0:  # for the service's user
        os.chown(elsewhere.state, 65534, 65534)
    restored = restore(elsewhere, taken[-1])
    place = elsewhere.state / JOURNAL
    assert {table: count(place, table) for table in restored.rows} == restored.rows
    assert restored.rows["call"] >= 20 and rows(place, "PRAGMA integrity_check") == [("ok",)]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600 == stat.S_IMODE((elsewhere.state / KEY).stat().st_mode)
    assert (elsewhere.state / last_good.NAME).read_bytes() == LAST_GOOD
    assert (elsewhere.messages / "1_2_x.wav").read_bytes() == b"a voice"
    assert (elsewhere.archive.sealed(Kind.TALK) / "1_2_y.wav.age").read_bytes() == b"a sealed talk"
    assert sorted(one.name for one in elsewhere.state.iterdir()) == [KEY, JOURNAL, last_good.NAME, "recordings"]
    # who called is known again: the key and the flags fit
    token = CallerKey.of(elsewhere.state).token(NUMBER)
    assert flagged(place, START + timedelta(days=1)) == {token}
    with JournalReader.open(place) as reader:
        history = reader.call(call_id(7))
        assert len(history.facts) == 10 and history.call.ended_at is not None
    assert {one.stat().st_uid for one in elsewhere.state.iterdir()} == {elsewhere.state.stat().st_uid}
    journal = Journal.open(place, ages=AGELESS)  # and it goes on
    write_call(journal, call_id(10**6))
    assert journal.close(5) and count(place, "call") == restored.rows["call"] + 1


def test_what_was_purged_is_in_no_gap_of_the_copy(settings: Settings, tmp_path: Path) -> None:
    Journal.open(settings.state / JOURNAL).close(5)
    with closing(sqlite3.connect(settings.state / JOURNAL)) as raw:
        raw.execute("PRAGMA secure_delete = OFF")
        for number in range(500):
            raw.execute("INSERT INTO caller_number VALUES (?, 'OLD-NUMBER', '2026')", (f"c{number}",))
        raw.commit()
        raw.execute("DELETE FROM caller_number")
        raw.commit()
    assert b"OLD-NUMBER" in (settings.state / JOURNAL).read_bytes()
    back_up(settings, tmp_path / "b.tar", START, messages=False)
    assert b"OLD-NUMBER" not in (tmp_path / "b.tar").read_bytes()


def test_nothing_is_overwritten(settings: Settings, tmp_path: Path) -> None:
    with busy(settings):
        pass
    target = tmp_path / "b.tar"
    target.write_bytes(b"precious")
    with pytest.raises(SetupError, match="no backup is overwritten"):
        back_up(settings, target, START, messages=False)
    assert target.read_bytes() == b"precious"
    back_up(settings, tmp_path / "c.tar", START, messages=False)
    with pytest.raises(SetupError, match="move it away first"):
        restore(settings, tmp_path / "c.tar")
    with pytest.raises(SetupError, match="there is no folder"):
        back_up(settings, tmp_path / "nowhere" / "c.tar", START, messages=False)
    left, young = tmp_path / ".hotline-backup-old", tmp_path / ".hotline-backup-young"
    for one in (left, young):
        one.mkdir()
        (one / JOURNAL).write_bytes(b"what a kill left")
    os.utime(left, (0, 0))
    back_up(settings, tmp_path / "d.tar", START, messages=False)
    assert not left.exists() and young.exists()
    presence = Presence(tmp_path)
    assert presence.take()
    with pytest.raises(SetupError, match="stop it first"):
        restore(replace(settings, state=tmp_path), tmp_path / "c.tar")
    presence.give_up()


@pytest.mark.parametrize("harm", ["bit", "cut", "missing", "escape", "strange", "no tar", "link"])
def test_a_backup_that_was_harmed_restores_nothing(settings: Settings, tmp_path: Path, harm: str) -> None:
    with busy(settings):
        pass
    good, bad = tmp_path / "good.tar", tmp_path / "bad.tar"
    back_up(settings, good, START, messages=True)
    octets = bytearray(good.read_bytes())
    if harm == "bit":
        octets[octets.index(b"SQLite format 3") + 5000] ^= 1
    elif harm == "cut":
        del octets[len(octets) // 2 :]
    elif harm == "no tar":
        octets[:] = b"no tar at all" * 100
    bad.write_bytes(octets)
    if harm in ("missing", "escape", "strange", "link"):
        with tarfile.open(good) as source, tarfile.open(bad, "w") as target:
            for entry in source:
                if harm != "missing" or entry.name != KEY:
                    target.addfile(entry, source.extractfile(entry))
            extra = tarfile.TarInfo({"escape": "messages/../../escaped.wav"}.get(harm, "messages/strange"))
            if harm == "link":
                extra = tarfile.TarInfo("messages/l.wav")
                extra.type, extra.linkname = tarfile.SYMTYPE, "/etc/passwd"
            if harm != "missing":
                target.addfile(extra, io.BytesIO(b""))
    elsewhere = replace(settings, state=tmp_path / "elsewhere", messages=tmp_path / "voices")
    with pytest.raises(SetupError) as refusal:
        restore(elsewhere, bad)
    assert "\n" not in str(refusal.value)
    assert list(elsewhere.state.iterdir()) == [] and not elsewhere.messages.exists()
    assert not list(tmp_path.rglob("escaped*"))


def test_a_backup_of_the_version_before_is_migrated_when_it_is_restored(settings: Settings, tmp_path: Path) -> None:
    dump = (Path(__file__).parent / "store/journal-0.3.0.sql").read_text()
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as raw:
        raw.executescript(dump)
    with busy(settings):
        pass
    good, mixed = tmp_path / "good.tar", tmp_path / "mixed.tar"
    back_up(settings, good, START, messages=False)
    shutil.copy(good, mixed)
    with tarfile.open(good) as source, tarfile.open(mixed, "w") as target:
        for entry in source:
            file = source.extractfile(entry)
            assert file is not None
            octets = file.read()
            if entry.name == JOURNAL:
                octets = old.read_bytes()
            if entry.name == MANIFEST:
                told = json.loads(octets)
                digest = sha256(old.read_bytes()).hexdigest()
                told["files"][JOURNAL] = [old.stat().st_size, digest]
                told["rows"] = {"call": 2, "fact": 11}
                octets = json.dumps(told).encode()
            entry.size = len(octets)
            target.addfile(entry, io.BytesIO(octets))
    elsewhere = replace(settings, state=tmp_path / "elsewhere")
    restore(elsewhere, mixed)
    with JournalReader.open(elsewhere.state / JOURNAL) as reader:
        assert len(reader.calls()) == 2
