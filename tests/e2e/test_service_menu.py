"""Volunteers help themselves by phone: real SIP, real keys (RFC 4733), real sound, on a real Asterisk."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

import pytest

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from hotline_agi.lab.wire import CallFailed
from tests.e2e.hotline import Hotline, open_hotline
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import CALLER, HOTLINE, Scenery, mobile_of
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

SERVICE = "01632960180"
STRANGER = "07700900777"
PIN = "271828"


def with_number(**changes: Any) -> Scenery:
    """A line with a service number, over which the telephone network reaches the menu too."""
    return Scenery(**{"extra_line": f"service_numbers: ['{SERVICE}']\n", "pins": {"s01": PIN}} | changes)


@asynccontextmanager
async def open_menu(place: Scenery | None = None, **how: Any) -> AsyncIterator[Hotline]:
    """A hotline whose menu speaks in codes, and knows the names of s01 and s02."""
    async with open_hotline(place or Scenery(), sayings=partial(write_sayings, named=("s01", "s02")), **how) as hotline:
        yield hotline
        assert numbers_kept(hotline) <= {CALLER}
        assert PIN not in hotline.stage.log_path.read_text()
        assert PIN not in hotline.stage.pbx.log()


def numbers_kept(hotline: Hotline) -> set[str]:
    """Numbers in the journal: a volunteer's belongs in it no more than in a log."""
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        return {number for (number,) in journal.execute("SELECT number FROM caller_number")}


def dial(hotline: Hotline, who: str, number: str = "100") -> PhoneCall:
    """A volunteer's softphone, registered already, dials."""
    return hotline.stage.phones[who].invite(server=hotline.stage.server, user=number, auth=(who, PASSWORD))


async def enter(hotline: Hotline, who: str = "s01", number: str = "100") -> tuple[PhoneCall, Ear]:
    call = dial(hotline, who, number)
    await call.until_answered(3.0)
    return call, Ear(call)


async def ring_in(hotline: Hotline, from_user: str) -> tuple[PhoneCall, Ear]:
    """A telephone of the network dials the service number."""
    call = hotline.stage.call(SERVICE, from_user=from_user)
    await call.until_answered(3.0)
    return call, Ear(call)


def test_a_softphone_hears_its_state_its_shifts_and_who_is_on():
    async def story():
        async with open_menu() as hotline:
            await hotline.person("s01")
            call, ear = await enter(hotline)
            words = await ear.until("menu")
            assert words[0] == "on-shift-until"
            assert words[1] in ("noon", "midnight")
            assert words[2:] == ["will-be-rung", "menu"]
            call.press("4")
            assert await ear.until("menu") == ["on-now", "name-s01", "and", "name-s02", "menu"]
            call.press("3")
            assert await ear.until("menu") == [
                *("today", "on-shift", "from", "midnight", "until", "noon"),
                *("and", "from", "noon", "until", "midnight", "menu"),
            ]
            call.press("5")
            assert (await ear.until("confirm-cover"))[:3] == ["your-shift", "today", "from"]
            call.press("1")
            assert await ear.until("menu") == ["cover-asked", "menu"]
            call.press("2")
            await ear.until("ask-minutes")
            call.press("999")
            assert await ear.until("ask-minutes") == ["bad-minutes", "ask-minutes"]
            call.press("45#")
            assert (await ear.until("menu"))[0] == "paused-until"
            call.press("*")
            await call.until_ended(4.0)
            assert ear.words[-1] == "thanks"
            await hotline.until_quiet()
            assert [line for line in hotline.complaints() if "nobody of the backup agreed" not in line] == []

    asyncio.run(story())


def test_every_sentence_is_cut_short_by_a_key():
    async def story():
        async with open_menu() as hotline:
            await hotline.person("s01")
            call, ear = await enter(hotline)
            await ear.until("on-shift-until")
            call.press("2")
            assert await ear.until("ask-minutes") == ["ask-minutes"]
            call.press("#")
            assert await ear.until("paused") == ["paused"]
            call.press("*")
            await ear.until("thanks")
            await call.until_ended(3.0)
            assert hotline.complaints() == []

    asyncio.run(story())


def test_who_says_nothing_hears_it_three_times_and_then_goodbye():
    async def story():
        async with open_menu() as hotline:
            await hotline.person("s01")
            call, ear = await enter(hotline)
            for _ in range(3):
                assert (await ear.until("menu", 9.0))[-1] == "menu"
            await ear.until("thanks", 9.0)
            await call.until_ended(3.0)
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_hang_up_in_the_middle_leaves_nothing_behind():
    async def story():
        async with open_menu() as hotline:
            await hotline.person("s01")
            for _ in range(3):
                call, ear = await enter(hotline)
                await ear.until("on-shift-until")
                call.hang_up()
                await hotline.until_quiet()
            call, ear = await enter(hotline)
            assert (await ear.until("menu"))[0] == "on-shift-until"
            call.hang_up()
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_service_that_dies_in_the_menu_leaves_a_kind_sentence(how):
    async def story():
        async with open_menu() as hotline:
            await hotline.person("s01")
            call, ear = await enter(hotline)
            await ear.until("menu")
            hotline.stage.signal_service(how)
            asked_at = time.monotonic()
            call.press("3")
            assert await ear.until("service-away") == ["service-away"]
            await call.until_ended(3.0)
            assert time.monotonic() - asked_at < 5.0
            again, ear = await enter(hotline)
            assert await ear.until("service-away") == ["service-away"]
            await again.until_ended(3.0)
            if how is signal.SIGSTOP:
                hotline.stage.signal_service(signal.SIGCONT)
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_a_service_that_was_restarted_goes_on_with_who_was_in_the_menu():
    async def story():
        async with open_menu() as hotline:
            await hotline.person("s01")
            call, ear = await enter(hotline)
            await ear.until("menu")
            call.press("2")
            await ear.until("ask-minutes")  # here the menu waits for 8 s, in which a service can start
            await hotline.stage.kill_service()
            await hotline.stage.start_service(until_plan=False)
            call.press("30#")  # of before the restart: chooses nothing
            assert (await ear.until("menu"))[0] == "on-shift-until"
            call.press("3")
            assert (await ear.until("menu"))[0] == "today"
            call.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


