"""Ring step by ring step: how many calls came so far, and which step brought the volunteer.

A phone belongs to the step in which it began to ring, though it may ring on into the next one.
"""

from array import array
from collections import Counter
from dataclasses import dataclass

from hotline_agi.reports.period.calls import ReportedCall
from hotline_agi.reports.period.tally import nearest_rank, share
from hotline_agi.terms.outcomes import LegOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveFigures:
    wave: int
    """From 1; 0: the overflow number."""
    calls: int
    """Offered calls for which a phone of this step rang."""
    rings: int
    answered: int
    """Of `calls`: whose first talk was on a phone of this step."""
    p50_ring_s: float | None
    """From the first ring to the accept, of phones whose talk came of it."""

    @property
    def answered_share(self) -> float | None:
        """answered ÷ calls"""
        return share(self.answered, self.calls)


class WaveTally:
    def __init__(self) -> None:
        self._calls: Counter[int] = Counter()
        self._rings: Counter[int] = Counter()
        self._answered: Counter[int] = Counter()
        self._rang_s: dict[int, array[float]] = {}

    def add(self, call: ReportedCall) -> None:
        """:param call: an offered one."""
        for wave in {_wave(leg.volunteer is None, leg.wave) for leg in call.legs}:
            self._calls[wave] += 1
        for leg in call.legs:
            self._rings[_wave(leg.volunteer is None, leg.wave)] += 1
        talked = [leg for leg in call.legs if leg.outcome is LegOutcome.TALKED]
        if talked:
            # of several talks of one call the first to begin; legs come by when they rang
            first = min(talked, key=lambda leg: (leg.ended_at, leg.leg))
            wave = _wave(first.volunteer is None, first.wave)
            self._answered[wave] += 1
            self._rang_s.setdefault(wave, array("d")).append(first.rang_s)

    def figures(self) -> tuple[WaveFigures, ...]:
        """In order, the overflow number last."""
        return tuple(
            WaveFigures(
                wave=wave,
                calls=self._calls[wave],
                rings=self._rings[wave],
                answered=self._answered[wave],
                p50_ring_s=nearest_rank(sorted(self._rang_s[wave]), 50) if wave in self._rang_s else None,
            )
            for wave in sorted(self._calls, key=lambda wave: (wave == 0, wave))
        )


def _wave(is_overflow: bool, wave: int) -> int:
    return 0 if is_overflow else max(1, wave)
