"""What the doctor says of the journal: from real journals in real trouble, without reading them."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.doctor.check import Check, Grade
from hotline_agi.doctor.journal import look_at_journal
from hotline_agi.rosters.presence import Presence
from hotline_agi.settings import Settings, read_settings
from hotline_agi.store import condition
from hotline_agi.store.journal import Journal
from hotline_agi.store.names import JOURNAL, SPOOL_SUFFIX
from tests.store.calls import AGELESS, START, call_id, count, eventually, noted, write_call


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "hotline.yaml"
    config.write_text("rosters: rosters\nstate: state\nmessages: messages\nami: {secret_file: secret}\n...\n")
    (tmp_path / "state").mkdir()
    return read_settings(config)


@pytest.fixture
def present(settings: Settings) -> Iterator[None]:
    presence = Presence(settings.state)
    assert presence.take()
    yield
    presence.give_up()


def told(settings: Settings) -> Check:
    return next(iter(look_at_journal(settings)))


def test_no_service_and_nothing_that_waits(settings: Settings) -> None:
    assert list(look_at_journal(settings)) == []


@pytest.mark.usefixtures("present")
def test_a_service_that_writes_one_that_waits_and_one_that_lost(settings: Settings) -> None:
    path = settings.state / JOURNAL
    assert "wrote no journal-state.json" in told(settings).found
    journal = Journal.open(path, ages=AGELESS, queue_records=20)
    eventually(lambda: told(settings).grade is Grade.OK)
    spool = path.with_name(JOURNAL + SPOOL_SUFFIX)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal.write(noted(call_id(1)), START)
        eventually(lambda: "database is locked); records wait in memory" in told(settings).found)
        for number in range(5):
            write_call(journal, call_id(number))
        eventually(lambda: "records wait in its spool" in told(settings).found)
        waited = spool.read_bytes()
        other.execute("ROLLBACK")
    eventually(lambda: told(settings).grade is Grade.OK)
    assert count(path, "fact") == 51 and waited
    spool.unlink()
    spool.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in range(300):
            journal.write(noted(call_id(1), detail=str(number)), START)
        eventually(lambda: "lost since the start" in told(settings).found)
        assert told(settings).grade is Grade.FAILED
        other.execute("ROLLBACK")
    spool.rmdir()
    assert journal.close(5)
    found = condition.read(settings.state)
    assert found is not None and found.closed and found.state.waiting == 0 and found.state.lost > 0


@pytest.mark.usefixtures("present")
def test_a_thread_that_hangs_tells_nothing(settings: Settings) -> None:
    Journal.open(settings.state / JOURNAL).close(5)
    path = settings.state / condition.NAME
    words = json.loads(path.read_text())
    words["at"] = (datetime.now(UTC) - timedelta(seconds=60)).isoformat()
    path.write_text(json.dumps(words))
    assert "told nothing of it for 60 s" in told(settings).found
    for damage in ("", "{", "[]", '{"at": 3}', '{"at": "soon", "state": {}}'):
        path.write_text(damage)
        assert "wrote no journal-state.json" in told(settings).found


def test_what_lies_beside_it(settings: Settings) -> None:
    for name in (JOURNAL + SPOOL_SUFFIX, JOURNAL + ".refused", JOURNAL + ".saved-20260101T000000.0"):
        (settings.state / name).write_text("x")
    spool, refused, saved = look_at_journal(settings)
    assert "start the service" in spool.remedy
    assert ".refused" in refused.found and "moved away 1 time" in saved.found
    assert {one.grade for one in (spool, refused, saved)} == {Grade.WARNING}
