"""The simulated people of the comparison: the same for each system, and as cheap as they can be.

All volunteers live behind one socket, all callers behind another. A `Ring` is one call with what was measured on it.
"""

import random
import socket
import struct
import time
from asyncio import get_running_loop

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.phone import SipPeer
from tests.bench.systems import PHONES, Group, group_of

TONE_HZ = 1010
"""No musical note: hold music cannot be taken for a volunteer."""
PASSWORD_EXPIRES_S = 600
VOICE_EVERY_S = 0.02
MAGIC = b"volunteer of call "


class Ring:
    """One call. All moments are `time.monotonic` seconds at the phones."""

    def __init__(self, group: Group, accept_after_s: float) -> None:
        self.group = group
        self.accept_after_s = accept_after_s
        self.caller: PhoneCall
        self.legs: list[PhoneCall] = []
        self.winner: PhoneCall | None = None
        self.heard_at: float | None = None

    @property
    def rings_s(self) -> list[float]:
        """Caller's INVITE → each phone's INVITE."""
        return [leg.invited_at - self.caller.invited_at for leg in self.legs]

    @property
    def accepted_at(self) -> float | None:
        return self.winner.answered_at if self.winner is not None else None

    @property
    def joined_s(self) -> float | None:
        """Accept → the caller hears the volunteer."""
        if self.heard_at is None or self.accepted_at is None:
            return None
        return self.heard_at - self.accepted_at

    @property
    def cancelled_s(self) -> list[float]:
        """Accept → each loser's CANCEL."""
        accepted_at = self.accepted_at
        if accepted_at is None:
            return []
        return [leg.cancelled_at - accepted_at for leg in self.legs if leg.cancelled_at is not None]

    @property
    def is_over(self) -> bool:
        return self.caller.ended_at is not None and all(leg.ended_at is not None for leg in self.legs)

    def listen(self) -> None:
        """Look for the volunteer's tone in what the caller heard (with real media)."""
        if self.accepted_at is not None and self.caller.stream is not None:
            self.heard_at = self.caller.stream.first_match(TONE_HZ, self.accepted_at)


class LightPeer(SipPeer):
    """Phones whose audio shares one socket: a packet says by its content of which call it is."""

    ears: socket.socket

    def _open_sink(self) -> socket.socket:
        return self.ears


class People:
    """Volunteers of all groups, and callers."""

    def __init__(self, server: tuple[str, int], carrier_host: str) -> None:
        self.server = server
        self.volunteers = light_peer("127.0.0.1")
        self.callers = light_peer(carrier_host)
        self.volunteers.on_invite = self._ring
        self.strays = 0
        """Legs that belong to no call: a phone that rings for nobody."""
        self._of_group: dict[int, Ring] = {}
        self._speaking: dict[int, Ring] = {}
        self._calls = 0
        self._media = False
        get_running_loop().add_reader(self.callers.ears, self._hear)
        get_running_loop().add_reader(self.volunteers.ears, _drain, self.volunteers.ears)

    async def register(self, groups: list[Group], password: str) -> None:
        for group in groups:
            for account in group.accounts:
                await self.volunteers.register(
                    server=self.server, user=account, password=password, expires_s=PASSWORD_EXPIRES_S
                )

    def call(self, system: str, group: Group, accept_after_s: float, *, media: bool) -> Ring:
        """A caller dials the group through the system; one of its phones, any, will accept."""
        self._media = media
        ring = self._of_group[group.number] = Ring(group, accept_after_s)
        ring.caller = self.callers.invite(
            server=self.server, user=group.did(system), from_user="07700900123", media=media
        )
        return ring

    async def close(self) -> None:
        loop = get_running_loop()
        for peer in (self.volunteers, self.callers):
            await peer.close()
            loop.remove_reader(peer.ears)
            peer.ears.close()

    def _ring(self, leg: PhoneCall) -> None:
        leg.ring()
        ring = self._of_group.get(group_of(leg.local_user))
        if ring is None or len(ring.legs) == PHONES or ring.caller.ended_at is not None:
            self.strays += 1
            return
        ring.legs.append(leg)
        if len(ring.legs) == 1:
            chosen = random.randrange(PHONES)
            ring.caller.later(ring.accept_after_s, lambda: self._accept(ring, chosen))

    def _accept(self, ring: Ring, chosen: int) -> None:
        """Any of those that ring, so that the first INVITE has no advantage."""
        ring.winner = winner = ring.legs[chosen % len(ring.legs)]
        if self._media:
            winner.answer(TONE_HZ)
            return
        winner.answer(media=False)
        self._calls += 1
        self._speaking[self._calls] = ring
        self._speak(self._calls, ring, 0)

    # ---- light media: a packet every 20 ms until the caller heard one

    def _speak(self, number: int, ring: Ring, packet: int) -> None:
        assert ring.winner is not None
        stream = ring.winner.stream
        if ring.heard_at is not None or ring.caller.ended_at is not None or ring.winner.ended_at is not None:
            self._speaking.pop(number, None)
            return
        if stream is not None and stream.remote is not None:
            voice = (MAGIC + b"%08d" % number).ljust(160, b"\xd5")
            header = struct.pack("!BBHII", 0x80, stream.remote.codec, packet & 0xFFFF, packet * 160, number)
            self.volunteers.ears.sendto(header + voice, stream.remote.address)
        get_running_loop().call_later(VOICE_EVERY_S, self._speak, number, ring, packet + 1)

    def _hear(self) -> None:
        now = time.monotonic()
        for payload in _received(self.callers.ears):
            if payload.startswith(MAGIC):
                ring = self._speaking.pop(int(payload[len(MAGIC) : len(MAGIC) + 8]), None)
                if ring is not None:
                    ring.heard_at = now


def light_peer(host: str, *, traced: bool = False) -> LightPeer:
    """A peer on that address whose `ears` somebody must read."""
    peer = LightPeer.bound(host, traced=traced)
    peer.ears = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.ears.setblocking(False)
    peer.ears.bind((host, 0))
    return peer


def _received(ears: socket.socket) -> list[bytes]:
    payloads = []
    for _ in range(64):
        try:
            payloads.append(ears.recv(2048)[12:])
        except OSError:
            break
    return payloads


def _drain(ears: socket.socket) -> None:
    _received(ears)
