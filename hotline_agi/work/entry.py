"""One entry of the list of work, and every move that it may make.

```text
            claim                 done
   OPEN ───────────► CLAIMED ───────────► DONE
    ▲ ▲   give back,  │  │ dialled, attempt ended (in vain: back, not before retry_after_s)
    │ └── lease over ─┘  │
    │                    └─ escalate, or the last attempt in vain ─► ESCALATED ── claim, done ─►
    └── from any unfinished state, when the caller gets through: CLOSED
```

A move gives a new entry or says why it may not be made. No move brings back what is finished, and of two who claim one
gets it: whoever stores entries runs `move` and the write in one transaction.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hotline_agi.roster.callback_policy import CallbackPolicy
from hotline_agi.terms.ids import CallId, LineId, VolunteerId
from hotline_agi.terms.work import UNFINISHED, AttemptEnd, WorkKind, WorkOutcome, WorkState

CALL_LIMIT_S = 150.0
"""A call to a caller is answered, confirmed and joined within this, or it is over: 45 s of ringing, two times the
question, a second or two of the service."""
TALK_LIMIT_S = 4 * 3600.0
"""No talk of a callback is believed to be longer."""
TALKED_S = 30.0
"""Who talked so long was reached, though nobody pressed a key to say so."""
ENDS_CALL = (AttemptEnd.TALKED,)


class WorkRefusal(StrEnum):
    """Why a move may not be made, as a command says it."""

    FINISHED = "it is finished"
    TAKEN = "somebody else has it"
    NOT_OWNED = "claim it first"
    UNDER_WAY = "a call to this caller is under way"
    TOO_SOON = "it is too soon after the last try"
    HOURS = "nobody is called at this hour"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One caller who is to be called back. Instants are aware."""

    id: CallId
    """Their first call that counts."""
    line: LineId
    kind: WorkKind
    opened_at: datetime
    """When that call ended."""
    last_at: datetime
    """When the last of their calls that count ended."""
    calls: int = 1
    state: WorkState = WorkState.OPEN
    owner: VolunteerId | None = None
    """Also of what is finished: who did it."""
    lease_until: datetime | None = None
    attempts: int = 0
    not_before: datetime | None = None
    """The next try."""
    call_until: datetime | None = None
    """A call to them is under way, until then at the latest."""
    outcome: WorkOutcome | None = None
    closed_at: datetime | None = None
    high_risk: bool = False

    @property
    def is_finished(self) -> bool:
        return self.state not in UNFINISHED

    def is_overdue(self, now: datetime, policy: CallbackPolicy) -> bool:
        return not self.is_finished and now - self.opened_at > timedelta(seconds=policy.overdue_s)

    def is_called(self, now: datetime) -> bool:
        return self.call_until is not None and now < self.call_until


Moved = Entry | WorkRefusal


def seen_at(entry: Entry, now: datetime) -> Entry:
    """`entry` as it stands at `now`: a lease that is over is nobody's, unless the call goes on."""
    over = entry.lease_until is not None and now >= entry.lease_until
    if entry.state is WorkState.CLAIMED and over and not entry.is_called(now):
        return _opened(entry)
    return entry


def claimed(entry: Entry, who: VolunteerId, now: datetime, policy: CallbackPolicy) -> Moved:
    """`who` takes it, or takes longer."""
    entry = seen_at(entry, now)
    if entry.is_finished:
        return WorkRefusal.FINISHED
    if entry.state is WorkState.CLAIMED and entry.owner != who:
        return WorkRefusal.TAKEN
    return replace(entry, state=WorkState.CLAIMED, owner=who, lease_until=now + timedelta(seconds=policy.lease_s))


def given_back(entry: Entry, who: VolunteerId, now: datetime) -> Moved:
    """Anybody may take it again."""
    refused = _not_theirs(entry := seen_at(entry, now), who, now)
    if refused is not None:
        return refused
    return WorkRefusal.NOT_OWNED if entry.state is not WorkState.CLAIMED else _opened(entry)


def done(entry: Entry, who: VolunteerId, outcome: WorkOutcome, now: datetime) -> Moved:
    """It is finished. Nobody needs to have claimed it, but nobody else may have."""
    refused = _not_theirs(entry := seen_at(entry, now), who, now)
    if refused is not None:
        return refused
    return replace(
        entry,
        state=WorkState.DONE,
        owner=who,
        outcome=outcome,
        lease_until=None,
        not_before=None,
        call_until=None,
        closed_at=now,
    )


