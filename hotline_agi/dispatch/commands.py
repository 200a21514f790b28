"""What the machine wants done, in the imperative. The shell carries them out in order and reports back by events."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline_agi.dispatch.events import Step
from hotline_agi.roster.model import Endpoint
from hotline_agi.terms.facts import Fact as Fact
from hotline_agi.terms.helping import HelperRole
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from hotline_agi.terms.standing import Readiness, VolunteerState


@dataclass(frozen=True, slots=True, kw_only=True)
class RingLeg:
    """Ring one endpoint (AMI ``Originate``). Never repeated: if it is lost, `LegEnded` or a deadline says so."""

    leg: LegId
    call: CallId
    node: NodeId
    volunteer: VolunteerId | None
    """None: the overflow number."""
    endpoint: Endpoint
    language: str
    ring_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignLeg:
    """A leg that rings (or hears the accept prompt) belongs to another call from now on: its phone rings on. The shell
    tells Asterisk, so that the dialplan stops the phone when *that* caller leaves, and no other."""

    leg: LegId
    call: CallId
    node: NodeId


class NoticeKind(StrEnum):
    """What a volunteer is told or asked by a call that has no caller; the dialplan's extensions in `hotline-notice`."""

    READY = "ready"
    """Your shift begins soon: 1, I am ready; 2, I cannot."""
    COVER = "cover"
    """Somebody cannot come: 1, I stand in for them; 2, I cannot."""
    RESTING = "resting"
    """You have missed several calls and are not rung for a while: 1, ring me again."""
    ALARM = "alarm"
    """Callers suffer from something now: 1, I see to it; 2, somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingNotice:
    """Ring a volunteer to tell or ask them something. Never repeated; ends with `LegEnded` as any leg."""

    leg: LegId
    node: NodeId
    volunteer: VolunteerId
    endpoint: Endpoint
    kind: NoticeKind
    language: str
    ring_timeout_s: float
    from_at: datetime
    """Of the shift, or of the rest."""
    until_at: datetime
    zone: str
    """In which the times are said, e.g. ``Asia/Shanghai``."""
    about: VolunteerId | None = None
    """Who cannot come (COVER)."""
    alarm: str = ""
    """What it is about (ALARM); see `events.AlarmRaised`."""


class NoticeReply(StrEnum):
    """What a volunteer hears after their key, before the notice ends; the dialplan's extensions in `hotline-notice`."""

    THANKS = "thanks"
    ASK_OTHERS = "ask-others"
    """They cannot come: somebody else is looked for."""
    YOURS = "yours"
    """They stand in, from now on."""
    COVERED = "covered"
    """Somebody else said yes before."""
    LOST = "lost"
    """Their answer reached nobody who knows what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerNotice:
    """Answer a volunteer who pressed a key in a notice. Exactly one per `NoticeAnswered`, at once."""

    leg: LegId
    reply: NoticeReply


class HelpWord(StrEnum):
    """What a volunteer in a talk hears, and the caller does not; the dialplan's extensions in `hotline-word`."""

    CALLED = "called"
    """Supervisors are rung now."""
    HERE = "here"
    """A supervisor listens."""
    NOBODY = "nobody"
    LEFT = "left"
    """Whoever came is gone."""
    CONTACT_CALLED = "contact-called"
    CONTACT_HERE = "contact-here"
    CONTACT_NOBODY = "contact-nobody"


