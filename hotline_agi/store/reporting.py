"""What a report on a period reads: calls with their legs, in bounded portions and in the order of their arrival, and
what is known of volunteers meanwhile. A year of 300 calls a day takes some seconds; memory holds one portion.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, and_, func, or_, select

from hotline_agi.reports.past import PastCall, PastFact, PastLeg
from hotline_agi.reports.period.calls import NEEDED, ReportedCall
from hotline_agi.reports.period.coverage import Seen, StoodIn, Stretch
from hotline_agi.reports.period.missed import Talked
from hotline_agi.reports.standings import PastState
from hotline_agi.store.reading import JournalReader, past_call, past_fact, past_leg
from hotline_agi.store.records import AgreementKind
from hotline_agi.store.schema import (
    AGREEMENT,
    CALL,
    CALLER_TOKEN,
    FACT,
    LEG,
    MESSAGE,
    RUN,
    STEP,
    VOLUNTEER_STATE,
    to_instant,
    to_text,
)
from hotline_agi.terms.ids import CallerToken, CallId, LineId, VolunteerId
from hotline_agi.terms.json_text import json_value
from hotline_agi.terms.standing import VolunteerState

PORTION_CALLS = 500
"""Read at a time, with all that belongs to them."""
COMES = "comes"
"""`dispatch.commands.CoverWord` of somebody who comes after all."""


def reported_calls(reader: JournalReader, since: datetime, until: datetime) -> Iterator[ReportedCall]:
    """The calls of all lines, that of test calls too, that arrived from `since` on and before `until` (both aware)."""
    last: tuple[str, str] | None = None
    while True:
        begun = CALL.c.arrived_at >= to_text(since)
        if last is not None:  # said so that SQLite begins at the place in its index
            begun = and_(CALL.c.arrived_at >= last[0], or_(CALL.c.arrived_at > last[0], CALL.c.call > last[1]))
        rows = reader.ask(
            select(CALL, CALLER_TOKEN.c.token)
            .join_from(CALL, CALLER_TOKEN, CALLER_TOKEN.c.call == CALL.c.call, isouter=True)
            .where(begun, CALL.c.arrived_at < to_text(until))
            .order_by(CALL.c.arrived_at, CALL.c.call)
            .limit(PORTION_CALLS)
        )
        if not rows:
            return
        yield from _with_legs(reader, rows)
        last = rows[-1]["arrived_at"], rows[-1]["call"]


def _with_legs(reader: JournalReader, rows: Sequence[RowMapping]) -> Iterator[ReportedCall]:
    calls = [row["call"] for row in rows]
    legs: dict[str, list[PastLeg]] = defaultdict(list)
    for row in reader.ask(select(LEG).where(LEG.c.call.in_(calls)).order_by(LEG.c.call, LEG.c.rang_at, LEG.c.leg)):
        legs[row["call"]].append(past_leg(row))
    facts: dict[str, list[PastFact]] = defaultdict(list)
    needed = [fact.value for fact in NEEDED]
    asked = select(FACT).where(FACT.c.call.in_(calls), FACT.c.fact.in_(needed)).order_by(FACT.c.call, FACT.c.seq)
    for row in reader.ask(asked):
        facts[row["call"]].append(past_fact(row))
    counted = select(MESSAGE.c.call, func.count().label("messages")).where(MESSAGE.c.call.in_(calls))
    messages = {row["call"]: row["messages"] for row in reader.ask(counted.group_by(MESSAGE.c.call))}
    for row in rows:
        call: PastCall = past_call({**row, "messages": messages.get(row["call"], 0)})
        yield ReportedCall(
            call=call,
            legs=tuple(legs.get(row["call"], ())),
            facts=tuple(facts.get(row["call"], ())),
            caller=CallerToken(row["token"]) if row["token"] else None,
        )


def later_talks(reader: JournalReader, since: datetime) -> Iterator[Talked]:
    """Talks with callers who are known, in calls that arrived from `since` on; of each caller the last."""
    rows = reader.ask(
        select(CALLER_TOKEN.c.token, func.max(CALL.c.answered_at).label("at"))
        .join_from(CALL, CALLER_TOKEN, CALLER_TOKEN.c.call == CALL.c.call)
        .where(CALL.c.arrived_at >= to_text(since), CALL.c.answered_at.is_not(None))
        .group_by(CALLER_TOKEN.c.token)
    )
    for row in rows:
        yield Talked(caller=CallerToken(row["token"]), at=to_instant(row["at"]))


def called_back(reader: JournalReader, calls: Sequence[CallId]) -> Mapping[CallId, datetime]:
    """Of `calls` those whose callers somebody called back and reached, and when. There is no list of callbacks yet."""
    del reader, calls
    return {}


def seen(
    reader: JournalReader, line: LineId, since: datetime, until: datetime, *, kept_days: float, now: datetime
) -> Seen:
    """What the journal has of volunteers from `since` to `until` (aware).

    :param kept_days: so long states are kept (`Ages.states`).
    """
    return Seen(
        states=_states(reader, since, until),
        stood_in=tuple(_stood_in(reader, line, since, until)),
        runs=tuple(_runs(reader)),
        since=now - timedelta(days=kept_days),
    )


def _states(reader: JournalReader, since: datetime, until: datetime) -> dict[VolunteerId, list[PastState]]:
    state = VOLUNTEER_STATE
    before = (
        select(state.c.volunteer, func.max(state.c.seq).label("seq"))
        .where(state.c.at < to_text(since))
        .group_by(state.c.volunteer)
        .subquery()
    )
    first = state.c.seq >= func.coalesce(before.c.seq, 0)
    found: dict[VolunteerId, list[PastState]] = defaultdict(list)
    rows = reader.ask(
        select(state)
        .join(before, before.c.volunteer == state.c.volunteer, isouter=True)
        .where(first, state.c.at < to_text(until))
        .order_by(state.c.volunteer, state.c.seq)
    )
    for row in rows:
        found[VolunteerId(row["volunteer"])].append(
            PastState(
                volunteer=VolunteerId(row["volunteer"]),
                at=to_instant(row["at"]),
                state=VolunteerState(row["state"]),
                until_at=to_instant(row["until_at"]) if row["until_at"] else None,
                detail="",
            )
        )
    return found


def _stood_in(reader: JournalReader, line: LineId, since: datetime, until: datetime) -> Iterator[StoodIn]:
    rows = reader.ask(
        select(AGREEMENT.c.told, AGREEMENT.c.at)
        .where(AGREEMENT.c.kind == AgreementKind.STAND_IN.value, AGREEMENT.c.until_at > to_text(since))
        .order_by(AGREEMENT.c.seq)
    )
    for row in rows:
        match json_value(row["told"]):
            case {"line": str(of), "absent": str(absent), "from_at": str(begin), "until_at": str(end), **rest} if (
                of == line
            ):
                # before it was agreed the absent was the one who would be rung
                from_at, until_at = max(to_instant(begin), to_instant(row["at"])), to_instant(end)
                present = rest.get("present")
                if from_at < min(until_at, until):
                    yield StoodIn(
                        absent=None if rest.get("word") == COMES else VolunteerId(absent),
                        present=VolunteerId(present) if isinstance(present, str) else None,
                        from_at=from_at,
                        until_at=until_at,
                    )


def _runs(reader: JournalReader) -> Iterator[Stretch]:
    """From the start of each run until the last that it is known to have done."""
    rows = reader.ask(
        select(RUN.c.started_at, func.max(STEP.c.ended_at).label("ended_at"))
        .join_from(RUN, STEP, STEP.c.run == RUN.c.run, isouter=True)
        .group_by(RUN.c.run, RUN.c.started_at)
        .order_by(RUN.c.started_at)
    )
    for row in rows:
        if row["ended_at"]:
            yield to_instant(row["started_at"]), to_instant(row["ended_at"])
