"""One AMI connection at a time, kept up for ever. The only file that imports panoramisk, and its fence.

What panoramisk 1.4 does well is used: its protocol's framing and its message parser. What it does to a hotline is kept
out, each seen to happen: an unanswered `Originate` sent again after a reconnect (nothing is queued here, and an action
in flight at a disconnect is reported as uncertain); a dead PBX never noticed (own ping under a timeout); an exception
in a callback that drops the connection; UTF-8 cut between two reads; line breaks in values; actions whose answer never
comes kept for ever. Its `Manager`, where most of that lives, is not used.
"""

import asyncio
import codecs
import contextlib
import random
from collections.abc import Callable, Mapping
from typing import Any

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from hotline_agi.asterisk.wire import Fields, action_text
from hotline_agi.errors import HotlineError, LinkLost, PbxError, SetupError
from hotline_agi.log import logger

CONNECT_TIMEOUT_S = 5.0
LOGIN_TIMEOUT_S = 5.0
BOOT_TIMEOUT_S = 60.0
"""Asterisk takes logins before its modules are loaded; what is asked of the dialplan then is lost."""
PING_EVERY_S = 3.0
PING_TIMEOUT_S = 4.0
"""A silent Asterisk is noticed after at most these two together: 7 s (the goal is 10 s)."""
RETRY_FIRST_S = 0.25
RETRY_MOST_S = 5.0
MAX_PENDING = 5000
"""Actions without an answer yet; more means that Asterisk does not answer, and the link is given up."""
MAX_MESSAGE_BYTES = 1_000_000
MAX_GREETING_SIGNS = 200
_END = "\r\n\r\n"

AmiMessage = Mapping[str, Any]
OnReply = Callable[[AmiMessage | None], None]
"""Gets the answer, or None if the link broke first: then nobody knows whether the action was done."""


class _Protocol(AMIProtocol):  # type: ignore[misc]
    """panoramisk's protocol with the parts replaced that lose, repeat or pass on too much."""

    def __init__(self, link: "AmiLink") -> None:
        self._link = link
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held: list[str] = []
        """Of a message whose end has not come: what holds no part of an end."""
        self._held_signs = 0
        self._rest = ""
        """What comes behind it."""
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)

    def abandon(self) -> None:
        """Close what was opened without a word: a frozen Asterisk accepts connections and never greets."""
        transport = getattr(self, "transport", None)
        if transport is not None:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        self._rest += self._decoder.decode(data)
        if not self.greeted.done():
            self._greet()
        if not self.greeted.done() or self.greeted.exception() is not None:
            return
        *whole, rest = self._rest.split(_END)
        if whole:
            whole[0] = "".join(self._held) + whole[0]
            self._held.clear()
            self._held_signs = 0
        # kept apart, so that a long message in small pieces is neither copied nor searched again for each of them
        self._held.append(rest[: 1 - len(_END)])
        self._rest = rest[1 - len(_END) :]
        self._held_signs += len(self._held[-1])
        for text in whole:
            message = Message.from_line(text.strip())
            if message is not None:
                self._link.received(message)
        if self._held_signs > MAX_MESSAGE_BYTES:
            self.transport.abort()

    def _greet(self) -> None:
        """Look at the first line, if it is whole."""
        greeting, newline, rest = self._rest.partition("\r\n")
        if len(greeting) > MAX_GREETING_SIGNS or (newline and not greeting.startswith("Asterisk Call Manager/")):
            self.greeted.set_exception(PbxError("what answers there is no Asterisk Manager"))
            self.greeted.exception()  # retrieved here, should nobody wait for it any more
            self.transport.abort()
        elif newline:
            self._rest = rest
            self.greeted.set_result(None)

    def connection_lost(self, _exc: Exception | None) -> None:
        if not self.greeted.done():
            self.greeted.set_exception(LinkLost("Asterisk closed the AMI connection"))
            self.greeted.exception()  # retrieved here, should nobody wait for it any more
        self._link.disconnected(self)


