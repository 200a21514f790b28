"""One call of a simulated phone, as its owner uses it: what it hears, what it says, and what to wait for."""

import asyncio
import time
from collections.abc import Callable

from hotline_agi.lab import sip
from hotline_agi.lab.dialog import Dialog
from hotline_agi.lab.rtp import MATCHING_PURITY, RtpStream
from hotline_agi.lab.sip import Message
from hotline_agi.lab.tone import Sound
from hotline_agi.lab.wire import GIVE_UP_S, CallFailed, CallTimeout


class PhoneCall(Dialog):
    """A call in or out; made by `SipPeer`. What comes too late (an answer after a CANCEL) does nothing."""

    # --- what it does; `hang_up` and `later` are the dialog's

    def ring(self) -> None:
        """180 Ringing."""
        if self._may_answer():
            self.ringing_at = self.ringing_at or time.monotonic()
            self._reply(self.invite, 180, more=self._contact())
            self._wake()

    def answer(self, tone_hz: int | None = None, *, media: bool = True) -> None:
        """200 OK; the other side hears the tone, or a quiet room. Without media no audio is sent or heard."""
        if not self._may_answer():
            return
        offered = sip.media_of(self.invite.body)
        if self.invite.body and offered is None:
            self._refuse(488)
            return
        stream = self._open_stream(tone_hz, media=media)
        self.answered_at = time.monotonic()
        self.status = 200
        self._answer_invite(self.invite, 200, self._describe(stream, answering=offered))
        if offered is not None:
            stream.connect(offered)
        self._wake()

    def reject(self, status: int = 486, more: str = "") -> None:
        """Refuse an incoming call that was not answered yet; `more` are header lines, such as the Contact of a 302."""
        self._refuse(status, more)

    def ignore(self) -> None:
        """Say nothing to this call, whatever comes: the phone is dead or unreachable."""
        self.ignored = True

    def offer(self, direction: str = "sendrecv") -> str:
        """A new description of our side, for a re-INVITE: ``sendonly`` holds the call, ``sendrecv`` resumes it."""
        self._sdp_version += 1
        body = self._describe(self._audio(), version=self._sdp_version)
        return body.replace("a=sendrecv", f"a={direction}")

    # --- what it says and hears

    def play(self, *sounds: Sound) -> None:
        """Say something else from now on; silence afterwards."""
        self._audio().play(*sounds)

    def press(self, keys: str) -> None:
        """Press keys (RFC 4733), 100 ms each, one after the other.

        :raises CallFailed: if the call has no stream yet, or the other side takes no telephone events.
        """
        if (stream := self.stream) is None or (stream.remote is not None and stream.remote.event_payload is None):
            raise CallFailed(f"{self!r} cannot press {keys}: the other side takes no keys\n{self.ladder()}")
        stream.press(keys)

    async def ask(self, method: str, more: str = "", body: str = "") -> Message:
        """Send a request within this call (REFER, INFO, re-INVITE…) and wait for its final response.

        :raises CallTimeout: if none comes for 32 s.
        """
        self.cseq += 1
        branch = self.wire.new_branch()
        text = self.request(method, branch, self._contact() + more, body)
        answered: asyncio.Future[Message | None] = self.wire.loop.create_future()

        def settle(message: Message | None) -> None:
            if not answered.done() and (message is None or message.status >= 200):
                answered.set_result(message)

        self.wire.start(text, self.address, (branch, method), settle, self.messages)
        if (answer := await answered) is None:
            raise CallTimeout(f"{method} in {self!r}: no answer for {GIVE_UP_S:.0f} s")
        if method == "INVITE":
            branch = branch if answer.status >= 300 else self.wire.new_branch()
            self.wire.send(self.request("ACK", branch), self.address, self.messages)
        return answer

    # --- what the owner waits for

    async def until_ringing(self, timeout_s: float) -> float:
        """When it began to ring (a 180 came or was sent)."""
        return await self._until(lambda: self.ringing_at, "ringing", timeout_s)

    async def until_answered(self, timeout_s: float) -> float:
        """When it was answered (a 200 came or was sent)."""
        return await self._until(lambda: self.answered_at, "answered", timeout_s)

    async def until_ended(self, timeout_s: float) -> float:
        """When it ended, in whichever way: see `end_reason`."""
        return await self._until(lambda: self.ended_at, "ended", timeout_s)

    async def until_hears(
        self, hz: int, timeout_s: float, *, since: float | None = None, least: float = MATCHING_PURITY
    ) -> float:
        """When the tone began to be heard: arrival of its first frame after `since` (default: now; 4 s are kept)."""
        mark = time.monotonic() if since is None else since

        def moment() -> float | None:
            nonlocal mark
            if (stream := self.stream) is None:
                return None
            if (found := stream.first_match(hz, mark, least)) is None and len(stream.heard) > 3:
                mark = max(mark, stream.heard[-4].at)  # the last three frames may be the beginning of a match
            return found

        return await self._until(moment, f"hearing {hz} Hz", timeout_s)

    def hears(self, hz: int, within_s: float = 0.5, *, least: float = MATCHING_PURITY) -> bool:
        """Whether the tone was heard within the last moments."""
        return self._audio().first_match(hz, time.monotonic() - within_s, least) is not None

    def loudness(self, within_s: float = 0.5) -> float:
        """Root mean square of what was heard in the last moments; a phone's tone has 5657, a quiet room under 100."""
        return self._audio().loudness(time.monotonic() - within_s)

    @property
    def rtp_received(self) -> int:
        """Packets of audio so far."""
        return self.stream.received if self.stream is not None else 0

    def ladder(self) -> str:
        """The call's messages as one line each, for the message of a failed test."""
        return "\n".join(f"{m.at - self.invited_at:9.3f} {m.way:3} {m.first_line}" for m in self.messages)

    def _audio(self) -> RtpStream:
        if self.stream is None:
            raise CallFailed(f"{self!r} has no audio\n{self.ladder()}")
        return self.stream

    async def _until(self, moment: Callable[[], float | None], what: str, timeout_s: float) -> float:
        try:
            async with asyncio.timeout(timeout_s):
                while (at := moment()) is None:
                    if self.ended_at is not None:
                        raise CallFailed(f"{self!r} ended with {self.status} before {what}\n{self.ladder()}")
                    waiter = self.wire.loop.create_future()
                    self._waiters.append(waiter)
                    await waiter
        except TimeoutError:
            raise CallTimeout(f"{self!r}: not {what} within {timeout_s} s\n{self.ladder()}") from None
        return at
