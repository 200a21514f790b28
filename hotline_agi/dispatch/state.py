"""What the machine remembers of a call and of a leg. Only `machine.py` and its parts change it.

A call:

```text
            CallArrived / RoundEnded of an unknown call
                              │
      nobody will come ┌──── WAITING ◄────────────────────┐ leg lost before the talk,
      `*`, line closed │      │ LegAccepted               │ volunteer's side failed
                       ▼      ▼                           │
                    LEAVING  CONNECTING ── TalkStarted ─► TALKING
                       ▲                                  │ volunteer hung up
                       └──────────────────────────────────┘ (goodbye)
   any state ── CallerSurviving ─► SURVIVING       any state ── CallerLeft ─► over: one CloseRecord
```

WAITING     legs ring (or nobody can be rung just now); has a wave deadline, an overflow deadline, and one for the
            next question: a caller who ceases to ask is in survival, or gone, unseen.
CONNECTING  exactly one winner; all other legs are cancelled; has a deadline, after which ringing goes on.
TALKING     the winner and the caller hear each other; no deadline but a day, so that even a silent PBX is forgotten.
LEAVING     the dialplan walks through the steps it was told; the record waits for the caller's hang-up.
SURVIVING   the dialplan rings by itself; nothing of ours may ring for this call.

A leg:

```text
   RingLeg ─► RINGING ── LegAnswered ─► ANSWERED ── LegAccepted (first of its call) ─► WINNER
                 │                         │                                              │
                 └──── CancelLeg ──► CANCELLING ◄── DismissLeg ──┘     LegEnded, from any ┴─► gone
```

A leg that is RINGING or ANSWERED may be handed to another waiting call (`matching.py`): its phone rings on.

CANCELLING lasts until the channel is gone, or a grace deadline; only then is the volunteer free again.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from math import inf

from hotline_agi.dispatch.commands import CancelReason, LegRecord, Music
from hotline_agi.dispatch.events import Step
from hotline_agi.roster.model import CallerOrder, Endpoint, Line, OverflowStep, RingStep
from hotline_agi.terms.ids import CallerToken, CallId, LegId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import Outcome


class CallState(Enum):
    WAITING = auto()
    CONNECTING = auto()
    TALKING = auto()
    LEAVING = auto()
    SURVIVING = auto()


class LegState(Enum):
    RINGING = auto()
    ANSWERED = auto()
    WINNER = auto()
    CANCELLING = auto()


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Leg:
    """One ringing of one volunteer (or of the overflow number: `volunteer` is None)."""

    id: LegId
    call: "Call"
    node: NodeId
    volunteer: VolunteerId | None
    endpoint: Endpoint
    wave: int
    rang_at: datetime
    rang_s: float
    language: str
    """Of the accept prompt: it may be handed to calls of this language only."""
    state: LegState = LegState.RINGING
    cancelled: CancelReason | None = None
    cancel_repeats: int = 0
    connected: bool = False
    """The winner was told to join the caller."""
    talked: bool = False
    talk_began_s: float | None = None
    talk_ended_s: float | None = None
    """When the caller left; the volunteer may still hear a sentence."""
    asks_after: bool = False
    """Then the volunteer is asked what came of the talk, which takes its time."""
    picked_up_s: float | None = None
    accepted_s: float | None = None
    handed_s: float | None = None
    """When it was handed from one call to another last."""
    records: bool = False
    """Its talk is recorded."""

    def talked_s(self, now_s: float) -> float:
        """How long the volunteer and a caller have heard each other on this leg."""
        if self.talk_began_s is None:
            return 0.0
        return (now_s if self.talk_ended_s is None else self.talk_ended_s) - self.talk_began_s


@dataclass(slots=True, kw_only=True, eq=False, repr=False)
class Call:
    """One caller, from the first word to the last."""

    id: CallId
    line: Line
    """As the roster had it when the running wave began; a new roster counts from the next wave on."""
    node: NodeId
    policy: CallerOrder
    """By which the queue is ordered: that of the roster in force, the same for all calls of a line."""
    order: int
    """Admission order."""
    arrived_at: datetime
    arrived_s: float
    admitted_s: float
    """When we heard of the call first; later than `arrived_s` if the caller waits since before the service started."""
    state: CallState = CallState.WAITING
    legs: dict[LegId, Leg] = field(default_factory=dict)
    winner: Leg | None = None

    # where the ring plan is
    filling: bool = True
    """An adaptive group that was not good enough since it was found too small."""
    rings_since_s: float = 0.0
    """When ringing (through) began."""
    plan: str = ""
    """The ring plan of the hour in which ringing began: who waits over its end does not begin anew."""
    ring_steps: tuple[RingStep, ...] = ()
    """Of that ring plan, as the roster had it when the running wave began."""
    wave: int = -1
    """Index of the running ring step; past the last: the overflow number rings or the steps are told."""
    told_wave: int = -1
    """The wave of which the choice of people was noted last."""
    tried: dict[VolunteerId, float] = field(default_factory=dict)
    """Rung in this wave already, and when that began or ended last (monotonic seconds)."""
    declined: set[VolunteerId] = field(default_factory=set)
    """Said no to this call; never asked again for it."""
    attempts: dict[VolunteerId, int] = field(default_factory=dict)
    next_endpoint: dict[VolunteerId, int] = field(default_factory=dict)
    caller: CallerToken | None = None
    """Who calls, once that is known."""
    high_risk: bool = False
    marked: bool = False
    """A volunteer asked for help in it: it is at high risk, whoever calls."""
    asked_for_help: bool = False
    """When a campaign rang them."""
    identified: bool = False
    """It is known who calls, or that they withhold their number."""
    counted: bool = False
    """For the limits of its caller."""
    limited: bool = False
    """Met a limit: rings nobody."""
    later_s: float = 0.0
    """Counts as having arrived so much later."""
    heard_why: bool = False
    """In LEAVING before anything rang: the caller hears a sentence, and then gets into the queue."""
    listening: bool = False
    """In the talk that goes on a sound of the caller would be heard."""
    spoke: bool = False
    """And it was."""
    told_of_recording: bool = False
    """The notice was played to the caller."""
    consents: bool = False
    """They agreed to a recording, and did not take it back."""
    was_recorded: bool = False
    """A talk of this call was recorded, in part at least."""
    said_silent: bool | None = None
    """The volunteer's word for whether the call counts as a silent one; None: there is none."""
    said_result: str = ""
    tried_before: bool = False
    """Called a short while ago and reached nobody."""
    urgent: bool = False
    """Was cut off from a talk through no fault of their own."""

    # where the caller is
    asking: bool = False
    """The caller's dialplan waits for our word now (an AGI is open)."""
    held: bool = False
    """In the holding bridge, where a leg may take them out."""
    round_ends_s: float = 0.0
    language: str = ""
    """In which the caller is spoken to: the line's own, or what they chose."""
    choosing: bool = False
    """Hears the menu of languages, and has not chosen."""
    music: str = Music.GREET
    """See `HoldCaller.music`."""
    next_music: str | None = None
    """What they hear from the next round on, whatever is due."""
    told_place: int | None = None
    """How many they heard that are served before them, last."""
    offer_due_s: float = inf
    listens_until_s: float = -inf
    """Until then a recording is heard, and no sentence of ours."""
    listening_to: int = 0
    """Which self-help recording, from 0."""
    aside: Step | None = None
    """Where outside of the holding bridge they are (to go) while they wait; see `asides.py`."""
    aside_told: bool = False
    """They are there."""
    comfort_due_s: float = 0.0
    overflow_due_s: float = 0.0
    overflow_left: list[OverflowStep] = field(default_factory=list)
    """Overflow steps that were not begun."""
    opening_step: Step | None = None
    """What is said before the overflow steps: closed, nobody, or nothing when the caller asked for them."""
    steps: tuple[Step, ...] = ()
    """What the caller is told at the next question, in LEAVING."""
    steps_told: bool = False
    step: Step | None = None
    """The step that the dialplan began last."""
    rering: bool = False
    """In LEAVING after a talk whose end we could not judge: who is still there afterwards was cut off."""
    transferring: bool = False
    failures: int = 0
    """Winners lost before or during the talk; bounds the ringing-through-again."""
    talk_ended_well: bool | None = None
    """The verdict on the talk that is over; None: no talk is over, or the leg's end is not known yet."""
    hanging_up: bool = False
    """The caller hung up; the channel is not gone yet."""
    left: bool = False
    """The caller is gone; the record waits for the last leg."""

    # for the record
    outcome: Outcome | None = None
    answered_at: datetime | None = None
    answered_s: float | None = None
    talk_s: float = 0.0
    talk_began_s: float | None = None
    last_talk_s: float = inf
    """How long the talk was that is over."""
    volunteer: VolunteerId | None = None
    leg_records: list[LegRecord] = field(default_factory=list)

    ended_at: datetime | None = None

    @property
    def spoken(self) -> str | None:
        """The language that their volunteer should speak; None: it may yet be any."""
        return None if self.choosing else self.language
