"""The survival plan in AstDB, written by somebody else: what is no row of ours dials nothing, and the others ring."""

import asyncio

import pytest

from hotline_agi.lab.behaviour import never_answer
from hotline_agi.lab.stage import Stage
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline
from tests.e2e.scenery import HOTLINE, Scenery
from tests.security.test_no_way_out import OUTSIDE

pytestmark = pytest.mark.asterisk

TARGETS = (
    f"direct:en:PJSIP/{OUTSIDE}@trunk&PJSIP/{OUTSIDE}@trunk:",
    f"direct:en:Local/{OUTSIDE}@hotline-in:",
    f"direct:en:PJSIP/{OUTSIDE}@trunk/sip:{OUTSIDE}@127.0.0.10:",
    f"direct:en:PJSIP/trunk/sip:{OUTSIDE}@127.0.0.10:",
    f"direct:en:PJSIP/{OUTSIDE}@trunk,30,G(hotline,s,1):",
    "direct:en:PJSIP/${SHELL(id)}@trunk:",
    f"direct:en:IAX2/{OUTSIDE}@trunk:",
    f"direct:en:PJSIP/{OUTSIDE}@trunk",
    f"call:en:PJSIP/{OUTSIDE}@trunk:",
    f"direct:en:PJSIP/{OUTSIDE};x@trunk:",
    f"direct:EN:PJSIP/{OUTSIDE}@trunk:",
    "",
)
"""What might stand where ``confirm|direct:LANGUAGE:DIAL-TARGET:NEXT-LEG`` belongs."""
ROWS = (
    f"did/{OUTSIDE}=test:en:message:PJSIP/{OUTSIDE}@trunk$",
    "a/plan/test/1=${SHELL(id)}",
    "gen=a&b",
    f"../evil=PJSIP/{OUTSIDE}@trunk",
    f"a/endpoint/e0001=direct:en:PJSIP/{OUTSIDE}@trunk&x:",
    "a/endpoint/e0001=direct:en:PJSIP/s01;x:",
    "c/endpoint/e0001=direct:en:PJSIP/s01:",
)
"""What the dialplan must not write, whoever holds the AMI secret."""


def test_poisoned_rows_dial_nothing_and_the_honest_one_rings():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            stage = hotline.stage
            reached = []
            stage.mobile(OUTSIDE, reached.append)
            person = await hotline.person("s01", never_answer())
            await hotline.stage.kill_service()
            generation = (await stage.pbx.ask("database get hotline gen")).rpartition(": ")[2].strip()
            honest = f"e{len(TARGETS) + 1:04d}"
            rows = {f"endpoint/e{number:04d}": value for number, value in enumerate(TARGETS, 1)}
            rows[f"endpoint/{honest}"] = "direct:en:PJSIP/s01:"
            legs = "-".join(name.partition("/")[2] for name in rows)
            rows["plan/test/1"] = f"9999999999:{legs}::"
            rows[f"did/{HOTLINE}"] = "test:en:message:e0001"
            for key, value in rows.items():
                said = await stage.pbx.ask(f'database put hotline {generation}/{key} "{value}"')
                assert "successfully" in said, said
            caller = hotline.caller()
            leg = await person.until_rung(3.0)
            await asyncio.sleep(0.5)
            known = ("PJSIP/trunk-", "PJSIP/s01-", f"Local/{honest}@")
            assert not [name for name in await dialled(stage) if not name.startswith(known)]
            person.behaviour = lambda call: call.reject(486)
            leg.reject(486)
            await caller.until_hears(HZ["message"], 8.0)  # the poisoned transfer comes before it
            caller.hang_up()
            await stage.until_quiet()
            assert reached == []
            assert list(stage.carrier.legs) == []

    asyncio.run(story())


async def dialled(stage: Stage) -> list[str]:
    """Names of the channels that live."""
    return [line.split("!")[0] for line in (await stage.pbx.ask("core show channels concise")).splitlines()]


def test_rows_that_are_none_are_not_written():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline:
            site = hotline.stage.pbx.site
            reader, writer = await asyncio.open_connection("127.0.0.1", site.ami_port)
            writer.write(f"Action: Login\r\nUsername: hotline-agi\r\nSecret: {site.ami_secret}\r\n\r\n".encode())
            for row in ROWS:
                writer.write(
                    "Action: Originate\r\nChannel: Local/put@hotline-db/n\r\nApplication: Wait\r\nData: 1\r\n"
                    f"Async: true\r\nVariable: HOTLINE_TICKET=ab\r\nVariable: HOTLINE_ROW1={row}\r\n\r\n".encode()
                )
            refused = 0
            async with asyncio.timeout(5.0):
                while refused < len(ROWS):
                    event = await reader.readuntil(b"\r\n\r\n")
                    if b"UserEvent: HotlineStored" in event:
                        assert b"\r\nBad: 1\r\n" in event, event
                        refused += 1
            writer.close()
            kept = await hotline.stage.pbx.ask("database show hotline")
            assert "0 results found" in kept, kept
            await hotline.stage.until_quiet()

    asyncio.run(story())
