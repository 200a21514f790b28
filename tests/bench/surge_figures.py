"""What became of the calls of `surge`, as figures and goals. Pure.

wait           from the caller's INVITE until they hear the volunteer; of who was not answered: until they left
within 30 s    answered with a wait of at most 30 s, ÷ all calls
mean, p90      of the answered calls; «all»: of all calls, those not answered with the time until they left
rings/answered INVITEs to volunteers' phones ÷ answered calls
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import fmean, stdev
from typing import Any

from tests.bench.figures import Goal, percentile, plain

WITHIN_S = 30.0
RINGALL, RRMEMORY, HOTLINE = "ringall", "rrmemory", "hotline"
SYSTEMS = (RINGALL, RRMEMORY, HOTLINE)
QUEUES = (RINGALL, RRMEMORY)


class End(StrEnum):
    TALKED = "talked"
    GAVE_UP = "gave up"
    SENT_AWAY = "sent away"
    """The system ended the call itself, without a talk."""
    ENDLESS = "endless"
    """Nobody ended it, not even long after the talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """One call."""

    end: End
    wait_s: float
    answered: bool


@dataclass(slots=True, kw_only=True)
class Tally:
    """One load on one system, all rounds of it."""

    fates: list[Fate] = field(default_factory=list)
    rings: int = 0
    talks: list[int] = field(default_factory=list)
    """By volunteer, of those who ever accept."""
    double_rings: int = 0
    in_vain: int = 0
    """A volunteer accepted, and got nobody (another was faster, or the caller had left)."""
    cut: int = 0
    """Talks that neither side ended."""
    strays: int = 0
    """Rings after all callers were gone."""
    open_records: int = 0
    """Calls of the journal without an outcome (this product only)."""
    service_cpu_s: float = 0.0
    asterisk_cpu_s: float = 0.0

    def add(self, other: "Tally") -> None:
        """Take in a further round of the same volunteers."""
        self.fates += other.fates
        before = self.talks or [0] * len(other.talks)
        self.talks = [mine + theirs for mine, theirs in zip(before, other.talks, strict=True)]
        for name in ("rings", "double_rings", "in_vain", "cut", "strays", "open_records"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.service_cpu_s += other.service_cpu_s
        self.asterisk_cpu_s += other.asterisk_cpu_s

    @property
    def waits_s(self) -> list[float]:
        """Of the answered calls."""
        return [fate.wait_s for fate in self.fates if fate.answered]

    @property
    def all_waits_s(self) -> list[float]:
        return [fate.wait_s for fate in self.fates]

    @property
    def answered(self) -> int:
        return len(self.waits_s)

    @property
    def within(self) -> float:
        return sum(wait_s <= WITHIN_S for wait_s in self.waits_s) / len(self.fates)

    @property
    def mean_wait_s(self) -> float:
        """Of all calls."""
        return mean(self.all_waits_s)

    @property
    def rings_per_answered(self) -> float:
        return self.rings / self.answered if self.answered else math.nan

    @property
    def endless(self) -> int:
        return self.count(End.ENDLESS)

    def count(self, end: End) -> int:
        return sum(fate.end is end for fate in self.fates)

    def figures(self) -> dict[str, Any]:
        """For build/bench/surge.json; times in seconds."""
        return {
            "calls": len(self.fates),
            "answered": self.answered,
            "answered_share": round(self.answered / len(self.fates), 4),
            "within_30_s_share": round(self.within, 4),
            "mean_wait_s": rounded(mean(self.waits_s)),
            "p90_wait_s": rounded(percentile(self.waits_s, 0.9)),
            "mean_wait_all_s": rounded(self.mean_wait_s),
            "mean_wait_all_error_s": rounded(standard_error(self.all_waits_s)),
            "p90_wait_all_s": rounded(percentile(self.all_waits_s, 0.9)),
            "rings": self.rings,
            "rings_per_answered": rounded(self.rings_per_answered),
            "most_talks": max(self.talks),
            "fewest_talks": min(self.talks),
            "double_rings": self.double_rings,
            "gave_up": self.count(End.GAVE_UP),
            "sent_away": self.count(End.SENT_AWAY),
            "endless": self.endless,
            "accepted_in_vain": self.in_vain,
            "talks_cut": self.cut,
            "stray_rings": self.strays,
            "open_records": self.open_records,
            "service_cpu_s": round(self.service_cpu_s, 3),
            "asterisk_cpu_s": round(self.asterisk_cpu_s, 3),
            "waits_s": [round(wait_s, 2) for wait_s in self.all_waits_s],
        }


ROWS = (
    ("calls", "calls"),
    ("answered", "answered_share"),
    ("within 30 s", "within_30_s_share"),
    ("mean wait, s", "mean_wait_s"),
    ("p90 wait, s", "p90_wait_s"),
    ("mean wait of all, s", "mean_wait_all_s"),
    ("  its standard error, s", "mean_wait_all_error_s"),
    ("p90 wait of all, s", "p90_wait_all_s"),
    ("rings per answered call", "rings_per_answered"),
    ("talks of the busiest volunteer", "most_talks"),
    ("talks of the idlest volunteer", "fewest_talks"),
    ("double rings", "double_rings"),
    ("calls with no end", "endless"),
    ("gave up", "gave_up"),
    ("sent away", "sent_away"),
    ("accepted in vain", "accepted_in_vain"),
    ("talks cut", "talks_cut"),
    ("stray rings", "stray_rings"),
    ("service CPU, s", "service_cpu_s"),
)

Tallies = Mapping[tuple[str, str], Tally]
"""By load and system; what was not played is missing."""


def rows(of_systems: Mapping[str, Tally]) -> list[list[str]]:
    """The table of one load: a row per figure, a column per system."""
    figures = {system: tally.figures() for system, tally in of_systems.items()}
    return [[title, *(_cell(name, figures[system][name], system) for system in figures)] for title, name in ROWS]


def goals(tallies: Tallies) -> list[Goal]:
    """The bounds of the issue, as far as what they compare was played."""
    found = []
    for load in ("light", "medium"):
        found += _quiet_goals(load, tallies)
    found += _surge_goals(tallies)
    ours = {load: tally for (load, system), tally in tallies.items() if system == HOTLINE}
    if ours and all((load, queue) in tallies for load in ours for queue in QUEUES):
        pooled = {system: pooled_mean_wait_s(tallies, system) for system in SYSTEMS}
        better_s = min(pooled[queue] for queue in QUEUES)
        found.append(Goal("all loads: mean wait ÷ better queue's", pooled[HOTLINE] / better_s, 0.7))
        most = max(answered_share(tallies, queue) for queue in QUEUES)
        share = answered_share(tallies, HOTLINE) / most if most else math.nan
        found.append(Goal("all loads: answered share ÷ better queue's", share, 1.0, at_least=True))
    if ours:
        found.append(Goal("double rings", sum(tally.double_rings for tally in ours.values()), 0))
        found.append(Goal("calls with no end", sum(tally.endless + tally.open_records for tally in ours.values()), 0))
    return found


def pooled_mean_wait_s(tallies: Tallies, system: str) -> float:
    """Over all calls of all loads, each call counted once."""
    return mean([wait for (_, its), tally in tallies.items() if its == system for wait in tally.all_waits_s])


def answered_share(tallies: Tallies, system: str) -> float:
    own = [tally for (_, its), tally in tallies.items() if its == system]
    return sum(tally.answered for tally in own) / sum(len(tally.fates) for tally in own)


def mean(values: list[float]) -> float:
    return fmean(values) if values else math.nan


def standard_error(values: list[float]) -> float:
    """Of the mean, as if the values were independent: calls of one surge are not, and err by more."""
    return stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def rounded(value: float) -> float | None:
    """Two digits behind the point; None for a figure of nothing, which JSON cannot say."""
    return None if math.isnan(value) else round(value, 2)


def _quiet_goals(load: str, tallies: Tallies) -> list[Goal]:
    ours, ringall = tallies.get((load, HOTLINE)), tallies.get((load, RINGALL))
    if ours is None or ringall is None:
        return []
    return [
        Goal(f"{load}: share within 30 s ÷ ringall's", _ratio(ours.within, ringall.within), 0.99, at_least=True),
        Goal(f"{load}: rings ÷ ringall's", _ratio(ours.rings_per_answered, ringall.rings_per_answered), 0.35),
        Goal(f"{load}: mean wait ÷ ringall's", _ratio(ours.mean_wait_s, ringall.mean_wait_s), 1.6),
    ]


def _surge_goals(tallies: Tallies) -> list[Goal]:
    ours = tallies.get(("surge", HOTLINE))
    bounds = ((RRMEMORY, 1.1), (RINGALL, 2.5))
    return [
        Goal(f"surge: share within 30 s ÷ {queue}'s", _ratio(ours.within, theirs.within), bound, at_least=True)
        for queue, bound in bounds
        if ours is not None and (theirs := tallies.get(("surge", queue))) is not None
    ]


def _ratio(ours: float, theirs: float) -> float:
    """Of nothing by nothing there is no ratio (NaN, which meets no goal)."""
    if not theirs:
        return math.inf if ours else math.nan
    return ours / theirs


def _cell(name: str, value: float | None, system: str) -> str:
    if value is None or (name == "service_cpu_s" and system != HOTLINE):
        return "-"
    return plain(value)
