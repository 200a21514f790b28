"""Reading the journal, beside a service that writes and without one."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from hotline_agi.errors import SetupError
from hotline_agi.reports.past import PastFact, PastMessage
from hotline_agi.store.journal import Journal
from hotline_agi.store.reading import CallNotFound, JournalReader
from hotline_agi.store.records import MessageRecord
from hotline_agi.store.schema import CALL
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LineId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.store.calls import LINE, START, call_id, closed, count, eventually, made, noted, opened, write_call

OTHER = LineId("xin-er")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Four calls, an hour between two of them; the last one is not over. The service is down."""
    path = tmp_path / "a journal?#.db"
    journal = Journal.open(path)
    for number, (line, outcome) in enumerate(
        [(LINE, Outcome.TALKED), (OTHER, Outcome.ABANDONED), (LINE, Outcome.MESSAGE), (LINE, None)]
    ):
        at = START + timedelta(hours=number)
        journal.write(opened(call_id(number), at, line), at)
        journal.write(noted(call_id(number), Fact.ARRIVED, "", None), at)
        journal.write(noted(call_id(number)), at + timedelta(milliseconds=12))
        if outcome is not None:
            journal.write(closed(call_id(number), at, line=line, outcome=outcome), at)
    journal.write_message(
        MessageRecord(
            call=call_id(2), line=LINE, file="2.wav", length_s=4.5, recorded_at=START + timedelta(hours=2, seconds=30)
        )
    )
    journal.write_number(call_id(2), PhoneNumber("+86 138 0000 0001"))
    assert journal.close(5)
    return path


@pytest.fixture
def reader(path: Path) -> Iterator[JournalReader]:
    with JournalReader.open(path) as reader:
        yield reader


def numbers(reader: JournalReader, **conditions: object) -> list[int]:
    return [int(past.call.split(".")[1]) for past in reader.calls(**conditions)]  # type: ignore[arg-type]


def test_calls_come_newest_first_and_by_every_condition(reader: JournalReader) -> None:
    assert numbers(reader) == [3, 2, 1, 0]
    assert numbers(reader, limit=2) == [3, 2]
    assert numbers(reader, line=OTHER) == [1]
    assert numbers(reader, outcome=Outcome.MESSAGE) == [2]
    assert numbers(reader, line=LINE, outcome=Outcome.ABANDONED) == []


def test_the_interval_is_half_open(reader: JournalReader) -> None:
    hour = timedelta(hours=1)
    assert numbers(reader, since=START + hour, until=START + 3 * hour) == [2, 1]
    assert numbers(reader, since=START + hour + timedelta(milliseconds=1)) == [3, 2]


def test_a_call_in_the_list(reader: JournalReader) -> None:
    last, message, _, talked = reader.calls()
    assert (talked.line, talked.node, talked.outcome, talked.volunteer) == (LINE, "pbx1", Outcome.TALKED, "v01")
    assert (talked.wait_s, talked.talk_s, talked.messages) == (5.0, 55.0, 0)
    assert (talked.arrived_at, talked.answered_at) == (START, START + timedelta(seconds=5))
    assert message.messages == 1
    assert (last.ended_at, last.outcome, last.wait_s, last.talk_s) == (None, None, None, None)


def test_one_call_with_all_that_belongs_to_it(reader: JournalReader) -> None:
    history = reader.call(call_id(2))
    at = START + timedelta(hours=2)
    assert history.call.outcome is Outcome.MESSAGE
    assert [(leg.volunteer, leg.outcome, leg.wave) for leg in history.legs] == [
        ("v01", LegOutcome.CALLER_LEFT, 1),
        ("v02", LegOutcome.BUSY, 1),
    ]
    assert history.facts[0] == PastFact(at=at, fact=Fact.ARRIVED, leg=None, volunteer=None, detail="")
    assert [fact.fact for fact in history.facts] == [Fact.ARRIVED, Fact.RANG]
    assert history.messages == (
        PastMessage(call=call_id(2), line=LINE, file="2.wav", length_s=4.5, recorded_at=at + timedelta(seconds=30)),
    )


