"""What a service that starts is told of calls whose end it did not see."""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.store.journal import Journal
from hotline_agi.store.open_calls import LAST_FACTS, open_calls
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken
from tests.store.calls import AGELESS, LINE, NODE, START, call_id, closed, noted, opened, rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Five calls: one over, one waiting, one ringing twice, one in a talk, one from long ago."""
    path = tmp_path / "journal.db"
    journal = Journal.open(path, ages=AGELESS)

    def tell(number: int, fact: Fact, who: str | None = None, after_s: float = 0.0, detail: str = "softphone") -> None:
        journal.write(noted(call_id(number), fact, detail, who), START + timedelta(seconds=number + after_s))

    for number in range(4):
        at = START + timedelta(seconds=number)
        journal.write(opened(call_id(number), at), at)
        tell(number, Fact.ARRIVED, detail="")
    journal.write(closed(call_id(0)), START)
    for who in ("v01", "v02"):
        tell(2, Fact.RANG, who, 1)
    tell(2, Fact.LEG_ENDED, "v01", 2, "busy")
    tell(2, Fact.PICKED_UP, "v02", 3)
    tell(3, Fact.RANG, "v03", 1)
    for fact in (Fact.PICKED_UP, Fact.ACCEPTED, Fact.TALK_STARTED):
        tell(3, fact, "v03", 4, "")
    journal.write_token(call_id(3), CallerToken("0123456789abcdef"))
    journal.write(opened(call_id(9), START - timedelta(days=9)), START)
    assert journal.close(5)
    return path


def test_calls_without_an_end_and_the_legs_that_may_be_alive(path: Path) -> None:
    old, waiting, ringing, talking = open_calls(path)
    assert (old.call, old.facts, old.legs) == (call_id(9), (), ())
    assert (waiting.call, waiting.line, waiting.node) == (call_id(1), LINE, NODE)
    assert waiting.arrived_at == START + timedelta(seconds=1)
    assert (waiting.answered_at, waiting.volunteer, waiting.token, waiting.legs) == (None, None, None, ())
    assert [fact.fact for fact in waiting.facts] == [Fact.ARRIVED]
    (leg,) = ringing.legs  # the other one was busy
    assert (leg.volunteer, leg.endpoint, leg.leg) == ("v02", "softphone", f"leg-{call_id(2)}-v02")
    assert leg.rang_at == START + timedelta(seconds=3)
    assert leg.picked_up_at == START + timedelta(seconds=5) and leg.accepted_at is None
    assert ringing.answered_at is None and ringing.volunteer is None
    assert (talking.answered_at, talking.volunteer) == (START + timedelta(seconds=7), "v03")
    assert talking.token == "0123456789abcdef"
    assert [leg.accepted_at for leg in talking.legs] == [START + timedelta(seconds=7)]
    assert [one.call for one in open_calls(path, since=START)] == [call_id(1), call_id(2), call_id(3)]


def test_of_a_long_story_the_last_facts_are_told_and_all_count(path: Path) -> None:
    journal = Journal.open(path, ages=AGELESS)
    for number in range(2 * LAST_FACTS):
        journal.write(noted(call_id(3), Fact.STEP, str(number), None), START + timedelta(seconds=60))
    assert journal.close(5)
    talking = open_calls(path)[-1]
    assert [fact.detail for fact in talking.facts] == [str(n) for n in range(LAST_FACTS, 2 * LAST_FACTS)]
    assert talking.volunteer == "v03" and len(talking.legs) == 1


def test_the_question_is_answered_by_an_index(path: Path) -> None:
    plan = str(rows(path, "EXPLAIN QUERY PLAN SELECT * FROM call WHERE ended_at IS NULL ORDER BY arrived_at DESC"))
    assert "call_open" in plan


def test_a_journal_that_cannot_be_read_is_one_sentence(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="there is no journal"):
        open_calls(tmp_path / "none.db")
    journal = Journal.open(path, ages=AGELESS)
    journal.write(noted(call_id(1), "future"), START)  # type: ignore[arg-type]
    assert journal.close(5)
    with pytest.raises(SetupError, match="does not know"):
        open_calls(path)
