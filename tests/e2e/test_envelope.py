"""The dial envelope on a real Asterisk: what is refused never reaches the trunk, and the caller does not notice."""

import asyncio

import pytest

from hotline_agi.lab.behaviour import answer_at_once
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

PREMIUM = "09098790123"
"""A British premium number (Ofcom: 09)."""


def test_a_premium_number_in_the_contacts_is_not_dialled_and_the_next_phone_rings_at_once():
    async def story():
        scenery = Scenery(
            softphones=1, extra_endpoints={"s01": "[mobile, softphone: s01]"}, extra_contacts={"s01": PREMIUM}
        )
        async with open_hotline(scenery) as hotline:
            stage = hotline.stage
            dialled = []
            stage.mobile(PREMIUM, dialled.append)
            volunteer = await hotline.person("s01", answer_at_once(HZ["s01"]))
            caller = hotline.caller()
            leg = await volunteer.until_rung(2.0)
            assert leg.invited_at - caller.invited_at < 1.5
            await talk(caller, leg, volunteer)
            caller.hang_up()
            row = await hotline.closed()
            assert row.outcome == "talked"
            assert next(fact for fact in row.facts if fact.startswith("leg ended")) == "leg ended s01 unreachable"
            (refused,) = [line for line in stage.logged() if line.get("why") == "premium"]
            assert (refused["endpoint"], refused["level"]) == ("s01-mobile", "error")
            assert PREMIUM[1:] not in stage.log_path.read_text()
            said = await hotline.command("doctor")
            assert "1 contact would not be dialled, the first: s01: the number would not be dialled" in " ".join(
                said.split()
            )
            # nor by the dialplan alone
            await stage.kill_service()
            second = hotline.caller()
            await volunteer.until_rung(3.0, 2)
            second.hang_up()
            await stage.until_quiet()
            assert dialled == []

    asyncio.run(story())
