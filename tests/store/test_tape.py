"""Steps of a machine on disk: through the writer, the spool and the purge, and back as they were."""

import asyncio
import sqlite3
import threading
import time
from collections import deque
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from hotline_agi.dispatch.codec import RosterUsed
from hotline_agi.dispatch.commands import NoteCover
from hotline_agi.dispatch.events import CallerLeft
from hotline_agi.dispatch.memory import NOTHING, Memory
from hotline_agi.dispatch.replay import Beginning, Step, line_of, replay
from hotline_agi.retention import Ages
from hotline_agi.roster.canary import with_canary
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.texts import pack_texts, texts_of
from hotline_agi.store import journal as journals
from hotline_agi.store.journal import Journal, run_id
from hotline_agi.store.opening import connect
from hotline_agi.store.purging import purge
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.steps import CHUNK_STEPS, step_rows
from hotline_agi.store.tape import PastRosters, RunNotFound, beginning_of, lines_of, runs
from hotline_agi.terms.ids import CallId, VolunteerId
from hotline_agi.terms.instants import Now
from tests.dispatch.histories import history_of
from tests.dispatch.play import TAPE_LENGTH, Story
from tests.e2e.scenery import Scenery
from tests.store.calls import AGELESS, LINE, call_id, count, eventually, made, rows, write_call

BOOT = 0x5E3A0001
RUN = run_id(BOOT)
NOW = Now(1000.25, datetime(2026, 7, 1, 18, 0, 0, 120_003, tzinfo=UTC))
BEGINNING = Beginning(boot=BOOT, now=NOW, roster="r0", memory=NOTHING)

