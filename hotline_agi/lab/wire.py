"""One UDP socket and the SIP transactions on it (RFC 3261 section 17): what is repeated, and what is answered twice.

`tls_wire` puts the same transactions on a TLS connection.
"""

import asyncio
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Literal, NamedTuple

from hotline_agi.errors import HotlineError
from hotline_agi.lab import sip
from hotline_agi.lab.sip import Message

Address = tuple[str, int]

T1_S = 0.5
"""Estimate of a round trip, first interval of retransmission (RFC 3261 section 17.1.1.1)."""
T2_S = 4.0
"""Longest interval of retransmission."""
GIVE_UP_S = 64 * T1_S
"""Timers B, F, H and J: nobody answers or repeats any more."""

DATAGRAMS_AT_ONCE = 64
"""Read in one turn of the event loop, so that a flood cannot starve the timers."""
RECEIVE_BUFFER = 4 * 1024 * 1024


class CallFailed(HotlineError):
    """What was waited for cannot happen any more: the call ended, was refused or has no audio."""


class CallTimeout(CallFailed, TimeoutError):
    """What was waited for did not happen in time. Of a call, the message holds its ladder of SIP messages."""


class Trace(NamedTuple):
    """A SIP message of a call."""

    at: float
    """When it was sent or read, in `time.monotonic` seconds."""
    way: Literal["in", "out"]
    first_line: str
    text: str


Log = deque[Trace]
OnResponse = Callable[[Message | None], None]
"""Gets every response (an INVITE's also provisional and repeated ones), or None when none came in time."""


class Boast(NamedTuple):
    """What a phone tells of its owner, beyond what it must."""

    headers: str
    """Lines, each with its line end, in whatever it says in a call."""
    name: str
    """In Contact, and of the session and its owner in the description."""


NOTHING_TO_TELL = Boast("", "")


class _Sent:
    """A client transaction: a request that is repeated until it is answered."""

    __slots__ = ("address", "deadline", "final", "interval_s", "log", "on_response", "text", "timer")

    def __init__(self, text: str, address: Address, on_response: OnResponse, log: Log | None) -> None:
        self.text = text
        self.address = address
        self.on_response = on_response
        self.log = log
        self.final = False
        self.interval_s = T1_S
        self.deadline = time.monotonic() + GIVE_UP_S
        self.timer: asyncio.TimerHandle | None = None