def test_a_softphone_that_dials_anything_else_is_refused():
    async def story():
        async with open_menu(Scenery(mobiles=1)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            for number in (HOTLINE, mobile_of(1), "+447700900001", "112", "99", "s01", "s02", "phone", "h"):
                call = dial(hotline, "s01", number)
                with pytest.raises(CallFailed):
                    await call.until_answered(3.0)
                assert call.status in (403, 404), (number, call.ladder())
            assert not any(person.calls for person in people)
            assert hotline.rows() == []
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_softphone_may_dial_the_rostered_service_number_too():
    async def story():
        async with open_menu(with_number()) as hotline:
            await hotline.person("s01")
            call, ear = await enter(hotline, number=SERVICE)
            assert (await ear.until("menu"))[0] == "on-shift-until"
            call.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


def test_a_mobile_of_a_volunteer_is_known_by_its_number():
    async def story():
        async with open_menu(with_number(mobiles=1)) as hotline, witness(hotline.stage) as seen:
            call, ear = await ring_in(hotline, mobile_of(1))
            assert (await ear.until("menu"))[0] == "on-shift-until"
            call.press("4")
            assert await ear.until("menu") == ["n-3", "volunteers-on-now", "menu"]  # of m01 there is no spoken name
            call.press("2")
            await ear.until("ask-minutes")
            call.press("10#")
            assert (await ear.until("menu"))[0] == "paused-until"
            call.press("*")
            await call.until_ended(4.0)
            assert hotline.rows() == []  # no call of a caller
            await hotline.until_quiet()
            assert hotline.complaints() == []
            assert seen.events
            assert not [event for event in seen.events if any(mobile_of(1)[1:] in value for value in event.values())]

    asyncio.run(story())


def test_an_unknown_telephone_is_let_in_by_the_right_pin():
    async def story():
        async with open_menu(with_number()) as hotline:
            await hotline.person("s01")
            call, ear = await ring_in(hotline, STRANGER)
            assert await ear.until("ask-pin") == ["ask-pin"]
            call.press(f"{PIN}#")
            assert (await ear.until("menu"))[0] == "on-shift-until"
            call.press("*")
            await call.until_ended(4.0)
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_wrong_pins_end_the_call_and_then_lock_the_telephone_and_nobody_else():
    async def story():
        async with open_menu(with_number(mobiles=1)) as hotline:
            call, ear = await ring_in(hotline, STRANGER)
            for answer in ("pin-wrong", "pin-wrong", "pin-no-more"):
                call.press("314159#")
                assert answer in await ear.until(answer)
            await call.until_ended(4.0)
            call, ear = await ring_in(hotline, STRANGER)
            for answer in ("pin-wrong", "pin-locked"):
                call.press("314159#")
                await ear.until(answer)
            await call.until_ended(4.0)
            call, ear = await ring_in(hotline, STRANGER)
            assert await ear.until("pin-locked") == ["pin-locked"]
            await call.until_ended(4.0)
            call, ear = await ring_in(hotline, mobile_of(1))
            await ear.until("menu")
            call.hang_up()
            call, ear = await ring_in(hotline, "07700900778")
            await ear.until("ask-pin")
            call.press(f"{PIN}#")
            await ear.until("menu")
            call.hang_up()
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_without_a_service_the_service_number_rings_nobody():
    async def story():
        async with open_menu(with_number()) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02")]
            await hotline.stage.kill_service()
            call, ear = await ring_in(hotline, STRANGER)
            assert await ear.until("service-away") == ["service-away"]
            await call.until_ended(3.0)
            assert not any(person.calls for person in people)
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_who_paused_by_phone_is_not_rung_by_the_next_call_and_is_after_they_resumed():
    async def story():
        async with open_menu() as hotline:
            paused, other = [await hotline.person(name) for name in ("s01", "s02")]
            call, ear = await enter(hotline)
            await ear.until("menu")
            call.press("2")
            await ear.until("ask-minutes")
            call.press("30#")
            await ear.until("menu")
            call.hang_up()
            await hotline.stage.until_quiet()
            first = hotline.caller()
            await other.until_rung(3.0)
            await asyncio.sleep(1.0)  # long enough for a phone that is rung beside it
            assert paused.calls == []
            first.hang_up()
            await hotline.until_quiet()
            call, ear = await enter(hotline)
            assert (await ear.until("menu"))[0] == "paused-until"
            call.press("1")
            assert (await ear.until("menu"))[0] == "checked-in"
            call.hang_up()
            await hotline.stage.until_quiet()
            second = hotline.caller()
            await paused.until_rung(3.0)
            second.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())
