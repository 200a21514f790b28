"""Histories of machines in the journal, read for a replay."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hotline_agi.dispatch.codec import memory_of
from hotline_agi.dispatch.replay import Beginning
from hotline_agi.errors import HotlineError, SetupError
from hotline_agi.roster.canary import with_canary
from hotline_agi.roster.model import Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.texts import texts_of
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.schema import ROSTER_TEXT, RUN, STEP, to_instant
from hotline_agi.terms.instants import Now
from hotline_agi.terms.packing import unpacked

CHUNK_ROWS = 64
"""So many rows are read at a time, some megabytes."""


class RunNotFound(HotlineError):
    """The journal has no such run, or nothing of it that could be replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One start of the service."""

    run: str
    started_at: datetime
    program: str
    roster: str
    steps: int
    """In the journal; the oldest ones may be deleted."""


def runs(reader: JournalReader) -> list[Run]:
    """All runs that the journal knows, the newest first."""
    told = select(func.coalesce(func.sum(STEP.c.steps), 0)).where(STEP.c.run == RUN.c.run).scalar_subquery()
    rows = reader.ask(select(RUN, told.label("told")).order_by(RUN.c.started_at.desc(), RUN.c.run.desc()))
    return [
        Run(
            run=row["run"],
            started_at=to_instant(row["started_at"]),
            program=row["program"],
            roster=row["roster"],
            steps=row["told"],
        )
        for row in rows
    ]


def beginning_of(reader: JournalReader, run: str) -> Beginning:
    """How the machine of `run` began.

    :raises RunNotFound: if that is not known, or not understood by this version.
    """
    rows = reader.ask(select(RUN).where(RUN.c.run == run))
    if not rows:
        raise RunNotFound(f"the journal has no run {run}: `hotline calls replay --list` tells which it has")
    try:
        mono_s, at, memory = unpacked(rows[0]["packed"]).split("\t")
        return Beginning(
            boot=int(run, 16),
            now=Now(float(mono_s), datetime.fromisoformat(at)),
            roster=rows[0]["roster"],
            memory=memory_of(memory),
        )
    except ValueError as error:
        raise RunNotFound(f"how run {run} began cannot be read: {error}") from error


def lines_of(reader: JournalReader, run: str) -> Iterator[str]:
    """The lines of all steps of `run`, for `dispatch.replay`.

    :raises LookupError: with a sentence, where steps are missing.
    """
    number = 1
    after = 0
    while True:
        rows = reader.ask(
            select(STEP).where(STEP.c.run == run, STEP.c.first > after).order_by(STEP.c.first).limit(CHUNK_ROWS)
        )
        if not rows:
            return
        for row in rows:
            after = row["first"]
            if after != number:
                raise LookupError(f"steps {number} to {after - 1} are not in the journal: deleted by age, or lost")
            try:
                lines = unpacked(row["packed"]).split("\n")
            except ValueError:
                raise LookupError(f"steps {number} to {number + row['steps'] - 1} are damaged") from None
            yield from lines
            number += len(lines)


class PastRosters:
    """Rosters by digest, read without contacts from the texts in the journal, as machines had them: with the
    line of test calls; a new one each time, as in a run."""

    def __init__(self, reader: JournalReader) -> None:
        self._reader = reader

    def __call__(self, digest: str) -> Roster:
        """:raises LookupError: with a sentence, if the texts are not there or this version refuses them."""
        rows = self._reader.ask(select(ROSTER_TEXT.c.packed).where(ROSTER_TEXT.c.digest == digest))
        if not rows:
            raise LookupError(f"the texts of roster {digest} are not in the journal: too long, or deleted by age")
        try:
            return with_canary(read_roster(texts_of(rows[0]["packed"])).roster)
        except (ValueError, SetupError) as error:
            raise LookupError(f"the roster {digest} cannot be read by this version: {error}") from None
