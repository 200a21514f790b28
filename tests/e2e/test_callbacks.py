"""Callers are called back: real messages, real keys, a real call out over the trunk, on a real Asterisk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

import pytest

from hotline_agi.lab.behaviour import busy, never_answer, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from tests.e2e.hearing import HZ
from tests.e2e.hotline import SECOND_CALLER, Hotline, Person, open_hotline, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import CALLER, HOTLINE, Scenery, mobile_of

pytestmark = pytest.mark.asterisk

SERVICE = "01632960180"
CALLBACKS = "callbacks: {missed: yes, from: 00:00, until: 00:00, retry_after_min: 1, lease_min: 2}\n"
RISK = "high_risk: {supervisors: [s01], follow_ups_h: [24]}\n"


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


async def enter(hotline: Hotline, who: str = "s01") -> tuple[PhoneCall, Ear]:
    phone = hotline.stage.phones[who]
    call = phone.invite(server=hotline.stage.server, user="100", auth=(who, PASSWORD), tone_hz=HZ[who])
    await call.until_answered(3.0)
    ear = Ear(call)
    await ear.until("menu-callbacks")
    return call, ear


def wire(call: PhoneCall) -> str:
    return "\n".join(message.text for message in call.messages)


def test_a_caller_who_left_a_message_is_called_back_and_neither_side_sees_a_number():
    async def story():
        async with open_list(extra_line=CALLBACKS + RISK) as hotline:
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
            await ear.until("callback-how-risk")
            volunteer.press("4")
            await ear.until("callback-marked")
            await ear.until("menu-callbacks")
            volunteer.press("6")
            await ear.until("callbacks-none")
            volunteer.hang_up()
            await until_listed(hotline, [("message", "done", "s01", "reached", 1)])
            [(ended, talk_s)] = rows(hotline, "SELECT ended, talk_s FROM work_attempt")
            assert ended == "talked" and talk_s > 0.9
            assert rows(hotline, "SELECT volunteer, after_h FROM follow_up") == [("s01", 24)]
            assert len(rows(hotline, "SELECT token FROM flagged")) == 1
            said = wire(leg)
            assert HOTLINE.lstrip("+") in said.split("\r\n\r\n")[0]
            assert "s01" not in said
            assert CALLER[1:] not in wire(volunteer)
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


async def missed_by(hotline: Hotline, who: str = "caller", **how: Any) -> None:
    """A caller hangs up while nobody answers."""
    before = len(hotline.rows())
    caller = hotline.caller(who, **how)
    await caller.until_hears(HZ["greeting"], 4.0)
    caller.hang_up()
    await hotline.closed(before + 1)


async def take_and_connect(hotline: Hotline, volunteer: PhoneCall, ear: Ear) -> None:
    volunteer.press("6")
    await ear.until("callback-choice")
    volunteer.press("1")
    await ear.until("callback-calling")


NEUTRAL = {"callback-neutral", "callback-nobody"}


def test_whoever_answers_without_the_key_hears_nothing_that_says_who_calls():
    """Two volunteers call two callers back at the same time: at one somebody else answers, at the other a voicemail."""

    async def story():
        async with open_list(softphones=2, extra_line=CALLBACKS.replace("{", "{attempts: 2, ")) as hotline:
            for name in ("s01", "s02"):
                await hotline.person(name)
            family = Person("caller", ring_then_answer(0.3, HZ["caller"]))
            mailbox = Person("second caller", voicemail(0.3))
            hotline.stage.mobile(CALLER, family)
            hotline.stage.mobile(SECOND_CALLER, mailbox)
            await missed_by(hotline)
            await missed_by(hotline, "second caller")
            await until_listed(hotline, [("missed", "open", None, None, 0)] * 2)
            (first, first_ear), (second, second_ear) = await enter(hotline), await enter(hotline, "s02")
            await take_and_connect(hotline, first, first_ear)
            await take_and_connect(hotline, second, second_ear)
            for telephone, ear in ((family, first_ear), (mailbox, second_ear)):
                leg = await telephone.until_rung(4.0)
                await leg.until_ended(25.0)
                assert set(Ear(leg).words) == NEUTRAL
                await ear.until("callback-not-confirmed")
            await until_listed(hotline, [("missed", "open", None, None, 1)] * 2)
            second.hang_up()
            await first_ear.until("menu-callbacks")
            first.press("6")  # nothing dials again by itself, and nobody is offered it again at once
            await first_ear.until("callbacks-none")
            again(hotline)
            # busy, at the last try: the coordinator's
            family.behaviour = busy()
            await take_and_connect(hotline, first, first_ear)
            await first_ear.until("callback-busy")
            await first_ear.until("callback-escalated")
            await until_listed(hotline, [("missed", "escalated", None, None, 2), ("missed", "open", None, None, 1)])
            assert (len(family.calls), len(mailbox.calls)) == (2, 1)
            first.hang_up()
            assert list(hotline.stage.pbx.messages.iterdir()) == []  # nothing was recorded
            told = await hotline.command("calls", hotline.rows()[0].call)
            assert "the caller was called for s01" in told and "with the coordinator" in told, told
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def again(hotline: Hotline) -> None:
    """The time between two tries is over."""
    with closing(sqlite3.connect(hotline.stage.state / "journal.sqlite", timeout=5.0)) as journal, journal:
        journal.execute("UPDATE work SET not_before = NULL")


def test_the_list_takes_care_of_itself():
    """Who got through meanwhile is off the list, and whoever had it hears so; a volunteer who hangs up stops the
    caller's telephone; a number that may not be dialled is said so."""

    async def story():
        async with open_list() as hotline:
            person = await hotline.person("s01")
            telephone = Person("caller", never_answer())
            hotline.stage.mobile(CALLER, telephone)
            await missed_by(hotline)
            await missed_by(hotline)  # twice: one entry
            await until_listed(hotline, [("missed", "open", None, None, 0)])
            call, ear = await enter(hotline)
            await take_and_connect(hotline, call, ear)
            leg = await telephone.until_rung(4.0)
            call.hang_up()
            await leg.until_ended(2.0)
            assert leg.end_reason == "cancelled"
            await until_listed(hotline, [("missed", "open", None, None, 1)])
            again(hotline)
            [(entry,)] = rows(hotline, "SELECT entry FROM work")
            said = await hotline.command("callbacks", "claim", entry, "--as", "s01")
            assert "is s01's until" in said, said
            # the caller gets through
            person.behaviour = ring_then_answer(0.2, HZ["s01"])
            caller = hotline.caller()
            await caller.until_hears(HZ["s01"], 5.0)
            await until_listed(hotline, [("missed", "closed by itself", "s01", None, 1)])
            caller.hang_up()
            person.behaviour = never_answer()
            await hotline.until_quiet()
            volunteer, ear = await enter(hotline)
            volunteer.press("6")
            words = await ear.until("callbacks-none")
            assert "callback-reached" in words
            # a premium number
            await missed_by(hotline, from_user="09098790000")
            await until(lambda: len(entries(hotline)) == 2, 5.0, "the second caller is listed")
            await ear.until("menu-callbacks")
            await take(volunteer, ear)
            volunteer.press("1")
            await ear.until("callback-number-refused")
            assert entries(hotline)[1][:2] == ("missed", "escalated")
            assert hotline.stage.carrier.legs_to("09098790000") == []
            said = await hotline.command("callbacks", "--json")
            assert '"state": "escalated"' in said and "9098790000" not in said, said
            assert "callback claimed, as s01" in await hotline.command("audit")
            volunteer.hang_up()
            await hotline.until_quiet()
            assert [one for one in hotline.complaints() if "dial envelope" not in one] == []

    asyncio.run(story())