class HelperWord(StrEnum):
    """What becomes of somebody who pressed a key when they were rung for a talk; the extensions of `hotline-help`."""

    LISTEN = "listen"
    ROOM = "room"
    """The room of the emergency contact: they hear each other, caller and volunteer."""
    TAKEN = "taken"
    OTHERS = "others"
    """They cannot: somebody else is rung."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingHelper:
    """Ring somebody for a talk in which help was asked for. Never repeated; ends with `LegEnded` as any leg."""

    leg: LegId
    node: NodeId
    talk: LegId
    """The leg of the volunteer who asked."""
    role: HelperRole
    volunteer: VolunteerId | None
    """None: a contact who is no volunteer."""
    endpoint: Endpoint
    language: str
    ring_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerHelper:
    """Answer somebody who pressed a key when they were rung for a talk. Exactly one per `HelperAnswered`, at once."""

    leg: LegId
    word: HelperWord


@dataclass(frozen=True, slots=True, kw_only=True)
class TellVolunteer:
    """Say a word to a volunteer in a talk, so that the caller does not hear it. Lost without harm."""

    leg: LegId
    node: NodeId
    word: HelpWord
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom:
    """Open the room of a talk: who is in it hears caller, volunteer and each other, and is heard by them."""

    talk: LegId
    node: NodeId
    listener: LegId | None
    """The supervisor who listens comes into it, too."""


class CancelReason(StrEnum):
    """Why a leg is taken back; the values are what `hotline-leg` in the dialplan says to a leg that was picked up."""

    ELSEWHERE = "taken"
    CALLER_LEFT = "gone"
    WITHDRAWN = "not-now"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelLeg:
    """Stop the ringing at once. `leg` may not exist in Asterisk yet: then the shell repeats it when it appears."""

    leg: LegId
    node: NodeId
    reason: CancelReason


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissLeg:
    """Tell a leg that was picked up, in words, why there is nothing to accept any more, and end it."""

    leg: LegId
    node: NodeId
    reason: CancelReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectLeg:
    """Answer an accepting leg: it won, and joins the caller now."""

    leg: LegId
    call: CallId
    rests: bool = False
    """The volunteer has a wrap-up ahead, and may say after the talk that they need none."""
    records: bool = False
    """The caller agreed: the talk is recorded, and the volunteer hears a word that says so."""
    may_ask: bool = False
    """The line has supervisors: the volunteer's keys for help work in this talk."""
    asks: LineId | None = None
    """The line that asks after the talk what came of it, or for a note, if the caller hangs up first; None: none."""
    language: str = ""
    """In which it asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseLeg:
    """Answer an accepting leg: there is nothing for it to take."""

    leg: LegId
    reason: CancelReason


class Music(StrEnum):
    """What a waiting caller hears; each is a hold-music class per language that begins with its prompt."""

    GREET = "greet"
    COMFORT = "comfort"
    COMFORT_ODD = "comfort2"
    """The same prompt under a second name: a class that did not change is resumed, not begun again."""
    AGAIN = "again"
    GREET_NOTICE = "greetrec"
    """The greeting, and behind it the notice that the talk may be recorded if they press a key."""
    RECORDING_AGREED = "recyes"
    RECORDING_REVOKED = "recno"
    WAIT = "wait"
    """Music alone."""
    DIRECTORY = "directory"
    LANGUAGES = "languages"
    OFFER = "offer"
    OFFER_ODD = "offer2"
    OFFER_WITHHELD = "offerw"
    """Without the choice to be called back at the number that they call from, which nobody knows."""
    OFFER_WITHHELD_ODD = "offerw2"


def place_music(place: int) -> str:
    """What a caller hears whom `place` (0 to 9) others are served before."""
    return f"place{place}"


def help_music(recording: str) -> str:
    """What a caller hears who listens to a self-help recording."""
    return f"help-{recording}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCaller:
    """Answer a caller who asked: wait one round in the holding bridge, then ask again."""

    call: CallId
    language: str
    """In which sounds: ``zh``, or ``zh_xinli`` where the line has its own."""
    music: str
    """A `Music`, `place_music` or `help_music`."""
    round_s: int
    max_wait_s: float
    """From now; the dialplan keeps it as its own hard deadline."""
    overflow: tuple[Step, ...]
    """What the dialplan does at that deadline, or when we do not answer and nobody else does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideCaller:
    """Answer a caller who asked: do these steps, in order. The first that ends the call well ends the list."""

    call: CallId
    language: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRound:
    """End the caller's round in the holding bridge now, so that they ask and hear the news."""

    call: CallId
    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchCaller:
    """Somebody accepted a caller who is aside (`Step.CALLBACK_HERE`…): bring them out of it, to ask at once."""

    call: CallId
    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenToCaller:
    """Tell by `CallerSpoke` when the caller, who is in a talk, makes a sound; `CallerListened` says that this works."""

    call: CallId
    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """Hang up a side of a talk whose other side asked for the end and was not heard (ghost guard)."""

    party: CallId | LegId
    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFact:
    """Write down one thing of a call's life. Holds ids and words, never a number or a key."""

    call: CallId
    fact: Fact
    leg: LegId | None = None
    volunteer: VolunteerId | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLanguage:
    """A caller chose a language on a line that remembers it."""

    call: CallId
    caller: CallerToken
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCaller:
    """A volunteer marked a call: whoever calls is at high risk, and comes first when they call again."""

    call: CallId
    line: LineId
    caller: CallerToken | None
    """None: not known, or withheld; then only the call is marked."""
    volunteer: VolunteerId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFollowUps:
    """A marked call is over: somebody is to look after the caller. Told twice it opens nothing twice."""

    call: CallId
    line: LineId
    volunteer: VolunteerId | None
    """Who talked last."""
    ended_at: datetime
    after_h: tuple[int, ...]
    """Hours after the end, one follow-up each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteVolunteer:
    """A volunteer's state changed: for the journal, the menu and whoever watches."""

    volunteer: VolunteerId
    state: VolunteerState
    until_at: datetime | None = None
    """When it ends by itself, if that is known."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReadiness:
    """What somebody said, or did not say, of a shift of theirs: for the journal, coordinators, and a restart."""

    line: LineId
    slot: str
    from_at: datetime
    until_at: datetime
    volunteer: VolunteerId
    readiness: Readiness


class CoverWord(StrEnum):
    """What a `NoteCover` says."""

    SETTLED = "settled"
    """Nobody is asked any more, or asking was of no use so far: `NoteCover.present` takes the place, or nobody does."""
    ASKING = "asking"
    """The backup is being asked; after a restart, anew."""
    COMES = "comes"
    """Whose place it is comes after all: nobody else is asked, and a `NoteCover.present` may come too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCover:
    """What came of looking for somebody who takes a place; likewise."""

    line: LineId
    slot: str
    from_at: datetime
    until_at: datetime
    absent: VolunteerId
    present: VolunteerId | None
    """None: nobody of the backup agreed (yet). If it is SETTLED, the coordinator must know."""
    word: CoverWord = CoverWord.SETTLED


