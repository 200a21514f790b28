"""Entries of the list of work come into being: out of what the journal says of calls that are over.

Asked again and again (when a call closes, at a start, every now and then), so a service that is killed loses none, and
a message that is found late is work as any other. One transaction; what is written already changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, and_, exists, func, insert, or_, select, update

from hotline_agi.roster import canary
from hotline_agi.roster.callback_policy import CallbackPolicy, Missed
from hotline_agi.store.schema import CALL, CALLER_TOKEN, FACT, MESSAGE, to_instant, to_text
from hotline_agi.store.schema_requests import CALLBACK_REQUEST
from hotline_agi.store.schema_work import IS_UNFINISHED, WORK, WORK_CALL
from hotline_agi.store.usage import LONGEST_CALL_H
from hotline_agi.store.work import Change, changing, find, row_of
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

Policies = Mapping[LineId, CallbackPolicy]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """How many entries there are more, and how many closed by themselves."""

    opened: int = 0
    closed: int = 0


def gathered(path: Path, now: datetime, policies: Policies, *, back: timedelta = WHOLE) -> Gathered:
    """Bring the list up to date with calls that ended since `back` before `now`. Blocks on disk.

    :param back: no longer than finished entries are kept, or what was purged would come back.
    :raises SetupError: if the journal cannot be written.
    """
    with changing(path) as change:
        calls = list(_ended_calls(change.connection, now - back, now - MISSED_WITHIN, policies))
        known = _known(change.connection, now - back)
        found = gather(calls, known, policies)
        for entry, several in found.opened.items():
            _open(change, entry, several, now)
        for entry, several in found.joined.items():
            _join(change, entry, several, now)
        closed = _close(change, _known(change.connection, now - back, finished=False), now)
        return Gathered(opened=len(found.opened), closed=closed)


def _ended_calls(
    connection: Connection, since: datetime, missed_since: datetime, policies: Policies
) -> Iterable[EndedCall]:
    is_known = exists().where(WORK_CALL.c.call == CALL.c.call)
    has_message = exists().where(MESSAGE.c.call == CALL.c.call)
    has_asked = exists().where(CALLBACK_REQUEST.c.call == CALL.c.call)
    is_missed = and_(
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


def _open(change: Change, entry: CallId, several: list[tuple[EndedCall, WorkKind]], now: datetime) -> None:
    first, kind = several[0]
    for _, other in several[1:]:
        kind = stronger(kind, other)
    made = Entry(id=entry, line=first.line, kind=kind, opened_at=first.ended_at, last_at=several[-1][0].ended_at)
    change.connection.execute(insert(WORK), {"entry": entry, **row_of(made), "told": 0})
    _add_calls(change, entry, several)
    change.note(entry, WorkDeed.OPENED, now, None, kind.value)
    for call, _ in several[1:]:
        change.note(entry, WorkDeed.JOINED, now, None, call.call)


def _join(change: Change, entry: CallId, several: list[tuple[EndedCall, WorkKind]], now: datetime) -> None:
    before = find(change.connection, entry)
    kind = before.kind
    for _, other in several:
        kind = stronger(kind, other)
    last_at = max(before.last_at, several[-1][0].ended_at)
    values = {"kind": kind.value, "last_at": to_text(last_at)}
    change.connection.execute(update(WORK).where(WORK.c.entry == entry).values(**values))
    _add_calls(change, entry, several)
    for call, _ in several:
        change.note(entry, WorkDeed.JOINED, now, None, call.call)


def _add_calls(change: Change, entry: CallId, several: list[tuple[EndedCall, WorkKind]]) -> None:
    rows = [{"call": call.call, "entry": entry, "kind": kind.value} for call, kind in several]
    change.connection.execute(insert(WORK_CALL), rows)


def _close(change: Change, unfinished: list[KnownEntry], now: datetime) -> int:
    tokens = {one.caller for one in unfinished if one.caller is not None}
    if not tokens:
        return 0
    rows = change.connection.execute(
        select(CALL.c.line, CALLER_TOKEN.c.token, func.max(FACT.c.at))
        .join_from(CALLER_TOKEN, CALL, CALL.c.call == CALLER_TOKEN.c.call)
        .join(FACT, and_(FACT.c.call == CALL.c.call, FACT.c.fact == Fact.TALK_STARTED.value))
        .where(CALL.c.arrived_at >= to_text(min(one.last_at for one in unfinished) - timedelta(hours=LONGEST_CALL_H)))
        .group_by(CALL.c.line, CALLER_TOKEN.c.token)
    )
    talks = {(LineId(line), CallerToken(token)): to_instant(at) for line, token, at in rows if token in tokens}
    closing = got_through(unfinished, talks)
    for one in closing:
        after = moves.closed(find(change.connection, one.entry), now)
        if not isinstance(after, WorkRefusal):
            change.connection.execute(update(WORK).where(WORK.c.entry == one.entry).values(**row_of(after)))
            change.note(one.entry, WorkDeed.CLOSED, now, after.owner, "")
    return len(closing)
