"""What the machine did in real calls on a real Asterisk stands in the journal, and a replay does the same."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from hotline_agi.dispatch.codec import to_json
from hotline_agi.dispatch.replay import replay
from hotline_agi.lab.behaviour import ring_then_answer, voicemail
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.tape import PastRosters, beginning_of, lines_of, runs
from tests.commands import hotline as command
from tests.e2e.hearing import HZ
from tests.e2e.hotline import PERSONAL_NUMBER, Hotline, open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

WHAT_HAPPENS = (
    "CallArrived",
    '"caller":"',  # who calls, with the first question
    "RosterUsed",
    "RingLeg",
    "ConnectLeg",
    "CloseRecord",
    "\tnull\t",
)


def test_the_journal_of_real_calls_gives_the_same_commands() -> None:
    async def story() -> None:
        async with open_hotline(Scenery(softphones=2, mobiles=2, overflow="[message]")) as hotline:
            await hotline.person("s01", lambda call: call.reject(486))
            second = await hotline.person("s02", ring_then_answer(0.3, HZ["s02"]))
            await hotline.person("m01", voicemail(0.2))
            await hotline.person("m02")
            caller = hotline.caller()
            leg = await second.until_rung(3.0)
            await talk(caller, leg, second)
            await _reload(hotline)
            leg.hang_up()
            await caller.until_ended(8.0)
            await hotline.closed()
            leaver = hotline.caller()
            await second.until_rung(3.0, 2)
            leaver.hang_up()
            row = await hotline.closed(2)
            assert row.outcome in ("abandoned", "talked")
            await hotline.until_quiet()
            said = await _flag(hotline)
            assert "high risk" in said
            why = await hotline.command("calls", "explain", hotline.rows()[0].call)
            assert "chosen, because longest idle" in why, why
            await hotline.stage.stop_service()
            (lines,) = _proved(hotline)
            for what in WHAT_HAPPENS:
                assert what in "\n".join(lines), what
            assert "\n".join(lines).count('"high_risk":true') == 1

            await hotline.stage.start_service()  # which remembers
            caller = hotline.caller("second caller")
            leg = await second.until_rung(3.0, 4)
            await talk(caller, leg, second, "second caller")
            caller.hang_up()
            await hotline.closed(4)
            await hotline.until_quiet()
            await hotline.stage.stop_service()
            again, first = _proved(hotline)
            assert first == lines and len(again) > 10
            assert "proved" in await hotline.command("calls", "replay")
            for table in ("step", "run", "roster_text", "caller_token", "flagged", "volunteer_state", "audit"):
                assert not PERSONAL_NUMBER.search(_contents(hotline, table)), table
            assert hotline.complaints() == []

    asyncio.run(story())


def _proved(hotline: Hotline) -> list[list[str]]:
    """The lines of all runs, the newest first; each is proved by a replay, and none holds a person's number."""
    with JournalReader.open(hotline.stage.state / "journal.sqlite") as reader:
        found = []
        for run in runs(reader):
            lines = list(lines_of(reader, run.run))
            beginning = beginning_of(reader, run.run)
            report = replay(beginning, lines, PastRosters(reader))
            assert report.proved, report
            assert report.steps == len(lines) == run.steps
            assert not PERSONAL_NUMBER.search("\n".join(lines) + to_json(beginning.memory))
            assert bool(beginning.memory.legs) is bool(found == [] and len(runs(reader)) > 1)
            found.append(lines)
    return found


def _contents(hotline: Hotline, table: str) -> str:
    with closing(sqlite3.connect(hotline.stage.state / "journal.sqlite")) as journal:
        return str(journal.execute(f"SELECT * FROM {table}").fetchall())


async def _reload(hotline: Hotline) -> None:
    """A changed roster comes into force in the middle of a talk."""
    path = hotline.stage.rosters / "test/line.yaml"
    path.write_text(path.read_text().replace("max_wait_s: 60", "max_wait_s: 50"))
    said = await _command(hotline, "roster", "reload")
    assert "in force" in said, said


async def _flag(hotline: Hotline) -> str:
    """The first caller is flagged, and heard as such in their next call."""
    first = hotline.rows()[0].call
    said = await hotline.command("calls", "flag", first)
    await hotline.stage.until_logged("flags of callers")
    person = hotline.people["s02"]
    caller = hotline.caller()
    leg = await person.until_rung(3.0, 3)
    await talk(caller, leg, person)
    leg.hang_up()  # the caller's next question then carries their number
    await caller.until_ended(8.0)
    await hotline.closed(3)
    await hotline.until_quiet()
    return said


async def _command(hotline: Hotline, *words: str) -> str:
    done = await asyncio.to_thread(command, *words, "--config", hotline.stage.config)
    return done.stdout + done.stderr
