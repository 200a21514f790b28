"""Callers and volunteers who do what was drawn for them, and remember what they saw.

All softphones live behind one socket, callers, mobiles and the overflow number behind the carrier's.
"""

import asyncio
import socket
import time
from functools import partial

from hotline_agi.lab.behaviour import Carrier
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.stage import PASSWORD
from hotline_agi.lab.wire import Address
from tests.bench.phones import PASSWORD_EXPIRES_S, LightPeer, light_peer
from tests.chaos.ears import Ears, Party
from tests.chaos.evidence import CallSeen, EndedBy, RingSeen, Talk
from tests.chaos.judge import is_good
from tests.chaos.people import CallerPlan, Does, Draws, Reaction, Wish
from tests.chaos.town import OVERFLOW, Line

PICKS_UP_FIRST_S = 0.7
"""A mobile is picked up so long before the key 1 is pressed."""
KEY_LASTS_S = 0.2
MAILBOX_HOLDS_S = 20.0
WAITS_FOR_S = 15.0
"""A volunteer who accepted and hears nobody hangs up."""
STAR_AGAIN_S = 3.0
"""Who pressed the star and hears nothing of it presses it again."""
LEFT_ALONE_S = 3.0
"""A caller whose volunteer vanished hangs up so long after their talk should have ended."""
BREATHES_S = 15.0
"""Into a recording, for who says nothing; longer than the silence that ends it."""
ENDLESS_S = 150.0
"""A caller who is still on the line after this has met no end; they hang up, and the call counts as lost."""
KEPT_S = 8.0
EARS_BUFFER = 4 * 1024 * 1024


def peer_at(host: str) -> LightPeer:
    """Traced, unlike the benchmarks' peers: a lost call is told with its ladder."""
    peer = light_peer(host, traced=True)
    peer.wire.kept_s = KEPT_S
    peer.ears.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, EARS_BUFFER)
    return peer


class Caller:
    """One call, from the INVITE to its end."""

    def __init__(self, town: "Town", plan: CallerPlan, call: PhoneCall) -> None:
        self.plan, self.call = plan, call
        self.party = Party(call, self._on_sound, self._on_voice)
        self.talks: list[Talking] = []
        self.hung_up: float | None = None
        self.spoke_s = 0.0
        self.crashed = False
        self._town = town
        self._speaks_since: float | None = None
        town.ears.listen(self.party)
        call.later(ENDLESS_S, call.hang_up)
        if plan.wish is Wish.LEAVE:
            # from the INVITE on: some leave before they are answered
            call.later(plan.after_s, self._leave)
        elif plan.wish is Wish.MESSAGE:
            call.later(plan.after_s, self._press_star)

    @property
    def peer(self) -> LightPeer:
        return self._town.network

    @property
    def talking(self) -> "Talking | None":
        return self.talks[-1] if self.talks and self.talks[-1].ended is None else None

    def hang_up(self) -> None:
        """Of the caller's own will."""
        if self.call.ended_at is None and self.hung_up is None:
            self.hung_up = time.monotonic()
            self._stop_speaking()
            self.call.hang_up()

    def over(self) -> None:
        self._stop_speaking()
        self._town.ears.over(self.party)

    def seen(self, *, good: bool = False) -> CallSeen:
        call = self.call
        return CallSeen(
            number=self.plan.number,
            line=self.plan.line,
            wish=self.plan.wish,
            sip_id=call.call_id,
            invited=call.invited_at,
            answered=call.answered_at,
            ended=call.ended_at,
            end_reason=call.end_reason,
            status=call.status,
            hung_up=self.hung_up,
            spoke_s=self.spoke_s,
            crashed=self.crashed,
            heard=self.party.heard(),
            talks=tuple(talk.seen() for talk in self.talks),
            ladder="" if good else call.ladder(),
        )

    # ---- what they do

    def _leave(self) -> None:
        if not self.talks and self._speaks_since is None:
            self.hang_up()

    def _press_star(self) -> None:
        if self.talks or self.party_heard("message"):
            return
        if self.call.answered_at is not None:
            self.call.press("*")
        self.call.later(STAR_AGAIN_S, self._press_star)

    def party_heard(self, name: str) -> bool:
        return any(sound.name == name for sound in self.party.heard())

    def _on_sound(self, name: str) -> None:
        if name == "beep" and self._speaks_since is None:
            self._speaks_since = time.monotonic()
            if self.plan.speaks_s:
                speaks_s, end = self.plan.speaks_s, self._end_message
                self._town.ears.speak(self.peer, self.party, speaks_s, loud=True, done=end)
            else:
                self._breathe()
        elif name in ("message-kept", "message-short"):
            self._stop_speaking()

    def _end_message(self) -> None:
        self._stop_speaking()
        if self.plan.ends_by_key:
            self.call.press("#")
            self._breathe()
        else:
            self.hang_up()

    def _breathe(self) -> None:
        """A recording is not over before frames say so: a phone that sent nothing would hold it up."""
        self._town.ears.speak(self.peer, self.party, BREATHES_S, loud=False)

    def _stop_speaking(self) -> None:
        if self._speaks_since is not None:
            said_s = self._town.ears.hush(self.party, None)
            if self.plan.speaks_s and not self.spoke_s:
                self.spoke_s = said_s

    def _on_voice(self, number: int) -> None:
        leg = self._town.speaking.get(number)
        if leg is None or self.call.ended_at is not None:
            return
        now = time.monotonic()
        self._town.ears.hush(leg.party, number)
        talk = Talking(self, leg, now)
        self.talks.append(talk)
        leg.talk = talk
        self._town.ears.say(self.peer, self.party, number)  # until the volunteer has heard it
        talk_s = self.plan.talk_s
        if leg.reaction.does is Does.VANISHES_TALKING:
            leg.call.later(talk_s / 2, leg.vanish)
            self.call.later(talk_s + LEFT_ALONE_S, partial(self._end_talk, talk))
        elif self.plan.hangs_up_first:
            self.call.later(talk_s, partial(self._end_talk, talk))
        else:
            leg.call.later(talk_s, leg.hang_up)
            self.call.later(talk_s + ENDLESS_S / 2, partial(self._end_talk, talk))

    def _end_talk(self, talk: "Talking") -> None:
        if talk is self.talks[-1]:
            self.hang_up()