class AlarmWord(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    """`NoteAlarm.volunteer` sees to it."""
    NOBODY = "nobody"
    """Everybody who could be called was, and nobody said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAlarm:
    """What came of calling people about an alarm; its last word."""

    alarm: int
    word: AlarmWord
    volunteer: VolunteerId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRecord:
    """One leg of a closed call."""

    leg: LegId
    volunteer: VolunteerId | None
    endpoint: str
    wave: int
    rang_at: datetime
    ended_at: datetime
    outcome: LegOutcome
    endpoint_id: str = ""
    rang_s: float = 0.0
    """From the first ring to the accept, or to the end of a leg that was not accepted."""
    talk_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRecord:
    """A call was admitted. Exactly one per call, before any other word of it."""

    call: CallId
    line: LineId
    node: NodeId
    arrived_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseRecord:
    """A call is over. Exactly one per admitted call, and its last word."""

    call: CallId
    line: LineId
    node: NodeId
    arrived_at: datetime
    answered_at: datetime | None
    ended_at: datetime
    wait_s: float
    """From arrival to the first talk, or to the end where there was none."""
    talk_s: float
    outcome: Outcome
    volunteer: VolunteerId | None
    """Who talked (the last, if there were several talks)."""
    legs: tuple[LegRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkConsent:
    """Write on the caller's channel whether their talk may be recorded: it outlives this service."""

    call: CallId
    node: NodeId
    agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    """End the recording of a talk; the talk goes on. Harmless where nothing is recorded."""

    call: CallId
    node: NodeId
    leg: LegId | None
    """The volunteer's side, where it runs; None: no talk goes on."""
    erase: bool
    """Remove what was recorded of this call, of earlier talks too."""


NodeCommand = (
    RingLeg
    | RingNotice
    | AnswerNotice
    | ReassignLeg
    | CancelLeg
    | DismissLeg
    | ConnectLeg
    | RefuseLeg
    | HoldCaller
    | GuideCaller
    | EndRound
    | ListenToCaller
    | HangUp
    | FetchCaller
    | MarkConsent
    | StopRecording
    | RingHelper
    | AnswerHelper
    | TellVolunteer
    | OpenRoom
)
"""What an Asterisk is told."""
Command = (
    NodeCommand
    | NoteFact
    | OpenRecord
    | CloseRecord
    | NoteVolunteer
    | NoteReadiness
    | NoteCover
    | NoteAlarm
    | NoteLanguage
    | FlagCaller
    | OpenFollowUps
)
