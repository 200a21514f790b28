"""An address of record that a phone keeps registered (RFC 3261 section 10)."""

import asyncio
import time
from functools import partial
from itertools import count

from hotline_agi.errors import HotlineError
from hotline_agi.lab import sip
from hotline_agi.lab.sip import Message
from hotline_agi.lab.wire import Address, Wire

RENEW_SHARE = 0.8
"""A registration is renewed when this share of its time has passed."""
RETRY_S = 2.0
"""After a failed renewal it is tried again so often."""


class Refused(HotlineError):
    """A request that is no call (REGISTER) got a final response other than 2xx."""

    def __init__(self, message: Message) -> None:
        self.status = message.status
        super().__init__(f"{message.cseq[1]} refused: {message.first_line}")


class Registration:
    """One user at one server, from `start` until `stop` or `abandon`."""

    def __init__(self, wire: Wire, server: Address, user: str, password: str, expires_s: int) -> None:
        self.server = server
        self.user = user
        self.expires_s = expires_s
        self.valid_until = 0.0
        """In `time.monotonic` seconds; 0 if it is not registered."""
        self.failures = 0
        """Renewals that were refused or not answered."""
        self._wire = wire
        self._password = password
        self._call_id = f"{wire.new_tag()}@{wire.host}"
        self._cseq = count(1)
        self._timer: asyncio.TimerHandle | None = None
        self._renewal: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Register now, and renew from then on.

        :raises Refused: if the server will not have it.
        :raises CallTimeout: if it does not answer.
        """
        granted_s = await self._register(self.expires_s)
        self.valid_until = time.monotonic() + granted_s
        if not self._wire.closed:
            self._timer = self._wire.loop.call_later(granted_s * RENEW_SHARE, self._renew)

    async def stop(self) -> None:
        """Deregister, if it is registered."""
        self.abandon()
        if self.valid_until:
            self.valid_until = 0.0
            await self._register(0)

    def abandon(self) -> None:
        """Renew no more, and tell nobody."""
        if self._timer is not None:
            self._timer.cancel()
        if self._renewal is not None:
            self._renewal.cancel()

    def _renew(self) -> None:
        async def renew() -> None:
            try:
                await self.start()
            except HotlineError:
                self.failures += 1
                if not self._wire.closed:
                    self._timer = self._wire.loop.call_later(RETRY_S, self._renew)

        self._renewal = self._wire.loop.create_task(renew())

    async def _register(self, expires_s: int) -> int:
        """One REGISTER with its challenges answered; for how many seconds it was granted."""
        host, port = self.server
        uri, record = f"sip:{host}:{port}", f"<sip:{self.user}@{host}>"
        contact = self._wire.contact(self.user)
        more = f"Contact: {contact}\r\nExpires: {expires_s}\r\n"
        ask = partial(self._wire.ask, "REGISTER", uri, self.server, from_=record, to=record, call_id=self._call_id)
        answer = await ask(cseq=next(self._cseq), more=more)
        challenge = sip.challenge_of(answer)
        for _ in range(2):  # the second time only if the nonce was stale
            if challenge is None:
                break
            proof = challenge.answer(
                method="REGISTER", uri=uri, user=self.user, password=self._password, cnonce=self._wire.new_tag()
            )
            answer = await ask(cseq=next(self._cseq), more=more + proof)
            challenge = sip.challenge_of(answer)
            if challenge is not None and not challenge.stale:
                break
        if answer.status >= 300:
            raise Refused(answer)
        return _granted_s(answer, contact[1:-1], expires_s)


def _granted_s(answer: Message, contact: str, asked_s: int) -> int:
    """For how long the server keeps our contact: the contact's own parameter, else the header (section 10.2.4)."""
    own = [sip.parameter(value, "expires") for value in answer.headers.get("contact", []) if contact in value]
    for text in (*own, answer.header("expires") or ""):
        if text.isdigit():
            return int(text)
    return asked_s
