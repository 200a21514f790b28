"""No caller and no volunteer reaches anybody by dialling, transferring or forwarding: only the service rings phones."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from hotline_agi.lab import sip
from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.sip import Message
from hotline_agi.lab.stage import PASSWORD, Stage
from hotline_agi.lab.wire import CallFailed
from tests.e2e.hearing import HZ
from tests.e2e.hotline import Hotline, open_hotline, talk
from tests.e2e.scenery import CALLER, HOTLINE, Scenery, mobile_of

pytestmark = pytest.mark.asterisk

OUTSIDE = "01632960777"
"""A number of the telephone network that is in no roster, and would answer."""
DIALLED = (
    *(OUTSIDE, "+441632960777", "00441632960777", "960777", "112", "999", "101", "0", "00", "1", "12"),
    *("*", "#", "*1", "*72", "**1", "*98*1", "700", "70*", "*8", "9" * 15, "9" * 16, "9" * 300),
    *("s", "h", "t", "i", "T", "o", "a", "s01", "s02", "trunk", "put", "check", "confirm", "direct", "e0001", "ready"),
    *("$%7BEPOCH%7D", "$%7BSHELL(id)%7D", "$%5B1+1%5D", f"100&PJSIP%2F{OUTSIDE}%40trunk", f"100,1,A({OUTSIDE})"),
    *(
        "PJSIP%2Fs02",
        f"PJSIP%2F{OUTSIDE}%40trunk",
        "Local%2Fput%40hotline-db",
        f"100%0D%0A{OUTSIDE}",
        "100%20",
        "%EF%BC%91",
    ),
    *(f"{OUTSIDE};phone-context=+44", f"{OUTSIDE};user=phone", f"{OUTSIDE}%40127.0.0.10"),
)


@asynccontextmanager
async def house(**how: object) -> AsyncIterator[tuple[Hotline, list[PhoneCall]]]:
    """Two softphones and a mobile on shift, and somebody outside who would answer; their calls."""
    async with open_hotline(Scenery(softphones=2, mobiles=1), **how) as hotline:
        reached: list[PhoneCall] = []

        def outside(call: PhoneCall) -> None:
            reached.append(call)
            call.answer()

        for number in (OUTSIDE, f"+44{OUTSIDE[1:]}", f"0044{OUTSIDE[1:]}"):
            hotline.stage.mobile(number, outside)
        yield hotline, reached
        assert reached == []
        assert {leg.local_user for leg in hotline.stage.carrier.legs} <= {mobile_of(1)}


async def outcome(call: PhoneCall, timeout_s: float = 4.0) -> int | None:
    """The status of a call that must not be answered."""
    with suppress(CallFailed):
        await call.until_answered(timeout_s)
    assert call.answered_at is None, call.ladder()
    assert call.ringing_at is None, call.ladder()
    return call.status


def test_a_volunteer_can_dial_nothing_but_the_menu():
    async def story():
        async with house(encrypted=("s02",)) as (hotline, _):
            for name in ("s01", "s02", "m01"):
                await hotline.person(name)
            stage = hotline.stage
            for name, server in (("s01", stage.server), ("s02", stage.tls_server)):
                phone = stage.phones[name]
                calls = {number: phone.invite(server=server, user=number, auth=(name, PASSWORD)) for number in DIALLED}
                statuses = await asyncio.gather(*(outcome(call, 3.0) for call in calls.values()))
                seen = dict(zip(calls, statuses, strict=True))
                assert not [number for number, status in seen.items() if status not in (403, 404, 484)], seen
                menu = phone.invite(server=server, user="100", auth=(name, PASSWORD))
                await menu.until_answered(3.0)
                menu.hang_up()
            assert not any(person.calls for person in hotline.people.values())
            await stage.until_quiet()
            assert hotline.rows() == []

    asyncio.run(story())


def test_a_caller_can_dial_nothing_but_the_hotline():
    async def story():
        async with house() as (hotline, _):
            for name in ("s01", "s02", "m01"):
                await hotline.person(name)
            stage = hotline.stage
            known = stage.call(HOTLINE, from_user=CALLER)
            await hotline.people["m01"].until_rung(3.0)
            known.hang_up()
            await hotline.until_quiet()
            rung = {name: len(person.calls) for name, person in hotline.people.items()}
            calls = [stage.call(number, from_user=CALLER) for number in (*DIALLED, mobile_of(1), "0001", "1" * 17)]
            # a number that nobody owns is told so, and may leave a message; all others are refused
            await asyncio.gather(*(silent(call) for call in calls))
            for call in calls:
                call.hang_up()
            await stage.until_quiet()
            assert {name: len(person.calls) for name, person in hotline.people.items()} == rung
            assert len(stage.carrier.legs) == 1

    asyncio.run(story())


async def silent(call: PhoneCall) -> None:
    with suppress(CallFailed):
        await call.until_answered(3.0)
    assert call.status in (200, 403, 404, 484), call.ladder()


def heard(side: PhoneCall) -> int:
    """How many SIP messages its phone got."""
    return sum(message.way == "in" for message in side.messages)


async def not_granted(side: PhoneCall, method: str, more: str) -> None:
    """Refused, or not even answered: what no module takes, Asterisk lets lie within a call."""
    with suppress(TimeoutError):
        answer = await asyncio.wait_for(side.ask(method, more), 0.25)
        assert answer.status >= 400, answer.text


OTHERS = ("MESSAGE", "SUBSCRIBE", "NOTIFY", "PUBLISH")


def targets(stage: Stage, caller: PhoneCall) -> tuple[str, ...]:
    """Where a call might be sent: outside by the PBX or by itself, to a colleague, into another call."""
    host = stage.server[0]
    return (
        f"<sip:{OUTSIDE}@{host}>",
        f"<sip:{OUTSIDE}@127.0.0.10>",
        f"<sip:s02@{host}>",
        f"<sip:{HOTLINE}@{host}?Replaces={caller.call_id}%3Bto-tag%3D1%3Bfrom-tag%3D2>",
    )


def test_no_transfer_and_no_forwarding_by_anybody():
    """REFER, with and without a call to replace; 301, 302 and 305; a new address for the sound; *-codes as keys."""

    async def story():
        async with house() as (hotline, _):
            stage = hotline.stage
            forwards = iter((301, 302, 305))

            def forward(call: PhoneCall) -> None:
                target = f"Contact: <sip:{OUTSIDE}@127.0.0.10:{stage.carrier.address[1]}>\r\n"
                call.reject(next(forwards, 486), target)

            await hotline.person("s02", forward)
            await hotline.person("m01", forward)
            winner = await hotline.person("s01", ring_then_answer(0.3, HZ["s01"]))
            caller = hotline.caller()
            leg = await winner.until_rung(3.0)
            await talk(caller, leg, winner)
            assert hotline.people["s02"].calls
            assert hotline.people["m01"].calls
            channels = await stage.pbx.channels()
            for side, other in ((leg, caller), (caller, leg)):
                before = heard(other)
                await asyncio.gather(
                    *(not_granted(side, "REFER", f"Refer-To: {target}\r\n") for target in targets(stage, caller)),
                    *(not_granted(side, method, "Event: refer\r\nExpires: 60\r\n") for method in OTHERS),
                )
                side.press("*72#*1##2")
                assert heard(other) == before, other.ladder()
            await asyncio.sleep(1.5)  # keys take 160 ms each
            await talk(caller, leg, winner)
            assert await stage.pbx.channels() == channels
            caller.hang_up()
            await hotline.until_quiet()
            hotline.vanish()

    asyncio.run(story())


def test_sound_is_sent_where_the_phone_says_and_to_nobody_elses_phone():
    """A re-INVITE with another address concerns its own side alone; sound goes on to where it comes from."""

    async def story():
        async with house() as (hotline, _):
            winner = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            caller = hotline.caller()
            leg = await winner.until_rung(3.0)
            await talk(caller, leg, winner)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as victim:
                victim.bind(("127.0.0.77", 0))
                victim.setblocking(False)
                for side, other in ((leg, caller), (caller, leg)):
                    before = heard(other)
                    assert side.stream is not None
                    body = side.offer().replace(side.wire.host, "127.0.0.77")
                    body = body.replace(f"audio {side.stream.port}", f"audio {victim.getsockname()[1]}")
                    assert (await side.ask("INVITE", body=body)).status == 200
                    await talk(caller, leg, winner)
                    assert heard(other) == before, other.ladder()
                    assert (await side.ask("INVITE", body=side.offer())).status == 200
                packets = 0
                with suppress(BlockingIOError):
                    while victim.recv(2048):
                        packets += 1
                print(f"{packets} packets went to the victim")
                assert packets < 50  # a second of sound at most
            caller.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


async def proved(phone: SipPeer, stage: Stage, method: str, user: str, more: str, body: str = "") -> Message:
    """A request outside of a call, of s01 with its right password."""
    uri, me = f"sip:{user}@{stage.server[0]}", f"<sip:s01@{stage.server[0]}>"
    call_id = phone.wire.new_tag()
    more = f"Contact: {phone.wire.contact('s01')}\r\n{more}"

    async def ask(cseq: int, proof: str = "") -> Message:
        return await phone.wire.ask(
            method, uri, stage.server, from_=me, to=f"<{uri}>", call_id=call_id, cseq=cseq, more=more + proof
        )

    answer = await ask(1)
    challenge = sip.challenge_of(answer)
    assert challenge is not None, answer.text
    return await ask(2, challenge.answer(method=method, uri=uri, user="s01", password=PASSWORD, cnonce="c"))


def test_an_account_reaches_no_other_account():
    """A volunteer with the right password: no presence of others, no messages to them, no publication, no transfer."""

    async def story():
        async with house() as (hotline, _):
            await hotline.person("s01")
            other = await hotline.person("s02", never_answer())
            stage = hotline.stage
            phone, victim = stage.phones["s01"], stage.phones["s02"]
            heard = victim.wire.messages_in
            requests = {
                "SUBSCRIBE": [f"Event: {event}\r\nExpires: 60\r\n" for event in ("presence", "dialog", "refer", "mwi")],
                "PUBLISH": ["Event: presence\r\nExpires: 60\r\n"],
                "MESSAGE": ["Content-Type: text/plain\r\n"],
                "REFER": [f"Refer-To: <sip:{OUTSIDE}@127.0.0.1>\r\n"],
            }
            for method, variants in requests.items():
                for more in variants:
                    for user in ("s02", "100", OUTSIDE, "hotline"):
                        answer = await asyncio.wait_for(proved(phone, stage, method, user, more), 4.0)
                        assert answer.status >= 400, (method, more, answer.text)
            assert other.calls == []
            assert victim.wire.messages_in - heard <= 1  # Asterisk asks it whether it is there
            assert await stage.pbx.channels() == 0

    asyncio.run(story())
