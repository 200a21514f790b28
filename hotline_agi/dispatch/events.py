"""What happened outside, in the past tense. Failures of the outside come as events too.

The machine raises for none of them, in any order, late or doubled: what it cannot place is counted and changes nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import inf

from hotline_agi.terms.causes import Cause
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId, LineId, NodeId, VolunteerId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallArrived:
    """A caller reached the dialplan and asks what to do; the caller has heard nothing yet."""

    call: CallId
    line: LineId
    node: NodeId
    caller: CallerToken | None = None
    """Who calls, if the dialplan told their number with this question."""
    high_risk: bool = False
    """Somebody flagged this caller."""
    withheld: bool = False
    """The dialplan looked, and there is no number."""
    language: str = ""
    """What this caller chose in an earlier call, where that is remembered."""
    asked_for_help: bool = False
    """A campaign rang them, and they pressed the key for help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerHeld:
    """The caller entered the holding bridge: from now on, and until the round ends, a leg may take them out."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEnded:
    """The caller left the holding bridge unclaimed and asks what to do next.

    A call that the machine does not know is a caller who waits since before the service started: it is admitted with
    the `waited_s` that Asterisk counted.
    """

    call: CallId
    line: LineId
    node: NodeId
    waited_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerKeyed:
    """The caller pressed a key while waiting."""

    call: CallId
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSurviving:
    """The dialplan took the caller over (no answer of ours in time): this call is out of our hands.

    With `line` and `node` a call that the machine does not know gets its record: it asked while we could not serve it.
    """

    call: CallId
    line: LineId | None = None
    node: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeft:
    """The caller's channel is gone."""

    call: CallId


class Step(StrEnum):
    """What the dialplan does with a caller outside the holding bridge; the names are its extensions."""

    CLOSED = "closed"
    NOBODY = "nobody"
    MESSAGE = "message"
    DIRECTORY = "directory"
    GOODBYE = "goodbye"
    ENDED = "ended"
    """Says that the talk is over and that somebody who was cut off should stay on the line."""
    ROUND = "round"
    """Ask the service again."""
    CALLBACK_HERE = "callbackhere"
    """Asks whether they want to be called back at this number; then, in any case, comes the next step."""
    CALLBACK_OTHER = "callbackother"
    """Asks for another number."""
    CALLBACK_KEPT = "callbackkept"
    """Says that they will be called back."""
    TALKED_MUCH = "talkedmuch"
    """From here on: says which limit a caller met, and when they can call again (`caller_limits.py`)."""
    CALLED_OFTEN = "calledoften"
    CALLS_ALREADY = "callsalready"
    WITHHELD = "withheld"
    CROWDED = "crowded"
    UNHEARD = "unheard"
    IN_MINUTES = "inminutes"
    IN_AN_HOUR = "inanhour"
    IN_HOURS = "inhours"
    IN_HALF_A_DAY = "inhalfaday"
    IN_A_DAY = "inaday"
    DEADLINE = "deadline"
    """Only reported, never told: the dialplan's own deadline sent the caller to the overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReached:
    """The dialplan began one of the steps that it was told (or, on its own deadline, one that it chose itself)."""

    call: CallId
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """A message of the caller is on disk and long enough to be kept."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded:
    """The caller came out of a talk alive (the other side is gone) and asks what to do.

    With `line` and `node` a call that the machine does not know is admitted: its talk outlived an earlier run.
    """

    call: CallId
    line: LineId | None = None
    node: NodeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """The phone was picked up, by a human or by a voicemail."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAccepted:
    """A human agreed to take the call, and now waits for the answer."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkStarted:
    """Both sides are in one two-party bridge."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LegEnded:
    """The leg's channel is gone, or Asterisk refused to make it (`Cause.FAILURE`)."""

    leg: LegId
    cause: int = Cause.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupRequested:
    """One side of a talk hung up; both channels must be gone within a second, or Asterisk lost the hang-up."""

    party: CallId | LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLost:
    """One Asterisk cannot be told anything now. Until its `StockTaken` nobody is rung there."""

    node: NodeId


