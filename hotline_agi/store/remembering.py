"""What a new machine remembers, read from the journal of the runs before it. In bounded time, and never in the way."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import exists, func, select

from hotline_agi.dispatch.codec import command_of
from hotline_agi.dispatch.commands import NoteCover, NoteReadiness
from hotline_agi.dispatch.memory import (
    NOTHING,
    RESULTS,
    RINGS_DAYS,
    RINGS_KEPT,
    TALKS_H,
    Memory,
    PastRing,
    PastTalk,
)
from hotline_agi.errors import HotlineError
from hotline_agi.log import logger
from hotline_agi.roster import canary
from hotline_agi.roster.model import EndpointKind
from hotline_agi.store.open_calls import open_calls
from hotline_agi.store.reading import JournalReader
from hotline_agi.store.records import AgreementKind
from hotline_agi.store.schema import (
    AGREEMENT,
    CALL,
    CALLER_TOKEN,
    IS_PAUSED,
    LEG,
    STEP,
    VOLUNTEER_STATE,
    to_instant,
    to_text,
)
from hotline_agi.store.usage import LONGEST_CALL_H, recent_callers
from hotline_agi.terms.ids import CallerToken, EndpointId, LineId, VolunteerId
from hotline_agi.terms.outcomes import REACHED_SOMEBODY, LegOutcome
from hotline_agi.terms.standing import VolunteerState

LIMIT_S = 2.0
"""A start takes no longer for it; 100,000 legs of two weeks take a quarter of a second."""
TRIED_H = 24.0
"""A roster may count a caller as one who tried before for a day at most (`tried_within_min`)."""
MISSED_H = 6.0
MOST = 20_000
"""Rows of any other kind: bounds what a machine has to take in."""

_Note = TypeVar("_Note", NoteCover, NoteReadiness)
_TEACH_NOTHING = (LegOutcome.FAILED, LegOutcome.BUSY, LegOutcome.UNREACHABLE, LegOutcome.UNCERTAIN)
_MISSED = (LegOutcome.NO_ANSWER, LegOutcome.NOT_ACCEPTED)
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
                callers=tuple(recent_callers(reader, now)),
                stand_ins=tuple(_agreements(reader, AgreementKind.STAND_IN, NoteCover, now)),
                readiness=tuple(_agreements(reader, AgreementKind.READINESS, NoteReadiness, now)),
                calls=tuple(open_calls(reader, now)),
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
        select(LEG.c.endpoint_id, LEG.c.endpoint, LEG.c.outcome, LEG.c.rang_s, LEG.c.ended_at)
        .where(
            LEG.c.ended_at >= to_text(now - timedelta(days=RINGS_DAYS)),
            LEG.c.ended_at <= to_text(now),
            LEG.c.endpoint_id.not_in(["", canary.ENDPOINT]),
            LEG.c.volunteer.is_not(None),
            LEG.c.outcome.not_in([outcome.value for outcome in _TEACH_NOTHING]),
        )
        .order_by(LEG.c.ended_at.desc())
        .limit(RINGS_KEPT)
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
        select(LEG.c.volunteer, LEG.c.ended_at, LEG.c.talk_s, CALL.c.line)
        .join_from(LEG, CALL, LEG.c.call == CALL.c.call, isouter=True)
        .where(
            LEG.c.ended_at >= to_text(now - timedelta(hours=TALKS_H)),
            LEG.c.outcome == LegOutcome.TALKED.value,
            LEG.c.endpoint_id != "",
            LEG.c.volunteer.is_not(None),
        )
        .order_by(LEG.c.ended_at.desc())
        .limit(MOST)
    )
    for row in reversed(rows):
        ended_at = to_instant(row["ended_at"])
        yield PastTalk(
            volunteer=VolunteerId(row["volunteer"]),
            started_at=ended_at - timedelta(seconds=row["talk_s"]),
            ended_at=ended_at,
            line=LineId(row["line"]) if row["line"] is not None else None,
        )


def _rests(reader: JournalReader, now: datetime) -> Iterator[tuple[VolunteerId, datetime]]:
    """Who rests: the state that was noted of them last says so, and its time is not over."""
    rest, later = VOLUNTEER_STATE, VOLUNTEER_STATE.alias("later")
    is_over = exists().where(later.c.volunteer == rest.c.volunteer, later.c.seq > rest.c.seq)
    rows = reader.ask(
        select(rest.c.volunteer, rest.c.until_at)
        .where(
            rest.c.at >= to_text(now - timedelta(hours=TALKS_H)),
            rest.c.state == VolunteerState.RESTING.value,
            rest.c.until_at > to_text(now),
            ~is_over,
        )
        .order_by(rest.c.volunteer)
        .limit(MOST)
    )
    for row in rows:
        yield VolunteerId(row["volunteer"]), to_instant(row["until_at"])


def _missed(reader: JournalReader, now: datetime) -> Iterator[tuple[VolunteerId, int]]:
    """How many rings in a row people let pass, since they accepted, declined, rested or came back last."""
    since = to_text(now - timedelta(hours=MISSED_H))
    state = VOLUNTEER_STATE
    last = (
        select(func.max(state.c.at))
        .where(state.c.volunteer == LEG.c.volunteer, state.c.at >= since)
        .correlate(LEG)
        .scalar_subquery()
    )
    counts = [outcome.value for outcome in (*_MISSED, LegOutcome.TALKED, LegOutcome.DECLINED)]
    rows = reader.ask(
        select(LEG.c.volunteer, LEG.c.outcome)
        .where(
            LEG.c.ended_at >= since,
            LEG.c.volunteer.is_not(None),
            LEG.c.outcome.in_(counts),
            LEG.c.ended_at > func.coalesce(last, ""),
        )
        .order_by(LEG.c.ended_at.desc())
        .limit(MOST)
    )
    missed: Counter[str] = Counter()
    for row in reversed(rows):
        missed[row["volunteer"]] = missed[row["volunteer"]] + 1 if row["outcome"] in _MISSED else 0
    for volunteer, times in sorted(missed.items()):
        if times:
            yield VolunteerId(volunteer), times


def _seen_until(reader: JournalReader) -> datetime | None:
    """The last sign of life: the last step that was written."""
    at = reader.ask(select(func.max(STEP.c.ended_at).label("at")))[0]["at"]
    return to_instant(at) if at else None


def _pauses(reader: JournalReader, now: datetime) -> Iterator[tuple[VolunteerId, datetime | None]]:
    """Whose pause goes on. Of a volunteer's reasons the first in `VolunteerState` is noted: whoever talks or rings may
    be paused still, and a state behind PAUSED says that they are not."""
    pause, later = VOLUNTEER_STATE, VOLUNTEER_STATE.alias("later")
    is_over = exists().where(
        later.c.volunteer == pause.c.volunteer,
        later.c.seq > pause.c.seq,
        later.c.state.in_([state.value for state in _STATES[_PAUSED:]]),
    )
    rows = reader.ask(
        select(pause.c.volunteer, pause.c.until_at).where(IS_PAUSED, ~is_over).order_by(pause.c.volunteer).limit(MOST)
    )
    for row in rows:
        until_at = to_instant(row["until_at"]) if row["until_at"] else None
        if until_at is None or until_at > now:
            yield VolunteerId(row["volunteer"]), until_at


def _tried(reader: JournalReader, now: datetime) -> list[tuple[CallerToken, datetime]]:
    """Who reached nobody in their last call."""
    rows = reader.ask(
        select(CALLER_TOKEN.c.token, CALL.c.ended_at, CALL.c.outcome)
        .join_from(CALL, CALLER_TOKEN, CALL.c.call == CALLER_TOKEN.c.call)
        .where(
            CALL.c.arrived_at >= to_text(now - timedelta(hours=TRIED_H + LONGEST_CALL_H)),
            CALL.c.ended_at >= to_text(now - timedelta(hours=TRIED_H)),
        )
        .order_by(CALL.c.ended_at.desc())
        .limit(MOST)
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
        select(AGREEMENT.c.told)
        .where(AGREEMENT.c.until_at > to_text(now), AGREEMENT.c.kind == kind.value)
        .order_by(AGREEMENT.c.seq)
        .limit(MOST)
    )
    for row in rows:
        told = command_of(row["told"], {})
        if isinstance(told, note):
            yield told
