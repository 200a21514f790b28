"""Calls counted. The formulas stand beside the fields here, and beside the figures wherever they are shown.

The service level is counted as most of the field does (formula 5 of the five in ICMI's "Service Level Calculations",
2002, with short calls left out; Cisco's and Ivanti's "short calls" likewise): answered within T ÷ (offered - short
abandons). NENA-STA-020.1-2020 wants 90 % within 15 s and 95 % within 20 s for emergency calls: these two and two longer
ones are given. Waits run from the call's arrival, greeting included (post-dialling, ITU-T E.600), to the first talk.
"""

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from hotline_agi.reports.period.calls import Part, ReportedCall
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.outcomes import Outcome

LEVELS_S = (15, 20, 30, 60)
MAIN_LEVEL_S = 30
"""The one that is drawn and compared: `service_level_s` of a roster that says nothing else."""
SHORT_S = 5.0
"""Who hangs up sooner has misdialled, or gave nobody a chance. ICMI's example (2002)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of some lengths, in seconds; all None of none. Percentiles by nearest rank: the smallest value that at least so
    many percent do not exceed."""

    mean_s: float | None
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    most_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    arrived: int
    """All but test calls; the sum of `parts`."""
    parts: Mapping[Part, int]
    """Those that occur."""
    went: Mapping[Outcome, int]
    """How the offered calls went; they sum up to `offered`."""
    within: Mapping[int, int]
    """Offered calls that a volunteer answered within so many seconds, by `LEVELS_S`."""
    short: int
    """Abandoned after less than the threshold of short abandons."""
    waits: Spread
    """Of answered calls, from arrival to the first talk; the mean is the ASA."""
    abandoned_waits: Spread
    """Of abandoned calls, the short ones left out, until they hung up."""
    talks: Spread
    """Of answered calls, all their talks together."""
    talk_s: float
    """The sum of these."""
    messages: int
    """Left by offered callers, however else their call went."""
    partly_seen: int
    """Of the offered ones."""
    failed_talks: int
    """Talks that a failing line ended, not one of the two."""
    rings: int
    """Of volunteers' phones, for offered calls."""

    @property
    def offered(self) -> int:
        return self.parts.get(Part.OFFERED, 0)

    @property
    def answered(self) -> int:
        return self.went.get(Outcome.TALKED, 0)

    @property
    def abandoned(self) -> int:
        """Short ones included."""
        return self.went.get(Outcome.ABANDONED, 0)

    @property
    def counted(self) -> int:
        """What shares without short abandons are of."""
        return self.offered - self.short

    def level(self, within_s: int) -> float | None:
        """The service level; None without calls."""
        return share(self.within.get(within_s, 0), self.counted)

    @property
    def answered_share(self) -> float | None:
        """answered ÷ (offered - short abandons)"""
        return share(self.answered, self.counted)

    @property
    def abandoned_share(self) -> float | None:
        """abandoned ÷ offered, short ones included"""
        return share(self.abandoned, self.offered)

    @property
    def lost_share(self) -> float | None:
        """(abandoned - short abandons) ÷ (offered - short abandons)"""
        return share(self.abandoned - self.short, self.counted)

    @property
    def rings_per_answered(self) -> float | None:
        return share(self.rings, self.answered)


class CallTally:
    """Takes calls in, one after the other; keeps eight octets for each of three lengths."""

    def __init__(self, short_s: float = SHORT_S) -> None:
        self._short_s = short_s
        self._parts: Counter[Part] = Counter()
        self._went: Counter[Outcome] = Counter()
        self._waits, self._abandoned, self._talks = array("d"), array("d"), array("d")
        self._short = self._messages = self._partly_seen = self._failed = self._rings = 0

    def add(self, call: ReportedCall, part: Part) -> None:
        """:param part: `call.part`, or TEST for a test call, which counts nowhere else."""
        self._parts[part] += 1
        if part is not Part.OFFERED:
            return
        went, past = call.went, call.call
        self._went[went] += 1
        self._messages += past.messages
        self._partly_seen += call.is_partly_seen
        self._failed += failed_talks(call)
        self._rings += sum(leg.volunteer is not None for leg in call.legs)
        wait_s = past.wait_s or 0.0
        if went is Outcome.TALKED:
            self._waits.append(wait_s)
            self._talks.append(past.talk_s or 0.0)
        elif is_short(call, self._short_s):
            self._short += 1
        elif went is Outcome.ABANDONED:
            self._abandoned.append(wait_s)

    def figures(self) -> CallFigures:
        waits = sorted(self._waits)
        return CallFigures(
            arrived=sum(self._parts.values()) - self._parts[Part.TEST],
            parts={part: self._parts[part] for part in Part if self._parts[part]},
            went={outcome: self._went[outcome] for outcome in Outcome if self._went[outcome]},
            within={level: sum(wait <= level for wait in waits) for level in LEVELS_S},
            short=self._short,
            waits=spread(waits),
            abandoned_waits=spread(sorted(self._abandoned)),
            talks=spread(sorted(self._talks)),
            talk_s=sum(self._talks),
            messages=self._messages,
            partly_seen=self._partly_seen,
            failed_talks=self._failed,
            rings=self._rings,
        )


def is_short(call: ReportedCall, short_s: float) -> bool:
    """Whether an offered call was abandoned before the threshold."""
    return call.went is Outcome.ABANDONED and (call.call.wait_s or 0.0) < short_s


def failed_talks(call: ReportedCall) -> int:
    return sum(fact.fact is Fact.TALK_FAILED for fact in call.facts)


def spread(ordered: Sequence[float]) -> Spread:
    if not ordered:
        return Spread(mean_s=None, p50_s=None, p90_s=None, p99_s=None, most_s=None)
    return Spread(
        mean_s=sum(ordered) / len(ordered),
        p50_s=nearest_rank(ordered, 50),
        p90_s=nearest_rank(ordered, 90),
        p99_s=nearest_rank(ordered, 99),
        most_s=ordered[-1],
    )


def nearest_rank(ordered: Sequence[float], percent: int) -> float:
    """:param ordered: at least one value, ascending."""
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