def escalated(entry: Entry, who: VolunteerId, now: datetime) -> Moved:
    """The coordinator is to see to it."""
    refused = _not_theirs(entry := seen_at(entry, now), who, now)
    return refused if refused is not None else _escalated(entry)


def dialled(entry: Entry, who: VolunteerId, now: datetime, policy: CallbackPolicy, *, may_call: bool) -> Moved:
    """`who`, whose entry it is, has them called: exactly one call at a time. `may_call`: the hour is right."""
    entry = seen_at(entry, now)
    if entry.is_finished:
        return WorkRefusal.FINISHED
    if entry.is_called(now):
        return WorkRefusal.UNDER_WAY
    if entry.state is not WorkState.CLAIMED or entry.owner != who:
        return WorkRefusal.NOT_OWNED if entry.state is not WorkState.CLAIMED else WorkRefusal.TAKEN
    if not may_call:
        return WorkRefusal.HOURS
    if entry.not_before is not None and now < entry.not_before:
        return WorkRefusal.TOO_SOON
    call_until = now + timedelta(seconds=CALL_LIMIT_S)
    lease_until = max(now + timedelta(seconds=policy.lease_s), call_until)
    return replace(entry, attempts=entry.attempts + 1, call_until=call_until, lease_until=lease_until)


def talking(entry: Entry, now: datetime) -> Moved:
    """The two are joined: the call is under way until its end is seen."""
    if entry.is_finished:
        return WorkRefusal.FINISHED
    return replace(entry, call_until=now + timedelta(seconds=TALK_LIMIT_S))


def attempt_ended(
    entry: Entry, end: AttemptEnd, now: datetime, policy: CallbackPolicy, *, talk_s: float = 0.0, hung_up: bool = False
) -> Moved:
    """A call to them is over. `hung_up`: its volunteer is not there any more to say what came of it."""
    if entry.is_finished:
        return replace(entry, call_until=None) if entry.call_until is not None else WorkRefusal.FINISHED
    entry = replace(entry, call_until=None)
    if end is AttemptEnd.TALKED:
        if hung_up and talk_s >= TALKED_S and entry.owner is not None:
            return done(replace(entry, state=WorkState.CLAIMED), entry.owner, WorkOutcome.REACHED, now)
        return replace(entry, lease_until=now + timedelta(seconds=policy.lease_s))
    if end is AttemptEnd.FAILED:
        return replace(entry, attempts=max(0, entry.attempts - 1))  # no phone rang: not the caller's doing
    if entry.attempts >= policy.attempts:
        return _escalated(entry)
    return replace(_opened(entry), not_before=now + timedelta(seconds=policy.retry_after_s))


def postponed(entry: Entry, who: VolunteerId, now: datetime, policy: CallbackPolicy) -> Moved:
    """It was of no use now: again later, by whoever."""
    back = given_back(entry, who, now)
    if isinstance(back, WorkRefusal):
        return back
    return replace(back, not_before=now + timedelta(seconds=policy.retry_after_s))


def closed(entry: Entry, now: datetime) -> Moved:
    """The caller got through: there is nothing to do any more. Who owned it stays, to be told."""
    if entry.is_finished:
        return WorkRefusal.FINISHED
    entry = seen_at(entry, now)
    return replace(
        entry, state=WorkState.CLOSED, lease_until=None, not_before=None, call_until=entry.call_until, closed_at=now
    )


def _not_theirs(entry: Entry, who: VolunteerId, now: datetime) -> WorkRefusal | None:
    if entry.is_finished:
        return WorkRefusal.FINISHED
    if entry.is_called(now):
        return WorkRefusal.UNDER_WAY
    if entry.state is WorkState.CLAIMED and entry.owner != who:
        return WorkRefusal.TAKEN
    return None


def _opened(entry: Entry) -> Entry:
    return replace(entry, state=WorkState.OPEN, owner=None, lease_until=None)


def _escalated(entry: Entry) -> Entry:
    return replace(entry, state=WorkState.ESCALATED, owner=None, lease_until=None, not_before=None)
