"""A bad network between a phone and Asterisk: UDP that loses and delays packets, by a seeded dice.

SIP goes through one pair of sockets per phone. With `media`, SDP is rewritten, so that RTP goes through too.
"""

import asyncio
import random
import re
import socket
from collections.abc import Callable

Address = tuple[str, int]

_CONNECTION = re.compile(rb"^c=IN IP4 [0-9.]+", re.MULTILINE)
_MEDIA = re.compile(rb"^m=audio ([0-9]+) ", re.MULTILINE)
_LENGTH = re.compile(rb"^(Content-Length|l):[ \t]*[0-9]+", re.MULTILINE | re.IGNORECASE)
_HOST = re.compile(rb"^c=IN IP4 ([0-9.]+)", re.MULTILINE)


class Weather:
    """What happens to packets, and how many it happened to."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self.loss = 0.0
        self.jitter_s = 0.0
        self.passed = self.lost = 0

    def send(self, queue: "Queue", deliver: Callable[[], None]) -> None:
        if self._dice.random() < self.loss:
            self.lost += 1
            return
        self.passed += 1
        loop = asyncio.get_running_loop()
        if self.jitter_s or queue.until_s > loop.time():
            # a loop does not keep the order of timers that are due at one instant
            queue.until_s = max(queue.until_s + 1e-6, loop.time() + self._dice.uniform(0.0, self.jitter_s))
            loop.call_at(queue.until_s, deliver)
        else:
            deliver()


class Queue:
    """One direction of one road: what is late holds up what comes behind it, as in a router. A network that turned
    every other packet around would be another fault."""

    until_s = 0.0


class Relay:
    """One phone's road to Asterisk. `near` is the address that the phone calls, `far` the one that Asterisk sees."""

    def __init__(self, weather: Weather, pbx: Address, *, far_host: str, far_port: int = 0, media: bool) -> None:
        self._weather, self._pbx, self._media = weather, pbx, media
        self._near = _socket("127.0.0.1", 0)
        self._far = _socket(far_host, far_port)
        self.phone: Address | None = None
        self._roads: list[_Road] = []
        self._by_target: dict[tuple[Address, bool], _Road] = {}
        self._forth, self._back = Queue(), Queue()
        loop = asyncio.get_running_loop()
        loop.add_reader(self._near, self._from_phone)
        loop.add_reader(self._far, self._from_pbx)

    @property
    def near(self) -> Address:
        return _address(self._near)

    @property
    def far(self) -> Address:
        return _address(self._far)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for sock in (self._near, self._far):
            loop.remove_reader(sock)
            sock.close()
        for road in self._roads:
            road.close()

    def _from_phone(self) -> None:
        for packet, source in _read(self._near):
            self.phone = source
            self._pass(self._far, packet, self._pbx, toward_pbx=True)

    def _from_pbx(self) -> None:
        for packet, _ in _read(self._far):
            if self.phone is not None:
                self._pass(self._near, packet, self.phone, toward_pbx=False)

    def _pass(self, sock: socket.socket, packet: bytes, to: Address, *, toward_pbx: bool) -> None:
        if self._media and (described := _target(packet)) is not None:
            packet = self._rewritten(packet, described, toward_pbx=toward_pbx)
        self._weather.send(self._forth if toward_pbx else self._back, lambda: _send(sock, packet, to))

    def _rewritten(self, packet: bytes, target: Address, *, toward_pbx: bool) -> bytes:
        """The message with the road's end in place of `target`: who reads it sends there."""
        road = self._by_target.get((target, toward_pbx))
        if road is None:
            road = self._by_target[target, toward_pbx] = _Road(self._weather, target)
            self._roads.append(road)
        host, port = road.address
        head, _, body = packet.partition(b"\r\n\r\n")
        body = _CONNECTION.sub(b"c=IN IP4 " + host.encode(), body)
        body = _MEDIA.sub(b"m=audio %d " % port, body)
        head = _LENGTH.sub(rb"\1: %d" % len(body), head)
        return head + b"\r\n\r\n" + body


class _Road:
    """RTP to the one whose SDP named `target`; and back from there to whoever sends here, since symmetric RTP
    answers to where it was sent from."""

    def __init__(self, weather: Weather, target: Address) -> None:
        self._weather, self._target = weather, target
        self._back: Address | None = None
        self._queues = {True: Queue(), False: Queue()}
        self._socket = _socket("127.0.0.1", 0)
        asyncio.get_running_loop().add_reader(self._socket, self._readable)

    @property
    def address(self) -> Address:
        return _address(self._socket)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _readable(self) -> None:
        for packet, source in _read(self._socket):
            back = source == self._target
            if back:  # symmetric RTP: the answer comes to where we send from
                to = self._back
            else:
                self._back, to = source, self._target
            if to is not None:
                self._weather.send(self._queues[back], lambda packet=packet, to=to: _send(self._socket, packet, to))


def _socket(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind((host, port))
    return sock


def _address(sock: socket.socket) -> Address:
    host, port = sock.getsockname()
    return host, port


def _read(sock: socket.socket) -> list[tuple[bytes, Address]]:
    packets = []
    while len(packets) < 64:
        try:
            packets.append(sock.recvfrom(65535))
        except OSError:
            break
    return packets


def _send(sock: socket.socket, packet: bytes, to: Address) -> None:
    if sock.fileno() >= 0:
        try:
            sock.sendto(packet, to)
        except OSError:
            return


def _target(packet: bytes) -> Address | None:
    """Where the message's SDP wants audio; None without SDP."""
    body = packet.partition(b"\r\n\r\n")[2]
    host, media = _HOST.search(body), _MEDIA.search(body)
    if host is None or media is None:
        return None
    return host[1].decode(), int(media[1])
