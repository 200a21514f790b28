"""Follow-ups after calls at high risk: what is due, and who did what about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select, update

from hotline_agi.errors import HotlineError
from hotline_agi.store.audit import deed_row
from hotline_agi.store.opening import beside
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import store
from hotline_agi.store.schema import to_instant, to_text
from hotline_agi.store.schema_risk import FOLLOW_UP, IS_OPEN
from hotline_agi.terms.ids import CallId, LineId, VolunteerId

LONGEST_NOTE = 500
MOST = 10_000


class FollowUpState(StrEnum):
    OPEN = "open"
    DONE = "done"
    """Somebody looked after the caller."""
    OBSOLETE = "obsolete"
    """Nobody need: they called again, are in other hands, or it was no risk."""


class FollowUpNotFound(HotlineError):
    """No follow-up, or several, begin with what was given; or it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    call: CallId
    after_h: int
    line: LineId
    volunteer: VolunteerId | None
    """Who talked with the caller last."""
    ended_at: datetime
    """The call's end."""
    due_at: datetime
    state: FollowUpState
    closed_at: datetime | None
    closed_by: str | None
    note: str

    @property
    def id(self) -> str:
        """``CALL/24h``; commands take it, or a beginning that only one has."""
        return f"{self.call}/{self.after_h}h"

    def is_overdue(self, now: datetime) -> bool:
        return self.state is FollowUpState.OPEN and self.due_at < now


def follow_ups(
    reader: JournalReader, *, line: str | None = None, closed_too: bool = False, call: str | None = None
) -> Sequence[FollowUp]:
    """What is to be done, the first due first; with `closed_too` also what was, up to `MOST`."""
    query = select(FOLLOW_UP).order_by(FOLLOW_UP.c.due_at, FOLLOW_UP.c.call, FOLLOW_UP.c.after_h).limit(MOST)
    if not closed_too:
        query = query.where(IS_OPEN)
    if line is not None:
        query = query.where(FOLLOW_UP.c.line == line)
    if call is not None:
        query = query.where(FOLLOW_UP.c.call == call)
    return [
        FollowUp(
            call=CallId(row["call"]),
            after_h=row["after_h"],
            line=LineId(row["line"]),
            volunteer=VolunteerId(row["volunteer"]) if row["volunteer"] is not None else None,
            ended_at=to_instant(row["ended_at"]),
            due_at=to_instant(row["due_at"]),
            state=FollowUpState(row["state"]),
            closed_at=to_instant(row["closed_at"]) if row["closed_at"] is not None else None,
            closed_by=row["closed_by"],
            note=row["note"],
        )
        for row in reader.ask(query)
    ]


def overdue(path: Path, now: datetime) -> dict[LineId, int]:
    """How many of each line are overdue. Blocks on disk.

    :raises SetupError: if the journal at `path` cannot be read.
    """
    with JournalReader.open(path, busy_s=0.5) as reader:
        rows = reader.ask(
            select(FOLLOW_UP.c.line, func.count().label("overdue"))
            .where(IS_OPEN, FOLLOW_UP.c.due_at < to_text(now))
            .group_by(FOLLOW_UP.c.line)
            .order_by(FOLLOW_UP.c.line)
        )
    return {LineId(row["line"]): int(row["overdue"]) for row in rows}


def close(path: Path, beginning: str, state: FollowUpState, *, who: str, now: datetime, note: str = "") -> FollowUp:
    """Close one as done or obsolete; noted in the audit. Returns it as it was.

    :param beginning: of its id, that no other open one has.
    :raises FollowUpNotFound: if none is open that begins so, or several are.
    :raises SetupError: if the journal cannot be written.
    """
    values = {"state": state.value, "closed_at": to_text(now), "closed_by": who}
    return _change(path, beginning, f"closed a follow-up as {state.value}", values, who=who, now=now, note=note)


def annotate(path: Path, beginning: str, note: str, *, who: str, now: datetime) -> FollowUp:
    """Add a note to one that stays open. Likewise."""
    return _change(path, beginning, "noted something of a follow-up", {}, who=who, now=now, note=note)


def _change(
    path: Path, beginning: str, did: str, values: dict[str, str], *, who: str, now: datetime, note: str
) -> FollowUp:
    with JournalReader.open(path) as reader:
        found = [one for one in follow_ups(reader) if one.id.startswith(beginning)]
    exact = [one for one in found if one.id == beginning]
    found = exact or found
    if len(found) != 1:
        if found:
            raise FollowUpNotFound(f"several begin with {beginning!r}: {', '.join(one.id for one in found[:5])}")
        raise FollowUpNotFound(f"there is no open follow-up {beginning!r}: see `hotline followups list`")
    (one,) = found
    text = " · ".join(filter(None, (one.note, note)))[:LONGEST_NOTE]
    with beside(path) as connection, connection.begin():
        where = (FOLLOW_UP.c.call == one.call, FOLLOW_UP.c.after_h == one.after_h, IS_OPEN)
        if not connection.execute(update(FOLLOW_UP).where(*where).values(**values, note=text)).rowcount:
            raise FollowUpNotFound(f"the follow-up {one.id} was closed by somebody else just now")
        store(connection, [deed_row(now, who, did, one.id)])
    return one
