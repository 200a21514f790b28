"""Talks of callers who agreed are recorded, encrypted when they are over, and heard by nobody unnoticed."""

import asyncio
import json
import subprocess
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from hotline_agi import sealing
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import FRAME_SAMPLES, purity
from tests.e2e.hearing import HZ, longest_gap_s, silence_s, sounds
from tests.e2e.hotline import Hotline, Person, open_hotline, talk, until
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk
RECORDS = "recording: {talks: consent}\n"
FILL_BYTES = 1024 * 1024


def with_keys(hotline: Hotline) -> Path:
    """Settings with a key of their own; returns the file of its secret half."""
    secret, public = sealing.new_identity()
    path = hotline.stage.folder / "recordings-identity"
    path.touch(mode=0o600)
    path.write_text(secret)
    hotline.configure(
        f"recordings:\n  recipients: [{public}]\n  talks: {hotline.stage.pbx.talks}\n  identity_file: {path}\n"
    )
    return path


def sealed(hotline: Hotline, kind: str) -> list[str]:
    """The names in the archive."""
    return sorted(path.name for path in (hotline.stage.state / "recordings" / kind).glob("*"))


def clear(hotline: Hotline) -> list[str]:
    return [path.name for folder in (hotline.stage.pbx.talks, hotline.stage.pbx.messages) for path in folder.iterdir()]


def seconds_of(path: Path, hz: int, least: float) -> float:
    """How long a tone is in a recording; `least` is its share of the power (two people who speak at once have half)."""
    with wave.open(str(path), "rb") as file:
        samples = array("h", file.readframes(file.getnframes()))
    frames = [samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples), FRAME_SAMPLES)]
    return sum(purity(frame, hz) > least for frame in frames) * 0.02


def heard_without_a_key(hotline: Hotline) -> list[str]:
    """Files that hold sound in the clear, wherever the two programs may write."""
    pbx = hotline.stage.pbx
    places = (hotline.stage.state, pbx.messages, pbx.talks, pbx.folder / "spool", pbx.folder / "var")
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    return [str(path) for path in files if _is_clear(path.read_bytes())]


