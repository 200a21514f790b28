"""One Asterisk as the service sees it: carries out the machine's commands, reports the machine's events.

Nothing here decides. An action whose answer is lost is never sent again: its leg is reported by the stock-taking after
the link is back, or by the machine's own deadline.
"""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

from hotline_agi.asterisk.ami import AmiLink, AmiMessage
from hotline_agi.asterisk.devices import Devices
from hotline_agi.asterisk.dialling import Dialling, dial_string
from hotline_agi.asterisk.envelope import Envelope
from hotline_agi.asterisk.fastagi import AgiSession
from hotline_agi.asterisk.messages import CallerChannel, Translator, is_leg
from hotline_agi.asterisk.postponed import Postponed
from hotline_agi.asterisk.status import VARIABLES, WISH, Inventory
from hotline_agi.dispatch import asides
from hotline_agi.dispatch.commands import (
    AnswerHelper,
    AnswerNotice,
    CancelLeg,
    CancelReason,
    ConnectLeg,
    DismissLeg,
    EndRound,
    FetchCaller,
    GuideCaller,
    HangUp,
    HoldCaller,
    ListenToCaller,
    MarkConsent,
    NodeCommand,
    NoticeKind,
    OpenRoom,
    ReassignLeg,
    RefuseLeg,
    RingHelper,
    RingLeg,
    RingNotice,
    StopRecording,
    TellVolunteer,
)
from hotline_agi.dispatch.events import (
    CallArrived,
    CallbackAsked,
    CallerListened,
    CallerSpoke,
    CallerSurviving,
    Event,
    HelperAnswered,
    LegAccepted,
    LegEnded,
    LinkLost,
    NoticeAnswered,
    RoundEnded,
    StockTaken,
    TalkEnded,
    WrapUpDeclined,
)
from hotline_agi.errors import PbxError
from hotline_agi.log import logger
from hotline_agi.selfservice import notice_words
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, NodeId, VolunteerId

STOCK_TIMEOUT_S = 5.0
HELP_ARGUMENT = 4
"""Of the first question of a call: ``1`` where a campaign rang them."""
KEY_YES = "1"
"""In a notice; any other key of those that are offered is a no."""
FETCHED, FETCHED_ARGUMENT = "fetched", 3
"""Where the dialplan asks after a `FetchCaller`, and which argument of the question says so."""
CALLER_ROUTES = ("arrive", "round", "talked")
ELSEWHERE_CAUSES = {
    CancelReason.ELSEWHERE: Cause.ANSWERED_ELSEWHERE,
    CancelReason.CALLER_LEFT: Cause.NORMAL_CLEARING,
    CancelReason.WITHDRAWN: Cause.NORMAL_CLEARING,
}
PHONES_FIRST_S = 0.005
"""Head start of the phones before the caller's channel gets to work (answer, bridge, music): on a machine with two
cores the first then rings 0.9 ms and the last 1.5 ms earlier, and no caller notices."""
TALK_DETECT = "2500,64"
"""Silence threshold in ms (Asterisk's default) and the mean amplitude of a frame, of 32,767, from which on it is sound.
Asterisk's default is 256; a whisper and a sob lie below that, and a line that carries nothing lies at 0 to 8."""
CHANNEL_COMES_S = 30.0
"""Asterisk makes the channel of an `Originate` within milliseconds; of what has not come by then no news will come."""
MESSAGE_HANDLER = "HotlineMessage"
RECORDING_HANDLER = "HotlineRecording"
STORED_HANDLER = "HotlineStored"
UNATTENDED_HANDLER = "HotlineUnattended"
NOTE_HANDLER = "HotlineNote"
TOLD_ELSEWHERE = (MESSAGE_HANDLER, RECORDING_HANDLER, STORED_HANDLER, UNATTENDED_HANDLER, NOTE_HANDLER)
SURVIVING = "HotlineSurviving"
UNKNOWN_GATHER_S = 1.0
"""So long callers gather whom the dialplan serves and who never reached us, before stock is taken of them: in a surge
that must not be asked for each."""
_SECONDS = re.compile(r"[0-9]{1,9}")
"""A dialplan's `EPOCH` minus another, or how long Asterisk runs: 31 years at most."""


