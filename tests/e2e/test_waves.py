"""Whom the hotline rings, and when: waves, backup people, several calls at once, the next phone of the same person."""

import asyncio
from itertools import pairwise

import pytest

from hotline_agi.lab.behaviour import decline, never_answer, ring_then_answer
from tests.e2e.hearing import HZ
from tests.e2e.hotline import STOPS_S, Person, open_hotline, saw_elsewhere, talk, until
from tests.e2e.scenery import Scenery, mobile_of

pytestmark = pytest.mark.asterisk

FIRST_WAVE_S = 5.0


def one_at_a_time(person: Person) -> bool:
    """Whether this phone was never rung while it rang or talked."""
    return all(
        before.ended_at is not None and before.ended_at <= after.invited_at for before, after in pairwise(person.calls)
    )


def test_the_second_wave_accepts():
    async def story():
        scenery = Scenery(softphones=3, ring="[{ring: 1, for_s: 5}, {ring: everybody, for_s: 15}]")
        async with open_hotline(scenery) as hotline:
            first = await hotline.person("s01")
            second = await hotline.person("s02", ring_then_answer(1.0, HZ["s02"]))
            third = await hotline.person("s03")
            caller = hotline.caller()
            leg = await second.until_rung(8.0)
            assert FIRST_WAVE_S - 0.1 < leg.invited_at - caller.invited_at < FIRST_WAVE_S + 1.0
            assert first.calls[0].invited_at - caller.invited_at < 1.0
            assert first.is_rung  # still, in the second wave
            await talk(caller, leg, second)
            for other in (first, third):
                await other.calls[0].until_ended(STOPS_S)
                assert saw_elsewhere(other.calls[0])
            caller.hang_up()
            row = await hotline.closed()
            assert row.volunteer == "s02"
            assert [len(person.calls) for person in (first, second, third)] == [1, 1, 1]
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())


def test_the_backup_accepts():
    async def story():
        scenery = Scenery(
            softphones=2, backup_softphones=1, ring="[{ring: everybody, for_s: 5}, {ring: backup, for_s: 15}]"
        )
        async with open_hotline(scenery) as hotline:
            on_shift = await hotline.person("s01")
            backup = await hotline.person("s02", ring_then_answer(0.5, HZ["s02"]))
            caller = hotline.caller()
            leg = await backup.until_rung(8.0)
            assert FIRST_WAVE_S - 0.1 < leg.invited_at - caller.invited_at < FIRST_WAVE_S + 1.0
            await talk(caller, leg, backup)
            assert saw_elsewhere(on_shift.calls[0])
            caller.hang_up()
            assert (await hotline.closed()).volunteer == "s02"

    asyncio.run(story())


def test_who_declines_is_replaced_at_once():
    async def story():
        scenery = Scenery(softphones=2, ring="[{ring: 1, for_s: 20}, {ring: everybody, for_s: 20}]")
        async with open_hotline(scenery) as hotline:
            await hotline.person("s01", decline(0.3))
            second = await hotline.person("s02", ring_then_answer(0.1, HZ["s02"]))
            caller = hotline.caller()
            leg = await second.until_rung(2.0)
            assert leg.invited_at - caller.invited_at < 0.3 + STOPS_S
            await talk(caller, leg, second)
            caller.hang_up()
            assert (await hotline.closed()).legs == {"s01": "declined", "s02": "talked"}

    asyncio.run(story())


