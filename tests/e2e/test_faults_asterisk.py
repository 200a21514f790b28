"""Asterisk dies, restarts, or the AMI connection is cut, while the service runs."""

import asyncio
import signal
import time
from itertools import pairwise

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from tests.e2e.cable import cabled
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk, until, until_stopped
from tests.e2e.scenery import Scenery
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

RECONNECTS_S = 8.0
"""The back-off's longest pause of 5 s, a fifth on top, and the login."""


def logged(hotline: Hotline, event: str) -> int:
    return sum(line["event"] == event for line in hotline.stage.logged())


async def until_up(hotline: Hotline, count: int, timeout_s: float = RECONNECTS_S) -> float:
    return await until(lambda: logged(hotline, "ami up") >= count, timeout_s, f"AMI is up for the {count}th time")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
def test_asterisk_restarts_under_calls(how):
    async def story():
        async with open_hotline(Scenery(softphones=3)) as hotline:
            talks = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            ring_on = [await hotline.person("s02"), await hotline.person("s03")]
            talking = hotline.caller()
            await talk(talking, await talks.until_rung(2.0), talks)
            waiting = hotline.caller("second caller")
            for person in ring_on:
                await person.until_rung(2.0, 2)
            await hotline.stage.pbx.stop(how)
            stopped_at = time.monotonic()
            # Outside of a test no restart is faster. Asterisk's ids are the second and a count from 0, and the service
            # gives a leg that it ordered in the last 2 s the time to appear.
            await asyncio.sleep(2.1)
            await hotline.stage.pbx.start()
            for person in hotline.people.values():
                if how is signal.SIGKILL:  # nobody told the phones
                    for call in person.calls:
                        call.hang_up()
                await hotline.stage.phones[person.name].register(
                    server=hotline.stage.server, user=person.name, password="not-a-secret-on-loopback"
                )
            await until_up(hotline, 2)
            print(f"the link is up again {time.monotonic() - stopped_at:.2f} s after the end of Asterisk")
            lost = [await hotline.closed(1), await hotline.closed(2)]
            assert lost[0].outcome == "talked" and lost[0].volunteer == "s01"
            assert lost[1].outcome in ("uncertain", "abandoned")  # with SIGTERM Asterisk itself hangs up the caller
            before = [len(person.calls) for person in hotline.people.values()]
            await until(lambda: logged(hotline, "survival plan written") >= 2, 6.0, "the plan is written again")
            assert [len(person.calls) for person in hotline.people.values()] == before, "an Originate was repeated"
            for person in hotline.people.values():
                person.behaviour = never_answer()
            again = hotline.caller()
            for person, rung in zip(hotline.people.values(), before, strict=True):
                assert (await person.until_rung(2.0, rung + 1)).invited_at - again.invited_at < 1.0
            again.hang_up()
            assert await until_stopped(hotline.people.values(), time.monotonic()) < 1.0
            for caller in (talking, waiting):
                caller.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


def test_link_is_cut_while_phones_ring():
    async def story():
        async with open_hotline(Scenery(softphones=2), service=False) as hotline, cabled(hotline) as cable:
            people = [await hotline.person("s01"), await hotline.person("s02")]
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            cable.cut()
            await until_up(hotline, 2)
            await asyncio.sleep(1.0)
            assert [len(person.calls) for person in people] == [1, 1], "a leg was placed twice"
            assert all(person.is_rung for person in people)
            people[0].calls[0].answer(HZ["s01"])
            await talk(caller, people[0].calls[0], people[0])
            assert await until_stopped(people[1:], time.monotonic()) < 1.0
            people[0].calls[0].hang_up()
            await caller.until_ended(4.0)
            assert (await hotline.closed()).outcome == "talked"
            await hotline.until_quiet()

    asyncio.run(story())


def test_caller_leaves_while_the_link_is_cut():
    async def story():
        async with open_hotline(Scenery(softphones=2), service=False) as hotline, cabled(hotline) as cable:
            people = [await hotline.person("s01"), await hotline.person("s02")]
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            cable.plugged = False
            cable.cut()
            caller.hang_up()
            assert await until_stopped(people, time.monotonic()) < 1.0  # by the dialplan
            cable.plugged = True
            await until_up(hotline, 2)
            assert (await hotline.closed()).outcome in ("uncertain", "abandoned")
            # nobody is left "busy"
            again = hotline.caller()
            for person in people:
                await person.until_rung(1.0, 2)
            again.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


def test_link_stays_cut():
    """Who waits and who arrives are served by the dialplan; the service tries again, ever more slowly."""

    async def story():
        async with (
            open_hotline(Scenery(softphones=2), service=False) as hotline,
            cabled(hotline) as cable,
            witness(hotline.stage) as asterisk,
        ):
            people = [await hotline.person("s01"), await hotline.person("s02")]
            waiting = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await waiting.until_hears(HZ["music"], 3.0)
            cable.plugged, cable.connects = False, []
            cable.cut()
            cut_at = time.monotonic()
            await asterisk.until_surviving(6.0)
            print(f"a waiting caller survives {time.monotonic() - cut_at:.2f} s after the cut")
            for person in people:
                await person.until_rung(1.0, 2)
            people[0].behaviour = ring_then_answer(0.1, HZ["s01"])
            waiting.hang_up()
            await until_stopped(people, time.monotonic())
            arriving = hotline.caller("second caller")
            leg = await people[0].until_rung(1.0, 3)
            assert leg.invited_at - arriving.invited_at < 1.0
            await talk(arriving, leg, people[0], "second caller")
            await until(lambda: len(cable.connects) >= 6, 12.0, "it tries again")
            pauses = [later - earlier for earlier, later in pairwise(cable.connects)]
            assert pauses[0] < 1.0 and 3.9 < pauses[4] < 6.5, pauses
            cable.plugged = True
            await until_up(hotline, 2)
            leg.hang_up()
            await arriving.until_ended(4.0)
            await hotline.until_quiet()

    asyncio.run(story())


def test_asterisk_falls_silent():
    """A half-open connection: noticed by our own ping within 10 s."""

    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline, cabled(hotline) as cable:
            cable.hold()
            silent_at = time.monotonic()
            await hotline.stage.until_logged("ami down", timeout_s=11.0)
            print(f"silence noticed after {time.monotonic() - silent_at:.2f} s")
            assert time.monotonic() - silent_at < 10.0
            cable.let_pass()
            await until_up(hotline, 2)
            person = await hotline.person("s01")
            caller = hotline.caller()
            await person.until_rung(1.0)
            caller.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())
