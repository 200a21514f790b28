"""The service dies in the middle of everything, and the next one goes on with what is alive in Asterisk."""

import asyncio
import signal
import sys
import time

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import Person, open_hotline, talk, until
from tests.e2e.restarts import open_restarted, waits_for
from tests.e2e.scenery import Scenery
from tests.e2e.test_faults_supervised import supervised

pytestmark = pytest.mark.asterisk

FAILED = 'Q.850;cause=41;text="Temporary failure"'

HOWS = pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=lambda how: how.name)


def rung_once(*people: Person) -> bool:
    return all(len(person.calls) == 1 for person in people)


@HOWS
def test_phones_ring_on_and_who_accepts_afterwards_gets_the_caller(how):
    async def story():
        async with open_restarted(
            Scenery(softphones=2, mobiles=1, ring_timeout_s=60, wrap_up_s=60, max_wait_s=120)
        ) as world:
            hotline = world.hotline
            people = [await hotline.person(name) for name in ("s01", "s02")]
            mobile = await hotline.person("m01", ring_then_answer(0.2, HZ["m01"]))
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await (await mobile.until_rung(2.0)).until_hears(HZ["accept"], 3.0)
            await caller.until_hears(HZ["music"], 3.0)
            world.dies(how)
            mobile.calls[0].press("1")  # a human, and nobody there to hear it
            took_s = await world.comes_back()
            print(f"serves again {took_s:.2f} s after {how.name}")
            heard_at = await caller.until_hears(mobile.hz, 8.0)
            await mobile.calls[0].until_hears(HZ["caller"], 3.0)
            assert rung_once(mobile, *people)
            for person in people:
                await person.calls[0].until_ended(1.0)
            # and again, in the talk
            await world.restart(how)
            second = hotline.caller("second caller")
            for person in people:
                await person.until_rung(2.0, 2)
            await talk(caller, mobile.calls[0], mobile)
            assert len(mobile.calls) == 1  # who talks is not rung
            mobile.calls[0].hang_up()
            ended_at = time.monotonic()
            await caller.until_ended(4.0)
            assert sounds(caller)[-1] == "goodbye"
            row = await hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "m01")
            assert abs(row.wait_s - (heard_at - caller.invited_at)) < 0.5
            assert abs(row.talk_s - (ended_at - heard_at)) < 0.7
            assert row.legs == {"s01": "answered elsewhere", "s02": "answered elsewhere", "m01": "talked"}
            assert [fact.split()[0] for fact in row.facts].count("adopted") == 2
            assert not any(fact.startswith("reconstructed") for fact in row.facts)
            # wrap-up outlives a restart
            await world.restart(how)
            await waits_for(1.0)
            assert len(mobile.calls) == 1
            assert world.asterisk.survivals() == 0
            second.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


def test_many_graceful_restarts_disturb_nobody():
    """No phone stops and rings again, and no caller falls into survival."""

    async def story():
        async with open_restarted(Scenery(softphones=2, ring_timeout_s=60, max_wait_s=120)) as world:
            people = [await world.hotline.person(name) for name in ("s01", "s02")]
            callers = [world.hotline.caller()]
            for person in people:
                await person.until_rung(2.0)
            callers.append(world.hotline.caller("second caller"))
            await asyncio.gather(*(caller.until_hears(HZ["music"], 3.0) for caller in callers))
            for _ in range(4):
                await world.restart(signal.SIGTERM)
            assert rung_once(*people)
            assert all(person.is_rung for person in people)
            assert world.asterisk.survivals() == 0
            # the order in which they came is kept
            people[0].calls[0].answer(HZ["s01"])
            await talk(callers[0], people[0].calls[0], people[0])
            for caller in callers:
                caller.hang_up()
            await world.hotline.until_quiet()
            assert [row.outcome for row in world.hotline.rows()] == ["talked", "abandoned"]

    asyncio.run(story())


@HOWS
def test_who_was_cut_off_is_rung_through_again_after_a_restart(how):
    async def story():
        async with open_restarted(Scenery(softphones=2)) as world:
            first = await world.hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            second = await world.hotline.person("s02")
            caller = world.hotline.caller()
            await talk(caller, await first.until_rung(2.0), first)
            await second.calls[0].until_ended(2.0)
            await world.restart(how)
            second.behaviour = ring_then_answer(0.2, HZ["s02"])
            first.behaviour = never_answer()
            first.calls[0].hang_up(FAILED)
            await talk(caller, await second.until_rung(4.0, 2), second)
            second.calls[1].hang_up()
            await caller.until_ended(4.0)
            row = await world.hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "s02")
            assert "talk failed s01" in row.facts
            assert world.asterisk.survivals() == 0
            await world.hotline.until_quiet()

    asyncio.run(story())


