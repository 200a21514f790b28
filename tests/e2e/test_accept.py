"""Who accepts, talks; whoever rang beside them stops ringing and sees "answered elsewhere"."""

import asyncio
import random

import pytest

from hotline_agi.lab.behaviour import answer_at_once, ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.tone import tone
from tests.e2e.hearing import HZ, heard, sounds
from tests.e2e.hotline import STOPS_S, Hotline, open_hotline, saw_elsewhere, talk, until
from tests.e2e.scenery import Scenery

pytestmark = pytest.mark.asterisk

RACES = 10


def test_a_softphone_accepts_by_picking_up():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            winner = await hotline.person("s01", ring_then_answer(1.0, HZ["s01"]))
            others = [await hotline.person("s02"), await hotline.person("m01")]
            caller = hotline.caller()
            leg = await winner.until_rung(2.0)
            accepted_at = await leg.until_answered(3.0)
            await talk(caller, leg, winner)
            for other in others:
                assert await other.calls[0].until_ended(STOPS_S) - accepted_at < STOPS_S
                assert saw_elsewhere(other.calls[0]), other.calls[0].ladder()
            leg.hang_up()
            await caller.until_ended(5.0)
            assert sounds(caller) == ["greeting", "music", "s01", "goodbye"]
            assert sounds(leg) == ["caller"]
            row = await hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "s01")
            assert row.legs == {"s01": "talked", "s02": "answered elsewhere", "m01": "answered elsewhere"}
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_mobile_accepts_with_1():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            other = await hotline.person("s01")
            mobile = await hotline.person("m01", ring_then_answer(0.3, HZ["m01"], press_after_s=0.4))
            caller = hotline.caller()
            leg = await mobile.until_rung(2.0)
            await talk(caller, leg, mobile)
            await other.calls[0].until_ended(STOPS_S)
            assert saw_elsewhere(other.calls[0])
            caller.hang_up()
            await leg.until_ended(2.0)
            assert sounds(leg) == ["accept", "caller"]
            assert sounds(caller) == ["greeting", "m01"]
            row = await hotline.closed()
            assert (row.outcome, row.volunteer) == ("talked", "m01")
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_a_wrong_key_asks_again():
    async def story():
        async with open_hotline(Scenery(softphones=0, mobiles=1)) as hotline:
            mobile = await hotline.person("m01", ring_then_answer(0.1, HZ["m01"], press_after_s=0.9, key="7"))
            caller = hotline.caller()
            leg = await mobile.until_rung(2.0)
            await until(lambda: len([run for run in heard(leg) if run.name == "accept"]) == 2, 3.0, "the prompt again")
            assert sounds(caller)[-1] == "music"
            leg.press("1")
            await talk(caller, leg, mobile)
            caller.hang_up()
            assert (await hotline.closed()).outcome == "talked"

    asyncio.run(story())


def test_nobody_presses_and_the_others_ring_on():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=2)) as hotline:
            softphone = await hotline.person("s01")
            silent = await hotline.person("m01", ring_then_answer(0.1))
            wrong = await hotline.person("m02", ring_then_answer(0.1, press_after_s=0.2, key="99"))
            caller = hotline.caller()
            await (await wrong.until_rung(2.0)).until_ended(8.0)
            await (await silent.until_rung(2.0)).until_ended(14.0)
            ringing = softphone.calls[0]
            assert ringing.ended_at is None
            ringing.answer(HZ["s01"])
            await talk(caller, ringing, softphone)
            caller.hang_up()
            row = await hotline.closed()
            assert row.legs["m01"] == row.legs["m02"] == "picked up, not accepted"
            assert sounds(silent.calls[0]) == ["accept"]  # never the caller

    asyncio.run(story())


def test_a_voicemail_does_not_win():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=1)) as hotline:
            mailbox = await hotline.person("m01", voicemail(0.4))
            human = await hotline.person("s01", ring_then_answer(4.0, HZ["s01"]))
            caller = hotline.caller()
            leg = await mailbox.until_rung(2.0)
            await leg.until_answered(2.0)
            accepted_at = await (await human.until_rung(2.0)).until_answered(6.0)
            await talk(caller, human.calls[0], human)
            ended_at = await leg.until_ended(3.0)
            assert ended_at - accepted_at < 2.5  # it is told "already taken" first
            caller.hang_up()
            await hotline.until_quiet()
            assert sounds(caller) == ["greeting", "music", "s01"]  # never the mailbox
            assert sounds(leg)[0] == "accept"
            assert "caller" not in sounds(leg)
            assert sounds(leg)[-1] == "taken"
            row = await hotline.closed()
            assert row.volunteer == "s01"
            assert row.legs["m01"] == "answered elsewhere"

    asyncio.run(story())


