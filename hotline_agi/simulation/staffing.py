"""How many volunteers a slot needs: the smallest number with which enough calls are answered soon enough.

The slot is played by itself, from empty to its end: its people are replaced by so many invented ones, all on shift from
beginning to end, with phones in the proportions of the line's people. Nobody else is rung. Every number of volunteers
meets the same callers (common random numbers), so that the curve is smooth.

A number is enough if the service level (answered in time ÷ all calls but short abandons) is at least the target, with
the stated confidence, by a one-sided t test over the runs. The test is looked at after `LOOKS` runs and at last after
`most_runs`, each look with its part of the allowed error; what is undecided then counts as not enough.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from random import Random
from statistics import NormalDist

from hotline_agi.roster.clock import ONE_DAY, span_on
from hotline_agi.roster.duty import everybody
from hotline_agi.roster.model import Endpoint, EndpointKind, Line, Roster, Volunteer
from hotline_agi.roster.plan import Shift, weekly
from hotline_agi.simulation.arrivals import arrivals
from hotline_agi.simulation.assumptions import Assumptions
from hotline_agi.simulation.crowd import Crowd
from hotline_agi.simulation.figures import service_level, share_and_error, talks_by_volunteer
from hotline_agi.simulation.pbx import Scene, play
from hotline_agi.simulation.truth import Played
from hotline_agi.terms.ids import EndpointId, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber

LOOKS = (10, 30)
MOST_VOLUNTEERS = 500


class Verdict(StrEnum):
    ENOUGH = "enough"
    TOO_FEW = "too few"
    UNDECIDED = "undecided"
    """Too near the target for so many runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    roster: Roster
    line: Line
    shift: Shift
    weekdays: tuple[int, ...]
    """On which the slot starts, 0 is Monday; runs take them in turn."""
    near: date
    """The days from here on are played: they decide nothing but clock changes and ring plans."""
    calls_per_hour: float
    target: float
    """The service level to reach, below 1."""
    within_s: float
    assumed: Assumptions
    seed: int
    confidence: float = 0.95
    most_runs: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What so many volunteers achieve."""

    volunteers: int
    runs: int
    calls: int
    share: float
    """The service level of all runs together."""
    at_least: float
    """With the confidence asked for."""
    mean_wait_s: float
    """Of the answered calls."""
    rings_per_answered: float
    talks_each: float
    """Per volunteer and slot."""
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    needed: int | None
    """None: not even `MOST_VOLUNTEERS` are enough."""
    curve: tuple[Point, ...]
    """The numbers that were tried, ascending."""


def staffing(question: Question) -> Answer:
    """Find the smallest number: from as many as callers talk at a time, double until enough, then halve the gap."""
    tried: dict[int, Point] = {}

    def enough(volunteers: int) -> bool:
        if volunteers not in tried:
            tried[volunteers] = _point(question, volunteers)
        return tried[volunteers].verdict is Verdict.ENOUGH

    low, high = 0, _first_guess(question)
    while not enough(high):
        if high >= MOST_VOLUNTEERS:
            return Answer(needed=None, curve=_ascending(tried))
        low, high = high, min(2 * high, MOST_VOLUNTEERS)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    for beside in (high - 2, high + 1, high + 2):  # what one more or less changes
        if 0 < beside <= MOST_VOLUNTEERS:
            enough(beside)
    return Answer(needed=high, curve=_ascending(tried))


def _first_guess(question: Question) -> int:
    """How many callers talk at a time, with the rest that follows: fewer people are hardly ever enough."""
    busy_s = question.assumed.callers.talk_s.mean_s + question.line.wrap_up_s
    return max(1, min(MOST_VOLUNTEERS, round(question.calls_per_hour * busy_s / 3600.0)))


def _ascending(tried: dict[int, Point]) -> tuple[Point, ...]:
    return tuple(tried[volunteers] for volunteers in sorted(tried))


def _point(question: Question, volunteers: int) -> Point:
    line, roster = _staffed(question, volunteers)
    worlds: list[Played] = []
    slots = list(_slots(question))
    looks = [look for look in LOOKS if look < question.most_runs] + [question.most_runs]
    verdict = Verdict.UNDECIDED
    share = margin = 0.0
    for look in looks:
        for run, start, until in slots[len(worlds) : look]:
            worlds.append(play(_scene(question, roster, line, run, start, until)))
        share, error = share_and_error([service_level(world.calls, question.within_s) for world in worlds])
        # each look may err in so small a part of all cases that all together keep the confidence asked for
        margin = error * _quantile(1 - (1 - question.confidence) / len(looks), len(worlds) - 1)
        if share - margin >= question.target:
            verdict = Verdict.ENOUGH
        elif share + margin < question.target:
            verdict = Verdict.TOO_FEW
        if verdict is not Verdict.UNDECIDED:
            break
    waits = [call.wait_s for world in worlds for call in world.calls if call.met_volunteer]
    rings = sum(ring.is_for_caller for world in worlds for ring in world.rings)
    return Point(
        volunteers=volunteers,
        runs=len(worlds),
        calls=sum(len(world.calls) for world in worlds),
        share=share,
        at_least=max(0.0, share - margin),
        mean_wait_s=sum(waits) / len(waits) if waits else 0.0,
        rings_per_answered=rings / len(waits) if waits else 0.0,
        talks_each=sum(sum(talks_by_volunteer(world).values()) for world in worlds) / volunteers / len(worlds),
        verdict=verdict,
    )


def _quantile(confidence: float, freedom: int) -> float:
    """Of Student's t, by the first term of its expansion around the normal one (Abramowitz and Stegun 26.7.5)."""
    z = NormalDist().inv_cdf(confidence)
    return z + (z**3 + z) / (4 * freedom)


