"""SIGSTOP: the service is there, takes connections, and says nothing."""

import asyncio
import signal
import time

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.tone import QUIET_RMS
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline, talk, until, until_stopped
from tests.e2e.scenery import Scenery
from tests.e2e.test_faults_killed import MOMENT_S, doubled_s
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

WAITING_SURVIVES_S = 8.0
ARRIVING_SURVIVES_S = 4.0
STALE_S = 1.5
"""What a service that wakes up does with old questions, it does at once; watched for this long."""


async def people_of(hotline: Hotline, *names: str) -> list[Person]:
    return [await hotline.person(name) for name in names]


async def serves_at_once(hotline: Hotline, person: Person, nth: int) -> None:
    """A new call goes through the service."""
    person.behaviour = ring_then_answer(0.1, HZ[person.name])
    began, known = time.monotonic(), len(hotline.rows())
    caller = hotline.caller("second caller")
    leg = await person.until_rung(2.0, nth)
    assert leg.invited_at - began < 1.0
    await talk(caller, leg, person, "second caller")
    leg.hang_up()
    await caller.until_ended(4.0)
    assert (await hotline.closed(known + 1)).outcome == "talked"


def test_caller_waits_when_the_service_freezes():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline, witness(hotline.stage) as asterisk:
            people = await people_of(hotline, "s01", "s02")
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            hotline.stage.signal_service(signal.SIGSTOP)
            frozen_at = time.monotonic()
            for person in people:
                took_s = (await person.until_rung(WAITING_SURVIVES_S + 1, 2)).invited_at - frozen_at
                assert took_s < WAITING_SURVIVES_S
                assert person.calls[0].ended_at <= person.calls[1].invited_at + 0.5
            print(f"a waiting caller survives after {took_s:.2f} s")
            # the service comes back: the caller stays where they are, and no phone shows a second call
            hotline.stage.signal_service(signal.SIGCONT)
            await asyncio.sleep(STALE_S)
            assert [len(person.calls) for person in people] == [2, 2]
            assert asterisk.survivals() == 1
            caller.hang_up()
            assert await until_stopped(people, time.monotonic()) < 1.0
            await serves_at_once(hotline, people[0], 3)
            assert hotline.rows()[0].outcome == "survived"
            await hotline.until_quiet()

    asyncio.run(story())


def test_caller_arrives_at_a_frozen_service():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            people = await people_of(hotline, "s01", "s02")
            people[1].behaviour = ring_then_answer(1.0, HZ["s02"])
            hotline.stage.signal_service(signal.SIGSTOP)
            caller = hotline.caller()
            for person in people:
                took_s = (await person.until_rung(ARRIVING_SURVIVES_S + 1)).invited_at - caller.invited_at
                assert took_s < ARRIVING_SURVIVES_S
            print(f"an arriving caller survives after {took_s:.2f} s")
            await talk(caller, people[1].calls[0], people[1])
            hotline.stage.signal_service(signal.SIGCONT)
            await asyncio.sleep(STALE_S)
            await talk(caller, people[1].calls[0], people[1])
            assert [len(person.calls) for person in people] == [1, 1]
            caller.hang_up()
            await people[1].calls[0].until_ended(1.0)
            await serves_at_once(hotline, people[0], 2)
            await hotline.until_quiet()

    asyncio.run(story())


@pytest.mark.parametrize("end", ["woken", "killed"])
def test_callers_who_left_a_frozen_service_ring_nobody(end):
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            people = await people_of(hotline, "s01", "s02")
            hotline.stage.signal_service(signal.SIGSTOP)
            callers = [hotline.caller() for _ in range(5)]
            for caller in callers:
                await asyncio.sleep(0.1)
                caller.hang_up()
            await hotline.stage.until_quiet(3.0)  # nothing is held by the service that holds its questions
            if end == "woken":
                hotline.stage.signal_service(signal.SIGCONT)
            else:
                await hotline.stage.kill_service()
            await asyncio.sleep(STALE_S)
            assert not any(person.calls for person in people)
            if end == "killed":
                await hotline.stage.start_service()
            await serves_at_once(hotline, people[0], 1)
            await hotline.until_quiet()

    asyncio.run(story())


