"""Limits of callers on real Asterisk: each is heard as a kind sentence, rings nobody, ends by itself, and is noted."""

import asyncio
import contextlib
import time
from functools import partial
from typing import Any

import pytest

from hotline_agi.lab.behaviour import answer_at_once
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import tone
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import SECOND_CALLER, Hotline, Person, open_hotline, talk
from tests.e2e.sayings import Ear, write_sayings
from tests.e2e.scenery import CALLER, HOTLINE, Scenery

pytestmark = pytest.mark.asterisk

WHISPERER = "07700900997"


def with_limits(limits: str, **changes: Any) -> Scenery:
    return Scenery(softphones=1, extra_line=f"abuse: {{{limits}}}\n", **changes)


def limits_of(hotline: Hotline) -> list[str]:
    """Each limit that was met, in the order of the calls."""
    facts = [fact.split(" until=")[0] for row in hotline.rows() for fact in row.facts]
    return [fact.removeprefix("limited ") for fact in facts if fact.startswith("limited ")]


async def hears(caller: PhoneCall, *words: str) -> None:
    """The caller is answered and hears these sentences one after the other."""
    ear = Ear(caller)
    for word in words:
        await ear.until(word, 6.0)


def test_who_calls_too_often_hears_when_and_what_else_and_a_coordinator_lifts_it():
    async def story():
        scenery = with_limits("calls_per_hour: 2")
        async with open_hotline(scenery, sayings=partial(write_sayings, times=4)) as hotline:
            volunteer = await hotline.person("s01")
            for nth in (1, 2):
                caller = hotline.caller()
                await volunteer.until_rung(3.0, nth)
                caller.hang_up()
                await hotline.closed(nth)
            third = hotline.caller()
            await hears(third, "called-often", "in-an-hour")
            await third.until_hears(HZ["message"], 4.0)  # what the line's overflow says
            third.hang_up()
            row = await hotline.closed(3)
            assert row.legs == {}
            # of who hangs up at once, too: somebody may want to call them back
            assert hotline.number_of_journal(hotline.rows()[0].call) == CALLER
            # written in another way the number is the same; another number is not
            again = hotline.caller(from_user=f"+44{CALLER[1:]}")
            await hears(again, "called-often")
            again.hang_up()
            other = hotline.caller("second caller")
            await volunteer.until_rung(3.0, 3)
            other.hang_up()
            await hotline.closed(5)
            assert limits_of(hotline) == ["calls", "calls"]
            listed = await hotline.command("calls", "limits")
            assert listed.count("as often as an hour allows") == 1
            assert CALLER not in listed
            story_of = await hotline.command("calls", row.call)
            assert "The caller has called as often as an hour allows, until" in story_of
            assert "The caller hears that they have called many times" in story_of
            assert "under no limit any more" in await hotline.command("calls", "lift", row.call)
            assert "no caller is over a limit" in await hotline.command("calls", "limits")
            await hotline.stage.until_logged("the limits of a caller were ended", timeout_s=12.0)
            hotline.caller()
            await volunteer.until_rung(3.0, 4)
            log = [line for line in hotline.stage.logged() if line.get("event") == "a caller met a limit"]
            assert next((line["call"], line["limit"]) for line in log) == (row.call, "calls")
            assert hotline.complaints() == []

    asyncio.run(story())


def test_who_talked_for_long_is_told_so_and_a_flag_ends_every_limit():
    async def story():
        scenery = with_limits("talk_min_per_day: 1, calls_at_once: 1")
        async with open_hotline(scenery, sayings=partial(write_sayings, times=4)) as hotline:
            volunteer = await hotline.person("s01", answer_at_once(HZ["s01"]))
            caller = hotline.caller()
            await talk(caller, await volunteer.until_rung(3.0), volunteer)
            second = hotline.caller()  # while the first one talks
            await hears(second, "calls-already")
            await second.until_ended(6.0)
            assert sounds(second)[-1] == "goodbye"
            await asyncio.sleep(0.2)
            caller.hang_up()
            rows = [await hotline.closed(nth) for nth in (1, 2)]
            assert rows[1].legs == {}
            await asyncio.sleep(0)
            said = await hotline.command("calls", "flag", rows[0].call)
            assert "marked" in said
            await hotline.stage.until_logged("flags of callers", timeout_s=12.0)
            flagged = [hotline.caller()]
            await volunteer.until_rung(3.0, 2)
            flagged.append(hotline.caller())
            for each in flagged:
                await each.until_hears(HZ["greeting" if each is flagged[1] else "s01"], 4.0)
            assert limits_of(hotline) == ["at-once"]
            assert hotline.complaints() == []

    asyncio.run(story())


