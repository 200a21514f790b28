"""Who reaches the port of the service is not believed for that: without the word nobody rings and nothing changes."""

import asyncio
import sqlite3
from contextlib import closing, suppress

import pytest

from hotline_agi.doctor import Grade
from hotline_agi.doctor.encryption import look_at_word
from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from hotline_agi.lab.stage import Stage
from hotline_agi.settings import read_settings
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk
from tests.e2e.scenery import CALLER, HOTLINE, Scenery
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

WORDS = (None, "", "x" * 32, "HOTLINE_WORD", "${HOTLINE_WORD}", "0", "*")
"""What a stranger answers when asked for it; None: nothing."""


def question(route: str, uniqueid: str, *arguments: str) -> bytes:
    """As Asterisk would put it."""
    told = "".join(f"agi_arg_{number}: {value}\n" for number, value in enumerate(arguments, 1))
    return (
        f"agi_network: yes\nagi_network_script: {route}\nagi_request: agi://127.0.0.1/{route}\n"
        f"agi_channel: PJSIP/trunk-0000ffff\nagi_uniqueid: {uniqueid}\n{told}\n"
    ).encode()


async def put(stage: Stage, asked: bytes, word: str | None) -> bytes:
    """Put a question and answer the service's own one; everything that the service said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.pbx.site.agi_port)
    said = b""
    with suppress(ConnectionError):
        writer.write(asked)
        async with asyncio.timeout(4.0):
            said = await reader.readline()
            if said and word is not None:
                writer.write(f"200 result=1 ({word})\n".encode())
            if word is not None:
                said += await reader.read()
    writer.close()
    return said


def counts(hotline: Hotline) -> dict[str, int]:
    """Rows of the journal's tables that a question could fill."""
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        tables = ("call", "leg", "fact", "message", "caller_number", "standing")
        known = {name for (name,) in journal.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return {name: journal.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables if name in known}


async def look_for_the_word(stage: Stage) -> None:
    """Not where channels are shown; root and Asterisk's user see it in the dialplan's variables."""
    word, pbx = stage.pbx.site.agi_word, stage.pbx
    names = [line.split("!")[0] for line in (await pbx.ask("core show channels concise")).splitlines()]
    assert len(names) > 2
    for shown in ("core show channels verbose", "core show channels concise", "dialplan show hotline"):
        assert word not in await pbx.ask(shown)
    for name in names:
        assert word not in await pbx.ask(f"core show channel {name}")
    assert word in await pbx.ask("dialplan show globals")


def test_without_the_word_nobody_rings_and_nothing_changes():
    async def story():
        async with open_hotline(Scenery(softphones=3)) as hotline, witness(hotline.stage) as seen:
            stage = hotline.stage
            winner = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            caller = hotline.caller()
            await talk(caller, await winner.until_rung(2.0), winner)
            ringing = await hotline.person("s02", never_answer())
            waiting = hotline.caller("second caller")
            await ringing.until_rung(3.0)
            await asyncio.sleep(0.3)
            calls = [row.call for row in hotline.rows()]
            leg = next(event["Uniqueid"] for event in reversed(seen.events) if event.get("Event") == "Newchannel")
            assert leg.startswith("leg-")
            before, rung = counts(hotline), [len(person.calls) for person in hotline.people.values()]
            questions = [
                question("arrive", "pbx1-1.99", HOTLINE),
                question("round", "pbx1-1.98", HOTLINE, "5", CALLER),
                question("round", calls[1], HOTLINE, "9999", CALLER),
                question("talked", calls[0], HOTLINE, "", CALLER),
                question("accept", leg),
                question("ready", leg),
                question("notice", leg, "1"),
                question("message", calls[0], "1_1_1", "", CALLER),
                question("number", calls[0], "", "", CALLER),
                question("menu", "pbx1-1.97", "phone", "s01", "100", "keys", "2"),
                question("ping", "pbx1-1.96"),
            ]
            said = await asyncio.gather(*(put(stage, asked, word) for asked in questions for word in WORDS))
            assert set(said) == {b"GET VARIABLE HOTLINE_WORD\n"}
            await asyncio.sleep(0.3)
            assert counts(hotline) == before
            assert [len(person.calls) for person in hotline.people.values()] == rung
            assert ringing.is_rung
            warned = [line for line in stage.logged() if line.get("event") == "fastagi"]
            assert len(warned) == len(questions) * (len(WORDS) - 1)
            assert all("HOTLINE_WORD in site/globals.conf differs" in line["refused"] for line in warned)
            await talk(caller, winner.calls[0], winner)
            await look_for_the_word(stage)
            for call in (caller, waiting):
                call.hang_up()
            await hotline.until_quiet()
            word = stage.pbx.site.agi_word
            assert word not in stage.log_path.read_text()
            assert word not in stage.pbx.log() + (stage.pbx.folder / "console.txt").read_text()
            assert not any(word in value for event in seen.events for value in event.values())

    asyncio.run(story())


def test_a_deployment_without_the_word_goes_on_as_before():
    async def story():
        async with open_hotline(Scenery(softphones=1), agi_word="") as hotline:
            winner = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            caller = hotline.caller()
            leg = await winner.until_rung(2.0)
            await talk(caller, leg, winner)
            [check] = look_at_word(read_settings(hotline.stage.config))
            assert check.grade is Grade.WARNING
            leg.hang_up()
            await caller.until_ended(8.0)
            assert (await hotline.closed()).outcome == "talked"

    asyncio.run(story())


def test_two_words_that_differ_serve_callers_by_the_dialplan_and_the_log_says_so():
    async def story():
        async with open_hotline(Scenery(softphones=1), service=False, emergency="PJSIP/s01") as hotline:
            (hotline.stage.folder / "agi-word").write_text("another-word-0123456789")
            await hotline.stage.start_service()
            person = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            caller = hotline.caller()
            leg = await person.until_rung(2.0)
            await talk(caller, leg, person)
            warned = [line for line in hotline.stage.logged() if line.get("event") == "fastagi"]
            assert warned
            assert "HOTLINE_WORD" in warned[0]["refused"]
            leg.hang_up()
            await hotline.stage.until_quiet()

    asyncio.run(story())
