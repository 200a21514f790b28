"""After a talk: a rest, unless the volunteer says at once that they need none."""

import asyncio

import pytest

from hotline_agi.lab.call import PhoneCall
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

SCENERY = Scenery(softphones=1, wrap_up_s=60, ring="[{ring: everybody, for_s: 60}]")


async def _one_call(hotline: Hotline, person: Person) -> PhoneCall:
    """A caller talks to the volunteer and hangs up first; returns the volunteer's side, which is still up."""
    caller = hotline.caller()
    leg = await person.until_rung(2.0, len(person.calls) + 1)
    leg.answer(person.hz)
    await talk(caller, leg, person)
    caller.hang_up()
    await leg.until_hears(HZ["rest"], 3.0)
    return leg


def test_who_presses_1_after_a_talk_needs_no_rest() -> None:
    async def story() -> None:
        async with open_hotline(SCENERY) as hotline:
            person = await hotline.person("s01")
            leg = await _one_call(hotline, person)
            leg.press("1")
            await leg.until_hears(HZ["ready"], 3.0)
            await leg.until_ended(3.0)
            assert (await hotline.closed()).outcome == "talked"
            hotline.caller()
            await person.until_rung(2.0, 2)
            assert hotline.complaints() == []

    asyncio.run(story())


def test_who_hangs_up_rests() -> None:
    async def story() -> None:
        async with open_hotline(SCENERY) as hotline:
            person = await hotline.person("s01")
            leg = await _one_call(hotline, person)
            leg.hang_up()
            await hotline.closed()
            caller = hotline.caller()
            await caller.until_hears(HZ["music"], 5.0)
            assert len(person.calls) == 1
            assert hotline.complaints() == []

    asyncio.run(story())
