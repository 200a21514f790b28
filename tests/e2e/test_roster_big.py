"""A roster of thousands is swapped in while calls arrive: no question of Asterisk's waits for it."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.stage import Stage
from tests.bench.bigroster import big_roster
from tests.commands import hotline as command
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import Scenery
from tests.rosters.places import put

pytestmark = pytest.mark.asterisk

VOLUNTEERS, LINES = 3000, 30
QUESTION = b"agi_network: yes\nagi_network_script: ping\nagi_channel: PJSIP/x-00000000\nagi_uniqueid: probe-1.1\n\n"
GENEROUS_S = 0.25


async def asked(stage: Stage) -> float:
    """One question over FastAGI; returns how long the answer took."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.pbx.site.agi_port)
    writer.write(QUESTION)
    assert await reader.readline() == b"GET VARIABLE HOTLINE_WORD\n"
    writer.write(f"200 result=1 ({stage.pbx.site.agi_word})\n".encode())
    answer = await reader.readline()
    took_s = time.monotonic() - began
    assert b"HOTLINE_REPLY" in answer, answer
    writer.close()
    return took_s


async def slowest_answer(stage: Stage, until: "asyncio.Task[object]") -> float:
    """Ask every 5 ms until the task is done; the longest time until an answer."""
    worst_s = 0.0
    while not until.done():
        worst_s = max(worst_s, await asked(stage))
        await asyncio.sleep(0.005)
    return worst_s


def test_calls_are_answered_in_time_while_a_big_roster_comes_in() -> None:
    async def story() -> None:
        async with open_hotline(Scenery(softphones=2, backup_softphones=1)) as hotline:
            stage = hotline.stage
            first = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            files, numbers = big_roster(VOLUNTEERS, lines=LINES, first=datetime.now(UTC).date())
            own = stage.contacts.read_text().removesuffix("...\n").replace("contacts: {}\n", "contacts:\n")
            put(stage.rosters, files)
            stage.contacts.write_text(own + numbers.decode().removeprefix("contacts:\n"))
            reload = asyncio.create_task(
                asyncio.to_thread(command, "roster", "reload", "--config", stage.config, timeout_s=60)
            )
            answers = asyncio.create_task(slowest_answer(stage, reload))
            calls = 0
            while not reload.done():
                caller = hotline.caller()
                calls += 1
                await talk(caller, await first.until_rung(3.0, calls), first)
                caller.hang_up()
                await hotline.closed(calls)
            done = await reload
            assert done.returncode == 0, done.stderr
            assert f"{LINES + 1} lines, {VOLUNTEERS + 2} volunteers" in done.stdout
            assert await answers < GENEROUS_S
            assert calls >= 1
            caller = hotline.caller()  # and with the big one in force
            await talk(caller, await first.until_rung(3.0, calls + 1), first)
            caller.hang_up()
            await hotline.closed(calls + 1)

    asyncio.run(story())
