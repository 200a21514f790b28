"""A played day in figures: as a whole, by hour, by volunteer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.model import Line
from hotline_agi.simulation.figures import nearest_rank, service_level, share_and_error
from hotline_agi.simulation.truth import CallTruth, End, Played, RingTruth
from hotline_agi.terms.ids import VolunteerId

LEVELS_S = (20, 30, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """Of calls that came while the line was open, of all runs together. Each attempt of a person is a call."""

    calls: int
    answered: int
    """By a volunteer."""
    counted: int
    """All but short abandons: what the service level is counted of."""
    within: Mapping[int, int]
    """How many were answered within so many seconds; by `LEVELS_S`."""
    mean_wait_s: float
    """Of the answered calls, as are the next two."""
    p50_wait_s: float
    p90_wait_s: float
    abandoned: int
    """Hung up while waiting."""
    messages: int
    told: int
    """Heard that nobody can come and where else to turn, and left no message."""
    transferred: int
    """To the overflow number; they do not count as answered."""
    rings: int
    """Of volunteers' phones, for callers."""

    def share(self, part: int) -> float:
        """Of all calls."""
        return part / self.calls if self.calls else 0.0

    def level(self, within_s: int) -> float:
        """The service level: answered within `within_s` ÷ (calls - short abandons); 1 without calls."""
        return self.within[within_s] / self.counted if self.counted else 1.0

    @property
    def rings_per_answered(self) -> float:
        return self.rings / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFigures:
    hour: int
    """Of the line's wall clock."""
    of: CallFigures
    on_shift: float
    """People on shift, on average over the hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerFigures:
    """One volunteer, per run."""

    volunteer: VolunteerId
    rings: float
    talks: float
    talk_min: float
    most_talks: int
    """In one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    runs: int
    whole: CallFigures
    within_error: Mapping[int, float]
    """Standard error of the service level, from its spread over the runs; 0 for one run."""
    closed: int
    """Calls that came while the line was closed; they count nowhere else."""
    by_hour: tuple[HourFigures, ...]
    by_volunteer: tuple[VolunteerFigures, ...]
    double_rings: int
    endless: int
    wrong: int


def report(line: Line, start: datetime, until: datetime, worlds: Sequence[Played]) -> Report:
    """Count what happened. An hour's rings are those that began in it."""
    open_calls = [[call for call in world.calls if _is_open(line, start, call)] for world in worlds]
    every = [call for calls in open_calls for call in calls]
    rings = [ring for world in worlds for ring in world.rings if ring.is_for_caller]
    return Report(
        runs=len(worlds),
        whole=call_figures(every, rings),
        within_error={
            level: share_and_error([service_level(calls, level) for calls in open_calls])[1] for level in LEVELS_S
        },
        closed=sum(len(world.calls) for world in worlds) - len(every),
        by_hour=tuple(_by_hour(line, start, until, every, rings)),
        by_volunteer=tuple(_by_volunteer(worlds)),
        double_rings=sum(world.double_rings for world in worlds),
        endless=sum(call.end is End.ENDLESS for world in worlds for call in world.calls),
        wrong=sum(world.missed_joins + world.cut_talks + world.misreported for world in worlds),
    )


def call_figures(calls: Sequence[CallTruth], rings: Sequence[RingTruth]) -> CallFigures:
    waits = sorted(call.wait_s for call in calls if call.met_volunteer)
    return CallFigures(
        calls=len(calls),
        answered=len(waits),
        counted=service_level(calls, 0)[1],
        within={level: service_level(calls, level)[0] for level in LEVELS_S},
        mean_wait_s=sum(waits) / len(waits) if waits else 0.0,
        p50_wait_s=nearest_rank(waits, 0.5),
        p90_wait_s=nearest_rank(waits, 0.9),
        abandoned=sum(call.end is End.LEFT for call in calls),
        messages=sum(call.end is End.MESSAGE for call in calls),
        told=sum(call.end is End.TOLD for call in calls),
        transferred=sum(call.end is End.TRANSFERRED for call in calls),
        rings=len(rings),
    )


def _is_open(line: Line, start: datetime, call: CallTruth) -> bool:
    return on_duty(line, start + timedelta(seconds=call.arrived_s)).is_open


def _by_hour(
    line: Line, start: datetime, until: datetime, calls: Sequence[CallTruth], rings: Sequence[RingTruth]
) -> Iterable[HourFigures]:
    def hour_of(at_s: float) -> int:
        return (start + timedelta(seconds=at_s)).astimezone(line.zone).hour

    calls_of: dict[int, list[CallTruth]] = defaultdict(list)
    rings_of: dict[int, list[RingTruth]] = defaultdict(list)
    for call in calls:
        calls_of[hour_of(call.arrived_s)].append(call)
    for ring in rings:
        rings_of[hour_of(ring.rang_s)].append(ring)
    on_shift: dict[int, list[int]] = {}
    at = start
    while at < until:
        on_shift.setdefault(at.astimezone(line.zone).hour, []).append(len(on_duty(line, at).volunteers))
        at += timedelta(minutes=15)
    for hour, counts in on_shift.items():
        yield HourFigures(
            hour=hour, of=call_figures(calls_of[hour], rings_of[hour]), on_shift=sum(counts) / len(counts)
        )


def _by_volunteer(worlds: Sequence[Played]) -> Iterable[VolunteerFigures]:
    rings: dict[VolunteerId, int] = defaultdict(int)
    talks: dict[VolunteerId, list[int]] = defaultdict(lambda: [0] * len(worlds))
    talk_s: dict[VolunteerId, float] = defaultdict(float)
    for n, world in enumerate(worlds):
        for ring in world.rings:
            if ring.volunteer is not None and not ring.is_notice:
                rings[ring.volunteer] += 1
                talk_s[ring.volunteer] += ring.talk_s
                talks[ring.volunteer][n] += ring.accepted
    known = dict.fromkeys(who for world in worlds for who in world.volunteers)
    known.update(dict.fromkeys(rings))
    for who in known:
        yield VolunteerFigures(
            volunteer=who,
            rings=rings[who] / len(worlds),
            talks=sum(talks[who]) / len(worlds),
            talk_min=talk_s[who] / 60 / len(worlds),
            most_talks=max(talks[who], default=0),
        )
