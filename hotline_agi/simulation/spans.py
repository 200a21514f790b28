"""Times that are drawn: how long people talk, wait, and take to pick up; written as ``lognormal:10m,0.8``."""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf
from random import Random

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|)")


class SpanKind(StrEnum):
    ALWAYS = "always"
    UNIFORM = "uniform"
    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"


@dataclass(frozen=True, slots=True)
class Span:
    """A distribution of seconds. `first_s` and `second` are, by `kind`:

    ========== ================= =======================================================
    always     the time          unused
    uniform    the shortest      the longest
    exponential the mean         unused
    lognormal  the median        sigma of the logarithm (the mean is median × exp(σ²/2))
    ========== ================= =======================================================
    """

    kind: SpanKind
    first_s: float
    second: float = 0.0

    def draw(self, chance: Random) -> float:
        match self.kind:
            case SpanKind.ALWAYS:
                return self.first_s
            case SpanKind.UNIFORM:
                return self.first_s + (self.second - self.first_s) * chance.random()
            case SpanKind.EXPONENTIAL:
                return chance.expovariate(1.0 / self.first_s)
            case SpanKind.LOGNORMAL:
                return self.first_s * exp(self.second * chance.gauss(0.0, 1.0))

    @property
    def mean_s(self) -> float:
        match self.kind:
            case SpanKind.UNIFORM:
                return (self.first_s + self.second) / 2
            case SpanKind.LOGNORMAL:
                return self.first_s * exp(self.second**2 / 2)
            case _:
                return self.first_s

    def __str__(self) -> str:
        match self.kind:
            case SpanKind.ALWAYS:
                return "for ever" if self.first_s == inf else f"always {self.first_s:g} s"
            case SpanKind.UNIFORM:
                return f"{self.first_s:g} to {self.second:g} s, uniform"
            case SpanKind.EXPONENTIAL:
                return f"exponential, mean {self.first_s:g} s"
            case SpanKind.LOGNORMAL:
                return f"lognormal, median {self.first_s:g} s, sigma {self.second:g}"


def always(time_s: float) -> Span:
    return Span(SpanKind.ALWAYS, time_s)


def uniform(shortest_s: float, longest_s: float) -> Span:
    return Span(SpanKind.UNIFORM, shortest_s, longest_s)


def exponential(mean_s: float) -> Span:
    return Span(SpanKind.EXPONENTIAL, mean_s)


def lognormal(median_s: float, sigma: float) -> Span:
    return Span(SpanKind.LOGNORMAL, median_s, sigma)


FOR_EVER = always(inf)
FORMS = "always:20s, uniform:3s,15s, exponential:4m, lognormal:15m,0.8 (median, sigma) or never"


def parse_span(text: str) -> Span:
    """Read what somebody typed, in one of `FORMS`; ``never`` ends never.

    :raises ValueError: if it is none; the message says what to write.
    """
    if text == "never":
        return FOR_EVER
    name, _, rest = text.partition(":")
    parts = [part.strip() for part in rest.split(",")]
    match name, parts:
        case ("always", [time]) if (found := _seconds(time)) is not None:
            return always(found)
        case ("exponential", [time]) if found := _seconds(time):
            return exponential(found)
        case ("uniform", [low, high]):
            shortest_s, longest_s = _seconds(low), _seconds(high)
            if shortest_s is not None and longest_s is not None and shortest_s <= longest_s:
                return uniform(shortest_s, longest_s)
        case ("lognormal", [median, sigma]) if (found := _seconds(median)) and re.fullmatch(r"\d+(\.\d+)?", sigma):
            if float(sigma) <= 5.0:  # beyond it the mean is 270,000 medians
                return lognormal(found, float(sigma))
    raise ValueError(f"{text!r} is no time to draw: write {FORMS}")


def _seconds(text: str) -> float | None:
    found = _TIME.fullmatch(text)
    if found is None or len(found[1]) > 9:
        return None
    return float(found[1]) * _UNITS_S[found[2]]
