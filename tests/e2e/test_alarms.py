"""Alarms on a real Asterisk: a coordinator is called, mails go out once, and a sink that hangs delays no call."""

import asyncio
import json
from dataclasses import dataclass
from email import message_from_string, policy
from typing import Any

import pytest

from hotline_agi.lab.behaviour import answer_at_once, ring_then_answer
from tests.alerting.servers import Post, drips, served
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


@dataclass(kw_only=True)
class Coordinated(Scenery):
    """s01 is on shift, s02 coordinates the slots and takes no calls."""

    softphones: int = 2
    ring: str = "[{ring: everybody, for_s: 60}]"
    ring_timeout_s: int = 55

    def _shifts(self) -> str:
        slots = (("early", "00:00", "12:00"), ("late", "12:00", "00:00"))
        return (
            "shifts:\n"
            + "".join(
                f"  {slot}:\n    from: {start}\n    until: {until_}\n    people: [s01]\n    coordinator: s02\n"
                for slot, start, until_ in slots
            )
            + "...\n"
        )


async def alarms(hotline: Hotline) -> dict[str, dict[str, Any]]:
    """What `hotline alarms` lists, by kind; the clock of whatever machine this is left out."""
    told = json.loads(await hotline.command("alarms", "--json", "--over"))
    return {one["kind"]: one for one in told if one["kind"] != "clock"}


def texts(post: Post) -> list[str]:
    messages = [message_from_string(mail.removesuffix("\r\n.\r\n"), policy=policy.default) for mail in post.mails]
    return [message.get_content() for message in messages]  # type: ignore[attr-defined]


def test_a_caller_waits_the_coordinator_is_called_and_everybody_is_told_once():
    async def story():
        post = Post()
        async with (
            served(post) as smtp_port,
            served(drips) as hook_port,
            open_hotline(Coordinated(), service=False, sayings=write_sayings) as hotline,
        ):
            hotline.configure(
                "alarms:\n  wait_s: 10\n  every_min: 1\n  call: {}\n"
                f"  email: {{host: localhost, port: {smtp_port}, tls: none, from: h@example.org, to: [c@x.org]}}\n"
                f"  webhook: {{url: 'http://127.0.0.1:{hook_port}/'}}\n"
            )
            lin = await hotline.person("s01")
            coordinator = await hotline.person("s02", answer_at_once())
            await hotline.stage.start_service()
            caller = hotline.caller()
            call = await coordinator.until_rung(25.0)
            ear = Ear(call)
            words = await ear.until("notice-alarm-keys", 8.0)
            assert words == ["notice-alarm", "alarm-waiting-long", "notice-alarm-keys"]
            call.press("1")
            assert await ear.until("notice-thanks") == ["notice-thanks"]
            await call.until_ended(3.0)
            await until(lambda: bool(post.mails), 10.0, "the mail")
            (text,) = texts(post)
            assert "a caller has waited for more than 10 s" in text
            assert "s0" not in text, "nobody is named"
            found = await alarms(hotline)
            assert found["waiting-long"]["acknowledged"]
            assert found["waiting-long"]["over_at"] is None
            (deed,) = json.loads(await hotline.command("audit", "--json"))
            assert (deed["who"], deed["did"], deed["subject"]) == ("s02", "acknowledged an alarm", "waiting-long test")
            # the webhook drips meanwhile; somebody who calls now is served as ever
            lin.calls[-1].answer(HZ["s01"])
            await talk(caller, lin.calls[-1], lin)
            caller.hang_up()
            await hotline.until_quiet()
            lin.behaviour = ring_then_answer(0.1, HZ["s01"])
            rung = len(lin.calls)
            other = hotline.caller("second caller")
            leg = await lin.until_rung(1.0, rung + 1)
            await talk(other, leg, lin, "second caller")
            other.hang_up()
            await hotline.until_quiet()
            assert len(coordinator.calls) == 1
            assert len(post.mails) == 1
            doctor = await hotline.command("doctor")
            assert "webhook does not take alarms" in doctor or "alarm sinks" in doctor
            assert 'hotline_alarm{kind="waiting-long"} 1.0' in (hotline.stage.state / "alarms.prom").read_text()

    asyncio.run(story())
