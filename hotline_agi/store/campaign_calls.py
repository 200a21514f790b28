"""A campaign at work: who is due, what was placed, answered and said. One connection, for one thread.

Trap: "placing" is on the disk before anything is placed. So whoever is killed at any moment finds afterwards each call
that may have rung, and rings nobody twice for one attempt; what is not known of it is `Outcome.LOST`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, and_, exists, func, insert, select, update

from hotline_agi.campaign.dialler import Callee, Verdict
from hotline_agi.campaign.model import Outcome
from hotline_agi.errors import SetupError
from hotline_agi.store.audit import deed_row
from hotline_agi.store.callers import CallerKey
from hotline_agi.store.campaign_list import DONE, RINGING, WAITING, check_key, forget_one
from hotline_agi.store.dialect import adding, opened
from hotline_agi.store.opening import BUSY_S, beside
from hotline_agi.store.records import store
from hotline_agi.store.schema import to_instant, to_text
from hotline_agi.store.schema_campaign import (
    CAMPAIGN,
    CAMPAIGN_ANSWER,
    CAMPAIGN_ATTEMPT,
    CAMPAIGN_NUMBER,
    CAMPAIGN_PERSON,
    DO_NOT_CALL,
)
from hotline_agi.terms.languages import Language
from hotline_agi.terms.numbers import PhoneNumber

RUNNING, PAUSED, STOPPED, OVER = "running", "paused", "stopped", "over"
"""States of a campaign; before its first run it is `campaign_list.NEW`."""
_PERSON, _ATTEMPT = CAMPAIGN_PERSON.c, CAMPAIGN_ATTEMPT.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """A call that is on the disk as placed, and may be placed now."""

    attempt: str
    person: int
    number: PhoneNumber
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """One whose end was not written down."""

    attempt: str
    person: int
    attempts: int
    language: Language
    answered: bool
    outcome: Outcome | None
    """What came of its questions, if they came to an end."""


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


class CampaignCalls:
    """See `open_calls`."""

    def __init__(self, connection: Connection, reading: Connection, campaign: str, key: CallerKey) -> None:
        """`reading`: what only asks takes no lock from the service."""
        self._connection, self._reading, self._campaign, self._key = connection, reading, campaign, key

    @classmethod
    @contextmanager
    def open(cls, path: Path, campaign: str, key: CallerKey) -> Iterator["CampaignCalls"]:
        """:raises SetupError: if there is no such campaign with a list, the journal cannot be written, or the
        do-not-call list was made with another key."""
        with beside(path) as connection:
            with connection.begin():
                check_key(connection, key)
                if connection.scalar(select(CAMPAIGN.c.state).where(CAMPAIGN.c.campaign == campaign)) is None:
                    raise SetupError(f"the campaign {campaign} has no list: `hotline campaign import` gives it one")
            with closing(opened(path, mode="ro", busy_s=BUSY_S, begin="BEGIN")) as reading:
                yield cls(connection, reading, campaign, key)

    # ---- the campaign

    def state(self) -> str:
        with self._reading.begin():
            return str(self._reading.scalar(select(CAMPAIGN.c.state).where(CAMPAIGN.c.campaign == self._campaign)))

    def change_state(self, state: str, now: datetime) -> None:
        with self._connection.begin():
            self._connection.execute(
                update(CAMPAIGN).where(CAMPAIGN.c.campaign == self._campaign).values(state=state, at=to_text(now))
            )

    def tally(self) -> Tally:
        with self._reading.begin():
            return tallies(self._reading, self._campaign)[0]

    # ---- calls

    def due(self, now: datetime, most: int, without: frozenset[int]) -> list[Callee]:
        """Who is to be rung and is due, the longest due first; not those of `without`."""
        if most <= 0:
            return []
        with self._reading.begin():
            rows = self._reading.execute(
                select(_PERSON.person, _PERSON.attempts)
                .where(_PERSON.campaign == self._campaign, _PERSON.state == WAITING, _PERSON.due_at <= to_text(now))
                .order_by(_PERSON.due_at, _PERSON.person)
                .limit(most + len(without))
            )
            found = [Callee(person=row.person, attempts=row.attempts) for row in rows if row.person not in without]
        return found[:most]

    def next_due(self) -> datetime | None:
        """When the next one is due; None: nobody waits any more."""
        with self._reading.begin():
            found = self._reading.scalar(
                select(func.min(_PERSON.due_at)).where(_PERSON.campaign == self._campaign, _PERSON.state == WAITING)
            )
        return to_instant(found) if found else None

    def place(self, people: Sequence[tuple[Callee, str]], now: datetime) -> list[Placing]:
        """Write down that these are placed, each with the id of its channel; those that may be placed.

        Left out is who asked not to be called meanwhile, who was forgotten, and whoever the tables know otherwise.
        None may, if the campaign was paused or stopped meanwhile.
        """
        placings = []
        with self._connection.begin():
            state = self._connection.scalar(select(CAMPAIGN.c.state).where(CAMPAIGN.c.campaign == self._campaign))
            if state != RUNNING:
                return []
            for one, attempt in people:
                placing = self._place(one, attempt, to_text(now))
                if placing is not None:
                    placings.append(placing)
        return placings

    def _place(self, one: Callee, attempt: str, at: str) -> Placing | None:
        number = CAMPAIGN_NUMBER.c
        of_person = and_(number.campaign == _PERSON.campaign, number.person == _PERSON.person)
        declined = exists().where(DO_NOT_CALL.c.token == number.token)
        row = self._connection.execute(
            select(_PERSON.language, number.number)
            .join_from(CAMPAIGN_PERSON, CAMPAIGN_NUMBER, of_person)
            .where(*self._is(one.person), _PERSON.state == WAITING, _PERSON.attempts == one.attempts - 1, ~declined)
        ).first()
        if row is None:
            self._settle_declined(one.person)
            return None
        self._connection.execute(
            update(CAMPAIGN_PERSON).where(*self._is(one.person)).values(state=RINGING, attempts=one.attempts)
        )
        placed = {"attempt": attempt, "campaign": self._campaign, "person": one.person, "placed_at": at}
        self._connection.execute(insert(CAMPAIGN_ATTEMPT), placed)
        return Placing(
            attempt=attempt, person=one.person, number=PhoneNumber(row.number), language=Language(row.language)
        )

    def _settle_declined(self, person: int) -> None:
        """Somebody who is due and must not be rung: they would be due for ever."""
        number = CAMPAIGN_NUMBER.c
        known = exists().where(
            number.campaign == self._campaign,
            number.person == person,
            ~exists().where(DO_NOT_CALL.c.token == number.token),
        )
        self._connection.execute(
            update(CAMPAIGN_PERSON)
            .where(*self._is(person), _PERSON.state == WAITING, ~known)
            .values(state=DONE, outcome=Outcome.DECLINED.value)
        )

    def answered(self, attempt: str, now: datetime) -> None:
        """Somebody, or something, picked up."""
        with self._connection.begin():
            self._connection.execute(
                update(CAMPAIGN_ATTEMPT)
                .where(_ATTEMPT.attempt == attempt, _ATTEMPT.answered_at.is_(None))
                .values(answered_at=to_text(now))
            )

    def said(self, person: int, question: str, answer: str, now: datetime) -> None:
        """An answer; a second one to the same question, of a call in which the first was thought lost, counts."""
        given = {"answer": answer, "at": to_text(now)}
        row = {"campaign": self._campaign, "person": person, "question": question, **given}
        keys = ["campaign", "person", "question"]
        with self._connection.begin():
            self._connection.execute(
                adding(CAMPAIGN_ANSWER).on_conflict_do_update(index_elements=keys, set_=given), row
            )

    def came_to(self, attempt: str, person: int, outcome: Outcome, now: datetime) -> None:
        """The questions of a call that is still up have come to an end."""
        with self._connection.begin():
            self._connection.execute(
                update(CAMPAIGN_ATTEMPT).where(_ATTEMPT.attempt == attempt).values(outcome=outcome.value)
            )
            if outcome is Outcome.DECLINED:
                self._decline(person, now)

    def _decline(self, person: int, now: datetime) -> None:
        number = CAMPAIGN_NUMBER.c
        of_person = (number.campaign == self._campaign, number.person == person)
        token = self._connection.scalar(select(number.token).where(*of_person))
        if token is not None:
            forget_one(self._connection, token, self._key, now, self._campaign, answers=False)
            store(
                self._connection,
                [deed_row(now, "service", "put somebody who asked for it onto", "the do-not-call list")],
            )

    def over(self, attempt: str, person: int, verdict: Verdict, now: datetime) -> None:
        """An attempt has ended, and this becomes of the person."""
        with self._connection.begin():
            self._connection.execute(
                update(CAMPAIGN_ATTEMPT)
                .where(_ATTEMPT.attempt == attempt)
                .values(ended_at=to_text(now), outcome=verdict.outcome.value)
            )
            next_ = {"state": DONE} if verdict.due_at is None else {"state": WAITING, "due_at": to_text(verdict.due_at)}
            self._connection.execute(
                update(CAMPAIGN_PERSON)
                .where(*self._is(person), _PERSON.state == RINGING)
                .values(outcome=verdict.outcome.value, **next_)
            )

    def open_attempts(self) -> list[OpenAttempt]:
        """Those of before a start."""
        with self._reading.begin():
            rows = self._reading.execute(
                select(
                    _ATTEMPT.attempt,
                    _ATTEMPT.person,
                    _ATTEMPT.answered_at,
                    _ATTEMPT.outcome,
                    _PERSON.attempts,
                    _PERSON.language,
                )
                .join(CAMPAIGN_PERSON, and_(_PERSON.campaign == _ATTEMPT.campaign, _PERSON.person == _ATTEMPT.person))
                .where(_ATTEMPT.campaign == self._campaign, _ATTEMPT.ended_at.is_(None))
            )
            return [
                OpenAttempt(
                    attempt=row.attempt,
                    person=row.person,
                    attempts=row.attempts,
                    language=Language(row.language),
                    answered=row.answered_at is not None,
                    outcome=Outcome(row.outcome) if row.outcome else None,
                )
                for row in rows
            ]  # fmt: skip

    def placed_since(self, now: datetime, within: timedelta) -> list[float]:
        """How long ago, in seconds, calls of all campaigns were placed."""
        with self._reading.begin():
            found = self._reading.scalars(select(_ATTEMPT.placed_at).where(_ATTEMPT.placed_at >= to_text(now - within)))
            return [max(0.0, (now - to_instant(at)).total_seconds()) for at in found]

    def _is(self, person: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return _PERSON.campaign == self._campaign, _PERSON.person == person


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
