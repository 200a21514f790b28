"""Ready-made people: what a volunteer's phone does when it rings, and the telephone network behind the trunk.

A behaviour is a function of the incoming call, given to `SipPeer.on_invite` or to a number of `Carrier`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.tone import silence, tone
from hotline_agi.lab.wire import Address, CallTimeout

Behaviour = Callable[[PhoneCall], None]

GREETING_HZ = 620
BEEP_HZ = 1000
GREETING_S = 2.0
BEEP_S = 0.5
KEPT_LEGS = 10_000


def answer_at_once(tone_hz: int | None = None, *, media: bool = True) -> Behaviour:
    """Picks up without a ring, as a softphone with auto-answer does."""
    return lambda call: call.answer(tone_hz, media=media)


def ring_then_answer(
    after_s: float,
    tone_hz: int | None = None,
    *,
    press_after_s: float | None = None,
    key: str = "1",
    hang_up_after_s: float | None = None,
    media: bool = True,
) -> Behaviour:
    """Picks up after a while; perhaps presses a key, and hangs up, so many seconds after picking up."""

    def act(call: PhoneCall) -> None:
        def pick_up() -> None:
            call.answer(tone_hz, media=media)
            if press_after_s is not None:
                call.later(press_after_s, lambda: call.press(key))
            if hang_up_after_s is not None:
                call.later(hang_up_after_s, call.hang_up)

        call.ring()
        call.later(after_s, pick_up)

    return act


def voicemail(after_s: float) -> Behaviour:
    """A mobile's mailbox: answers, greets, beeps, records for as long as the line is held, and never presses a key."""

    def act(call: PhoneCall) -> None:
        def pick_up() -> None:
            call.answer()
            call.play(tone(GREETING_HZ, GREETING_S), tone(BEEP_HZ, BEEP_S), silence())

        call.ring()
        call.later(after_s, pick_up)

    return act


def refuse(status: int, after_s: float = 0.0) -> Behaviour:
    """Refuses with that status, at once or after ringing for a while."""

    def act(call: PhoneCall) -> None:
        if after_s <= 0:
            call.reject(status)
        else:
            call.ring()
            call.later(after_s, lambda: call.reject(status))

    return act


def busy() -> Behaviour:
    """In another talk."""
    return refuse(486)


def decline(after_s: float = 0.0) -> Behaviour:
    """Pushes the call away."""
    return refuse(603, after_s)


def never_answer() -> Behaviour:
    """Rings until the caller gives up."""
    return PhoneCall.ring


def dead() -> Behaviour:
    """Says nothing at all: switched off, or its network is gone."""
    return PhoneCall.ignore


class Carrier:
    """The telephone network behind a trunk: places calls into the PBX, and rings the mobiles that the PBX calls."""

    def __init__(self, peer: SipPeer) -> None:
        self.peer = peer
        self.mobiles: dict[str, Behaviour] = {}
        """By the number in the request-URI. Whoever is not in here does not exist (404)."""
        self.legs: deque[PhoneCall] = deque(maxlen=KEPT_LEGS)
        """Every call that the PBX sent out, oldest first."""
        self._arrived = asyncio.Event()
        peer.on_invite = self._ring

    @classmethod
    async def open(cls, *, host: str = "127.0.0.10", port: int = 0, traced: bool = True) -> "Carrier":
        """Bind the carrier's address, by which the PBX knows its trunk."""
        return cls(await SipPeer.open(host=host, port=port, traced=traced))

    @property
    def address(self) -> Address:
        return self.peer.address

    def call(
        self,
        server: Address,
        number: str,
        *,
        from_user: str = "13800000001",
        from_display: str | None = None,
        from_uri_raw: str | None = None,
        tone_hz: int | None = None,
        media: bool = True,
        extra_headers: Sequence[str] = (),
    ) -> PhoneCall:
        """Somebody dials `number`, which the trunk delivers to the PBX at `server`."""
        return self.peer.invite(
            server=server,
            user=number,
            from_user=from_user,
            from_display=from_display,
            from_uri_raw=from_uri_raw,
            tone_hz=tone_hz,
            media=media,
            extra_headers=extra_headers,
        )

    def legs_to(self, number: str) -> list[PhoneCall]:
        """All calls to that mobile so far, oldest first."""
        return [leg for leg in self.legs if leg.local_user == number]

    async def until_leg(self, number: str, timeout_s: float, *, nth: int = 1) -> PhoneCall:
        """The nth call to that mobile, as soon as it is there.

        :raises CallTimeout: if it does not come.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while len(legs := self.legs_to(number)) < nth:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise CallTimeout(f"no call number {nth} to {number} within {timeout_s} s") from None
        return legs[nth - 1]

    async def close(self) -> None:
        """Hang up everything and close."""
        await self.peer.close()

    def _ring(self, call: PhoneCall) -> None:
        self.legs.append(call)
        self._arrived.set()
        self.mobiles.get(call.local_user, refuse(404))(call)