class Node:
    """One Asterisk: its AMI link, its open AGI questions, its channels."""

    def __init__(
        self,
        node: NodeId,
        *,
        dialling: Dialling,
        envelope: Envelope,
        report: Callable[[Event], None],
        line_of_number: Callable[[str], LineId | None],
        volunteer_of_target: Callable[[str], VolunteerId | None],
        user_event: Callable[[AmiMessage], None],
        after_talk: Callable[[ConnectLeg], str] = lambda _: "",
        notes_for: Callable[[VolunteerId], int] = lambda _: 0,
    ) -> None:
        """`report` takes events into the machine; `user_event` gets our UserEvents that are not for the machine;
        `after_talk` says what a volunteer is asked after the talk, `notes_for` how many notes they have not heard."""
        self._after_talk, self._notes_for = after_talk, notes_for
        self.id = node
        self.link: AmiLink | None = None
        self._dialling, self._envelope = dialling, envelope
        self._report = report
        self._line_of_number, self._volunteer_of_target = line_of_number, volunteer_of_target
        self._user_event = user_event
        self._translator = Translator()
        self._devices = Devices(node)
        self._caller_sessions: dict[CallId, AgiSession] = {}
        self._leg_sessions: dict[LegId, AgiSession] = {}
        self.postponed = Postponed(self.on_question, self._refuse)
        self._cancels: dict[LegId, tuple[CancelLeg, float]] = {}
        """Cancels of legs whose channel did not exist yet, and since when (`time.monotonic` seconds), the oldest first;
        repeated when it appears."""
        self._joining: set[LegId] = set()
        """Legs that were told to take their caller, as long as they live."""
        self._recount: asyncio.Task[None] | None = None
        self._fetching: dict[CallId, AgiSession | None] = {}
        """Callers who are being brought back from aside, and the question that they asked meanwhile by themselves."""
        self.on_stock: Callable[[Inventory], None] = lambda _found: None
        """Told of all channels, behind the machine."""

    # ---- Asterisk → machine

    def on_message(self, message: AmiMessage) -> None:
        """One AMI event."""
        name = message["Event"]
        if name == "FullyBooted":
            uptime = str(message.get("Uptime", ""))
            if _SECONDS.fullmatch(uptime):
                self._devices.started(time.monotonic() - int(uptime))
            return
        if name == "Newchannel":
            self._repeat_cancel(LegId(str(message.get("Uniqueid", ""))))
        if name == "UserEvent" and message.get("UserEvent") == SURVIVING and not self._knows(message):
            self._recount_soon(UNKNOWN_GATHER_S)
        if name == "UserEvent" and message.get("UserEvent") in TOLD_ELSEWHERE:
            self._user_event(message)
            return
        if name in ("Hangup", "OriginateResponse"):
            # from now on there is a channel to hang up, or there never will be
            self._cancels.pop(LegId(str(message.get("Uniqueid", ""))), None)
        if name == "Hangup":
            self._joining.discard(LegId(str(message.get("Uniqueid", ""))))
        now_s = time.monotonic()
        device = name == "DeviceStateChange"
        events = self._devices.changed(message, now_s) if device else self._translator.translate(message)
        for event in events:
            if isinstance(event, CallerSpoke):
                self._stop_listening(event.call)
            self._report(event)

    def _knows(self, message: AmiMessage) -> bool:
        return CallId(str(message.get("Call", ""))) in self._translator.callers

    def on_question(
        self,
        session: AgiSession,
        *,
        caller: CallerToken | None = None,
        high_risk: bool = False,
        withheld: bool = False,
        language: str = "",
    ) -> None:
        """One question of the dialplan about a caller or a leg. Left unanswered, the dialplan helps itself.

        What is known of who calls goes with the first question of a call.
        """
        request = session.request
        assert request is not None
        if self.link is None or not self.link.is_up:
            self.postponed.take(session)
            return
        if request.route == "accept":
            self._leg_asks(session, LegAccepted(leg=LegId(request.uniqueid)))
            return
        if request.route == "notice":
            agreed = request.argument(0) == KEY_YES
            self._leg_asks(session, NoticeAnswered(leg=LegId(request.uniqueid), agreed=agreed))
            return
        if request.route == "helper":
            agreed = request.argument(0) == KEY_YES
            self._leg_asks(session, HelperAnswered(leg=LegId(request.uniqueid), agreed=agreed))
            return
        if request.route == "ready":
            self._report(WrapUpDeclined(leg=LegId(request.uniqueid)))
            session.reply("ok")
            return
        call = CallId(request.uniqueid)
        line = self._line_of_number(request.argument(0))
        if line is None:
            logger.error("a call to a number that no line owns: add it to the line's `numbers`")
            session.refuse()
            return
        self._translator.callers.setdefault(call, CallerChannel(request.channel, asked_s=time.monotonic()))
        if call in self._fetching and request.argument(FETCHED_ARGUMENT) != FETCHED:
            self._fetching[call] = session  # the dialplan is about to be taken out of this question, or cannot be
            return
        self._fetching.pop(call, None)
        self._register(call, session)
        if request.route == "arrive":
            self._report(
                CallArrived(
                    call=call,
                    line=line,
                    node=self.id,
                    caller=caller,
                    high_risk=high_risk,
                    withheld=withheld,
                    language=language,
                    asked_for_help=request.argument(HELP_ARGUMENT) == "1",
                )
            )
        elif request.route == "round":
            waited = request.argument(1)
            waited_s = float(waited) if _SECONDS.fullmatch(waited) else 0.0
            self._report(RoundEnded(call=call, line=line, node=self.id, waited_s=waited_s))
        else:
            self._report(TalkEnded(call=call, line=line, node=self.id))

    def on_callback(self, session: AgiSession, event: CallbackAsked) -> None:
        """Where a caller wants to be called back is on disk; `session` waits for what they hear next."""
        self._register(event.call, session)
        self._report(event)

    def _register(self, call: CallId, session: AgiSession) -> None:
        self._caller_sessions[call] = session
        session.on_closed = lambda _: self._forget_caller_session(call, session)

    def _refuse(self, session: AgiSession) -> None:
        session.refuse()
        request = session.request
        if request is not None and request.route in CALLER_ROUTES:
            line = self._line_of_number(request.argument(0))
            self._report(CallerSurviving(call=CallId(request.uniqueid), line=line, node=self.id))

    def _leg_asks(self, session: AgiSession, event: LegAccepted | NoticeAnswered | HelperAnswered) -> None:
        leg = event.leg
        self._leg_sessions[leg] = session
        session.on_closed = lambda _: self._forget_leg_session(leg, session)
        self._report(event)

    def _forget_caller_session(self, call: CallId, session: AgiSession) -> None:
        if self._caller_sessions.get(call) is session:
            del self._caller_sessions[call]

    def _forget_leg_session(self, leg: LegId, session: AgiSession) -> None:
        if self._leg_sessions.get(leg) is session:
            del self._leg_sessions[leg]

    async def take_stock(self) -> None:
        """Report all that lives in this Asterisk; after each (re)connect, before events are trusted.

        :raises LinkLost: if the link broke meanwhile.
        :raises PbxError: if Asterisk does not answer.
        """
        assert self.link is not None
        rows: list[AmiMessage] = []
        asked_s = time.monotonic()
        # taken in as soon as it is there: what stands behind it in the stream happened later
        await self.link.request(
            (("Action", "Status"), ("Variables", ",".join(VARIABLES))),
            timeout_s=STOCK_TIMEOUT_S,
            rows=rows,
            heard=lambda: self._take_in(rows, asked_s),
        )

    def _take_in(self, rows: list[AmiMessage], asked_s: float) -> None:
        found = Inventory(
            rows,
            epoch_s=time.time(),
            line_of_number=self._line_of_number,
            volunteer_of_target=self._volunteer_of_target,
        )
        bridges: dict[str, set[str]] = {}
        for channel in found.channels:
            ours = is_leg(channel.uniqueid) or channel.uniqueid in found.callers
            if ours and channel.bridge and not (channel.is_caller and found.holding_bridge(CallId(channel.uniqueid))):
                bridges.setdefault(channel.bridge, set()).add(channel.uniqueid)
        # those on the way out stay until their `Hangup`, as do those whose question (another stream) overtook the list
        callers = {
            call: CallerChannel(one.name, asked_s=one.asked_s)
            for call, one in self._translator.callers.items()
            if call in found.alive or one.asked_s >= asked_s
        }
        for call, channel in found.callers.items():
            callers[call] = CallerChannel(channel.name, found.holding_bridge(call), aside=channel.context == WISH)
        self._translator.begin_anew(
            callers,
            bridges,
            {channel.uniqueid for channel in found.channels if is_leg(channel.uniqueid)},
            {channel.uniqueid for channel in (*found.survival_legs, *found.engaged)},
        )
        self._joining = {
            LegId(channel.uniqueid)
            for channel in found.channels
            if is_leg(channel.uniqueid)
            and not channel.is_helper
            and (channel.uniqueid in self._joining or channel.bridge or channel.exten == "join")
        }
        self._report(
            StockTaken(node=self.id, calls=found.alive, callers=found.live_calls(), legs=found.legs(), asked_s=asked_s)
        )
        self.on_stock(found)

    async def take_devices(self) -> None:
        """Report which softphones can be rung; after each (re)connect, before `take_stock` lets the machine ring.

        An Asterisk whose `modules.conf` is older than this service refuses; then nothing is known of any softphone.
        """
        assert self.link is not None
        rows: list[AmiMessage] = []
        try:
            await self.link.request((("Action", "DeviceStateList"),), timeout_s=STOCK_TIMEOUT_S, rows=rows)
        except PbxError as error:
            logger.warning("device states are not known: load res_manager_devicestate.so", trouble=str(error))
        for event in self._devices.listed(rows, time.monotonic()):
            self._report(event)

    @property
    def fresh_for_s(self) -> float:
        """How long this Asterisk, just started, may still not have asked all its phones: seconds."""
        return self._devices.fresh_for_s(time.monotonic())

    @property
    def tasks(self) -> tuple[asyncio.Task[None], ...]:
        """What is under way here, to be cancelled by whoever ends the service."""
        return () if self._recount is None or self._recount.done() else (self._recount,)

    def link_lost(self) -> None:
        """The AMI link is down: nobody can be rung or told anything until `take_stock`."""
        self.postponed.link_lost()
        self._devices.started(time.monotonic())  # perhaps it is; until `FullyBooted` says since when it runs
        self._report(LinkLost(node=self.id))

    # ---- machine → Asterisk

    def carry_out(self, command: NodeCommand) -> None:
        """Do one command now, or report at once that it could not be done."""
        match command:
            case RingLeg():
                self._ring(command)
            case ReassignLeg(leg=leg, call=call):
                self._try(("Action", "Setvar"), ("Channel", leg), ("Variable", "HOTLINE_CALL"), ("Value", call))
            case RingNotice():
                self._ring_notice(command)
            case RingHelper(talk=talk, role=role):
                variables = f"HOTLINE_TALK={talk}", f"HOTLINE_ROLE={role.value}"
                self._originate(command, "hotline-help", role.value, *variables)
            case AnswerHelper(leg=leg, word=helper_word):
                self._answer_leg(leg, f"ok:{helper_word.value}")
            case TellVolunteer():
                self._tell(command)
            case OpenRoom():
                self._open_room(command)
            case AnswerNotice(leg=leg, reply=answer):
                self._answer_leg(leg, f"ok:{answer.value}")
            case CancelLeg():
                self._cancel(command)
            case DismissLeg(leg=leg, reason=reason):
                self._try(
                    ("Action", "Redirect"),
                    ("Channel", leg),
                    ("Context", "hotline-leg"),
                    ("Exten", reason.value),
                    ("Priority", "1"),
                )
            case ConnectLeg(leg=leg, call=call, rests=rests, records=records, may_ask=may_ask):
                caller = self._translator.callers.get(call)
                asked = self._after_talk(command)
                more = f":after:{asked}" if asked else ":rest" if rests else ""
                more += (":record" if records else "") + (":help" if may_ask else "")
                if caller is not None:
                    self._joining.add(leg)
                self._answer_leg(leg, f"ok:won:{caller.name}{more}" if caller else "ok:gone")
            case RefuseLeg(leg=leg, reason=reason):
                self._answer_leg(leg, f"ok:{reason.value}")
            case HoldCaller():
                overflow = "-".join(command.overflow)
                self._answer_caller(
                    command.call,
                    f"ok:hold:{command.language}:{command.music}:{command.round_s}:{command.max_wait_s:.0f}:{overflow}",
                )
            case GuideCaller(call=call, language=language, steps=steps):
                caller = self._translator.callers.get(call)
                if caller is not None:
                    caller.aside = steps[0] in asides.STEPS
                self._answer_caller(call, f"ok:steps:{language}:{'-'.join(steps)}")
            case EndRound(call=call):
                self._end_round(call)
            case ListenToCaller(call=call):
                self._listen(call)
            case FetchCaller(call=call):
                self._fetch(call)
            case MarkConsent(call=call, agreed=agreed):
                self._mark_consent(call, agreed)
            case StopRecording(leg=leg_id):
                if leg_id is not None:
                    self._try(("Action", "StopMixMonitor"), ("Channel", leg_id))
            case HangUp(party=party):
                self._hang_up(party, Cause.NORMAL_CLEARING)

    def _ring(self, command: RingLeg) -> None:
        exten = "confirm" if command.endpoint.confirm else "direct"
        variables = f"HOTLINE_CALL={command.call}", f"HOTLINE_ENDPOINT={command.endpoint.id}"
        self._originate(command, "hotline-leg", exten, *variables)

    def _ring_notice(self, command: RingNotice) -> None:
        notes = self._notes_for(command.volunteer) if command.kind is NoticeKind.READY else 0
        say = "+".join(notice_words.words(command, datetime.now(UTC), notes=notes))
        self._originate(command, "hotline-notice", command.kind.value, f"HOTLINE_SAY={say}")

    def _tell(self, command: TellVolunteer) -> None:
        """Two ends of one Local channel: one says the word, the other whispers it into the volunteer's leg."""
        word = command.word.value
        self._try(
            ("Action", "Originate"),
            ("Channel", f"Local/{word}@hotline-word/n"),
            ("Context", "hotline-word"),
            ("Exten", "whisper"),
            ("Priority", "1"),
            ("Async", "true"),
            ("Variable", f"HOTLINE_TALK={command.leg}"),
            ("Variable", f"HOTLINE_WORD_OF_HELP={word}"),
            ("Variable", f"CHANNEL(language)={command.language}"),
        )

    def _open_room(self, command: OpenRoom) -> None:
        self._try(
            ("Action", "Originate"),
            ("Channel", "Local/ear@hotline-room/n"),
            ("Context", "hotline-room"),
            ("Exten", "mouth"),
            ("Priority", "1"),
            ("Async", "true"),
            ("Variable", f"HOTLINE_TALK={command.talk}"),
        )
        if command.listener is not None:
            self._try(
                ("Action", "Redirect"),
                ("Channel", command.listener),
                ("Context", "hotline-help"),
                ("Exten", "room"),
                ("Priority", "1"),
            )

    def _originate(self, command: RingLeg | RingNotice | RingHelper, context: str, exten: str, *variables: str) -> None:
        leg = command.leg
        if self._envelope.refuses(command.endpoint, time.monotonic()):
            self._report(LegEnded(leg=leg, cause=Cause.FAILURE))
            return
        try:
            if self.link is None:
                raise PbxError("no AMI link")
            self.link.send(
                (
                    ("Action", "Originate"),
                    ("Channel", dial_string(command.endpoint, self._dialling)),
                    ("ChannelId", leg),
                    ("Context", context),
                    ("Exten", exten),
                    ("Priority", "1"),
                    ("Timeout", str(round(command.ring_timeout_s * 1000))),
                    ("CallerID", self._dialling.caller_id),
                    ("Account", command.volunteer or ""),
                    ("Async", "true"),
                    *(("Variable", variable) for variable in variables),
                    ("Variable", f"CHANNEL(language)={command.language}"),
                ),
                lambda answer: self._originated(leg, answer),
            )
        except (PbxError, ValueError) as error:
            logger.error("a leg could not be placed", leg=leg, trouble=str(error))
            self._report(LegEnded(leg=leg, cause=Cause.FAILURE))

    def _originated(self, leg: LegId, answer: AmiMessage | None) -> None:
        if answer is not None and answer.get("Response") == "Error":
            logger.error("asterisk refused to ring a leg", leg=leg, trouble=str(answer.get("Message", "")))
            self._report(LegEnded(leg=leg, cause=Cause.FAILURE))

    def _listen(self, call: CallId) -> None:
        """Have Asterisk say when there is sound from the caller (`TALK_DETECT` of func_talkdetect.c)."""
        caller = self._translator.callers.get(call)
        if caller is None:
            return

        def answered(answer: AmiMessage | None) -> None:
            if answer is not None and answer.get("Response") == "Success":
                self._report(CallerListened(call=call))

        self._try(
            ("Action", "Setvar"),
            ("Channel", caller.name),
            ("Variable", "TALK_DETECT(set)"),
            ("Value", TALK_DETECT),
            on_reply=answered,
        )

    def _mark_consent(self, call: CallId, agreed: bool) -> None:
        """The dialplan looks at it before it records, and a service that is started anew finds it there."""
        caller = self._translator.callers.get(call)
        if caller is not None:
            value = "1" if agreed else "0"
            self._try(("Action", "Setvar"), ("Channel", caller.name), ("Variable", "HOTLINE_CONSENT"), ("Value", value))

    def _stop_listening(self, call: CallId) -> None:
        """One sound is enough: the talk goes on without the detector."""
        caller = self._translator.callers.get(call)
        if caller is not None:
            self._try(
                ("Action", "Setvar"), ("Channel", caller.name), ("Variable", "TALK_DETECT(remove)"), ("Value", "")
            )

    def _cancel(self, command: CancelLeg) -> None:
        """Hang the leg up; if its channel does not exist yet, again as soon as it appears."""
        if command.leg in self._joining:
            self._cancel_unless_joined(command)
            return
        now_s = time.monotonic()
        for leg in [leg for leg, (_, since_s) in self._cancels.items() if since_s < now_s - CHANNEL_COMES_S]:
            del self._cancels[leg]
        self._cancels[command.leg] = command, now_s

        def answered(answer: AmiMessage | None) -> None:
            if answer is not None and answer.get("Response") == "Success":
                self._cancels.pop(command.leg, None)

        self._hang_up(command.leg, ELSEWHERE_CAUSES[command.reason], answered)

    def _cancel_unless_joined(self, command: CancelLeg) -> None:
        """A leg that was told to take its caller may talk by now, and only the news of it be late: AMI can be silent
        for seconds before that is noticed. So Asterisk is asked first: a talk is not cut for a belief of ours."""
        rows: list[AmiMessage] = []

        def answered(answer: AmiMessage | None) -> None:
            if answer is None:
                return  # the link is lost; what lives is seen when it is back
            if any(row.get("BridgeID") for row in rows):
                logger.warning("a leg that was given up is in a talk", leg=command.leg)
                self._recount_soon(0.0)
            else:
                self._hang_up(command.leg, ELSEWHERE_CAUSES[command.reason])

        self._try(("Action", "Status"), ("Channel", command.leg), on_reply=answered, rows=rows)

    def _recount_soon(self, after_s: float) -> None:
        """We know nothing, or something wrong, of a call: look at all that lives."""
        if self._recount is None or self._recount.done():
            self._recount = asyncio.get_running_loop().create_task(self._count_again(after_s))

    async def _count_again(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self.link is None or not self.link.is_up:
            return  # stock is taken when it is back
        try:
            await self.take_stock()
        except PbxError as error:
            logger.warning("stock was not taken", trouble=str(error))

    def _repeat_cancel(self, leg: LegId) -> None:
        found = self._cancels.get(leg)
        if found is not None:
            self._cancel(found[0])

    def _hang_up(self, channel: str, cause: Cause, on_reply: Callable[[AmiMessage | None], None] | None = None) -> None:
        self._try(("Action", "Hangup"), ("Channel", channel), ("Cause", str(int(cause))), on_reply=on_reply)

    def _end_round(self, call: CallId) -> None:
        """Kick the caller out of the holding bridge, and of no other: a talk must never be ended by this."""
        caller = self._translator.callers.get(call)
        if caller is not None and caller.holding_bridge:
            self._try(("Action", "BridgeKick"), ("BridgeUniqueid", caller.holding_bridge), ("Channel", caller.name))

    def _fetch(self, call: CallId) -> None:
        """Bring the caller back from aside. A question that they ask meanwhile by themselves waits for what comes of
        it: a redirect that hit them after the answer would take them out of the talk that follows."""
        caller = self._translator.callers.get(call)
        if caller is None or self.link is None or call in self._fetching:
            return

        def answered(answer: AmiMessage | None) -> None:
            waiting = self._fetching.pop(call, None)
            if waiting is not None and (answer is None or answer.get("Response") != "Success"):
                self.on_question(waiting)

        self._fetching[call] = None
        redirect = ("Action", "Redirect"), ("Channel", caller.name), ("Context", "hotline"), ("Exten", FETCHED)
        try:
            self.link.send((*redirect, ("Priority", "1")), answered)
        except PbxError as error:
            logger.warning("an action was not sent", action="Redirect", trouble=str(error))
            answered(None)

    def _answer_caller(self, call: CallId, reply: str) -> None:
        session = self._caller_sessions.pop(call, None)
        if session is not None:
            phones_ring = self.link is not None and self.link.flush()
            session.reply(reply, after_s=PHONES_FIRST_S if phones_ring else 0.0)

    def _answer_leg(self, leg: LegId, reply: str) -> None:
        session = self._leg_sessions.pop(leg, None)
        if session is not None:
            session.reply(reply)

    def _try(
        self,
        *fields: tuple[str, str],
        on_reply: Callable[[AmiMessage | None], None] | None = None,
        rows: list[AmiMessage] | None = None,
    ) -> None:
        """Send what is harmless when lost: the machine's deadlines see to it."""
        try:
            if self.link is not None:
                self.link.send(fields, on_reply, rows=rows)
        except PbxError as error:
            logger.warning("an action was not sent", action=fields[0][1], trouble=str(error))