class LegStage(StrEnum):
    """Where Asterisk has a leg."""

    RINGING = "ringing"
    PROMPT = "prompt"
    """Picked up, and hears the accept prompt."""
    ASKING = "asking"
    """Accepted; its question is open, or waits to be heard."""
    JOINING = "joining"
    """Was told that it won, and takes the caller out of the holding bridge."""
    TALKING = "talking"
    ENDING = "ending"
    """Hears a last sentence."""
    HELPING = "helping"
    """Listens to a talk in which help was asked for, or is in its room."""
    SURVIVAL = "survival"
    """Rung by the dialplan itself, or in a talk that it joined: not ours to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLeg:
    """A leg that Asterisk has, as found by taking stock."""

    leg: LegId
    volunteer: VolunteerId | None
    up: bool
    """Picked up (else it still rings)."""
    talking: bool = False
    """In one bridge with its caller."""
    call: CallId | None = None
    """Whose it is, as Asterisk was told last; None: nobody's (a notice), or it does not say."""
    stage: LegStage | None = None
    """None: not known better than `up` and `talking` say."""
    endpoint: EndpointId | None = None
    """Which phone of the volunteer."""
    age_s: float = 0.0
    """Since it was placed."""
    talk: LegId | None = None
    """Of a helper: the leg of the talk that it was rung for."""
    role: HelperRole | None = None
    """Likewise."""
    in_room: bool = False


