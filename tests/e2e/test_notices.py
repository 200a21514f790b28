"""Volunteers who are rung without a caller, on a real Asterisk: reminders, cover, voicemails."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.lab.behaviour import answer_at_once, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from hotline_agi.selfservice import speech
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline, talk, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import Scenery

pytest.importorskip("hotline_agi.roster.policy_fields", reason="the roster reader knows no `remind` yet")
pytestmark = pytest.mark.asterisk

ZONE = ZoneInfo("Asia/Shanghai")
READY_S = 20.0
"""Longer than a stage and its service take to be up."""


@dataclass(kw_only=True)
class HandOver(Scenery):
    """s03 is on shift until the next minute but one at most; then `people`, with `spare` behind them."""

    people: tuple[str, ...] = ("s01",)
    spare: tuple[str, ...] = ("s02",)
    softphones: int = 3
    extra_line: str = "remind: {before_min: 2, ask_backup_min: 1}\n"

    def __post_init__(self) -> None:
        soon = datetime.now(ZONE) + timedelta(seconds=READY_S)
        self.change_at = soon.replace(second=0, microsecond=0) + timedelta(minutes=1)
        self.end_at = self.change_at + timedelta(hours=4)

    def _shifts(self) -> str:
        change, end = f"{self.change_at:%H:%M}", f"{self.end_at:%H:%M}"
        start = f"{self.change_at - timedelta(hours=4):%H:%M}"
        return (
            f"shifts:\n  before:\n    from: {start}\n    until: {change}\n    people: [s03]\n"
            f"  after:\n    from: {change}\n    until: {end}\n"
            f"    people: [{', '.join(self.people)}]\n    backup: [{', '.join(self.spare)}]\n"
            f"  rest:\n    from: {end}\n    until: {start}\n    people: [s03]\n...\n"
        )

    async def until_change(self) -> None:
        await asyncio.sleep((self.change_at - datetime.now(ZONE)).total_seconds() + 0.2)


def logged(hotline: Hotline, event: str, **fields: Any) -> list[dict[str, Any]]:
    return [
        line
        for line in hotline.stage.logged()
        if line["event"] == event and all(line.get(name) == value for name, value in fields.items())
    ]


async def hears(person: Person, timeout_s: float = 8.0, nth: int = 1) -> tuple[PhoneCall, Ear]:
    """Somebody who picks up at once, and listens."""
    call = await person.until_rung(timeout_s, nth)
    await call.until_answered(3.0)
    return call, Ear(call)


def test_a_reminder_is_confirmed_with_1():
    async def story():
        scenery = HandOver()
        async with open_hotline(scenery, service=False, sayings=write_sayings) as hotline:
            lin = await hotline.person("s01", answer_at_once())
            others = [await hotline.person("s02"), await hotline.person("s03")]
            await hotline.stage.start_service()
            call, ear = await hears(lin)
            words = await ear.until("notice-ready-keys")
            times = speech.span(scenery.change_at, scenery.end_at, ZONE, "en")
            assert words == ["notice-ready", "today", *times, "notice-ready-keys"]
            call.press("1")
            assert await ear.until("notice-thanks") == ["notice-thanks"]
            await call.until_ended(3.0)
            assert logged(hotline, "shift", volunteer="s01", readiness="ready")
            await hotline.until_quiet()
            assert not any(other.calls for other in others)
            assert hotline.rows() == []
            assert hotline.complaints() == []

    asyncio.run(story())


@pytest.mark.thorough
def test_who_cannot_come_is_replaced_by_the_first_of_the_backup_who_agrees():
    async def story():
        scenery = HandOver(mobiles=1, spare=("s02", "m01"))
        async with open_hotline(scenery, service=False, sayings=write_sayings) as hotline:
            lin = await hotline.person("s01", answer_at_once())
            bao = await hotline.person("s02", answer_at_once())
            gu = await hotline.person("m01")
            await hotline.person("s03")
            await hotline.stage.start_service()
            call, ear = await hears(lin)
            await ear.until("notice-ready-keys")
            call.press("2")
            await ear.until("notice-ask-others")
            asked, backup_ear = await hears(bao)
            await gu.until_rung(3.0)
            words = await backup_ear.until("notice-cover-keys")
            assert words[:3] == ["notice-cover", "today", "from"]
            asked.press("1")
            assert await backup_ear.until("notice-yours") == ["notice-yours"]
            await gu.calls[0].until_ended(2.0)
            assert logged(hotline, "cover found", absent="s01", present="s02")
            await hotline.until_quiet()
            await scenery.until_change()
            bao.behaviour = ring_then_answer(0.2, HZ["s02"])
            caller = hotline.caller()
            leg = await bao.until_rung(2.0, 2)
            await talk(caller, leg, bao)
            assert len(lin.calls) == 1, "who cannot come is not rung"
            leg.hang_up()
            await caller.until_ended(8.0)
            assert (await hotline.closed()).volunteer == "s02"
            assert hotline.complaints() == []

    asyncio.run(story())


@pytest.mark.thorough
def test_a_voicemail_is_no_confirmation_and_the_backup_is_asked():
    async def story():
        scenery = HandOver(mobiles=1, people=("m01",))
        async with open_hotline(scenery, service=False, sayings=write_sayings) as hotline:
            mobile = await hotline.person("m01", voicemail(0.2))
            bao = await hotline.person("s02", answer_at_once())
            await hotline.person("s03")
            await hotline.stage.start_service()
            call = await mobile.until_rung(8.0)
            await call.until_ended(40.0)
            assert Ear(call).words.count("notice-ready-keys") == 2, "said twice, and left alone"
            asked, ear = await hears(bao, 90.0)
            assert logged(hotline, "shift", volunteer="m01", readiness="no answer")
            assert not logged(hotline, "shift", volunteer="m01", readiness="ready")
            await ear.until("notice-cover-keys")
            asked.press("2")
            await ear.until("notice-thanks")
            await until(
                lambda: bool(logged(hotline, "nobody of the backup agreed to cover", absent="m01")), 3.0, "the alarm"
            )

    asyncio.run(story())


def test_cover_is_asked_for_in_the_menu_and_the_next_call_rings_the_stand_in():
    async def story():
        scenery = Scenery(softphones=2, backup_softphones=1)
        async with open_hotline(scenery, sayings=write_sayings) as hotline:
            lin = await hotline.person("s01")
            bao = await hotline.person("s02", answer_at_once())
            menu = hotline.stage.phones["s01"].invite(server=hotline.stage.server, user="100", auth=("s01", PASSWORD))
            await menu.until_answered(3.0)
            ear = Ear(menu)
            await ear.until("menu")
            menu.press("5")
            await ear.until("confirm-cover")
            menu.press("1")
            await ear.until("cover-asked")
            asked, backup_ear = await hears(bao)
            await backup_ear.until("notice-cover-keys")
            asked.press("1")
            await backup_ear.until("notice-yours")
            menu.press("3")
            assert "your-shift" in await ear.until("cover-found")
            menu.hang_up()
            await asked.until_ended(3.0)
            await hotline.until_quiet()
            bao.behaviour = ring_then_answer(0.2, HZ["s02"])
            caller = hotline.caller()
            leg = await bao.until_rung(2.0, 2)
            await talk(caller, leg, bao)
            assert lin.calls == []
            leg.hang_up()
            await caller.until_ended(8.0)
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_key_that_the_service_cannot_take_is_not_thanked_for():
    """The service dies while somebody listens: they hear that their answer was lost."""

    async def story():
        async with open_hotline(HandOver(), service=False, sayings=write_sayings) as hotline:
            lin = await hotline.person("s01", answer_at_once())
            await hotline.stage.start_service()
            call, ear = await hears(lin)
            await ear.until("notice-ready-keys")
            await hotline.stage.kill_service()
            call.press("1")
            assert await ear.until("notice-lost") == ["notice-lost"]
            await call.until_ended(3.0)

    asyncio.run(story())
