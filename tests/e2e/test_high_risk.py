"""A volunteer fears for a life: keys in the talk bring a supervisor, and the emergency contact, beside it.

Everybody speaks with a tone of their own; what a phone hears is a mix of them, and each share is looked for in it.
"""

import asyncio
import json
import signal
import time
import wave
from array import array
from datetime import datetime
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import SAMPLE_RATE_HZ, Codec, decode, purity, tone_frames
from hotline_agi.prompts.risk_phrases import RISK_PHRASES
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, Person, open_hotline, talk
from tests.e2e.restarts import Restarted, open_restarted, waits_for
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

DUTY = "07700900777"
SAID_HZ = {phrase.id: 420 + 40 * n for n, phrase in enumerate(RISK_PHRASES)}
"""Each sentence is a tone: 40 Hz apart, which 0.4 s tell apart, also under voices."""
SAID_S = 0.8
WINDOW = round(0.3 * SAMPLE_RATE_HZ)
RISK = "high_risk: {supervisors: [s02, s03], ring_s: 5, emergency_contact: duty, follow_ups_h: [24, 168]}\n"


def scenery(**more: object) -> Scenery:
    """s01 is on shift; s02 and s03, whom no ring step rings, are supervisors; the contact is a number."""
    how = {"softphones": 3, "backup_softphones": 2, "extra_line": RISK, "extra_contacts": {"duty": DUTY}}
    return Scenery(**(how | more))


