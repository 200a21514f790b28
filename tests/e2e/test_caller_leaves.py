"""A caller may leave at any instant: every phone stops, nobody is left alone in a bridge, volunteers are free again."""

import asyncio
import random

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import STOPS_S, open_hotline, until_stopped
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

HANG_UPS = 20
ACCEPTS_AT_S = 0.02


def test_while_phones_ring():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            for nth, wait_s in enumerate((1.0, 0.0, 0.02), start=1):
                caller = hotline.caller()
                await people[-1].until_rung(2.0, nth)
                await asyncio.sleep(wait_s)
                caller.hang_up()
                assert await until_stopped(people, await caller.until_ended(1.0)) < STOPS_S
                row = await hotline.closed(nth)
                assert row.outcome == "abandoned"
                assert set(row.legs.values()) == {"caller left"}
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_before_the_hotline_has_answered():
    """A CANCEL right behind the INVITE: whatever was begun for this caller is taken back."""

    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "m01")]
            seed = random.Random(5)
            for _ in range(HANG_UPS):
                caller = hotline.caller()
                caller.later(seed.uniform(0, 0.012), caller.hang_up)
                left_at = await caller.until_ended(3.0)
                await hotline.until_quiet()
                assert await until_stopped(people, left_at) < STOPS_S
            rows = hotline.rows()
            assert {row.outcome for row in rows} == {"abandoned"}
            assert hotline.complaints() == []

    asyncio.run(story())


def test_while_the_accept_prompt_plays():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            ringing = await hotline.person("s01")
            mobile = await hotline.person("m01", ring_then_answer(0.1, HZ["m01"]))
            caller = hotline.caller()
            leg = await mobile.until_rung(2.0)
            await leg.until_answered(2.0)
            await leg.until_hears(HZ["accept"], 2.0, since=0.0)
            await asyncio.sleep(0.2)
            caller.hang_up()
            left_at = await caller.until_ended(1.0)
            assert await until_stopped([ringing], left_at) < STOPS_S
            await leg.until_hears(HZ["caller-gone"], STOPS_S)
            await leg.until_ended(3.0)
            assert sounds(leg) == ["accept", "caller-gone"]
            row = await hotline.closed()
            assert row.outcome == "abandoned"
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


@pytest.mark.parametrize("phone", ["s01", "m01"])
def test_around_accept_and_bridge(phone):
    """The hang-up falls from 10 ms before the accept to 60 ms after it, where Asterisk itself loses some.

    In the first half it falls into the join itself. A `Bridge()` that takes a caller out of their own hang-up handler
    leaves the handler on a channel `Surrogate/`, which once turned there for ever.
    """

    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            confirms = phone == "m01"
            other = await hotline.person("s01" if confirms else "m01")
            person = await hotline.person(phone, ring_then_answer(0.0) if confirms else None)
            seed, outcomes = random.Random(11), []
            for nth in range(1, 2 * HANG_UPS + 1):
                caller = hotline.caller()
                leg = await person.until_rung(3.0, nth)  # freed by the call before
                await caller.until_hears(HZ["greeting"], 3.0, since=0.0)
                if confirms:
                    await leg.until_answered(2.0)
                    await leg.until_hears(HZ["accept"], 2.0, since=0.0)
                    leg.later(ACCEPTS_AT_S, lambda leg=leg: leg.press("1"))
                else:
                    leg.later(ACCEPTS_AT_S, lambda leg=leg: leg.answer(person.hz))
                after_s = seed.uniform(-0.003, 0.008) if nth <= HANG_UPS else seed.uniform(-0.01, 0.06)
                # the first and the last are no race, so that both ends are seen whatever the others come to
                if nth in (1, 2 * HANG_UPS):
                    after_s = 0.3 if nth > 1 else -0.015
                # a key counts at its end, 80 to 100 ms after its beginning
                caller.later(ACCEPTS_AT_S + after_s + 0.085 * (confirms and nth > 1), caller.hang_up)
                left_at = await caller.until_ended(3.0)
                assert await until_stopped([other], left_at) < STOPS_S
                await leg.until_ended(4.0)  # after the sentence "the caller has hung up", or the ghost guard
                await hotline.until_quiet()
                outcomes.append((await hotline.closed(nth)).outcome)
            print(phone, {outcome: outcomes.count(outcome) for outcome in set(outcomes)})
            assert set(outcomes) == {"talked", "abandoned"}, outcomes
            assert hotline.complaints() == []

    asyncio.run(story())
