"""No service: the dialplan alone rings the last known people, takes messages, says where else to turn."""

import asyncio
import os
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.lab.behaviour import decline, never_answer, refuse, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from hotline_agi.terms.causes import Cause
from tests.e2e.hearing import HZ, LENGTHS_S, sounds
from tests.e2e.hotline import Hotline, open_hotline, talk
from tests.e2e.scenery import Scenery, mobile_of

pytestmark = pytest.mark.asterisk

RINGS_WITHIN_S = 1.0
"""Phones ring after the INVITE; without a service there is nobody to wait for."""


async def only_the_plan(hotline: Hotline) -> None:
    """An earlier run of the service left its plan, and is gone."""
    await hotline.stage.kill_service()


async def speak_after_the_beep(caller: PhoneCall, length_s: float) -> None:
    """The caller leaves a message of that length and ends it by a key."""
    await caller.until_hears(HZ["beep"], 10.0)
    await asyncio.sleep(LENGTHS_S["beep"] + 0.2 + length_s)
    caller.press("#")


def test_dialplan_rings_everybody_and_the_one_who_presses_1_wins():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=2)) as hotline:
            await only_the_plan(hotline)
            rings_on = [await hotline.person("s01"), await hotline.person("s02")]
            mailbox = await hotline.person("m01", voicemail(0.3))
            human = await hotline.person("m02", ring_then_answer(1.0, HZ["m02"], press_after_s=0.8))
            began = time.monotonic()
            caller = hotline.caller()
            for person in (*rings_on, mailbox, human):
                assert (await person.until_rung(2.0)).invited_at - began < RINGS_WITHIN_S
            leg = human.calls[0]
            await leg.until_hears(HZ["caller"], 5.0)
            await caller.until_hears(HZ["m02"], 2.0)
            talk_at = leg.stream.first_match(HZ["caller"], leg.answered_at)
            for person in (*rings_on, mailbox):
                assert await person.calls[0].until_ended(1.0) - talk_at < 1.0, person.name
            for person in rings_on:
                assert f"cause={Cause.ANSWERED_ELSEWHERE}" in person.calls[0].reason_header
            assert "accept" in sounds(mailbox.calls[0]) and "caller" not in sounds(mailbox.calls[0])
            await asyncio.sleep(0.3)
            leg.hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller)[-2:] == ["m02", "goodbye"]
            await hotline.stage.until_quiet()
            assert all(len(person.calls) == 1 for person in hotline.people.values())

    asyncio.run(story())


def test_two_press_1_at_the_same_instant_and_one_talks():
    async def story():
        async with open_hotline(Scenery(softphones=0, mobiles=2)) as hotline:
            await only_the_plan(hotline)
            both = [await hotline.person(f"m0{n}", ring_then_answer(0.3, HZ[f"m0{n}"])) for n in (1, 2)]
            caller = hotline.caller()
            legs = [await person.until_rung(2.0) for person in both]
            await asyncio.gather(*(leg.until_hears(HZ["accept"], 3.0) for leg in legs))
            for leg in legs:
                leg.press("1")
            done, _ = await asyncio.wait(
                [asyncio.create_task(leg.until_ended(5.0)) for leg in legs], return_when=asyncio.FIRST_COMPLETED
            )
            assert len(done) == 1
            winner = next(leg for leg in legs if leg.ended_at is None)
            name = next(person.name for person in both if person.calls[0] is winner)
            await winner.until_hears(HZ["caller"], 2.0)
            await caller.until_hears(HZ[name], 2.0)
            caller.hang_up()
            await winner.until_ended(1.0)
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_nobody_answers_then_backup_then_message_then_directory():
    async def story():
        async with open_hotline(Scenery(softphones=2, backup_softphones=1, mobiles=1)) as hotline:
            await only_the_plan(hotline)
            on_shift = [await hotline.person("s01", decline(0.5)), await hotline.person("m01", refuse(486))]
            backup = await hotline.person("s02", decline(0.5))
            caller = hotline.caller()
            await backup.until_rung(4.0)
            for person in on_shift:
                await person.until_rung(1.0, 2)  # once more, beside the backup
            await speak_after_the_beep(caller, 2.6)
            await caller.until_ended(8.0)
            assert sounds(caller)[-5:] == ["nobody", "message", "beep", "message-kept", "goodbye"]
            (recording,) = hotline.stage.pbx.messages.glob("*.wav")
            assert recording.stat().st_size > 2.5 * 16_000
            await hotline.stage.until_quiet()
            an_hour_ago = time.time() - 3600
            os.utime(recording, (an_hour_ago, an_hour_ago))  # a younger one may still be in recording
            await hotline.stage.start_service()
            message = await hotline.stage.until_logged("a message was left while the service was away")
            assert message["call"] in recording.name and message["call"].startswith("pbx1-")

    asyncio.run(story())


