"""Callers are called back: real messages, real keys, a real call out over the trunk, on a real Asterisk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import CALLER, HOTLINE, Scenery

pytestmark = pytest.mark.asterisk

CALLBACKS = "callbacks: {missed: yes, from: 00:00, until: 00:00, retry_after_min: 1, lease_min: 2}\n"


@asynccontextmanager
async def open_list(**changes: Any) -> AsyncIterator[Hotline]:
    """A line with callbacks; s01's phone is on, and rings nobody's bell."""
    place = Scenery(**{"softphones": 1, "extra_line": CALLBACKS, "ring_timeout_s": 5} | changes)
    async with open_hotline(place, sayings=partial(write_sayings, times=2)) as hotline:
        yield hotline


def rows(hotline: Hotline, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        return journal.execute(question).fetchall()


def entries(hotline: Hotline) -> list[tuple[Any, ...]]:
    return rows(hotline, "SELECT kind, state, owner, outcome, attempts FROM work ORDER BY opened_at")


async def until_listed(hotline: Hotline, wanted: list[tuple[Any, ...]], timeout_s: float = 5.0) -> None:
    await until(lambda: entries(hotline) == wanted, timeout_s, f"{wanted} (there are: {entries(hotline)})")


async def leave_message(hotline: Hotline) -> None:
    """The caller asks for the recorder and speaks with their tone for three seconds."""
    caller = hotline.caller()
    await caller.until_hears(HZ["music"], 4.0)
    caller.press("*")
    await caller.until_hears(HZ["beep"], 4.0)
    await asyncio.sleep(2.6)
    caller.press("#")
    await caller.until_ended(6.0)
    assert (await hotline.closed()).outcome == "message"


async def enter(hotline: Hotline) -> tuple[PhoneCall, Ear]:
    call = hotline.stage.phones["s01"].invite(
        server=hotline.stage.server, user="100", auth=("s01", PASSWORD), tone_hz=HZ["s01"]
    )
    await call.until_answered(3.0)
    ear = Ear(call)
    await ear.until("menu-callbacks")
    return call, ear


def wire(call: PhoneCall) -> str:
    return "\n".join(message.text for message in call.messages)


def test_a_caller_who_left_a_message_is_called_back_and_neither_side_sees_a_number():
    async def story():
        async with open_list() as hotline:
            await hotline.person("s01")
            telephone = Person("caller", ring_then_answer(0.5, HZ["caller"]))
            hotline.stage.mobile(CALLER, telephone)
            await leave_message(hotline)
            await until_listed(hotline, [("message", "open", None, None, 0)])
            volunteer, ear = await enter(hotline)
            volunteer.press("6")
            words = await ear.until("left-message")
            assert list(dict.fromkeys(words))[:3] == ["n-1", "caller-waits", "caller-called"]
            await volunteer.until_hears(HZ["caller"], 3.0)  # the message
            await ear.until("callback-choice")
            await until_listed(hotline, [("message", "claimed", "s01", None, 0)])
            volunteer.press("1")
            await ear.until("callback-calling")
            leg = await telephone.until_rung(4.0)
            await leg.until_answered(3.0)
            caller_ear = Ear(leg)
            await caller_ear.until("callback-neutral")
            leg.press("1")
            await caller_ear.until("callback-joining")
            await leg.until_hears(HZ["s01"], 3.0)
            await volunteer.until_hears(HZ["caller"], 3.0)
            await asyncio.sleep(1.0)
            leg.hang_up()
            await ear.until("callback-how")
            volunteer.press("1")
            await ear.until("callback-done")
            await ear.until("menu-callbacks")
            volunteer.press("6")
            await ear.until("callbacks-none")
            volunteer.hang_up()
            await until_listed(hotline, [("message", "done", "s01", "reached", 1)])
            [(ended, talk_s)] = rows(hotline, "SELECT ended, talk_s FROM work_attempt")
            assert ended == "talked" and talk_s > 0.9
            said = wire(leg)
            print(said[:1500])
            assert HOTLINE.lstrip("+") in said.split("\r\n\r\n")[0]
            assert "s01" not in said
            assert CALLER[1:] not in wire(volunteer)
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())