STAND_IN = NoteCover(
    line=LINE, slot="late", from_at=NOW.at, until_at=NOW.at, absent=VolunteerId("lin"), present=VolunteerId("bao")
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def later(seconds: float) -> Now:
    return Now(NOW.mono_s + seconds, NOW.at + timedelta(seconds=seconds))


def left(number: int) -> CallerLeft:
    return CallerLeft(call=CallId(f"pbx1-1580875200.{number}"))


def write_steps(journal: Journal, count: int, first: int = 1) -> list[str]:
    """So many steps; returns the lines that they should be read as."""
    lines = []
    for number in range(first, first + count):
        journal.write_step(left(number), later(number), [])
        lines.append(line_of(Step(number, left(number), later(number), ())))
    return lines


def test_a_story_comes_back_from_the_journal_and_is_proved(path: Path) -> None:
    story = Story(Random(3).randbytes(TAPE_LENGTH))
    story.play()
    history = history_of(story)
    journal = Journal.open(path, boot=BOOT, ages=AGELESS)
    journal.write_beginning(Beginning(boot=BOOT, now=story.began_at, roster="r0", memory=NOTHING), "0.3")
    swaps = 0
    for (news, now), commands in zip(story.history, story.commands, strict=True):
        swaps += isinstance(news, Roster)
        journal.write_step(RosterUsed(digest=f"r{swaps}") if isinstance(news, Roster) else news, now, commands)
    assert journal.close(10)
    with JournalReader.open(path) as reader:
        (run,) = runs(reader)
        assert (run.run, run.program, run.roster, run.steps) == (RUN, "0.3", "r0", len(history.lines))
        assert list(lines_of(reader, RUN)) == history.lines
        found = beginning_of(reader, RUN)
        assert (found.now, found.memory) == (story.began_at, NOTHING)
        history_as_told = Beginning(boot=1, now=found.now, roster=found.roster, memory=found.memory)
        assert replay(history_as_told, lines_of(reader, RUN), history.rosters.__getitem__).proved


def test_a_beginning_keeps_clocks_and_memory_exactly(path: Path) -> None:
    memory = Memory(pauses=((VolunteerId("lin"), None),), stand_ins=(STAND_IN,))
    beginning = Beginning(boot=BOOT, now=NOW, roster="r0", memory=memory)
    journal = Journal.open(path, boot=BOOT, ages=AGELESS)
    journal.write_beginning(beginning, "0.3")
    assert journal.close(5)
    with JournalReader.open(path) as reader:
        assert beginning_of(reader, RUN) == beginning
        with pytest.raises(RunNotFound, match="no run 00000007"):
            beginning_of(reader, "00000007")


def test_many_steps_are_few_rows(path: Path) -> None:
    journal = Journal.open(path, boot=BOOT, ages=AGELESS)
    lines = write_steps(journal, 5 * CHUNK_STEPS)
    assert journal.close(10)
    assert count(path, "step") <= 20
    size = int(str(rows(path, "SELECT sum(length(packed)) FROM step")[0][0]))
    assert size < len("\n".join(lines)) / 4
    with JournalReader.open(path) as reader:
        assert list(lines_of(reader, RUN)) == lines


def test_steps_go_through_the_spool_when_the_database_is_locked(path: Path) -> None:
    Journal.open(path).close(5)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal = Journal.open(path, boot=BOOT, ages=AGELESS, queue_records=100)
        lines = write_steps(journal, 150)  # packed, they wait in memory
        eventually(lambda: journal.state().trouble is not None)
        lines += write_steps(journal, 300, 151)
        eventually(lambda: journal.state().spooled)
        other.execute("ROLLBACK")
    eventually(lambda: not journal.state().spooled)
    assert journal.close(5)
    with JournalReader.open(path) as reader:
        assert list(lines_of(reader, RUN)) == lines


def test_steps_that_pile_up_are_lost_before_any_record_of_a_call_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Journal.open(path).close(5)
    monkeypatch.setattr(journals, "STEPS_LIMIT", 10)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal = Journal.open(path, boot=BOOT, ages=AGELESS)
        write_steps(journal, 30)
        write_call(journal, call_id(1))
        assert journal.state().lost == 0
        other.execute("ROLLBACK")
    eventually(lambda: count(path, "fact") == 10)
    journal.write_step(left(31), later(31), [])
    assert journal.close(5)
    with (
        JournalReader.open(path) as reader,
        pytest.raises(LookupError, match=r"steps \d+ to \d+ are not in the journal"),
    ):
        list(lines_of(reader, RUN))


def test_a_step_that_cannot_be_told_leaves_a_gap_and_nothing_else() -> None:
    steps = deque([Step(1, left(1), later(1), ()), Step(2, object(), later(2), ()), Step(3, None, later(3), ())])  # type: ignore[arg-type]
    found = list(step_rows(RUN, steps, 3, unhurried=False))
    assert [(row.values["first"], row.values["steps"]) for row in found] == [(1, 1), (3, 1)]
    assert not steps


def test_a_damaged_row_is_said(path: Path) -> None:
    journal = Journal.open(path, boot=BOOT, ages=AGELESS)
    write_steps(journal, 3)
    assert journal.close(5)
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE step SET packed = x'00'")
        other.commit()
    with JournalReader.open(path) as reader, pytest.raises(LookupError, match="steps 1 to 3 are damaged"):
        list(lines_of(reader, RUN))


def test_the_loop_is_not_held_up_while_steps_are_written(path: Path) -> None:
    """A surge of 60 calls a second, 60 steps each: the longest pause of a loop that does nothing else."""
    story = Story(Random(3).randbytes(TAPE_LENGTH))
    story.play()
    steps = [
        (news, now, commands)
        for (news, now), commands in zip(story.history, story.commands, strict=True)
        if not isinstance(news, Roster)
    ]
    journal = Journal.open(path, boot=BOOT, ages=AGELESS)
    cost_s = []

    async def surge() -> None:
        for second in range(100):
            for n in range(36):
                began_s = time.perf_counter()
                journal.write_step(*steps[(36 * second + n) % len(steps)])
                cost_s.append(time.perf_counter() - began_s)
            await asyncio.sleep(0.01)

    asyncio.run(surge())
    assert journal.close(10)
    cost_s.sort()
    print(
        f"\nwrite_step: median {cost_s[len(cost_s) // 2] * 1e6:.1f} µs, p99 {cost_s[-len(cost_s) // 100] * 1e6:.1f} µs"
    )
    assert cost_s[len(cost_s) // 2] < 25e-6


def test_rosters_are_read_from_their_texts_without_contacts(path: Path) -> None:
    scenery = Scenery(softphones=2, mobiles=1)
    files = {name: text.encode() for name, text in scenery.files().items()}
    assert texts_of(pack_texts(files)) == files
    journal = Journal.open(path, ages=AGELESS)
    journal.write_roster("d1", pack_texts(files))
    journal.write_roster("d1", pack_texts(files))
    journal.write_roster("d2", b"")
    journal.write_roster("d3", b"\x00")
    assert journal.close(5)
    with JournalReader.open(path) as reader:
        rosters = PastRosters(reader)
        assert rosters("d1") == with_canary(read_roster(files).roster)
        assert rosters("d1") is not rosters("d1")
        with pytest.raises(LookupError, match="not in the journal"):
            rosters("d2")
        with pytest.raises(LookupError, match="cannot be read"):
            rosters("d3")
    assert count(path, "roster_text") == 2


def test_runs_that_are_over_are_purged_as_a_whole_and_the_running_one_is_kept(path: Path) -> None:
    old, young = "00000001", "00000002"
    with closing(made(path)) as connection:
        for run, started_at in ((old, "2026-06-01"), (young, "2026-06-20"), (RUN, "2026-05-20")):
            connection.execute("INSERT INTO run VALUES (?, ?, '', ?, x'')", (run, started_at, f"r-{run}"))
            connection.execute("INSERT INTO roster_text VALUES (?, ?, x'')", (f"r-{run}", started_at))
        connection.execute("INSERT INTO roster_text VALUES ('ancient', '2026-05-01', x'')")
        for run, first, ended_at in (
            (old, 1, "2026-06-01"),
            (old, 2, "2026-06-16"),
            (young, 1, "2026-06-16"),
            (young, 2, "2026-06-20"),
            (RUN, 1, "2026-05-20"),  # longer ago than numbers are kept
            (RUN, 2, "2026-06-10"),
        ):
            connection.execute("INSERT INTO step VALUES (?, ?, 1, ?, x'')", (run, first, ended_at))
        with closing(connect(path, busy_s=1)) as ours:
            purge(ours, Ages(), RUN, NOW.at)
        left_over = connection.execute("SELECT run, first FROM step ORDER BY run, first").fetchall()
        assert left_over == [(young, 1), (young, 2), (RUN, 2)]
        assert connection.execute("SELECT run FROM run ORDER BY run").fetchall() == [(young,), (RUN,)]
        kept = connection.execute("SELECT digest FROM roster_text ORDER BY digest").fetchall()
        assert kept == [("r-00000001",), ("r-00000002",), (f"r-{RUN}",)]


def test_no_thread_is_left() -> None:
    assert threading.active_count() < 20
