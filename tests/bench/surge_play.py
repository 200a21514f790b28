"""One load played on one system: callers ring, volunteers accept some rings and talk, and what became of it all.

All phones are those of `Town`: softphones behind one socket, callers and mobiles behind another, sound as packets that
say whose they are. So a caller counts as answered when they hear a volunteer, and the talk has this caller's length.
"""

import asyncio
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from hotline_agi.lab.behaviour import Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from hotline_agi.lab.wire import Address, CallTimeout
from tests.bench.phones import MAGIC, PASSWORD_EXPIRES_S, VOICE_EVERY_S, LightPeer, light_peer
from tests.bench.surge_figures import End, Fate, Tally
from tests.bench.surge_halls import Hall
from tests.bench.surge_people import KEY_AFTER_S, Caller, Draws

CALLERS_PREFIX = "07700900"
KEY_LASTS_S = 0.25
"""A key takes 100 ms and a pause of 60 ms; then the voice begins."""
LINGERS_S = 30.0
"""After the talk a caller stays until the system ends the call, so long at most."""
WAITS_FOR_S = 20.0
"""A volunteer who accepted and hears no caller hangs up."""
LOOK_EVERY_S = 0.1
READ_AT_ONCE = 256


class Town:
    """All simulated telephones. `Game`s take the rings of their hall while they are played."""

    def __init__(self) -> None:
        self.softphones = light_peer("127.0.0.1")
        self.network = light_peer("127.0.0.10")
        self.carrier = Carrier(self.network)
        self.server: Address = ("", 0)
        self.softphones.on_invite = self._ring
        self.network.on_invite = self._ring
        self.strays: dict[int, int] = {}
        """Rings by hall while nothing was played there."""
        self._halls: dict[str, tuple[Hall, int]] = {}
        self._games: dict[int, Game] = {}
        self._speaking: dict[int, tuple[PhoneCall, Callable[[Address], None]]] = {}
        self._spoken = 0
        loop = asyncio.get_running_loop()
        loop.add_reader(self.network.ears, self._hear, self.network)
        loop.add_reader(self.softphones.ears, self._hear, self.softphones)

    async def move_in(self, halls: list[Hall], server: Address) -> None:
        """Softphones register, mobiles have their numbers."""
        self.server = server
        for hall in halls:
            for n, name in enumerate(hall.volunteers):
                self._halls[hall.number_of(n) or name] = (hall, n)
            for name in hall.softphones:
                await self.softphones.register(
                    server=server, user=name, password=PASSWORD, expires_s=PASSWORD_EXPIRES_S
                )

    def open(self, game: "Game") -> None:
        self._games[game.hall.number] = game

    def shut(self, game: "Game") -> None:
        del self._games[game.hall.number]

    def call(self, number: str, from_user: str) -> PhoneCall:
        """Somebody in the telephone network dials a number of the hotline."""
        return self.network.invite(server=self.server, user=number, from_user=from_user, media=False)

    def speak(self, leg: PhoneCall, heard: Callable[[Address], None]) -> None:
        """A volunteer speaks until somebody hears it; `heard` gets where the PBX sent the sound from."""
        self._spoken += 1
        peer = self.softphones if leg.wire is self.softphones.wire else self.network
        self._speaking[self._spoken] = (leg, heard)
        self._say(peer, self._spoken, 0)

    async def close(self) -> None:
        """The network's peer is closed by the stage."""
        await self.softphones.close()
        for peer in (self.softphones, self.network):
            asyncio.get_running_loop().remove_reader(peer.ears)
            peer.ears.close()

    def _ring(self, leg: PhoneCall) -> None:
        found = self._halls.get(leg.local_user)
        if found is None:
            leg.reject(404)
            return
        hall, volunteer = found
        game = self._games.get(hall.number)
        if game is None:
            self.strays[hall.number] = self.strays.get(hall.number, 0) + 1
            leg.ring()
        else:
            game.rung(volunteer, leg)

    def _say(self, peer: LightPeer, number: int, packet: int) -> None:
        leg, _ = self._speaking.get(number, (None, None))
        if leg is None:
            return
        if leg.ended_at is not None:
            del self._speaking[number]
            return
        if leg.stream is not None and (remote := leg.stream.remote) is not None:
            voice = (MAGIC + b"%08d" % number).ljust(160, b"\xd5")
            header = struct.pack("!BBHII", 0x80, remote.codec, packet & 0xFFFF, packet * 160, number)
            with suppress(OSError):
                peer.ears.sendto(header + voice, remote.address)
        asyncio.get_running_loop().call_later(VOICE_EVERY_S, self._say, peer, number, packet + 1)

    def _hear(self, peer: LightPeer) -> None:
        for _ in range(READ_AT_ONCE):
            try:
                datagram, source = peer.ears.recvfrom(2048)
            except OSError:
                return
            if datagram.startswith(MAGIC, 12) and peer is self.network:
                _, heard = self._speaking.pop(int(datagram[12 + len(MAGIC) : 20 + len(MAGIC)]), (None, None))
                if heard is not None:
                    heard(source)


@dataclass(slots=True)
class _Volunteer:
    rings: int = 0
    talks: int = 0
    legs: list[PhoneCall] = field(default_factory=list)

    @property
    def live(self) -> int:
        self.legs = [leg for leg in self.legs if leg.ended_at is None]
        return len(self.legs)


