"""How long the journal keeps what it must not keep for ever."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline_agi.log import logger
from hotline_agi.store.schema import to_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """In days. Calls, legs, facts and messages are kept until somebody deletes them."""

    numbers: float = 30.0
    """Callers' numbers, and the tokens that stand for them, wherever they are."""
    steps: float = 14.0
    """The steps of a run that is over, counted from its last one. Of the run that goes on all are kept, so that it can
    be replayed from its beginning, but none longer than numbers: there are tokens in them."""
    states: float = 14.0
    """Of volunteers, but for the newest of each and a pause that goes on; and what they agreed to by phone, from the
    end of its shift."""


def purge(connection: sqlite3.Connection, ages: Ages, run: str, now: datetime) -> None:
    """Remove what is too old, from the tables and from the write-ahead log. `run` is the one that goes on."""
    numbers, steps, states = (to_text(now - timedelta(days=age)) for age in (ages.numbers, ages.steps, ages.states))
    asked = (
        ("callers' numbers", "DELETE FROM caller_number WHERE stored_at < :numbers"),
        ("callers' tokens", "DELETE FROM caller_token WHERE stored_at < :numbers"),
        ("flags", "DELETE FROM flagged WHERE expires_at < :now"),
        (
            "steps",
            """
            DELETE FROM step WHERE ended_at < :numbers OR run <> :run AND run IN
                (SELECT run FROM step GROUP BY run HAVING max(ended_at) < :steps)
            """,
        ),
        (
            "runs",
            """
            DELETE FROM run WHERE run <> :run AND started_at < :steps
                AND NOT EXISTS (SELECT * FROM step WHERE step.run = run.run)
            """,
        ),
        (
            "rosters' texts",
            """
            DELETE FROM roster_text WHERE used_at < :steps AND digest NOT IN (SELECT roster FROM run)
                AND used_at < coalesce((SELECT min(started_at) FROM run), '')
            """,
        ),
        (
            "volunteers' states",
            """
            DELETE FROM volunteer_state WHERE at < :states AND seq < (
                SELECT max(seq) FROM volunteer_state AS newer WHERE newer.volunteer = volunteer_state.volunteer
            ) AND (state <> 'paused' OR EXISTS (
                SELECT * FROM volunteer_state AS later WHERE later.volunteer = volunteer_state.volunteer
                    AND later.seq > volunteer_state.seq AND later.state NOT IN ('talking', 'ringing')
            ))
            """,
        ),
        ("agreements", "DELETE FROM agreement WHERE until_at < :states"),
    )
    values = {"numbers": numbers, "steps": steps, "states": states, "now": to_text(now), "run": run}
    removed = {what: connection.execute(statement, values).rowcount for what, statement in asked}
    if any(removed.values()):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    for what, rows in removed.items():
        if rows:
            logger.info(f"{what} purged", removed=rows)
