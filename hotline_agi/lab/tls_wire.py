"""The transactions of `wire` on a TLS connection that the phone opens, as softphone apps do (RFC 3261 section 26.2)."""

import asyncio
import re
import ssl
from collections.abc import Callable
from pathlib import Path

from hotline_agi.lab.sip import Message
from hotline_agi.lab.wire import Address, CallTimeout, Wire

CONNECT_TIMEOUT_S = 5.0
_LENGTH = re.compile(rb"(?:^|\r\n)(?:content-length|l)[ \t]*:[ \t]*([0-9]+)", re.IGNORECASE)


class TlsWire(Wire):
    """One connection to one server; whatever it sends goes there."""

    protocol = "TLS"
    is_reliable = True
    encrypts_media = True

    @classmethod
    async def connect(
        cls, server: Address, certificate: Path, on_request: Callable[[Message, Address], None], host: str | None = None
    ) -> "TlsWire":
        """Connect to a server that proves to own `certificate` (PEM; its names are not looked at), from `host`.

        :raises CallTimeout: if nobody answers in time.
        :raises OSError: if the connection or the certificate is refused (`ssl.SSLError` is one).
        """
        context = ssl.create_default_context(cafile=str(certificate))
        context.check_hostname = False
        stream = _Stream()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                transport, _ = await loop.create_connection(
                    lambda: stream, *server, ssl=context, local_addr=(host, 0) if host else None
                )
        except TimeoutError:
            raise CallTimeout(f"no TLS on {server[0]}:{server[1]} within {CONNECT_TIMEOUT_S:g} s") from None
        wire = cls(transport.get_extra_info("sockname"), on_request)
        wire._transport, wire._server = transport, server
        stream.take = wire._take_message
        return wire

    _transport: asyncio.Transport
    _server: Address

    def contact(self, user: str) -> str:
        return f"<sip:{user}@{self.host}:{self.port};transport=tls>"

    @property
    def session(self) -> ssl.SSLObject:
        """What was agreed with the server: `version()`, `cipher()`."""
        found: ssl.SSLObject = self._transport.get_extra_info("ssl_object")
        return found

    def _emit(self, octets: bytes, address: Address) -> None:
        del address  # there is one place to go
        self._transport.write(octets)

    def _shut(self) -> None:
        self._transport.abort()

    def _take_message(self, octets: bytes) -> None:
        if not self.closed:
            self._take(octets, self._server)


class _Stream(asyncio.Protocol):
    """Cuts a stream into messages by Content-Length (RFC 3261 section 18.3)."""

    def __init__(self) -> None:
        self._pending = b""
        self.take: Callable[[bytes], None] = lambda _: None

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while True:
            self._pending = self._pending.lstrip(b"\r\n")  # keep-alive (RFC 5626 section 3.5.1)
            head, blank, _ = self._pending.partition(b"\r\n\r\n")
            if not blank:
                return
            found = _LENGTH.search(head)
            end = len(head) + 4 + (int(found[1]) if found else 0)
            if len(self._pending) < end:
                return
            message, self._pending = self._pending[:end], self._pending[end:]
            self.take(message)
