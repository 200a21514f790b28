"""How much was dialled, and called, lately: for the dial envelope, and for the limits of callers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, func, or_, select

from hotline_agi.dispatch.memory import TALKS_H, PastCaller, RecentLeg
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.model import EndpointKind
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import CALL, CALLER_TOKEN, FACT, LEG, LIFTED, to_instant, to_text
from hotline_agi.terms import limits, results
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LineId

LIMIT_S = 2.0
"""A start takes no longer for it."""
LEGS_KEPT = 200_000
"""Twice what the dial envelope lets out in an hour unless it is told otherwise."""
CALLS_KEPT = 20_000
LONGEST_CALL_H = 6.0


def recent_legs(path: Path, now: datetime, *, limit_s: float = LIMIT_S) -> tuple[RecentLeg, ...]:
    """The legs that were dialled in the hour before `now`, the newest `LEGS_KEPT`. Blocks for `limit_s` at most.

    Never raises: of a journal that cannot be read nothing is counted, and that is logged.
    """
    kinds = {kind.value: kind for kind in EndpointKind}
    hour_ago = to_text(now - timedelta(hours=1))
    try:
        with JournalReader.open(path, busy_s=limit_s / 4, limit_s=limit_s) as reader:
            rows = reader.ask(
                select(LEG.c.endpoint_id, LEG.c.endpoint, LEG.c.rang_at)
                .where(LEG.c.ended_at >= hour_ago, LEG.c.rang_at >= hour_ago)
                .order_by(LEG.c.ended_at.desc())
                .limit(LEGS_KEPT)
            )
            return tuple(
                RecentLeg(
                    endpoint=EndpointId(row["endpoint_id"]),
                    kind=kinds[row["endpoint"]],
                    age_s=round((now - to_instant(row["rang_at"])).total_seconds(), 3),
                )
                for row in rows
                if row["endpoint"] in kinds
            )
    except (HotlineError, ValueError, TypeError) as error:
        logger.error("legs of before the start are not counted", trouble=str(error))
        return ()


def recent_callers(reader: JournalReader, now: datetime) -> Iterator[PastCaller]:
    """Calls of the last day whose caller is known, or withheld their number; what was before a limit was lifted counts
    no more. The newest `CALLS_KEPT`."""
    day_ago = now - timedelta(hours=TALKS_H)
    of_call = FACT.c.call == CALL.c.call
    was_silent = exists().where(of_call, FACT.c.fact == Fact.SILENT.value)
    withheld = exists().where(of_call, FACT.c.fact == Fact.ARRIVED.value, FACT.c.detail == limits.WITHHELD)
    said = (
        select(FACT.c.detail)
        .where(of_call, FACT.c.fact == Fact.RESULT.value)
        .order_by(FACT.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    limited = select(func.max(FACT.c.detail)).where(of_call, FACT.c.fact == Fact.LIMITED.value).scalar_subquery()
    rows = reader.ask(
        select(
            *(CALL.c.line, CALLER_TOKEN.c.token, CALL.c.arrived_at, CALL.c.ended_at, CALL.c.talk_s, CALL.c.call),
            *(was_silent.label("silent"), limited.label("limited"), withheld.label("withheld"), said.label("said")),
        )
        .join_from(CALL, CALLER_TOKEN, CALL.c.call == CALLER_TOKEN.c.call, isouter=True)
        .join(LIFTED, LIFTED.c.token == CALLER_TOKEN.c.token, isouter=True)
        .where(
            CALL.c.arrived_at >= to_text(day_ago - timedelta(hours=LONGEST_CALL_H)),
            or_(CALL.c.ended_at.is_(None), CALL.c.ended_at >= to_text(day_ago)),
            or_(LIFTED.c.at.is_(None), CALL.c.arrived_at > LIFTED.c.at),
        )
        .order_by(CALL.c.ended_at.is_(None).desc(), CALL.c.ended_at.desc())
        .limit(CALLS_KEPT)
    )
    for row in reversed(rows):
        if row["token"] is None and not row["withheld"]:
            continue
        word = results.told(row["said"] or "")
        yield PastCaller(
            line=LineId(row["line"]),
            caller=CallerToken(row["token"]) if row["token"] else None,
            arrived_at=to_instant(row["arrived_at"]),
            ended_at=to_instant(row["ended_at"]) if row["ended_at"] else None,
            talk_s=round(row["talk_s"] or 0.0, 3),
            silent=bool(row["silent"]) if word.counts is None else word.counts,
            limited=row["limited"] is not None and limits.told(row["limited"])[0] != limits.Limit.SILENT,
            call=CallId(row["call"]),
            result="" if word.counts is None else word.result,
        )
