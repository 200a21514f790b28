"""Random pasts of a hotline: as the machine would have noted them, and as a report takes them in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import Connection

from hotline_agi.dispatch.commands import CloseRecord, LegRecord, NoteFact, OpenRecord
from hotline_agi.reports.past import PastCall, PastFact, PastLeg
from hotline_agi.reports.period.calls import NEEDED, ReportedCall
from hotline_agi.store.opening import connect
from hotline_agi.store.records import Entry, MessageRecord, Record, TokenRecord, rows_of, store
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.ids import CallerToken, CallId, EndpointId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome, Outcome

LINE, OTHER, CANARY = LineId("xinli"), LineId("english"), LineId("0-canary")
PEOPLE = tuple(VolunteerId(f"v{n:02}") for n in range(8))
NODE = NodeId("pbx1")
_NO_TALK = (
    LegOutcome.NO_ANSWER,
    LegOutcome.NOT_ACCEPTED,
    LegOutcome.DECLINED,
    LegOutcome.BUSY,
    LegOutcome.UNREACHABLE,
    LegOutcome.ELSEWHERE,
    LegOutcome.CALLER_LEFT,
    LegOutcome.WITHDRAWN,
    LegOutcome.FAILED,
    LegOutcome.UNCERTAIN,
)
_ENDS = (
    (Outcome.TALKED, 50),
    (Outcome.ABANDONED, 18),
    (Outcome.MESSAGE, 8),
    (Outcome.TRANSFERRED, 5),
    (Outcome.DIRECTORY, 5),
    (Outcome.SURVIVED, 3),
    (Outcome.UNCERTAIN, 3),
    (None, 2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A fact with its instant."""

    at: datetime
    note: NoteFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One call as it went."""

    close: CloseRecord
    """Of a call that is not over: what would be noted."""
    is_over: bool
    notes: tuple[Noted, ...]
    caller: CallerToken | None
    messages: int

    @property
    def reported(self) -> ReportedCall:
        close = self.close
        return ReportedCall(
            call=PastCall(
                call=close.call,
                line=close.line,
                node=close.node,
                arrived_at=close.arrived_at,
                answered_at=close.answered_at if self.is_over else None,
                ended_at=close.ended_at if self.is_over else None,
                wait_s=close.wait_s if self.is_over else None,
                talk_s=close.talk_s if self.is_over else None,
                outcome=close.outcome if self.is_over else None,
                volunteer=close.volunteer if self.is_over else None,
                messages=self.messages,
            ),
            legs=tuple(map(_past_leg, close.legs)) if self.is_over else (),
            facts=tuple(
                PastFact(at=one.at, fact=one.note.fact, leg=one.note.leg, volunteer=one.note.volunteer,
                         detail=one.note.detail)
                for one in self.notes
                if one.note.fact in NEEDED
            ),
            caller=self.caller,
        )  # fmt: skip


def world(seed: int, calls: int, start: datetime, until: datetime, *, line: LineId | None = None) -> list[Truth]:
    """In the order of arrival; of one line, or of several with the line of test calls."""
    dice = Random(f"report {seed}")
    span_s = (until - start).total_seconds()
    arrivals = sorted(round(dice.uniform(0, span_s), 3) for _ in range(calls))
    return [_call(dice, n, start + timedelta(seconds=at_s), line) for n, at_s in enumerate(arrivals)]


def _call(dice: Random, number: int, at: datetime, line: LineId | None) -> Truth:
    call = CallId(f"pbx1-{int(at.timestamp())}.{number}")
    end = dice.choices([end for end, _ in _ENDS], [weight for _, weight in _ENDS])[0]
    outcome = end or Outcome.TALKED
    # round numbers meet the thresholds exactly
    wait_s = float(dice.choice((0, 3, 5, 15, 20, 30, 60, round(dice.expovariate(1 / 20), 3))))
    talk_s = round(dice.expovariate(1 / 400), 3)
    limited, closed = dice.random() < 0.05, dice.random() < 0.06
    talks = outcome in (Outcome.TALKED, Outcome.TRANSFERRED) and not limited
    if not talks and outcome in (Outcome.TALKED, Outcome.TRANSFERRED):
        outcome = Outcome.DIRECTORY
    # some were cut off from their talk, and left a message or were put through afterwards
    cut_off = talks and dice.random() < 0.06
    if cut_off and outcome is Outcome.TALKED:
        outcome = dice.choice((Outcome.MESSAGE, Outcome.TRANSFERRED, Outcome.TALKED, Outcome.ABANDONED))
    legs = list(_legs(dice, number, at, wait_s, 0 if limited or closed else dice.randrange(5)))
    if talks and end is Outcome.TALKED and dice.random() < 0.97:
        legs.append(_talk_leg(dice, number, at, wait_s, talk_s, dice.choice(PEOPLE)))
        if cut_off and dice.random() < 0.5:  # rung through again, and talked a second time
            again = _talk_leg(dice, number, at, wait_s + talk_s + 1.0, talk_s, dice.choice(PEOPLE))
            legs.append(replace(again, leg=LegId(f"leg-{number:08x}fffffe"), wave=3 - legs[-1].wave))
    elif talks and end is Outcome.TRANSFERRED:
        legs.append(_talk_leg(dice, number, at, wait_s, talk_s, None))
    ended_at = at + timedelta(seconds=wait_s + (talk_s if talks else 0.0))
    close = CloseRecord(
        call=call,
        line=line or dice.choices((LINE, OTHER, CANARY), (80, 15, 5))[0],
        node=NODE,
        arrived_at=at,
        answered_at=at + timedelta(seconds=wait_s) if talks else None,
        ended_at=ended_at,
        wait_s=wait_s,
        talk_s=talk_s if talks else 0.0,
        outcome=outcome,
        volunteer=next((leg.volunteer for leg in legs if leg.talk_s), None),
        legs=tuple(legs),
    )
    notes = tuple(_notes(dice, close, limited=limited, closed=closed, cut_off=cut_off))
    known = dice.random() < 0.8
    return Truth(
        close=close,
        is_over=end is not None,
        notes=notes,
        caller=CallerToken(f"token{dice.randrange(40)}") if known else None,
        messages=int(outcome is Outcome.MESSAGE) + (dice.random() < 0.02),
    )


def _legs(dice: Random, number: int, at: datetime, wait_s: float, count: int) -> Iterator[LegRecord]:
    for n in range(count):
        rang_s = round(dice.uniform(0.2, 20.0), 3)
        yield LegRecord(
            leg=LegId(f"leg-{number:08x}{n:06x}"),
            volunteer=dice.choice((*PEOPLE, *PEOPLE, None)),
            endpoint="mobile",
            wave=dice.choice((1, 1, 1, 2, 3)),
            rang_at=at,
            ended_at=at + timedelta(seconds=rang_s),
            outcome=dice.choice(_NO_TALK),
            endpoint_id=EndpointId("phone"),
            rang_s=rang_s,
        )


def _talk_leg(
    dice: Random, number: int, at: datetime, wait_s: float, talk_s: float, who: VolunteerId | None
) -> LegRecord:
    return LegRecord(
        leg=LegId(f"leg-{number:08x}ffffff"),
        volunteer=who,
        endpoint="softphone",
        wave=dice.choice((1, 1, 2)),
        rang_at=at,
        ended_at=at + timedelta(seconds=wait_s + talk_s),
        outcome=LegOutcome.TALKED,
        endpoint_id=EndpointId("phone"),
        rang_s=round(dice.uniform(0.0, max(0.001, wait_s)), 3),
        talk_s=talk_s,
    )


def _notes(dice: Random, close: CloseRecord, *, limited: bool, closed: bool, cut_off: bool) -> Iterator[Noted]:
    def noted(fact: Fact, detail: str = "", leg: LegRecord | None = None) -> Noted:
        note = NoteFact(
            call=close.call,
            fact=fact,
            leg=leg.leg if leg else None,
            volunteer=leg.volunteer if leg else None,
            detail=detail,
        )
        return Noted(at=close.arrived_at, note=note)

    yield noted(Fact.ARRIVED)
    if limited:
        yield noted(Fact.LIMITED, dice.choice(("calls until=2026-07-01T20:00:00+00:00", "crowded")))
    elif dice.random() < 0.04:
        yield noted(Fact.LIMITED, "silent until=2026-07-01T20:00:00+00:00")
    if closed:
        yield noted(Fact.CLOSED)
    for leg in close.legs:
        yield noted(Fact.RANG, leg.endpoint, leg)
        if leg.outcome is LegOutcome.TALKED:
            yield noted(Fact.ACCEPTED, "", leg)
        elif leg.outcome is LegOutcome.ELSEWHERE and dice.random() < 0.2:
            yield noted(Fact.REFUSED, "", leg)
        elif leg.outcome is LegOutcome.FAILED and dice.random() < 0.5:
            yield noted(Fact.ACCEPTED, "", leg)
        yield noted(Fact.LEG_ENDED, leg.outcome, leg)
    if cut_off:
        yield noted(Fact.TALK_FAILED)
    if close.outcome is Outcome.SURVIVED or dice.random() < 0.02:
        yield noted(Fact.SURVIVING)
    if dice.random() < 0.02:
        yield noted(Fact.UNSEEN, "what=the end")
    yield noted(Fact.CALLER_LEFT)


def _past_leg(leg: LegRecord) -> PastLeg:
    return PastLeg(
        leg=leg.leg,
        volunteer=leg.volunteer,
        endpoint=leg.endpoint,
        wave=leg.wave,
        rang_at=leg.rang_at,
        ended_at=leg.ended_at,
        outcome=leg.outcome,
        endpoint_id=leg.endpoint_id,
        rang_s=leg.rang_s,
        talk_s=leg.talk_s,
    )


# ---- the journal


def write(path: Path, truths: list[Truth]) -> None:
    """A journal's file with these calls, by the statements of the journal's own writer."""
    connection = connect(path, busy_s=1)
    try:
        for first in range(0, len(truths), 2_000):
            _write(connection, truths[first : first + 2_000], first * 100)
    finally:
        connection.close()


def _write(connection: Connection, truths: list[Truth], seq: int) -> None:
    with connection.begin():
        rows = []
        for truth in truths:
            for record, at in _records(truth):
                seq += 1
                rows += rows_of(Entry(record, at, seq))
        store(connection, rows)


def _records(truth: Truth) -> Iterator[tuple[Record, datetime]]:
    close = truth.close
    yield (
        OpenRecord(call=close.call, line=close.line, node=close.node, arrived_at=close.arrived_at),
        close.arrived_at,
    )
    for one in truth.notes:
        yield one.note, one.at
    if truth.caller is not None:
        yield TokenRecord(call=close.call, caller=truth.caller), close.arrived_at
    for n in range(truth.messages):
        yield (
            MessageRecord(call=close.call, line=close.line, file=f"{n}.wav", length_s=4.0, recorded_at=close.ended_at),
            close.ended_at,
        )
    if truth.is_over:
        yield close, close.ended_at


START = datetime(2026, 10, 20, 16, 0, tzinfo=UTC)
