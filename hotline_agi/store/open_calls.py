"""Calls whose end is not in the journal, as far as it knows them: what a service that starts compares with Asterisk."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from sqlalchemy import RowMapping, select

from hotline_agi.errors import SetupError
from hotline_agi.reports.past import PastFact
from hotline_agi.store.reading import JournalReader, past_fact
from hotline_agi.store.schema import CALL, CALLER_TOKEN, FACT, LEG, to_instant, to_text
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, NodeId, VolunteerId

MOST = 2_000
"""Calls, the newest: more than any Asterisk holds."""
LAST_FACTS = 50
"""Of each call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLeg:
    """A phone that was rung for the call; its end is not in the journal."""

    leg: LegId
    volunteer: VolunteerId | None
    """None: the overflow number."""
    endpoint: str
    """The kind: softphone or mobile."""
    rang_at: datetime
    picked_up_at: datetime | None
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """All instants are aware, in UTC."""

    call: CallId
    line: LineId
    node: NodeId
    arrived_at: datetime
    answered_at: datetime | None
    """When the first talk began; None: there was none."""
    volunteer: VolunteerId | None
    """Who accepted the call last; None also where that was the overflow number."""
    token: CallerToken | None
    """Who calls; None: not known, or a number that was withheld."""
    facts: tuple[PastFact, ...]
    """The last `LAST_FACTS`, in the order in which they were noted."""
    legs: tuple[OpenLeg, ...]


def open_calls(path: Path, *, since: datetime | None = None, limit_s: float | None = 2.0) -> tuple[OpenCall, ...]:
    """In order of their arrival. Blocks on disk, for `limit_s` at most.

    :param since: leave out what arrived before: the end of a call may be missing for ever.
    :raises SetupError: if the journal cannot be read, or not in time.
    """
    with JournalReader.open(path, busy_s=0.5, limit_s=limit_s) as reader:
        newest = select(CALL, CALLER_TOKEN.c.token).join_from(
            CALL, CALLER_TOKEN, CALL.c.call == CALLER_TOKEN.c.call, isouter=True
        )
        # to the letter as in the index `call_open`
        newest = newest.where(CALL.c.ended_at.is_(None)).order_by(CALL.c.arrived_at.desc(), CALL.c.call.desc())
        if since is not None:
            newest = newest.where(CALL.c.arrived_at >= to_text(since))
        rows = list(reversed(reader.ask(newest.limit(MOST))))
        oldest = rows[0]["arrived_at"] if rows else to_text(datetime.max.replace(tzinfo=UTC))
        calls = select(CALL.c.call).where(CALL.c.ended_at.is_(None), CALL.c.arrived_at >= oldest)
        facts = reader.ask(select(FACT).where(FACT.c.call.in_(calls)).order_by(FACT.c.call, FACT.c.seq))
        ended = {row["leg"] for row in reader.ask(select(LEG.c.leg).where(LEG.c.call.in_(calls)))}
    try:
        told = _by_call(facts)
        return tuple(_open_call(row, told.get(row["call"], ()), ended) for row in rows)
    except ValueError as error:
        raise SetupError(
            f"the journal {path} holds a word that this program does not know: use the newer one"
        ) from error


def _by_call(rows: Iterable[RowMapping]) -> dict[str, tuple[PastFact, ...]]:
    return {call: tuple(map(past_fact, some)) for call, some in groupby(rows, lambda row: str(row["call"]))}


def _open_call(row: RowMapping, facts: Sequence[PastFact], ended: Container[str]) -> OpenCall:
    talks = [fact for fact in facts if fact.fact is Fact.TALK_STARTED]
    accepts = [fact for fact in facts if fact.fact in (Fact.ACCEPTED, Fact.TALK_STARTED)]
    return OpenCall(
        call=CallId(row["call"]),
        line=LineId(row["line"]),
        node=NodeId(row["node"]),
        arrived_at=to_instant(row["arrived_at"]),
        answered_at=talks[0].at if talks else None,
        volunteer=accepts[-1].volunteer if accepts else None,
        token=CallerToken(row["token"]) if row["token"] else None,
        facts=tuple(facts[-LAST_FACTS:]),
        legs=tuple(_open_legs(facts, ended)),
    )


def _open_legs(facts: Sequence[PastFact], ended: Container[str]) -> Iterator[OpenLeg]:
    when = {(fact.fact, fact.leg): fact.at for fact in reversed(facts)}
    for fact in facts:
        is_first = when.get((Fact.RANG, fact.leg)) == fact.at
        is_over = fact.leg is None or fact.leg in ended or (Fact.LEG_ENDED, fact.leg) in when
        if fact.fact is Fact.RANG and fact.leg is not None and is_first and not is_over:
            yield OpenLeg(
                leg=fact.leg,
                volunteer=fact.volunteer,
                endpoint=fact.detail,
                rang_at=fact.at,
                picked_up_at=when.get((Fact.PICKED_UP, fact.leg)),
                accepted_at=when.get((Fact.ACCEPTED, fact.leg)),
            )
