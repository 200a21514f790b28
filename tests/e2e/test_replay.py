"""What the machine did in real calls on a real Asterisk stands in the journal, and a replay does the same."""

import asyncio

import pytest

from hotline_agi.dispatch.replay import replay
from hotline_agi.lab.behaviour import ring_then_answer, voicemail
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.tape import PastRosters, beginning_of, lines_of, runs
from tests.commands import hotline as command
from tests.e2e.hearing import HZ
from tests.e2e.hotline import PERSONAL_NUMBER, Hotline, open_hotline, talk
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk


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
            await hotline.stage.stop_service()

            journal = hotline.stage.state / "journal.sqlite"
            with JournalReader.open(journal) as reader:
                (run,) = runs(reader)
                lines = list(lines_of(reader, run.run))
                report = replay(beginning_of(reader, run.run), lines, PastRosters(reader))
            assert report.proved, report
            assert report.steps == len(lines) == run.steps
            told = "\n".join(lines)
            for what in (
                "CallArrived",
                "RosterUsed",
                "RingLeg",
                "ConnectLeg",
                "CallerRecognised",
                "CloseRecord",
                "\tnull\t",
            ):
                assert what in told, what
            assert told.count('"high_risk":true') == 1
            assert not PERSONAL_NUMBER.search(told)
            assert "proved" in await hotline.command("calls", "replay")
            assert "high risk" in said
            assert hotline.complaints() == []

    asyncio.run(story())


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
