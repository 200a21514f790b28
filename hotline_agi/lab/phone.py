"""A simulated SIP phone, or many behind one socket: real SIP (RFC 3261) over UDP or TLS, for tests, demos, benchmarks.

`SipPeer` finds the call or registration that a message belongs to; a `PhoneCall` owns its dialog and its audio.
No proxies, no Record-Route: requests of a dialog go to where the call came from or was sent to.
"""

import asyncio
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Literal, Self

from hotline_agi.lab import sip
from hotline_agi.lab.call import PhoneCall
from hotline_agi.lab.dialog import Dialog, Parties
from hotline_agi.lab.registration import Registration
from hotline_agi.lab.sip import Message
from hotline_agi.lab.tls_wire import TlsWire
from hotline_agi.lab.wire import GIVE_UP_S, Address, CallTimeout, Trace, Wire

CLOSE_S = 2.0
"""How long `close` waits for the answers to its farewells."""

UNTRACED_KEPT_S = 8.0
"""A load test forgets ended calls sooner, after four repetitions at 0.5, 1.5, 3.5 and 7.5 s: each takes 15 kB."""

ABILITIES = f"Allow: {sip.ALLOW}\r\nAccept: application/sdp\r\n"


class SipPeer:
    """One socket with any number of phones, calls and registrations."""

    wire: Wire
    address: Address

    def __init__(self, *, traced: bool) -> None:
        self.on_invite: Callable[[PhoneCall], None] | None = None
        """Called at once with each incoming call; it may ring, answer, reject, ignore or only keep the call."""
        self.calls: dict[tuple[str, str], PhoneCall] = {}
        """By Call-ID and our tag; ended ones stay for `wire.kept_s`, to answer late repetitions."""
        self.registrations: dict[str, Registration] = {}
        self._traced = traced
        self._invites: dict[str, PhoneCall] = {}  # by branch, for CANCEL
        self._live: dict[Dialog, None] = {}
        self._sink: socket.socket | None = None

    @classmethod
    async def open(cls, *, host: str = "127.0.0.1", port: int = 0, traced: bool = True) -> "SipPeer":
        """Bind a UDP socket; port 0 takes a free one. Not `traced`, calls keep no messages, for load tests."""
        return cls.bound(host, port, traced=traced)

    @classmethod
    def bound(cls, host: str, port: int = 0, *, traced: bool = True) -> Self:
        """The same, for who cannot await."""
        peer = cls(traced=traced)
        peer._use(Wire.open(host, port, peer._take_request))
        return peer

    @classmethod
    async def secure(cls, server: Address, certificate: Path, *, host: str | None = None) -> "SipPeer":
        """Connect by TLS to a server with this certificate (PEM), perhaps from `host`; audio is SRTP.

        :raises CallTimeout: if nobody answers there.
        :raises OSError: if connection or certificate is refused.
        """
        peer = cls(traced=True)
        peer._use(await TlsWire.connect(server, certificate, peer._take_request, host))
        return peer

    def _use(self, wire: Wire) -> None:
        self.wire, self.address = wire, wire.address
        if not self._traced:
            wire.kept_s = UNTRACED_KEPT_S

    @property
    def loses(self) -> Callable[[Literal["in", "out"], str], bool] | None:
        """Test hook: whether this message is lost on the way."""
        return self.wire.loses

    @loses.setter
    def loses(self, loses: Callable[[Literal["in", "out"], str], bool] | None) -> None:
        self.wire.loses = loses

    def invite(
        self,
        *,
        server: Address,
        user: str,
        from_user: str | None = None,
        from_display: str | None = None,
        from_uri_raw: str | None = None,
        tone_hz: int | None = None,
        media: bool = True,
        extra_headers: Sequence[str] = (),
        auth: tuple[str, str] | None = None,
    ) -> PhoneCall:
        """Call `user` at `server`. The display name is quoted; `from_uri_raw` goes on the wire as it is."""
        caller = from_user or (auth[0] if auth else "anonymous")
        display = "" if from_display is None else sip.quoted(from_display) + " "
        host = self.wire.host
        call = self._keep(
            "out",
            Parties(
                call_id=f"{self.wire.new_tag()}@{host}",
                address=server,
                local=f"{display}<{from_uri_raw or f'sip:{caller}@{host}'}>",
                remote=f"<sip:{user}@{server[0]}>",
                target=f"sip:{user}@{server[0]}:{server[1]}",
                local_user=caller,
                remote_user=user,
            ),
        )
        call.start(headers=extra_headers, auth=auth, tone_hz=tone_hz, media=media)
        return call

    async def register(self, *, server: Address, user: str, password: str, expires_s: int = 120) -> Registration:
        """Register `user` and keep it registered until `close`.

        :raises Refused: if the server will not have it.
        :raises CallTimeout: if the server does not answer for 32 s.
        """
        registration = Registration(self.wire, server, user, password, expires_s)
        await registration.start()
        if (before := self.registrations.get(user)) is not None:
            before.abandon()
        self.registrations[user] = registration
        return registration

    async def options(self, server: Address, *, timeout_s: float = GIVE_UP_S) -> Message:
        """Ask whether a SIP server is there; whatever it answers.

        :raises CallTimeout: if it does not.
        """
        uri = f"sip:{server[0]}:{server[1]}"
        sender, call_id = f"<sip:lab@{self.wire.host}>", self.wire.new_tag()
        try:
            async with asyncio.timeout(timeout_s):
                return await self.wire.ask("OPTIONS", uri, server, from_=sender, to=f"<{uri}>", call_id=call_id, cseq=1)
        except TimeoutError:
            raise CallTimeout(f"OPTIONS to {uri}: no answer within {timeout_s} s") from None

    async def close(self) -> None:
        """Hang up all calls, deregister, and close the sockets."""
        if self.wire.closed:
            return
        for call in list(self._live):
            call.hang_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                farewells = [registration.stop() for registration in self.registrations.values()]
                await asyncio.gather(*farewells, return_exceptions=True)
                await self.wire.quiet.wait()
        self.vanish()

    def vanish(self) -> None:
        """Close all sockets at once, without a word to anyone: a phone that loses its power or its network."""
        if self.wire.closed:
            return
        self.wire.close()
        for registration in self.registrations.values():
            registration.abandon()
        for call in list(self.calls.values()):
            call.abandon()
        if self._sink is not None:
            self._sink.close()

    def _keep(self, direction: Literal["in", "out"], parties: Parties) -> PhoneCall:
        call = PhoneCall(self.wire, direction, parties, traced=self._traced, sink=self._open_sink, on_end=self._forget)
        self.calls[call.call_id, call.local_tag] = call
        self._live[call] = None
        return call

    def _forget(self, dialog: Dialog) -> None:
        """It ended: late repetitions are answered for a while, then nothing of it stays."""
        self._live.pop(dialog, None)
        self.wire.forget_later(partial(self.calls.pop, (dialog.call_id, dialog.local_tag), None))
        if dialog.direction == "in":
            self.wire.forget_later(partial(self._invites.pop, dialog.invite.branch, None))

    def _open_sink(self) -> socket.socket:
        """Where the audio of calls without media goes; nobody reads it, the kernel drops what does not fit."""
        if self._sink is None:
            self._sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._sink.setblocking(False)
            self._sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            self._sink.bind((self.wire.host, 0))
        return self._sink

    def _take_request(self, message: Message, source: Address) -> None:
        method = message.method
        if method == "CANCEL":
            call = self._invites.get(message.branch)
        else:
            call = self.calls.get((message.call_id, message.to_tag)) or self._invites.get(message.branch)
        log = None
        if call is not None:
            log = call.messages
            log.append(Trace(time.monotonic(), "in", message.first_line, message.text))
        if method == "ACK":
            if call is not None:
                call.take_request(message)
            return
        if self.wire.is_repeated(message, source, log):
            return
        if call is not None:
            if not call.ignored:
                call.take_request(message)
        elif message.to_tag or method == "CANCEL":
            self.wire.reply(message, 481, source)
        elif method == "INVITE":
            self._take_invite(message, source)
        elif method in ("OPTIONS", "NOTIFY", "MESSAGE"):
            self.wire.reply(message, 200, source, more=ABILITIES)
        else:
            self.wire.reply(message, 405, source, more=ABILITIES)

    def _take_invite(self, message: Message, source: Address) -> None:
        sender = message.headers["from"][0]
        call = self._keep(
            "in",
            Parties(
                call_id=message.call_id,
                address=source,
                local=message.headers["to"][0],
                remote=sender,
                target=sip.uri_of(message.header("contact") or sender),
                local_user=sip.user_of(message.uri),
                remote_user=sip.user_of(sip.uri_of(sender)),
            ),
        )
        call.invite = message
        call.messages.append(Trace(time.monotonic(), "in", message.first_line, message.text))
        self._invites[message.branch] = call
        if self.on_invite is None:
            call.reject(480)
            return
        self.on_invite(call)
        if not call.replied and not call.ignored:  # any other response stops the caller's repetitions as well
            self.wire.reply(message, 100, source, tag=call.local_tag, log=call.messages)
