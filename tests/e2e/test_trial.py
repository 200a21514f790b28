"""`hotline try` (make run): what it prints is enough for an app, with encryption and without."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import never_answer, ring_then_answer
from hotline_agi.lab.phone import SipPeer

pytestmark = pytest.mark.asterisk

BIND = "127.0.0.5"
CALLER_HZ, VOLUNTEER_HZ = 2100, 2200


async def printed_until(stream: asyncio.StreamReader, words: str) -> str:
    text = ""
    async with asyncio.timeout(60.0):
        while words not in text:
            line = await stream.readline()
            assert line, text
            text += line.decode()
    return text


def test_what_it_prints_lets_apps_in_and_the_encrypted_one_talks():
    async def story():
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hotline_agi.cli", "try", "--bind", BIND),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert process.stdout is not None
        try:
            text = await printed_until(process.stdout, "survival plan written")
            udp, tls = ((BIND, int(port)) for port in re.findall(rf"{BIND}:(\d+), transport", text))
            passwords = dict(re.findall(r"user (\S+)\s+password (\S+)", text))
            assert list(passwords) == ["volunteer1", "volunteer2", "caller", "volunteer3"]
            certificate = Path(re.findall(r"certificate\s+(\S+),", text)[0])
            secure, plain, phone = await SipPeer.secure(tls, certificate), await SipPeer.open(), await SipPeer.open()
            secure.on_invite, plain.on_invite = ring_then_answer(0.2, VOLUNTEER_HZ), never_answer()
            await secure.register(server=tls, user="volunteer3", password=passwords["volunteer3"])
            await plain.register(server=udp, user="volunteer1", password=passwords["volunteer1"])
            call = phone.invite(server=udp, user="100", auth=("caller", passwords["caller"]), tone_hz=CALLER_HZ)
            await call.until_hears(VOLUNTEER_HZ, 10.0)
            [leg] = secure.calls.values()
            await leg.until_hears(CALLER_HZ, 5.0)
            assert plain.calls
            for peer in (phone, secure, plain):
                await peer.close()
        finally:
            process.terminate()
            await asyncio.wait_for(process.communicate(), 20.0)
        assert process.returncode == 0

    asyncio.run(story())
