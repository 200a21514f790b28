"""What the journal keeps of campaigns: nobody is placed twice, nobody who declined, and what is purged is gone."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.campaign.dialler import Callee, Verdict
from hotline_agi.campaign.model import Outcome
from hotline_agi.errors import SetupError
from hotline_agi.retention import Ages
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.campaign_answers import answer_rows, known_campaigns
from hotline_agi.store.campaign_calls import PAUSED, RUNNING, CampaignCalls, change_state
from hotline_agi.store.campaign_list import forget, not_to_be_called, on_the_list, take
from hotline_agi.store.clearance import clear
from tests.store.calls import count, made, rows
from tests.store.campaigns import KEY, fill_campaign, people

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
ATTEMPT = "camp-{:014x}".format


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    made(path).close()
    return path


def test_a_list_is_taken_once_in_pieces(path: Path) -> None:
    everybody = people(range(100, 1400))
    assert take(path, "spring", "xinli", everybody[:700], NOW, "mei") == 700
    assert take(path, "spring", "xinli", everybody, NOW, "mei") == 600, "who is on it already is passed over"
    assert take(path, "spring", "xinli", everybody, NOW, "mei") == 0
    assert rows(path, "SELECT min(person), max(person), count(*) FROM campaign_person") == [(1, 1300, 1300)]
    assert count(path, "campaign_number") == 1300
    (tally,) = known_campaigns(path)
    assert (tally.people, tally.waiting, tally.done, tally.state) == (1300, 1300, 0, "new")


def test_nobody_is_placed_twice_whoever_asks(path: Path) -> None:
    take(path, "spring", "xinli", people([101, 102, 103]), NOW, "mei")
    with CampaignCalls.open(path, "spring", KEY) as calls:
        first = calls.due(NOW, 10, frozenset())
        assert [one.person for one in first] == [1, 2, 3]
        assert calls.place([(Callee(person=1, attempts=1), ATTEMPT(1))], NOW) == [], "it does not run yet"
        calls.change_state(RUNNING, NOW)
        (placing,) = calls.place([(Callee(person=1, attempts=1), ATTEMPT(1))], NOW)
        assert (placing.number.reveal(), placing.person) == ("+447700900101", 1)
        assert calls.place([(Callee(person=1, attempts=1), ATTEMPT(2))], NOW) == []
        assert calls.place([(Callee(person=2, attempts=2), ATTEMPT(3))], NOW) == [], (
            "another attempt than the tables know"
        )
        assert [one.person for one in calls.due(NOW, 10, frozenset({2}))] == [3]
        change_state(path, "spring", PAUSED, NOW, "mei")
        assert calls.place([(Callee(person=2, attempts=1), ATTEMPT(4))], NOW) == [], "paused since"
    # killed here: whoever comes next finds the call that may have rung
    with CampaignCalls.open(path, "spring", KEY) as calls:
        (left,) = calls.open_attempts()
        assert (left.attempt, left.person, left.attempts, left.answered) == (ATTEMPT(1), 1, 1, False)
        again = NOW + timedelta(hours=4)
        calls.over(left.attempt, 1, Verdict(outcome=Outcome.LOST, due_at=again), NOW)
        assert (calls.open_attempts(), calls.next_due()) == ([], NOW)
        assert [one.person for one in calls.due(again, 10, frozenset())] == [2, 3, 1], "the longest due first"
        assert calls.due(again, 10, frozenset())[-1].attempts == 1
        assert calls.placed_since(NOW, timedelta(hours=1)) == [0.0]


def test_who_declined_leaves_every_list_and_comes_onto_none(path: Path) -> None:
    for campaign in ("spring", "autumn"):
        take(path, campaign, "xinli", people([101, 102]), NOW, "mei")
    with CampaignCalls.open(path, "spring", KEY) as calls, CampaignCalls.open(path, "autumn", KEY) as others:
        calls.change_state(RUNNING, NOW)
        others.change_state(RUNNING, NOW)
        assert calls.place([(Callee(person=1, attempts=1), ATTEMPT(1))], NOW)
        calls.said(1, "sleep", "well", NOW)
        calls.came_to(ATTEMPT(1), 1, Outcome.DECLINED, NOW)
        assert others.place([(Callee(person=1, attempts=1), ATTEMPT(2))], NOW) == []
        assert [one.person for one in others.due(NOW, 9, frozenset())] == [2]
        # what the running call ends with changes nothing of it
        calls.over(ATTEMPT(1), 1, Verdict(outcome=Outcome.PARTIAL, due_at=NOW), NOW)
        assert [one.person for one in calls.due(NOW, 9, frozenset())] == [2]
    assert rows(path, "SELECT campaign, person, number FROM campaign_number ORDER BY campaign") == [
        ("autumn", 2, "+447700900102"),
        ("spring", 2, "+447700900102"),
    ]
    token = people([101])[0].token
    assert not_to_be_called(path, KEY) == {token}
    assert token not in on_the_list(path, "spring")
    assert ("service", "put somebody who asked for it onto") in rows(path, "SELECT who, did FROM audit")
    table = list(answer_rows(path, "spring", numbers=True))
    assert table[0][-2:] == ["number", "sleep"]
    assert [row[-2:] for row in table[1:]] == [["", "well"], ["+447700900102", ""]]


def test_forgetting_removes_number_and_answers_from_the_file(path: Path) -> None:
    fill_campaign(path, NOW)
    assert forget(path, {people([101])[0].token, people([555])[0].token}, KEY, NOW, "mei") == 1
    assert rows(path, "SELECT person, outcome FROM campaign_person ORDER BY person") == [
        (1, "completed"),
        (2, "do-not-call"),
    ]
    assert rows(path, "SELECT person FROM campaign_answer") == [(2,)]
    assert count(path, "do_not_call") == 3
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"7700900101" not in b"".join(one.read_bytes() for one in path.parent.iterdir())


def test_another_key_rings_nobody(path: Path) -> None:
    fill_campaign(path, NOW)
    other = CallerKey(b"o" * 32)
    for attempt in (
        lambda: not_to_be_called(path, other),
        lambda: forget(path, {"x"}, other, NOW, "mei"),
        lambda: CampaignCalls.open(path, "spring", other).__enter__(),
    ):
        with pytest.raises(SetupError, match="another `caller-key`"):
            attempt()
    with pytest.raises(SetupError, match="has no list"), CampaignCalls.open(path, "summer", KEY):
        pass
    with pytest.raises(SetupError, match="there is no campaign summer"):
        change_state(path, "summer", PAUSED, NOW, "mei")


def test_what_is_too_old_is_gone_but_not_who_declined(path: Path) -> None:
    fill_campaign(path, NOW - timedelta(days=366))
    take(path, "autumn", "xinli", people([103]), NOW - timedelta(days=364), "mei")
    cleared = clear(path, None, Ages(), NOW, run="")
    assert cleared.removed["numbers of campaigns"] == 1, "the other one is gone since they declined"
    assert rows(path, "SELECT number FROM campaign_number") == [("+447700900103",)]
    for table in ("campaign_person", "campaign_number"):
        assert count(path, table) == 1
    for table in ("campaign_answer", "campaign_attempt"):
        assert count(path, table) == 0
    assert count(path, "do_not_call") == 1
    everything = b"".join(one.read_bytes() for one in path.parent.iterdir())
    assert b"7700900101" not in everything and b"7700900103" in everything