def test_withheld_numbers_share_their_limits_and_known_numbers_do_not_feel_them():
    async def story():
        scenery = with_limits("anonymous_at_once: 1, anonymous_calls_per_hour: 2")
        withheld = {"from_display": "Anonymous", "from_uri_raw": "sip:anonymous@anonymous.invalid"}
        async with open_hotline(scenery, sayings=partial(write_sayings, times=4)) as hotline:
            volunteer = await hotline.person("s01")
            first = hotline.caller(**withheld)
            await volunteer.until_rung(3.0)
            second = hotline.caller(**withheld)
            await hears(second, "number-withheld")
            second.hang_up()
            first.hang_up()
            await hotline.closed(2)
            third = hotline.caller(**withheld)
            await volunteer.until_rung(3.0, 2)
            third.hang_up()
            await hotline.closed(3)
            fourth = hotline.caller(**withheld)
            await hears(fourth, "number-withheld", "in-an-hour")
            hotline.caller()
            await volunteer.until_rung(3.0, 3)
            assert limits_of(hotline) == ["withheld-at-once", "withheld"]
            assert hotline.complaints() == []

    asyncio.run(story())


WHISPER = 170
"""Peak of a tone at -46 dBFS: with 0.3 s of it somebody weeps far from the telephone."""


def test_who_makes_no_sound_is_told_so_and_still_gets_a_volunteer():
    """A whisper is a sound; a line on which nothing comes is not."""

    async def story():
        scenery = with_limits("silent: {calls: 1, talk_s: 5}")
        scenery.softphones = 2
        async with open_hotline(scenery, sayings=partial(write_sayings, times=4)) as hotline:
            people = [await hotline.person(name, answer_at_once(HZ["s01"])) for name in ("s01", "s02")]
            quiet = [hotline.caller(from_user=WHISPERER, tone_hz=None), hotline.caller("second caller", tone_hz=None)]
            for each in quiet:
                await each.until_hears(HZ["s01"], 4.0)
            await asyncio.sleep(1.0)
            quiet[0].play(tone(440, 0.3, amplitude=WHISPER))
            await asyncio.sleep(4.5)  # talks that are long enough
            for each in quiet:
                each.hang_up()
            rows = [await hotline.closed(nth) for nth in (1, 2)]
            silent = [
                hotline.number_of_journal(row.call)
                for row in rows
                if "silent" in [fact.split(" ")[0] for fact in row.facts]
            ]
            assert silent == [SECOND_CALLER], rows
            again = hotline.caller("second caller", tone_hz=None)
            await hears(again, "unheard")
            await again.until_hears(HZ["s01"], 4.0)
            again.hang_up()
            await hotline.closed(3)
            whisperer = hotline.caller(from_user=WHISPERER, tone_hz=None)
            await whisperer.until_hears(HZ["s01"], 4.0)
            assert limits_of(hotline) == ["silent"]
            assert len(people[0].calls) + len(people[1].calls) >= 4
            assert hotline.complaints() == []

    asyncio.run(story())


def test_limits_outlive_a_restart_of_the_service():
    async def story():
        scenery = with_limits("calls_per_hour: 1")
        async with open_hotline(scenery, sayings=partial(write_sayings, times=4)) as hotline:
            volunteer = await hotline.person("s01")
            first = hotline.caller()
            await volunteer.until_rung(3.0)
            first.hang_up()
            await hotline.closed()
            await hotline.stage.stop_service()
            await hotline.stage.start_service()
            second = hotline.caller()
            await hears(second, "called-often")
            assert hotline.complaints() == []

    asyncio.run(story())