class Talking:
    """A caller and a volunteer hear each other."""

    def __init__(self, caller: Caller, leg: "Ringing", began: float) -> None:
        self.caller, self.leg, self.began = caller, leg, began
        self.ended: float | None = None
        self.ended_by: EndedBy = "pbx"
        self.two_way = False

    def end(self, by: EndedBy) -> None:
        if self.ended is None:
            self.ended, self.ended_by = time.monotonic(), by

    def seen(self) -> Talk:
        return Talk(
            volunteer=self.leg.volunteer,
            began=self.began,
            ended=self.ended if self.ended is not None else time.monotonic(),
            ended_by=self.ended_by,
            two_way=self.two_way,
        )


class Ringing:
    """One call to a volunteer's phone."""

    def __init__(self, town: "Town", peer: LightPeer, volunteer: str, line: int | None, call: PhoneCall) -> None:
        self.call, self.peer, self.volunteer, self.line = call, peer, volunteer, line
        self.reaction = Reaction(does=Does.ACCEPTS, after_s=1.0)
        self.party = Party(call, lambda _: None, self._on_voice)
        self.talk: Talking | None = None
        self.hung_up = False
        self.vanished = False
        self.accepted: float | None = None
        self.alone = True
        self._town = town
        self._number = 0

    def act(self, reaction: Reaction) -> None:
        self.reaction = reaction
        call, after_s = self.call, reaction.after_s
        match reaction.does:
            case Does.IS_BUSY:
                call.reject(486)
            case Does.DEAD:
                call.ignore()
                call.later(MAILBOX_HOLDS_S, call.abandon)
            case Does.DECLINES:
                call.ring()
                call.later(after_s, partial(call.reject, 603))
            case Does.RINGS_ON:
                call.ring()
            case Does.MAILBOX:
                call.ring()
                call.later(after_s, partial(call.answer, media=False))
                call.later(after_s + MAILBOX_HOLDS_S, self.hang_up)
            case Does.VANISHES_RINGING:
                call.ring()
                call.later(after_s, self.vanish)
            case Does.ACCEPTS | Does.VANISHES_TALKING:
                call.ring()
                self._pick_up(after_s)

    def hang_up(self) -> None:
        if self.call.ended_at is None:
            self.hung_up = True
            self.call.hang_up()

    def vanish(self) -> None:
        """No power any more: nothing is sent, nothing is answered."""
        if self.call.ended_at is None:
            self.vanished = True
            self.call.ignore()
            if self.talk is not None:
                self.talk.end("vanished")
            self.call.abandon()

    def over(self) -> None:
        self._town.ears.over(self.party)
        self._town.speaking.pop(self._number, None)

    def seen(self, until: float) -> RingSeen:
        """As long as it disturbs: until it is answered for good, refused or stopped."""
        call = self.call
        ended = call.ended_at if call.ended_at is not None else until
        how = self.reaction.does.value
        if self.accepted is not None:
            ended, how = self.accepted, "accepted"
        elif self.reaction.does is Does.DEAD:
            ended = call.invited_at  # it makes no sound
        elif self.reaction.does is Does.MAILBOX and call.answered_at is not None:
            ended = call.answered_at
        elif call.end_reason == "cancelled":
            how = "cancelled"
        return RingSeen(
            volunteer=self.volunteer, line=self.line, began=call.invited_at, ended=ended, how=how, alone=self.alone
        )

    @property
    def in_vain(self) -> float | None:
        """Seconds between an accept and the end of a call that brought no caller."""
        if self.accepted is None or self.talk is not None or self.call.ended_at is None:
            return None
        return self.call.ended_at - self.accepted

    def _pick_up(self, after_s: float) -> None:
        call = self.call
        if self.volunteer.startswith("m"):
            call.later(after_s, partial(call.answer, media=False))
            call.later(after_s + PICKS_UP_FIRST_S, self._press)
        else:
            call.later(after_s, self._answer)
        call.later(after_s + PICKS_UP_FIRST_S + WAITS_FOR_S, self._give_up)

    def _answer(self) -> None:
        self.call.answer(media=False)
        self._speak()

    def _press(self) -> None:
        self.call.press("1")
        self.call.later(KEY_LASTS_S, self._speak)

    def _speak(self) -> None:
        self.accepted = self.accepted or time.monotonic()
        self._number = self._town.new_number()
        self._town.speaking[self._number] = self
        self._town.ears.listen(self.party)
        self._town.ears.say(self.peer, self.party, self._number)

    def _give_up(self) -> None:
        if self.talk is None:
            self.hang_up()

    def _on_voice(self, number: int) -> None:
        if self.talk is not None and number == self._number:
            self.talk.two_way = True
            self._town.ears.hush(self.talk.caller.party, number)


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
        self.speaking: dict[int, Ringing] = {}
        self._lines, self._draws = lines, draws
        self._numbers = 0
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
        caller = Caller(self, plan, invite)
        self._callers[caller] = None
        invite.on_ended = partial(self._caller_over, caller)
        return caller

    def new_number(self) -> int:
        self._numbers += 1
        return self._numbers

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
        ring = Ringing(self, peer, volunteer, line, call)
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
