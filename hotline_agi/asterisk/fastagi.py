"""The FastAGI listener: one TCP connection per question of the dialplan.

Our own, because panoramisk's freezes the whole event loop for ever when a client connects and closes. The contract with
the dialplan: we answer with one ``SET VARIABLE HOTLINE_REPLY`` and close, or we close without a word, and then the
dialplan serves the caller by itself.
"""

import asyncio
import contextlib
import select
import socket
from collections.abc import Callable

from hotline_agi.asterisk.agi import WORD_QUESTION, AgiRequest, BadRequest, RequestReader, WordReader
from hotline_agi.asterisk.wire import set_variable
from hotline_agi.errors import SetupError

HEADER_TIMEOUT_S = 2.0
"""From the connect to the whole header block and the word; Asterisk writes them within a millisecond."""
ANSWER_TIMEOUT_S = 2.5
"""From the request to the answer: below the dialplan's guard of 3 s, so that ours is the clean end."""
MAX_OPEN = 1000
"""Connections at once. Beyond, the oldest that has not sent its header yet is closed: a flood of idle connections
pushes out itself, not calls."""
BACKLOG = 4096
"""Connections that wait to be accepted (Linux allows 4096 by default): when the queue is full, Asterisk's own connect
is dropped and a call goes to survival."""
ACCEPT_AT_ONCE = 64
"""Accepted in one turn of the event loop, so that a flood of them does not hold up what is open already."""

Ask = Callable[["AgiSession"], None]


class AgiSession(asyncio.Protocol):
    """One question. `reply` answers it; it must be called at most once, from the event loop."""

    def __init__(self, listener: "FastAgiListener") -> None:
        self._listener = listener
        self._reader: RequestReader | None = RequestReader()
        self._word_reader: WordReader | None = None
        self._unproved: AgiRequest | None = None
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.request: AgiRequest | None = None
        self.on_closed: Callable[[AgiSession], None] | None = None
        """Called when the connection is over without a reply of ours: hung up, guarded off, or our own timeout."""

    @property
    def is_idle(self) -> bool:
        """Whether no whole request came yet that we believe."""
        return self.request is None

    def reply(self, value: str, *, after_s: float = 0.0) -> None:
        """Answer with HOTLINE_REPLY = `value` and say that it was the last word; close once Asterisk has confirmed."""
        self.on_closed = None
        if after_s > 0:
            asyncio.get_running_loop().call_later(after_s, self.reply, value)
        elif self._transport is not None and not self._transport.is_closing():
            self._transport.write(set_variable("HOTLINE_REPLY", value))
            with contextlib.suppress(OSError):  # who asked may have hung up in this moment
                self._transport.write_eof()

    def refuse(self) -> None:
        """Close without a word: the dialplan helps itself."""
        if self._transport is not None:
            self._transport.close()

    # ---- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._timer = asyncio.get_running_loop().call_later(HEADER_TIMEOUT_S, self.refuse)
        self._listener.opened(self)

    def data_received(self, data: bytes) -> None:
        try:
            if self._reader is not None:
                self._read_request(self._reader, data)
            elif self._word_reader is not None:
                self._read_word(self._word_reader, data)
            else:
                self.refuse()  # the confirmation of our SET VARIABLE: the dialog is over
        except BadRequest as error:
            self._listener.refused(str(error))
            self.refuse()

    def _read_request(self, reader: RequestReader, data: bytes) -> None:
        found = reader.feed(data)
        if found is None:
            return
        self._reader = None
        if self._listener.word is None:
            self.request = found
            self._ask()
            return
        assert self._transport is not None
        self._unproved, self._word_reader = found, WordReader(self._listener.word)
        self._transport.write(WORD_QUESTION)

    def _read_word(self, reader: WordReader, data: bytes) -> None:
        if reader.feed(data):
            self._word_reader, self.request = None, self._unproved
            self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        assert self._timer is not None
        self._timer.cancel()
        if _peer_has_gone(self._transport):
            # The caller hung up within a millisecond, we sent the leg away meanwhile, or we were frozen and the
            # dialplan serves the caller by itself. Answering now would ring phones for somebody who is elsewhere.
            self.refuse()
            return
        self._timer = asyncio.get_running_loop().call_later(ANSWER_TIMEOUT_S, self.refuse)
        self._listener.ask(self)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, _exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._listener.closed(self)
        if self.on_closed is not None:
            self.on_closed(self)


def bound(host: str, port: int, kept: socket.socket | None = None) -> socket.socket:
    """A socket on that address; `kept`, if it is one. (It is closed if it is not.)

    :raises SetupError: if the address cannot be listened on.
    """
    if kept is not None:
        if _is_at(kept, host, port):
            kept.setblocking(False)
            return kept
        kept.close()
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise _not_bound(host, port, error) from error
    return sock


def _is_at(sock: socket.socket, host: str, port: int) -> bool:
    with contextlib.suppress(OSError):
        listens = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 1
        return listens and sock.getsockname()[:2] == (host, port)
    return False


def _not_bound(host: str, port: int, error: OSError) -> SetupError:
    return SetupError(
        f"cannot listen for FastAGI on {host}:{port} ({error.strerror or error}): "
        "stop what uses that port, or set fastagi.port to a free one here and in site/globals.conf"
    )


class FastAgiListener:
    """The listening socket and its open sessions."""

    def __init__(self, ask: Ask, refused: Callable[[str], None], *, word: str | None = None) -> None:
        """`ask` gets each session with a whole request; `refused` a sentence for each that was turned away. With a
        `word`, who does not know it is turned away."""
        self.ask = ask
        self.refused = refused
        self.word = word
        self._server: asyncio.Server | None = None
        self._sessions: dict[AgiSession, None] = {}
        self._one_over: asyncio.Future[None] | None = None

    async def start(self, sock: socket.socket) -> int:
        """Listen on a bound socket; returns its port. Whoever connected to it before, when it was another process's, is
        heard now.

        :raises SetupError: if it cannot be listened on.
        """
        try:
            self._server = await asyncio.get_running_loop().create_server(
                lambda: AgiSession(self), sock=sock, backlog=ACCEPT_AT_ONCE
            )
            sock.listen(BACKLOG)
        except OSError as error:
            host, port = sock.getsockname()[:2]
            raise _not_bound(host, port, error) from error
        return int(sock.getsockname()[1])

    async def stop(self, finish_s: float = 0.0) -> None:
        """Stop listening; give answers that are due another `finish_s`, then close what is open: a caller in the middle
        of a question asks once more, or helps themselves."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(finish_s):
                while any(not session.is_idle for session in self._sessions):
                    self._one_over = asyncio.get_running_loop().create_future()
                    await self._one_over
        for session in list(self._sessions):
            session.refuse()

    def opened(self, session: AgiSession) -> None:
        if len(self._sessions) >= MAX_OPEN:
            idle = next((other for other in self._sessions if other.is_idle), None)
            if idle is not None:
                idle.refuse()
                self._sessions.pop(idle, None)
        self._sessions[session] = None

    def closed(self, session: AgiSession) -> None:
        self._sessions.pop(session, None)
        if self._one_over is not None and not self._one_over.done():
            self._one_over.set_result(None)


def _peer_has_gone(transport: asyncio.Transport) -> bool:
    """Whether the other side has closed its half already; asyncio would only notice one turn of the loop later."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None:
        return True
    poll = select.poll()
    with contextlib.suppress(OSError, ValueError):
        poll.register(sock.fileno(), select.POLLRDHUP)
        return bool(poll.poll(0))
    return True