def _is_clear(octets: bytes) -> bool:
    """A RIFF head, or a stretch without one in which most neighbours are alike, as in any sound."""
    if b"RIFF" in octets or b"WAVEfmt" in octets:
        return True
    samples = array("h", octets[: len(octets) // 2 * 2])[:80_000]
    frames = (samples[at : at + FRAME_SAMPLES] for at in range(0, len(samples) - FRAME_SAMPLES, FRAME_SAMPLES))
    return any(purity(frame, hz) > 0.9 for frame in frames for hz in (HZ["caller"], HZ["s01"]))


async def consents(hotline: Hotline, caller: PhoneCall) -> None:
    await caller.until_hears(HZ["recording-notice"], 5.0)
    caller.press("8")
    await caller.until_hears(HZ["recording-agreed"], 2.0)


async def taken(caller: PhoneCall, s01: Person, nth: int, who: str = "caller") -> PhoneCall:
    leg = await s01.until_rung(3.0, nth)
    leg.answer(s01.hz)
    await talk(caller, leg, s01, who)
    await asyncio.sleep(0.2)
    return leg


async def over(hotline: Hotline, caller: PhoneCall, leg: PhoneCall, nth: int):
    leg.hang_up()
    await caller.until_ended(6.0)
    return await hotline.closed(nth)


def recording_facts(row) -> list[str]:
    return [fact for fact in row.facts if "record" in fact]


def test_who_agrees_is_recorded_and_nobody_hears_it_without_key_and_note():
    async def story():
        async with open_hotline(Scenery(softphones=1, extra_line=RECORDS), service=False) as hotline:
            with_keys(hotline)
            await hotline.stage.start_service()
            s01 = await hotline.person("s01")
            await _agrees(hotline, s01)
            await _presses_nothing(hotline, s01)
            await _leaves_a_message(hotline, s01)
            assert heard_without_a_key(hotline) == []
            await _is_heard_and_noted(hotline)
            await _takes_it_back(hotline, s01)
            await _is_ended_by_the_volunteer(hotline, s01)
            await hotline.until_quiet()
            assert clear(hotline) == []
            assert hotline.complaints() == []

    asyncio.run(story())


async def _agrees(hotline: Hotline, s01: Person) -> None:
    """The volunteer alone hears that it is recorded."""
    caller = hotline.caller()
    await consents(hotline, caller)
    leg = await taken(caller, s01, 1)
    await asyncio.sleep(2.5)
    row = await over(hotline, caller, leg, 1)
    assert sounds(leg) == ["recorded", "caller"]
    assert sounds(caller)[:2] == ["greeting", "recording-notice"]
    assert "recorded" not in sounds(caller)
    assert recording_facts(row) == ["recording agreed", "recording started s01"]
    await until(lambda: len(sealed(hotline, "talks")) == 1, 5.0, "the talk is encrypted")
    await until(lambda: clear(hotline) == [], 2.0, "the clear file is gone")


async def _presses_nothing(hotline: Hotline, s01: Person) -> None:
    """Nothing is recorded, and nothing is said; another key is none either."""
    caller = hotline.caller("second caller")
    await caller.until_hears(HZ["recording-notice"], 5.0)
    caller.press("7")
    leg = await taken(caller, s01, 2, "second caller")
    assert clear(hotline) == []
    row = await over(hotline, caller, leg, 2)
    assert sounds(leg) == ["second caller"]
    assert recording_facts(row) == []
    assert len(sealed(hotline, "talks")) == 1


async def _leaves_a_message(hotline: Hotline, s01: Person) -> None:
    caller = hotline.caller()
    await s01.until_rung(3.0, 3)
    await caller.until_hears(HZ["greeting"], 3.0)
    caller.press("*")
    await caller.until_hears(HZ["beep"], 4.0)
    await asyncio.sleep(2.6)
    caller.hang_up()
    row = await hotline.closed(3)
    [(name, _)] = row.messages
    await until(lambda: sealed(hotline, "messages") == [f"{name}.age"], 5.0, "the message is encrypted")
    await until(lambda: clear(hotline) == [], 2.0, "the clear message is gone")


async def _takes_it_back(hotline: Hotline, s01: Person) -> None:
    """In the talk: what was recorded is removed, and the talk goes on."""
    caller = hotline.caller()
    await consents(hotline, caller)
    leg = await taken(caller, s01, 4)
    await until(lambda: len(clear(hotline)) == 1, 2.0, "the talk is being recorded")
    caller.press("9")
    await until(lambda: clear(hotline) == [], 3.0, "what was recorded is gone")
    await leg.until_hears(HZ["caller"], 1.0)
    row = await over(hotline, caller, leg, 4)
    assert recording_facts(row) == ["recording agreed", "recording started s01", "recording revoked"]
    assert len(sealed(hotline, "talks")) == 1


async def _is_ended_by_the_volunteer(hotline: Hotline, s01: Person) -> None:
    """What there is stays."""
    caller = hotline.caller()
    await consents(hotline, caller)
    leg = await taken(caller, s01, 5)
    await asyncio.sleep(2.0)
    leg.press("9")
    await until(lambda: len(sealed(hotline, "talks")) == 2, 5.0, "it is encrypted while the talk goes on")
    await asyncio.sleep(1.0)
    await leg.until_hears(HZ["caller"], 1.0)
    row = await over(hotline, caller, leg, 5)
    assert recording_facts(row)[-1] == "recording stopped s01"
    newest = json.loads(await hotline.command("recordings", "--json"))[0]
    assert 2.0 < newest["length_s"] < row.talk_s - 0.8


async def _is_heard_and_noted(hotline: Hotline) -> None:
    message, recorded = json.loads(await hotline.command("recordings", "--json"))
    assert (message["kind"], message["kept"]) == ("message", "encrypted")
    assert (recorded["kind"], recorded["kept"], recorded["line"]) == ("talk", "encrypted", "test")
    assert json.loads(await hotline.command("recordings", "accesses", "--json")) == []
    heard, words = hotline.stage.folder / "heard.wav", hotline.stage.folder / "words.wav"
    said = await hotline.command("recordings", "export", recorded["call"], "--out", str(heard))
    assert "noted" in said, said
    assert seconds_of(heard, HZ["caller"], 0.3) > 2.3
    assert seconds_of(heard, HZ["s01"], 0.3) > 2.3
    assert heard.stat().st_mode & 0o077 == 0
    assert abs(recorded["length_s"] - seconds_of(heard, HZ["caller"], 0.3)) < 0.8
    await hotline.command("recordings", "export", message["call"], "--out", str(words))
    assert seconds_of(words, HZ["caller"], 0.9) > 2.0
    accesses = json.loads(await hotline.command("recordings", "accesses", "--json"))
    assert [(one["how"], one["kind"], one["call"]) for one in accesses] == [
        ("exported", "message", message["call"]),
        ("exported", "talk", recorded["call"]),
    ]
    assert "exported: a recorded talk" in await hotline.command("audit")
    words.unlink()
    heard.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A disk of its own under `folder`, on which there is just room enough to record."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=66m", "tmpfs", folder], check=False, stderr=-3)
    if mounted.returncode:
        pytest.skip("this needs to mount a tmpfs")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_kill_forgets_nothing_and_a_full_disk_leaves_the_talk_alone():
    async def story():
        async with open_hotline(Scenery(softphones=1, extra_line=RECORDS), service=False) as hotline:
            with small_disk(hotline.stage.pbx.talks):
                with_keys(hotline)
                await hotline.stage.start_service()
                s01 = await hotline.person("s01")
                await _service_is_killed(hotline, s01)
                await _disk_fills_up(hotline, s01)
                await hotline.until_quiet()

    asyncio.run(story())


