"""The reading side of the journal: read-only, beside a service that writes or when none runs."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    RowMapping,
    Select,
    Table,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)

from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.reports.past import CallHistory, PastCall, PastDeed, PastFact, PastLeg, PastMessage, PastRevision
from hotline_agi.roster import canary
from hotline_agi.store.dialect import Trouble, give_up_when, opened, said, version_of
from hotline_agi.store.migrations import VERSION
from hotline_agi.store.schema import CALL, CALLER_NUMBER, FACT, LEG, MESSAGE, ROSTER_REVISION, to_instant, to_text
from hotline_agi.store.schema_work import WORK_CALL, WORK_DEED
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from hotline_agi.terms.results import told as result_told
from hotline_agi.terms.work import WorkDeed

_CALL = select(
    CALL,
    select(func.count()).where(MESSAGE.c.call == CALL.c.call).select_from(MESSAGE).scalar_subquery().label("messages"),
    select(FACT.c.detail)
    .where(FACT.c.call == CALL.c.call, FACT.c.fact == Fact.RESULT.value)
    .order_by(FACT.c.seq.desc())
    .limit(1)
    .scalar_subquery()
    .label("said"),
)
_LAST = "\U0010ffff"
"""Sorts after every character of an id."""
_NAMED = 5
"""So many candidates an error names."""


_IS_NOTED_UNCERTAIN = exists().where(
    FACT.c.call == CALL.c.call, FACT.c.fact.in_([Fact.UNSEEN.value, Fact.RECONSTRUCTED.value])
)


class CallNotFound(HotlineError):
    """No call has this id, or several begin with it; the message says which."""


class JournalReader:
    """What the journal holds. Every method raises SetupError, in one sentence, when the file cannot be read."""

    def __init__(self, connection: Connection, path: Path) -> None:
        """For `open` alone."""
        self._connection = connection
        self._path = path

    @classmethod
    def open(cls, path: Path, *, busy_s: float = 2.0, limit_s: float | None = None) -> "JournalReader":
        """Open the journal at `path`, which must be there.

        :param limit_s: for all questions together; a later answer is none.
        :raises SetupError: if there is none, it may not be read, or another version of the program wrote it.
        """
        if not path.is_file():
            raise SetupError(f"there is no journal at {path}: the service makes it when it starts")
        with _told(path):
            connection = opened(path, mode="ro", busy_s=busy_s, begin="BEGIN")
            try:
                if limit_s is not None:
                    ends_s = time.monotonic() + limit_s
                    give_up_when(connection, lambda: time.monotonic() > ends_s)
                version = version_of(connection)
                if version != VERSION:
                    whose = (
                        "an older program: restart the service" if version < VERSION else "a newer program: use that"
                    )
                    raise SetupError(f"the journal {path} has version {version}, not {VERSION}; it is of {whose}")
            except BaseException:
                connection.close()
                raise
        return cls(connection, path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    def calls(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        line: LineId | None = None,
        outcome: Outcome | None = None,
        volunteer: VolunteerId | None = None,
        waited_s: float | None = None,
        uncertain: bool = False,
        within: Sequence[tuple[datetime, datetime | None]] | None = None,
        limit: int | None = None,
    ) -> list[PastCall]:
        """Calls that arrived in ``[since, until)``, the newest first, at most `limit`.

        :param volunteer: only those that this one took.
        :param waited_s: only those that waited so long at least.
        :param uncertain: only those of which something is not certain, or was learned afterwards.
        :param within: only those that arrived in one of these stretches.
        """
        conditions: list[ColumnElement[bool]] = []
        if volunteer is not None:
            conditions.append(CALL.c.volunteer == volunteer)
        if waited_s is not None:
            conditions.append(CALL.c.wait_s >= waited_s)
        if uncertain:
            conditions.append(or_(CALL.c.outcome == Outcome.UNCERTAIN.value, _IS_NOTED_UNCERTAIN))
        if within is not None:
            conditions.append(or_(false(), *(_arrived_in(*stretch) for stretch in within)))
        if since is not None:
            conditions.append(CALL.c.arrived_at >= to_text(since))
        if until is not None:
            conditions.append(CALL.c.arrived_at < to_text(until))
        # test calls are nobody's calls: only who names their line sees them
        conditions.append(CALL.c.line != canary.LINE if line is None else CALL.c.line == line)
        if outcome is not None:
            conditions.append(CALL.c.outcome == outcome.value)
        newest_first = _CALL.order_by(CALL.c.arrived_at.desc(), CALL.c.call.desc())
        rows = self.ask(newest_first.where(*conditions).limit(limit))
        with _told(self._path):
            return [past_call(row) for row in rows]

    def call(self, call_id: str) -> CallHistory:
        """All about one call but its number. `call_id`: in full, or a beginning that only one call has.

        :raises CallNotFound: if no call or several calls are meant.
        """
        with _told(self._path), self._snapshot():
            row = self._find(call_id)
            id_ = row["call"]
            return CallHistory(
                call=past_call(row),
                legs=tuple(map(past_leg, self.ask(_of(LEG, id_).order_by(LEG.c.rang_at, LEG.c.leg)))),
                facts=tuple(map(past_fact, self.ask(_of(FACT, id_).order_by(FACT.c.seq)))),
                messages=tuple(map(_past_message, self.ask(_of(MESSAGE, id_)))),
                revisions=self._revisions(row["arrived_at"], row["ended_at"]),
                deeds=self._deeds(id_, row["arrived_at"]),
            )

    def _deeds(self, call: str, since: str) -> tuple[PastDeed, ...]:
        entry = select(WORK_CALL.c.entry).where(WORK_CALL.c.call == call).scalar_subquery()
        rows = self.ask(select(WORK_DEED).where(WORK_DEED.c.entry == entry).order_by(WORK_DEED.c.seq))
        return tuple(past_deed(row) for row in rows if row["at"] >= since)

    def closed(self, calls: Sequence[CallId]) -> dict[CallId, bool]:
        """Those of `calls` that are here, and whether their records are closed."""
        rows = self.ask(select(CALL.c.call, CALL.c.outcome).where(CALL.c.call.in_(calls)))
        return {CallId(row["call"]): row["outcome"] is not None for row in rows}

    def number_of(self, call_id: str) -> PhoneNumber | None:
        """The caller's number, for a follow-up; None: it was withheld, or is deleted by now.

        :raises CallNotFound: if no call or several calls are meant by `call_id`.
        """
        with _told(self._path), self._snapshot():
            rows = self.ask(_of(CALLER_NUMBER, self._find(call_id)["call"]))
            return PhoneNumber(rows[0]["number"]) if rows else None

    def message_files(self) -> frozenset[str]:
        """The names of all message files that the journal knows."""
        return frozenset(row["file"] for row in self.ask(select(MESSAGE.c.file)))

    def _find(self, call_id: str) -> RowMapping:
        # an id in full may also be the beginning of another: …42 and …420
        begins_so = _CALL.where(CALL.c.call >= call_id, CALL.c.call < call_id + _LAST)
        rows = self.ask(_CALL.where(CALL.c.call == call_id)) or self.ask(
            begins_so.order_by(CALL.c.call).limit(_NAMED + 1)
        )
        if not rows or not call_id:
            raise CallNotFound(f"no call has the id {call_id!r}: `hotline calls` lists them")
        if len(rows) > 1:
            named = ", ".join(row["call"] for row in rows[:_NAMED])
            more = ", …" if len(rows) > _NAMED else ""
            raise CallNotFound(f"several calls begin with {call_id!r}: {named}{more}")
        return rows[0]

    def _revisions(self, arrived_at: str, ended_at: str | None) -> tuple[PastRevision, ...]:
        revision = ROSTER_REVISION
        by_time = (revision.c.at, revision.c.seq)
        before = select(revision).where(revision.c.at <= arrived_at).order_by(*(c.desc() for c in by_time)).limit(1)
        during = select(revision).where(revision.c.at > arrived_at).order_by(*by_time)
        if ended_at is not None:
            during = during.where(revision.c.at < ended_at)
        return tuple(past_revision(row) for row in (*self.ask(before), *self.ask(during.limit(_NAMED))))

    def ask(self, question: Executable) -> Sequence[RowMapping]:
        """The rows that answer `question`; for the other modules that read the journal."""
        with _told(self._path):
            if self._connection.in_transaction():
                return self._connection.execute(question).mappings().all()
            with self._snapshot():  # let go at once: an old state that is looked at keeps the write-ahead log long
                return self._connection.execute(question).mappings().all()

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One state of the journal, for several questions of other modules."""
        with _told(self._path), self._snapshot():
            yield self._connection

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several questions about one state of the journal."""
        transaction = self._connection.begin()
        try:
            yield
        finally:
            transaction.rollback()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except Trouble as error:
        raise SetupError(
            f"the journal {path} cannot be read ({said(error)}): run this as the user of the service"
        ) from error
    except ValueError as error:
        raise SetupError(
            f"the journal {path} holds a word that this program does not know: use the newer one"
        ) from error


def _arrived_in(from_at: datetime, until_at: datetime | None) -> ColumnElement[bool]:
    begun = CALL.c.arrived_at >= to_text(from_at)
    return begun if until_at is None else and_(begun, CALL.c.arrived_at < to_text(until_at))


def _of(table: Table, call: str) -> Select[Any]:
    return select(table).where(table.c.call == call)


def past_call(row: Mapping[Any, Any]) -> PastCall:
    return PastCall(
        call=CallId(row["call"]),
        line=LineId(row["line"]),
        node=NodeId(row["node"]),
        arrived_at=to_instant(row["arrived_at"]),
        answered_at=to_instant(row["answered_at"]) if row["answered_at"] else None,
        ended_at=to_instant(row["ended_at"]) if row["ended_at"] else None,
        wait_s=row["wait_s"],
        talk_s=row["talk_s"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        volunteer=_volunteer(row),
        messages=row["messages"],
        result=result_told(word).result if (word := row.get("said")) else None,
    )


def past_leg(row: RowMapping) -> PastLeg:
    return PastLeg(
        leg=LegId(row["leg"]),
        volunteer=_volunteer(row),
        endpoint=row["endpoint"],
        wave=row["wave"],
        rang_at=to_instant(row["rang_at"]),
        ended_at=to_instant(row["ended_at"]),
        outcome=LegOutcome(row["outcome"]),
        endpoint_id=row["endpoint_id"],
        rang_s=row["rang_s"],
        talk_s=row["talk_s"],
    )


def past_fact(row: RowMapping) -> PastFact:
    return PastFact(
        at=to_instant(row["at"]),
        fact=Fact(row["fact"]),
        leg=LegId(row["leg"]) if row["leg"] else None,
        volunteer=_volunteer(row),
        detail=row["detail"],
    )


def past_revision(row: RowMapping) -> PastRevision:
    return PastRevision(
        at=to_instant(row["at"]),
        digest=row["digest"],
        revision=row["revision"],
        modified=bool(row["modified"]),
        last_good_of=to_instant(row["last_good_of"]) if row["last_good_of"] else None,
    )


def past_deed(row: RowMapping) -> PastDeed:
    return PastDeed(
        at=to_instant(row["at"]),
        deed=WorkDeed(row["deed"]),
        who=VolunteerId(row["who"]) if row["who"] else None,
        detail=row["detail"],
    )


def _past_message(row: RowMapping) -> PastMessage:
    return PastMessage(
        call=CallId(row["call"]),
        line=LineId(row["line"]),
        file=row["file"],
        length_s=row["length_s"],
        recorded_at=to_instant(row["recorded_at"]),
    )


def _volunteer(row: Mapping[Any, Any]) -> VolunteerId | None:
    return VolunteerId(row["volunteer"]) if row["volunteer"] else None
