"""The volunteer's side of a talk fails: the caller is not cut off. A normal hang-up is a goodbye."""

import asyncio

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from tests.e2e.hearing import HZ, silence_s, sounds
from tests.e2e.hotline import STOPS_S, open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

RTP_TIMEOUT_S = 4
FAILED = 'Q.850;cause=41;text="Temporary failure"'


def test_the_volunteers_phone_vanishes():
    async def story():
        async with open_hotline(Scenery(softphones=2), rtp_timeout_s=RTP_TIMEOUT_S) as hotline:
            first = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            second = await hotline.person("s02")
            caller = hotline.caller()
            leg = await first.until_rung(2.0)
            await talk(caller, leg, first)
            second.behaviour = ring_then_answer(1.5, HZ["s02"])
            hotline.stage.phones["s01"].vanish()
            vanished_at = asyncio.get_running_loop().time()
            told_at = await caller.until_hears(HZ["again"], RTP_TIMEOUT_S + 4.0)
            print("told after", told_at - vanished_at)
            leg = await second.until_rung(2.0, 2)
            await talk(caller, leg, second)
            assert silence_s(caller, told_at, await caller.until_hears(HZ["s02"], 1.0)) < 0.5
            leg.hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller)[-5:] == ["s01", "again", "music", "s02", "goodbye"], sounds(caller)
            row = await hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "s02")
            assert "talk failed s01" in row.facts
            await hotline.until_quiet()

    asyncio.run(story())


def test_a_failed_channel_and_a_second_volunteer():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            first = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            second = await hotline.person("m01")
            caller = hotline.caller()
            leg = await first.until_rung(2.0)
            await talk(caller, leg, first)
            second.behaviour = ring_then_answer(1.2, HZ["m01"], press_after_s=0.2)
            first.behaviour = never_answer()
            leg.hang_up(FAILED)
            failed_at = await leg.until_ended(1.0)
            told_at = await caller.until_hears(HZ["again"], 2.0)
            assert told_at - failed_at < STOPS_S
            again = [await first.until_rung(STOPS_S, 2), await second.until_rung(STOPS_S, 2)]  # everybody
            heard_at = await talk(caller, again[1], second)
            assert silence_s(caller, failed_at, heard_at) < STOPS_S
            caller.hang_up()
            row = await hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "m01")
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_who_was_cut_off_is_served_first():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            volunteer = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            first = hotline.caller()
            leg = await volunteer.until_rung(2.0)
            await talk(first, leg, volunteer)
            second = hotline.caller("second caller")
            await second.until_hears(HZ["music"], 3.0)
            leg.hang_up(FAILED)
            leg = await volunteer.until_rung(3.0, 2)
            await talk(first, leg, volunteer)  # not the one who waits since longer in this round
            first.hang_up()
            await talk(second, await volunteer.until_rung(3.0, 3), volunteer, "second caller")
            second.hang_up()
            await hotline.until_quiet()
            assert [row.outcome for row in hotline.rows()] == ["talked", "talked"]
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_normal_hang_up_is_a_goodbye():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            volunteer = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            other = await hotline.person("s02")
            caller = hotline.caller()
            leg = await volunteer.until_rung(2.0)
            await talk(caller, leg, volunteer)
            leg.hang_up()
            ended_at = await leg.until_ended(1.0)
            assert await caller.until_hears(HZ["goodbye"], 2.0) - ended_at < STOPS_S
            await caller.until_ended(3.0)
            row = await hotline.closed()
            assert row.outcome == "talked"
            assert "talk ended s01" in row.facts
            assert (len(volunteer.calls), len(other.calls)) == (1, 1)

    asyncio.run(story())