class Wire:
    """The socket of a peer. `on_request` gets each request, repeated ones too: it asks `is_repeated` first."""

    protocol = "UDP"
    """As Via has it."""
    is_reliable = False
    """Whether a message arrives or the connection breaks: then requests are not repeated."""
    encrypts_media = False
    """Whether its phones offer and answer SRTP; the keys are in the SDP, so only where the signalling is encrypted."""

    def __init__(self, address: Address, on_request: Callable[[Message, Address], None]) -> None:
        self.loop = asyncio.get_running_loop()
        self.address = address
        self.host, self.port = self.address
        self.loses: Callable[[Literal["in", "out"], str], bool] | None = None
        self.boast = NOTHING_TO_TELL
        """What its calls tell of whoever speaks."""
        self.messages_in = 0
        self.messages_out = 0
        self.malformed = 0
        self.closed = False
        self.kept_s = GIVE_UP_S
        """For how long what ended is remembered, to answer its late repetitions."""
        self.quiet = asyncio.Event()
        """Set while every request that we sent has its final response."""
        self.quiet.set()
        self._socket: socket.socket
        self._on_request = on_request
        self._salt = secrets.token_hex(4)
        self._numbers = count(1)
        self._sent: dict[tuple[str, str], _Sent] = {}
        self._unfinished = 0
        self._seen: dict[tuple[str, str], str] = {}  # server transactions: what to say to a repeated request
        self._forgotten: deque[tuple[float, Callable[[], object]]] = deque()

    @classmethod
    def open(cls, host: str, port: int, on_request: Callable[[Message, Address], None]) -> "Wire":
        """Bind the socket; port 0 takes a free one."""
        found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        found.setblocking(False)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        found.bind((host, port))
        wire = cls(found.getsockname(), on_request)
        wire._socket = found
        wire.loop.add_reader(found, wire._readable)
        return wire

    def close(self) -> None:
        """Neither send nor read any more."""
        self.closed = True
        for sent in self._sent.values():
            if sent.timer is not None:
                sent.timer.cancel()
        self._sent.clear()
        self._shut()

    # --- words of our own

    def new_tag(self) -> str:
        """A text that no other tag, Call-ID or nonce of this process equals."""
        return f"{self._salt}{next(self._numbers):x}"

    def new_branch(self) -> str:
        """The name of a transaction (RFC 3261 section 8.1.1.7)."""
        return f"z9hG4bK{self._salt}{next(self._numbers):x}"

    def via(self, branch: str) -> str:
        """Where responses go: to where the request came from (RFC 3581)."""
        return f"SIP/2.0/{self.protocol} {self.host}:{self.port};branch={branch};rport"

    def contact(self, user: str) -> str:
        """Where `user` is reached."""
        return f"<sip:{user}@{self.host}:{self.port}>"

    # --- sending

    def send(self, text: str, address: Address, log: Log | None = None) -> None:
        """Send one message once."""
        if self.closed:
            return
        self.messages_out += 1
        if log is not None:
            log.append(Trace(time.monotonic(), "out", text[: text.find("\r\n")], text))
        if self.loses is not None and self.loses("out", text):
            return
        self._emit(text.encode("utf-8", "surrogateescape"), address)

    def start(
        self, text: str, address: Address, key: tuple[str, str], on_response: OnResponse, log: Log | None
    ) -> bool:
        """Begin the client transaction `key` (branch, method) with the request `text`; False if it was begun before."""
        if key in self._sent or self.closed:
            return False
        sent = self._sent[key] = _Sent(text, address, on_response, log)
        self._unfinished += 1
        self.quiet.clear()
        self.send(text, address, log)
        first_s = GIVE_UP_S if self.is_reliable else T1_S
        sent.timer = self.loop.call_later(first_s, self._repeat, key, sent)
        return True

    async def ask(
        self, method: str, uri: str, server: Address, *, from_: str, to: str, call_id: str, cseq: int, more: str = ""
    ) -> Message:
        """A request outside of calls, and its final response.

        :raises CallTimeout: if none comes for 32 s.
        """
        branch = self.new_branch()
        sender = f"{from_};tag={self.new_tag()}"
        text = sip.request(
            method, uri, via=self.via(branch), from_=sender, to=to, call_id=call_id, cseq=cseq, more=more
        )
        answered: asyncio.Future[Message | None] = self.loop.create_future()

        def settle(message: Message | None) -> None:
            if not answered.done():
                answered.set_result(message)

        self.start(text, server, (branch, method), settle, None)
        if (answer := await answered) is None:
            raise CallTimeout(f"{method} to {uri}: no answer for {GIVE_UP_S:.0f} s")
        return answer

    def reply(
        self,
        request: Message,
        status: int,
        source: Address,
        *,
        tag: str = "",
        more: str = "",
        body: str = "",
        log: Log | None = None,
    ) -> str:
        """Answer a request, and its repetitions alike."""
        text = sip.response(request, status, source=source, tag=tag or self._salt, more=more, body=body)
        key = (request.branch, request.method)
        if key in self._seen:
            self._seen[key] = text
        self.send(text, source, log)
        return text

    def is_repeated(self, request: Message, source: Address, log: Log | None) -> bool:
        """Whether this request was seen before; then it is answered as before (section 17.2)."""
        key = (request.branch, request.method)
        if (before := self._seen.get(key)) is None:
            self._seen[key] = ""
            self.forget_later(partial(self._seen.pop, key, None))
            return False
        if before:
            self.send(before, source, log)
        return True

    def forget_later(self, forget: Callable[[], object]) -> None:
        """Do it when nobody repeats anything any more; without a timer of its own, on the next occasion."""
        now = time.monotonic()
        self._forgotten.append((now + self.kept_s, forget))
        while self._forgotten[0][0] < now:
            self._forgotten.popleft()[1]()

    # --- reading and repeating

    def _readable(self) -> None:
        for _ in range(DATAGRAMS_AT_ONCE):
            try:
                datagram, source = self._socket.recvfrom(65535)
            except OSError:
                return
            self._take(datagram, source)
            if self.closed:
                return

    def _emit(self, octets: bytes, address: Address) -> None:
        with suppress(OSError):  # a full buffer loses a message, as any network does; it will be repeated
            self._socket.sendto(octets, address)

    def _shut(self) -> None:
        self.loop.remove_reader(self._socket)
        self._socket.close()

    def _take(self, octets: bytes, source: Address) -> None:
        if len(octets) <= 4:  # keep-alive (RFC 5626 section 3.5.1)
            return
        self.messages_in += 1
        try:
            message = sip.parse(octets)
            key = (message.branch, message.cseq[1])
        except ValueError:
            self.malformed += 1
            return
        if self.loses is not None and self.loses("in", message.text):
            return
        if message.status:
            self._take_response(message, key)
        else:
            self._on_request(message, source)

    def _take_response(self, message: Message, key: tuple[str, str]) -> None:
        if (sent := self._sent.get(key)) is None:
            return
        if sent.log is not None:
            sent.log.append(Trace(time.monotonic(), "in", message.first_line, message.text))
        is_invite = key[1] == "INVITE"
        if message.status < 200:
            if not is_invite:
                return
            if sent.timer is not None:  # after a provisional response an INVITE waits without end (section 17.1.1.2)
                sent.timer.cancel()
                sent.timer = None
        elif not is_invite:
            del self._sent[key]
            self._finish(sent)
        elif not sent.final:
            self._finish(sent)
            self.forget_later(partial(self._sent.pop, key, None))  # a repeated final response wants its ACK again
        sent.on_response(message)

    def _repeat(self, key: tuple[str, str], sent: _Sent) -> None:
        """Timers A and E (sections 17.1.1.2 and 17.1.2.2); at the end timers B and F."""
        left_s = sent.deadline - time.monotonic()
        if left_s <= 0:
            del self._sent[key]
            self._finish(sent)
            sent.on_response(None)
            return
        self.send(sent.text, sent.address, sent.log)
        sent.interval_s = sent.interval_s * 2 if key[1] == "INVITE" else min(sent.interval_s * 2, T2_S)
        sent.timer = self.loop.call_later(min(sent.interval_s, left_s), self._repeat, key, sent)

    def _finish(self, sent: _Sent) -> None:
        """Its final response came, or nobody will answer any more."""
        sent.final = True
        if sent.timer is not None:
            sent.timer.cancel()
            sent.timer = None
        self._unfinished -= 1
        if not self._unfinished:
            self.quiet.set()
