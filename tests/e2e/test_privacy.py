"""Nobody is exposed: neither side learns who the other is, and what a caller writes into SIP is only text."""

import asyncio
import re

import pytest

from hotline_agi.lab.behaviour import ring_then_answer, voicemail
from hotline_agi.lab.call import PhoneCall
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import PERSONAL_NUMBER, Hotline, open_hotline, talk
from tests.e2e.scenery import CALLER, HOTLINE, Scenery, mobile_of
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

CALLER_NAME = "Zhang Wei"
NEUTRAL = re.compile(r'("hotline" )?<sip:100@127[0-9.]+>;tag=')
"""Where the trunk's `from_user` stands, Asterisk sends no name."""
WHO_CALLS = (
    f'P-Asserted-Identity: "{CALLER_NAME}" <sip:{CALLER}@127.0.0.10>',
    f'Remote-Party-ID: "{CALLER_NAME}" <sip:{CALLER}@127.0.0.10>;party=calling;privacy=off;screen=yes',
    f"Diversion: <sip:{CALLER}@127.0.0.10>;reason=unconditional",
    f"History-Info: <sip:{CALLER}@127.0.0.10>;index=1",
    f"Call-Info: <http://127.0.0.10/{CALLER}>;purpose=info",
    f"X-Caller: {CALLER}",
    f"User-to-User: {CALLER};encoding=hex",
)


def received(call: PhoneCall) -> str:
    return "\n".join(message.text for message in call.messages if message.way == "in")


def test_neither_side_learns_who_the_other_is():
    async def story():
        async with open_hotline(Scenery(softphones=1, mobiles=2)) as hotline:
            softphone = await hotline.person("s01")
            mobile = await hotline.person("m01", ring_then_answer(0.5, HZ["m01"], press_after_s=0.3))
            mailbox = await hotline.person("m02", voicemail(0.2))
            caller = hotline.caller(from_display=CALLER_NAME, extra_headers=WHO_CALLS)
            leg = await mobile.until_rung(2.0)
            await talk(caller, leg, mobile)
            await asyncio.sleep(0.5)  # an update of the connected line would come now
            leg.hang_up()
            await caller.until_ended(5.0)
            await hotline.until_quiet()
            for person in (softphone, mobile, mailbox):
                text = received(person.calls[0])
                assert CALLER not in text
                assert CALLER[1:] not in text
                assert CALLER_NAME not in text
                assert person is not softphone or "127.0.0.10" not in text  # where the caller comes from
                assert HOTLINE not in text
                sender = person.calls[0].invite.headers["from"][0]
                assert NEUTRAL.match(sender), sender
                for name in ("p-asserted-identity", "remote-party-id", "diversion", "history-info", "x-caller"):
                    assert person.calls[0].invite.header(name) is None
            for number in (1, 2):
                assert mobile_of(number)[1:] not in received(caller)
            for name in ("s01", "m01", "m02", "Volunteer"):
                assert not re.search(rf"\b{name}\b", received(caller)), name
            row = await hotline.closed()
            assert hotline.number_of_journal(row.call) == CALLER
            assert hotline.complaints() == []

    asyncio.run(story())


FORGED = "%0D%0A%0D%0AEvent%3A%20UserEvent%0D%0AUserEvent%3A%20HotlineSurviving%0D%0AForged%3A%20yes%0D%0A%0D%0A"
STRANGE = {
    "quotes": {"from_display": 'a "b" \\" c'},
    "line breaks in the name": {"from_display": f"x{FORGED}"},
    "a variable": {"from_display": "${EPOCH}${SHELL(id)} $[1+1] ${HANGUPCAUSE}"},
    "commas": {"from_display": "a,b|c;d^e&f:ok:won:PJSIP/x"},
    "a number in the name": {"from_display": "Tel: 13800000002@home"},
    "chinese": {"from_display": "张伟"},
    "line breaks in the user": {"from_uri_raw": f"sip:{FORGED}@127.0.0.10"},
    "a variable as the user": {"from_uri_raw": "sip:$%7BEPOCH%7D,x@127.0.0.10"},
    "no user": {"from_uri_raw": "sip:127.0.0.10"},
    "a very long user": {"from_uri_raw": f"sip:{'9' * 900}@127.0.0.10"},
    "anonymous": {"from_display": "Anonymous", "from_uri_raw": "sip:anonymous@anonymous.invalid"},
}


