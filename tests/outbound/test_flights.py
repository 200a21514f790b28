"""Calls under way, with a journal on disk: an end that the disk does not take, a word that Asterisk did not hear."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline_agi.asterisk.agi import AgiRequest
from hotline_agi.campaign.dialler import Callee, Dialler
from hotline_agi.campaign.model import Outcome
from hotline_agi.campaign.pacing import Limits
from hotline_agi.outbound import flights as flights_module
from hotline_agi.outbound.desk import Desk, DiskTrouble
from hotline_agi.outbound.flights import Flights
from hotline_agi.outbound.interview import Conversation, Interview
from hotline_agi.store.campaign_list import take
from hotline_agi.store.campaign_tally import RUNNING
from hotline_agi.terms.languages import Language
from tests.campaign.examples import campaign
from tests.store.calls import made, rows
from tests.store.campaigns import KEY, people

LIMITS = Limits(channels=4, trunk_channels=10, reserve=2, calls_per_second=1.0, calls_per_hour=100)
ATTEMPT = "camp-00000000000001"


@dataclass
class Session:
    """A question of the dialplan, without the socket."""

    request: AgiRequest
    replies: list[str] = field(default_factory=list)

    def reply(self, value: str) -> None:
        self.replies.append(value)

    def refuse(self) -> None:
        self.replies.append("")


def asked(*arguments: str, attempt: str = ATTEMPT) -> Any:
    request = AgiRequest(route="campaign", uniqueid=attempt, channel="PJSIP/trunk-00000001", arguments=(*arguments,))
    return Session(request)


def played(path: Path, story: Callable[[Desk, Flights, Interview], Awaitable[None]]) -> None:
    made(path).close()
    take(path, "spring", "xinli", people([101]), datetime.now(UTC), "mei")

    async def play() -> None:
        desk = Desk(path, "spring", KEY)
        await desk.open()
        now = datetime.now(UTC)
        await desk.ask(lambda calls: calls.change_state(RUNNING, now))
        await desk.ask(lambda calls: calls.place([(Callee(person=1, attempts=1), ATTEMPT)], now))
        dialler = Dialler.of(campaign(), LIMITS)
        dialler.adopt(Callee(person=1, attempts=1))
        flights = Flights(dialler, desk, changed=lambda: None)
        flights.begin(Conversation(ATTEMPT, 1, Language.EN), Callee(person=1, attempts=1), 0.0)
        interview = Interview(campaign(), "02079460100", desk, find=flights.conversation, leaves=flights.put_through)
        writer = asyncio.create_task(flights.write_ends())
        try:
            await story(desk, flights, interview)
        finally:
            writer.cancel()
            await desk.close()

    asyncio.run(play())


async def answer(interview: Interview, *arguments: str) -> str:
    session = asked(*arguments)
    await interview._answer(session)
    return str(session.replies[0])


def test_a_run_is_not_at_its_end_while_an_end_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by reading: who was busy last was never rung again when the disk was full just then."""
    monkeypatch.setattr(flights_module, "DISK_RETRY_S", 0.02)
    path = tmp_path / "journal.sqlite"

    async def story(desk: Desk, flights: Flights, _: Interview) -> None:
        real, failures = desk.ask, 3

        async def ask(question: Any, *, timeout_s: float = 10.0) -> Any:
            nonlocal failures
            failures -= 1
            if failures >= 0:
                raise DiskTrouble("full")
            return await real(question, timeout_s=timeout_s)

        monkeypatch.setattr(desk, "ask", ask)
        flights.hung_up(ATTEMPT, Outcome.BUSY)
        flights.hung_up(ATTEMPT, Outcome.BUSY)
        assert (len(flights), flights.is_idle, flights.outcomes[Outcome.BUSY]) == (0, False, 1)
        async with asyncio.timeout(5.0):
            while not flights.is_idle:
                await asyncio.sleep(0.01)
        assert failures < 0
        due = await real(lambda calls: calls.next_due())
        assert due is not None and due > datetime.now(UTC) + timedelta(minutes=25)

    played(path, story)
    assert rows(path, "SELECT state, outcome, attempts FROM campaign_person") == [("waiting", "busy", 1)]


def test_who_asks_for_help_is_told_again_if_the_word_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"

    async def story(_: Desk, flights: Flights, interview: Interview) -> None:
        opening = "ok:ask:en:8:opening:1:0:campaign-spring-opening+campaign-spring-keys"
        assert await answer(interview, "begin", "0", "0", "none") == opening
        assert await answer(interview, "opening", "1", "0", "s") == opening.replace(":1:0:", ":2:0:")
        assert await answer(interview, "opening", "2", "0", "1") == "ok:ask:en:8:sleep:1:0:campaign-spring-sleep"
        for _time in range(2):
            assert await answer(interview, "sleep", "1", "0", "0") == "ok:help:en:02079460100:campaign-through"
        flights.hung_up(ATTEMPT, Outcome.NO_ANSWER)
        assert await answer(interview, "sleep", "1", "0", "0") == "", "nobody is there any more"
        async with asyncio.timeout(5.0):
            while not flights.is_idle:
                await asyncio.sleep(0.01)

    played(path, story)
    assert rows(path, "SELECT state, outcome FROM campaign_person") == [("done", "asked-for-help")]


def test_an_answer_is_on_the_disk_before_the_next_question_is_said(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"

    async def story(_: Desk, flights: Flights, interview: Interview) -> None:
        await answer(interview, "begin", "0", "0", "none")
        assert "campaign-spring-appetite" in await answer(interview, "sleep", "1", "0", "1")
        assert rows(path, "SELECT question, answer FROM campaign_answer") == [("sleep", "well")]
        # asked once more, because the dialplan did not hear us: the same answer, once
        await answer(interview, "sleep", "1", "0", "1")
        assert rows(path, "SELECT count(*) FROM campaign_answer") == [(1,)]
        assert await answer(interview, "worries", "1", "0", "2") == "ok:end:en:campaign-spring-closing"
        flights.hung_up(ATTEMPT, Outcome.NO_ANSWER)
        flights.settle(frozenset())
        async with asyncio.timeout(5.0):
            while not flights.is_idle:
                await asyncio.sleep(0.01)

    played(path, story)
    assert rows(path, "SELECT outcome FROM campaign_attempt") == [("completed",)]


def test_what_asterisk_does_not_know_any_more_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"

    async def story(_: Desk, flights: Flights, interview: Interview) -> None:
        flights.settle(frozenset({ATTEMPT}))
        assert len(flights) == 1
        await answer(interview, "begin", "0", "0", "none")
        flights.settle(frozenset())
        async with asyncio.timeout(5.0):
            while not flights.is_idle:
                await asyncio.sleep(0.01)

    played(path, story)
    assert rows(path, "SELECT outcome FROM campaign_attempt") == [("no-key",)], "picked up, and no key came"
