"""The part of the menu in which a volunteer calls somebody back. Pure: what it needs of the list of work it asks for,
and goes on with the answer.

```text
   6 ─► TakeNext ─► CHOOSING ── 1 ─► Connect ─► CALLING ─► WhatCame ─┬─ talked ─► TALKED ── 1 … 4 ─► menu
                       ├── 2 ─► GiveBack ─► menu                     └─ in vain ─► menu
                       └── 3 ─► Finish ─► menu      * leaves any of it, and the entry is theirs until its lease ends
```
"""

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from enum import Enum, auto

from hotline_agi.selfservice import speech
from hotline_agi.selfservice.speech import Words
from hotline_agi.terms.ids import CallId, LegId, LineId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.work import AttemptEnd, WorkKind, WorkOutcome, WorkState
from hotline_agi.work.entry import WorkRefusal

# ---- what is asked of the list of work


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNext:
    """Claim what comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Call the caller of a claimed entry."""

    entry: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatCame:
    """The volunteer is back from waiting or talking: what came of it?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    entry: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    entry: CallId
    outcome: WorkOutcome
    at_high_risk: bool = False
    """Mark the caller, and have somebody look after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postpone:
    entry: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    entry: CallId


Wanted = TakeNext | Connect | WhatCame | GiveBack | Finish | Postpone | Escalate


# ---- what it answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An entry that the volunteer has."""

    entry: CallId
    line: LineId
    kind: WorkKind
    called_at: datetime
    calls: int
    recording: str
    """The message to be heard, as the dialplan finds it; empty: there is none (any more)."""
    has_number: bool
    looks_after: bool = False
    """Somebody looks after callers at high risk on this line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    offer: Offer | None
    """None: there is nothing to do for them."""
    open: int
    """How many they might take, this one included."""
    closed: int = 0
    """How many that they had closed by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """The caller is being called."""

    attempt: LegId


class NoCall(Enum):
    """Why nobody is called; besides `WorkRefusal`. The values are what is said."""

    NO_NUMBER = "callback-no-number"
    NUMBER_REFUSED = "callback-number-refused"
    LIMIT = "callback-limit"
    ON_LINE = "callback-on-line"
    RUNG = "callback-rung"
    CLOSED = "callback-reached"
    FAILED = "callback-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotConnected:
    why: NoCall


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """What became of their call."""

    offer: Offer | None
    end: AttemptEnd | None
    """None: there was no call."""
    state: WorkState | None = None
    """Of the entry, now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """It is done as they wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    why: WorkRefusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The list cannot be looked at now."""


Answer = Taken | Connecting | NotConnected | Came | Noted | Refused | Away


# ---- what is said


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    words: Words
    recording: str = ""
    then: Words = ()
    """Behind the recording."""
    attempt: LegId | None = None
    """They wait for this call now; no key is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """To the menu, behind these words."""

    words: Words


Turn = Wanted | Say | Back


class Stage(Enum):
    CHOOSING = auto()
    CALLING = auto()
    TALKED = auto()


_REFUSALS = {
    WorkRefusal.FINISHED: "callback-reached",
    WorkRefusal.TAKEN: "callback-taken",
    WorkRefusal.NOT_OWNED: "callback-taken",
    WorkRefusal.UNDER_WAY: "callback-under-way",
    WorkRefusal.TOO_SOON: "callback-too-soon",
    WorkRefusal.HOURS: "callback-hours",
}
_ENDS = {
    AttemptEnd.BUSY: "callback-busy",
    AttemptEnd.NO_ANSWER: "callback-no-answer",
    AttemptEnd.NOT_CONFIRMED: "callback-not-confirmed",
    AttemptEnd.FAILED: "callback-failed",
    AttemptEnd.UNSEEN: "callback-failed",
    AttemptEnd.VOLUNTEER_LEFT: "callback-failed",
}
_KINDS = {WorkKind.CALLBACK: "asked-callback", WorkKind.MESSAGE: "left-message", WorkKind.MISSED: "reached-nobody"}