class _Call:
    """A caller on the telephone."""

    def __init__(self, caller: Caller, call: PhoneCall) -> None:
        self.caller, self.call = caller, call
        self.heard_at: float | None = None
        self.gave_up = False
        self.lingered = False
        self._until = 0.0

    @property
    def sound_from(self) -> Address | None:
        stream = self.call.stream
        return stream.remote.address if stream is not None and stream.remote is not None else None

    def give_up(self) -> None:
        if self.heard_at is None:
            self.gave_up = True
            self.call.hang_up()

    def hear(self, at: float) -> None:
        """A volunteer speaks, and will do so for the length of this caller's talk."""
        self.heard_at = self.heard_at or at
        self._until = at + self.caller.talk_s
        self.call.later(self.caller.talk_s + LINGERS_S, self._linger)

    def _linger(self) -> None:
        """Nobody has ended the call, and no further talk came."""
        if time.monotonic() >= self._until + LINGERS_S - LOOK_EVERY_S:
            self.lingered = True
            self.call.hang_up()

    def fate(self) -> Fate:
        ended_at = self.call.ended_at
        assert ended_at is not None
        answered = self.heard_at is not None
        if self.lingered:
            end = End.ENDLESS
        elif answered:
            end = End.TALKED
        else:
            end = End.GAVE_UP if self.gave_up else End.SENT_AWAY
        until = self.heard_at if self.heard_at is not None else ended_at
        return Fate(end=end, wait_s=until - self.call.invited_at, answered=answered)


class Game:
    """One round of one load in its hall."""

    def __init__(self, town: Town, hall: Hall, draws: Draws, *, first_number: int = 0) -> None:
        """
        :param first_number: the callers' telephone numbers begin with it; nobody calls twice.
        """
        self.hall = hall
        self._town, self._draws, self._first_number = town, draws, first_number
        self._volunteers = [_Volunteer() for _ in hall.volunteers]
        self._calls: list[_Call] = []
        self._talks: list[PhoneCall] = []
        self._tally = Tally()

    async def play(self) -> Tally:
        """Until the last call is over; ends by itself."""
        self._town.open(self)
        began = time.monotonic()
        callers = []
        try:
            for caller in self._draws.callers():
                await asyncio.sleep(began + caller.arrives_s - time.monotonic())
                callers.append(asyncio.create_task(self._one_call(caller)))
            fates = await asyncio.gather(*callers)
            await self._until_silent()
        finally:
            self._town.shut(self)
        tally = self._tally
        tally.fates = list(fates)
        tally.rings = sum(volunteer.rings for volunteer in self._volunteers)
        tally.talks = [who.talks for n, who in enumerate(self._volunteers) if not self._draws.has_mailbox(n)]
        tally.cut = sum(leg.end_reason == "bye-in" for leg in self._talks)
        return tally

    def rung(self, volunteer: int, leg: PhoneCall) -> None:
        """A phone rings: what its owner does is drawn."""
        who = self._volunteers[volunteer]
        reaction = self._draws.reaction(volunteer, who.rings)
        who.rings += 1
        if all(call.call.ended_at is not None for call in self._calls):
            self._tally.strays += 1
        if who.live:
            self._tally.double_rings += 1
            leg.reject(486)
            return
        who.legs.append(leg)
        leg.ring()
        if self._draws.has_mailbox(volunteer):
            leg.later(reaction.mailbox_after_s, partial(leg.answer, media=False))
        elif reaction.accepts and self._draws.is_mobile(volunteer):
            leg.later(reaction.after_s - KEY_AFTER_S, partial(leg.answer, media=False))
            leg.later(reaction.after_s, partial(self._press, who, leg))
        elif reaction.accepts:
            leg.later(reaction.after_s, partial(self._accept, who, leg))

    # ---- callers

    async def _one_call(self, caller: Caller) -> Fate:
        number = f"{CALLERS_PREFIX}{self._first_number + caller.number:03}"
        call = _Call(caller, self._town.call(self.hall.did, number))
        self._calls.append(call)
        call.call.later(caller.patience_s, call.give_up)
        with suppress(CallTimeout):
            await call.call.until_ended(caller.patience_s + caller.talk_s + 2 * LINGERS_S)
        if call.call.ended_at is None:  # hung up, and the PBX does not even answer to that
            call.lingered = True
            call.call.abandon()
        return call.fate()

    async def _until_silent(self) -> None:
        """The last talks end, the last phones stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGERS_S):
                while any(volunteer.live for volunteer in self._volunteers):
                    await asyncio.sleep(LOOK_EVERY_S)

    # ---- volunteers

    def _press(self, who: _Volunteer, leg: PhoneCall) -> None:
        self._tally.in_vain += 1  # until somebody hears it
        leg.press("1")
        leg.later(KEY_LASTS_S, partial(self._speak, who, leg))

    def _accept(self, who: _Volunteer, leg: PhoneCall) -> None:
        self._tally.in_vain += 1
        leg.answer(media=False)
        self._speak(who, leg)

    def _speak(self, who: _Volunteer, leg: PhoneCall) -> None:
        self._town.speak(leg, partial(self._heard, who, leg))
        leg.later(WAITS_FOR_S, partial(self._end_in_vain, leg))

    def _end_in_vain(self, leg: PhoneCall) -> None:
        if leg not in self._talks:
            leg.hang_up()

    def _heard(self, who: _Volunteer, leg: PhoneCall, sound_from: Address) -> None:
        now = time.monotonic()
        for call in self._calls:
            if call.sound_from == sound_from and call.call.ended_at is None:
                break
        else:
            return  # the caller has left in this moment
        self._tally.in_vain -= 1
        self._talks.append(leg)
        who.talks += 1
        call.hear(now)
        leg.later(call.caller.talk_s, leg.hang_up)
