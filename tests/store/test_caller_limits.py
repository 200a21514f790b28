"""Limits in force as the journal tells them, how one is lifted, and what a new machine remembers of callers."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline_agi.dispatch.memory import PastCaller
from hotline_agi.store.caller_limits import LimitInForce, lift, limits_in_force, marks
from hotline_agi.store.callers import WhoIsUnknown
from hotline_agi.store.journal import Journal
from hotline_agi.store.remembering import remembered
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId
from hotline_agi.terms.limits import Limit, detail
from hotline_agi.terms.outcomes import Outcome
from tests.store.calls import AGELESS, LINE, START, call_id, closed, noted, opened, rows

NOW = START + timedelta(minutes=30)
ALICE, BOB = CallerToken("a" * 16), CallerToken("b" * 16)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def called(
    journal: Journal,
    number: int,
    who: CallerToken | None,
    at: datetime = START,
    *facts: tuple[Fact, str],
    outcome: Outcome = Outcome.TALKED,
) -> CallId:
    call = call_id(number)
    journal.write(opened(call, at), at)
    journal.write(noted(call, Fact.ARRIVED, "" if who else "withheld", None), at)
    for fact, text in facts:
        journal.write(noted(call, fact, text, None), at)
    journal.write(closed(call, at, outcome=outcome), at)
    if who is not None:
        journal.write_token(call, who)
    return call


def limited(limit: Limit, until: datetime | None) -> tuple[Fact, str]:
    return Fact.LIMITED, detail(limit, until.isoformat(timespec="seconds") if until else "")


def test_limits_in_force_by_the_call_that_met_them_last(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    soon, past = NOW + timedelta(hours=1), NOW - timedelta(minutes=1)
    called(journal, 1, ALICE, START, limited(Limit.CALLS, soon))
    last = called(journal, 2, ALICE, START + timedelta(minutes=1), limited(Limit.CALLS, soon))
    called(journal, 3, BOB, START, limited(Limit.TALK, past))
    called(journal, 4, BOB, START, limited(Limit.AT_ONCE, None))
    hidden = called(journal, 5, None, START - timedelta(minutes=2), limited(Limit.WITHHELD, soon))
    assert journal.close(5)
    until_at = soon.replace(microsecond=0)
    expected = [
        LimitInForce(call=last, line=LINE, limit="calls", until_at=until_at),
        LimitInForce(call=hidden, line=LINE, limit="withheld", until_at=until_at),
    ]
    assert limits_in_force(path, NOW) == expected
    assert lift(path, last, who="ops", now=NOW) == last
    assert limits_in_force(path, NOW) == expected[1:]
    with pytest.raises(WhoIsUnknown, match="end alone"):
        lift(path, hidden, who="ops", now=NOW)
    assert rows(path, "SELECT who, did, subject FROM audit") == [("ops", "lifted the limits of a caller", last)]


def test_who_was_lifted_since(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    call = called(journal, 1, ALICE)
    assert journal.close(5)
    lift(path, call, who="ops", now=NOW)
    assert marks(path, NOW, NOW - timedelta(seconds=1)) == (frozenset(), {ALICE: NOW})
    assert marks(path, NOW, NOW) == (frozenset(), {})


def test_what_a_machine_remembers_of_callers(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    called(journal, 1, ALICE, START, (Fact.SILENT, ""))
    called(journal, 2, ALICE, START + timedelta(minutes=2), limited(Limit.TALK, NOW), outcome=Outcome.ABANDONED)
    called(journal, 3, ALICE, START + timedelta(minutes=4), limited(Limit.SILENT, NOW))
    called(journal, 4, None, START + timedelta(minutes=6), outcome=Outcome.ABANDONED)
    called(journal, 5, BOB, START - timedelta(hours=25))
    journal.write(closed(call_id(6), START), START)  # of an old dialplan: nobody knows who it was
    assert journal.close(5)
    found = remembered(path, NOW).callers
    assert [(one.caller, one.talk_s, one.silent, one.limited) for one in found] == [
        (ALICE, 55.0, True, False),
        (ALICE, 0.0, False, True),
        (ALICE, 55.0, False, False),
        (None, 0.0, False, False),
    ]
    assert found[0] == PastCaller(
        line=LINE,
        caller=ALICE,
        arrived_at=START,
        ended_at=START + timedelta(minutes=1),
        talk_s=55.0,
        silent=True,
        call=call_id(1),
    )


def test_what_came_before_a_limit_was_lifted_is_not_remembered(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    call = called(journal, 1, ALICE)
    called(journal, 2, BOB)
    called(journal, 3, ALICE, NOW + timedelta(minutes=1))
    assert journal.close(5)
    lift(path, call, who="ops", now=NOW)
    found = remembered(path, NOW + timedelta(minutes=5)).callers
    assert [(one.caller, one.arrived_at) for one in found] == [(BOB, START), (ALICE, NOW + timedelta(minutes=1))]
