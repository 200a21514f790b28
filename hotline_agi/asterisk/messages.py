"""AMI events → events of the machine. Pure; remembers only which channel sits in which bridge.

Asterisk's stream can be forged through caller-supplied text (ASTERISK.md 0.7), and it is late or lost after a gap: only
fields whose shape is checked here go further, and only for channels that are known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hotline_agi.asterisk.ami import AmiMessage
from hotline_agi.dispatch.events import (
    CallerHeld,
    CallerKeyed,
    CallerLeft,
    CallerSpoke,
    CallerSurviving,
    ContactAsked,
    Event,
    HangupRequested,
    HelpAsked,
    LegAnswered,
    LegEnded,
    LegKeyed,
    Step,
    StepReached,
    TalkStarted,
)
from hotline_agi.dispatch.recording import KEY_END
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId

LEG_PREFIX = "leg-"
"""Every leg's ChannelId begins so (see `Switchboard.ring`); the AMI event filter relies on it."""
HOLDING = "holding_bridge"
_OF_LEGS: dict[str, type[HelpAsked] | type[ContactAsked]] = {"HotlineHelp": HelpAsked, "HotlineContact": ContactAsked}
"""Events of the leg that they come from (hotline/features.conf, hotline/extensions-risk.conf)."""
_STEPS = {step.value: step for step in Step}
_LEG = re.compile(r"leg-[0-9a-f]{14}")
_CAUSE = re.compile(r"[0-9]{1,3}")
"""Q.850 has 7 bits for it."""


@dataclass(slots=True)
class CallerChannel:
    """The caller's side in this Asterisk."""

    name: str
    """Full channel name, for the leg's ``Bridge()``."""
    holding_bridge: str = ""
    """Unique id of the holding bridge while the caller is in it."""
    asked_s: float = 0.0
    """When they were first heard of, by a question (`time.monotonic` seconds)."""
    aside: bool = False
    """Types a number outside of it: those keys are for nobody but the dialplan's questions."""


