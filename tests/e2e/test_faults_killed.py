"""kill -9 of the service at every moment of a call."""

import asyncio
import time
from itertools import pairwise

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer, voicemail
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import STOPS_S, Person, open_hotline, talk
from tests.e2e.scenery import Scenery
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

SURVIVES_S = 6.0
"""The promise: from kill -9 until phones ring again."""
MOMENT_S = 0.5
"""No phone may show two calls for longer."""


def doubled_s(person: Person) -> float:
    """The longest time for which a phone showed two calls at once."""
    now = time.monotonic()
    spans = [(call.invited_at, call.ended_at or now) for call in person.calls]
    return max((first[1] - second[0] for first, second in pairwise(spans)), default=0.0)


def test_kill_while_phones_ring():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            people[2].behaviour = ring_then_answer(0.5, HZ["m01"], press_after_s=0.8)
            await hotline.stage.kill_service()
            killed_at = time.monotonic()
            for person in people:
                took_s = (await person.until_rung(SURVIVES_S + 1, 2)).invited_at - killed_at
                assert took_s < SURVIVES_S, person.name
                assert doubled_s(person) < MOMENT_S, person.name
            print(f"survival rings {took_s:.2f} s after the kill")
            await talk(caller, people[2].calls[1], people[2])
            for person in people[:2]:
                await person.calls[1].until_ended(1.0)
            people[2].calls[1].hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller)[-1] == "goodbye"
            assert all(len(person.calls) == 2 for person in people)
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_kill_while_a_mobile_hears_the_accept_prompt():
    async def story():
        async with open_hotline(Scenery(softphones=0, mobiles=1)) as hotline:
            mobile = await hotline.person("m01", voicemail(0.2))
            caller = hotline.caller()
            await (await mobile.until_rung(2.0)).until_hears(HZ["accept"], 3.0)
            await hotline.stage.kill_service()
            killed_at = time.monotonic()
            mobile.behaviour = ring_then_answer(0.3, HZ["m01"], press_after_s=0.8)
            again = await mobile.until_rung(SURVIVES_S + 1, 2)
            assert again.invited_at - killed_at < SURVIVES_S
            assert doubled_s(mobile) < MOMENT_S
            await talk(caller, again, mobile)
            caller.hang_up()
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_caller_leaves_after_the_kill():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await caller.until_hears(HZ["greeting"], 3.0)
            await hotline.stage.kill_service()
            caller.hang_up()
            left_at = time.monotonic()
            for person in people:
                assert await person.calls[0].until_ended(2.0) - left_at < STOPS_S, person.name
            await hotline.stage.until_quiet()
            assert all(len(person.calls) == 1 for person in people)

    asyncio.run(story())


@pytest.mark.parametrize("who_ends", ["volunteer", "caller"])
def test_kill_in_a_talk(who_ends):
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            first = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            second = await hotline.person("s02")
            caller = hotline.caller()
            leg = await first.until_rung(2.0)
            await talk(caller, leg, first)
            await hotline.stage.kill_service()
            killed_at = time.monotonic()
            while time.monotonic() - killed_at < 3.0:
                await talk(caller, leg, first)
                await asyncio.sleep(0.25)
            assert caller.ended_at is None and leg.ended_at is None
            second.behaviour = ring_then_answer(0.2, HZ["s02"])
            first.behaviour = never_answer()
            if who_ends == "caller":
                caller.hang_up()
                await leg.until_ended(1.0)
            else:
                leg.hang_up()
                await caller.until_hears(HZ["ended"], 1.0)
                # who stays on the line is rung through again
                await talk(caller, await second.until_rung(6.0, 2), second)
                second.calls[1].hang_up()
                await caller.until_ended(4.0)
                assert sounds(caller)[-3:] == ["music", "s02", "goodbye"] or sounds(caller)[-2:] == ["s02", "goodbye"]
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_restart_in_a_talk():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline, witness(hotline.stage) as asterisk:
            busy = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            free = await hotline.person("s02")
            caller = hotline.caller()
            leg = await busy.until_rung(2.0)
            talked_at = await talk(caller, leg, busy)
            await hotline.stage.kill_service()
            await hotline.stage.start_service()
            busy.behaviour = never_answer()
            second = hotline.caller("second caller")
            await free.until_rung(1.0, 2)
            await second.until_hears(HZ["music"], 3.0)
            assert len(busy.calls) == 1
            await talk(caller, leg, busy)
            leg.hang_up()
            freed_at = time.monotonic()
            assert (await busy.until_rung(2.0, 2)).invited_at - freed_at < 1.0  # the one who waits is rung for
            # the new service knows that talk, and how it ended
            await caller.until_ended(4.0)
            assert sounds(caller)[-1] == "goodbye"
            row = await hotline.closed()
            assert (row.outcome, row.volunteer, row.legs["s01"]) == ("talked", "s01", "talked")
            assert abs(row.talk_s - (freed_at - talked_at)) < 1.0
            assert asterisk.survivals() == 0
            second.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())
