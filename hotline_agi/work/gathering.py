"""Which calls make an entry, which belong to one that is there already, and which entries close by themselves.

A function of the journal alone: so it can be asked again at any time (after a kill, after a message that was found
late), and what was gathered stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline_agi.roster.callback_policy import CallbackPolicy, Missed
from hotline_agi.terms.ids import CallerToken, CallId, LineId
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.work import WorkKind

MISSED = (Outcome.ABANDONED, Outcome.DIRECTORY, Outcome.SURVIVED, Outcome.UNCERTAIN)
"""The caller reached nobody, as far as anybody knows."""
_RANK = {kind: rank for rank, kind in enumerate(WorkKind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCall:
    """One call that is over, as far as the list of work looks at it."""

    call: CallId
    line: LineId
    ended_at: datetime
    outcome: str
    answered: bool
    """A volunteer talked to the caller."""
    caller: CallerToken | None
    """None: not known (withheld, or deleted by now)."""
    message: bool = False
    requested: bool = False
    """The caller asked to be called back."""
    consented: bool = False
    """In this call or another that is still known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntry:
    """An entry that is there."""

    entry: CallId
    line: LineId
    caller: CallerToken | None
    kind: WorkKind
    last_at: datetime
    closed_at: datetime | None
    """None: it is not finished."""


@dataclass(slots=True, kw_only=True)
class Gathered:
    """What is to be written: entry → its calls that are new, the first one first."""

    opened: dict[CallId, list[tuple[EndedCall, WorkKind]]] = field(default_factory=dict)
    joined: dict[CallId, list[tuple[EndedCall, WorkKind]]] = field(default_factory=dict)


def kind_of(call: EndedCall, policy: CallbackPolicy) -> WorkKind | None:
    """Why somebody is to be called back for `call`; None: nobody is."""
    if call.requested and not call.answered:  # void where a volunteer accepted while it was written down
        return WorkKind.CALLBACK
    if call.message:
        return WorkKind.MESSAGE
    if call.answered or call.caller is None or call.outcome not in MISSED:
        return None
    wanted = policy.missed is Missed.YES or (policy.missed is Missed.CONSENTED and call.consented)
    return WorkKind.MISSED if wanted else None


def stronger(one: WorkKind, other: WorkKind) -> WorkKind:
    """Of two reasons the one that an entry goes by."""
    return min(one, other, key=_RANK.__getitem__)


def gather(
    calls: Iterable[EndedCall], entries: Sequence[KnownEntry], policies: Mapping[LineId, CallbackPolicy]
) -> Gathered:
    """Several calls of one caller to one line are one entry as long as it is not finished. A call that is older than
    the end of their last entry (a message that was found late) belongs to that one: it was dealt with."""
    usual = CallbackPolicy()
    found = Gathered()
    latest: dict[tuple[LineId, CallerToken], KnownEntry] = {}
    for entry in sorted(entries, key=lambda one: one.last_at):
        if entry.caller is not None:
            before = latest.get((entry.line, entry.caller))
            if before is None or before.closed_at is not None:
                latest[entry.line, entry.caller] = entry
    for call in sorted(calls, key=lambda one: (one.ended_at, one.call)):
        kind = kind_of(call, policies.get(call.line, usual))
        if kind is None:
            continue
        known = latest.get((call.line, call.caller)) if call.caller is not None else None
        if known is not None and (known.closed_at is None or call.ended_at <= known.closed_at):
            if known.entry in found.opened:
                found.opened[known.entry].append((call, kind))
            else:
                found.joined.setdefault(known.entry, []).append((call, kind))
            continue
        found.opened[call.call] = [(call, kind)]
        if call.caller is not None:
            latest[call.line, call.caller] = KnownEntry(
                entry=call.call, line=call.line, caller=call.caller, kind=kind, last_at=call.ended_at, closed_at=None
            )
    return found


def got_through(
    entries: Iterable[KnownEntry], talks: Mapping[tuple[LineId, CallerToken], datetime]
) -> list[KnownEntry]:
    """Entries that close by themselves: the caller talked to somebody after their last call that counts.

    :param talks: when the last talk of each caller on each line began.
    """
    return [
        one
        for one in entries
        if one.closed_at is None
        and one.caller is not None
        and (talked_at := talks.get((one.line, one.caller))) is not None
        and talked_at > one.last_at
    ]
