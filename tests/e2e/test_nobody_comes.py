"""Nobody can come, or nobody does: each such call has a good end, soon, and in the order that the line says."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hotline_agi.lab.behaviour import busy, decline, refuse, ring_then_answer
from tests.e2e.hearing import HZ, silence_s, sounds
from tests.e2e.hotline import Hotline, open_hotline, talk, until_stopped
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

AT_ONCE_S = 1.0


async def _everybody(hotline: Hotline, behaviour, registered: bool = True) -> None:
    for name in ("s01", "s02") if registered else ():
        await hotline.person(name, behaviour)
    await hotline.person("m01", behaviour)


async def _leave_message(hotline: Hotline, caller, within_s: float) -> float:
    """The caller is asked for a message and leaves one; returns how long the first word took."""
    said_at = await caller.until_hears(HZ["nobody"], within_s, since=0.0)
    await caller.until_hears(HZ["beep"], 5.0)
    await asyncio.sleep(2.5)  # so long is the message
    caller.press("#")
    await caller.until_ended(6.0)
    assert sounds(caller)[-5:] == ["nobody", "message", "beep", "message-kept", "goodbye"]
    row = await hotline.closed()
    assert row.outcome == "message"
    return said_at - caller.invited_at


async def _hear_directory(hotline: Hotline, caller, within_s: float) -> float:
    """The caller is told where else to turn; returns how long the first word took."""
    said_at = await caller.until_hears(HZ["nobody"], within_s, since=0.0)
    await caller.until_ended(8.0)
    assert sounds(caller)[-3:] == ["nobody", "directory", "goodbye"]
    assert silence_s(caller, caller.answered_at + 0.3, caller.ended_at) < 1.0
    row = await hotline.closed()
    assert row.outcome == "directory"
    return said_at - caller.invited_at


def test_all_are_busy():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            await _everybody(hotline, busy())
            assert await _leave_message(hotline, hotline.caller(), 3.0) < AT_ONCE_S
            assert (await hotline.closed()).legs == dict.fromkeys(("s01", "s02", "m01"), "busy")
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_all_are_unreachable():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1, overflow="[directory]")) as hotline:
            await _everybody(hotline, refuse(404), registered=False)
            assert await _hear_directory(hotline, hotline.caller(), 3.0) < AT_ONCE_S
            assert (await hotline.closed()).legs == dict.fromkeys(("s01", "s02", "m01"), "unreachable")
            await hotline.until_quiet()

    asyncio.run(story())


def test_none_is_on_shift():
    async def story():
        async with open_hotline(Scenery(softphones=2, overflow="[directory]", nobody_on_shift=True)) as hotline:
            await hotline.person("s01")
            assert await _hear_directory(hotline, hotline.caller(), 3.0) < AT_ONCE_S
            assert (await hotline.closed()).legs == {}

    asyncio.run(story())


def test_all_decline():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            await _everybody(hotline, decline(0.5))
            assert await _leave_message(hotline, hotline.caller(), 4.0) < 0.5 + AT_ONCE_S
            assert (await hotline.closed()).legs == dict.fromkeys(("s01", "s02", "m01"), "declined")
            assert all(len(person.calls) == 1 for person in hotline.people.values())  # who said no is not asked again

    asyncio.run(story())


def test_nobody_answers():
    async def story():
        scenery = Scenery(
            softphones=2, mobiles=1, ring="[{ring: everybody, for_s: 5}]", ring_timeout_s=5, overflow="[directory]"
        )
        async with open_hotline(scenery) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            caller = hotline.caller()
            assert 4.9 < await _hear_directory(hotline, caller, 9.0) < 5.0 + AT_ONCE_S
            assert await until_stopped(people, caller.invited_at) < 5.0 + AT_ONCE_S

    asyncio.run(story())


def test_a_silent_caller_is_not_kept_for_ever():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            caller = hotline.caller(tone_hz=None)
            await caller.until_hears(HZ["beep"], 6.0)
            await caller.until_ended(22.0)  # 12 s of silence (HOTLINE_SILENCE_S) and three prompts
            assert sounds(caller)[-6:] == ["nobody", "message", "beep", "message-short", "directory", "goodbye"]
            row = await hotline.closed()
            assert (row.outcome, row.messages) == ("directory", [])
            assert list(hotline.stage.pbx.messages.iterdir()) == []

    asyncio.run(story())


def test_the_overflow_number_takes_the_call():
    async def story():
        scenery = Scenery(softphones=1, ring="[{ring: everybody, for_s: 5}]", overflow="[transfer, message]")
        async with open_hotline(scenery) as hotline:
            volunteer = await hotline.person("s01")
            overflow = await hotline.person("overflow", ring_then_answer(1.0, HZ["overflow"]))
            caller = hotline.caller()
            leg = await overflow.until_rung(8.0)
            assert leg.invited_at - caller.invited_at > 4.9  # after the waves, not beside them
            assert await until_stopped([volunteer], leg.invited_at) < 1.0
            await talk(caller, leg, overflow)
            assert silence_s(caller, caller.answered_at + 0.3, caller.answered_at + 6.0) < 1.0
            leg.hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller)[-2:] == ["overflow", "goodbye"]
            row = await hotline.closed()
            assert (row.outcome, row.legs["overflow"]) == ("transferred", "talked")
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_busy_overflow_number_leads_to_the_next_step():
    async def story():
        scenery = Scenery(softphones=1, overflow="[transfer, message]")
        async with open_hotline(scenery) as hotline:
            await hotline.person("s01", decline())
            await hotline.person("overflow", busy())
            await _leave_message(hotline, hotline.caller(), 4.0)

    asyncio.run(story())


def test_the_overflow_goes_in_the_order_of_the_line():
    async def story():
        scenery = Scenery(softphones=1, overflow="[message, transfer, directory]")
        async with open_hotline(scenery) as hotline:
            await hotline.person("s01", decline())
            overflow = await hotline.person("overflow", busy())
            caller = hotline.caller()
            await caller.until_hears(HZ["beep"], 6.0, since=0.0)
            assert not overflow.calls
            await asyncio.sleep(0.5)  # a key in the beep is lost
            caller.press("#")  # nothing to say
            await overflow.until_rung(5.0)
            await caller.until_ended(8.0)
            heard = [name for name in sounds(caller) if name not in ("greeting", "music", "comfort")]
            assert heard == ["nobody", "message", "beep", "message-short", "directory", "goodbye"]
            assert (await hotline.closed()).outcome == "directory"

    asyncio.run(story())


def test_outside_the_opening_hours():
    async def story():
        day = (datetime.now(UTC) + timedelta(days=3)).strftime("%a").lower()
        opening = f'[{{days: {day}, from: "09:00", until: "10:00"}}]'
        async with open_hotline(Scenery(softphones=1, mobiles=1, opening=opening, closed="[directory]")) as hotline:
            people = [await hotline.person(name) for name in ("s01", "m01")]
            caller = hotline.caller()
            assert await caller.until_hears(HZ["closed"], 2.0, since=0.0) - caller.invited_at < AT_ONCE_S
            await caller.until_ended(8.0)
            assert sounds(caller) == ["closed", "directory", "goodbye"]
            assert not any(person.calls for person in people)
            row = await hotline.closed()
            assert (row.outcome, row.legs) == ("directory", {})
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_closed_line_says_so_and_then_puts_the_call_through():
    async def story():
        hour = (datetime.now(UTC) + timedelta(hours=8 + 6)).hour  # in Shanghai, six hours from now
        opening = f"[{{days: daily, from: '{hour:02d}:00', until: '{(hour + 1) % 24:02d}:00'}}]"
        scenery = Scenery(softphones=1, opening=opening, closed="[transfer, directory]")
        async with open_hotline(scenery) as hotline:
            overflow = await hotline.person("overflow", ring_then_answer(0.2, HZ["overflow"]))
            caller = hotline.caller()
            await caller.until_hears(HZ["closed"], 3.0)
            await talk(caller, await overflow.until_rung(4.0), overflow)
            caller.hang_up()
            assert (await hotline.closed()).outcome == "transferred"
            assert hotline.complaints() == []

    asyncio.run(story())
