"""Callers become tokens; the machine hears of each once, and again when somebody flags them."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline_agi import recognition
from hotline_agi.dispatch.events import CallerRecognised
from hotline_agi.recognition import Recognition
from hotline_agi.store.callers import CallerKey, flag
from hotline_agi.store.journal import Journal
from hotline_agi.terms.numbers import PhoneNumber
from tests.store.calls import START, call_id, count, eventually, opened, rows

NUMBER = PhoneNumber("07700 900999")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal.open(path)
    yield journal
    journal.close(5)


def test_each_call_is_told_once_and_its_token_is_kept(journal: Journal, path: Path) -> None:
    recognised = Recognition(CallerKey(b"k" * 32), journal)
    (first,) = recognised.of(call_id(1), NUMBER)
    assert first == CallerRecognised(call=call_id(1), caller=first.caller)
    assert list(recognised.of(call_id(1), NUMBER)) == []
    (second,) = recognised.of(call_id(2), PhoneNumber("+44 7700 900999"))
    assert second.caller == first.caller
    eventually(lambda: count(path, "caller_token") == 2)
    assert {token for (token,) in rows(path, "SELECT token FROM caller_token")} == {first.caller}


def test_a_flag_that_is_set_while_somebody_waits_is_heard(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "LOOK_EVERY_S", 0.02)
    recognised = Recognition(CallerKey(b"k" * 32), journal)

    async def story() -> None:
        following = asyncio.create_task(recognised.follow(path))
        journal.write(opened(call_id(1)), START)
        (before,) = recognised.of(call_id(1), NUMBER)
        assert not before.high_risk
        await asyncio.to_thread(eventually, lambda: count(path, "caller_token") == 1)
        for on in (True, False):
            await asyncio.to_thread(flag, path, call_id(1), on=on, who="mei", now=datetime.now(UTC))
            async with asyncio.timeout(5):
                while not (heard := list(recognised.of(call_id(1), NUMBER))):
                    await asyncio.sleep(0.01)
            assert heard == [CallerRecognised(call=call_id(1), caller=before.caller, high_risk=on)]
        following.cancel()

    asyncio.run(story())


def test_a_journal_that_cannot_be_read_leaves_the_flags_as_they_were(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "LOOK_EVERY_S", 0.01)
    recognised = Recognition(CallerKey(b"k" * 32), journal)

    async def story() -> None:
        following = asyncio.create_task(recognised.follow(tmp_path / "none.db"))
        await asyncio.sleep(0.1)
        assert not following.done()
        following.cancel()

    asyncio.run(story())
    assert len(list(recognised.of(call_id(1), NUMBER))) == 1


def test_only_the_last_calls_are_remembered(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "CALLS_KEPT", 3)
    recognised = Recognition(CallerKey(b"k" * 32), journal)
    for number in range(5):
        assert len(list(recognised.of(call_id(number), NUMBER))) == 1
    assert list(recognised.of(call_id(4), NUMBER)) == []
    assert len(list(recognised.of(call_id(0), NUMBER))) == 1