def test_the_number_comes_only_when_it_is_asked_for(reader: JournalReader) -> None:
    assert "1380000" not in f"{reader.calls()} {reader.call(call_id(2))}"
    number = reader.number_of(call_id(2))
    assert number is not None and number.reveal() == "+8613800000001" and "1380000" not in str(number)
    assert reader.number_of(call_id(1)) is None
    with pytest.raises(CallNotFound):
        reader.number_of("pbx2")


def test_a_unique_beginning_is_enough_and_an_id_in_full_is_never_ambiguous(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    journal = Journal.open(path)
    for name in ("pbx1-17.4", "pbx1-17.42", "pbx1-18.1", "pbx1-%_.1"):
        journal.write(opened(CallId(name)), START)
    assert journal.close(5)
    with JournalReader.open(path) as reader:
        assert reader.call("pbx1-18").call.call == "pbx1-18.1"
        assert reader.call("pbx1-17.4").call.call == "pbx1-17.4"
        assert reader.call("pbx1-%").call.call == "pbx1-%_.1"
        with pytest.raises(CallNotFound, match=r"several calls begin with 'pbx1-17': pbx1-17\.4, pbx1-17\.42$"):
            reader.call("pbx1-17")
        for nothing in ("pbx2", "", "pbx1-18.10", "p' OR 1 --"):
            with pytest.raises(CallNotFound, match="no call"):
                reader.call(nothing)


def test_it_reads_while_the_service_writes(path: Path) -> None:
    journal = Journal.open(path)
    done = threading.Event()

    def write() -> None:
        for number in range(100, 400):
            write_call(journal, call_id(number))
            time.sleep(0.002)
        done.set()

    writing = threading.Thread(target=write)
    writing.start()
    seen = []
    with JournalReader.open(path) as reader:
        while not done.is_set():
            seen.append(len(reader.calls()))
            past = reader.call(reader.calls(limit=1)[0].call)
            assert past.call.ended_at is None or len(past.legs) == 2  # one state, not half of a call
        writing.join()
        eventually(lambda: len(reader.calls()) == 304)
    assert seen == sorted(seen) and len(set(seen)) > 5
    assert journal.close(5) and journal.state().trouble is None


def test_it_does_not_hold_up_a_lock_nor_wait_for_one(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with JournalReader.open(path, busy_s=0.1) as reader:
            assert numbers(reader) == [3, 2, 1, 0]
            other.execute("DELETE FROM leg")
            other.execute("COMMIT")


def test_it_reads_what_a_killed_service_left_in_the_write_ahead_log(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    program = f"""
import time
from pathlib import Path
from hotline_agi.store.journal import Journal
from tests.store.calls import call_id, write_call
journal = Journal.open(Path({str(path)!r}))
write_call(journal, call_id(1))
time.sleep(0.5)
print("written", flush=True)
time.sleep(60)
"""
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "written\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert path.with_name("j.db-wal").stat().st_size > 0
    with JournalReader.open(path) as reader:
        assert len(reader.call(call_id(1)).facts) == 10


def test_it_cannot_write(reader: JournalReader, path: Path) -> None:
    with pytest.raises(SetupError, match="readonly"):
        reader.ask(delete(CALL))
    assert count(path, "call") == 4


def test_what_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is not a database " * 100)
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        old.execute("CREATE TABLE a (x)")
    with closing(made(tmp_path / "odd.db")) as odd:
        odd.execute("INSERT INTO call VALUES ('c', 'l', 'n', 'once upon a time', '', '', 1, 1, '', '')")
    for name, said in {
        "none.db": "there is no journal",
        "text.db": "not a database",
        "old.db": "restart the service",
        "odd.db": "does not know",
    }.items():
        with pytest.raises(SetupError, match=said) as refusal, JournalReader.open(tmp_path / name) as reader:
            reader.calls()
        assert name in str(refusal.value) and "\n" not in str(refusal.value)