async def take(volunteer: PhoneCall, ear: Ear) -> None:
    volunteer.press("6")
    await ear.until("callback-choice")


def test_a_service_that_is_killed_while_the_callers_telephone_rings_goes_on_and_dials_nothing_twice():
    """The volunteer is at a mobile of their own, so both sides are beyond the trunk."""

    async def story():
        service = f"service_numbers: ['{SERVICE}']\n"
        async with open_list(softphones=0, mobiles=1, extra_line=CALLBACKS + service) as hotline:
            person = await hotline.person("m01")
            telephone = Person("caller", never_answer())
            hotline.stage.mobile(CALLER, telephone)
            await missed_by(hotline)
            await until_listed(hotline, [("missed", "open", None, None, 0)])
            volunteer = hotline.stage.call(SERVICE, from_user=mobile_of(1), tone_hz=HZ["m01"])
            await volunteer.until_answered(3.0)
            ear = Ear(volunteer)
            await ear.until("menu-callbacks")
            await take_and_connect(hotline, volunteer, ear)
            leg = await telephone.until_rung(4.0)
            rung = len(person.calls)
            await hotline.stage.kill_service()
            await hotline.stage.start_service(until_plan=False)
            second = hotline.caller("second caller")  # nobody rings who calls somebody back
            await second.until_hears(HZ["music"], 5.0)
            assert len(person.calls) == rung
            second.hang_up()
            leg.answer(HZ["caller"])
            caller_ear = Ear(leg)
            await caller_ear.until("callback-neutral")
            leg.press("1")
            await leg.until_hears(HZ["m01"], 5.0)
            await volunteer.until_hears(HZ["caller"], 3.0)
            leg.hang_up()
            await ear.until("callback-how")
            volunteer.press("2")
            await ear.until("callback-later")
            volunteer.hang_up()
            await until(lambda: entries(hotline)[0] == ("missed", "open", None, None, 1), 3.0, "open again")
            assert len(telephone.calls) == 1
            assert rows(hotline, "SELECT ended FROM work_attempt") == [("talked",)]
            assert mobile_of(1)[1:] not in wire(leg)
            assert CALLER[1:] not in wire(volunteer)
            await hotline.until_quiet()

    asyncio.run(story())
