"""What is hard about INVITE: the caller's side with challenge, CANCEL and ACK, and the callee's final response.

RFC 3261 sections 9.1, 13.2, 13.3.1.4, 17.1.1 and 17.2.1.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from hotline_agi.lab import sip
from hotline_agi.lab.sip import Message
from hotline_agi.lab.wire import GIVE_UP_S, T1_S, T2_S

if TYPE_CHECKING:
    from hotline_agi.lab.dialog import Dialog


class Invitation:
    """An INVITE that we sent. It acknowledges final responses, repeated ones too, and tells the first to the dialog."""

    def __init__(self, dialog: "Dialog", more: str, sdp: str, auth: tuple[str, str] | None) -> None:
        self._dialog = dialog
        self._more = more
        self._sdp = sdp
        self._auth = auth
        self._branch = ""
        self._challenged = False
        self._progressed = False
        self._cancelled = False
        self._cancel_more = ""
        self._settled = False
        self._ack = ""
        self._send()

    def cancel(self, more: str) -> None:
        """Send CANCEL with these header lines, but not before the first provisional response came (section 9.1)."""
        if not self._cancelled:
            self._cancelled = True
            self._cancel_more = more
            if self._progressed:
                self._send_cancel()

    def _send(self, authorization: str = "") -> None:
        dialog = self._dialog
        self._branch = dialog.wire.new_branch()
        dialog.cseq += 1
        text = dialog.request("INVITE", self._branch, self._more + authorization, self._sdp)
        dialog.invite = sip.parse(text.encode("utf-8", "surrogateescape"))
        dialog.wire.start(text, dialog.address, (self._branch, "INVITE"), self._take, dialog.messages)

    def _send_cancel(self) -> None:
        dialog = self._dialog
        text = dialog.request("CANCEL", self._branch, self._cancel_more)
        if dialog.wire.start(text, dialog.address, (self._branch, "CANCEL"), lambda _: None, dialog.messages):
            dialog.later(GIVE_UP_S, lambda: dialog.take_refusal(408))  # in case that no 487 follows

    def _take(self, message: Message | None) -> None:
        """Any response, each time that it comes; None if none came in time."""
        if message is None:
            self._settled = True
            self._dialog.take_refusal(408)
        elif message.status < 200:
            self._progressed = True
            self._dialog.take_progress(message)
            if self._cancelled and not self._settled:
                self._send_cancel()
        elif message.status < 300:
            self._take_answer(message)
        else:
            self._take_refusal(message)

    def _take_answer(self, message: Message) -> None:
        """The ACK of a 2xx is a transaction of its own (section 13.2.2.4)."""
        dialog = self._dialog
        if not self._ack:
            dialog.take_remote(message)
            self._ack = dialog.request("ACK", dialog.wire.new_branch())
        dialog.wire.send(self._ack, dialog.address, dialog.messages)
        if not self._settled:
            self._settled = True
            dialog.take_answer(message)

    def _take_refusal(self, message: Message) -> None:
        """The ACK of a refusal belongs to the INVITE's transaction (section 17.1.1.3)."""
        dialog = self._dialog
        branch = message.branch
        ack = sip.request(
            "ACK",
            dialog.invite.uri,
            via=dialog.wire.via(branch),
            from_=dialog.invite.headers["from"][0],
            to=message.headers["to"][0],
            call_id=dialog.call_id,
            cseq=message.cseq[0],
        )
        dialog.wire.send(ack, dialog.address, dialog.messages)
        if self._settled or branch != self._branch:
            return
        challenge = sip.challenge_of(message)
        if challenge and self._auth and not self._cancelled and (challenge.stale or not self._challenged):
            self._challenged = True
            user, password = self._auth
            cnonce = dialog.wire.new_tag()
            uri = dialog.invite.uri
            self._send(challenge.answer(method="INVITE", uri=uri, user=user, password=password, cnonce=cnonce))
        else:
            self._settled = True
            dialog.take_refusal(message.status)


class FinalResponse:
    """The callee's final response to an INVITE, repeated until its ACK comes or nobody waits for it any more."""

    def __init__(self, dialog: "Dialog", invite: Message, text: str, on_lost: Callable[[], None]) -> None:
        self._dialog = dialog
        self._cseq = invite.cseq[0]
        self._text = text
        self._on_lost = on_lost
        self._interval_s = T1_S
        self._until = time.monotonic() + GIVE_UP_S
        self._timer: asyncio.TimerHandle | None = dialog.wire.loop.call_later(T1_S, self._repeat)

    @property
    def is_open(self) -> bool:
        """Whether the ACK is still missing."""
        return self._timer is not None

    def is_acknowledged_by(self, ack: Message) -> bool:
        """Whether this ACK is the one."""
        return self.is_open and ack.cseq[0] == self._cseq

    def stop(self) -> None:
        """Repeat it no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _repeat(self) -> None:
        if time.monotonic() >= self._until:
            self._timer = None
            self._on_lost()
            return
        self._dialog.wire.send(self._text, self._dialog.address, self._dialog.messages)
        self._interval_s = min(2 * self._interval_s, T2_S)
        self._timer = self._dialog.wire.loop.call_later(self._interval_s, self._repeat)
