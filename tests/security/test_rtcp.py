"""RTCP (RFC 3550) tells who speaks (CNAME, NAME, EMAIL, PHONE, LOC), and none of it goes to the other side."""

import asyncio
import socket
import struct
from contextlib import suppress

import pytest

from hotline_agi.lab.behaviour import ring_then_answer
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.pbx import CONF
from tests.e2e.hearing import HZ
from tests.e2e.hotline import open_hotline, talk
from tests.e2e.scenery import CALLER, Scenery

pytestmark = pytest.mark.asterisk

SENDER_REPORT, DESCRIPTION, APP = 200, 202, 204
"""RFC 3550 section 12.1."""
ITEMS = {1: "{who}@{host}", 2: "{who}", 3: "{who}@home.example", 4: "{number}", 5: "{who}'s room", 7: "{who} {number}"}
"""CNAME, NAME, EMAIL, PHONE, LOC, NOTE (section 12.2)."""


def report(ssrc: int, texts: dict[int, str]) -> bytes:
    """A sender report, a description with these items, and an application packet that repeats the first."""
    octets = b"".join(bytes((kind, len(text))) + text.encode() for kind, text in texts.items()) + b"\0"
    octets += b"\0" * (-len(octets) % 4)
    sender = struct.pack("!BBHIIIIII", 0x80, SENDER_REPORT, 6, ssrc, 0xE0000000, 0, 0, 1, 160)
    described = struct.pack("!BBHI", 0x81, DESCRIPTION, 1 + len(octets) // 4, ssrc) + octets
    name = texts[1].encode()
    name += b"\0" * (-len(name) % 4)
    application = struct.pack("!BBHI4s", 0x80, APP, 2 + len(name) // 4, ssrc, b"WHO ") + name
    return sender + described + application


class Rtcp:
    """The odd port above a call's sound: says who speaks, and keeps what comes."""

    def __init__(self, call: PhoneCall, who: str, number: str) -> None:
        assert call.stream is not None
        assert call.stream.remote is not None
        self.texts = {kind: text.format(who=who, number=number, host=call.wire.host) for kind, text in ITEMS.items()}
        self._stream, self._to = call.stream, call.stream.remote.address
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind((call.wire.host, call.stream.port + 1))
        self.heard = b""

    def speak(self) -> None:
        packet = report(self._stream._ssrc, self.texts)
        self._socket.sendto(packet, (self._to[0], self._to[1] + 1))

    def listen(self) -> None:
        with suppress(BlockingIOError):
            while True:
                self.heard += self._socket.recv(2048)

    def close(self) -> None:
        self._socket.close()


def test_nobody_learns_from_rtcp_who_speaks():
    often = (CONF / "rtp.conf").read_text().replace("[general]", "[general]\nrtcpinterval = 500")

    async def story():
        async with open_hotline(Scenery(softphones=1), pbx_files={"rtp.conf": often}) as hotline:
            winner = await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]), host="127.0.0.21")
            caller = hotline.caller()
            leg = await winner.until_rung(3.0)
            await talk(caller, leg, winner)
            sides = (Rtcp(caller, "Zhang Wei", CALLER), Rtcp(leg, "Wang Fang", "07700900002"))
            for _ in range(15):
                for side in sides:
                    side.speak()
                    side.listen()
                await asyncio.sleep(0.1)
            await talk(caller, leg, winner)
            for side, other in (sides, sides[::-1]):
                assert side.heard, "Asterisk reports once in a while"
                for text in other.texts.values():
                    assert text.encode() not in side.heard
                    assert not any(word.encode() in side.heard for word in text.split())
                side.close()
            caller.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())