def sayings(folder: Path) -> None:
    for name, hz in SAID_HZ.items():
        frames = tone_frames(hz, Codec.PCMA)
        samples = array("h", [sample for frame in frames for sample in decode(frame, Codec.PCMA)])
        count = round(SAID_S * SAMPLE_RATE_HZ)
        with wave.open(str(folder / "en" / "hotline" / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
            file.writeframes((samples * (count // len(samples) + 1))[:count].tobytes())


def share(call: PhoneCall, hz: int, since: float) -> float:
    """The largest share of a tone in any 0.3 s that the phone heard since then."""
    samples = call.stream.samples(since)
    starts = range(0, max(1, len(samples) - WINDOW), WINDOW)
    return max((purity(samples[at : at + WINDOW], hz) for at in starts), default=0.0)


def latest(call: PhoneCall) -> list[int]:
    """The last 0.3 s that the phone heard."""
    return call.stream.samples(time.monotonic() - 0.4)[-WINDOW:]


async def until_said(call: PhoneCall, name: str, timeout_s: float = 5.0) -> None:
    give_up_s = time.monotonic() + timeout_s
    while purity(latest(call), SAID_HZ[name]) < 0.2:
        assert time.monotonic() < give_up_s, f"{name} is not heard"
        await waits_for(0.1)


def voices(call: PhoneCall) -> set[str]:
    samples = latest(call)
    people = ("caller", "second caller", "s01", "s02", "s03", "overflow")
    return {who for who in people if purity(samples, HZ[who]) > 0.15}


async def hear(expected: dict[PhoneCall, set[str]]) -> None:
    """Each phone hears just those people, within a moment, and 0.2 s later still."""
    give_up_s, good = time.monotonic() + 5.0, 0
    while good < 2:
        await waits_for(0.2)
        found = {call: voices(call) for call in expected}
        good = good + 1 if found == expected else 0
        assert time.monotonic() < give_up_s, [(sorted(expected[call]), sorted(found[call])) for call in expected]


async def in_talk(hotline: Hotline, volunteer: Person, nth: int = 1, who: str = "caller"):
    caller = hotline.caller(who)
    leg = await volunteer.until_rung(3.0, nth)
    await talk(caller, leg, volunteer, who)
    return caller, leg


def test_supervisors_come_one_after_the_other_and_the_caller_hears_no_key():
    async def story():
        async with open_hotline(scenery(), sayings=sayings) as hotline:
            volunteer = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            sleeps = await hotline.person("s02", never_answer())
            comes = await hotline.person("s03", ring_then_answer(0.2, HZ["s03"]))
            contact = Person("overflow", ring_then_answer(0.2, HZ["overflow"]))
            hotline.stage.mobile(DUTY, contact)
            caller, leg = await in_talk(hotline, volunteer)
            keys, pressed_at = len(caller.stream.keys_heard), time.monotonic()
            leg.press("*7")
            await until_said(leg, "help-word-called")
            first = await sleeps.until_rung(2.0)
            second = await comes.until_rung(7.0)
            assert await first.until_ended(2.0) - pressed_at < 7.0
            assert time.monotonic() - pressed_at > 4.5
            await second.until_answered(2.0)
            await until_said(second, "help-supervisor")
            second.press("1")
            await until_said(second, "help-keys")
            await until_said(leg, "help-word-here")
            both = {"caller", "s01"}
            await hear({second: both, caller: {"s01"}, leg: {"caller"}})
            second.press("5")
            await hear({leg: {"caller", "s03"}, caller: {"s01"}, second: both})
            second.press("6")
            await hear({caller: {"s01", "s03"}, leg: {"caller", "s03"}, second: both})
            second.press("4")
            await hear({caller: {"s01"}, leg: {"caller"}, second: both})

            # the emergency contact, asked for by the volunteer; all four hear each other
            leg.press("*8")
            joined = await contact.until_rung(3.0)
            await joined.until_answered(2.0)
            await until_said(joined, "help-contact")
            joined.press("1")
            everybody = {"caller", "s01", "s03", "overflow"}
            people = {caller: "caller", leg: "s01", second: "s03", joined: "overflow"}
            await hear({call: everybody - {who} for call, who in people.items()})
            await until_said(leg, "help-word-contact-here")
            joined.hang_up()
            await hear({caller: {"s01", "s03"}, leg: {"caller", "s03"}, second: both})
            assert len(caller.stream.keys_heard) == keys, "no key reaches the caller's phone"
            for word in ("help-word-called", "help-word-here", "help-word-contact-here", "help-keys"):
                assert share(caller, SAID_HZ[word], pressed_at) < 0.1, "nor does any word"

            # a helper who hangs up leaves the talk alone; so does the end of the talk end them
            second.hang_up()
            await hear({caller: {"s01"}, leg: {"caller"}})
            caller.hang_up()
            await leg.until_ended(3.0)
            row = await hotline.closed()
            told = [fact for fact in row.facts if fact.startswith(("help", "mark", "contact"))]
            assert told == [
                "marked s01",
                "help asked s01",
                "helper rang s02 supervisor",
                "helper rang s03 supervisor",
                "helper came s03 supervisor",
                "contact asked s01",
                "helper rang contact",
                "helper came contact",
                "helper left contact",
                "helper left s03 supervisor",
            ]
            await _follow_ups(hotline, row.call)
            await _comes_first_when_they_call_again(hotline, volunteer)
            await hotline.until_quiet()
            assert hotline.complaints() == [], hotline.complaints()

    asyncio.run(story())


async def _follow_ups(hotline: Hotline, call: str) -> None:
    found = json.loads(await hotline.command("followups", "list", "--json"))
    assert [(one["call"], one["after_h"], one["state"]) for one in found] == [(call, 24, "open"), (call, 168, "open")]
    late = datetime.fromisoformat(found[0]["due_at"]) - datetime.fromisoformat(found[0]["ended_at"])
    assert late.total_seconds() == 24 * 3600


async def _comes_first_when_they_call_again(hotline: Hotline, volunteer: Person) -> None:
    volunteer.behaviour = never_answer()
    other = hotline.caller("second caller")
    leg = await volunteer.until_rung(3.0, 2)
    await other.until_hears(HZ["music"], 4.0)
    again = hotline.caller()
    await again.until_hears(HZ["greeting"], 4.0)
    leg.answer(HZ["s01"])
    await talk(again, leg, volunteer)
    for call in (again, other):
        call.hang_up()


def test_a_killed_service_leaves_talk_and_helpers_alone_and_the_next_one_goes_on_with_them():
    async def story():
        async with open_restarted(scenery(), sayings=sayings) as restarted:
            hotline = restarted.hotline
            volunteer = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            supervisor = await hotline.person("s02", ring_then_answer(0.1, HZ["s02"]))
            other = await hotline.person("s03", never_answer())
            contact = Person("overflow", ring_then_answer(0.1, HZ["overflow"], press_after_s=0.7))
            hotline.stage.mobile(DUTY, contact)
            caller, leg = await in_talk(hotline, volunteer)
            leg.press("*7")
            listener = await supervisor.until_rung(3.0)
            await listener.until_answered(2.0)
            await until_said(listener, "help-supervisor")
            listener.press("1")
            both = {"caller", "s01"}
            await hear({listener: both})
            async with restarted.dead():
                dead_at = time.monotonic()
                leg.press("*7")
                listener.press("6")
                await hear({caller: {"s01", "s02"}, leg: {"caller", "s02"}, listener: both})
                assert not share(leg, SAID_HZ["help-word-called"], dead_at) > 0.2, (
                    "nobody is called, so nothing is said"
                )
            # the next service knows who is there, and lets the supervisor ask for the contact
            listener.press("*")
            await until_said(listener, "help-star")
            listener.press("1")
            joined = await contact.until_rung(4.0)
            people = {caller: "caller", leg: "s01", listener: "s02", joined: "overflow"}
            await hear({call: set(people.values()) - {who} for call, who in people.items()})
            caller.hang_up()
            for call in (leg, listener, joined):
                await call.until_ended(5.0)
            row = await hotline.closed()
            assert row.outcome == "talked"
            assert [fact for fact in row.facts if fact.startswith("helper came")] == [
                "helper came s02 supervisor",
                "helper came contact",
            ]
            await _is_rung_by_the_next(restarted, volunteer, supervisor, other)
            await hotline.until_quiet()
            assert len(json.loads(await hotline.command("followups", "list", "--json"))) == 4

    asyncio.run(story())


async def _is_rung_by_the_next(restarted: Restarted, volunteer: Person, supervisor: Person, other: Person) -> None:
    """Killed while a supervisor is rung: the next service rings on, for a talk that nothing disturbs."""
    supervisor.behaviour, hotline = never_answer(), restarted.hotline
    caller, leg = await in_talk(hotline, volunteer, 2, "second caller")
    leg.press("*7")
    await supervisor.until_rung(3.0, 2)
    await restarted.restart(signal.SIGKILL)
    ringing = await other.until_rung(12.0)
    ringing.answer(HZ["s03"])
    await until_said(ringing, "help-supervisor")
    ringing.press("1")
    await until_said(leg, "help-word-here")
    assert not supervisor.is_rung
    leg.hang_up()
    await caller.until_ended(5.0)
    await ringing.until_ended(5.0)