PER_S = 50
VOLUNTEERS = 8
FLOOD = "07700900777"
ADDED_S = 1.0
"""What a flood may add; Asterisk, the service and the phones of both sides share this machine."""


@pytest.mark.parametrize("numbers", ["one", "withheld", "changing"])
def test_a_flood_does_not_delay_others(numbers: str):
    """50 INVITE/s: ordinary callers ring a phone and talk about as soon as without it. Against changing numbers only
    the bound of the queue helps: then ordinary callers hear about as soon that it is full."""

    async def story():
        scenery = with_limits("waiting_at_once: 20, anonymous_at_once: 2", ring="[{ring: 1, for_s: 20}]")
        scenery.softphones = VOLUNTEERS
        async with open_hotline(scenery, sayings=partial(write_sayings, times=4)) as hotline:
            people = [Person("s01", answer_at_once(HZ["s01"])) for _ in range(VOLUNTEERS)]
            for number, person in enumerate(people, start=1):
                await hotline.stage.softphone(f"s{number:02d}", person)
            quiet = [await _served_s(hotline, people) for _ in range(3)]
            flood = asyncio.create_task(_flood(hotline, numbers))
            await asyncio.sleep(1.0)
            served = [await _served_s(hotline, people, full=numbers == "changing") for _ in range(4)]
            flood.cancel()
            made = await flood
            rung = sum(bool(row.legs) or "rang" in " ".join(row.facts) for row in hotline.rows())
            print(f"\n{numbers}: {made} calls, {rung} rang; without a flood {quiet}, in it {served}")
            assert made > 60
            assert rung < 40
            # of four, so that one hiccup of a busy machine fails nothing
            assert sorted(first_s for first_s, _ in served)[2] < sorted(first_s for first_s, _ in quiet)[1] + ADDED_S
            assert sorted(talk_s for _, talk_s in served)[2] < sorted(talk_s for _, talk_s in quiet)[1] + ADDED_S

    asyncio.run(story())


async def _flood(hotline: Hotline, numbers: str) -> int:
    """Until it is cancelled; returns how many calls there were."""
    calls: list[PhoneCall] = []
    began_s = time.monotonic()
    with contextlib.suppress(asyncio.CancelledError):
        while len(calls) < 500:
            how = {
                "one": {"from_user": FLOOD},
                "changing": {"from_user": f"07700{900100 + len(calls) % 700:06}"},
                "withheld": {"from_display": "Anonymous", "from_uri_raw": "sip:anonymous@anonymous.invalid"},
            }[numbers]
            calls.append(hotline.stage.call(HOTLINE, media=False, **how))
            if len(calls) > PER_S and numbers != "changing":
                calls[len(calls) - PER_S].hang_up()  # each stays for a second or so
            await asyncio.sleep(max(0.0, began_s + len(calls) / PER_S - time.monotonic()))
    for call in calls:
        call.hang_up()
    return len(calls)


async def _served_s(hotline: Hotline, people: list[Person], *, full: bool = False) -> tuple[float, float]:
    """An ordinary caller: seconds to the first ring of a phone (with `full`: to the answer), and to the talk (to the
    end of the sentence). Volunteers answer at once."""
    caller = hotline.caller()
    if full:
        answered_at = await caller.until_answered(5.0)
        await hears(caller, "crowded")
        heard_at = time.monotonic()
    else:
        heard_at = await caller.until_hears(HZ["s01"], 5.0)
        # the last phone that rang and still talks is ours: floods hold theirs since before
        answered_at = max(call.invited_at for person in people for call in person.calls if call.invited_at < heard_at)
    caller.hang_up()
    await caller.until_ended(3.0)
    return round(answered_at - caller.invited_at, 3), round(heard_at - caller.invited_at, 3)
