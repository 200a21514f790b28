"""The signalling of one call: a dialog between two user agents without proxies (RFC 3261 sections 12 to 15).

Every moment is kept in `time.monotonic` seconds and every message in `messages`.
"""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from hotline_agi.lab import sip
from hotline_agi.lab.invitation import FinalResponse, Invitation
from hotline_agi.lab.rtp import RtpStream
from hotline_agi.lab.sip import Media, Message
from hotline_agi.lab.tone import silence, tone
from hotline_agi.lab.wire import Address, Trace, Wire

KEPT_MESSAGES = 64

EndReason = Literal["bye-in", "bye-out", "cancelled", "rejected", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who talks to whom, as the headers have it."""

    call_id: str
    address: Address
    """Where all messages of the dialog go."""
    local: str
    """From or To value of our side, without tag."""
    remote: str
    target: str
    """Request-URI for the other side."""
    local_user: str
    remote_user: str


class Dialog:
    """The state of a call, and what moves it."""

    def __init__(
        self,
        wire: Wire,
        direction: Literal["in", "out"],
        parties: Parties,
        *,
        traced: bool,
        sink: Callable[[], socket.socket],
        on_end: Callable[["Dialog"], None],
    ) -> None:
        self.wire = wire
        self.direction = direction
        self.call_id = parties.call_id
        self.address = parties.address
        self.local_user = parties.local_user
        self.remote_user = parties.remote_user
        self.local_tag = wire.new_tag()
        self.invite: Message
        """As received, or as sent last: with the answer to a challenge."""
        self.messages: deque[Trace] = deque(maxlen=KEPT_MESSAGES if traced else 0)
        self.invited_at = time.monotonic()
        self.ringing_at: float | None = None
        self.answered_at: float | None = None
        self.cancelled_at: float | None = None
        self.ended_at: float | None = None
        self.status: int | None = None
        """Of the final response to the INVITE; 408 also if none came."""
        self.end_reason: EndReason | None = None
        self.reason_header: str | None = None
        """The Reason (RFC 3326) of the CANCEL or BYE, in either direction; several of them with commas between."""
        self.stream: RtpStream | None = None
        self.replied = False
        """Whether we said anything to the INVITE of the other side."""
        self.ignored = False
        self.on_ended: Callable[[], None] | None = None
        """Called once, in the moment when the call ends."""
        self.cseq = 0
        self.boast = wire.boast
        self._sink = sink
        self._on_end = on_end
        self._local = f"{parties.local};tag={self.local_tag}"
        self._remote = parties.remote
        self._target = parties.target
        self._invitation: Invitation | None = None
        self._final: FinalResponse | None = None
        self._bye_waits = False
        self._sdp_version = 1
        self._waiters: list[asyncio.Future[None]] = []
        self._timers: list[asyncio.TimerHandle] = []

    def __repr__(self) -> str:
        state = self.end_reason or ("up" if self.answered_at else "ringing" if self.ringing_at else "new")
        return f"<call {self.direction} {self.local_user} ↔ {self.remote_user}: {state}>"

    def hang_up(self, reason: str | None = None) -> None:
        """End the call as its state demands: BYE, CANCEL, or 603 if it rings here; `reason` fills the Reason header."""
        if self.ended_at is not None:
            return
        if self.answered_at is not None:
            self.reason_header = reason
            if self._final is not None and self._final.is_open:  # a callee's BYE waits for the ACK (section 15)
                self._bye_waits = True
            else:
                self._send_bye()
            self._end("bye-out", self.status)
        elif self._invitation is None:
            self._refuse(603)
        elif self.cancelled_at is None:
            self.cancelled_at = time.monotonic()
            self.reason_header = reason
            self._invitation.cancel(self._reason())

    def later(self, after_s: float, act: Callable[[], None]) -> None:
        """Do it after a while, unless the call ended before."""
        self._timers.append(self.wire.loop.call_later(after_s, act))

    # --- what `SipPeer` does

    def start(self, *, headers: Sequence[str], auth: tuple[str, str] | None, tone_hz: int | None, media: bool) -> None:
        """Send the INVITE of an outgoing call."""
        stream = self._open_stream(tone_hz, media=media)
        more = self._contact() + "".join([f"{line}\r\n" for line in headers])
        self._invitation = Invitation(self, more, self._describe(stream), auth)

    def take_request(self, message: Message) -> None:
        """A request within this dialog, or its CANCEL."""
        match message.method:
            case "ACK":
                self._take_ack(message)
            case "CANCEL":
                self._reply(message, 200)
                if self._may_answer():
                    self.cancelled_at = time.monotonic()
                    self.reason_header = ", ".join(message.headers.get("reason", [])) or None
                    self._answer_invite(self.invite, 487)
                    self._end("cancelled", 487)
            case "BYE":
                self._stop_repeating()
                self._reply(message, 200)
                if self.ended_at is None:
                    self.reason_header = ", ".join(message.headers.get("reason", [])) or None
                    self._end("bye-in", self.status)
            case "INVITE" | "UPDATE" if self.ended_at is None:
                self._take_update(message)
            case "INVITE" | "UPDATE":
                self._reply(message, 481)
            case "INFO" | "MESSAGE" | "NOTIFY" | "OPTIONS":
                self._reply(message, 200)
            case _:
                self._reply(message, 405, more=f"Allow: {sip.ALLOW}\r\n")

    def abandon(self) -> None:
        """The phone lost its power: nothing more is sent."""
        self._stop_repeating()
        self._end("failed", self.status)

    # --- what `Invitation` tells

    def take_progress(self, message: Message) -> None:
        """It rings over there, or speaks already (early media)."""
        if message.status == 180 and self.ringing_at is None:
            self.ringing_at = time.monotonic()
        self._connect(message.body)
        self._wake()

    def take_remote(self, message: Message) -> None:
        """The 2xx makes the dialog: the other side's tag and contact (section 12.1.2)."""
        self._remote = message.headers["to"][0]
        self._target = sip.uri_of(message.header("contact") or "") or self._target

    def take_answer(self, message: Message) -> None:
        """It was answered over there; if our CANCEL crossed that, the call is hung up (section 9.1)."""
        if self.ended_at is not None:
            self._send_bye()
            return
        self.answered_at = time.monotonic()
        self.status = message.status
        if self.cancelled_at is not None:
            self.hang_up(self.reason_header)
        else:
            self._connect(message.body)
        self._wake()

    def take_refusal(self, status: int) -> None:
        """It will not be answered."""
        if self.cancelled_at is not None and status in (408, 487):
            self._end("cancelled", status)
        else:
            self._end("failed" if status == 408 else "rejected", status)

    def request(self, method: str, branch: str, more: str = "", body: str = "") -> str:
        """A request of this dialog, with the current CSeq."""
        return sip.request(
            method,
            self._target,
            via=self.wire.via(branch),
            from_=self._local,
            to=self._remote,
            call_id=self.call_id,
            cseq=self.cseq,
            more=self.boast.headers + more,
            body=body,
        )

    def _may_answer(self) -> bool:
        return self.direction == "in" and self.answered_at is None and self.ended_at is None and not self.ignored

    def _reply(self, request: Message, status: int, *, more: str = "", body: str = "") -> str:
        self.replied = True
        tag, more = self.local_tag, self.boast.headers + more
        return self.wire.reply(request, status, self.address, tag=tag, more=more, body=body, log=self.messages)

    def _refuse(self, status: int, more: str = "") -> None:
        if self._may_answer():
            self._answer_invite(self.invite, status, more=more)
            self._end("rejected", status)

    def _answer_invite(self, invite: Message, status: int, body: str = "", more: str = "") -> None:
        self._stop_repeating()
        text = self._reply(invite, status, more=more + (self._contact() if status < 300 else ""), body=body)
        self._final = FinalResponse(self, invite, text, self._lose_ack)

    def _lose_ack(self) -> None:
        """Nobody acknowledged our 200: the session is ended by BYE (section 13.3.1.4)."""
        if self.ended_at is None or self._bye_waits:
            self._send_bye()
            self._end("failed", self.status)

    def _stop_repeating(self) -> None:
        if self._final is not None:
            self._final.stop()

    def _take_ack(self, message: Message) -> None:
        if self._final is None or not self._final.is_acknowledged_by(message):
            return
        self._final.stop()
        self._connect(message.body)
        if self._bye_waits:
            self._bye_waits = False
            self._send_bye()

    def _take_update(self, message: Message) -> None:
        """A re-INVITE or UPDATE: hold, resume, another address (RFC 3264 section 8), or a new connected line."""
        sdp = ""
        if self.stream is not None and (message.body or message.method == "INVITE"):
            offered = sip.media_of(message.body)
            self._sdp_version += 1
            sdp = self._describe(self.stream, version=self._sdp_version, answering=offered)
            if offered is not None:
                self.stream.connect(offered)
        if message.method == "INVITE":
            self._answer_invite(message, 200, sdp)
        else:
            self._reply(message, 200, more=self._contact(), body=sdp)

    def _send_bye(self) -> None:
        self.cseq += 1
        branch = self.wire.new_branch()
        text = self.request("BYE", branch, self._reason())
        self.wire.start(text, self.address, (branch, "BYE"), lambda _: None, self.messages)

    def _reason(self) -> str:
        return f"Reason: {self.reason_header}\r\n" if self.reason_header else ""

    def _contact(self) -> str:
        name = f"{sip.quoted(self.boast.name)} " if self.boast.name else ""
        return f"Contact: {name}{self.wire.contact(self.local_user)}\r\nAllow: {sip.ALLOW}\r\n"

    def _open_stream(self, tone_hz: int | None, *, media: bool) -> RtpStream:
        self.stream = stream = RtpStream(
            self.wire.host, shared=None if media else self._sink(), encrypted=self.wire.encrypts_media
        )
        stream.play(silence() if tone_hz is None else tone(tone_hz))
        stream.on_audio = self._wake
        return stream

    def _describe(self, stream: RtpStream, *, version: int = 1, answering: Media | None = None) -> str:
        wire = self.wire
        return sip.describe(
            wire.host, stream.port, version=version, answering=answering, key=stream.key, name=self.boast.name or "-"
        )

    def _connect(self, sdp: str) -> None:
        if sdp and self.stream is not None and (media := sip.media_of(sdp)) is not None:
            self.stream.connect(media)

    def _end(self, reason: EndReason, status: int | None) -> None:
        if self.ended_at is not None:
            return
        self.ended_at = time.monotonic()
        self.end_reason = reason
        self.status = status
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self.stream is not None:
            self.stream.close()
        self._on_end(self)
        if self.on_ended is not None:
            self.on_ended()
        self._wake()

    def _wake(self) -> None:
        if self._waiters:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiters.clear()
