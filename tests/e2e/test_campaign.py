"""Outbound campaigns on real Asterisk: people are rung, press keys, and are put through when they ask for help."""

import asyncio

import pytest

from hotline_agi.lab.behaviour import busy, never_answer, refuse, ring_then_answer, voicemail
from tests.e2e.hearing import HZ
from tests.e2e.outbound import Callee, open_outbound
from tests.e2e.scenery import mobile_of

pytestmark = pytest.mark.asterisk


def test_a_questionnaire_is_rung_round_and_the_table_has_what_the_phones_pressed():
    async def story():
        helped = Callee({"begin": "0"})
        people = {
            101: Callee({"begin": "1", "sleep": "1", "worries": "2"}),
            102: Callee({"begin": "1", "sleep": "2", "worries": "1"}),
            103: Callee({"begin": "1", "sleep": "3"}),
            104: busy(),
            105: never_answer(),
            106: voicemail(0.3),
            107: helped,
            108: Callee({"begin": "1", "sleep": "9"}),
            109: Callee({"begin": "1", "sleep": "1"}, leaves_after="worries"),
            110: refuse(404),
        }
        async with open_outbound(people) as outbound:
            hotline = outbound.hotline
            lin = await hotline.person("s01", ring_then_answer(0.3, HZ["s01"]))
            print(await outbound.command("check", str(outbound.file)))
            status, said = await outbound.command("import", str(outbound.file), str(outbound.list))
            assert status == 0, said
            await outbound.start()
            leg = await lin.until_rung(20.0)
            person = helped.calls[0]
            await person.until_hears(HZ["s01"], 5.0)
            await leg.until_hears(2600, 5.0)
            person.hang_up()
            print(await outbound.ended(40.0))
            table = await outbound.answers("--numbers")
            for row in table.values():
                print(row)
            for n, one in people.items():
                print(n, getattr(one, "heard", None))
            print(hotline.stage.pbx.log()[-3000:])
            print(await outbound.status())

    asyncio.run(story())
