"""What a new machine remembers, read from the journal of the runs before it. In bounded time, and never in the way."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hotline_agi.dispatch.codec import command_of
from hotline_agi.dispatch.commands import NoteCover, NoteReadiness
from hotline_agi.dispatch.memory import (
    NOTHING,
    RESULTS,
    RINGS_DAYS,
    RINGS_KEPT,
    TALKS_H,
    Memory,
    Noted,
    OpenCall,
    PastRing,
    PastTalk,
)
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster.model import EndpointKind
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import AgreementKind
from hotline_agi.store.schema import to_instant, to_text
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import REACHED_SOMEBODY, LegOutcome
from hotline_agi.terms.standing import VolunteerState

LIMIT_S = 2.0
"""A start takes no longer for it; 100,000 legs of two weeks take a quarter of a second."""
TRIED_H = 24.0
"""A roster may count a caller as one who tried before for a day at most (`tried_within_min`)."""
LONGEST_CALL_H = 6.0
MISSED_H = 6.0
OPEN_DAYS = 31.0
"""Records of calls that are older stay as they are."""
MOST = 20_000
"""Rows of any other kind: bounds what a machine has to take in."""

_Note = TypeVar("_Note", NoteCover, NoteReadiness)
_TEACH_NOTHING = (LegOutcome.FAILED, LegOutcome.BUSY, LegOutcome.UNREACHABLE, LegOutcome.UNCERTAIN)
_MISSED = (LegOutcome.NO_ANSWER, LegOutcome.NOT_ACCEPTED)
_FACTS = {fact.value: fact for fact in Fact}
_STATES = list(VolunteerState)
_PAUSED = _STATES.index(VolunteerState.PAUSED)
_DAY_S = 86_400.0


def remembered(path: Path, now: datetime, *, limit_s: float = LIMIT_S) -> Memory:
    """All that the journal at `path` remembers for a machine that starts at `now`. Blocks for `limit_s` at most.

    Never raises: of a journal that is damaged, slow or not there, nothing is remembered, and that is logged.
    """
    try:
        with JournalReader.open(path, busy_s=limit_s / 4, limit_s=limit_s) as reader:
            return Memory(
                legs=tuple(_rings(reader, now)),
                talks=tuple(_talks(reader, now)),
                pauses=tuple(_pauses(reader, now)),
                tried=tuple(_tried(reader, now)),
                stand_ins=tuple(_agreements(reader, AgreementKind.STAND_IN, NoteCover, now)),
                readiness=tuple(_agreements(reader, AgreementKind.READINESS, NoteReadiness, now)),
                calls=tuple(_open_calls(reader, now)),
                rests=tuple(_rests(reader, now)),
                missed=tuple(_missed(reader, now)),
                seen_until_at=_seen_until(reader),
            )
    except (HotlineError, ValueError, TypeError) as error:
        logger.error("nothing is remembered of earlier runs", trouble=str(error))
        return NOTHING


def _rings(reader: JournalReader, now: datetime) -> list[PastRing]:
    outcomes = {outcome.value: result for outcome, result in RESULTS.items()}
    kinds = {kind.value: kind for kind in EndpointKind}
    rows = reader.ask(
        """
        SELECT endpoint_id, endpoint, outcome, rang_s, ended_at FROM leg
        WHERE ended_at >= ? AND ended_at <= ? AND endpoint_id <> '' AND volunteer IS NOT NULL
            AND outcome NOT IN (?, ?, ?, ?)
        ORDER BY ended_at DESC LIMIT ?
        """,
        [to_text(now - timedelta(days=RINGS_DAYS)), to_text(now), *_TEACH_NOTHING, RINGS_KEPT],
    )
    return [
        PastRing(
            endpoint=EndpointId(row["endpoint_id"]),
            kind=kinds[row["endpoint"]],
            result=outcomes[row["outcome"]],
            rang_s=round(row["rang_s"], 3),
            age_days=round((now - to_instant(row["ended_at"])).total_seconds() / _DAY_S, 4),
        )
        for row in reversed(rows)
        if row["outcome"] in outcomes and row["endpoint"] in kinds
    ]


def _talks(reader: JournalReader, now: datetime) -> Iterator[PastTalk]:
    rows = reader.ask(
        """
        SELECT leg.volunteer, leg.ended_at, leg.talk_s, line FROM leg LEFT JOIN call USING (call)
        WHERE leg.ended_at >= ? AND leg.outcome = 'talked' AND leg.endpoint_id <> '' AND leg.volunteer IS NOT NULL
        ORDER BY leg.ended_at DESC LIMIT ?
        """,
        [to_text(now - timedelta(hours=TALKS_H)), MOST],
    )
    for row in reversed(rows):
        ended_at = to_instant(row["ended_at"])
        yield PastTalk(
            volunteer=VolunteerId(row["volunteer"]),
            started_at=ended_at - timedelta(seconds=row["talk_s"]),
            ended_at=ended_at,
            line=LineId(row["line"]) if row["line"] is not None else None,
        )


def _open_calls(reader: JournalReader, now: datetime) -> Iterator[OpenCall]:
    """Calls whose record is open, with all that was noted of them."""
    rows = reader.ask(
        """
        SELECT call.call, line, node, arrived_at, token,
            EXISTS (SELECT * FROM flagged WHERE flagged.token = caller_token.token AND expires_at > ?) AS high_risk,
            EXISTS (SELECT * FROM message WHERE message.call = call.call) AS message
        FROM call LEFT JOIN caller_token USING (call)
        WHERE arrived_at >= ? AND ended_at IS NULL ORDER BY arrived_at, call.call LIMIT ?
        """,
        [to_text(now), to_text(now - timedelta(days=OPEN_DAYS)), MOST],
    )
    for row in rows:
        yield OpenCall(
            call=CallId(row["call"]),
            line=LineId(row["line"]),
            node=NodeId(row["node"]),
            arrived_at=to_instant(row["arrived_at"]),
            caller=CallerToken(row["token"]) if row["token"] else None,
            high_risk=bool(row["high_risk"]),
            message=bool(row["message"]),
            facts=tuple(_noted(reader, row["call"])),
        )


def _noted(reader: JournalReader, call: str) -> Iterator[Noted]:
    rows = reader.ask(
        "SELECT at, fact, leg, volunteer, detail FROM fact WHERE call = ? AND fact NOT IN (?, ?) ORDER BY seq LIMIT ?",
        [call, Fact.CHOSE, Fact.SERVED, MOST],
    )
    for row in rows:
        if row["fact"] in _FACTS:
            yield Noted(
                at=to_instant(row["at"]),
                fact=_FACTS[row["fact"]],
                leg=LegId(row["leg"]) if row["leg"] else None,
                volunteer=VolunteerId(row["volunteer"]) if row["volunteer"] else None,
                detail=row["detail"],
            )


def _rests(reader: JournalReader, now: datetime) -> Iterator[tuple[VolunteerId, datetime]]:
    """Who rests: the state that was noted of them last says so, and its time is not over."""
    rows = reader.ask(
        """
        SELECT volunteer, until_at FROM volunteer_state AS rest
        WHERE at >= ? AND state = 'resting' AND until_at > ? AND NOT EXISTS (
            SELECT * FROM volunteer_state AS later WHERE later.volunteer = rest.volunteer AND later.seq > rest.seq
        )
        ORDER BY volunteer LIMIT ?
        """,
        [to_text(now - timedelta(hours=TALKS_H)), to_text(now), MOST],
    )
    for row in rows:
        yield VolunteerId(row["volunteer"]), to_instant(row["until_at"])


def _missed(reader: JournalReader, now: datetime) -> Iterator[tuple[VolunteerId, int]]:
    """How many rings in a row people let pass, since they accepted, declined, rested or came back last."""
    rows = reader.ask(
        """
        SELECT volunteer, outcome FROM leg
        WHERE ended_at >= ? AND volunteer IS NOT NULL AND outcome IN (?, ?, ?, ?)
            AND ended_at > coalesce((SELECT max(at) FROM volunteer_state AS state WHERE state.volunteer = leg.volunteer
                AND state.at >= ?), '')
        ORDER BY ended_at DESC LIMIT ?
        """,
        [
            to_text(now - timedelta(hours=MISSED_H)),
            *_MISSED,
            LegOutcome.TALKED,
            LegOutcome.DECLINED,
            to_text(now - timedelta(hours=MISSED_H)),
            MOST,
        ],
    )
    missed: Counter[str] = Counter()
    for row in reversed(rows):
        missed[row["volunteer"]] = missed[row["volunteer"]] + 1 if row["outcome"] in _MISSED else 0
    for volunteer, times in sorted(missed.items()):
        if times:
            yield VolunteerId(volunteer), times


def _seen_until(reader: JournalReader) -> datetime | None:
    """The last sign of life: the last step that was written."""
    at = reader.ask("SELECT max(ended_at) AS at FROM step", [])[0]["at"]
    return to_instant(at) if at else None


def _pauses(reader: JournalReader, now: datetime) -> Iterator[tuple[VolunteerId, datetime | None]]:
    """Whose pause goes on. Of a volunteer's reasons the first in `VolunteerState` is noted: whoever talks or rings may
    be paused still, and a state behind PAUSED says that they are not."""
    last = [state.value for state in _STATES[_PAUSED:]]
    rows = reader.ask(
        f"""
        SELECT volunteer, until_at FROM volunteer_state AS pause WHERE state = 'paused' AND NOT EXISTS (
            SELECT * FROM volunteer_state AS later
            WHERE later.volunteer = pause.volunteer AND later.seq > pause.seq
                AND later.state IN ({",".join("?" * len(last))})
        )
        ORDER BY volunteer LIMIT ?
        """,
        [*last, MOST],
    )
    for row in rows:
        until_at = to_instant(row["until_at"]) if row["until_at"] else None
        if until_at is None or until_at > now:
            yield VolunteerId(row["volunteer"]), until_at


def _tried(reader: JournalReader, now: datetime) -> list[tuple[CallerToken, datetime]]:
    """Who reached nobody in their last call."""
    rows = reader.ask(
        """
        SELECT token, ended_at, outcome FROM call JOIN caller_token USING (call)
        WHERE arrived_at >= ? AND ended_at >= ? ORDER BY ended_at DESC LIMIT ?
        """,
        [to_text(now - timedelta(hours=TRIED_H + LONGEST_CALL_H)), to_text(now - timedelta(hours=TRIED_H)), MOST],
    )
    last = {row["token"]: row for row in reversed(rows)}
    found = [
        (CallerToken(token), to_instant(row["ended_at"]))
        for token, row in last.items()
        if row["outcome"] not in REACHED_SOMEBODY
    ]
    return sorted(found, key=lambda one: (one[1], one[0]))


def _agreements(reader: JournalReader, kind: AgreementKind, note: type[_Note], now: datetime) -> Iterator[_Note]:
    rows = reader.ask(
        "SELECT told FROM agreement WHERE until_at > ? AND kind = ? ORDER BY seq LIMIT ?", [to_text(now), kind, MOST]
    )
    for row in rows:
        told = command_of(row["told"], {})
        if isinstance(told, note):
            yield told
