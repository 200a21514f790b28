"""What is counted of played worlds, with its formulas."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from hotline_agi.simulation.truth import CallTruth, End, Played

SERVICE_LEVEL_S = 30.0
SHORT_ABANDON_S = 10.0
"""Who hangs up sooner gave nobody a chance, and is left out of the service level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one world, or of several of one kind taken together."""

    calls: int
    """Each attempt of a person is one."""
    answered: float
    """Share of calls that talked to a volunteer. The overflow number is none."""
    within: float
    """Share of *all* calls that were answered within `SERVICE_LEVEL_S`."""
    within_error: float
    """Standard error of `within`, from its spread over the worlds; 0 for one."""
    mean_wait_s: float
    """Of the answered calls, from arrival to the talk."""
    p90_wait_s: float
    """The wait that 90 % of the answered calls did not exceed (nearest rank)."""
    waits_s: float
    """The sum of the waits of all calls, answered or not."""
    rings: int
    """Volunteers' phones that began to ring for callers."""
    rings_per_answered: float
    least_talks: float
    """Of the volunteer with the fewest talks of their world; the mean over the worlds."""
    most_talks: float
    double_rings: int
    endless: int
    wrong: int
    """Missed joins, talks cut by a command, and calls whose record says other than what happened."""


def figures(worlds: Sequence[Played]) -> Figures:
    """Take worlds together: each call counts as much, in whatever world it was."""
    calls = [call for world in worlds for call in world.calls]
    waits = sorted(call.wait_s for call in calls if call.met_volunteer)
    rings = sum(ring.is_for_caller for world in worlds for ring in world.rings)
    loads = [talks_by_volunteer(world) for world in worlds]
    return Figures(
        calls=len(calls),
        answered=_share(len(waits), len(calls)),
        within=_share(_within(waits), len(calls)),
        within_error=share_and_error([(_within(_waits(world)), len(world.calls)) for world in worlds])[1],
        mean_wait_s=sum(waits) / len(waits) if waits else 0.0,
        p90_wait_s=nearest_rank(waits, 0.9),
        waits_s=sum(call.wait_s for call in calls),
        rings=rings,
        rings_per_answered=rings / len(waits) if waits else 0.0,
        least_talks=_mean([min(load.values(), default=0) for load in loads]),
        most_talks=_mean([max(load.values(), default=0) for load in loads]),
        double_rings=sum(world.double_rings for world in worlds),
        endless=sum(call.end is End.ENDLESS for call in calls),
        wrong=sum(world.missed_joins + world.cut_talks + world.misreported for world in worlds),
    )


def service_level(calls: Iterable[CallTruth], within_s: float) -> tuple[int, int]:
    """Calls that a volunteer answered within `within_s`, and those that they are counted of: all but short abandons."""
    good = of = 0
    for call in calls:
        if call.end is End.LEFT and call.wait_s < SHORT_ABANDON_S:
            continue
        of += 1
        good += call.met_volunteer and call.wait_s <= within_s
    return good, of


def share_and_error(counts: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Of several runs' parts and wholes: the share of all together, and its standard error over the runs (that of a
    ratio, linearised; 0 for a single run). A whole of nothing counts as 1."""
    whole, runs = sum(of for _, of in counts), len(counts)
    if whole == 0:
        return 1.0, 0.0
    share = sum(good for good, _ in counts) / whole
    if runs < 2:
        return share, 0.0
    spread = sum((good - share * of) ** 2 for good, of in counts) / (runs - 1)
    return share, sqrt(spread / runs) / (whole / runs)


def talks_by_volunteer(world: Played) -> Counter[str]:
    """How many talks each volunteer had; who had none is in it too."""
    load: Counter[str] = Counter(dict.fromkeys(world.volunteers, 0))
    load.update(ring.volunteer for ring in world.rings if ring.accepted and ring.volunteer and not ring.is_notice)
    return load


def nearest_rank(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered values that at least `share` of them do not exceed; 0 if there are none."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else 0.0


def _waits(world: Played) -> Iterable[float]:
    return (call.wait_s for call in world.calls if call.met_volunteer)


def _within(waits: Iterable[float]) -> int:
    return sum(wait_s <= SERVICE_LEVEL_S for wait_s in waits)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
