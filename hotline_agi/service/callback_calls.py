"""Calls to callers, as Asterisk has them: placed once, joined with the volunteer who waits, and seen to their end.

```text
   volunteer   menu ─► holding bridge ─────────────► two-party bridge ─► what came of it? ─► menu
   caller            rings ─► "press 1" ── 1 ─► Bridge(volunteer) ─► hangs up
```

Nothing is dialled a second time: what became of a call whose news was lost is asked by taking stock, or nobody knows.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.messages import HOLDING
from hotline_agi.asterisk.status import Inventory
from hotline_agi.dispatch.events import Event, VolunteerReleased
from hotline_agi.errors import PbxError
from hotline_agi.log import logger
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, LineId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.work import AttemptEnd
from hotline_agi.work.entry import CALL_LIMIT_S

RING_S = 45.0
MAKING_S = 2.0
"""Asterisk makes the channel of an ``Originate`` in its own time."""
LAST_NEWS_S = 1.0
"""Behind the answer to an ``Originate`` that failed comes the end of its channel, if it had one, with the cause."""
CANCELS, CANCEL_AGAIN_S = 5, 0.3
ENDS_KEPT = 500
_NAME = re.compile(r"PJSIP/[A-Za-z0-9_.@+-]+-[0-9a-f]{8}")
_BUSY = (Cause.USER_BUSY,)
_TRUNK = (
    Cause.CONGESTION,
    Cause.FAILURE,
    Cause.CHANNEL_UNAVAIL,
    Cause.DESTINATION_OUT_OF_ORDER,
    Cause.SUBSCRIBER_ABSENT,
)
"""No phone of the caller's rang."""


@dataclass(slots=True, kw_only=True, eq=False)
class CallbackCall:
    """One call to a caller, while it lives."""

    attempt: LegId
    """The caller's channel."""
    entry: CallId
    line: LineId
    volunteer: VolunteerId
    channel: str
    """The volunteer's, by name; empty: it is not known."""
    uniqueid: str
    placed_s: float
    answered: bool = False
    holding: str = ""
    """The unique id of the bridge in which the volunteer waits."""
    caller_in: str = ""
    volunteer_in: str = ""
    """Of the two-party bridges that they are in."""
    talk_began_s: float | None = None
    talk_s: float = 0.0

    @property
    def talked(self) -> bool:
        return self.talk_began_s is not None

    @property
    def talks(self) -> bool:
        return bool(self.caller_in) and self.caller_in == self.volunteer_in


Ended = Callable[[CallbackCall, AttemptEnd, bool], None]
"""A call, its end, and whether the volunteer hung up: nobody is there any more to say what came of it."""