@dataclass(slots=True)
class Translator:
    """Turns events of one Asterisk into the machine's words."""

    callers: dict[CallId, CallerChannel] = field(default_factory=dict)
    _bridges: dict[str, set[str]] = field(default_factory=dict)
    """Members (callers and legs) of each two-party bridge."""
    _leg_channels: set[str] = field(default_factory=set)
    """Legs that have a channel, so that a Hangup will tell of their end."""
    _others: set[str] = field(default_factory=set)
    """Channels by which the dialplan itself, in survival, reached somebody."""

    def translate(self, message: AmiMessage) -> Iterator[Event]:
        """The machine's events in one AMI event; none for what does not concern it."""
        uniqueid = str(message.get("Uniqueid", ""))
        match message["Event"]:
            case "OriginateResponse":
                if not is_leg(uniqueid):
                    return
                if message.get("Response") == "Success":
                    yield LegAnswered(leg=LegId(uniqueid))
                elif uniqueid not in self._leg_channels:
                    # An unregistered phone gets no channel, so no Hangup tells of it. Where there is a channel its
                    # Hangup, with the true cause, comes right behind this.
                    yield LegEnded(leg=LegId(uniqueid), cause=Cause.SUBSCRIBER_ABSENT)
            case "Newchannel":
                if is_leg(uniqueid):
                    self._leg_channels.add(uniqueid)
            case "Hangup":
                yield from self._hangup(uniqueid, str(message.get("Cause", "")))
            case "HangupRequest":
                if is_leg(uniqueid):
                    yield HangupRequested(party=LegId(uniqueid))
                elif uniqueid in self.callers:
                    yield HangupRequested(party=CallId(uniqueid))
            case "BridgeEnter":
                yield from self._entered(
                    uniqueid, str(message.get("BridgeUniqueid", "")), str(message.get("BridgeTechnology", ""))
                )
            case "BridgeLeave":
                self._left(uniqueid, str(message.get("BridgeUniqueid", "")))
            case "DTMFEnd":
                caller = self.callers.get(CallId(uniqueid))
                if caller is not None and not caller.aside and is_received(message):
                    yield CallerKeyed(call=CallId(uniqueid), key=str(message.get("Digit", ""))[:1])
                elif self._talks(uniqueid) and message.get("Digit") == KEY_END and is_received(message):
                    yield LegKeyed(leg=LegId(uniqueid))
            case "ChannelTalkingStart":
                if uniqueid in self.callers:
                    yield CallerSpoke(call=CallId(uniqueid))
            case "UserEvent":
                yield from self._user_event(message)
            case _:
                return

    def _hangup(self, uniqueid: str, cause: str) -> Iterator[Event]:
        if is_leg(uniqueid):
            self._leg_channels.discard(uniqueid)
            yield LegEnded(leg=LegId(uniqueid), cause=int(cause) if _CAUSE.fullmatch(cause) else Cause.UNKNOWN)
        elif uniqueid in self._others:
            self._others.discard(uniqueid)
            yield LegEnded(leg=LegId(uniqueid))
        elif self.callers.pop(CallId(uniqueid), None) is not None:
            yield CallerLeft(call=CallId(uniqueid))

    def _entered(self, uniqueid: str, bridge: str, technology: str) -> Iterator[Event]:
        caller = self.callers.get(CallId(uniqueid))
        if technology == HOLDING:
            if caller is not None:
                caller.holding_bridge, caller.aside = bridge, False
                yield CallerHeld(call=CallId(uniqueid))
            return
        if caller is None and not is_leg(uniqueid):
            return
        members = self._bridges.setdefault(bridge, set())
        members.add(uniqueid)
        leg = next((member for member in members if is_leg(member)), None)
        if leg is not None and any(CallId(member) in self.callers for member in members):
            yield TalkStarted(leg=LegId(leg))

    def _talks(self, uniqueid: str) -> bool:
        """Whether it is a leg in a talk."""
        return is_leg(uniqueid) and any(
            uniqueid in members and any(CallId(member) in self.callers for member in members)
            for members in self._bridges.values()
        )

    def _left(self, uniqueid: str, bridge: str) -> None:
        caller = self.callers.get(CallId(uniqueid))
        if caller is not None and caller.holding_bridge == bridge:
            caller.holding_bridge = ""
        members = self._bridges.get(bridge)
        if members is not None:
            members.discard(uniqueid)
            if not members:
                del self._bridges[bridge]

    def _user_event(self, message: AmiMessage) -> Iterator[Event]:
        asked = _OF_LEGS.get(str(message.get("UserEvent", "")))
        leg = str(message.get("Uniqueid", ""))
        if asked is not None and is_leg(leg):
            yield asked(leg=LegId(leg))
            return
        call = CallId(str(message.get("Call", "")))
        if call not in self.callers:
            return
        match message.get("UserEvent"):
            case "HotlineSurviving":
                yield CallerSurviving(call=call)
            case "HotlineStep":
                step = _STEPS.get(str(message.get("Step", "")))
                if step is not None:
                    yield StepReached(call=call, step=step)
            case _:
                return

    def begin_anew(
        self,
        callers: dict[CallId, CallerChannel],
        bridges: dict[str, set[str]],
        legs: set[str],
        others: set[str],
    ) -> None:
        """Events were lost, and stock was taken: who is there, in which two-party bridge, which leg has a channel, and
        which channels of the dialplan's own ringing keep somebody busy."""
        self.callers = callers
        self._bridges, self._leg_channels, self._others = bridges, legs, others


def is_leg(uniqueid: str) -> bool:
    return _LEG.fullmatch(uniqueid) is not None


def is_received(message: AmiMessage) -> bool:
    """Whether a key came from the phone, and was not sent to it."""
    return message.get("Direction") == "Received"
