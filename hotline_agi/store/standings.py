"""Where volunteers stand, read from the journal."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, func, select

from hotline_agi.reports.standings import PastAgreement, PastState
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import AgreementKind
from hotline_agi.store.schema import AGREEMENT, LEG, VOLUNTEER_STATE, to_instant, to_text
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
    """All states of one volunteer that are kept, the oldest first.

    The machine notes who is away, and their return; that somebody was rung or talked stands in the calls' legs.
    """
    state, after = VOLUNTEER_STATE, to_text(since) if since else ""
    noted = reader.ask(select(state).where(state.c.volunteer == volunteer, state.c.at >= after).order_by(state.c.seq))
    legs = reader.ask(select(LEG).where(LEG.c.volunteer == volunteer, LEG.c.ended_at >= after))
    found = [*map(_past_state, noted), *(one for row in legs for one in _states_of_leg(row))]
    return sorted((one for one in found if since is None or one.at >= since), key=lambda one: one.at)


def _states_of_leg(row: RowMapping) -> Iterator[PastState]:
    who, rang_at, ended_at = VolunteerId(row["volunteer"]), to_instant(row["rang_at"]), to_instant(row["ended_at"])
    talked_at = ended_at - timedelta(seconds=row["talk_s"])
    rung = VolunteerState.RINGING
    detail = f"{row['call']}: {row['outcome']}"
    yield PastState(volunteer=who, at=rang_at, state=rung, until_at=min(talked_at, ended_at), detail=detail)
    if row["talk_s"] > 0:
        yield PastState(
            volunteer=who, at=talked_at, state=VolunteerState.TALKING, until_at=ended_at, detail=row["call"]
        )


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
