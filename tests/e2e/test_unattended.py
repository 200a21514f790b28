"""A call that the dialplan served alone is in the journal all the same, once."""

import asyncio

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from tests.e2e.cable import cabled
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk, until
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

WRITTEN_S = 8.0
"""`ledger.SETTLES_S`, two questions to the dialplan, and the journal's 0.1 s."""


async def written_down(hotline: Hotline) -> str:
    """What AstDB holds of such calls."""
    return await hotline.stage.pbx.ask("database show hotline/unattended")


async def until_forgotten(hotline: Hotline) -> None:
    async with asyncio.timeout(WRITTEN_S):
        while "0 results found" not in await written_down(hotline):
            await asyncio.sleep(0.1)


def test_calls_while_the_service_is_away():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            person = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            await hotline.stage.kill_service()
            for nth, ends in ((1, "volunteer"), (2, "caller")):
                caller = hotline.caller()
                leg = await person.until_rung(3.0, nth)
                await talk(caller, leg, person)
                (leg if ends == "volunteer" else caller).hang_up()
                await caller.until_ended(4.0)
                await hotline.stage.until_quiet()
            assert hotline.rows() == []
            await hotline.stage.start_service()
            await until(lambda: len(hotline.rows()) == 2, WRITTEN_S, "both calls are in the journal")
            assert [(row.outcome, row.facts) for row in hotline.rows()] == [
                ("survived", ["surviving the dialplan served it alone"])
            ] * 2
            assert all(0.0 <= row.wait_s < 20.0 for row in hotline.rows())
            await until_forgotten(hotline)
            await hotline.stage.kill_service()
            await hotline.stage.start_service()
            await asyncio.sleep(3.0)
            assert len(hotline.rows()) == 2, "nothing is written down twice"
            assert [line for line in hotline.stage.logged() if line["level"] in ("warning", "error")] == []

    asyncio.run(story())


def test_a_call_while_the_service_is_blind():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline, cabled(hotline) as cable:
            person = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            cable.plugged = False
            cable.cut()
            await hotline.stage.until_logged("ami down")
            caller = hotline.caller()
            leg = await person.until_rung(3.0)
            await talk(caller, leg, person)
            caller.hang_up()
            await hotline.stage.until_quiet()
            (row,) = hotline.rows()
            assert row.outcome == "", "it asked, and what became of it nobody saw"
            cable.plugged = True
            await until(lambda: hotline.rows()[0].outcome == "survived", 8.0 + WRITTEN_S, "the record is closed")
            assert len(hotline.rows()) == 1
            await until_forgotten(hotline)

    asyncio.run(story())


def test_a_call_that_the_service_saw_stays_as_it_wrote_it():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline, cabled(hotline) as cable:
            person = await hotline.person("s01")
            caller = hotline.caller()
            await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            cable.plugged = False
            cable.cut()
            person.behaviour = ring_then_answer(0.2, HZ["s01"])
            await talk(caller, await person.until_rung(6.0, 2), person)
            cable.plugged = True
            caller.hang_up()
            row = await hotline.closed()
            await asyncio.sleep(1.0)
            await until_forgotten(hotline)
            (after,) = hotline.rows()
            assert (after.call, after.outcome) == (row.call, row.outcome)
            assert "surviving the dialplan served it alone" not in after.facts

    asyncio.run(story())
