"""What lives in one Asterisk, from the rows of AMI's `Status`: callers, legs, and where in the dialplan each is. Pure.

`Status` needs the write class `call`, and returns channel variables (``Variables: A,B``) without any further right. Of
a channel it tells the place in the dialplan (`Context`, `Exten`), the bridge, its age in seconds, and of our variables
those of `VARIABLES`; one that is not set reads ``(null)``. The caller's number is in none of them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hotline_agi.asterisk.ami import AmiMessage
from hotline_agi.asterisk.messages import is_leg
from hotline_agi.dispatch.events import LegStage, LiveCall, LiveLeg, Step, Whereabouts
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import ID_PATTERN, CallId, EndpointId, LegId, LineId, VolunteerId, is_id

VARIABLES = (
    "HOTLINE_CALL",
    "HOTLINE_ENDPOINT",
    "HOTLINE_TARGET",
    "HOTLINE_CONFIRMING",
    "HOTLINE_DID",
    "HOTLINE_ARRIVED",
    "HOTLINE_HELD",
    "HOTLINE_JOINED",
    "HOTLINE_REPLY",
    "HOTLINE_STEP",
    "HOTLINE_STEPS",
    "HOTLINE_TALKED",
    "HOTLINE_SURVIVED",
    "HOTLINE_ENDING",
    "HOTLINE_CONSENT",
    "HOTLINE_ENGAGED",
    "HOTLINE_ATTEMPT",
    "HOTLINE_TALK",
    "HOTLINE_ROLE",
    "HOTLINE_ASKED_FOR_HELP",
)
"""See asterisk-conf/hotline/extensions.conf."""
AFTER_TALK = frozenset({"hotline-after", "hotline-note"})
"""Where a leg is whose caller hung up first."""
SURVIVAL = frozenset({"hotline-plan", "hotline-keys", "hotline-sweep"})
"""Where a caller is whom the dialplan serves; the sweep begins it, before `HOTLINE_SURVIVED` is set."""
WISH = "hotline-wish"
"""Where a caller says at which number they want to be called back: its step is `HOTLINE_STEP`."""
VOLUNTEERS_OWN = frozenset({"hotline-menu", "hotline-callback", "hotline-notes", "hotline-note"})
"""Where no caller is who called in."""
_STEPS = {step.value: step for step in Step}
_ROLES = {role.value: role for role in HelperRole}
_ASKING = {
    "s": Whereabouts.ARRIVING,
    "hold": Whereabouts.ASKING,
    "round": Whereabouts.ASKING,
    "reply": Whereabouts.ASKING,
    "T": Whereabouts.ASKING,
    "i": Whereabouts.ASKING,
    "talked": Whereabouts.OUT_OF_TALK,
}
"""By the extension in `hotline`; all others are its steps."""
_LEG_STAGES = {"confirm": LegStage.PROMPT, "direct": LegStage.ASKING, "join": LegStage.JOINING}
"""By the extension in `hotline-leg`; all others say a last sentence."""
_HOLD = re.compile(r"ok:hold:[a-z0-9_-]+:(?P<music>[a-z0-9-]+):.*")
_LANGUAGE = re.compile(r"ok:(?:hold|steps|ask|back):([a-z]{2,3})[_:]")
_TARGET = re.compile(rf"PJSIP/(?:{ID_PATTERN.pattern}|[+]?[0-9]+@[a-z0-9-]+)")


@dataclass(frozen=True, slots=True)
class Channel:
    """One row."""

    uniqueid: str
    name: str
    bridge: str
    """Unique id; "" outside of any."""
    context: str
    exten: str
    up: bool
    account: str
    age_s: float
    variables: dict[str, str]

    @classmethod
    def of(cls, row: AmiMessage) -> "Channel":
        seconds = str(row.get("Seconds", ""))
        return cls(
            uniqueid=str(row.get("Uniqueid", "")),
            name=str(row.get("Channel", "")),
            bridge=str(row.get("BridgeID", "")),
            context=str(row.get("Context", "")),
            exten=str(row.get("Exten", "")),
            up=row.get("ChannelStateDesc") == "Up",
            account=str(row.get("Accountcode", "") or row.get("AccountCode", "")),
            age_s=float(seconds) if seconds.isdecimal() else 0.0,
            variables=_variables(row.get("Variable", [])),
        )

    def value(self, variable: str) -> str:
        return self.variables.get(f"HOTLINE_{variable}", "")

    @property
    def is_caller(self) -> bool:
        """Of a line, and not on the way out: their `Hangup` follows."""
        ours = self.context == "hotline" or self.context.startswith("hotline-")
        elsewhere = self.context in VOLUNTEERS_OWN or self.name.startswith(("Local/", "Surrogate/"))
        ending = self.value("ENDING") == "1" or self.context == "hotline-end"
        return ours and not (elsewhere or ending or is_leg(self.uniqueid)) and self.value("ARRIVED").isdecimal()

    @property
    def is_helper(self) -> bool:
        """Somebody who was rung for a talk."""
        return is_leg(self.uniqueid) and is_leg(self.value("TALK"))

    @property
    def is_survival_leg(self) -> bool:
        """A volunteer whom the dialplan rang by itself."""
        return self.name.startswith("PJSIP/") and _TARGET.fullmatch(self.value("TARGET")) is not None

    @property
    def is_engaged(self) -> bool:
        """A volunteer who calls somebody back."""
        return self.context in VOLUNTEERS_OWN and is_id(self.value("ENGAGED"))


def _variables(rows: object) -> dict[str, str]:
    told = rows if isinstance(rows, list) else [rows]
    pairs = (str(one).partition("=") for one in told)
    return {name: value for name, _, value in pairs if name in VARIABLES and value != "(null)"}


class Inventory:
    """All channels of one Asterisk at one instant."""

    def __init__(
        self,
        rows: Iterable[AmiMessage],
        *,
        epoch_s: float,
        line_of_number: Callable[[str], LineId | None],
        volunteer_of_target: Callable[[str], VolunteerId | None],
    ) -> None:
        """`epoch_s`: the wall clock, which is taken to be Asterisk's, too; `volunteer_of_target`: who is rung by a dial
        string."""
        self.channels = [Channel.of(row) for row in rows]
        self._epoch_s = epoch_s
        self._line_of_number, self._volunteer_of_target = line_of_number, volunteer_of_target
        self.leg_in: dict[str, Channel] = {}
        """Which leg of ours is in a bridge."""
        for channel in self.channels:
            if channel.bridge and is_leg(channel.uniqueid) and not channel.is_helper:
                self.leg_in[channel.bridge] = channel
        self.callers = {CallId(channel.uniqueid): channel for channel in self.channels if channel.is_caller}
        self.survival_legs = [channel for channel in self.channels if channel.is_survival_leg]
        self.engaged = [channel for channel in self.channels if channel.is_engaged]
        self._talking = {channel.bridge for channel in self.callers.values() if channel.bridge in self.leg_in}

    @property
    def alive(self) -> frozenset[CallId]:
        return frozenset(CallId(channel.uniqueid) for channel in self.channels)

    def holding_bridge(self, call: CallId) -> str:
        """The unique id of the bridge in which `call` waits; "" if it does not."""
        channel = self.callers[call]
        waits = channel.context == "hotline" and channel.exten == "hold" and channel.bridge not in self.leg_in
        return channel.bridge if waits else ""

    # ---- legs

    def legs(self) -> tuple[LiveLeg, ...]:
        ours = (self._leg(channel) for channel in self.channels if is_leg(channel.uniqueid))
        others = (self._survival_leg(channel) for channel in self.survival_legs)
        return (*ours, *others, *(self._engaged(channel) for channel in self.engaged))

    def _leg(self, channel: Channel) -> LiveLeg:
        if channel.is_helper:
            return self._helper(channel)
        talking = channel.bridge in self._talking
        call, endpoint = channel.value("CALL"), channel.value("ENDPOINT")
        stage = None if channel.context == "hotline-notice" or not call else _leg_stage(channel, talking)
        return LiveLeg(
            leg=LegId(channel.uniqueid),
            volunteer=VolunteerId(channel.account) if channel.account else None,
            up=channel.up,
            talking=talking,
            call=CallId(call) if call and stage is not None else None,
            stage=stage,
            endpoint=EndpointId(endpoint) if endpoint else None,
            age_s=channel.age_s,
        )

    def _helper(self, channel: Channel) -> LiveLeg:
        stage = LegStage.RINGING if not channel.up else LegStage.PROMPT
        if channel.context == "hotline-help" and channel.exten in ("listen", "room"):
            stage = LegStage.HELPING
        return LiveLeg(
            leg=LegId(channel.uniqueid),
            volunteer=VolunteerId(channel.account) if channel.account else None,
            up=channel.up,
            stage=stage,
            age_s=channel.age_s,
            talk=LegId(channel.value("TALK")),
            role=_ROLES.get(channel.value("ROLE")),
            in_room=channel.exten == "room",
        )

    def _survival_leg(self, channel: Channel) -> LiveLeg:
        return LiveLeg(
            leg=LegId(channel.uniqueid),
            volunteer=self._volunteer_of_target(channel.value("TARGET")),
            up=channel.up,
            talking=channel.up and channel.value("CONFIRMING") != "1",
            stage=LegStage.SURVIVAL,
            age_s=channel.age_s,
        )

    def _engaged(self, channel: Channel) -> LiveLeg:
        volunteer = VolunteerId(channel.value("ENGAGED"))
        return LiveLeg(leg=LegId(channel.uniqueid), volunteer=volunteer, up=True, talking=True)

    # ---- callers

    def live_calls(self) -> tuple[LiveCall, ...]:
        """Callers of lines that the roster has."""
        return tuple(
            self._live_call(call, channel, line)
            for call, channel in self.callers.items()
            if (line := self._line_of_number(channel.value("DID"))) is not None
        )

    def _live_call(self, call: CallId, channel: Channel, line: LineId) -> LiveCall:
        where = self._whereabouts(call, channel)
        hold = _HOLD.fullmatch(channel.value("REPLY"))
        leg = self.leg_in.get(channel.bridge) if where is Whereabouts.TALKING else None
        leaving = where is Whereabouts.LEAVING
        steps = channel.value("STEPS").split("-") if leaving else []
        return LiveCall(
            call=call,
            line=line,
            where=where,
            waited_s=max(0.0, float(int(self._epoch_s - float(channel.value("ARRIVED"))))),
            held_s=self._since(channel.value("HELD"), 0.001) if where is Whereabouts.HELD else None,
            music=hold["music"] if hold is not None else "",
            leg=LegId(leg.uniqueid) if leg is not None else None,
            talked_s=self._since(channel.value("JOINED"), 1.0) if leg is not None else None,
            language=language[1] if (language := _LANGUAGE.match(channel.value("REPLY"))) is not None else "",
            step=_STEPS.get(channel.value("STEP")) if leaving else None,
            steps=tuple(_STEPS[step] for step in steps if step in _STEPS),
            asked_for_help=channel.value("ASKED_FOR_HELP") == "1",
            came_back=channel.value("TALKED") == "1",
            consents=channel.value("CONSENT") == "1",
        )

    def _whereabouts(self, call: CallId, channel: Channel) -> Whereabouts:
        if channel.bridge in self.leg_in:
            return Whereabouts.TALKING
        if channel.value("SURVIVED") == "1" or channel.context in SURVIVAL:
            return Whereabouts.SURVIVING
        if channel.context == WISH:
            return Whereabouts.LEAVING
        if channel.context != "hotline":
            return Whereabouts.ASKING
        if channel.exten == "survive":
            return Whereabouts.SURVIVING
        if self.holding_bridge(call):
            return Whereabouts.HELD
        return _ASKING.get(channel.exten, Whereabouts.LEAVING)

    def _since(self, text: str, unit_s: float) -> float | None:
        """How long ago an instant of Asterisk's clock was; None: it was not written down."""
        if not text.isdecimal() or int(text) < 2:  # dialplans before 0.4 wrote 1
            return None
        return round(max(0.0, self._epoch_s - int(text) * unit_s), 3)


def _leg_stage(channel: Channel, talking: bool) -> LegStage:
    if talking:
        return LegStage.TALKING
    if not channel.up:
        return LegStage.RINGING
    if channel.context in AFTER_TALK:
        return LegStage.ENDING
    if channel.context != "hotline-leg":
        return LegStage.PROMPT  # picked up in this moment
    return _LEG_STAGES.get(channel.exten, LegStage.ENDING)