class AmiLink:
    """The connection to one Asterisk Manager.

    `on_event` gets every event in order, from the event loop; it may raise, that is logged and goes no further.
    `on_up` is awaited after each login, before events are trusted again; `on_down` is called when the link is lost.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        secret: str,
        on_event: Callable[[AmiMessage], None],
        on_up: Callable[[], Any],
        on_down: Callable[[], None],
    ) -> None:
        self._address = (host, port)
        self._login = (user, secret)
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._protocol: _Protocol | None = None
        self._pending: dict[str, tuple[OnReply, list[AmiMessage] | None]] = {}
        self._unsent: list[str] = []
        """Actions of this turn of the event loop; see `flush`."""
        self._actions = 0
        self._lost: asyncio.Event = asyncio.Event()
        self._booted: asyncio.Event = asyncio.Event()
        self.is_up = False
        self.trouble = "not connected yet"
        """Why the link is down, in a sentence that says what to do."""

    # ---- sending

    def send(self, fields: Fields, on_reply: OnReply | None = None, *, rows: list[AmiMessage] | None = None) -> None:
        """Send one action in this turn of the event loop. `on_reply` gets its answer; with `rows` the events of a list
        are collected there first.

        :raises LinkLost: if there is no link: the action was certainly not sent.
        :raises ValueError: if a field does not pass `wire.checked`.
        """
        if self._protocol is None:
            raise LinkLost(self.trouble)
        self._actions += 1
        action_id = f"h{self._actions}"
        text = action_text((*fields, ("ActionID", action_id)))
        if len(self._pending) >= MAX_PENDING:
            self._protocol.transport.abort()
            raise LinkLost("Asterisk does not answer actions")
        if on_reply is not None:
            self._pending[action_id] = (on_reply, rows)
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self.flush)
        self._unsent.append(text)

    def flush(self) -> bool:
        """Send at once what `send` gathered, if anything; say whether. In one write: each wakes Asterisk, which takes
        the processor from us."""
        if not self._unsent or self._protocol is None:
            return False
        self._protocol.transport.write("".join(self._unsent).encode())
        self._unsent.clear()
        return True

    async def request(
        self,
        fields: Fields,
        *,
        timeout_s: float,
        rows: list[AmiMessage] | None = None,
        heard: Callable[[], None] = lambda: None,
    ) -> AmiMessage:
        """Send one action and wait for its answer (with `rows`: for the end of its list).

        :param heard: called at its place in the stream, before what stands behind it; not for a refusal.

        :raises LinkLost: if the link is or goes down: then it is uncertain whether the action was done.
        :raises PbxError: if no answer comes within `timeout_s`, or Asterisk refuses.
        """
        answer: asyncio.Future[AmiMessage | None] = asyncio.get_running_loop().create_future()

        def take(message: AmiMessage | None) -> None:
            if not answer.done():
                if message is not None and message.get("Response") != "Error":
                    heard()
                answer.set_result(message)

        self.send(fields, take, rows=rows)
        try:
            # here and below not wait_for: Python 3.11's swallows a cancellation that comes together with the result
            async with asyncio.timeout(timeout_s):
                message = await answer
        except TimeoutError:
            raise PbxError(f"Asterisk did not answer within {timeout_s:g} s") from None
        if message is None:
            raise LinkLost("the AMI link broke before the answer")
        if message.get("Response") == "Error":
            raise PbxError(f"Asterisk refused: {message.get('Message', 'no reason given')}")
        return message

    # ---- the connection

    async def connect(self) -> None:
        """Connect, log in, and wait until Asterisk has finished its start, once.

        :raises SetupError: if that cannot work without somebody mending it; the sentence says what.
        """
        host, port = self._address
        loop = asyncio.get_running_loop()
        protocol = _Protocol(self)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await loop.create_connection(lambda: protocol, host, port)
                await protocol.greeted
        except (OSError, PbxError) as error:
            protocol.abandon()
            raise SetupError(self._unreachable(error)) from error
        self._protocol = protocol
        self._lost.clear()
        self._booted.clear()
        user, secret = self._login
        login = (("Action", "Login"), ("Username", user), ("Secret", secret), ("Events", "on"))
        try:
            await self.request(login, timeout_s=LOGIN_TIMEOUT_S)
        except PbxError as error:
            self.hang_up()
            raise SetupError(
                f"Asterisk refused the AMI login of user {user!r}: make ami.user and ami.secret_file agree with "
                "site/manager-secret.conf, and allow this address there"
            ) from error
        await self._until_booted()

    async def _until_booted(self) -> None:
        waits = [asyncio.ensure_future(self._booted.wait()), asyncio.ensure_future(self._lost.wait())]
        try:
            await asyncio.wait(waits, timeout=BOOT_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self._booted.is_set():
            self.hang_up()
            raise SetupError(
                "Asterisk did not finish its start: see its log, and give the AMI user the class `system` for reading "
                "and the event FullyBooted (hotline/manager.conf does)"
            )

    async def run(self) -> None:
        """Keep the link up until cancelled: connect, watch, and connect again with back-off."""
        wait_s = RETRY_FIRST_S
        while True:
            try:
                if self._protocol is None:
                    await self.connect()
                await self._on_up()
                self.is_up, self.trouble = True, ""
                logger.info("ami up", port=self._address[1])
                wait_s = RETRY_FIRST_S
                await self._watch()
            except HotlineError as error:
                self.trouble = str(error)
            finally:
                self.hang_up()
            logger.warning("ami down", trouble=self.trouble, retry_in_s=round(wait_s, 2))
            await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))
            wait_s = min(RETRY_MOST_S, wait_s * 2)

    async def _watch(self) -> None:
        """Ping until Asterisk does not answer or the link is lost."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_EVERY_S):
                    await self._lost.wait()
            if self._lost.is_set():
                raise LinkLost("Asterisk closed the AMI connection: see whether it runs")
            await self.request((("Action", "Ping"),), timeout_s=PING_TIMEOUT_S)

    def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._protocol is not None:
            self._protocol.transport.abort()
            self.disconnected(self._protocol)

    # ---- called by the protocol

    def received(self, message: AmiMessage) -> None:
        """One message of Asterisk: an event, an answer, or a row of a list that was asked for."""
        waiting = self._pending.get(str(message.get("ActionID", "")))
        if waiting is not None and self._answered(message, *waiting):
            return
        if "Event" in message:
            if message["Event"] == "FullyBooted":
                self._booted.set()
            try:
                self._on_event(message)
            except Exception:  # a bug of ours in one event must not cost the link
                logger.exception("an ami event was not understood", event_name=str(message["Event"]))

    def _answered(self, message: AmiMessage, on_reply: OnReply, rows: list[AmiMessage] | None) -> bool:
        """Whether `message` belongs to the action that waits for it."""
        is_event = "Event" in message
        if rows is None:
            if is_event:
                return False
        elif is_event and not str(message["Event"]).endswith("Complete"):
            rows.append(message)
            return True
        elif not is_event and message.get("Response") != "Error":
            return True  # "list will follow"
        del self._pending[str(message["ActionID"])]
        on_reply(message)
        return True

    def disconnected(self, protocol: _Protocol) -> None:
        if protocol is not self._protocol:
            return
        self._protocol = None
        self._unsent.clear()
        was_up, self.is_up = self.is_up, False
        self._lost.set()
        pending, self._pending = self._pending, {}
        for on_reply, _ in pending.values():
            on_reply(None)
        if was_up:
            self._on_down()

    def _unreachable(self, error: Exception) -> str:
        host, port = self._address
        return (
            f"cannot reach Asterisk's AMI on {host}:{port} ({error or type(error).__name__}): start Asterisk, and make "
            "ami.host and ami.port agree with site/manager-general.conf"
        )
