"""What volunteers say after a talk: results by key, notes for the next shift. Real calls, keys and recordings."""

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from functools import partial
from typing import Any

import pytest

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline, talk, until
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

LINE = """results: {list: [referred, prank, high-risk], count: [prank]}
notes: {for_h: 24}
abuse: {silent: {calls: 1, within_min: 60, cool_off_min: 10}}
"""
KEYS = ["after-results", "result-referred", "key-3", "result-prank", "key-5", "result-high-risk", "key-6"]


@asynccontextmanager
async def open_line(**changes: Any) -> AsyncIterator[Hotline]:
    place = Scenery(**{"extra_line": LINE, "ring": "[{ring: everybody, for_s: 60}]"} | changes)
    async with open_hotline(place, sayings=partial(write_sayings, named=("s01",))) as hotline:
        yield hotline


def ask(hotline: Hotline, question: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{hotline.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        return journal.execute(question, values).fetchall()


async def talked(hotline: Hotline, person: Person) -> tuple[PhoneCall, PhoneCall]:
    """Caller and volunteer talk; both sides of it."""
    caller = hotline.caller()
    leg = await person.until_rung(3.0, len(person.calls) + 1)
    leg.answer(person.hz)
    await talk(caller, leg, person)
    return caller, leg


async def asked(hotline: Hotline, person: Person) -> tuple[PhoneCall, Ear]:
    """The caller hangs up first; the volunteer hears what they may press."""
    caller, leg = await talked(hotline, person)
    ear = Ear(leg)
    caller.hang_up()
    await ear.until("after-results")
    return leg, ear


async def in_menu(hotline: Hotline, who: str, key: str) -> tuple[PhoneCall, Ear]:
    """Dials, and presses a key as soon as somebody speaks."""
    call = hotline.stage.phones[who].invite(server=hotline.stage.server, user="100", auth=(who, PASSWORD))
    await call.until_answered(3.0)
    ear = Ear(call)
    await until(lambda: len(ear.words) > 0, 4.0, "the menu")
    call.press(key)
    return call, ear


async def press(call: PhoneCall, ear: Ear, key: str, until_word: str) -> list[str]:
    """Press a key, and once more if nothing comes of it, as people do when a line swallows a tone; what is heard."""
    for _ in range(2):
        call.press(key)
        try:
            return await ear.until(until_word, 3.6)
        except AssertionError:
            continue
    call.press(key)
    return await ear.until(until_word, 5.0)


def results(hotline: Hotline, nth: int) -> list[str]:
    return [fact for fact in hotline.rows()[nth - 1].facts if fact.startswith("result ")]


def test_results_and_notes_after_a_talk_and_in_the_menu() -> None:
    async def story() -> None:
        async with open_line(softphones=2, backup_softphones=1, wrap_up_s=1) as hotline:
            person = await hotline.person("s01")
            await hotline.person("s02")
            # the caller hangs up first: one sentence; a key can be corrected; whoever hangs up in a note has left it
            leg, ear = await asked(hotline, person)
            assert await ear.until("after-ready") == [*KEYS[1:], "after-note", "after-ready"]
            assert (await press(leg, ear, "5", "result-prank"))[-1] == "result-prank"
            assert (await press(leg, ear, "3", "result-referred"))[-1] == "result-referred"
            leg.press("9")
            await leg.until_hears(HZ["beep"], 4.0)
            await asyncio.sleep(2.6)
            leg.hang_up()
            first = await hotline.closed(1)
            assert first.outcome == "talked" and first.talk_s < 3.0
            assert results(hotline, 1) == ["result s01 prank;counts=yes", "result s01 referred;counts=no"]
            await until(lambda: len(ask(hotline, "SELECT * FROM spoken_note")) == 1, 3.0, "the note")
            ((line, who, length_s, file),) = ask(hotline, "SELECT line, volunteer, length_s, file FROM spoken_note")
            assert (line, who) == ("test", "s01") and 2.0 < length_s < 4.0

            # the next shift hears of it, hears it, and leaves one
            call, ear = await in_menu(hotline, "s02", "8")
            words = await ear.until("notes-leave")
            assert {"there-is", "n-1", "note-new"} & set(words) and "notes-hear" in words
            words = await press(call, ear, "1", "name-s01")
            assert {"today", "at", "name-s01"} <= set(words)
            await call.until_hears(HZ["s01"], 3.0)
            await press(call, ear, "2", "menu")
            assert "there-is" not in await press(call, ear, "8", "notes-leave")
            call.press("2")
            await call.until_hears(HZ["beep"], 4.0)
            await asyncio.sleep(3.0)
            assert "note-kept" in await press(call, ear, "#", "menu")
            call.hang_up()
            assert ask(hotline, "SELECT file, volunteer FROM note_heard") == [(file, "s02")]

            # who hung up first says it in the menu; a prank counts, so the next call waits behind others, and hears of
            # no microphone; one that was serious marks the caller
            _, leg = await talked(hotline, person)
            leg.hang_up()
            await hotline.closed(2)
            call, ear = await in_menu(hotline, "s01", "7")
            words = await ear.until("key-6")
            at = words.index("your-last-talk")
            assert words[at : at + 3] == ["your-last-talk", "today", "at"] and words[-len(KEYS) :] == KEYS
            assert "result-prank" in await press(call, ear, "5", "menu")
            call.hang_up()
            _, leg = await talked(hotline, person)
            assert any(fact.startswith("limited silent") for fact in hotline.rows()[2].facts)
            assert not any("unheard" in fact for fact in hotline.rows()[2].facts)
            leg.hang_up()
            await hotline.closed(3)
            assert ask(hotline, "SELECT * FROM flagged") == []
            call, ear = await in_menu(hotline, "s01", "7")
            await ear.until("after-results")
            assert "result-high-risk" in await press(call, ear, "6", "menu")
            call.hang_up()
            await until(lambda: len(results(hotline, 3)) == 1, 3.0, "the result")
            assert len(ask(hotline, "SELECT token FROM flagged")) == 1

            # by command
            said = await hotline.command("calls", "result", first.call, "high-risk")
            assert f"{first.call}: high-risk" in said
            assert results(hotline, 1)[-1].startswith("result high-risk;counts=no;by=")
            done = [did for _, did in ask(hotline, "SELECT who, did FROM audit ORDER BY seq")]
            assert done == ["flagged high risk", "flagged high risk", "noted the result of a talk"]
            assert ask(hotline, "SELECT who FROM audit ORDER BY seq")[0] == ("s01, by key",)
            listed = json.loads(await hotline.command("calls", "--json"))
            assert [one["result"] for one in listed] == ["high-risk", "prank", "high-risk"]
            notes = json.loads(await hotline.command("notes", "--json"))
            assert [(one["volunteer"], [who["volunteer"] for who in one["heard"]]) for one in notes] == [
                ("s02", []),
                ("s01", ["s02"]),
            ]
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_what_is_said_while_the_service_is_away_is_found_by_the_next() -> None:
    async def story() -> None:
        async with open_line(softphones=1, wrap_up_s=60) as hotline:
            person = await hotline.person("s01")
            # a restart in the middle of a note: they are not interrupted, and the next one takes what they say
            leg, ear = await asked(hotline, person)
            leg.press("9")
            await leg.until_hears(HZ["beep"], 4.0)
            await asyncio.sleep(2.5)
            await hotline.stage.kill_service()
            await hotline.stage.start_service(until_plan=False)
            assert "note-kept" in await press(leg, ear, "#", "after-ready")
            assert "result-prank" in await press(leg, ear, "5", "after-ready")
            leg.press("1")
            await leg.until_hears(HZ["ready"], 3.0)
            await until(lambda: results(hotline, 1) == ["result s01 prank;counts=yes"], 3.0, "the result")
            assert (await hotline.closed(1)).outcome == "talked"
            # nobody listens while they speak and press keys
            leg, ear = await asked(hotline, person)
            leg.press("9")
            await leg.until_hears(HZ["beep"], 4.0)
            await asyncio.sleep(0.5)
            await hotline.stage.kill_service()
            await asyncio.sleep(2.4)  # without the service the clock must say that it is long enough
            assert "note-kept" in await press(leg, ear, "#", "after-ready")
            for key in ("3", "6"):
                assert "result-noted" in await press(leg, ear, key, "after-ready")
            leg.hang_up()
            await leg.until_ended(3.0)
            for note in hotline.stage.pbx.messages.glob("note_*.wav"):
                os.utime(note, (0, 0))  # nobody has written to it for long
            await hotline.stage.start_service(until_plan=False)
            await until(lambda: len(results(hotline, 2)) == 2, 9.0, "both results")
            await until(lambda: len(ask(hotline, "SELECT * FROM spoken_note")) == 2, 9.0, "both notes")
            assert {one.split()[2] for one in results(hotline, 2)} == {"referred;counts=no", "high-risk;counts=no"}
            assert len(ask(hotline, "SELECT token FROM flagged")) == 1
            notes = ask(hotline, "SELECT volunteer, length_s FROM spoken_note ORDER BY recorded_at")
            assert [who for who, _ in notes] == ["s01", "s01"] and all(1.0 < length_s < 9.0 for _, length_s in notes)
            assert [row.outcome for row in hotline.rows()] == ["talked", "talked"]
            await hotline.until_quiet()

    asyncio.run(story())
