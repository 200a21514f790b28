"""Calls whose end is not in the journal, as far as it knows them: what a service that starts compares with Asterisk."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import RowMapping, exists, select

from hotline_agi.dispatch.memory import Noted, OpenCall
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import CALL, CALLER_TOKEN, FACT, FLAGGED, MESSAGE, to_instant, to_text
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LegId, LineId, NodeId, VolunteerId

OPEN_DAYS = 31.0
"""Records of calls that are older stay as they are."""
MOST = 20_000
"""Calls, and facts of each: bounds what a machine has to take in."""
_FACTS = {fact.value: fact for fact in Fact}
_TELL_NOTHING = (Fact.CHOSE.value, Fact.SERVED.value)
"""They explain a choice; nothing follows from them for the machine that goes on."""


def open_calls(reader: JournalReader, now: datetime) -> Iterator[OpenCall]:
    """Calls whose record is open, with all that was noted of them, in the order of their arrival."""
    since = to_text(now - timedelta(days=OPEN_DAYS))
    is_flagged = exists().where(FLAGGED.c.token == CALLER_TOKEN.c.token, FLAGGED.c.expires_at > to_text(now))
    left_a_message = exists().where(MESSAGE.c.call == CALL.c.call)
    rows = reader.ask(
        select(
            CALL.c.call,
            CALL.c.line,
            CALL.c.node,
            CALL.c.arrived_at,
            CALLER_TOKEN.c.token,
            is_flagged.label("high_risk"),
            left_a_message.label("message"),
        )
        .join_from(CALL, CALLER_TOKEN, CALL.c.call == CALLER_TOKEN.c.call, isouter=True)
        # to the letter as in the index `call_open`
        .where(CALL.c.ended_at.is_(None), CALL.c.arrived_at >= since)
        .order_by(CALL.c.arrived_at, CALL.c.call)
        .limit(MOST)
    )
    facts = _facts(reader, since)
    for row in rows:
        yield OpenCall(
            call=CallId(row["call"]),
            line=LineId(row["line"]),
            node=NodeId(row["node"]),
            arrived_at=to_instant(row["arrived_at"]),
            caller=CallerToken(row["token"]) if row["token"] else None,
            high_risk=bool(row["high_risk"]),
            message=bool(row["message"]),
            facts=facts.get(row["call"], ()),
        )


def _facts(reader: JournalReader, since: str) -> dict[str, tuple[Noted, ...]]:
    """What was noted of each of them, in order."""
    is_open = select(CALL.c.call).where(CALL.c.ended_at.is_(None), CALL.c.arrived_at >= since)
    rows = reader.ask(
        select(FACT.c.call, FACT.c.at, FACT.c.fact, FACT.c.leg, FACT.c.volunteer, FACT.c.detail)
        .where(FACT.c.call.in_(is_open), FACT.c.fact.not_in(_TELL_NOTHING))
        .order_by(FACT.c.call, FACT.c.seq)
    )
    return {call: tuple(_noted(some))[:MOST] for call, some in groupby(rows, lambda row: str(row["call"]))}


def _noted(rows: Iterable[RowMapping]) -> Iterator[Noted]:
    for row in rows:
        if row["fact"] in _FACTS:
            yield Noted(
                at=to_instant(row["at"]),
                fact=_FACTS[row["fact"]],
                leg=LegId(row["leg"]) if row["leg"] else None,
                volunteer=VolunteerId(row["volunteer"]) if row["volunteer"] else None,
                detail=row["detail"],
            )
