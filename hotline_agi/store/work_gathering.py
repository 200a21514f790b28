"""Entries of the list of work come into being: out of what the journal says of calls that are over.

Asked again and again (when a call closes, at a start, every now and then), so a service that is killed loses none, and
a message that is found late is work as any other. One transaction; what is written already changes nothing.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, and_, bindparam, exists, func, insert, or_, select, update

from hotline_agi.roster import canary
from hotline_agi.roster.callback_policy import CallbackPolicy, Missed
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import CALL, CALLER_TOKEN, FACT, MESSAGE, to_instant, to_text
from hotline_agi.store.schema_requests import CALLBACK_REQUEST
from hotline_agi.store.schema_work import IS_UNFINISHED, WORK, WORK_CALL, WORK_DEED
from hotline_agi.store.usage import LONGEST_CALL_H
from hotline_agi.store.work import BUSY_S, Change, changing, deed_row_of
from hotline_agi.store.work_reading import find, row_of
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LineId
from hotline_agi.terms.work import WorkDeed, WorkKind
from hotline_agi.work import entry as moves
from hotline_agi.work.entry import Entry, WorkRefusal
from hotline_agi.work.gathering import MISSED, EndedCall, KnownEntry, gather, got_through, stronger

WHOLE = timedelta(days=7)
"""At a start: no service is away for longer, and no message is found later."""
MISSED_WITHIN = timedelta(days=1)
"""Nobody is called out of the blue for a call of the day before yesterday, e.g. when a line's policy changes."""
MOST_CALLS = 20_000
CHUNK = 200
T = TypeVar("T")

Policies = Mapping[LineId, CallbackPolicy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """How many entries there are more, and how many closed by themselves."""

    opened: int = 0
    closed: int = 0


def gathered(path: Path, now: datetime, policies: Policies, *, back: timedelta = WHOLE) -> Gathered:
    """Bring the list up to date with calls that ended since `back` before `now`. Blocks on disk.

    Looks first, which holds up nobody, and takes the lock only where there is something to write.

    :param back: no longer than finished entries are kept, or what was purged would come back.
    :raises SetupError: if the journal cannot be written.
    """
    with JournalReader.open(path, busy_s=BUSY_S) as reader, reader.snapshot() as connection:
        calls = list(_ended_calls(connection, now - back, now - MISSED_WITHIN, policies))
        known = _known(connection, now - back)
        talks = _talks(connection, known, calls)
    seen = gather(calls, known, policies)
    placed = {call.call for found in (seen.opened, seen.joined) for several in found.values() for call, _ in several}
    wanted = sorted((call for call in calls if call.call in placed), key=lambda call: (call.ended_at, call.call))
    opened = closed = 0
    for some in _in_chunks(wanted):  # the lock is let go between them: the journal of calls goes on
        with changing(path) as change:
            opened += _add(change, some, now, policies, back)
    if wanted or got_through(known, talks):
        with changing(path) as change:
            closed = _close(change, got_through(_known(change.connection, now - back, finished=False), talks), now)
    return Gathered(opened=opened, closed=closed)


def _add(change: Change, calls: Sequence[EndedCall], now: datetime, policies: Policies, back: timedelta) -> int:
    """Put them on the list; returns how many entries there are more."""
    known = _known(change.connection, now - back)
    found = gather(_not_yet(change.connection, calls), known, policies)
    if found.opened:
        _open(change, found.opened, now)
    if found.joined:
        _join(change, found.joined, {one.entry: one for one in known}, now)
    return len(found.opened)


def _not_yet(connection: Connection, calls: Sequence[EndedCall]) -> list[EndedCall]:
    """Those of `calls` that nobody else has put on the list meanwhile."""
    known: set[str] = set()
    for some in _in_chunks([call.call for call in calls]):
        known |= set(connection.scalars(select(WORK_CALL.c.call).where(WORK_CALL.c.call.in_(some))))
    return [call for call in calls if call.call not in known]


def _in_chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many as one statement takes, and as hold the lock for a few milliseconds only."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _ended_calls(
    connection: Connection, since: datetime, missed_since: datetime, policies: Policies
) -> Iterable[EndedCall]:
    is_known = exists().where(WORK_CALL.c.call == CALL.c.call)
    has_message = exists().where(MESSAGE.c.call == CALL.c.call)
    has_asked = exists().where(CALLBACK_REQUEST.c.call == CALL.c.call)
    lines = [line for line, policy in policies.items() if policy.missed is not Missed.NO]
    is_missed = and_(
        CALL.c.line.in_(lines),
        CALL.c.answered_at.is_(None),
        CALL.c.outcome.in_([one.value for one in MISSED]),
        CALL.c.ended_at >= to_text(missed_since),
    )
    rows = connection.execute(
        select(
            *(CALL.c.call, CALL.c.line, CALL.c.ended_at, CALL.c.outcome, CALL.c.answered_at, CALLER_TOKEN.c.token),
            *(has_message.label("message"), has_asked.label("requested")),
        )
        .join_from(CALL, CALLER_TOKEN, CALLER_TOKEN.c.call == CALL.c.call, isouter=True)
        .where(
            CALL.c.arrived_at >= to_text(since - timedelta(hours=LONGEST_CALL_H)),
            CALL.c.ended_at >= to_text(since),
            CALL.c.line != canary.LINE,
            ~is_known,
            or_(has_message, has_asked, is_missed),
        )
        .order_by(CALL.c.ended_at)
        .limit(MOST_CALLS)
    ).mappings()
    consenting = _consenting(connection) if any(one.missed is Missed.CONSENTED for one in policies.values()) else ()
    for row in rows:
        yield EndedCall(
            call=CallId(row["call"]),
            line=LineId(row["line"]),
            ended_at=to_instant(row["ended_at"]),
            outcome=row["outcome"] or "",
            answered=row["answered_at"] is not None,
            caller=CallerToken(row["token"]) if row["token"] else None,
            message=bool(row["message"]),
            requested=bool(row["requested"]),
            consented=row["token"] in consenting,
        )
    yield from _messages_alone(connection, since)


