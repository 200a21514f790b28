"""Which softphones can be rung, as a real Asterisk tells it: phones that come, go, vanish, and are in calls."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hotline_agi.asterisk.ami import AmiLink
from hotline_agi.asterisk.dialling import Dialling
from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.node import Node
from hotline_agi.dispatch.events import DeviceChanged, Event
from hotline_agi.lab.behaviour import answer_at_once, never_answer
from hotline_agi.lab.pbx import CONF
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.stage import PASSWORD, Stage, open_stage
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import NodeId
from tests.e2e.hotline import open_hotline, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

AT_ONCE_S = 1.0
QUALIFY_S, QUALIFY_TIMEOUT_S = 4.0, 3.0
"""As the project's 30 s, but for a test that waits for it."""
SCENERY = Scenery(softphones=2)
PARK = "\n[hotline-volunteers]\nexten => 555,1,Answer()\n same => n,Wait(20)\n"
"""Somewhere where a softphone may call, as the service number will be."""


class Seam:
    """What one service would hear of devices."""

    def __init__(self, stage: Stage) -> None:
        self.states: dict[str, tuple[bool, bool]] = {}
        """Endpoint → reachable, busy; as told last."""
        self.told = 0
        self.node = Node(
            NodeId("pbx1"),
            dialling=Dialling(trunk="trunk", caller_id='"hotline" <100>'),
            envelope=Envelope(Roster(lines={}, volunteers={}), trunk="trunk"),
            report=self._take,
            line_of_number=lambda _: None,
            volunteer_of_target=lambda _: None,
            user_event=lambda _: None,
        )
        self.link = self.node.link = AmiLink(
            host="127.0.0.1",
            port=stage.pbx.site.ami_port,
            user="hotline-agi",
            secret=stage.pbx.site.ami_secret,
            on_event=self.node.on_message,
            on_up=self._up,
            on_down=lambda: None,
        )

    async def _up(self) -> None:
        await self.node.take_devices()

    def _take(self, event: Event) -> None:
        if isinstance(event, DeviceChanged):
            self.told += 1
            self.states[event.endpoint] = (event.reachable, event.busy)

    async def until(self, endpoint: str, timeout_s: float = AT_ONCE_S, *, reachable: bool, busy: bool = False) -> float:
        """How long it took until that was told of the endpoint."""
        began = time.monotonic()
        wanted = (reachable, busy)
        return await until(lambda: self.states.get(endpoint) == wanted, timeout_s, f"{endpoint}: {wanted}") - began


@asynccontextmanager
async def seam(stage: Stage) -> AsyncIterator[Seam]:
    hearing = Seam(stage)
    await hearing.link.connect()
    await hearing.node.take_devices()
    yield hearing
    hearing.link.hang_up()


def quick_pjsip() -> dict[str, str]:
    """The project's PJSIP configuration, but that it asks phones oftener whether they are there."""
    pjsip = (CONF / "hotline/pjsip.conf").read_text()
    assert "qualify_frequency = 30\nqualify_timeout = 3.0\n" in pjsip
    return {"hotline/pjsip.conf": pjsip.replace("qualify_frequency = 30", f"qualify_frequency = {QUALIFY_S:g}")}


@asynccontextmanager
async def quick_stage() -> AsyncIterator[Stage]:
    async with open_stage(
        files=SCENERY.files(),
        contacts=SCENERY.contacts(),
        softphones=SCENERY.accounts,
        dialplan=PARK,
        pbx_files=quick_pjsip(),
    ) as stage:
        yield stage


def test_phones_that_come_and_go():
    async def story():
        async with quick_stage() as stage, seam(stage) as hearing:
            assert not {"s01", "s02"} & hearing.states.keys(), "a fresh Asterisk is not believed"
            phone = await stage.softphone("s01", never_answer())
            await hearing.until("s01", reachable=True)
            await phone.registrations["s01"].stop()
            await hearing.until("s01", reachable=False)
            await phone.register(server=stage.server, user="s01", password=PASSWORD)
            await hearing.until("s01", reachable=True)
            assert "s02" not in hearing.states

    asyncio.run(story())


def test_a_phone_that_vanishes_without_a_word():
    async def story():
        async with quick_stage() as stage, seam(stage) as hearing:
            phone = await stage.softphone("s01", never_answer())
            await hearing.until("s01", reachable=True)
            phone.vanish()
            took_s = await hearing.until("s01", QUALIFY_S + QUALIFY_TIMEOUT_S + 2.0, reachable=False)
            print(f"a vanished phone was unreachable after {took_s:.1f} s")
            back = stage.phones["s01"] = await SipPeer.open()
            back.on_invite = never_answer()
            await back.register(server=stage.server, user="s01", password=PASSWORD)
            await hearing.until("s01", reachable=True)

    asyncio.run(story())


