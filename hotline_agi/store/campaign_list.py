"""Whom campaigns may ring: lists that come in, the do-not-call list, and who is forgotten. For commands.

A list is written in pieces, so that the service's records come in between; one that was cut off half way is completed
by the same command: who is on it already is passed over.
"""

import time
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from hotline_agi.campaign.listing import Listed
from hotline_agi.campaign.model import Outcome
from hotline_agi.errors import SetupError
from hotline_agi.store.audit import deed_row
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.dialect import adding
from hotline_agi.store.opening import beside
from hotline_agi.store.purging import BREATHE_S, CHUNK_ROWS, write_anew
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import store
from hotline_agi.store.schema import to_text
from hotline_agi.store.schema_campaign import (
    CAMPAIGN,
    CAMPAIGN_ANSWER,
    CAMPAIGN_NUMBER,
    CAMPAIGN_PERSON,
    DO_NOT_CALL,
)

WAITING, RINGING, DONE = "waiting", "ringing", "done"
"""States of a person."""
NEW = "new"
"""State of a campaign that has a list and was never run."""
COMMAND = "command"


def not_to_be_called(path: Path, key: CallerKey) -> frozenset[str]:
    """The do-not-call list, as tokens.

    :raises SetupError: if it cannot be read, or was made with another key: then nobody could be found on it.
    """
    with JournalReader.open(path) as reader:
        rows = reader.ask(select(DO_NOT_CALL.c.token, DO_NOT_CALL.c.made_with))
    _check_key({row["made_with"] for row in rows}, key)
    return frozenset(row["token"] for row in rows)


def check_key(connection: Connection, key: CallerKey) -> None:
    """:raises SetupError: see `not_to_be_called`."""
    _check_key(set(connection.scalars(select(DO_NOT_CALL.c.made_with).distinct())), key)


def _check_key(made_with: set[str], key: CallerKey) -> None:
    if made_with - {key.mark}:
        raise SetupError(
            "the do-not-call list was made with another `caller-key` than the one in the state folder, so nobody can "
            "be found on it, and nobody is rung: bring back the caller-key from the backup"
        )


def on_the_list(path: Path, campaign: str) -> frozenset[str]:
    """Tokens of those who are on a campaign's list.

    :raises SetupError: if the journal cannot be read.
    """
    with JournalReader.open(path) as reader:
        rows = reader.ask(select(CAMPAIGN_NUMBER.c.token).where(CAMPAIGN_NUMBER.c.campaign == campaign))
    return frozenset(row["token"] for row in rows)


def take(path: Path, campaign: str, line: str, people: Sequence[Listed], now: datetime, who: str) -> int:
    """Put people onto a campaign's list; how many were not on it before.

    :raises SetupError: if the journal cannot be written; who was taken before stays.
    """
    known = on_the_list(path, campaign)
    new = [one for one in people if one.token not in known]
    with beside(path) as connection:
        with connection.begin():
            fresh = {"campaign": campaign, "line": line, "state": NEW, "at": to_text(now)}
            connection.execute(adding(CAMPAIGN).on_conflict_do_nothing(), fresh)
            store(connection, [deed_row(now, who, f"took {len(new)} people onto the list of", campaign)])
        rest = iter(new)
        while some := list(islice(rest, CHUNK_ROWS)):
            with connection.begin():
                _add(connection, campaign, some, now)
            time.sleep(BREATHE_S)
    return len(new)


def _add(connection: Connection, campaign: str, people: Sequence[Listed], now: datetime) -> None:
    person = CAMPAIGN_PERSON.c
    last = connection.scalar(select(func.max(person.person)).where(person.campaign == campaign)) or 0
    at = to_text(now)
    numbered = list(enumerate(people, start=last + 1))
    connection.execute(
        insert(CAMPAIGN_PERSON),
        [
            {
                "campaign": campaign,
                "person": number,
                "list_row": one.row,
                "language": one.language.value,
                "state": WAITING,
                "attempts": 0,
                "due_at": at,
                "stored_at": at,
            }
            for number, one in numbered
        ],
    )
    connection.execute(
        insert(CAMPAIGN_NUMBER),
        [
            {
                "campaign": campaign,
                "person": number,
                "number": one.number.reveal(),
                "token": one.token,
                "stored_at": at,
            }
            for number, one in numbered
        ],
    )


def forget(path: Path, tokens: Collection[str], key: CallerKey, now: datetime, who: str) -> int:
    """Ring these never again, and remove their numbers and answers from all campaigns; how many were on any list.

    :param tokens: what stands for their numbers (`CallerKey.exact`).

    :raises SetupError: if the journal cannot be written.
    """
    found = 0
    with beside(path) as connection:
        with connection.begin():
            check_key(connection, key)
            store(connection, [deed_row(now, who, f"put {len(tokens)} people onto", "the do-not-call list")])
            for token in tokens:
                found += bool(forget_one(connection, token, key, now, COMMAND, answers=True))
        write_anew(connection, CAMPAIGN_NUMBER)
    return found


def forget_one(
    connection: Connection, token: str, key: CallerKey, now: datetime, source: str, *, answers: bool
) -> list[tuple[str, int]]:
    """Within a transaction: put one onto the do-not-call list, and take the number out of all lists.

    :returns: campaign and person of each place where they stood.
    """
    row = {"token": token, "made_with": key.mark, "at": to_text(now), "source": source}
    connection.execute(adding(DO_NOT_CALL).on_conflict_do_nothing(), row)
    number = CAMPAIGN_NUMBER.c
    places = [
        (one.campaign, one.person)
        for one in connection.execute(select(number.campaign, number.person).where(number.token == token))
    ]
    for campaign, person in places:
        one = CAMPAIGN_PERSON.c
        connection.execute(
            update(CAMPAIGN_PERSON)
            .where(one.campaign == campaign, one.person == person, or_(one.state != DONE, one.outcome.is_(None)))
            .values(state=DONE, outcome=Outcome.DECLINED.value)
        )
        if answers:
            given = CAMPAIGN_ANSWER.c
            connection.execute(delete(CAMPAIGN_ANSWER).where(given.campaign == campaign, given.person == person))
    connection.execute(delete(CAMPAIGN_NUMBER).where(number.token == token))
    return places
