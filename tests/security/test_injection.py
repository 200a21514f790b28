"""What a caller writes into SIP is text, wherever it goes: no event, no question, no security line is forged."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from hotline_agi.lab.pbx import CONF
from hotline_agi.lab.stage import Stage
from hotline_agi.lab.wire import CallFailed
from tests.e2e.hotline import open_hotline
from tests.e2e.scenery import CALLER, HOTLINE, Scenery
from tests.e2e.test_privacy import FORGED, STRANGE

pytestmark = pytest.mark.asterisk

SPY = "[spy]\nsecret = only-on-loopback\npermit = 127.0.0.0/255.0.0.0\nread = all\nwrite = system\n"
"""An AMI user who sees everything, as a wallboard of the hospital might. Ours sees little."""
STRANGE_NUMBERS = (f"{HOTLINE}{FORGED}", f"{FORGED}{HOTLINE}", "$%7BEPOCH%7D", "%FF%C3%28", "7" * 300)
CUT_OFF = f"{HOTLINE}%00%0D%0AForged%3A%20yes"
"""Asterisk ends it at the NUL: a call to the hotline like any other."""
AGI_LINE = re.compile(rb"agi_[a-z0-9_]+: [ -~]*")


@asynccontextmanager
async def spying(stage: Stage) -> AsyncIterator[bytearray]:
    """Every octet of AMI that this user gets."""
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.pbx.site.ami_port)
    seen = bytearray()

    async def read() -> None:
        while octets := await reader.read(65536):
            seen.extend(octets)

    task = asyncio.create_task(read())
    writer.write(b"Action: Login\r\nUsername: spy\r\nSecret: only-on-loopback\r\n\r\n")
    try:
        async with asyncio.timeout(3.0):
            while b"Authentication accepted" not in seen:
                await asyncio.sleep(0.01)
        yield seen
    finally:
        task.cancel()
        writer.close()


@asynccontextmanager
async def asking(stage: Stage) -> AsyncIterator[list[bytes]]:
    """Every question that Asterisk puts, as it comes; none is answered, so Asterisk helps itself."""
    questions: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            questions.append(await reader.readuntil(b"\n\n"))
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", stage.pbx.site.agi_port)
    try:
        yield questions
    finally:
        server.close()


def callers(questions: list[bytes], route: bytes) -> set[bytes]:
    """Channels that put this question; each puts it once more when it gets no answer."""
    return {
        question.partition(b"agi_uniqueid: ")[2].partition(b"\n")[0]
        for question in questions
        if b"agi_network_script: " + route + b"\n" in question
    }


def test_callers_forge_no_event_no_question_and_no_security_line():
    served = len(STRANGE) + 1
    manager = (CONF / "manager.conf").read_text() + SPY

    async def story():
        async with open_hotline(Scenery(softphones=1), service=False, pbx_files={"manager.conf": manager}) as hotline:
            stage = hotline.stage
            async with spying(stage) as ami, asking(stage) as questions:
                for how in STRANGE.values():
                    stage.call(HOTLINE, **({"from_user": CALLER} | how))
                for number in (*STRANGE_NUMBERS, CUT_OFF):
                    stage.call(number, from_user=CALLER)
                async with asyncio.timeout(8.0):
                    while len(callers(questions, b"number")) < served:
                        await asyncio.sleep(0.02)
                assert len(callers(questions, b"arrive")) == served
                for call in list(stage.carrier.peer.calls.values()):
                    call.hang_up()
                    with suppress(CallFailed):
                        await call.until_ended(3.0)
                await stage.until_quiet()
            for question in questions:
                for line in question.rstrip(b"\n").split(b"\n"):
                    assert AGI_LINE.fullmatch(line), line
                names = [line.partition(b":")[0] for line in question.rstrip(b"\n").split(b"\n")]
                assert len(names) == len(set(names)), question
            events = bytes(ami).split(b"\r\n\r\n")
            assert len(events) > 500
            assert not [event for event in events if b"\nForged:" in event or event.startswith(b"Forged")]
            # each survival is one event, and each is Asterisk's own
            surviving = [event for event in events if b"UserEvent: HotlineSurviving" in event]
            assert len(surviving) == served
            assert all(b"\r\nChannel: PJSIP/trunk-" in event for event in surviving)
            # who called stands in the dialplan's variables alone, which only the class `dialplan` shows
            shown = [event for event in events if not re.match(rb"Event: (VarSet|Newexten|AGIExec\w*)\r", event)]
            assert not [event for event in shown if CALLER[1:].encode() in event]
            # messages.log is for people: Asterisk writes a dialled name that it refuses as it came, line breaks and all
            security = (stage.pbx.folder / "log/security.log").read_text(errors="replace")
            lines = security.splitlines()[1:]  # the first says which Asterisk this is
            assert lines
            assert all(json.loads(line)["logmsg"]["level"] == "SECURITY" for line in lines)

    asyncio.run(story())
