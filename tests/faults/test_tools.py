"""What the faults are made of does what it says: the clock steps, the relay loses, the gate holds."""

import asyncio
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.clock import NoClock, stepped
from tests.faults.gate import Gate
from tests.faults.relay import Relay, Weather

SAYS_TIME = """
import sys, threading, time
for _ in sys.stdin:
    condition, began = threading.Condition(), time.monotonic()
    with condition:
        condition.wait(0.05)
    time.sleep(0.05)
    print(time.time(), time.monotonic(), time.monotonic() - began, flush=True)
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="no compiler")
def test_the_wall_clock_steps_and_no_other(tmp_path: Path) -> None:
    with (
        stepped(tmp_path) as clock,
        subprocess.Popen(
            [sys.executable, "-c", SAYS_TIME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child,
    ):
        assert child.stdin is not None and child.stdout is not None

        def times() -> list[float]:
            child.stdin.write("now\n")
            child.stdin.flush()
            return [float(word) for word in child.stdout.readline().split()]

        wall_s, true_s, _ = times()
        assert clock.is_in(child.pid)
        for by_s in (3600.0, -7200.0):
            clock.step(by_s)
            before, (wall_s, true_s, took_s) = (wall_s, true_s), times()
            assert abs(wall_s - before[0] - by_s - (true_s - before[1])) < 0.05
            assert 0.09 < took_s < 2.0, "sleeping and waiting go by the monotonic clock"
        child.stdin.close()


def test_without_a_compiler_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoClock, match="gcc"), stepped(tmp_path):
        pass


def test_bad_weather_loses_its_share_and_keeps_the_order() -> None:
    async def story() -> None:
        weather = Weather(7)
        weather.loss, weather.jitter_s = 0.3, 0.05
        pbx, phone = _listening(), _listening()
        relay = Relay(weather, pbx.getsockname(), far_host="127.0.0.1", media=False)
        for number in range(200):
            phone.sendto(number.to_bytes(2, "big"), relay.near)
            if number % 50 == 0:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        came = [int.from_bytes(packet, "big") for packet in _read(pbx)]
        assert came == sorted(came)
        assert weather.passed == len(came) and weather.passed + weather.lost == 200
        assert 40 < weather.lost < 80
        relay.close()
        pbx.close()
        phone.close()

    asyncio.run(story())


def test_sound_takes_the_road_through_the_relay_both_ways() -> None:
    async def story() -> None:
        weather, pbx, phone = Weather(1), _listening(), _listening()
        sound_here, sound_there = _listening(), _listening()
        relay = Relay(weather, pbx.getsockname(), far_host="127.0.0.1", media=True)
        body = f"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {sound_here.getsockname()[1]} RTP/AVP 8\r\n"
        text = f"INVITE sip:a@b SIP/2.0\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        phone.sendto(text.encode(), relay.near)
        await asyncio.sleep(0.05)
        (passed,) = _read(pbx)
        head, _, described = passed.partition(b"\r\n\r\n")
        assert int(head.rpartition(b": ")[2]) == len(described)
        port = int(described.partition(b"m=audio ")[2].split()[0])
        assert port != sound_here.getsockname()[1]
        sound_there.sendto(b"from there", ("127.0.0.1", port))
        await asyncio.sleep(0.05)
        assert _read(sound_here) == [b"from there"]
        sound_here.sendto(b"from here", ("127.0.0.1", port))
        await asyncio.sleep(0.05)
        assert _read(sound_there) == [b"from here"]
        relay.close()
        for sock in (pbx, phone, sound_here, sound_there):
            sock.close()

    asyncio.run(story())


ASKS = b"agi_network_script: arrive\nagi_uniqueid: 1\n\n"
ASKS_BACK, TOLD = b"GET VARIABLE HOTLINE_WORD\n", b"200 result=1 (word)\n"
ANSWER = b'SET VARIABLE HOTLINE_REPLY "ok:x"\n'


def test_the_gate_holds_loses_halves_and_refuses() -> None:
    async def story() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\n\n")
            writer.write(ASKS_BACK)
            assert await reader.readline() == TOLD
            writer.write(ANSWER)
            await reader.readline()
            writer.close()

        async def ask() -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(ASKS)
            assert await reader.readline() in (ASKS_BACK, b"")
            writer.write(TOLD)
            try:
                return await reader.readline()
            finally:
                writer.close()

        service = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = _free_port()
        gate = Gate(port, service.sockets[0].getsockname()[1])
        await gate.listen()
        assert await ask() == ANSWER
        held = gate.hold("arrive")
        asked = asyncio.create_task(ask())
        await asyncio.wait_for(held.reached.wait(), 2.0)
        assert held.answer == ANSWER and not asked.done()
        held.release()
        assert await asked == ANSWER
        held = gate.hold("arrive")
        asked = asyncio.create_task(ask())
        await asyncio.wait_for(held.reached.wait(), 2.0)
        held.lose()
        with pytest.raises(ConnectionResetError):
            await asked
        gate.halves = True
        half = await ask()
        assert ANSWER.startswith(half) and half != ANSWER
        gate.halves = False
        await gate.refuse()
        with pytest.raises(ConnectionRefusedError):
            await ask()
        await gate.listen_again()
        assert await ask() == ANSWER
        service.close()
        await gate.refuse()
        assert await _is_refused(port)

    asyncio.run(story())


async def _is_refused(port: int) -> bool:
    try:
        await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return True
    return False


def _listening() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    return sock


def _read(sock: socket.socket) -> list[bytes]:
    packets = []
    while True:
        try:
            packets.append(sock.recv(65535))
        except BlockingIOError:
            return packets


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
