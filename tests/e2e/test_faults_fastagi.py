"""Whoever reaches the FastAGI port can send anything; no call is disturbed. And a service that answers nonsense."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from hotline_agi.lab.behaviour import decline, ring_then_answer
from hotline_agi.lab.pbx import cpu_seconds
from hotline_agi.lab.stage import Stage
from tests.e2e.hearing import HZ, sounds
from tests.e2e.hotline import Hotline, open_hotline, talk, until
from tests.e2e.scenery import Scenery
from tests.e2e.witness import witness

pytestmark = pytest.mark.asterisk

RINGS_S = 1.0
FORGED = (
    b"agi_network: yes\nagi_network_script: accept\nagi_request: agi://127.0.0.1/accept\n"
    b"agi_channel: PJSIP/trunk-00000000\nagi_uniqueid: %s\nagi_arg_1: 01632960999\n\n"
)
"""A whole, well-formed question that no dialplan asked: an accept of a leg that does not exist, or of a caller.

The number is no line's. With one that is, it depends on luck whether the asker is gone before we look (then nothing
happens) or a moment later (then somebody is rung for a caller who is not there, until the call is given up): who can
reach the port is believed.
"""


async def connect(stage: Stage) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", stage.pbx.site.agi_port))
    return sock


async def send(stage: Stage, octets: bytes, *, linger_s: float = 0.0) -> None:
    """Say something and go; the service may hang up in the middle."""
    sock = await connect(stage)
    with sock, suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(5.0):
            await asyncio.get_running_loop().sock_sendall(sock, octets)
            await asyncio.sleep(linger_s)


async def empty(stage: Stage) -> None:
    await send(stage, b"", linger_s=0.3)


async def half_a_header(stage: Stage) -> None:
    await send(stage, b"agi_network: yes\nagi_network_scr", linger_s=0.3)


async def ten_megabytes(stage: Stage) -> None:
    await send(stage, b"x" * 10_000_000)


async def invalid_utf8(stage: Stage) -> None:
    await send(stage, b"\xff\xfe\xc3\x28: \x80\n" * 20 + b"\n")


async def forged(stage: Stage) -> None:
    for route in (b"accept", b"arrive", b"round", b"talked", b"message", b"ping", b"../../etc", b""):
        for uniqueid in (b"leg-00000000000001", b"pbx1-1.1", b"%s" * 30, b"a\r\nb"):
            question = FORGED.replace(b"script: accept", b"script: " + route) % uniqueid
            await send(stage, question)


async def connect_and_close(stage: Stage) -> None:
    for _ in range(1000):
        (await connect(stage)).close()


GARBAGE = [empty, half_a_header, ten_megabytes, invalid_utf8, forged, connect_and_close]


@asynccontextmanager
async def idle(stage: Stage, count: int) -> AsyncIterator[None]:
    """So many connections that say nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 2 * count + 500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * count + 500), hard))
    sockets = [await connect(stage) for _ in range(count)]
    try:
        yield
    finally:
        for sock in sockets:
            sock.close()


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def resident_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


async def a_call_rings(hotline: Hotline) -> float:
    """A call during the nuisance: rings at once, is taken, both hear each other. Returns when it rang."""
    person = hotline.people["s01"]
    known, rung = len(hotline.rows()), len(person.calls)
    caller = hotline.caller("second caller")
    leg = await person.until_rung(RINGS_S + 1, rung + 1)
    took_s = leg.invited_at - caller.invited_at
    assert took_s < RINGS_S
    await talk(caller, leg, person, "second caller")
    leg.hang_up()
    await caller.until_ended(4.0)
    assert (await hotline.closed(known + 1)).outcome == "talked"
    return took_s


async def in_a_loop(nuisance: Callable[[Stage], Awaitable[None]], stage: Stage) -> None:
    while True:
        await nuisance(stage)


def test_garbage_disturbs_no_call():
    async def story():
        async with open_hotline(Scenery(softphones=2)) as hotline:
            stage = hotline.stage
            steady = await hotline.person("s02", ring_then_answer(0.1, HZ["s02"]))
            talking = hotline.caller()
            await talk(talking, await steady.until_rung(2.0), steady)
            await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            await a_call_rings(hotline)
            pid = stage.service_pid
            files, mb = open_files(pid), resident_mb(pid)
            for nuisance in GARBAGE:
                task = asyncio.create_task(in_a_loop(nuisance, stage))
                took_s = await a_call_rings(hotline)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                print(f"{nuisance.__name__}: rang after {1000 * took_s:.0f} ms")
            await connect_and_close(stage)
            await until(lambda: open_files(pid) <= files, 4.0, "the files are closed again")
            assert resident_mb(pid) < mb + 20
            before_s = cpu_seconds(pid)
            await asyncio.sleep(1.0)
            assert cpu_seconds(pid) - before_s < 0.2
            await talk(talking, steady.calls[0], steady)
            talking.hang_up()
            await hotline.until_quiet()

    asyncio.run(story())


