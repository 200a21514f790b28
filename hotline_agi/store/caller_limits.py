"""Limits of callers that are in force, by call; and how a coordinator ends one. Never a number, never a token."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from hotline_agi.store.audit import deed_row
from hotline_agi.store.callers import caller_of, flagged_in
from hotline_agi.store.dialect import adding
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import store
from hotline_agi.store.schema import CALL, CALLER_TOKEN, FACT, LIFTED, to_instant, to_text
from hotline_agi.terms import limits
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LineId

LONGEST = timedelta(days=1)
"""No limit lasts longer."""
MOST = 1000
"""So many are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitInForce:
    """A limit that a caller met in `call`, and that has not ended."""

    call: CallId
    line: LineId
    limit: str
    """A `terms.limits.Limit`, or a word of a newer version."""
    until_at: datetime


def limits_in_force(path: Path, now: datetime) -> list[LimitInForce]:
    """Those that the journal at `path` knows, of each caller and limit the last, the newest first. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    with JournalReader.open(path) as reader:
        rows = reader.ask(
            select(
                CALL.c.call, CALL.c.line, CALLER_TOKEN.c.token, FACT.c.detail, FACT.c.at, LIFTED.c.at.label("lifted_at")
            )
            .join_from(FACT, CALL, FACT.c.call == CALL.c.call)
            .join(CALLER_TOKEN, CALLER_TOKEN.c.call == CALL.c.call, isouter=True)
            .join(LIFTED, LIFTED.c.token == CALLER_TOKEN.c.token, isouter=True)
            .where(CALL.c.arrived_at >= to_text(now - LONGEST), FACT.c.fact == Fact.LIMITED.value)
            .order_by(FACT.c.at.desc())
        )
    found: dict[tuple[str, str, str], LimitInForce] = {}
    for row in rows:
        name, until = limits.told(row["detail"])
        key = (row["line"], row["token"] or "", name)
        if not until or key in found or (row["lifted_at"] or "") >= row["at"]:
            continue
        until_at = datetime.fromisoformat(until)
        if until_at > now:
            found[key] = LimitInForce(call=CallId(row["call"]), line=LineId(row["line"]), limit=name, until_at=until_at)
    return list(found.values())[:MOST]


def lift(path: Path, call_id: str, *, who: str, now: datetime) -> str:
    """End the limits of the caller of a call; returns the call's id in full. What they did before counts no more.

    :param call_id: in full, or a beginning that only one call has.
    :param who: the user of this machine who does it; it stands in the audit.
    :raises CallNotFound: if no call or several calls are meant; `WhoIsUnknown` if its caller is not known.
    :raises SetupError: if the journal cannot be written.
    """
    with caller_of(path, call_id, besides="; limits of withheld numbers end alone") as (connection, call, token):
        connection.execute(delete(LIFTED).where(LIFTED.c.at < to_text(now - 2 * LONGEST)))
        lifting = adding(LIFTED).on_conflict_do_update(index_elements=["token"], set_={"at": to_text(now)})
        connection.execute(lifting, {"token": token, "at": to_text(now)})
        store(connection, [deed_row(now, who, "lifted the limits of a caller", call)])
    return call


def marks(path: Path, now: datetime, since: datetime) -> tuple[frozenset[CallerToken], dict[CallerToken, datetime]]:
    """What coordinators said of callers in the journal at `path`: who is flagged as at high risk now; whose limits were
    ended after `since`, and when. Blocks on disk.

    :raises SetupError: if it cannot be read.
    """
    with JournalReader.open(path, busy_s=0.5) as reader:
        rows = reader.ask(select(LIFTED.c.token, LIFTED.c.at).where(LIFTED.c.at > to_text(since)))
        return flagged_in(reader, now), {CallerToken(row["token"]): to_instant(row["at"]) for row in rows}
