"""Where volunteers stand, read from the journal."""

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import RowMapping, func, select

from hotline_agi.reports.standings import PastAgreement, PastState
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import AgreementKind
from hotline_agi.store.schema import AGREEMENT, VOLUNTEER_STATE, to_instant, to_text
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState


def states(
    reader: JournalReader, *, since: datetime | None = None, only: Collection[VolunteerId] | None = None
) -> list[PastState]:
    """The newest state of each volunteer, in the order of their ids.

    :param since: leave out what was noted before.
    :param only: these volunteers; None: all.
    """
    state = VOLUNTEER_STATE
    newest = select(state.c.volunteer, func.max(state.c.seq).label("seq")).group_by(state.c.volunteer).subquery()
    rows = reader.ask(
        select(state)
        .join(newest, (state.c.volunteer == newest.c.volunteer) & (state.c.seq == newest.c.seq))
        .where(state.c.at >= (to_text(since) if since else ""))
        .order_by(state.c.volunteer)
    )
    return [_past_state(row) for row in rows if only is None or row["volunteer"] in only]


def history(reader: JournalReader, volunteer: VolunteerId, *, since: datetime | None = None) -> list[PastState]:
    """All states of one volunteer that are kept, the oldest first."""
    state = VOLUNTEER_STATE
    rows = reader.ask(
        select(state)
        .where(state.c.volunteer == volunteer, state.c.at >= (to_text(since) if since else ""))
        .order_by(state.c.seq)
    )
    return [_past_state(row) for row in rows]


def agreements(reader: JournalReader, now: datetime) -> list[PastAgreement]:
    """What people said of shifts that are not over, in the order in which the shifts end."""
    rows = reader.ask(
        select(AGREEMENT)
        .where(AGREEMENT.c.until_at > to_text(now))
        .order_by(AGREEMENT.c.until_at, AGREEMENT.c.kind, AGREEMENT.c.key)
    )
    return [
        PastAgreement(
            at=to_instant(row["at"]),
            until_at=to_instant(row["until_at"]),
            is_stand_in=row["kind"] == AgreementKind.STAND_IN,
            told=json.loads(row["told"]),
        )
        for row in rows
    ]


def _past_state(row: RowMapping) -> PastState:
    return PastState(
        volunteer=VolunteerId(row["volunteer"]),
        at=to_instant(row["at"]),
        state=VolunteerState(row["state"]),
        until_at=to_instant(row["until_at"]) if row["until_at"] else None,
        detail=row["detail"],
    )