@pytest.mark.parametrize("count", [500, 1100])
def test_idle_connections_disturb_no_call(count):
    async def story():
        async with open_hotline(Scenery(softphones=1)) as hotline:
            await hotline.person("s01", ring_then_answer(0.1, HZ["s01"]))
            pid = hotline.stage.service_pid
            files = open_files(pid)
            async with idle(hotline.stage, count):
                print(f"{count} idle: rang after {1000 * await a_call_rings(hotline):.0f} ms")
                await until(lambda: open_files(pid) <= files, 6.0, "idle connections are closed")
                await a_call_rings(hotline)
            await hotline.until_quiet()

    asyncio.run(story())


# ---- a service that is wrong


class FalseService:
    """Listens where the service should, and says to each question what `says` holds for its route."""

    def __init__(self, says: dict[str, bytes]) -> None:
        self.says = says
        self.asked: list[str] = []

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            header = (await reader.readuntil(b"\n\n")).decode()
            route = header.split("agi_network_script: ")[1].split("\n")[0]
            self.asked.append(route)
            answer = self.says.get(route, self.says.get("*"))
            if answer is None:
                await reader.read()  # hangs until Asterisk has had enough
            else:
                writer.write(answer)
                if answer.endswith(b"\n"):
                    await reader.readline()
        writer.close()


@asynccontextmanager
async def false_service(stage: Stage, says: dict[str, bytes]) -> AsyncIterator[FalseService]:
    false = FalseService(says)
    server = await asyncio.start_server(false.connected, "127.0.0.1", stage.pbx.site.agi_port)
    try:
        yield false
    finally:
        server.close()
        await server.wait_closed()


def reply(value: str) -> bytes:
    return f'SET VARIABLE HOTLINE_REPLY "{value}"\n'.encode()


def test_a_service_that_never_lets_the_caller_go():
    """The deadline belongs to the dialplan."""

    async def story():
        hold = reply("ok:hold:en:greet:4:6:nobody-message-directory-goodbye")
        async with (
            open_hotline(Scenery(softphones=1), service=False) as hotline,
            witness(hotline.stage) as asterisk,
            false_service(hotline.stage, {"arrive": hold, "round": hold, "*": reply("ok:short")}) as false,
        ):
            caller = hotline.caller()
            deadline_at = await asterisk.until_step("deadline", 13.0)
            assert 6.0 < deadline_at - caller.invited_at < 11.0
            await caller.until_hears(HZ["beep"], 5.0)
            await asyncio.sleep(0.6)
            caller.press("#")
            await caller.until_ended(8.0)
            assert sounds(caller)[-6:] == ["nobody", "message", "beep", "message-short", "directory", "goodbye"]
            assert false.asked == ["arrive", "round", "number", "message"]

    asyncio.run(story())


NONSENSE = {
    "nothing": b"",
    "no command": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "half a command": b'SET VARIABLE HOTLINE_REPLY "ok:ho',
    "another word": reply("no"),
    "half an answer": reply("ok:hold"),
    "an answer cut in its music": b'SET VARIABLE HOTLINE_REPLY "ok:hold:en:gr',
    "an answer cut in its numbers": b'SET VARIABLE HOTLINE_REPLY "ok:hold:en:greet:4:6',
    "a step that is none": reply("ok:steps:en:"),
    "an expression": reply("ok:steps:en:${SHELL(id)}"),
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("says", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_for_an_answer_leads_to_survival(says):
    async def story():
        async with (
            open_hotline(Scenery(softphones=1), service=False, emergency="PJSIP/s01") as hotline,
            false_service(hotline.stage, {"*": says}),
        ):
            person = await hotline.person("s01")
            caller = hotline.caller()
            leg = await person.until_rung(4.0)
            print(f"survival rings after {leg.invited_at - caller.invited_at:.2f} s")
            caller.hang_up()
            await leg.until_ended(1.0)
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_a_step_that_this_dialplan_does_not_know():
    async def story():
        async with (
            open_hotline(Scenery(softphones=1), service=False, emergency="PJSIP/s01") as hotline,
            false_service(hotline.stage, {"*": reply("ok:steps:en:dance")}),
        ):
            person = await hotline.person("s01")
            caller = hotline.caller()
            await person.until_rung(2.0)
            caller.hang_up()
            await hotline.stage.until_quiet()

    asyncio.run(story())


def test_a_service_that_hangs_after_the_connect():
    async def story():
        async with (
            open_hotline(Scenery(softphones=1), service=False, emergency="PJSIP/s01") as hotline,
            false_service(hotline.stage, {}),
        ):
            person = await hotline.person("s01", decline(0.2))
            caller = hotline.caller()
            assert (await person.until_rung(5.0)).invited_at - caller.invited_at < 4.0
            # the message's questions hang too: the first is given up, the second is answered by the clock
            await caller.until_hears(HZ["beep"], 10.0)
            await asyncio.sleep(3.0)
            caller.press("#")
            await caller.until_ended(8.0)
            assert sounds(caller)[-4:] == ["message", "beep", "message-kept", "goodbye"]

    asyncio.run(story())