def test_a_short_freeze_is_not_noticed():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline, witness(hotline.stage) as asterisk:
            (person,) = await people_of(hotline, "s01")
            person.behaviour = ring_then_answer(0.2, HZ["s01"])
            hotline.stage.signal_service(signal.SIGSTOP)
            caller = hotline.caller()
            await asyncio.sleep(1.5)
            hotline.stage.signal_service(signal.SIGCONT)
            await talk(caller, await person.until_rung(1.0), person)
            assert asterisk.survivals() == 0
            caller.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


def test_volunteer_accepts_while_the_service_is_frozen():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            accepts, other = await people_of(hotline, "s01", "s02")
            caller = hotline.caller()
            for person in (accepts, other):
                await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            hotline.stage.signal_service(signal.SIGSTOP)
            accepts.calls[0].answer(HZ["s01"])
            await accepts.calls[0].until_hears(HZ["not-now"], 4.0)  # told that it did not work, not left in silence
            accepts.behaviour = ring_then_answer(0.2, HZ["s01"])
            await talk(caller, await accepts.until_rung(WAITING_SURVIVES_S, 2), accepts)
            hotline.stage.signal_service(signal.SIGCONT)
            await asyncio.sleep(STALE_S)
            await talk(caller, accepts.calls[1], accepts)
            accepts.calls[1].hang_up()
            await caller.until_ended(4.0)
            await hotline.until_quiet()

    asyncio.run(story())


def test_who_accepts_while_the_dialplan_takes_over_shows_no_two_calls():
    """The accept is asked of the frozen service when the caller's own question is given up: the phone is rung anew, so
    what it shows must go."""

    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            accepts, other = await people_of(hotline, "m01", "s01")
            caller = hotline.caller()
            for person in (accepts, other):
                await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            hotline.stage.signal_service(signal.SIGSTOP)
            # music stops while the dialplan asks
            await until(lambda: caller.loudness(0.3) < QUIET_RMS, 6.0, "the caller's question is open")
            accepts.calls[0].answer(HZ["m01"])
            accepts.calls[0].later(0.7, lambda: accepts.calls[0].press("1"))
            accepts.behaviour = ring_then_answer(0.2, HZ["m01"], press_after_s=0.9)
            again = await accepts.until_rung(WAITING_SURVIVES_S, 2)
            await talk(caller, again, accepts)
            assert doubled_s(accepts) < MOMENT_S
            hotline.stage.signal_service(signal.SIGCONT)
            await asyncio.sleep(STALE_S)
            await talk(caller, again, accepts)
            again.hang_up()
            await caller.until_ended(4.0)
            await hotline.until_quiet()

    asyncio.run(story())


def test_a_message_that_ends_while_the_service_is_frozen_is_a_message():
    """The dialplan keeps it by its own clock; the service hears of it when it wakes up, not by chance minutes later."""

    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await people_of(hotline, "s01")
            caller = hotline.caller()
            await caller.until_hears(HZ["music"], 4.0)
            caller.press("*")
            await caller.until_hears(HZ["beep"], 4.0)
            await asyncio.sleep(1.0)
            hotline.stage.signal_service(signal.SIGSTOP)
            await asyncio.sleep(2.5)
            caller.press("#")
            await caller.until_hears(HZ["message-kept"], 5.0)
            await caller.until_ended(4.0)
            hotline.stage.signal_service(signal.SIGCONT)
            row = await hotline.closed()
            assert row.outcome == "message"
            assert [name for name, _ in row.messages] == [path.name for path in hotline.stage.pbx.messages.iterdir()]
            await hotline.until_quiet()

    asyncio.run(story())