def _slots(question: Question) -> Iterator[tuple[int, datetime, datetime]]:
    """The slot on the weekdays asked for, one after the other, at most `most_runs` times; nights that the clock
    skips are left out."""
    day, run = question.near, 0
    while run < question.most_runs:
        if day.weekday() in question.weekdays:
            start, until = span_on(question.line.zone, day, question.shift)
            if start < until:
                yield run, start, until
                run += 1
        day += ONE_DAY


def _scene(question: Question, roster: Roster, line: Line, run: int, start: datetime, until: datetime) -> Scene:
    name = f"{question.seed}/{line.id}/{run}"
    rates = (question.calls_per_hour,) * 24
    return Scene(
        roster=roster,
        crowd=Crowd(
            line=line.id,
            first_s=arrivals(line.zone, start, until, rates, Random(f"{name}/arrivals")),
            habits=question.assumed.callers,
            seed=f"{name}/caller",
        ),
        staff=question.assumed.staff(f"{name}/volunteer", line.zone, start),
        begins_at=start,
        volunteers=tuple(roster.volunteers),
    )


def _staffed(question: Question, volunteers: int) -> tuple[Line, Roster]:
    """The line with nothing but this slot, and so many invented people in it."""
    kinds = _kinds(question.roster, question.line)
    people = [_volunteer(n, kinds[n * len(kinds) // volunteers], question.line) for n in range(volunteers)]
    cell = tuple(who.id for who in people)
    shift = Shift(
        slot=question.shift.slot,
        start=question.shift.start,
        until=question.shift.until,
        people=weekly(dict.fromkeys(range(7), cell)),
    )
    line = replace(
        question.line,
        shifts=(shift,),
        special_days={},
        yearly_days={},
        months={},
        covers=(),
        quiet={},
        wants=(),
        reminders=None,
    )
    return line, Roster(lines={line.id: line}, volunteers={who.id: who for who in people})


def _kinds(roster: Roster, line: Line) -> list[EndpointKind]:
    """How the line's people are reached first, sorted; softphones if it has none."""
    found = (roster.volunteers.get(who) for who in everybody(line))
    kinds = sorted(who.endpoints[0].kind for who in found if who is not None and who.endpoints)
    return kinds or [EndpointKind.SOFTPHONE]


def _volunteer(n: int, kind: EndpointKind, line: Line) -> Volunteer:
    who = VolunteerId(f"v{n:03}")
    if kind is EndpointKind.MOBILE:
        number = PhoneNumber(f"01632960{n % 1000:03}")
        endpoint = Endpoint(id=EndpointId(f"{who}-mobile"), kind=kind, number=number, confirm=True)
    else:
        endpoint = Endpoint(id=EndpointId(f"sp-{who}"), kind=kind, pjsip_name=f"sp-{who}", confirm=False)
    return Volunteer(id=who, name=who, languages=(line.language,), endpoints=(endpoint,))
