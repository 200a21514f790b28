"""What a machine begins with, from a journal of two weeks; and that nothing of it can stop a start."""

import random
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.dispatch.commands import (
    CloseRecord,
    NoteCover,
    NoteFact,
    NoteReadiness,
    NoteVolunteer,
    OpenRecord,
)
from hotline_agi.dispatch.memory import NOTHING, RINGS_KEPT, PastRing, PastTalk, RecentLeg, RingResult
from hotline_agi.retention import Ages
from hotline_agi.roster.model import EndpointKind
from hotline_agi.store.journal import Journal
from hotline_agi.store.opening import connect
from hotline_agi.store.purging import purge
from hotline_agi.store.remembering import remembered
from hotline_agi.store.schema import to_text
from hotline_agi.store.usage import recent_legs
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, EndpointId, LegId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from hotline_agi.terms.standing import Readiness, VolunteerState
from tests.store.calls import AGELESS, LINE, START, call_id, closed, made, opened

NOW = START + timedelta(minutes=30)
LIN, WANG, ZHAO, CHEN = map(VolunteerId, ("lin", "wang", "zhao", "chen"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def rung(record: CloseRecord, *, talk_s: float = 0.0) -> CloseRecord:
    """With the endpoints that older versions did not note."""
    legs = tuple(
        replace(leg, endpoint_id=f"sp-{leg.volunteer}", rang_s=2.5, talk_s=talk_s if leg.outcome == "talked" else 0.0)
        for leg in record.legs
    )
    return replace(record, legs=legs)


def test_rings_and_talks(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    journal.write(rung(closed(call_id(1)), talk_s=3.0), START)
    journal.write(rung(closed(call_id(2), START - timedelta(days=13), outcome=Outcome.ABANDONED)), START)
    journal.write(rung(closed(call_id(3), START - timedelta(days=15))), START)
    journal.write(closed(call_id(4)), START)  # of an older version: whose phone it was is not known
    assert journal.close(5)
    memory = remembered(path, NOW)
    assert {(ring.endpoint, ring.result) for ring in memory.legs[1:]} == {
        ("sp-v01", RingResult.ACCEPTED),
        ("sp-v02", RingResult.CUT),
    }
    # v02 was busy then: the phone did not ring
    assert [(ring.endpoint, ring.result) for ring in memory.legs[:1]] == [("sp-v01", RingResult.CUT)]
    assert [ring.age_days > 1 for ring in memory.legs] == [True, False, False]
    accepted = next(ring for ring in memory.legs if ring.result is RingResult.ACCEPTED)
    assert accepted == PastRing(
        endpoint=EndpointId("sp-v01"),
        kind=EndpointKind.SOFTPHONE,
        result=RingResult.ACCEPTED,
        rang_s=2.5,
        age_days=round((NOW - START - timedelta(seconds=5)).total_seconds() / 86_400, 4),
    )
    ended_at = START + timedelta(seconds=5)
    assert memory.talks == (
        PastTalk(
            volunteer=VolunteerId("v01"),
            started_at=ended_at - timedelta(seconds=3),
            ended_at=ended_at,
            line=LINE,
        ),
    )


def note(journal: Journal, who: VolunteerId, state: VolunteerState, until_at: datetime | None = None) -> None:
    journal.write(NoteVolunteer(volunteer=who, state=state, until_at=until_at), START)


def test_a_pause_goes_on_until_something_else_was_noted(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    note(journal, LIN, VolunteerState.PAUSED)
    note(journal, LIN, VolunteerState.TALKING)  # which is told before a pause: they may be paused still
    note(journal, WANG, VolunteerState.PAUSED)
    note(journal, WANG, VolunteerState.AVAILABLE)
    note(journal, ZHAO, VolunteerState.PAUSED, NOW - timedelta(seconds=1))
    note(journal, CHEN, VolunteerState.PAUSED)
    note(journal, CHEN, VolunteerState.PAUSED, NOW + timedelta(hours=1))
    assert journal.close(5)
    with closing(connect(path, busy_s=1)) as connection:
        purge(connection, Ages(), "", NOW + timedelta(days=20))  # of many states what still counts is kept
    assert remembered(path, NOW).pauses == ((CHEN, NOW + timedelta(hours=1)), (LIN, None))


def test_who_reached_nobody_in_their_last_call(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    first, second, third = (CallerToken(letter * 16) for letter in "abc")
    for number, (caller, outcome, minutes) in enumerate(
        [
            (first, Outcome.TALKED, 60),
            (first, Outcome.ABANDONED, 30),
            (second, Outcome.MESSAGE, 30),
            (second, Outcome.TRANSFERRED, 10),
            (third, Outcome.ABANDONED, 25 * 60),
        ]
    ):
        call, at = call_id(number), NOW - timedelta(minutes=minutes)
        journal.write(opened(call, at), at)
        journal.write(closed(call, at, outcome=outcome), at)
        journal.write_token(call, caller)
    assert journal.close(5)
    assert remembered(path, NOW).tried == ((first, NOW - timedelta(minutes=29)),)


def test_what_was_agreed_by_phone_of_shifts_that_are_not_over(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)

    def agree(who: VolunteerId, readiness: Readiness, hours: float) -> NoteReadiness:
        until_at = NOW + timedelta(hours=hours)
        note = NoteReadiness(
            line=LINE, slot="late", from_at=START, until_at=until_at, volunteer=who, readiness=readiness
        )
        journal.write_agreement(note, START)
        return note

    agree(LIN, Readiness.ASKED, 1)
    ready = agree(LIN, Readiness.READY, 1)
    agree(WANG, Readiness.CANNOT, -0.1)
    cover = NoteCover(
        line=LINE, slot="late", from_at=START, until_at=NOW + timedelta(hours=1), absent=LIN, present=None
    )
    journal.write_agreement(cover, START)
    assert journal.close(5)
    memory = remembered(path, NOW)
    assert memory.readiness == (ready,)
    assert memory.stand_ins == (cover,)


def fill(path: Path, legs: int) -> None:
    draw = random.Random(1)
    outcomes = [outcome.value for outcome in LegOutcome]
    with closing(made(path)) as connection:
        connection.execute("BEGIN")
        for number in range(legs):
            at = to_text(NOW - timedelta(seconds=14 * 86_400 * draw.random()))
            who = f"v{draw.randrange(170):03}"
            values = (f"leg-{number:014x}", f"c{number // 8}", who, at, at, draw.choice(outcomes), f"sp-{who}")
            connection.execute("INSERT INTO leg VALUES (?, ?, ?, 'softphone', 1, ?, ?, ?, ?, 4.5, 0)", values)
        connection.execute("COMMIT")


def test_of_very_many_rings_the_newest_are_read_in_a_moment(path: Path) -> None:
    fill(path, 100_000)
    took_s = []
    for _ in range(3):
        began_s = time.monotonic()
        memory = remembered(path, NOW)
        took_s.append(time.monotonic() - began_s)
    print(f"\n100,000 legs: {min(took_s):.2f} s")
    assert len(memory.legs) == RINGS_KEPT
    ages = [ring.age_days for ring in memory.legs]
    assert ages == sorted(ages, reverse=True) and ages[0] < 5
    assert min(took_s) < 4.0  # the machine that runs this has other things to do


def test_who_takes_too_long_remembers_nothing(path: Path) -> None:
    fill(path, 20_000)
    began_s = time.monotonic()
    assert remembered(path, NOW, limit_s=0.005) == NOTHING
    assert time.monotonic() - began_s < 0.5


def test_a_start_goes_on_without_a_journal_that_can_be_read(path: Path) -> None:
    assert remembered(path, NOW) == NOTHING
    path.write_bytes(b"no database at all, though it is as long as one " * 200)
    assert remembered(path, NOW) == NOTHING


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE leg",
        "INSERT INTO leg VALUES ('l', 'c', 'v', 'softphone', 1, 'once', '2026-07-01T18:10:00.000Z', 'busy', 'e', 1, 0)",
        "INSERT INTO agreement VALUES ('readiness', 'k', 1, 'a', '9999', '[')",
        "INSERT INTO agreement VALUES ('stand-in', 'k', 1, 'a', '9999', '3')",
        "INSERT INTO volunteer_state VALUES ('v', 1, 'a', 'paused', 'soon', '')",
        "UPDATE leg SET ended_at = 'soon'",
    ],
)
def test_damage_never_raises(path: Path, damage: str) -> None:
    fill(path, 10)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(damage)
        connection.commit()
    remembered(path, NOW)


def test_the_legs_of_the_last_hour_are_counted_for_the_dial_envelope(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    journal.write(rung(closed(call_id(1))), START)
    journal.write(rung(closed(call_id(2), START - timedelta(minutes=31))), START)
    assert journal.close(5)
    legs = recent_legs(path, NOW)
    assert sorted(leg.endpoint for leg in legs) == ["sp-v01", "sp-v02"]
    assert legs[0] == RecentLeg(endpoint=legs[0].endpoint, kind=EndpointKind.SOFTPHONE, age_s=1800.0)
    assert recent_legs(path.with_name("none"), NOW) == ()


def test_calls_whose_record_is_open(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    call, other = call_id(7), call_id(8)
    for one in (call, other):
        journal.write(OpenRecord(call=one, line=LINE, node=NodeId("pbx1"), arrived_at=START), START)
    journal.write_token(call, CallerToken("aa"))
    notes = (
        NoteFact(call=call, fact=Fact.WAVE, detail="1: on-shift"),
        NoteFact(call=call, fact=Fact.CHOSE, detail="order=fixed"),
        NoteFact(call=call, fact=Fact.RANG, leg=LegId("leg-1"), volunteer=LIN, detail="softphone"),
    )
    for note in notes:
        journal.write(note, START)
    journal.write(closed(other), START)
    assert journal.close(5)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "INSERT INTO flagged VALUES ('aa', ?, ?)", (to_text(START), to_text(NOW + timedelta(days=1)))
        )
        connection.execute(
            "INSERT INTO fact VALUES (?, 99, ?, 'of a later version', NULL, NULL, '')", (call, to_text(NOW))
        )
        connection.execute("INSERT INTO step VALUES ('00000001', 1, 1, ?, x'00')", (to_text(NOW),))
        connection.commit()
    memory = remembered(path, NOW)
    assert memory.seen_until_at == NOW
    (found,) = memory.calls
    assert (found.call, found.line, found.arrived_at, found.caller, found.high_risk, found.message) == (
        call,
        LINE,
        START,
        "aa",
        True,
        False,
    )
    assert [(noted.fact, noted.volunteer, noted.detail) for noted in found.facts] == [
        (Fact.WAVE, None, "1: on-shift"),
        (Fact.RANG, LIN, "softphone"),
    ]


def test_who_rests_and_who_let_rings_pass(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    until_at = NOW + timedelta(minutes=5)
    journal.write(NoteVolunteer(volunteer=LIN, state=VolunteerState.RESTING, until_at=until_at), NOW)
    assert journal.close(5)
    with closing(sqlite3.connect(path)) as connection:
        for number, (who, outcome) in enumerate(
            [("v5", "no answer"), ("v5", "talked"), ("v5", "no answer"), ("v6", "no answer"), ("v6", "declined")]
        ):
            at = to_text(NOW - timedelta(minutes=10 - number))
            values = (f"leg-{number}", "c", who, at, at, outcome)
            connection.execute("INSERT INTO leg VALUES (?, ?, ?, 'softphone', 1, ?, ?, ?, 'e', 4.5, 0)", values)
        connection.commit()
    memory = remembered(path, NOW)
    assert memory.rests == ((LIN, until_at),)
    assert memory.missed == (("v5", 1),)