def _messages_alone(connection: Connection, since: datetime) -> Iterable[EndedCall]:
    """Of calls that have no record: the service was away for all of it."""
    rows = connection.execute(
        select(MESSAGE.c.call, MESSAGE.c.line, func.max(MESSAGE.c.recorded_at).label("at"), CALLER_TOKEN.c.token)
        .join_from(MESSAGE, CALLER_TOKEN, CALLER_TOKEN.c.call == MESSAGE.c.call, isouter=True)
        .where(
            MESSAGE.c.recorded_at >= to_text(since),
            ~exists().where(CALL.c.call == MESSAGE.c.call),
            ~exists().where(WORK_CALL.c.call == MESSAGE.c.call),
        )
        .group_by(MESSAGE.c.call, MESSAGE.c.line, CALLER_TOKEN.c.token)
    ).mappings()
    for row in rows:
        yield EndedCall(
            call=CallId(row["call"]),
            line=LineId(row["line"]),
            ended_at=to_instant(row["at"]),
            outcome="",
            answered=False,
            caller=CallerToken(row["token"]) if row["token"] else None,
            message=True,
        )


def _consenting(connection: Connection) -> frozenset[str]:
    rows = connection.execute(
        select(CALLER_TOKEN.c.token).join(CALLBACK_REQUEST, CALLBACK_REQUEST.c.call == CALLER_TOKEN.c.call).distinct()
    )
    return frozenset(token for (token,) in rows)


def _known(connection: Connection, since: datetime, *, finished: bool = True) -> list[KnownEntry]:
    """What is unfinished, and what was finished since then."""
    there = or_(IS_UNFINISHED, WORK.c.closed_at >= to_text(since)) if finished else IS_UNFINISHED
    rows = connection.execute(
        select(
            *(WORK.c.entry, WORK.c.line, WORK.c.kind, WORK.c.last_at, WORK.c.closed_at),
            func.max(CALLER_TOKEN.c.token).label("token"),
        )
        .join_from(WORK, WORK_CALL, WORK_CALL.c.entry == WORK.c.entry)
        .join(CALLER_TOKEN, CALLER_TOKEN.c.call == WORK_CALL.c.call, isouter=True)
        .where(there)
        .group_by(WORK.c.entry, WORK.c.line, WORK.c.kind, WORK.c.last_at, WORK.c.closed_at)
    ).mappings()
    return [
        KnownEntry(
            entry=CallId(row["entry"]),
            line=LineId(row["line"]),
            caller=CallerToken(row["token"]) if row["token"] else None,
            kind=WorkKind(row["kind"]),
            last_at=to_instant(row["last_at"]),
            closed_at=to_instant(row["closed_at"]) if row["closed_at"] else None,
        )
        for row in rows
    ]


