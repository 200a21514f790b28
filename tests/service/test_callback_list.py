"""The list as the service keeps it: what is noted of calls reaches the disk, whoever holds the lock meanwhile."""

import asyncio
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.service.callback_list import CallbackList, backlog_of
from hotline_agi.store import work
from hotline_agi.store.dialect import opened
from hotline_agi.terms.ids import CallId, LegId, VolunteerId
from hotline_agi.terms.instants import Now
from hotline_agi.terms.work import AttemptEnd, WorkKind, WorkState
from hotline_agi.work.entry import Entry
from tests.dispatch.lines import line, roster
from tests.store.test_work import NOW, POLICY, Line

ATTEMPT, V1 = LegId("back-0000000100000a"), VolunteerId("v01")


def test_the_end_of_a_call_waits_for_a_lock_and_is_noted_then(tmp_path: Path) -> None:
    mine = Line(tmp_path / "journal.sqlite")
    mine.call()
    mine.gather()
    entry = mine.only().id
    with work.changing(mine.path) as change:
        change.claim(entry, V1, NOW, lambda _line: POLICY)
        assert change.begin_attempt(entry, V1, ATTEMPT, NOW, lambda _line: POLICY, may_call=lambda _line: True)

    async def story() -> None:
        kept = CallbackList(mine.path, roster=roster, now=lambda: Now(0.0, datetime.now(UTC)), keep_days=90)
        with closing(opened(mine.path, mode="rw", busy_s=1.0)) as other, other.begin():
            kept.talk_began(ATTEMPT)
            kept.attempt_over(ATTEMPT, AttemptEnd.TALKED, talk_s=61.0, hung_up=True)
            with pytest.raises(SetupError):
                await kept.write_attempts()
        await kept.write_attempts()
        await kept.write_attempts()  # nothing is left

    asyncio.run(story())
    assert mine.entries() == [("missed", "done", 1)]
    assert mine.deeds(entry) == ["opened", "claimed", "dialled", "attempt ended", "done"]


def test_what_is_overdue_or_the_coordinators_is_counted_for_its_line() -> None:
    def an_entry(number: int, **changes: object) -> Entry:
        opened_at = NOW - timedelta(hours=number)
        usual = {"kind": WorkKind.MESSAGE, "opened_at": opened_at, "last_at": NOW}
        return Entry(id=CallId(f"c{number}"), line=line().id, **usual | changes)  # type: ignore[arg-type]

    entries = [
        an_entry(1),
        an_entry(5),
        an_entry(6, state=WorkState.CLAIMED),
        an_entry(2, state=WorkState.ESCALATED),
        an_entry(9, state=WorkState.DONE, closed_at=NOW),
    ]
    found = backlog_of(line(), CallbackPolicy(), entries, NOW)
    assert (found.overdue, found.escalated, found.oldest_at) == (2, 1, NOW - timedelta(hours=6))
    assert backlog_of(line(), CallbackPolicy(), entries[:1], NOW).oldest_at is None