class CallbackCalls:
    """All that live. Give it AMI's events (`on_message`) before the node gets them, and each stock."""

    def __init__(self, *, link: Callable[[], AmiLink], trunk: str, tell: Callable[[Event], None]) -> None:
        """Set `joined`, `ended` and `gone`, for who keeps the list of work."""
        self._link, self._trunk, self._tell = link, trunk, tell
        self.joined: Callable[[CallbackCall], None] = lambda _call: None
        self.ended: Ended = lambda _call, _end, _hung_up: None
        self._live: dict[LegId, CallbackCall] = {}
        self._of_volunteer: dict[str, CallbackCall] = {}
        self._watched: OrderedDict[str, bool] = OrderedDict()
        """Volunteers' channels that may soon wait for a call, and whether they are gone."""
        self._ends: OrderedDict[str, tuple[CallbackCall, AttemptEnd]] = OrderedDict()
        """By the volunteer's channel: what came of their last call."""
        self.gone: Callable[[str], None] = lambda _uniqueid: None
        """Told of each volunteer's channel that ended while it was watched."""

    def __len__(self) -> int:
        return len(self._live)

    # ---- what the list of work does with them

    def watch(self, uniqueid: str) -> None:
        """From now on it is known whether that channel ended."""
        self._watched[uniqueid] = False
        if len(self._watched) > ENDS_KEPT:
            self._watched.popitem(last=False)

    def place(self, call: CallbackCall, number: PhoneNumber, *, shown: str, language: str, say: str) -> bool:
        """Dial, once. False: it could not be sent, or the volunteer is gone; then nothing was dialled.

        :param shown: the hotline's number, which the caller sees.
        :param say: the prompt that whoever answers hears.
        """
        if self._watched.get(call.uniqueid, False) or _NAME.fullmatch(call.channel) is None:
            return False
        try:
            self._link().send(
                (
                    ("Action", "Originate"),
                    ("Channel", f"PJSIP/{number.reveal()}@{self._trunk}"),
                    ("ChannelId", call.attempt),
                    ("Context", "hotline-callback"),
                    ("Exten", "called"),
                    ("Priority", "1"),
                    ("Timeout", str(round(RING_S * 1000))),
                    ("CallerID", f'"" <{shown}>'),
                    ("Async", "true"),
                    ("Variable", f"HOTLINE_SAY={say}"),
                    ("Variable", f"CHANNEL(language)={language}"),
                ),
                lambda answer: self._originated(call, answer),
            )
        except (PbxError, ValueError) as error:
            logger.error("a callback could not be placed", entry=call.entry, trouble=str(error))
            return False
        self._add(call)
        return True

    def came_back(self, uniqueid: str) -> tuple[CallbackCall, AttemptEnd] | None:
        """The volunteer waits, or talks, no more: what came of their call; None: they had none."""
        call = self._of_volunteer.get(uniqueid)
        if call is not None and call.talked:
            self._finish(call, AttemptEnd.TALKED)
        elif call is not None:  # they waited for as long as anybody waits
            self._cancel(call)
            self._finish(call, AttemptEnd.NO_ANSWER)
        return self._ends.pop(uniqueid, None)

    def confirmed(self, session: AgiSession) -> None:
        """Who answered has pressed the key: whose channel they are joined with, if it is still there."""
        request = session.request
        assert request is not None
        call = self._live.get(LegId(request.uniqueid))
        session.reply(f"ok:join:{call.channel}" if call is not None and call.channel and not call.talked else "ok:gone")

    # ---- Asterisk

    def on_message(self, message: AmiMessage) -> None:
        """One AMI event."""
        uniqueid = str(message.get("Uniqueid", ""))
        name = message["Event"]
        if name == "Hangup" and uniqueid in self._watched:
            self._watched[uniqueid] = True
            self.gone(uniqueid)
        call = self._live.get(LegId(uniqueid)) or self._of_volunteer.get(uniqueid)
        if call is None:
            self._kick_if_over(message, uniqueid)
            return
        is_caller = uniqueid == call.attempt
        match name:
            case "OriginateResponse" if is_caller:
                self._answered(call, message)
            case "BridgeEnter":
                self._entered(call, message, is_caller=is_caller)
            case "BridgeLeave":
                self._left(call, str(message.get("BridgeUniqueid", "")), is_caller=is_caller)
            case "Hangup" if is_caller:
                self._caller_gone(call, str(message.get("Cause", "")))
            case "Hangup":
                self._volunteer_gone(call)

    def stock_taken(self, found: Inventory, open_attempts: Iterable[CallbackCall]) -> None:
        """What lives, against what we believe; `open_attempts`: of a run before this one, whose ends nobody noted."""
        channels = {channel.uniqueid: channel for channel in found.channels}
        waiting = {channel.value("ATTEMPT"): channel for channel in found.engaged}
        for call in open_attempts:
            volunteer = waiting.get(call.attempt)
            if volunteer is not None:
                call.channel, call.uniqueid = volunteer.name, volunteer.uniqueid
                self.watch(call.uniqueid)
            self._add(call)
            logger.info("a callback of before the start", entry=call.entry, alive=call.attempt in channels)
        for call in list(self._live.values()):
            caller, volunteer = channels.get(call.attempt), channels.get(call.uniqueid)
            call.answered = call.answered or (caller is not None and caller.up)
            bridges = [one.bridge if one is not None else "" for one in (caller, volunteer)]
            if bridges[0] and bridges[0] == bridges[1]:
                call.caller_in = call.volunteer_in = bridges[0]
                self._talk_begins(call)
            elif volunteer is not None and volunteer.context == "hotline-callback":
                call.holding = volunteer.bridge
            if volunteer is None:
                self._volunteer_gone(call)
            elif caller is None and time.monotonic() - call.placed_s > MAKING_S and not call.talked:
                self._finish(call, AttemptEnd.UNSEEN)

    # ---- events

    def _originated(self, call: CallbackCall, answer: AmiMessage | None) -> None:
        if answer is not None and answer.get("Response") == "Error":
            logger.error("asterisk refused to place a callback", entry=call.entry)
            self._finish(call, AttemptEnd.FAILED)

    def _answered(self, call: CallbackCall, message: AmiMessage) -> None:
        if message.get("Response") == "Success":
            call.answered = True
            return
        # a channel that was made tells its cause by its Hangup; one that never was has none
        end = AttemptEnd.NO_ANSWER if str(message.get("Reason", "")) == "3" else AttemptEnd.FAILED
        asyncio.get_running_loop().call_later(LAST_NEWS_S, self._finish, call, end)

    def _entered(self, call: CallbackCall, message: AmiMessage, *, is_caller: bool) -> None:
        bridge = str(message.get("BridgeUniqueid", ""))
        if message.get("BridgeTechnology") == HOLDING:
            call.holding = bridge
            return
        if is_caller:
            call.caller_in = bridge
        else:
            call.volunteer_in, call.holding = bridge, ""
        if call.talks:
            self._talk_begins(call)

    def _talk_begins(self, call: CallbackCall) -> None:
        if not call.talked:
            call.talk_began_s = time.monotonic()
            self.joined(call)

    def _left(self, call: CallbackCall, bridge: str, *, is_caller: bool) -> None:
        if call.talks and bridge == call.caller_in and call.talk_began_s is not None:
            call.talk_s = time.monotonic() - call.talk_began_s
        if is_caller:
            call.caller_in = ""
        elif bridge == call.volunteer_in:
            call.volunteer_in = ""
        elif bridge == call.holding:
            call.holding = ""

    def _caller_gone(self, call: CallbackCall, cause: str) -> None:
        if call.talked:
            return  # the volunteer comes back, or hangs up: then it is over
        code = int(cause) if cause.isdecimal() and len(cause) <= 3 else 0
        if call.answered:
            end = AttemptEnd.NOT_CONFIRMED
        elif code in _BUSY:
            end = AttemptEnd.BUSY
        else:
            end = AttemptEnd.FAILED if code in _TRUNK else AttemptEnd.NO_ANSWER
        self._finish(call, end)

    def _volunteer_gone(self, call: CallbackCall) -> None:
        if call.talked:
            self._finish(call, AttemptEnd.TALKED, hung_up=True)
        else:
            self._cancel(call)
            self._finish(call, AttemptEnd.VOLUNTEER_LEFT, hung_up=True)

    def _expired(self, call: CallbackCall) -> None:
        """No news for longer than any such call lasts: it is ended, if it is there."""
        if call.attempt in self._live and not call.talked:
            self._cancel(call)
            self._finish(call, AttemptEnd.UNSEEN)

    # ---- moves

    def _add(self, call: CallbackCall) -> None:
        self._live[call.attempt] = call
        if call.uniqueid:
            self._of_volunteer[call.uniqueid] = call
        asyncio.get_running_loop().call_later(CALL_LIMIT_S, self._expired, call)

    def _finish(self, call: CallbackCall, end: AttemptEnd, hung_up: bool = False) -> None:
        if self._live.pop(call.attempt, None) is None:
            return
        if call.talked and not call.talk_s and call.talk_began_s is not None:
            call.talk_s = time.monotonic() - call.talk_began_s
        if call.uniqueid:
            self._of_volunteer.pop(call.uniqueid, None)
            self._ends[call.uniqueid] = call, end
            if len(self._ends) > ENDS_KEPT:
                self._ends.popitem(last=False)
            self._tell(VolunteerReleased(leg=LegId(call.uniqueid), line=call.line, talk_s=round(call.talk_s, 3)))
        logger.info("callback", entry=call.entry, volunteer=call.volunteer, end=end.value, talk_s=round(call.talk_s, 1))
        self.ended(call, end, hung_up)
        if call.holding and not hung_up:
            self._kick(call)

    def _kick(self, call: CallbackCall) -> None:
        """Take the volunteer out of the holding bridge, and out of no other."""
        self._try(("Action", "BridgeKick"), ("BridgeUniqueid", call.holding), ("Channel", call.channel))

    def _kick_if_over(self, message: AmiMessage, uniqueid: str) -> None:
        """A volunteer goes into the holding bridge whose call is over already: it ended before they were in it."""
        ended = self._ends.get(uniqueid)
        if message["Event"] == "BridgeEnter" and message.get("BridgeTechnology") == HOLDING and ended is not None:
            ended[0].holding = str(message.get("BridgeUniqueid", ""))
            self._kick(ended[0])

    def _cancel(self, call: CallbackCall, nth: int = 1) -> None:
        """Hang the caller's phone up; if its channel does not exist yet, again."""

        def answered(answer: AmiMessage | None) -> None:
            if answer is not None and answer.get("Response") != "Success" and nth < CANCELS:
                asyncio.get_running_loop().call_later(CANCEL_AGAIN_S, self._cancel, call, nth + 1)

        cause = str(int(Cause.NORMAL_CLEARING))
        self._try(("Action", "Hangup"), ("Channel", call.attempt), ("Cause", cause), on_reply=answered)

    def _try(self, *fields: tuple[str, str], on_reply: Callable[[AmiMessage | None], None] | None = None) -> None:
        try:
            self._link().send(fields, on_reply)
        except PbxError as error:
            logger.warning("an action was not sent", action=fields[0][1], trouble=str(error))