@dataclass(slots=True, kw_only=True, eq=False)
class CallbackDialog:
    """What one volunteer does with one entry."""

    offer: Offer | None = None
    stage: Stage = Stage.CHOOSING
    _wanted: Wanted = field(default_factory=TakeNext)
    """What was asked for last."""

    def pressed(self, key: str) -> Turn:
        """A key of theirs, ``*`` excepted."""
        if self.offer is None:
            return Back(words=())
        entry = self.offer.entry
        match self.stage, key:
            case Stage.CHOOSING, "1" if self.offer.has_number:
                return self._ask(Connect(entry=entry))
            case Stage.CHOOSING, "2":
                return self._ask(GiveBack(entry=entry))
            case Stage.CHOOSING, "3":
                return self._ask(Finish(entry=entry, outcome=WorkOutcome.NOT_NEEDED))
            case Stage.TALKED, "1":
                return self._ask(Finish(entry=entry, outcome=WorkOutcome.REACHED))
            case Stage.TALKED, "2":
                return self._ask(Postpone(entry=entry))
            case Stage.TALKED, "3":
                return self._ask(Escalate(entry=entry))
            case Stage.TALKED, "4" if self.offer.looks_after:
                return self._ask(Finish(entry=entry, outcome=WorkOutcome.REACHED, at_high_risk=True))
            case Stage.TALKED, _:
                return Say(words=_how(self.offer))
            case _:
                return Say(words=(self._choice(self.offer),))

    def came_back(self) -> Turn:
        """They waited, or talked, and that is over."""
        return self._ask(WhatCame())

    def answered(self, answer: Answer, at: datetime, zone: tzinfo, language: str) -> Turn:
        """The list of work says what came of what was wanted."""
        match answer:
            case Taken():
                return self._taken(answer, at, zone, language)
            case Connecting(attempt=attempt):
                self.stage = Stage.CALLING
                return Say(words=("callback-calling",), attempt=attempt)
            case NotConnected(why=why):
                return Back(words=(why.value,))
            case Refused(why=refusal):
                return Back(words=(_REFUSALS[refusal],))
            case Came():
                return self._came(answer)
            case Noted():
                return Back(words=(self._thanks(),))
            case Away():
                return Back(words=("callbacks-away",))

    def _ask(self, wanted: Wanted) -> Wanted:
        self._wanted = wanted
        return wanted

    def _thanks(self) -> str:
        match self._wanted:
            case GiveBack():
                return "callback-given-back"
            case Postpone():
                return "callback-later"
            case Escalate():
                return "callback-escalated"
            case Finish(at_high_risk=True):
                return "callback-marked"
            case _:
                return "callback-done"

    def _taken(self, taken: Taken, at: datetime, zone: tzinfo, language: str) -> Turn:
        closed: Words = ("callback-reached",) if taken.closed else ()
        if taken.offer is None:
            return Back(words=(*closed, "callbacks-none"))
        self.offer, self.stage = taken.offer, Stage.CHOOSING
        words = (*closed, *how_many(taken.open, language), *when(taken.offer, at, zone, language))
        choice = self._choice(taken.offer)
        if not taken.offer.recording:
            lost: Words = ("callback-no-message",) if taken.offer.kind is WorkKind.MESSAGE else ()
            return Say(words=(*words, *lost, choice))
        return Say(words=words, recording=taken.offer.recording, then=(choice,))

    def _choice(self, offer: Offer) -> str:
        return "callback-choice" if offer.has_number else "callback-choice-no-call"

    def _came(self, came: Came) -> Turn:
        if came.state is WorkState.CLOSED:
            return Back(words=("callback-reached",))
        if came.end is AttemptEnd.TALKED and came.offer is not None:
            self.offer = came.offer  # after a restart there is none
            self.stage = Stage.TALKED
            return Say(words=_how(came.offer))
        if came.end is None:
            return Back(words=())
        last: Words = ("callback-escalated",) if came.state is WorkState.ESCALATED else ()
        return Back(words=(_ENDS[came.end], *last))


def _how(offer: Offer) -> Words:
    """The question behind a talk."""
    return ("callback-how", *(("callback-how-risk",) if offer.looks_after else ()))


def how_many(open_: int, language: str) -> Words:
    """``there is one callback`` and so on."""
    if language == Language.ZH:
        return ("waiting-there", *speech.counted(open_, "zh"), "callers-wait")
    return (*speech.number(open_), "caller-waits" if open_ == 1 else "callers-wait")


def when(offer: Offer, at: datetime, zone: tzinfo, language: str) -> Words:
    """When the caller called, and what they left or wanted."""
    called, today = offer.called_at.astimezone(zone), at.astimezone(zone).date()
    day = speech.day_before(called.date(), today)
    times = () if day == ("long-ago",) else speech.time_of_day(called, language)
    return ("caller-called", *day, *times, _KINDS[offer.kind])
