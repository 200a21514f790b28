"""Where volunteers stand, read from the journal."""

import json
from collections.abc import Collection
from datetime import datetime

from hotline_agi.reports.standings import PastAgreement, PastState
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import AgreementKind
from hotline_agi.store.schema import to_instant, to_text
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.standing import VolunteerState


def states(
    reader: JournalReader, *, since: datetime | None = None, only: Collection[VolunteerId] | None = None
) -> list[PastState]:
    """The newest state of each volunteer, in the order of their ids.

    :param since: leave out what was noted before.
    :param only: these volunteers; None: all.
    """
    rows = reader.ask(
        """
        SELECT state.* FROM volunteer_state AS state JOIN
            (SELECT volunteer, max(seq) AS seq FROM volunteer_state GROUP BY volunteer) USING (volunteer, seq)
        WHERE at >= ? ORDER BY volunteer
        """,
        [to_text(since) if since else ""],
    )
    return [
        PastState(
            volunteer=VolunteerId(row["volunteer"]),
            at=to_instant(row["at"]),
            state=VolunteerState(row["state"]),
            until_at=to_instant(row["until_at"]) if row["until_at"] else None,
            detail=row["detail"],
        )
        for row in rows
        if only is None or row["volunteer"] in only
    ]


def agreements(reader: JournalReader, now: datetime) -> list[PastAgreement]:
    """What people said of shifts that are not over, in the order in which the shifts end."""
    rows = reader.ask("SELECT * FROM agreement WHERE until_at > ? ORDER BY until_at, kind, key", [to_text(now)])
    return [
        PastAgreement(
            at=to_instant(row["at"]),
            until_at=to_instant(row["until_at"]),
            is_stand_in=row["kind"] == AgreementKind.STAND_IN,
            told=json.loads(row["told"]),
        )
        for row in rows
    ]