async def _service_is_killed(hotline: Hotline, s01: Person) -> None:
    """Between consent and talk, and in the talk: the talk is recorded, and encrypted after the start."""
    caller = hotline.caller()
    await consents(hotline, caller)
    await hotline.stage.kill_service()
    await hotline.stage.start_service(until_plan=False)
    leg = await taken(caller, s01, 1)
    await asyncio.sleep(2.2)
    await hotline.stage.kill_service()
    leg.hang_up()
    caller.hang_up()
    await leg.until_ended(3.0)
    await caller.until_ended(3.0)
    assert len(clear(hotline)) == 1
    await hotline.stage.start_service(until_plan=False)
    await until(lambda: len(sealed(hotline, "talks")) == 1, 5.0, "the talk is encrypted after the start")
    await until(lambda: clear(hotline) == [], 2.0, "and the clear file is gone")
    await hotline.closed(1)
    [recorded] = json.loads(await hotline.command("recordings", "--json"))
    assert (recorded["kind"], recorded["kept"]) == ("talk", "encrypted")
    assert heard_without_a_key(hotline) == []


async def _disk_fills_up(hotline: Hotline, s01: Person) -> None:
    """The two talk on, an alarm tells, and nobody is asked any more for what cannot be done."""
    caller = hotline.caller()
    await consents(hotline, caller)
    with (hotline.stage.pbx.talks / "else").open("wb", buffering=0) as other, suppress(OSError):
        while other.write(bytes(FILL_BYTES)):
            pass
    leg = await taken(caller, s01, 2)
    since = asyncio.get_running_loop().time()
    await asyncio.sleep(2.5)
    assert longest_gap_s(caller, since, since + 2.4) < 0.2
    assert silence_s(leg, since, since + 2.4) < 0.2
    row = await over(hotline, caller, leg, 2)
    assert row.outcome == "talked"
    alarm = await hotline.stage.until_logged("recordings", timeout_s=12.0)
    assert "MB left" in alarm["trouble"]
    second = hotline.caller("second caller")
    await s01.until_rung(3.0, 3)
    await second.until_hears(HZ["music"], 4.0)
    await asyncio.sleep(0.2)
    assert sounds(second) == ["greeting", "music"]
    second.hang_up()
