"""How long the journal keeps what it must not keep for ever."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Delete, delete, exists, func, or_, select

from hotline_agi.log import logger
from hotline_agi.store.dialect import checkpoint
from hotline_agi.store.schema import (
    AGREEMENT,
    CALLER_NUMBER,
    CALLER_TOKEN,
    FLAGGED,
    ROSTER_TEXT,
    RUN,
    STEP,
    VOLUNTEER_STATE,
    to_text,
)
from hotline_agi.terms.standing import VolunteerState


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """In days. Calls, legs, facts and messages are kept until somebody deletes them."""

    numbers: float = 30.0
    """Callers' numbers, and the tokens that stand for them, wherever they are."""
    steps: float = 14.0
    """The steps of a run that is over, counted from its last one. Of the run that goes on all are kept, so that it can
    be replayed from its beginning, but none longer than numbers: there are tokens in them."""
    states: float = 14.0
    """Of volunteers, but for the newest of each and a pause that goes on; and what they agreed to by phone, from the
    end of its shift."""


def purge(connection: Connection, ages: Ages, run: str, now: datetime) -> None:
    """Remove what is too old, from the tables and from the write-ahead log. `run` is the one that goes on."""
    removed = {}
    for what, statement in _statements(ages, run, now):
        with connection.begin():  # each its own: the service's records come in between
            removed[what] = connection.execute(statement).rowcount
    if any(removed.values()):
        checkpoint(connection)
    for what, rows in removed.items():
        if rows:
            logger.info(f"{what} purged", removed=rows)


def _statements(ages: Ages, run: str, now: datetime) -> Iterator[tuple[str, Delete]]:
    numbers, steps, states = (to_text(now - timedelta(days=age)) for age in (ages.numbers, ages.steps, ages.states))
    yield "callers' numbers", delete(CALLER_NUMBER).where(CALLER_NUMBER.c.stored_at < numbers)
    yield "callers' tokens", delete(CALLER_TOKEN).where(CALLER_TOKEN.c.stored_at < numbers)
    yield "flags", delete(FLAGGED).where(FLAGGED.c.expires_at < to_text(now))
    over = select(STEP.c.run).group_by(STEP.c.run).having(func.max(STEP.c.ended_at) < steps)
    yield "steps", delete(STEP).where(or_(STEP.c.ended_at < numbers, (STEP.c.run != run) & STEP.c.run.in_(over)))
    has_steps = exists().where(STEP.c.run == RUN.c.run)
    yield "runs", delete(RUN).where(RUN.c.run != run, RUN.c.started_at < steps, ~has_steps)
    oldest_run = select(func.coalesce(func.min(RUN.c.started_at), "")).scalar_subquery()
    text = ROSTER_TEXT.c
    yield (
        "rosters' texts",
        delete(ROSTER_TEXT).where(
            text.used_at < steps, text.digest.not_in(select(RUN.c.roster)), text.used_at < oldest_run
        ),
    )
    yield "volunteers' states", _old_states(states)
    yield "agreements", delete(AGREEMENT).where(AGREEMENT.c.until_at < states)


def _old_states(before: str) -> Delete:
    state = VOLUNTEER_STATE
    newer, later = state.alias("newer"), state.alias("later")
    newest = select(func.max(newer.c.seq)).where(newer.c.volunteer == state.c.volunteer).scalar_subquery()
    is_over = exists().where(
        later.c.volunteer == state.c.volunteer,
        later.c.seq > state.c.seq,
        later.c.state.not_in([VolunteerState.TALKING.value, VolunteerState.RINGING.value]),
    )
    return delete(state).where(
        state.c.at < before,
        state.c.seq < newest,
        or_(state.c.state != VolunteerState.PAUSED.value, is_over),
    )
