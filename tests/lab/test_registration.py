"""Registrations and challenged calls against a small server that checks the digest."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from hotline_agi.lab import registration, sip
from hotline_agi.lab.phone import SipPeer
from hotline_agi.lab.registration import Refused
from hotline_agi.lab.sip import Message
from hotline_agi.lab.wire import Address, CallFailed, Wire

REALM, NONCE = "hotline", "abc123"


class Server:
    """Knows one user with a password; grants what it is asked for, or `grants_s`."""

    def __init__(self, algorithm: str = "SHA-256") -> None:
        self.algorithm = algorithm
        self.grants_s: int | None = None
        self.seen: list[Message] = []
        self.is_mute = False
        self.wire = Wire.open("127.0.0.1", 0, self.take)

    def take(self, message: Message, source: Address) -> None:
        if self.is_mute or message.method == "ACK" or self.wire.is_repeated(message, source, None):
            return
        self.seen.append(message)
        if not self.is_proven(message):
            status = 407 if message.method == "INVITE" else 401
            name = "Proxy-Authenticate" if status == 407 else "WWW-Authenticate"
            more = f'{name}: Digest realm="{REALM}", nonce="{NONCE}", qop="auth", algorithm={self.algorithm}\r\n'
            self.wire.reply(message, status, source, more=more)
        elif message.method == "REGISTER":
            expires = message.header("expires") if self.grants_s is None else self.grants_s
            self.wire.reply(message, 200, source, more=f"Contact: {message.header('contact')};expires={expires}\r\n")
        else:
            self.wire.reply(message, 486, source)

    def is_proven(self, message: Message) -> bool:
        """Whether its answer is the one that the right password gives."""
        line = message.header("authorization") or message.header("proxy-authorization") or ""
        cnonce = line.partition('cnonce="')[2].partition('"')[0]
        challenge = sip.Challenge(
            realm=REALM,
            nonce=NONCE,
            algorithm=self.algorithm,
            opaque=None,
            has_qop=True,
            stale=False,
            answer_header="X",
        )
        right = challenge.answer(method=message.method, uri=message.uri, user="v101", password="right", cnonce=cnonce)
        return bool(line) and right == f"X: {line}\r\n"


def with_server(act: Callable[[SipPeer, Server], Awaitable[None]], algorithm: str = "SHA-256") -> None:
    async def play() -> None:
        peer, server = await SipPeer.open(), Server(algorithm)
        try:
            await act(peer, server)
        finally:
            await peer.close()
            server.wire.close()

    asyncio.run(play())


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_registers_and_deregisters_with_a_digest(algorithm: str) -> None:
    async def act(peer: SipPeer, server: Server) -> None:
        found = await peer.register(server=server.wire.address, user="v101", password="right", expires_s=120)
        assert 119 < found.valid_until - time.monotonic() <= 120
        await peer.close()
        assert [message.header("expires") for message in server.seen] == ["120", "120", "0", "0"]
        assert [message.cseq[0] for message in server.seen] == [1, 2, 3, 4]
        assert len({message.call_id for message in server.seen}) == 1
        assert found.valid_until == 0

    with_server(act, algorithm)


def test_a_wrong_password_is_refused_after_one_try() -> None:
    async def act(peer: SipPeer, server: Server) -> None:
        with pytest.raises(Refused, match="401"):
            await peer.register(server=server.wire.address, user="v101", password="wrong")
        assert len(server.seen) == 2

    with_server(act)


def test_a_challenge_without_a_known_algorithm_is_refused() -> None:
    async def act(peer: SipPeer, server: Server) -> None:
        server.algorithm = "SHA-512-256"
        server.is_proven = lambda _: False  # type: ignore[method-assign]
        with pytest.raises(Refused):
            await peer.register(server=server.wire.address, user="v101", password="right")
        assert len(server.seen) == 1

    with_server(act)


def test_renews_in_time_and_again_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registration, "RETRY_S", 0.1)

    async def act(peer: SipPeer, server: Server) -> None:
        server.grants_s = 1
        found = await peer.register(server=server.wire.address, user="v101", password="right")
        first = found.valid_until
        await asyncio.sleep(0.9)
        assert found.valid_until > first
        is_proven, server.is_proven = server.is_proven, lambda _: False  # type: ignore[method-assign]
        await asyncio.sleep(1.0)
        assert found.failures >= 1
        server.is_proven = is_proven  # type: ignore[method-assign]
        await asyncio.sleep(0.4)
        assert found.valid_until > time.monotonic()

    with_server(act)


def test_a_vanished_phone_does_not_deregister() -> None:
    async def act(peer: SipPeer, server: Server) -> None:
        await peer.register(server=server.wire.address, user="v101", password="right")
        peer.vanish()
        await asyncio.sleep(0.05)
        assert len(server.seen) == 2

    with_server(act)


def test_closing_does_not_wait_for_a_dead_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline_agi.lab.phone.CLOSE_S", 0.1)

    async def act(peer: SipPeer, server: Server) -> None:
        await peer.register(server=server.wire.address, user="v101", password="right")
        server.is_mute = True
        began = time.monotonic()
        await peer.close()
        assert time.monotonic() - began < 0.5

    with_server(act)


@pytest.mark.parametrize(("password", "status", "tries"), [("right", 486, 2), ("wrong", 407, 2)])
def test_a_challenged_call_is_tried_again_once(password: str, status: int, tries: int) -> None:
    async def act(peer: SipPeer, server: Server) -> None:
        call = peer.invite(server=server.wire.address, user="4008001234", auth=("v101", password), media=False)
        with pytest.raises(CallFailed, match=str(status)):
            await call.until_answered(2)
        assert (call.status, call.end_reason, len(server.seen)) == (status, "rejected", tries)
        assert call.local_user == "v101"
        assert "proxy-authorization" in call.invite.headers

    with_server(act)
