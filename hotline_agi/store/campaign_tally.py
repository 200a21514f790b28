"""How far campaigns are, and what state somebody put them into."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from hotline_agi.errors import SetupError
from hotline_agi.store.audit import deed_row
from hotline_agi.store.campaign_list import DONE, RINGING, WAITING
from hotline_agi.store.opening import beside
from hotline_agi.store.records import store
from hotline_agi.store.schema import to_text
from hotline_agi.store.schema_campaign import CAMPAIGN, CAMPAIGN_ATTEMPT, CAMPAIGN_PERSON

RUNNING, PAUSED, STOPPED, OVER = "running", "paused", "stopped", "over"
"""States of a campaign; before its first run it is `campaign_list.NEW`."""
_PERSON, _ATTEMPT = CAMPAIGN_PERSON.c, CAMPAIGN_ATTEMPT.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How far a campaign is."""

    campaign: str
    line: str
    state: str
    people: int
    waiting: int
    ringing: int
    outcomes: Mapping[str, int]
    """Of those who are done, by how their last attempt ended."""
    attempts: int

    @property
    def done(self) -> int:
        return self.people - self.waiting - self.ringing


def change_state(path: Path, campaign: str, state: str, now: datetime, who: str) -> None:
    """By command.

    :raises SetupError: if there is no such campaign.
    """
    with beside(path) as connection, connection.begin():
        changed = connection.execute(
            update(CAMPAIGN).where(CAMPAIGN.c.campaign == campaign).values(state=state, at=to_text(now))
        )
        if not changed.rowcount:
            raise SetupError(f"there is no campaign {campaign}: `hotline campaign status` lists those that have a list")
        store(connection, [deed_row(now, who, f"set to {state} the campaign", campaign)])


def tallies(connection: Connection, campaign: str | None = None) -> list[Tally]:
    """All campaigns, or one, within a transaction."""
    wanted = [] if campaign is None else [CAMPAIGN.c.campaign == campaign]
    found = []
    for row in connection.execute(select(CAMPAIGN).where(*wanted).order_by(CAMPAIGN.c.campaign)).all():
        counted = connection.execute(
            select(_PERSON.state, _PERSON.outcome, func.count())
            .where(_PERSON.campaign == row.campaign)
            .group_by(_PERSON.state, _PERSON.outcome)
        ).all()
        states: Counter[str] = Counter()
        outcomes: Counter[str] = Counter()
        for state, outcome, many in counted:
            states[state] += many
            if state == DONE:
                outcomes[outcome or ""] += many
        attempts = connection.scalar(
            select(func.count()).select_from(CAMPAIGN_ATTEMPT).where(_ATTEMPT.campaign == row.campaign)
        )
        found.append(
            Tally(
                campaign=row.campaign,
                line=row.line,
                state=row.state,
                people=states.total(),
                waiting=states[WAITING],
                ringing=states[RINGING],
                outcomes=dict(outcomes),
                attempts=attempts or 0,
            )
        )
    return found