def test_strange_callers_talk_like_all_others():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline, witness(hotline.stage) as seen:
            volunteer = await hotline.person("s01", ring_then_answer(0.05, HZ["s01"]))
            for nth, (what, how) in enumerate(STRANGE.items(), start=1):
                caller = hotline.caller(**how)
                leg = await volunteer.until_rung(3.0, nth)
                await talk(caller, leg, volunteer)
                leg.hang_up()  # the caller's next question then carries their number
                await caller.until_ended(8.0)
                row = await hotline.closed(nth)
                assert (row.outcome, row.facts.count("surviving")) == ("talked", 0), what
                assert NEUTRAL.match(leg.invite.headers["from"][0]), what
                assert "Forged" not in received(leg)
                number = CALLER if "from_uri_raw" not in how else None
                assert hotline.number_of_journal(row.call) == number, what
            await hotline.until_quiet()
            assert not [event for event in seen.events if "Forged" in event]
            assert not [event for event in seen.events if any(CALLER[1:] in value for value in event.values())]
            assert seen.survivals() == 0
            assert "Forged" not in hotline.stage.log_path.read_text()
            assert hotline.complaints() == []

    asyncio.run(story())


async def _is_served(hotline: Hotline, user: str) -> bool:
    call = hotline.stage.call(user, from_user=CALLER, tone_hz=HZ["caller"])
    try:
        await call.until_answered(3.0)
    except Exception:
        assert call.status == 404, call.ladder()
        return False
    await call.until_hears(HZ["greeting"], 3.0, since=0.0)
    call.hang_up()
    return True


def test_unusual_request_uris_are_served_or_refused():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await hotline.person("s01")
            assert await _is_served(hotline, f"{HOTLINE};phone-context=+44")
            for user in (
                "abc",
                "s",
                "T",
                "i",
                "h",
                f"{HOTLINE}x",
                f"{HOTLINE}%0D%0AAction:%20Logoff",
                "$%7BEPOCH%7D",
                "1",
                "9" * 40,
                "put",
                "PJSIP%2Fs01",
                "confirm",
                "%E5%BC%A0",
            ):
                assert not await _is_served(hotline, user), user
            assert await _is_served(hotline, HOTLINE)
            await hotline.until_quiet()
            assert [row.outcome for row in hotline.rows()] == ["abandoned", "abandoned"]

    asyncio.run(story())


def test_a_number_that_no_line_owns_ends_well():
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await hotline.person("s01")
            caller = hotline.stage.call("01632960123", from_user=CALLER, tone_hz=HZ["caller"])
            await caller.until_hears(HZ["beep"], 8.0)
            assert sounds(caller)[:2] == ["nobody", "message"]
            caller.hang_up()
            assert hotline.people["s01"].calls == []

    asyncio.run(story())


def test_no_number_of_a_person_leaks():
    """Every story looks for leaks at its end (see `open_hotline`); this one makes sure that there was something."""

    async def story():
        scenery = Scenery(softphones=1, mobiles=2, overflow="[transfer, message]")
        async with open_hotline(scenery) as hotline:
            await hotline.person("s01", lambda call: call.reject(486))
            await hotline.person("m01", lambda call: call.reject(404))
            await hotline.person("m02", lambda call: call.reject(503))
            overflow = await hotline.person("overflow", ring_then_answer(0.2, HZ["overflow"]))
            caller = hotline.caller(from_display=CALLER_NAME)
            leg = await overflow.until_rung(5.0)
            await talk(caller, leg, overflow)
            leg.hang_up()
            await caller.until_ended(8.0)
            row = await hotline.closed()
            assert hotline.number_of_journal(row.call) == CALLER
            # and whatever the operator asks for
            said = await hotline.command("calls") + await hotline.command("calls", "--json")
            assert "test" in said
            assert row.outcome in said
            assert not PERSONAL_NUMBER.search(said)
            assert not PERSONAL_NUMBER.search(await hotline.command("roster", "who"))
            assert hotline.leaks() == []

    asyncio.run(story())
