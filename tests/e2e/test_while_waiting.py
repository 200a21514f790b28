"""A caller who waits is treated as a person: their language, their place, what they are offered, and nobody is lost."""

import asyncio
import signal

import pytest

from tests.e2e.caring import (
    BREATHING,
    CARE,
    OWN_GREETING,
    SLEEP,
    asked,
    caring,
    caring_site,
    is_said,
    once,
    open_caring,
)
from tests.e2e.hearing import HZ
from tests.e2e.hotline import talk
from tests.e2e.restarts import open_restarted
from tests.e2e.sayings import Ear

pytestmark = pytest.mark.asterisk

FETCHED_S = 1.0
"""From picking up to hearing the caller who was aside; `talks.HOLD_WAIT_S` is 2.2 s."""
EMERGENCY = ["emergency", "tel-1", "n-2", "n-0", "or", "tel-1", "tel-1", "n-0"]
"""In Chinese one is 幺 in the number of a telephone."""


async def _until_joined(caller, leg, person) -> float:
    began_at = asyncio.get_running_loop().time()
    leg.answer(person.hz)
    return await talk(caller, leg, person) - began_at


def test_language_offer_self_help_and_a_number_each_end_in_a_talk():
    async def story():
        async with open_caring(caring()) as hotline:
            person = await hotline.person("s01")
            caller = hotline.caller()
            leg = await person.until_rung(2.0)  # while they choose
            ear = Ear(caller)
            assert once(await ear.until("choose-zh", 6.0))[-3:] == ["choose-en", "n-1", "choose-zh"]
            caller.press("2")
            await caller.until_hears(HZ[OWN_GREETING], 3.0)
            said = await ear.until("choose-again", 8.0)
            assert is_said(said[said.index("emergency") : -1], *EMERGENCY), said
            said = await ear.until("offer-directory", 14.0)
            assert once(word for word in said if word.startswith("offer-")) == [
                f"offer-{one}" for one in ("wait", "message", "callback", "other-number", "self-help", "directory")
            ]
            caller.press("5")
            await ear.until("self-help-more", 4.0)
            await caller.until_hears(HZ[BREATHING], 3.0)
            caller.press("5")
            await caller.until_hears(HZ[SLEEP], 4.0)
            caller.press("9")  # any other key skips
            await caller.until_hears(HZ["music"], 2.0)
            assert await _until_joined(caller, leg, person) < FETCHED_S
            caller.hang_up()
            row = await hotline.closed()
            assert row.outcome == "talked"
            assert [fact for fact in row.facts if fact.startswith(("language", "wished"))] == [
                "language zh",
                "wished self-help breathing",
                "wished self-help sleep",
            ]
            # they call again: greeted in their language at once; and somebody accepts while they type
            caller = hotline.caller()
            leg = await person.until_rung(4.0, 2)
            ear = Ear(caller)
            await caller.until_hears(HZ[OWN_GREETING], 3.0)
            await ear.until("offer-directory", 20.0)
            assert "choose-en" not in ear.words
            caller.press("4")
            await ear.until("callback-type", 4.0)
            caller.press("0770")
            await asyncio.sleep(0.3)
            assert await _until_joined(caller, leg, person) < FETCHED_S
            caller.hang_up()
            assert (await hotline.closed(2)).outcome == "talked"
            assert asked(hotline) == []
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_the_place_in_the_queue_is_said_and_a_restart_keeps_it():
    care = CARE.replace("after_s: 6", "after_s: 60").replace("languages: [en, zh]\nremember_language: yes\n", "")

    async def story():
        with caring_site(scenery := caring(care)) as site:
            async with open_restarted(scenery, **site) as world:
                hotline = world.hotline
                person = await hotline.person("s01")
                first = hotline.caller()
                await person.until_rung(2.0)
                second = hotline.caller("second caller")
                ear = Ear(second)
                await ear.until("place-1", 18.0)
                await world.restart(signal.SIGKILL)
                first.hang_up()
                await ear.until("place-0", 18.0)
                row = hotline.rows()[1]
                assert [fact for fact in row.facts if fact.startswith("place")] == ["place 1", "place 0"]
                assert world.asterisk.survivals() == 0
                second.hang_up()
                await hotline.until_quiet()

    asyncio.run(story())