def test_who_says_nothing_after_the_beep_hears_the_directory():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await only_the_plan(hotline)
            await hotline.person("s01", decline())
            caller = hotline.caller()
            await speak_after_the_beep(caller, 0.1)
            await caller.until_ended(8.0)
            assert sounds(caller)[-6:] == ["nobody", "message", "beep", "message-short", "directory", "goodbye"]
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_star_while_phones_ring_leads_to_the_message():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            await only_the_plan(hotline)
            people = [await hotline.person("s01"), await hotline.person("m01", voicemail(0.1))]
            caller = hotline.caller()
            await people[1].until_rung(2.0)
            await people[1].calls[0].until_hears(HZ["accept"], 3.0)
            await caller.until_hears(HZ["music"], 4.0)
            caller.press("*")
            pressed_at = time.monotonic()
            for person in people:
                assert await person.calls[0].until_ended(2.0) - pressed_at < 1.0, person.name
            await caller.until_hears(HZ["beep"], 4.0)
            caller.hang_up()
            await hotline.stage.until_quiet()
            assert all(len(person.calls) == 1 for person in people)

    asyncio.run(story())


def test_caller_who_leaves_stops_every_phone_even_in_the_accept_prompt():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            await only_the_plan(hotline)
            people = [await hotline.person("s01"), await hotline.person("m01", voicemail(0.1))]
            caller = hotline.caller()
            await (await people[1].until_rung(2.0)).until_hears(HZ["accept"], 3.0)
            await people[0].until_rung(2.0)
            caller.hang_up()
            left_at = time.monotonic()
            for person in people:
                assert await person.calls[0].until_ended(2.0) - left_at < 1.0, person.name
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_closed_line():
    async def story():
        yesterday = (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=2)).strftime("%a").lower()
        opening = f"[{{days: [{yesterday}], from: '09:00', until: '10:00'}}]"
        scenery = Scenery(softphones=1, opening=opening, closed="[directory]")
        async with open_hotline(scenery) as hotline:
            await only_the_plan(hotline)
            person = await hotline.person("s01")
            caller = hotline.caller()
            await caller.until_ended(10.0)
            assert sounds(caller) == ["closed", "directory", "goodbye"]
            assert not person.calls
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_no_plan_was_ever_written():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False, emergency="PJSIP/s01") as hotline:
            person = await hotline.person("s01", decline(0.5))
            caller = hotline.caller()
            began = time.monotonic()
            assert (await person.until_rung(2.0)).invited_at - began < RINGS_WITHIN_S
            await speak_after_the_beep(caller, 0.1)
            await caller.until_ended(8.0)
            assert sounds(caller)[-6:] == ["nobody", "message", "beep", "message-short", "directory", "goodbye"]
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_nobody_to_ring_at_all():
    async def story():
        async with open_hotline(Scenery(softphones=0), service=False) as hotline:
            caller = hotline.caller()
            await speak_after_the_beep(caller, 0.1)
            await caller.until_ended(8.0)
            assert sounds(caller)[-6:] == ["nobody", "message", "beep", "message-short", "directory", "goodbye"]

    asyncio.run(story())


def test_plan_outlives_a_restart_of_asterisk():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await only_the_plan(hotline)
            await hotline.stage.pbx.stop()
            await hotline.stage.pbx.start()
            person = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            caller = hotline.caller()
            await (await person.until_rung(2.0)).until_hears(HZ["caller"], 3.0)
            caller.hang_up()
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_shift_changes_without_the_service():
    async def story():
        async with open_hotline(Scenery(softphones=2, backup_softphones=1)) as hotline:
            await only_the_plan(hotline)
            # The plan's own rows, with the first border drawn near: until then s01, afterwards s02.
            border = int(time.time()) + 6
            for row, value in {1: f"{border}:e0001::", 2: f"{border + 86_400}:e0002::"}.items():
                await hotline.stage.pbx.ask(f"database put hotline a/plan/test/{row} {value}")
            early, late = await hotline.person("s01"), await hotline.person("s02")
            for person, other in ((early, late), (late, early)):
                caller = hotline.caller()
                await person.until_rung(2.0)
                assert not other.is_rung
                caller.hang_up()
                await hotline.stage.until_quiet()
                await asyncio.sleep(max(0.0, border - time.time() + 0.05))

    asyncio.run(story())


def test_who_is_unreachable_by_softphone_is_rung_on_the_mobile():
    async def story():
        scenery = Scenery(
            softphones=1, extra_endpoints={"s01": "[{softphone: s01}, mobile]"}, extra_contacts={"s01": mobile_of(1)}
        )
        async with open_hotline(scenery) as hotline:
            await only_the_plan(hotline)
            mobile = await hotline.person("m01", ring_then_answer(0.2, HZ["m01"], press_after_s=0.8))
            caller = hotline.caller()
            leg = await mobile.until_rung(2.0)
            await talk(caller, leg, mobile)
            caller.hang_up()
            await leg.until_ended(1.0)
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_forty_on_shift_are_rung_together():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=60)) as hotline:
            await only_the_plan(hotline)
            carrier = hotline.stage.carrier
            for n in range(1, 61):
                hotline.stage.mobile(mobile_of(n), never_answer())
            hotline.stage.mobile(mobile_of(39), ring_then_answer(0.5, HZ["m01"], press_after_s=0.8))
            caller = hotline.caller()
            await carrier.until_leg(mobile_of(39), 2.0)
            await caller.until_hears(HZ["m01"], 4.0)
            assert {leg.local_user for leg in carrier.legs} == {mobile_of(n) for n in range(1, 40)}  # and s01
            carrier.legs_to(mobile_of(39))[0].hang_up()
            await caller.until_ended(4.0)
            for leg in carrier.legs:
                await leg.until_ended(1.0)
            assert len(carrier.legs) == 39
            await hotline.stage.until_quiet()

    asyncio.run(story())
