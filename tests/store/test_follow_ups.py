"""Follow-ups after calls at high risk: opened once, closed once, purged in time; and whose number is kept for them."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.dispatch.commands import FlagCaller, OpenFollowUps
from hotline_agi.retention import Ages
from hotline_agi.store.callers import flagged
from hotline_agi.store.follow_ups import (
    LONGEST_NOTE,
    FollowUp,
    FollowUpNotFound,
    FollowUpState,
    annotate,
    close,
    follow_ups,
    overdue,
)
from hotline_agi.store.journal import Journal
from hotline_agi.store.opening import connect
from hotline_agi.store.purging import purge
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import CallbackRecord
from hotline_agi.terms.ids import CallerToken, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from tests.store.calls import AGELESS, LINE, call_id, closed, count, opened, rows

NOW = datetime.now(UTC).replace(microsecond=0)
CALL = call_id(1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A call that ended two days ago was marked, and told of twice."""
    path = tmp_path / "journal.db"
    journal = Journal.open(path, ages=AGELESS)
    at = NOW - timedelta(days=2)
    journal.write(opened(CALL, at), at)
    journal.write(FlagCaller(call=CALL, line=LINE, caller=CallerToken("aa"), volunteer=VolunteerId("v01")), at)
    journal.write_number(CALL, PhoneNumber("07700900001"))
    journal.write_callback(CallbackRecord(call=CALL, line=LINE, number=PhoneNumber("07700900002"), asked_at=at))
    for _ in range(2):
        journal.write(
            OpenFollowUps(call=CALL, line=LINE, volunteer=VolunteerId("v01"), ended_at=at, after_h=(24, 720)), at
        )
    journal.write(closed(CALL, at), at)
    assert journal.close(5)
    return path


def listed(path: Path, **which: bool) -> list[FollowUp]:
    with JournalReader.open(path) as reader:
        return list(follow_ups(reader, **which))  # type: ignore[arg-type]


def test_each_is_opened_once_and_the_first_due_stands_first(path: Path) -> None:
    found = listed(path)
    assert [(one.id, one.state, one.is_overdue(NOW)) for one in found] == [
        (f"{CALL}/24h", FollowUpState.OPEN, True),
        (f"{CALL}/720h", FollowUpState.OPEN, False),
    ]
    assert found[0].due_at - found[0].ended_at == timedelta(hours=24)
    assert overdue(path, NOW) == {LineId("xinli"): 1}
    assert overdue(path, NOW + timedelta(days=40)) == {LineId("xinli"): 2}


def test_a_closed_one_stays_closed_whoever_tells_of_it_again(path: Path) -> None:
    annotate(path, f"{CALL}/24", "tried", who="mei", now=NOW)
    close(path, f"{CALL}/24h", FollowUpState.DONE, who="mei", now=NOW, note="well")
    journal = Journal.open(path, ages=AGELESS)
    journal.write(OpenFollowUps(call=CALL, line=LINE, volunteer=None, ended_at=NOW, after_h=(24,)), NOW)
    assert journal.close(5)
    (done, _) = listed(path, closed_too=True)
    assert (done.state, done.closed_by, done.note) == (FollowUpState.DONE, "mei", "tried · well")
    assert [one.after_h for one in listed(path)] == [720]
    assert overdue(path, NOW) == {}
    deeds = rows(path, "SELECT who, did, subject FROM audit ORDER BY at, seq")
    assert deeds == [
        ("v01", "flagged high risk", CALL),
        ("mei", "noted something of a follow-up", f"{CALL}/24h"),
        ("mei", "closed a follow-up as done", f"{CALL}/24h"),
    ]


@pytest.mark.parametrize(
    ("beginning", "why"),
    [(CALL, "several begin with"), ("nothing", "no open follow-up"), (f"{CALL}/25", "no open follow-up")],
)
def test_what_is_meant_must_be_one_that_is_open(path: Path, beginning: str, why: str) -> None:
    with pytest.raises(FollowUpNotFound, match=why):
        close(path, beginning, FollowUpState.OBSOLETE, who="mei", now=NOW)


def test_a_note_is_bounded(path: Path) -> None:
    annotate(path, f"{CALL}/24h", "x" * 10_000, who="mei", now=NOW)
    assert len(listed(path)[0].note) == LONGEST_NOTE


def test_whoever_was_flagged_by_a_volunteer_is_flagged(path: Path) -> None:
    assert flagged(path, NOW) == {CallerToken("aa")}
    assert flagged(path, NOW + timedelta(days=364)) == frozenset()


def test_a_number_is_kept_while_somebody_is_to_be_called_and_not_for_ever(path: Path) -> None:
    ages = replace(Ages(), numbers=10.0)
    for after_days, kept in ((20, 1), (37, 1), (39, 0)):  # due after 28 days from now
        with closing(connect(path, busy_s=1)) as connection:
            purge(connection, ages, "", NOW + timedelta(days=after_days))
        assert count(path, "caller_number") == kept, after_days
        assert count(path, "callback_request") == kept, "where they want to be called, too"


def test_closed_ones_go_in_time_and_open_ones_with_their_call(path: Path) -> None:
    close(path, f"{CALL}/24h", FollowUpState.DONE, who="mei", now=NOW, note="secret-word")
    for after_days, left in ((300, 2), (366, 1), (1200, 0)):
        with closing(connect(path, busy_s=1)) as connection:
            purge(connection, Ages(), "", NOW + timedelta(days=after_days))
        assert count(path, "follow_up") == left, after_days
    assert b"secret-word" not in path.read_bytes()