def _open(change: Change, opened: Mapping[CallId, list[tuple[EndedCall, WorkKind]]], now: datetime) -> None:
    """Entries that nobody knows yet, with the first lines of their histories."""
    made, calls, deeds = [], [], []
    for entry, several in opened.items():
        first, kind = several[0]
        for _, other in several[1:]:
            kind = stronger(kind, other)
        last_at = several[-1][0].ended_at
        one = Entry(id=entry, line=first.line, kind=kind, opened_at=first.ended_at, last_at=last_at)
        made.append({"entry": entry, **row_of(one), "told": 0})
        calls += [{"call": call.call, "entry": entry, "kind": why.value} for call, why in several]
        told = [(WorkDeed.OPENED, kind.value), *((WorkDeed.JOINED, call.call) for call, _ in several[1:])]
        deeds += [deed_row_of(entry, seq, now, deed, None, detail) for seq, (deed, detail) in enumerate(told, 1)]
    change.connection.execute(insert(WORK), made)
    change.connection.execute(insert(WORK_CALL), calls)
    change.connection.execute(insert(WORK_DEED), deeds)


def _join(
    change: Change,
    joined: Mapping[CallId, list[tuple[EndedCall, WorkKind]]],
    known: Mapping[CallId, KnownEntry],
    now: datetime,
) -> None:
    """More calls of callers who are on the list already."""
    entries, calls, deeds = [], [], []
    seq = time.time_ns() // 1000  # later than whatever stands there, as `Change.note` counts
    for entry, several in joined.items():
        kind, last_at = known[entry].kind, known[entry].last_at
        for call, why in several:
            kind, last_at, seq = stronger(kind, why), max(last_at, call.ended_at), seq + 1
            calls.append({"call": call.call, "entry": entry, "kind": why.value})
            deeds.append(deed_row_of(entry, seq, now, WorkDeed.JOINED, None, call.call))
        entries.append({"of": entry, "stronger": kind.value, "later": to_text(last_at)})
    grown = update(WORK).where(WORK.c.entry == bindparam("of"))
    change.connection.execute(grown.values(kind=bindparam("stronger"), last_at=bindparam("later")), entries)
    change.connection.execute(insert(WORK_CALL), calls)
    change.connection.execute(insert(WORK_DEED), deeds)


def _talks(
    connection: Connection, known: Sequence[KnownEntry], calls: Sequence[EndedCall]
) -> dict[tuple[LineId, CallerToken], datetime]:
    """When the last talk of each caller on each line began, of those that are on the list or are to be."""
    listed = {one.caller for one in known if one.closed_at is None and one.caller is not None}
    callers = listed | {call.caller for call in calls if call.caller is not None}
    if not callers:
        return {}
    oldest_at = min([one.last_at for one in known if one.closed_at is None] + [call.ended_at for call in calls])
    talked = (
        select(CALL.c.line, CALLER_TOKEN.c.token, func.max(FACT.c.at))
        .join_from(CALLER_TOKEN, CALL, CALL.c.call == CALLER_TOKEN.c.call)
        .join(FACT, and_(FACT.c.call == CALL.c.call, FACT.c.fact == Fact.TALK_STARTED.value))
        .where(CALL.c.arrived_at >= to_text(oldest_at - timedelta(hours=LONGEST_CALL_H)))
        .group_by(CALL.c.line, CALLER_TOKEN.c.token)
    )
    if len(callers) <= CHUNK:
        talked = talked.where(CALLER_TOKEN.c.token.in_(callers))
    return {(LineId(line), CallerToken(token)): to_instant(at) for line, token, at in connection.execute(talked)}


def _close(change: Change, closing: Sequence[KnownEntry], now: datetime) -> int:
    for one in closing:
        after = moves.closed(find(change.connection, one.entry), now)
        if not isinstance(after, WorkRefusal):
            change.connection.execute(update(WORK).where(WORK.c.entry == one.entry).values(**row_of(after)))
            change.note(one.entry, WorkDeed.CLOSED, now, after.owner, "")
    return len(closing)
