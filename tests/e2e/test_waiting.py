"""What a caller meets while phones ring: ringing begins before the answer, and there is never silence."""

import asyncio

import pytest

from tests.e2e.hearing import HZ, heard, longest_gap_s, silence_s, sounds
from tests.e2e.hotline import open_hotline, until_stopped
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

FIRST_RING_S = 0.1
LONGEST_GAP_S = 0.1


def test_phones_ring_before_the_caller_is_answered_and_the_caller_is_never_in_silence():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1, comfort_every_s=10)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            caller = hotline.caller()
            answered_at = await caller.until_answered(2.0)
            legs = [await person.until_rung(2.0) for person in people]
            assert min(leg.invited_at for leg in legs) < answered_at + 0.005
            assert max(leg.invited_at for leg in legs) - caller.invited_at < FIRST_RING_S
            heard_at = await caller.until_hears(HZ["greeting"], 2.0, since=0.0)
            assert heard_at - caller.invited_at < 0.5
            # three rounds of 4 s, then one that begins with the comfort prompt
            comforted_at = await caller.until_hears(HZ["comfort"], 16.0)
            assert 9.5 < comforted_at - caller.invited_at < 10.0 + 4.0 + 1.0
            await caller.until_hears(HZ["music"], 3.0)
            await asyncio.sleep(0.5)
            caller.hang_up()
            ended_at = await caller.until_ended(1.0)
            assert sounds(caller) == ["greeting", "music", "comfort", "music"], heard(caller)
            print("gap", longest_gap_s(caller, heard_at, ended_at), "silence", silence_s(caller, heard_at, ended_at))
            assert longest_gap_s(caller, heard_at, ended_at) < LONGEST_GAP_S
            assert silence_s(caller, heard_at, ended_at) < LONGEST_GAP_S + 0.1
            assert await until_stopped(people, ended_at) < 1.0
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())
