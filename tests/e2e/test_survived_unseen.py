"""A caller whose question never reached the service is served by the dialplan: they have a record all the same."""

import asyncio

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


def test_a_call_that_never_asked_has_a_record():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            person = await hotline.person("s01", ring_then_answer(1.5, HZ["s01"]))
            await hotline.stage.pbx.ask("dialplan set global HOTLINE_AGI agi://127.0.0.1:1")
            caller = hotline.caller()
            await talk(caller, await person.until_rung(2.0), person)
            caller.hang_up()
            row = await hotline.closed()
            assert row.outcome == "survived"
            assert row.facts[0].startswith("reconstructed")
            await hotline.until_quiet()

    asyncio.run(story())
