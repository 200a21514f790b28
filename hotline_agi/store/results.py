"""Results of talks in the journal: who talked last, what was said, and a word by command."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from hotline_agi.dispatch.commands import NoteFact, OpenFollowUps
from hotline_agi.store.audit import deed_row
from hotline_agi.store.opening import beside
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import Entry, rows_of, store
from hotline_agi.store.schema import AUDIT, CALL, CALLER_TOKEN, FACT, to_instant, to_text
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, LineId, VolunteerId
from hotline_agi.terms.results import Said, detail, told

LAST_TALKS_H = 72
"""No line asks longer for the result of a talk."""
DID = "noted the result of a talk"
_MOST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PastTalkOf:
    """The last talk of a volunteer."""

    volunteer: VolunteerId
    call: CallId
    line: LineId
    began_at: datetime


def last_talks(path: Path, now: datetime) -> tuple[list[PastTalkOf], dict[CallId, str]]:
    """Of each volunteer the last talk of `LAST_TALKS_H`; and the last results of calls since. Blocks on disk.

    :raises SetupError: if the journal at `path` cannot be read.
    """
    since = to_text(now - timedelta(hours=LAST_TALKS_H))
    with JournalReader.open(path) as reader:
        rows = reader.ask(
            select(FACT.c.fact, FACT.c.call, FACT.c.volunteer, FACT.c.at, FACT.c.detail, CALL.c.line)
            .join_from(CALL, FACT, FACT.c.call == CALL.c.call)
            .where(CALL.c.arrived_at >= since, FACT.c.fact.in_([Fact.TALK_STARTED.value, Fact.RESULT.value]))
            .order_by(FACT.c.seq.desc())
            .limit(_MOST)
        )
    talks: dict[VolunteerId, PastTalkOf] = {}
    results: dict[CallId, str] = {}
    for row in rows:
        call = CallId(row["call"])
        if row["fact"] == Fact.RESULT.value:
            results.setdefault(call, told(row["detail"]).result)
        elif row["volunteer"]:
            who = VolunteerId(row["volunteer"])
            talk = PastTalkOf(volunteer=who, call=call, line=LineId(row["line"]), began_at=to_instant(row["at"]))
            talks.setdefault(who, talk)
    return list(talks.values()), results


def caller_and_end(path: Path, call: CallId) -> tuple[CallerToken | None, datetime | None]:
    """Who called, as a token (None: they withheld their number, or it is deleted), and the call's end (None: it is not
    over, or not written down yet). Blocks on disk.

    :raises SetupError: if the journal cannot be read.
    """
    with JournalReader.open(path, busy_s=0.5) as reader:
        rows = reader.ask(
            select(CALL.c.ended_at, CALLER_TOKEN.c.token)
            .join_from(CALL, CALLER_TOKEN, CALLER_TOKEN.c.call == CALL.c.call, isouter=True)
            .where(CALL.c.call == call)
        )
    if not rows:
        return None, None
    token, ended_at = rows[0]["token"], rows[0]["ended_at"]
    return CallerToken(token) if token else None, to_instant(ended_at) if ended_at else None


def say_by_command(
    path: Path, call_id: str, said: Said, now: datetime, follow_ups: Sequence[OpenFollowUps] = ()
) -> str:
    """Note the result of a call by command, in one transaction with its audit; returns the call's id in full.

    :param call_id: in full, or a beginning that only one call has.
    :param said: `by` names the user of the machine.
    :param follow_ups: what else is opened; what is open, or was, stays as it is.
    :raises CallNotFound: if no call or several calls are meant.
    :raises SetupError: if the journal cannot be written.
    """
    with JournalReader.open(path) as reader:
        call = reader.call(call_id).call.call
    fact = NoteFact(call=call, fact=Fact.RESULT, detail=detail(said))
    records: list[NoteFact | OpenFollowUps] = [fact, *follow_ups]
    with beside(path) as connection, connection.begin():
        for one in records:
            store(connection, rows_of(Entry(one, now, time.time_ns() // 1000)))
        store(connection, [deed_row(now, said.by, DID, call)])
    return call


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidByCommand:
    """A result that somebody noted by command."""

    at: datetime
    call: CallId
    line: LineId
    said: Said
    caller: CallerToken | None


def said_since(path: Path, since: datetime) -> list[SaidByCommand]:
    """The last word by command about each call of which there is one after `since`, the oldest first. Blocks on disk.

    :raises SetupError: if the journal cannot be read.
    """
    with JournalReader.open(path, busy_s=0.5) as reader:
        deeds = reader.ask(
            select(AUDIT.c.subject, func.max(AUDIT.c.at).label("at"))
            .where(AUDIT.c.at > to_text(since), AUDIT.c.did == DID)
            .group_by(AUDIT.c.subject)
            .order_by(func.max(AUDIT.c.at))
        )
        found = []
        for deed in deeds:
            rows = reader.ask(
                select(FACT.c.detail, CALL.c.line, CALLER_TOKEN.c.token)
                .join_from(FACT, CALL, CALL.c.call == FACT.c.call)
                .join(CALLER_TOKEN, CALLER_TOKEN.c.call == FACT.c.call, isouter=True)
                .where(FACT.c.call == deed["subject"], FACT.c.fact == Fact.RESULT.value)
                .order_by(FACT.c.seq.desc())
                .limit(1)
            )
            found += [
                SaidByCommand(
                    at=to_instant(deed["at"]),
                    call=CallId(deed["subject"]),
                    line=LineId(row["line"]),
                    said=told(row["detail"]),
                    caller=CallerToken(row["token"]) if row["token"] else None,
                )
                for row in rows
            ]
    return found