def test_two_mobiles_press_1_within_5_ms():
    async def story():
        async with open_hotline(Scenery(softphones=0, mobiles=2)) as hotline:
            people = [await hotline.person(name, ring_then_answer(0.05)) for name in ("m01", "m02")]
            told = [await _race(hotline, people, random.Random(race), press=True) for race in range(RACES)]
            # once in more than 2,000 such races Asterisk ended the loser's leg without a word
            assert told.count(["accept", "taken"]) >= RACES - 1, told
            assert hotline.complaints() == []

    asyncio.run(story())


def test_two_softphones_pick_up_within_5_ms():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02")]
            for race in range(RACES):
                await _race(hotline, people, random.Random(race), press=False)
            assert hotline.complaints() == []

    asyncio.run(story())


async def _race(hotline: Hotline, people, seed: random.Random, *, press: bool) -> list[str]:
    """Both accept within 5 ms; returns what the loser heard."""
    nth = len(people[0].calls) + 1
    caller = hotline.caller()
    legs = [await person.until_rung(3.0, nth) for person in people]
    pairs = list(zip(people, legs, strict=True))
    seed.shuffle(pairs)
    if press:
        for _, leg in pairs:
            await leg.until_answered(2.0)
            await leg.until_hears(HZ["accept"], 2.0, since=0.0)
    for n, (person, leg) in enumerate(pairs):
        act = leg.press if press else leg.answer
        leg.later(n * seed.uniform(0, 0.005), lambda act=act, what="1" if press else person.hz: act(what))
        if press:
            leg.play(tone(person.hz))
    loser = await _first_ended(legs, 4.0)
    winner = legs[1 - legs.index(loser)]
    person = people[legs.index(winner)]
    await talk(caller, winner, person)
    assert "caller" not in sounds(loser)
    assert loser.ended_at - winner.answered_at < 4.0
    if loser.answered_at is None:
        assert saw_elsewhere(loser), loser.ladder()
    elif not press:
        # A 200 that crosses our CANCEL is ended before anything could be said, as `Dial` does too.
        assert sounds(loser) in ([], ["taken"])
    caller.hang_up()
    await winner.until_ended(2.0)
    row = await hotline.closed(nth)
    assert (row.outcome, row.volunteer) == ("talked", person.name)
    assert sorted(row.legs.values()) == ["answered elsewhere", "talked"]
    await hotline.until_quiet()
    return sounds(loser)


async def _first_ended(legs: list[PhoneCall], timeout_s: float) -> PhoneCall:
    await until(lambda: any(leg.ended_at for leg in legs), timeout_s, "one of two was sent away")
    return next(leg for leg in legs if leg.ended_at)


def test_a_softphone_that_answers_at_once():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            eager = await hotline.person("s01", answer_at_once(HZ["s01"]))
            other = await hotline.person("s02")
            for nth in range(1, RACES + 1):
                caller = hotline.caller()
                leg = await eager.until_rung(2.0, nth)
                await talk(caller, leg, eager)
                assert "Surrogate" not in await hotline.stage.pbx.ask("core show channels concise")
                await until(lambda: not other.is_rung, STOPS_S, "the other phone stops")
                if nth % 2:
                    leg.hang_up()
                    await caller.until_ended(3.0)
                    assert sounds(caller)[-1] == "goodbye"
                else:
                    caller.hang_up()
                    await leg.until_ended(2.0)
                row = await hotline.closed(nth)
                assert (row.outcome, row.volunteer) == ("talked", "s01")
            await hotline.until_quiet()
            # taken back before they were sent out, or before their 180 came: then Asterisk can give no reason
            assert all(call.end_reason == "cancelled" for call in other.calls)
            assert hotline.complaints() == []

    asyncio.run(story())
