"""A caller who would rather speak to a recorder: `*` while waiting, and what is kept of it."""

import asyncio
import wave
from array import array
from pathlib import Path

import pytest

from hotline_agi.lab.tone import FRAME_SAMPLES, purity
from tests.e2e.hearing import HZ, sounds, write_tone
from tests.e2e.hotline import STOPS_S, Hotline, open_hotline, until_stopped
from tests.e2e.scenery import CALLER, HOTLINE, Scenery

pytestmark = pytest.mark.asterisk


async def _asks_for_the_recorder(hotline: Hotline):
    people = [await hotline.person(name) for name in ("s01", "m01")]
    caller = hotline.caller()
    for person in people:
        await person.until_rung(2.0)
    await caller.until_hears(HZ["music"], 4.0)
    caller.press("*")
    asked_at = asyncio.get_running_loop().time()
    assert await until_stopped(people, asked_at) < STOPS_S
    said_at = await caller.until_hears(HZ["message"], 3.0)
    assert said_at - asked_at < STOPS_S
    await caller.until_hears(HZ["beep"], 3.0)
    return caller


def _is_in(path, hz: int) -> float:
    """How long the tone is in a recording, in seconds."""
    with wave.open(str(path), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    frames = [samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples), FRAME_SAMPLES)]
    return sum(purity(frame, hz) > 0.9 for frame in frames) * 0.02


def test_star_leaves_a_message_now():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            caller = await _asks_for_the_recorder(hotline)
            await asyncio.sleep(3.0)  # so long is the message
            caller.press("#")
            await caller.until_ended(6.0)
            assert sounds(caller) == ["greeting", "music", "message", "beep", "message-kept", "goodbye"]
            row = await hotline.closed()
            assert row.outcome == "message"
            assert "asked for message" in row.facts
            [(name, length_s)] = row.messages
            assert name.split("_")[1] == HOTLINE.lstrip("+")  # the hotline's number, and no caller's
            assert 2.5 < length_s < 4.0
            assert _is_in(hotline.stage.pbx.messages / name, HZ["caller"]) > 2.4
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_short_message_is_not_kept():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            caller = await _asks_for_the_recorder(hotline)
            await asyncio.sleep(0.8)
            caller.press("#")
            await caller.until_hears(HZ["message-short"], 3.0)
            await caller.until_ended(6.0)
            assert sounds(caller)[-4:] == ["beep", "message-short", "directory", "goodbye"]
            row = await hotline.closed()
            assert (row.outcome, row.messages) == ("directory", [])
            assert list(hotline.stage.pbx.messages.iterdir()) == []
            assert hotline.complaints() == []

    asyncio.run(story())


@pytest.mark.parametrize("spoken_s", [3.0, 0.8])
def test_a_caller_who_hangs_up_in_the_recording(spoken_s):
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            caller = await _asks_for_the_recorder(hotline)
            await asyncio.sleep(spoken_s)
            caller.hang_up()
            row = await hotline.closed()
            files = [path.name for path in hotline.stage.pbx.messages.iterdir()]
            if spoken_s > 2.0:
                assert row.outcome == "message"
                assert hotline.number_of_journal(row.call) == CALLER  # to call back
                assert [name for name, _ in row.messages] == files
                assert _is_in(hotline.stage.pbx.messages / files[0], HZ["caller"]) > 2.4
            else:
                assert (row.outcome, row.messages, files) == ("abandoned", [], [])
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_message_is_in_the_journal_though_fastagi_was_refused_at_its_end():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            caller = await _asks_for_the_recorder(hotline)
            await hotline.stage.pbx.ask("dialplan set global HOTLINE_AGI agi://127.0.0.1:1")
            await asyncio.sleep(3.0)
            caller.press("#")
            await caller.until_ended(6.0)
            assert sounds(caller)[-3:] == ["beep", "message-kept", "goodbye"]
            row = await hotline.closed()
            assert row.outcome == "message"
            assert [name for name, _ in row.messages] == [path.name for path in hotline.stage.pbx.messages.iterdir()]
            await hotline.until_quiet()

    asyncio.run(story())


def test_any_key_cuts_a_sentence_short():
    def write_long(folder: Path) -> None:
        for language in ("zh", "en"):
            write_tone(folder / language / "hotline" / "message.wav", HZ["message"], 8.0)

    async def story():
        async with open_hotline(Scenery(softphones=1), sayings=write_long) as hotline:
            await hotline.person("s01")
            caller = hotline.caller()
            await caller.until_hears(HZ["music"], 4.0)
            caller.press("*")
            await caller.until_hears(HZ["message"], 3.0)
            caller.press("7")
            await caller.until_hears(HZ["beep"], 3.0)
            await asyncio.sleep(2.6)
            caller.press("#")
            await caller.until_ended(6.0)
            assert sounds(caller)[-4:] == ["message", "beep", "message-kept", "goodbye"]
            assert (await hotline.closed()).outcome == "message"
            assert hotline.complaints() == []

    asyncio.run(story())
