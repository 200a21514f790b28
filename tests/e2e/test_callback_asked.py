"""A caller who waits asks to be called back: at this number, or at another that they type."""

import asyncio

import pytest

from tests.e2e.caring import asked, caring, open_caring
from tests.e2e.hearing import sounds
from tests.e2e.sayings import Ear

pytestmark = pytest.mark.asterisk

CHOICES = ("wait", "message", "callback", "other-number", "directory")
ONE_LANGUAGE = """offer: {after_s: 5, every_s: 20, choices: [wait, message, callback, other-number, directory]}
"""


def test_another_number_is_typed_wrong_twice_then_right():
    async def story():
        async with open_caring(caring(ONE_LANGUAGE)) as hotline:
            person = await hotline.person("s01")
            caller = hotline.caller()
            leg = await person.until_rung(2.0)
            ear = Ear(caller)
            said = await ear.until("offer-directory", 14.0)
            assert said[-6:] == [
                "offer",
                *(f"offer-{one}" for one in CHOICES),
            ]
            caller.press("4")
            await ear.until("callback-type", 4.0)
            caller.press("1234#")
            said = await ear.until("callback-type", 6.0)
            assert "callback-too-short" in said
            caller.press("09098790000#")
            said = await ear.until("callback-type", 6.0)
            assert "callback-premium" in said
            caller.press("07700900123#")
            said = await ear.until("callback-confirm", 8.0)
            digits = [f"n-{digit}" for digit in "07700900123"]
            assert said[-13:] == ["callback-typed", *digits, "callback-confirm"]
            assert leg.ended_at is None, "phones ring on meanwhile"
            caller.press("1")
            await ear.until("callback-kept", 4.0)
            assert [number for _, number in asked(hotline)] == ["07700900123"]
            await caller.until_ended(6.0)
            assert sounds(caller)[-1] == "goodbye"
            row = await hotline.closed()
            assert row.outcome == "callback"
            assert "callback asked another number" in row.facts
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())