@HOWS
def test_a_message_in_recording_is_found(how):
    async def story():
        async with open_restarted(Scenery(softphones=1, nobody_on_shift=True)) as world:
            caller = world.hotline.caller()
            await caller.until_hears(HZ["beep"], 8.0)
            world.dies(how)
            await waits_for(3.0)
            await world.comes_back()
            assert caller.ended_at is None
            await waits_for(0.5)
            caller.hang_up()
            row = await world.hotline.closed(timeout_s=8.0)
            assert row.outcome == "message"
            assert len(row.messages) == 1 and row.messages[0][1] > 2.5
            assert world.asterisk.survivals() == 0
            await world.hotline.until_quiet()

    asyncio.run(story())


def test_what_ended_while_the_service_was_away_is_closed_and_marked():
    async def story():
        async with open_restarted(Scenery(softphones=2, mobiles=1)) as world:
            hotline = world.hotline
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            caller = hotline.caller()
            for person in people:
                await person.until_rung(2.0)
            await caller.until_hears(HZ["music"], 3.0)
            await waits_for(0.2)  # the journal is 100 ms behind
            async with world.dead():
                caller.hang_up()
                await hotline.stage.until_quiet()
                assert hotline.rows()[0].outcome == ""
            row = await hotline.closed()
            assert row.outcome == "uncertain"
            assert row.legs == {"s01": "uncertain", "s02": "uncertain", "m01": "uncertain"}
            (unseen,) = (fact for fact in row.facts if fact.startswith("unseen"))
            assert "what=the end;since=" in unseen and "rings=s01 s02 m01" in unseen
            assert "Not seen while the service was away: how the call ended" in await hotline.command(
                "calls", "show", row.call
            )

    asyncio.run(story())


def test_what_the_journal_lost_is_reconstructed_and_marked():
    async def story():
        async with open_restarted(Scenery(softphones=3, ring_timeout_s=60, max_wait_s=120)) as world:
            hotline = world.hotline
            first = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            talker = hotline.caller()
            talked_at = await talk(talker, await first.until_rung(2.0), first)
            others = [await hotline.person(name) for name in ("s02", "s03")]
            waiter = hotline.caller("second caller")
            for other in others:
                await other.until_rung(3.0)
            await waiter.until_hears(HZ["music"], 3.0)
            async with world.dead():
                for path in hotline.stage.state.glob("journal.sqlite*"):
                    path.unlink()
            await until(lambda: len(hotline.rows()) == 2, 2.0, "both are in the new journal")
            assert [row.facts[0].split()[0] for row in hotline.rows()] == ["reconstructed", "reconstructed"]
            assert all(len(other.calls) == 1 for other in others)
            others[0].calls[0].answer(HZ["s02"])
            await talk(waiter, others[0].calls[0], others[0], "second caller")
            first.calls[0].hang_up()
            ended_at = time.monotonic()
            waiter.hang_up()
            await talker.until_ended(4.0)
            await hotline.until_quiet()
            rows = {row.volunteer: row for row in hotline.rows()}
            assert [rows[who].outcome for who in ("s01", "s02")] == ["talked", "talked"]
            assert abs(rows["s01"].talk_s - (ended_at - talked_at)) < 1.6  # Asterisk counts whole seconds

    asyncio.run(story())


def test_whom_survival_brought_together_is_known_to_the_next_service():
    async def story():
        async with open_hotline(Scenery(softphones=0, mobiles=2), service=False) as hotline:
            await hotline.stage.start_service()
            await hotline.stage.kill_service()
            first = await hotline.person("m01", ring_then_answer(0.2, HZ["m01"], press_after_s=0.5))
            second = await hotline.person("m02")
            caller = hotline.caller()
            await talk(caller, await first.until_rung(4.0), first)
            await second.calls[0].until_ended(2.0)
            await hotline.stage.start_service()
            other = hotline.caller("second caller")
            await second.until_rung(2.0, 2)
            await other.until_hears(HZ["music"], 3.0)
            assert len(first.calls) == 1
            first.behaviour = never_answer()
            first.calls[0].hang_up()
            await first.until_rung(2.0, 2)  # free again
            other.hang_up()
            await caller.until_ended(4.0)
            await hotline.until_quiet()

    asyncio.run(story())


def test_of_two_services_one_serves():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            person = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            caller = hotline.caller()
            second = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "hotline_agi.cli", "run", "--config", str(hotline.stage.config)),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
            )
            said, _ = await asyncio.wait_for(second.communicate(), 10.0)
            assert second.returncode == 2
            assert f"another hotline service (process {hotline.stage.service_pid}) serves from" in said.decode()
            await talk(caller, await person.until_rung(2.0), person)
            caller.hang_up()
            assert (await hotline.closed()).outcome == "talked"
            await hotline.until_quiet()

    asyncio.run(story())


def test_stopped_for_good_nobody_waits_for_it():
    """The kept socket is closed: survival comes at once, not after the guard of 3 s."""

    async def story():
        async with open_hotline(Scenery(softphones=1), service=False) as hotline:
            async with supervised(hotline.stage):
                await until(
                    lambda: any(line["event"] == "survival plan written" for line in hotline.stage.logged()),
                    12.0,
                    "ready",
                )
                person = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            caller = hotline.caller()
            assert (await person.until_rung(2.0)).invited_at - caller.invited_at < 0.5
            caller.hang_up()
            await hotline.stage.until_quiet()

    asyncio.run(story())
