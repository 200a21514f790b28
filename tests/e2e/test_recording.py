"""Talks of callers who agreed are recorded, encrypted when they are over, and heard by nobody unnoticed."""

import asyncio
import json
import sqlite3
import wave
from array import array
from contextlib import closing
from pathlib import Path

import pytest

from hotline_agi import sealing
from hotline_agi.lab.tone import FRAME_SAMPLES, purity
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import Hotline, open_hotline, talk, until
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk
RECORDS = "recording: {talks: consent}\n"


def with_keys(hotline: Hotline, *, identity: bool = True) -> Path:
    """Settings with a key of its own; returns the file of its secret half."""
    secret, public = sealing.new_identity()
    path = hotline.stage.folder / "recordings-identity"
    path.touch(mode=0o600)
    path.write_text(secret)
    named = f"\n  identity_file: {path}" if identity else ""
    hotline.configure(f"recordings:\n  recipients: [{public}]\n  talks: {hotline.stage.pbx.talks}{named}\n")
    return path


def sealed(hotline: Hotline, kind: str) -> list[Path]:
    return sorted((hotline.stage.state / "recordings" / kind).glob("*"))


def seconds_of(path: Path, hz: int, least: float = 0.2) -> float:
    """How long a tone is in a recording, alone or beside another."""
    with wave.open(str(path), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    frames = [samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples), FRAME_SAMPLES)]
    return sum(purity(frame, hz) > least for frame in frames) * 0.02


def clear_sound(hotline: Hotline) -> list[str]:
    """Files in which a recording can be heard without a key, wherever the two programs may write."""
    places = (
        hotline.stage.state,
        hotline.stage.pbx.messages,
        hotline.stage.pbx.talks,
        hotline.stage.pbx.folder / "spool",
    )
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return [str(path) for path in files if b"RIFF" in path.read_bytes() or b"WAVEfmt" in path.read_bytes()]


async def consents(hotline: Hotline, caller) -> None:
    await caller.until_hears(HZ["recording-notice"], 5.0)
    caller.press("8")
    await caller.until_hears(HZ["recording-agreed"], 3.0)


def test_a_talk_is_recorded_if_the_caller_agrees():
    async def story():
        async with open_hotline(Scenery(softphones=1, extra_line=RECORDS), service=False) as hotline:
            with_keys(hotline)
            await hotline.stage.start_service()
            s01 = await hotline.person("s01")
            caller = hotline.caller()
            leg = await s01.until_rung(2.0)
            await consents(hotline, caller)
            leg.answer(s01.hz)
            await talk(caller, leg, s01)
            await asyncio.sleep(3.0)
            print(sounds(caller), sounds(leg))
            print(list(hotline.stage.pbx.talks.iterdir()))
            leg.hang_up()
            await caller.until_ended(6.0)
            row = await hotline.closed()
            print(row)
            await until(lambda: sealed(hotline, "talks") != [], 8.0, "the talk is encrypted")
            print(sealed(hotline, "talks"), hotline.stage.logged()[-6:])
            print(hotline.stage.pbx.log()[-1500:])

    asyncio.run(story())
