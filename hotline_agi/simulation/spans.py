"""Times that are drawn: how long people talk, wait, and take to pick up; written as ``lognormal:10m,0.8``."""

import re
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf
from random import Random

from hotline_agi.terms.languages import Language

_UNITS_S = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|)")


class SpanKind(StrEnum):
    ALWAYS = "always"
    UNIFORM = "uniform"
    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"


_WORDS = {
    Language.ZH: {
        SpanKind.ALWAYS: "{:g} 秒",
        SpanKind.UNIFORM: "{:g} 至 {:g} 秒均匀分布",
        SpanKind.EXPONENTIAL: "指数分布，平均 {:g} 秒",
        SpanKind.LOGNORMAL: "对数正态分布，中位 {:g} 秒，σ {:g}",
    },
    Language.EN: {
        SpanKind.ALWAYS: "always {:g} s",
        SpanKind.UNIFORM: "{:g} to {:g} s, uniform",
        SpanKind.EXPONENTIAL: "exponential, mean {:g} s",
        SpanKind.LOGNORMAL: "lognormal, median {:g} s, sigma {:g}",
    },
}


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

    def in_words(self, language: Language) -> str:
        if self.first_s == inf:
            return {Language.ZH: "不限", Language.EN: "for ever"}[language]
        return _WORDS[language][self.kind].format(self.first_s, self.second)

    def __str__(self) -> str:
        return self.in_words(Language.EN)


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