def test_a_softphone_is_busy_in_a_call_of_its_own_and_in_ours():
    async def story():
        async with quick_stage() as stage, seam(stage) as hearing:
            phone = await stage.softphone("s01", never_answer())
            await hearing.until("s01", reachable=True)
            own = phone.invite(server=stage.server, user="555", auth=("s01", PASSWORD))
            await hearing.until("s01", reachable=True, busy=True)
            own.hang_up()
            await hearing.until("s01", reachable=True)
            phone.on_invite = answer_at_once()
            hearing.link.send(
                (
                    ("Action", "Originate"),
                    ("Channel", "PJSIP/s01"),
                    ("ChannelId", "leg-00000000000001"),
                    ("Context", "hotline-volunteers"),
                    ("Exten", "555"),
                    ("Priority", "1"),
                    ("Async", "true"),
                )
            )
            await hearing.until("s01", reachable=True, busy=True)
            await until(lambda: bool(phone.calls), AT_ONCE_S, "the phone is called")
            list(phone.calls.values())[-1].hang_up()
            await hearing.until("s01", reachable=True)

    asyncio.run(story())


def test_after_a_gap_the_list_tells_what_was_missed():
    async def story():
        async with quick_stage() as stage:
            async with seam(stage) as hearing:
                assert "s01" not in hearing.states
            await stage.softphone("s01", never_answer())
            async with asyncio.timeout(AT_ONCE_S):
                while "Avail" not in await stage.pbx.ask("pjsip show contacts"):  # it knows, and has said so
                    await asyncio.sleep(0.05)
            async with seam(stage) as hearing:
                await hearing.until("s01", reachable=True)
                assert "s02" not in hearing.states

    asyncio.run(story())


def test_an_asterisk_with_an_older_configuration_just_says_nothing():
    async def story():
        async with open_stage(files=SCENERY.files(), contacts=SCENERY.contacts(), softphones=SCENERY.accounts) as stage:
            etc = stage.pbx.folder / "etc"
            for name, new in (
                ("modules.conf", "res_manager_devicestate"),
                ("hotline/manager.conf", "DeviceStateChange"),
            ):
                kept = [line for line in (etc / name).read_text().splitlines(keepends=True) if new not in line]
                (etc / name).write_text("".join(kept))
            await stage.pbx.stop()
            await stage.pbx.start()
            async with seam(stage) as hearing:
                await stage.softphone("s01", never_answer())
                await hearing.link.request((("Action", "Ping"),), timeout_s=2.0)
                assert hearing.told == 0

    asyncio.run(story())


# ---- what comes of it


def test_a_phone_that_is_gone_or_in_a_call_of_its_own_is_not_rung_and_comes_back():
    async def story():
        async with open_hotline(Scenery(softphones=3), sayings=write_sayings, pbx_files=quick_pjsip()) as hotline:
            gone, used, there = [await hotline.person(f"s0{n}") for n in (1, 2, 3)]
            phones = hotline.stage.phones
            own = phones["s02"].invite(server=hotline.stage.server, user="100", auth=("s02", PASSWORD))
            await Ear(own).until("menu")
            await phones["s01"].registrations["s01"].stop()
            caller = hotline.caller()
            await there.until_rung(2.0)
            await asyncio.sleep(0.5)  # that something does not happen has no event
            assert not gone.calls
            assert not used.calls, "another call would ring into the one they are in"
            own.hang_up()
            await used.until_rung(2.0)
            await phones["s01"].register(server=hotline.stage.server, user="s01", password=PASSWORD)
            await gone.until_rung(2.0)
            caller.hang_up()
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_phone_that_vanished_is_not_rung_once_asterisk_knows():
    async def story():
        async with open_hotline(Scenery(softphones=2), pbx_files=quick_pjsip()) as hotline:
            await hotline.person("s01")
            there = await hotline.person("s02")
            hotline.stage.phones["s01"].vanish()
            await asyncio.sleep(QUALIFY_S + QUALIFY_TIMEOUT_S + 1.0)
            caller = hotline.caller()
            await there.until_rung(2.0)
            caller.hang_up()
            row = await hotline.closed()
            assert list(row.legs) == ["s02"], "no leg was begun to a phone that is gone"
            await hotline.until_quiet()

    asyncio.run(story())
