"""What a report reads: every call once, in order, whole, in any portions; who talked later, who was called back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from hotline_agi.dispatch.commands import NoteVolunteer
from hotline_agi.reports.period.carried import CalledBack
from hotline_agi.store import reporting
from hotline_agi.store.journal import Journal
from hotline_agi.store.opening import connect
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import to_text
from hotline_agi.store.schema_work import WORK, WORK_ATTEMPT, WORK_CALL
from hotline_agi.terms.ids import CallId, LineId, VolunteerId
from hotline_agi.terms.standing import VolunteerState
from hotline_agi.terms.work import AttemptEnd, WorkKind, WorkOutcome, WorkState
from tests.reports.worlds import LINE, Truth, world, write
from tests.store.calls import AGELESS

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=3)


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    """Many of them arrive in the same millisecond as another."""
    found = world(3, 120, START, END)
    at = found[40].close.arrived_at
    return [*found[:40], *(_moved(one, at) for one in found[40:70]), *found[70:]]


def _moved(one: Truth, at: datetime) -> Truth:
    return replace(one, close=replace(one.close, arrived_at=at))


@pytest.fixture(scope="module")
def path(truths: list[Truth], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reporting") / "journal.sqlite"
    write(path, truths)
    return path


@pytest.fixture
def reader(path: Path) -> Iterator[JournalReader]:
    with JournalReader.open(path) as reader:
        yield reader


@pytest.mark.parametrize("portion", [1, 7, 500])
def test_every_call_comes_once_and_whole(
    truths: list[Truth], reader: JournalReader, portion: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "PORTION_CALLS", portion)
    found = list(reporting.reported_calls(reader, START, END))
    true = sorted((one.reported for one in truths), key=lambda one: (one.call.arrived_at, one.call.call))
    assert [one.call for one in found] == [one.call for one in true]
    assert [one.caller for one in found] == [one.caller for one in true]
    assert [{leg.leg: leg for leg in one.legs} for one in found] == [{leg.leg: leg for leg in one.legs} for one in true]
    told = [[(one.fact, one.leg, one.detail) for one in call.facts] for call in found]
    assert told == [[(one.fact, one.leg, one.detail) for one in call.facts] for call in true]


def test_the_period_is_half_open(truths: list[Truth], reader: JournalReader) -> None:
    begin, end = truths[20].close.arrived_at, truths[90].close.arrived_at
    found = [one.call.call for one in reporting.reported_calls(reader, begin, end)]
    assert set(found) == {one.close.call for one in truths if begin <= one.close.arrived_at < end}


def test_who_talked_later_is_told_once(truths: list[Truth], reader: JournalReader) -> None:
    since = truths[80].close.arrived_at
    true: dict[str, datetime] = {}
    for one in truths:
        if one.is_over and one.caller and one.close.answered_at and one.close.arrived_at >= since:
            true[one.caller] = max(one.close.answered_at, true.get(one.caller, one.close.answered_at))
    found = {one.caller: one.at for one in reporting.later_talks(reader, since)}
    assert len(found) > 5
    assert {who: to_text(at) for who, at in found.items()} == {who: to_text(at) for who, at in true.items()}


def test_who_was_called_back_and_reached(path: Path, reader: JournalReader, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a talk, or by the word of whoever finished it; a busy line or a wrong number is no callback."""
    monkeypatch.setattr(reporting, "PORTION_CALLS", 2)
    names = ("talked", "busy", "said", "wrong", "both", "open")
    calls = [CallId(f"pbx1-1.{name}") for name in names]
    outcome = {"said": WorkOutcome.REACHED, "both": WorkOutcome.REACHED, "wrong": WorkOutcome.WRONG_NUMBER}
    attempt = {"talked": AttemptEnd.TALKED, "both": AttemptEnd.TALKED, "busy": AttemptEnd.BUSY}
    closed_at, dialled_at = START + timedelta(hours=9), START + timedelta(hours=8)
    connection = connect(path, busy_s=1)
    with connection.begin():
        for name, call in zip(names, calls, strict=True):
            state = WorkState.DONE if name in outcome else WorkState.OPEN
            row = {"entry": call, "line": LINE, "kind": WorkKind.MISSED, "opened_at": to_text(START), "told": 0,
                   "last_at": to_text(START), "state": state, "attempts": 1, "outcome": outcome.get(name),
                   "closed_at": to_text(closed_at) if name in outcome else None}  # fmt: skip
            connection.execute(
                insert(WORK), {key: str(one) if isinstance(one, str) else one for key, one in row.items()}
            )
            connection.execute(insert(WORK_CALL), {"call": call, "entry": call, "kind": WorkKind.MISSED.value})
            if name in attempt:
                dialled = {"attempt": f"leg-{name}", "entry": call, "volunteer": "v01", "talk_s": 1.0,
                           "dialled_at": to_text(dialled_at), "ended": attempt[name].value}  # fmt: skip
                connection.execute(insert(WORK_ATTEMPT), dialled)
    connection.close()
    found = reporting.called_back(reader, [*calls, CallId("pbx1-1.nobody")])
    assert found == {calls[0]: dialled_at, calls[2]: closed_at, calls[4]: dialled_at}
    did = reporting.callbacks(reader, LINE, START, END)
    assert did == {VolunteerId("v01"): CalledBack(dialled=3, reached=2, talk_s=3.0)}
    assert reporting.callbacks(reader, LINE, END, END + timedelta(days=1)) == {}
    assert reporting.callbacks(reader, LineId("other"), START, END) == {}


def test_of_each_volunteer_the_state_before_the_period_is_there_too(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.sqlite", ages=AGELESS)
    who = VolunteerId("v01")
    notes = [
        (-5, VolunteerState.PAUSED),
        (-3, VolunteerState.RESTING),
        (2, VolunteerState.AVAILABLE),
        (99, VolunteerState.PAUSED),
    ]
    for hours, state in notes:
        journal.write(NoteVolunteer(volunteer=who, state=state), START + timedelta(hours=hours))
    journal.write(NoteVolunteer(volunteer=VolunteerId("v02"), state=VolunteerState.PAUSED), START + timedelta(hours=1))
    assert journal.close(5)
    with JournalReader.open(tmp_path / "journal.sqlite") as reader:
        seen = reporting.seen(reader, LINE, START, START + timedelta(days=1), kept_days=14, now=END)
    assert [one.state for one in seen.states[who]] == [VolunteerState.RESTING, VolunteerState.AVAILABLE]
    assert [one.state for one in seen.states[VolunteerId("v02")]] == [VolunteerState.PAUSED]
    assert seen.since == END - timedelta(days=14)
