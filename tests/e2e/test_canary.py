"""Test calls on real Asterisk: good ones by both ways, and bad ones, each with the stage at which it stopped."""

import asyncio
import json
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hotline_agi import canary_status
from hotline_agi.alarms.trial import result_json
from hotline_agi.lab.behaviour import answer_at_once, never_answer, ring_then_answer
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk, until
from tests.e2e.returning import sends_back
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

DID = "01632960101"
ON_DEMAND = "every_min: 0, before_slot_min: 0"


@asynccontextmanager
async def tried(how: str = "within_s: 4", **scenery: Any) -> AsyncIterator[Hotline]:
    """A hotline that places test calls when asked; two volunteers are there and must never ring for one."""
    async with open_hotline(Scenery(**scenery), service=False) as hotline:
        hotline.configure(f"canary: {{{ON_DEMAND}, {how}}}\n")
        people = [await hotline.person("s01"), await hotline.person("s02")]
        await hotline.stage.start_service()
        yield hotline
        assert not any(person.calls for person in people), "a volunteer was rung for a test call"


async def placed(hotline: Hotline) -> dict[str, Any]:
    """What comes of one that is placed as `hotline canary` has it placed."""
    asked_ns = time.monotonic_ns()
    hotline.stage.signal_service(signal.SIGUSR1)
    path = hotline.stage.state / canary_status.NAME
    await until(lambda: (told := canary_status.read(path)) is not None and told.asked_ns > asked_ns, 20.0, "a verdict")
    told = canary_status.read(path)
    assert told is not None
    assert told.last is not None
    return result_json(told.last)


async def stopped_at(hotline: Hotline) -> tuple[str, str]:
    result = await placed(hotline)
    assert result["verdict"] == "failed", result
    await hotline.until_quiet()
    return result["stopped_at"], result["why"]


def test_it_takes_the_whole_way_and_counts_nowhere():
    async def story():
        async with tried() as hotline:
            result = await placed(hotline)
            assert result["verdict"] == "good", result
            assert list(result["took_s"])[-3:] == ["heard", "heard back", "ended"]
            await hotline.until_quiet()
            (row,) = hotline.rows()
            assert (row.outcome, row.volunteer) == ("talked", "0-canary")
            assert hotline.number_of_journal(row.call) is None
            assert json.loads(await hotline.command("calls", "--json")) == []
            assert "✓ test call: came through" in await hotline.command("doctor")
            assert json.loads(await hotline.command("canary", "--json"))["verdict"] == "good"
            (deed,) = json.loads(await hotline.command("audit", "--json"))
            assert deed["did"] == "asked for a test call"
            assert hotline.complaints() == []

    asyncio.run(story())


def test_each_fault_is_named_by_the_stage_at_which_it_stops():
    async def story():
        async with tried("within_s: 3") as hotline:
            stage = hotline.stage
            agi = f"agi://127.0.0.1:{stage.pbx.site.agi_port}"
            await stage.pbx.ask("dialplan set global HOTLINE_AGI agi://127.0.0.1:1")
            assert (await stopped_at(hotline))[0] == "arrived"
            await stage.pbx.ask(f"dialplan set global HOTLINE_AGI {agi}")
            # the service finds its prompts, Asterisk does not
            link = stage.pbx.folder / "data/sounds"
            sounds = link.readlink()
            link.unlink()
            link.symlink_to(stage.folder)
            assert (await stopped_at(hotline))[0] == "prompts"
            link.unlink()
            link.symlink_to(sounds)
            (sounds / "en/hotline/nobody.wav").unlink()
            assert await stopped_at(hotline) == ("ready", "prompts are missing: en/nobody")
            shutil.copy(sounds / "en/hotline/closed.wav", sounds / "en/hotline/nobody.wav")
            await stage.pbx.ask("dialplan remove context hotline-canary")
            at, why = await stopped_at(hotline)
            assert (at, "older than the service" in why) == ("placed", True)
            await stage.pbx.ask("dialplan reload")
            assert (await placed(hotline))["verdict"] == "good"
            await stage.pbx.stop(signal.SIGKILL)
            await stage.until_logged("ami down")
            result = await placed(hotline)
            assert (result["stopped_at"], result["why"][:6]) == ("ready", "no AMI")

    asyncio.run(story())


def test_it_goes_out_over_the_trunk_and_comes_back():
    async def story():
        async with tried(f"within_s: 3, through: trunk, number: '{DID}'") as hotline:
            carrier, server = hotline.stage.carrier, hotline.stage.server
            assert (await stopped_at(hotline))[0] == "placed", "the carrier does not know the number"
            carrier.mobiles[DID] = answer_at_once()
            assert (await stopped_at(hotline))[0] == "arrived", "the carrier does not send it back"
            carrier.mobiles[DID] = sends_back(carrier, server, deaf=True)
            assert (await stopped_at(hotline))[0] == "heard", "joined, without media"
            carrier.mobiles[DID] = sends_back(carrier, server)
            result = await placed(hotline)
            assert (result["verdict"], result["through"]) == ("good", "trunk"), result
            await hotline.until_quiet()
            assert all(hotline.number_of_journal(row.call) is None for row in hotline.rows())

    asyncio.run(story())


def test_a_caller_comes_first():
    """One through the trunk gives way, and none is begun while somebody waits; nobody else ever reaches its line."""

    async def story():
        scenery = Scenery(softphones=3, confirm_softphones=False)
        async with open_hotline(scenery, service=False) as hotline:
            hotline.configure(f"canary: {{{ON_DEMAND}, within_s: 8, through: trunk, number: '{DID}'}}\n")
            lin = await hotline.person("s01", ring_then_answer(0.5, HZ["s01"]))
            await hotline.stage.start_service()
            carrier = hotline.stage.carrier
            carrier.mobiles[DID] = sends_back(carrier, hotline.stage.server, deaf=True)
            asked = asyncio.create_task(placed(hotline))
            await carrier.until_leg(DID, 5.0)
            caller = hotline.caller()
            await talk(caller, await lin.until_rung(3.0), lin)
            assert (await asked)["verdict"] == "gave way"
            caller.hang_up()
            await hotline.until_quiet()
            lin.behaviour = never_answer()
            waits = hotline.caller("second caller")
            await lin.until_rung(3.0, 2)
            assert (await placed(hotline))["verdict"] == "gave way"
            assert len(carrier.legs_to(DID)) == 1
            waits.hang_up()
            await hotline.until_quiet()
            # from outside, while none is under way: rings nobody
            curious = carrier.call(hotline.stage.server, DID, from_user="07700900998")
            await curious.until_ended(8.0)
            await hotline.until_quiet()
            assert len(lin.calls) == 2
            assert [row.volunteer for row in hotline.rows() if row.volunteer] == ["s01"]

    asyncio.run(story())


def test_a_phone_that_answers_and_says_nothing_is_no_proof():
    async def story():
        async with open_hotline(Scenery(softphones=2), service=False) as hotline:
            hotline.configure(f"canary: {{{ON_DEMAND}, within_s: 4, endpoint: s02}}\n")
            phone = await hotline.person("s02", ring_then_answer(0.1, press_after_s=0.5))
            await hotline.stage.start_service()
            assert (await stopped_at(hotline))[0] == "heard"
            await until(lambda: not phone.is_rung, 3.0, "the phone is let go")

    asyncio.run(story())
