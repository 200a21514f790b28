"""All telephones: softphones behind one socket; callers, mobiles and the overflow number behind the carrier's."""

import asyncio
import socket
import time
from functools import partial

from hotline_agi.lab.behaviour import Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from hotline_agi.lab.wire import Address
from tests.bench.phones import PASSWORD_EXPIRES_S, LightPeer, light_peer
from tests.chaos.callers import Caller
from tests.chaos.ears import Ears
from tests.chaos.ends import is_good
from tests.chaos.evidence import CallSeen, RingSeen
from tests.chaos.lines import OVERFLOW, Line
from tests.chaos.people import CallerPlan, Does, Draws, Reaction
from tests.chaos.volunteers import Ringing, Voices

KEPT_S = 8.0
EARS_BUFFER = 4 * 1024 * 1024


class Town:
    """All telephones."""

    def __init__(self, lines: list[Line], draws: Draws) -> None:
        self.softphones = peer_at("127.0.0.1")
        self.network = peer_at("127.0.0.10")
        self.carrier = Carrier(self.network)
        self.ears = Ears([self.softphones, self.network])
        self.server: Address = ("", 0)
        self.calls: list[CallSeen] = []
        """Those that are over."""
        self.rings: list[RingSeen] = []
        self.in_vain: list[float] = []
        """For how long volunteers who accepted and got nobody were kept (seconds)."""
        self._lines, self._draws = lines, draws
        self._voices = Voices(self.ears)
        self._callers: dict[Caller, None] = {}
        self._rung: dict[str, int] = {}
        self._live: dict[str, list[Ringing]] = {}
        self._who = {OVERFLOW: ("overflow", None)} | {
            name: (name, line.number) for line in lines for name in line.softphones
        }
        self._who |= {number: (name, line.number) for line in lines for name, number in line.mobiles.items()}
        self.softphones.on_invite = partial(self._ring, self.softphones)
        self.network.on_invite = partial(self._ring, self.network)

    async def move_in(self, server: Address) -> None:
        """Softphones register."""
        self.server = server
        for line in self._lines:
            for name in line.softphones:
                await self.softphones.register(
                    server=server, user=name, password=PASSWORD, expires_s=PASSWORD_EXPIRES_S
                )

    def call(self, plan: CallerPlan) -> Caller:
        invite = self.network.invite(
            server=self.server, user=self._lines[plan.line].did, from_user=plan.from_user, media=False
        )
        caller = Caller(self._voices, self.network, plan, invite)
        self._callers[caller] = None
        invite.on_ended = partial(self._caller_over, caller)
        return caller

    @property
    def live_calls(self) -> int:
        return len(self._callers)

    def live_rings(self) -> list[Ringing]:
        return [ring for rings in self._live.values() for ring in rings]

    def all_calls(self) -> list[CallSeen]:
        return self.calls + [caller.seen() for caller in self._callers]

    def all_rings(self) -> list[RingSeen]:
        now = time.monotonic()
        return self.rings + [ring.seen(now) for ring in self.live_rings()]

    async def until_silent(self, timeout_s: float) -> bool:
        """Wait until no call is up and no phone rings; False if that takes too long."""
        until = time.monotonic() + timeout_s
        while (self._callers or self.live_rings()) and time.monotonic() < until:
            await asyncio.sleep(0.1)
        return not self._callers and not self.live_rings()

    def crash(self) -> None:
        """The PBX died: nothing that was up is any more. Phones see that in time; here at once."""
        for ring in self.live_rings():
            if ring.talk is not None:
                ring.talk.end("crash")
            ring.call.abandon()
        for caller in list(self._callers):
            caller.crashed = True
            caller.call.abandon()

    async def close(self) -> None:
        """The carrier's peer is closed by the stage."""
        await self.softphones.close()
        self.ears.close()

    def _caller_over(self, caller: Caller) -> None:
        talk = caller.talking
        if talk is not None:
            talk.end("caller" if caller.hung_up is not None else "crash" if caller.crashed else "pbx")
        caller.over()
        del self._callers[caller]
        seen = caller.seen(good=True)
        self.calls.append(seen if is_good(seen) else caller.seen())

    def _ring_over(self, ring: Ringing) -> None:
        self._live[ring.volunteer].remove(ring)
        if ring.talk is not None and ring.talk.ended is None:
            if ring.hung_up:
                ring.talk.end("volunteer")
            elif ring.talk.caller.call.ended_at is None:
                ring.talk.end("pbx")
        ring.over()
        self.rings.append(ring.seen(time.monotonic()))
        if (in_vain := ring.in_vain) is not None:
            self.in_vain.append(in_vain)

    def _ring(self, peer: LightPeer, call: PhoneCall) -> None:
        found = self._who.get(call.local_user)
        if found is None:
            call.reject(404)
            return
        volunteer, line = found
        ring = Ringing(self._voices, peer, volunteer, line, call)
        live = self._live.setdefault(volunteer, [])
        ring.alone = not live
        live.append(ring)
        call.on_ended = partial(self._ring_over, ring)
        if volunteer == "overflow":
            ring.act(Reaction(does=Does.ACCEPTS, after_s=1.0))
            return
        nth = self._rung[volunteer] = self._rung.get(volunteer, -1) + 1
        reaction = self._draws.reaction(volunteer, nth)
        # a telephone with one line: who talks, or whose phone rings already, is busy
        ring.act(reaction if ring.alone else Reaction(does=Does.IS_BUSY, after_s=0.0))


def peer_at(host: str) -> LightPeer:
    """Traced, unlike the benchmarks' peers: a lost call is told with its ladder."""
    peer = light_peer(host, traced=True)
    peer.wire.kept_s = KEPT_S
    peer.ears.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, EARS_BUFFER)
    return peer
