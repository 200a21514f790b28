"""The reading side of the journal: read-only, beside a service that writes or when none runs."""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.reports.past import CallHistory, PastCall, PastFact, PastLeg, PastMessage
from hotline_agi.roster import canary
from hotline_agi.store.schema import VERSION, to_instant, to_text, version_of
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import LegOutcome, Outcome

_CALL = """
    SELECT call, line, node, arrived_at, answered_at, ended_at, wait_s, talk_s, outcome, volunteer,
        (SELECT count(*) FROM message WHERE message.call = call.call) AS messages
    FROM call
"""
_LAST = "\U0010ffff"
"""Sorts after every character of an id."""
PROGRESS_STEPS = 10_000
"""Of SQLite's virtual machine, about a millisecond: so often it is asked whether time is up."""
_NAMED = 5
"""So many candidates an error names."""


class CallNotFound(HotlineError):
    """No call has this id, or several begin with it; the message says which."""


class JournalReader:
    """What the journal holds. Every method raises SetupError, in one sentence, when the file cannot be read."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
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
            connection = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=busy_s, isolation_level=None
            )
            connection.row_factory = sqlite3.Row
            if limit_s is not None:
                ends_s = time.monotonic() + limit_s
                connection.set_progress_handler(lambda: time.monotonic() > ends_s, PROGRESS_STEPS)
            try:
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
        limit: int | None = None,
    ) -> list[PastCall]:
        """Calls that arrived in ``[since, until)``, the newest first, at most `limit`."""
        conditions: list[str] = []
        values: list[str | int] = []
        for condition, value in (
            ("arrived_at >= ?", to_text(since) if since else None),
            ("arrived_at < ?", to_text(until) if until else None),
            ("line = ?", line),
            ("line <> ?", canary.LINE if line is None else None),  # test calls are nobody's calls
            ("outcome = ?", outcome.value if outcome else None),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        values.append(-1 if limit is None else limit)
        rows = self.ask(f"{_CALL} {where} ORDER BY arrived_at DESC, call DESC LIMIT ?", values)
        with _told(self._path):
            return [_past_call(row) for row in rows]

    def call(self, call_id: str) -> CallHistory:
        """All about one call but its number. `call_id`: in full, or a beginning that only one call has.

        :raises CallNotFound: if no call or several calls are meant.
        """
        with _told(self._path), self._snapshot():
            row = self._find(call_id)
            id_ = row["call"]
            return CallHistory(
                call=_past_call(row),
                legs=tuple(map(_past_leg, self.ask("SELECT * FROM leg WHERE call = ? ORDER BY rang_at, leg", [id_]))),
                facts=tuple(map(_past_fact, self.ask("SELECT * FROM fact WHERE call = ? ORDER BY seq", [id_]))),
                messages=tuple(map(_past_message, self.ask("SELECT * FROM message WHERE call = ?", [id_]))),
            )

    def number_of(self, call_id: str) -> PhoneNumber | None:
        """The caller's number, for a follow-up; None: it was withheld, or is deleted by now.

        :raises CallNotFound: if no call or several calls are meant by `call_id`.
        """
        with _told(self._path), self._snapshot():
            id_ = self._find(call_id)["call"]
            rows = self.ask("SELECT number FROM caller_number WHERE call = ?", [id_])
            return PhoneNumber(rows[0]["number"]) if rows else None

    def message_files(self) -> frozenset[str]:
        """The names of all message files that the journal knows."""
        return frozenset(row["file"] for row in self.ask("SELECT file FROM message", []))

    def _find(self, call_id: str) -> sqlite3.Row:
        # an id in full may also be the beginning of another: …42 and …420
        rows = self.ask(f"{_CALL} WHERE call = ?", [call_id]) or self.ask(
            f"{_CALL} WHERE call >= ? AND call < ? ORDER BY call LIMIT {_NAMED + 1}", [call_id, call_id + _LAST]
        )
        if not rows or not call_id:
            raise CallNotFound(f"no call has the id {call_id!r}: `hotline calls` lists them")
        if len(rows) > 1:
            named = ", ".join(row["call"] for row in rows[:_NAMED])
            more = ", …" if len(rows) > _NAMED else ""
            raise CallNotFound(f"several calls begin with {call_id!r}: {named}{more}")
        return rows[0]

    def ask(self, question: str, values: Sequence[str | int]) -> list[sqlite3.Row]:
        """The rows that answer `question`; for the other modules that read the journal."""
        with _told(self._path):
            return self._connection.execute(question, values).fetchall()

    @contextmanager
    def _snapshot(self) -> Iterator[None]:
        """Several questions about one state of the journal."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise SetupError(f"the journal {path} cannot be read ({error}): run this as the user of the service") from error
    except ValueError as error:
        raise SetupError(
            f"the journal {path} holds a word that this program does not know: use the newer one"
        ) from error


def _past_call(row: sqlite3.Row) -> PastCall:
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
    )


def _past_leg(row: sqlite3.Row) -> PastLeg:
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


def _past_fact(row: sqlite3.Row) -> PastFact:
    return PastFact(
        at=to_instant(row["at"]),
        fact=Fact(row["fact"]),
        leg=LegId(row["leg"]) if row["leg"] else None,
        volunteer=_volunteer(row),
        detail=row["detail"],
    )


def _past_message(row: sqlite3.Row) -> PastMessage:
    return PastMessage(
        call=CallId(row["call"]),
        line=LineId(row["line"]),
        file=row["file"],
        length_s=row["length_s"],
        recorded_at=to_instant(row["recorded_at"]),
    )


def _volunteer(row: sqlite3.Row) -> VolunteerId | None:
    return VolunteerId(row["volunteer"]) if row["volunteer"] else None
