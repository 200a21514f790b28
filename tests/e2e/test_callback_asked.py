"""What a caller who waits is offered, choice by choice: to be called back at this or another number, and the rest."""

import asyncio

import pytest

from hotline_agi.lab.call import PhoneCall
from tests.e2e.caring import asked, caring, is_said, open_caring
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import Hotline, talk, until
from tests.e2e.sayings import Ear
from tests.e2e.scenery import CALLER
from tests.security.test_leaks import texts

pytestmark = pytest.mark.asterisk

CHOICES = ("wait", "message", "callback", "other-number", "directory")
ONE_LANGUAGE = """offer: {after_s: 5, every_s: 20, choices: [wait, message, callback, other-number, directory]}
"""
OTHER = "01632960123"
"""No digit is like its neighbour: see `once`."""


async def _offered(caller: PhoneCall, *, withheld: bool = False) -> Ear:
    ear = Ear(caller)
    said = await ear.until("offer-directory", 16.0)
    said = said[said.index("offer") :]
    assert is_said(said, "offer", *(f"offer-{one}" for one in CHOICES if not (withheld and one == "callback"))), said
    return ear


async def _types_another(caller: PhoneCall) -> None:
    """Wrong twice, then right."""
    ear = await _offered(caller)
    caller.press("4")
    await ear.until("callback-type", 4.0)
    caller.press("1234#")
    assert "callback-too-short" in await ear.until("callback-type", 6.0)
    caller.press("0033199001234#")
    assert "callback-foreign" in await ear.until("callback-type", 6.0)
    caller.press(f"{OTHER}#")
    said = await ear.until("callback-confirm", 12.0)
    said = said[said.index("callback-typed") :]
    assert is_said(said, "callback-typed", *(f"n-{digit}" for digit in OTHER), "callback-confirm"), said
    caller.press("1")
    await ear.until("callback-kept", 4.0)


async def _at_this_number(caller: PhoneCall) -> None:
    ear = await _offered(caller)
    caller.press("3")
    said = await ear.until("callback-here-confirm", 12.0)
    said = said[said.index("callback-here") :]
    assert is_said(said, "callback-here", *(f"n-{digit}" for digit in CALLER), "callback-here-confirm"), said
    caller.press("1")
    await ear.until("callback-kept", 4.0)


async def _leaves_a_message(caller: PhoneCall) -> None:
    await _offered(caller)
    caller.press("2")
    await caller.until_hears(HZ["beep"], 4.0)
    await asyncio.sleep(2.5)
    caller.press("#")


async def _listens_where_else_to_turn(caller: PhoneCall) -> Ear:
    """And is still in the queue. Who withholds their number is not offered to be called back at it."""
    ear = await _offered(caller, withheld=True)
    caller.press("6")
    await caller.until_hears(HZ["directory"], 3.0)
    caller.press("1")
    await caller.until_hears(HZ["music"], 3.0)
    return ear


def _kept(hotline: Hotline, where: str, number: str) -> None:
    (call,) = (call for call, asked_for in asked(hotline) if asked_for == number)
    (row,) = (row for row in hotline.rows() if row.call == call)
    assert row.outcome == "callback" and f"callback asked {where}" in row.facts


def test_each_choice_does_what_it_says_and_an_offer_without_a_service_ends_in_survival():
    async def story():
        async with open_caring(caring(ONE_LANGUAGE)) as hotline:
            person = await hotline.person("s01")
            callers = [hotline.caller()]
            leg = await person.until_rung(2.0)
            callers += [hotline.caller(tone_hz=HZ["second caller"]), hotline.caller("second caller")]
            callers += [hotline.caller(from_user="anonymous")]
            *_, ear = await asyncio.gather(
                _types_another(callers[0]),
                _at_this_number(callers[1]),
                _leaves_a_message(callers[2]),
                _listens_where_else_to_turn(callers[3]),
            )
            assert len(asked(hotline)) == 2 and leg.ended_at is None, "somebody else still waits for them"
            for caller in callers[:3]:
                await caller.until_ended(8.0)
                assert sounds(caller)[-1] == "goodbye"
            await until(lambda: sum(row.outcome != "" for row in hotline.rows()) == 3, 5.0, "their records are closed")
            _kept(hotline, "another number", OTHER)
            _kept(hotline, "this number", CALLER)
            assert sorted(row.outcome for row in hotline.rows()) == ["", "callback", "callback", "message"]
            assert hotline.complaints() == []
            # the service dies in the middle of the next offer: the dialplan rings by itself
            await ear.until("offer-message", 24.0)
            await hotline.stage.kill_service()
            leg = await person.until_rung(8.0, 2)
            leg.answer(person.hz)
            await talk(callers[3], leg, person)
            callers[3].hang_up()
            await hotline.stage.until_quiet()
            leaks = {name for name, text in texts(hotline).items() if OTHER[1:] in text or CALLER[1:] in text}
            assert leaks == set(), "the number that was typed stands where it is forgotten in time"

    asyncio.run(story())
