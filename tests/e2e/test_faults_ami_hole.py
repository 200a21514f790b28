"""AMI falls silent, and comes back before anybody noticed: who was joined meanwhile stays joined."""

import asyncio
import time

import pytest

from hotline_agi.dispatch.talks import JOIN_S
from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.stage import Stage
from tests.chaos.cut_wire import ami_relay
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


async def originate(stage: Stage, *lines: str) -> None:
    """As the service does it, with its AMI user."""
    site = stage.pbx.site
    reader, writer = await asyncio.open_connection("127.0.0.1", site.ami_port)
    login = ("Action: Login", "Username: hotline-agi", f"Secret: {site.ami_secret}", "Events: off")
    for action in (login, ("Action: Originate", "ActionID: late", *lines)):
        writer.write(("\r\n".join(action) + "\r\n\r\n").encode())
    async with asyncio.timeout(5.0):
        while b"late" not in await reader.readuntil(b"\r\n\r\n"):
            pass
    writer.close()


def test_a_talk_whose_beginning_was_not_seen_is_not_cut():
    async def story():
        async with (
            open_hotline(Scenery(softphones=2), service=False) as hotline,
            ami_relay(hotline.stage) as relay,
        ):
            people = [await hotline.person(name) for name in ("s01", "s02")]
            await hotline.stage.start_service()
            caller = hotline.caller()
            winner, other = [await person.until_rung(2.0) for person in people]
            await caller.until_hears(HZ["music"], 3.0)
            await relay.tell("hole")
            winner.answer(HZ["s01"])
            began = await talk(caller, winner, people[0])
            await asyncio.sleep(JOIN_S + 0.7 - (time.monotonic() - began))
            await relay.tell("open")  # the link was not missed yet: what waits in it comes through
            await other.until_ended(2.0)
            await asyncio.sleep(0.7)
            assert (winner.ended_at, caller.ended_at) == (None, None)
            assert caller.hears(HZ["s01"])
            assert not any(person.is_rung for person in people[1:])
            winner.hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller)[-2:] == ["s01", "goodbye"]
            row = await hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "s01")
            await hotline.until_quiet()

    asyncio.run(story())


def test_nobody_takes_a_caller_out_of_a_talk():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            people = [await hotline.person("s01", ring_then_answer(0.1, HZ["s01"])), await hotline.person("s02")]
            caller = hotline.caller()
            winner = await people[0].until_rung(2.0)
            await talk(caller, winner, people[0])
            channels = (await hotline.stage.pbx.ask("core show channels concise")).splitlines()
            (name,) = [line.split("!")[0] for line in channels if line.startswith("PJSIP/trunk-")]
            # a second leg that the service sends to the same caller, because it has not seen the talk begin
            people[1].behaviour = ring_then_answer(0.0, HZ["s02"])
            await originate(
                hotline.stage,
                *("Channel: PJSIP/s02", "Context: hotline-leg", "Exten: join", "Priority: 1", "Async: true"),
                f"Variable: HOTLINE_REPLY=ok:won:{name}",
            )
            second = await people[1].until_rung(2.0, 2)
            await second.until_hears(HZ["taken"], 3.0)
            await second.until_ended(3.0)
            assert caller.hears(HZ["s01"])
            assert winner.ended_at is None
            winner.hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller)[-2:] == ["s01", "goodbye"]
            await hotline.until_quiet()

    asyncio.run(story())