def test_two_calls_at_once_never_ring_the_same_phone():
    async def story():
        async with open_hotline(Scenery(softphones=2, mobiles=1)) as hotline:
            people = [await hotline.person(name) for name in ("s01", "s02", "m01")]
            callers = {who: hotline.caller(who) for who in ("caller", "second caller")}
            legs = [await person.until_rung(2.0) for person in people]
            await callers["second caller"].until_hears(HZ["greeting"], 2.0, since=0.0)
            await callers["caller"].until_hears(HZ["music"], 2.0, since=0.0)
            legs[0].answer(HZ["s01"])
            served = await _who_is_heard(legs[0], callers)
            waiting = next(who for who in callers if who != served)
            await talk(callers[served], legs[0], people[0], served)
            # the other phones ring on, now all for the one who waits: no ringing is begun anew
            assert [leg.ended_at for leg in legs[1:]] == [None, None]
            legs[1].answer(HZ["s02"])
            await talk(callers[waiting], legs[1], people[1], waiting)
            await legs[2].until_ended(STOPS_S)
            # who is free again is rung for nobody: nobody waits
            for caller in callers.values():
                caller.hang_up()
            await hotline.until_quiet()
            assert all(map(one_at_a_time, people))
            assert [len(person.calls) for person in people] == [1, 1, 1]
            assert [row.outcome for row in hotline.rows()] == ["talked", "talked"]
            assert hotline.complaints() == []

    asyncio.run(story())


async def _who_is_heard(leg, callers) -> str:
    found = ""

    def heard() -> bool:
        nonlocal found
        found = next((who for who in callers if leg.hears(HZ[who])), "")
        return bool(found)

    await until(heard, 3.0, "a caller is heard")
    return found


def test_the_next_phone_of_somebody_who_is_not_registered():
    async def story():
        number = mobile_of(77)
        scenery = Scenery(
            softphones=2, extra_endpoints={"s01": "[{softphone: s01}, mobile]"}, extra_contacts={"s01": number}
        )
        async with open_hotline(scenery) as hotline:
            await hotline.person("s02")
            mobile = Person("s01", ring_then_answer(0.3, HZ["s01"], press_after_s=0.3))
            hotline.stage.mobile(number, mobile)
            caller = hotline.caller()
            leg = await mobile.until_rung(2.0)
            assert leg.invited_at - caller.invited_at < STOPS_S
            await talk(caller, leg, mobile)
            caller.hang_up()
            row = await hotline.closed()
            assert row.volunteer == "s01"
            assert row.legs == {"s01": "talked", "s02": "answered elsewhere"}
            # Asterisk has only just started, so its word that a phone is gone is not believed yet
            assert "leg ended s01 unreachable" in row.facts

    asyncio.run(story())


def test_a_busy_person_is_not_rung_at_their_next_phone():
    """Busy means that they talk: the mobile in their pocket stays quiet."""

    async def story():
        number = mobile_of(77)
        scenery = Scenery(
            softphones=1,
            mobiles=1,
            extra_endpoints={"s01": "[{softphone: s01}, mobile]"},
            extra_contacts={"s01": number},
        )
        async with open_hotline(scenery) as hotline:
            await hotline.person("s01", lambda call: call.reject(486))
            pocket = Person("s01", never_answer())
            hotline.stage.mobile(number, pocket)
            other = await hotline.person("m01", ring_then_answer(1.5, HZ["m01"], press_after_s=0.3))
            caller = hotline.caller()
            await talk(caller, await other.until_rung(2.0), other)
            caller.hang_up()
            row = await hotline.closed()
            assert (row.legs, pocket.calls) == ({"s01": "busy", "m01": "talked"}, [])

    asyncio.run(story())


def test_nobody_is_rung_in_their_wrap_up():
    async def story():
        async with open_hotline(Scenery(softphones=1, wrap_up_s=4)) as hotline:
            volunteer = await hotline.person("s01", ring_then_answer(0.2, HZ["s01"]))
            caller = hotline.caller()
            leg = await volunteer.until_rung(2.0)
            await talk(caller, leg, volunteer)
            leg.hang_up()
            ended_at = await leg.until_ended(2.0)
            second = hotline.caller("second caller")
            leg = await volunteer.until_rung(8.0, 2)
            assert 3.9 < leg.invited_at - ended_at < 4.0 + STOPS_S
            await talk(second, leg, volunteer, "second caller")
            second.hang_up()
            await hotline.until_quiet()
            assert hotline.complaints() == []

    asyncio.run(story())
