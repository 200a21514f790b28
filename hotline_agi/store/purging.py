"""What is too old, kind by kind, and how it leaves the tables so that nothing of it is left in the file.

Trap, seen with SQLite 3.40: ``secure_delete`` overwrites what is deleted, but when a page of a table without rowids was
split before, copies of its rows may lie in the gaps of its pages, and stay: 51 of 14,000 numbers did. So tables that
tell of callers are written anew, whole, which overwrites their pages. Test: test_purging.py.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, func, insert, or_, select, tuple_

from hotline_agi.log import logger
from hotline_agi.retention import Ages
from hotline_agi.store.schema import (
    AGREEMENT,
    AUDIT,
    CALL,
    CALLER_NUMBER,
    CALLER_TOKEN,
    FACT,
    FLAGGED,
    LEG,
    LIFTED,
    ROSTER_REVISION,
    ROSTER_TEXT,
    RUN,
    STEP,
    VOLUNTEER_STATE,
    to_text,
)
from hotline_agi.store.schema_campaign import CAMPAIGN_ANSWER, CAMPAIGN_ATTEMPT, CAMPAIGN_NUMBER, CAMPAIGN_PERSON
from hotline_agi.store.schema_recordings import RECORDING_ACCESS
from hotline_agi.store.schema_requests import CALLBACK_REQUEST, CALLER_LANGUAGE
from hotline_agi.store.schema_risk import FOLLOW_UP, OPEN
from hotline_agi.store.schema_work import WORK, WORK_ATTEMPT, WORK_CALL, WORK_DEED
from hotline_agi.terms.standing import VolunteerState

CHUNK_ROWS = 500
"""To a transaction: the service waits for the lock meanwhile, some 10 ms."""
BREATHE_S = 0.001
"""Between two transactions: who waits for its turn gets it."""
Turn = AbstractContextManager[object]
"""Held in a transaction by threads of one process, which so wait for each other and not for SQLite's lock: that is
waited for a quarter of a second only, and then counts as trouble."""
NOBODY_ELSE: Turn = nullcontext()
CAMPAIGN_NUMBERS = "numbers of campaigns"
ANEW = (CALLER_NUMBER, CALLER_TOKEN, FLAGGED, LIFTED, CALLBACK_REQUEST, CALLER_LANGUAGE, WORK_DEED, FOLLOW_UP)
"""Written anew: 30 days of a thousand calls take a tenth of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What of one table is too old."""

    kind: str
    """In words, for a report."""
    table: Table
    is_old: ColumnElement[bool]


def purge(connection: Connection, ages: Ages, run: str, now: datetime, *, turn: Turn = NOBODY_ELSE) -> dict[str, int]:
    """Remove what is too old from the tables; returns how many rows of each kind. `run` is the one that goes on.

    The write-ahead log still holds what was removed: `dialect.checkpoint` empties it. Messages are not removed here:
    `clearance.py` does that with their files.

    :raises Trouble: what was removed before is removed.
    """
    removed = {rule.kind: _delete(connection, rule, turn) for rule in rules(ages, run, now)}
    for table in ANEW:
        write_anew(connection, table, turn)
    if removed[CAMPAIGN_NUMBERS]:  # a list of 100,000 takes a second: only when there was something to overwrite
        write_anew(connection, CAMPAIGN_NUMBER, turn)
    for kind, rows in removed.items():
        if rows:
            logger.info("journal purged", kind=kind, removed=rows)
    return removed


def count(connection: Connection, ages: Ages, run: str, now: datetime) -> dict[str, int]:
    """How many rows of each kind `purge` would remove, but for what follows from its removing others."""
    with connection.begin():
        return {
            rule.kind: connection.scalar(select(func.count()).select_from(rule.table).where(rule.is_old)) or 0
            for rule in rules(ages, run, now)
        }


def rules(ages: Ages, run: str, now: datetime) -> Iterator[Rule]:
    """In the order in which they are to be followed."""
    calls, numbers, steps, states, audit = (
        to_text(now - timedelta(days=days)) for days in (ages.calls, ages.numbers, ages.steps, ages.states, ages.audit)
    )
    is_old = and_(CALL.c.arrived_at < calls, or_(CALL.c.ended_at.is_(None), CALL.c.ended_at < calls))
    old_calls = select(CALL.c.call).where(is_old)
    for kind, table in (("facts of calls", FACT), ("legs of calls", LEG)):
        yield Rule(kind=kind, table=table, is_old=table.c.call.in_(old_calls))
    # who is to be looked after can be called: until as long after that is due as a number is kept
    awaited = select(FOLLOW_UP.c.call).where(FOLLOW_UP.c.state == OPEN, FOLLOW_UP.c.due_at >= numbers)
    for kind, table in (("callers' numbers", CALLER_NUMBER), ("callers' tokens", CALLER_TOKEN)):
        too_old = and_(table.c.stored_at < numbers, table.c.call.not_in(awaited))
        yield Rule(kind=kind, table=table, is_old=or_(too_old, table.c.call.in_(old_calls)))
    asked = CALLBACK_REQUEST.c
    yield Rule(
        kind="callback requests",
        table=CALLBACK_REQUEST,
        is_old=or_(and_(asked.asked_at < numbers, asked.call.not_in(awaited)), asked.call.in_(old_calls)),
    )
    yield Rule(kind="callers' languages", table=CALLER_LANGUAGE, is_old=CALLER_LANGUAGE.c.at < numbers)
    yield from _of_work(to_text(now - timedelta(days=ages.work)))
    closed = and_(FOLLOW_UP.c.state != OPEN, FOLLOW_UP.c.closed_at < to_text(now - timedelta(days=ages.follow_ups)))
    yield Rule(kind="follow-ups", table=FOLLOW_UP, is_old=or_(closed, FOLLOW_UP.c.call.in_(old_calls)))
    yield Rule(kind="calls", table=CALL, is_old=is_old)
    yield Rule(kind="flags", table=FLAGGED, is_old=FLAGGED.c.expires_at < to_text(now))
    yield Rule(kind="lifted limits", table=LIFTED, is_old=LIFTED.c.at < numbers)
    over = select(STEP.c.run).group_by(STEP.c.run).having(func.max(STEP.c.ended_at) < steps)
    of_others = and_(STEP.c.run != run, STEP.c.run.in_(over))
    yield Rule(kind="steps", table=STEP, is_old=or_(STEP.c.ended_at < numbers, of_others))
    has_steps = exists().where(STEP.c.run == RUN.c.run)
    is_over = and_(RUN.c.run != run, RUN.c.started_at < steps, ~has_steps)
    yield Rule(kind="runs", table=RUN, is_old=is_over)
    yield Rule(kind="rosters' texts", table=ROSTER_TEXT, is_old=_is_old_text(steps))
    yield Rule(kind="volunteers' states", table=VOLUNTEER_STATE, is_old=_is_old_state(states))
    campaigns = to_text(now - timedelta(days=ages.campaigns))
    people = select(CAMPAIGN_PERSON.c.campaign, CAMPAIGN_PERSON.c.person).where(CAMPAIGN_PERSON.c.stored_at < campaigns)
    for kind, table in (("answers of campaigns", CAMPAIGN_ANSWER), ("attempts of campaigns", CAMPAIGN_ATTEMPT)):
        yield Rule(kind=kind, table=table, is_old=tuple_(table.c.campaign, table.c.person).in_(people))
    yield Rule(kind=CAMPAIGN_NUMBERS, table=CAMPAIGN_NUMBER, is_old=CAMPAIGN_NUMBER.c.stored_at < campaigns)
    yield Rule(kind="people of campaigns", table=CAMPAIGN_PERSON, is_old=CAMPAIGN_PERSON.c.stored_at < campaigns)
    yield Rule(kind="agreements", table=AGREEMENT, is_old=AGREEMENT.c.until_at < states)
    yield Rule(kind="audit", table=AUDIT, is_old=AUDIT.c.at < audit)
    yield Rule(kind="accesses to recordings", table=RECORDING_ACCESS, is_old=RECORDING_ACCESS.c.at < audit)
    later = ROSTER_REVISION.alias("later")
    newest = select(func.max(later.c.seq)).where(later.c.at < audit).scalar_subquery()
    yield Rule(
        kind="rosters' revisions",
        table=ROSTER_REVISION,
        is_old=and_(ROSTER_REVISION.c.at < audit, ROSTER_REVISION.c.seq < newest),
    )


def _of_work(before: str) -> Iterator[Rule]:
    """Entries go by their end or, where nobody ended them, by the last of their calls; the rest goes with them."""
    yield Rule(kind="callbacks", table=WORK, is_old=func.coalesce(WORK.c.closed_at, WORK.c.last_at) < before)
    for table in (WORK_CALL, WORK_DEED, WORK_ATTEMPT):
        yield Rule(
            kind=f"{table.name.removeprefix('work_')}s of callbacks",
            table=table,
            is_old=~exists().where(WORK.c.entry == table.c.entry),
        )


def _is_old_text(before: str) -> ColumnElement[bool]:
    oldest_run = select(func.coalesce(func.min(RUN.c.started_at), "")).scalar_subquery()
    text = ROSTER_TEXT.c
    return and_(text.used_at < before, text.digest.not_in(select(RUN.c.roster)), text.used_at < oldest_run)


def _is_old_state(before: str) -> ColumnElement[bool]:
    state = VOLUNTEER_STATE
    newer, later = state.alias("newer"), state.alias("later")
    newest = select(func.max(newer.c.seq)).where(newer.c.volunteer == state.c.volunteer).scalar_subquery()
    is_over = exists().where(
        later.c.volunteer == state.c.volunteer,
        later.c.seq > state.c.seq,
        later.c.state.not_in([VolunteerState.TALKING.value, VolunteerState.RINGING.value]),
    )
    return and_(
        state.c.at < before,
        state.c.seq < newest,
        or_(state.c.state != VolunteerState.PAUSED.value, is_over),
    )


def _delete(connection: Connection, rule: Rule, turn: Turn) -> int:
    """In transactions of their own, so that the service's records come in between."""
    key = tuple_(*rule.table.primary_key.columns)
    some = select(*rule.table.primary_key.columns).where(rule.is_old).limit(CHUNK_ROWS)
    removed = 0
    while True:
        with turn, connection.begin():
            rows = connection.execute(delete(rule.table).where(key.in_(some))).rowcount
        removed += rows
        time.sleep(BREATHE_S)
        if rows < CHUNK_ROWS:
            return removed


def write_anew(connection: Connection, table: Table, turn: Turn = NOBODY_ELSE) -> None:
    """Overwrite all pages of `table`, and with them what was deleted from it."""
    with turn, connection.begin():
        kept = [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
        connection.execute(delete(table))
        if kept:
            connection.execute(insert(table), kept)