class Whereabouts(StrEnum):
    """Where Asterisk has a caller."""

    ARRIVING = "arriving"
    """In the first question; perhaps nobody heard it yet."""
    ASKING = "asking"
    """Between two rounds: a question is open, waits to be heard, or nobody will answer it."""
    OUT_OF_TALK = "out of talk"
    """Likewise, after a talk."""
    HELD = "held"
    TALKING = "talking"
    LEAVING = "leaving"
    """In the dialplan's steps."""
    SURVIVING = "surviving"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCall:
    """A caller whom Asterisk has, as found by taking stock."""

    call: CallId
    line: LineId
    where: Whereabouts
    waited_s: float = 0.0
    """Since they arrived (after a talk: since its end), by Asterisk's clock of seconds."""
    held_s: float | None = None
    """How long they are in the holding bridge, this round; None: Asterisk does not say."""
    music: str = ""
    """What they hear there (`commands.Music`)."""
    leg: LegId | None = None
    """With whom they talk."""
    talked_s: float | None = None
    """Since that talk began; None: Asterisk does not say."""
    language: str = ""
    """In which the dialplan speaks to them."""
    step: Step | None = None
    """In LEAVING: the running step, and those to come."""
    steps: tuple[Step, ...] = ()
    asked_for_help: bool = False
    """When a campaign rang them."""
    came_back: bool = False
    """They were in a talk before."""
    consents: bool = False
    """They agreed to a recording, and did not take it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTaken:
    """All that lives in one Asterisk now. What we believed beyond it ended unseen; what we did not know is adopted."""

    node: NodeId
    calls: frozenset[CallId]
    legs: tuple[LiveLeg, ...]
    callers: tuple[LiveCall, ...] = ()
    """Those of `calls` that are callers of a line, as far as Asterisk tells where they are."""
    asked_s: float = inf
    """Monotonic seconds when Asterisk was asked. Who came since then may be missing here and is not judged; without it
    the shell must carry out nothing between asking and handing the stock in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRecognised:
    """The shell knows who calls (their number came with a question after the first, or they were flagged since): as a
    token, never as a number."""

    call: CallId
    caller: CallerToken
    high_risk: bool = False
    """Somebody flagged this caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerListened:
    """From now on a sound of the caller is told by `CallerSpoke`; asked for by `ListenToCaller`."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSpoke:
    """The caller made a sound."""

    call: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLifted:
    """A coordinator ended the limits of a caller."""

    caller: CallerToken


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """The caller said where they want to be called back, and it is on disk; they wait to hear so."""

    call: CallId
    here: bool
    """At the number that they call from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfHelp:
    """A recording that a caller may listen to."""

    id: str
    length_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSounds:
    """A line has sounds of its own in one language; without them it speaks with those of all lines."""

    line: LineId
    language: str
    offers: bool = False
    """Its offer can be said."""
    self_help: tuple[SelfHelp, ...] = ()
    """In the order in which they are heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundsSeen:
    """What can be heard, as the shell found it on disk; the last word counts."""

    own: tuple[OwnSounds, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceChanged:
    """A softphone's state in one Asterisk. Nothing was heard of a softphone yet: reachable and idle is assumed."""

    node: NodeId
    endpoint: EndpointId
    """Its PJSIP name, which is the id of the roster's endpoint."""
    reachable: bool
    """A contact is registered and answers Asterisk's OPTIONS."""
    busy: bool
    """In a call or ringing, ours or another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerPaused:
    """A volunteer asked (by phone, or a coordinator for them) not to be rung for a while."""

    volunteer: VolunteerId
    for_s: float | None
    """None: until they resume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerResumed:
    """A volunteer is there: ends pause, rest and wrap-up, and says that they are ready for their shift."""

    volunteer: VolunteerId


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpDeclined:
    """After a talk whose caller hung up the volunteer pressed a key: they need no rest."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverAsked:
    """A volunteer asked for somebody to take their running shift, or else their next one."""

    volunteer: VolunteerId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeAnswered:
    """A volunteer answered a notice (`RingNotice`) with a key: yes (1) or no (2)."""

    leg: LegId
    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """Callers suffer from something now: coordinators are to be called about it."""

    alarm: int
    """Its number; grows."""
    kind: str
    """As in the name of its prompt: ``alarm-nobody-reachable``."""
    people: tuple[VolunteerId, ...]
    """In the order in which they are called."""
    most_per_hour: int
    """Rings for all alarms together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultGiven:
    """Somebody said what came of a talk: a volunteer by a key, or a coordinator. The call may be over for long."""

    call: CallId
    line: LineId
    result: str
    volunteer: VolunteerId | None = None
    """None: it was said by command."""
    leg: LegId | None = None
    """On which it was said."""
    counts: bool | None = None
    """Whether the call counts as a silent one for the limits of its caller; None: that is not configured."""
    caller: CallerToken | None = None
    """Who called, if the shell knows."""
    by: str = ""
    """User of the machine who said it by command."""
    is_noted: bool = False
    """It is in the journal already."""
    ended_at: datetime | None = None
    """Of the call, if it is over and the shell knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEnded:
    """It is over, or somebody owns it."""

    alarm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingPossible:
    """Whether talks can be recorded from now on: there is room, and a key to encrypt them. Until it is told they
    cannot, and no caller is asked."""

    possible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LegKeyed:
    """A volunteer pressed, in a talk, the key that ends its recording; other keys are nobody's business."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked:
    """A volunteer pressed the keys for help in their talk."""

    leg: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerEngaged:
    """A volunteer is on the telephone for a callback: nobody rings them until `VolunteerReleased`, or `LegEnded` of the
    same leg."""

    volunteer: VolunteerId
    leg: LegId
    """Their own channel: it is none that the machine rang."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerReleased:
    """It is over. A talk counts as any other: for their limits, and they wrap up."""

    leg: LegId
    line: LineId | None = None
    talk_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAsked:
    """The emergency contact is wanted in a talk."""

    leg: LegId
    """Of the volunteer, or of the supervisor who listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperAnswered:
    """Somebody who was rung for a talk (`RingHelper`) pressed a key: they come (1) or cannot (2)."""

    leg: LegId
    agreed: bool


Event = (
    CallArrived
    | CallerHeld
    | RoundEnded
    | CallerKeyed
    | CallerSurviving
    | CallerLeft
    | StepReached
    | MessageLeft
    | TalkEnded
    | LegAnswered
    | LegAccepted
    | TalkStarted
    | LegEnded
    | HangupRequested
    | LinkLost
    | StockTaken
    | CallerRecognised
    | CallerListened
    | CallerSpoke
    | LimitLifted
    | DeviceChanged
    | VolunteerPaused
    | VolunteerResumed
    | WrapUpDeclined
    | CoverAsked
    | NoticeAnswered
    | AlarmRaised
    | AlarmEnded
    | CallbackAsked
    | SoundsSeen
    | RecordingPossible
    | LegKeyed
    | VolunteerEngaged
    | VolunteerReleased
    | HelpAsked
    | ContactAsked
    | HelperAnswered
    | ResultGiven
)
