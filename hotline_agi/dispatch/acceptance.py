"""What experience says of phones: will this one be accepted, and when? Pure; learns from every ring that ended.

Two things are learned. For each *kind* of endpoint, the chance per second of ringing that it is accepted then (a
hazard, estimated as by Kaplan and Meier: accepts ÷ phones that still rang at that age), so that a ring that was cut
short because somebody else was faster counts for the seconds it lasted and not as a miss. For each *endpoint*, how
often it accepts, measured in whole rings (a ring of which a third of the accepts would have come by then counts a
third), and drawn towards its kind while little is known. All of it halves every `HALF_LIFE_S`.

    chance(t) = rate of the endpoint × share of its kind's accepts that come within t
"""

import math
from dataclasses import dataclass, field

from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.terms.ids import EndpointId

BINS = 60
"""Seconds of ringing that are told apart; `ring_timeout_s` of a roster is at most 60."""
HALF_LIFE_S = 7 * 86_400.0
PRIOR_RATE = 0.45
"""Before anything was seen: somewhat under half of all rings are accepted."""
PRIOR_RINGS = 12.0
"""So many rings of its kind weigh as much as the prior."""
PRIOR_DELAYS_S = (3.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 13.0, 16.0)
"""Ten typical accepts: a phone is found, looked at and picked up. The tenth stands for the slow ones."""
OWN_RINGS = 5.0
"""So many rings of its own weigh as much as what is known of its kind."""
HOPELESS = 0.02
"""A phone is given up when the chance that it is still accepted has sunk to this."""
LEAST_RING_S = 10.0
"""Nobody's phone stops sooner than this, whatever experience says."""
PROMPT_S = 6.0
"""Who picked up presses 1 within this, or it is a voicemail; the prompt takes 3 s."""
PICKED_UP = 0.7
"""The chance that a phone in the accept prompt is accepted, within `PROMPT_S` of the pick-up; afterwards `HOPELESS`."""
SEEN_RINGS = 8.0
"""A phone is given up at a second only if so many rings of its kind were seen to last longer: where nobody has looked,
nothing is hopeless."""
WHOLE_EVERY = 8
"""Each so manieth ring of an endpoint is not cut short: else a habit that has changed would never be seen."""
REWORK_AFTER = 8
"""Rings that end before the curve of their kind is worked out anew."""


@dataclass(slots=True)
class _Kind:
    """Accepts, and phones that rang, by second of ringing."""

    accepts: list[float]
    at_risk: list[float]
    seen_s: float
    seen: list[float]
    """Rings, without the prior, that lasted beyond each second."""
    fresh: int = 0
    """Rings since the curve was worked out."""
    within: list[float] = field(default_factory=list)
    """Share of the accepts that come within n seconds, n = 0 … BINS."""
    rate: float = PRIOR_RATE


@dataclass(slots=True)
class _Own:
    asked: int = 0
    """Rings so far."""
    accepts: float = 0.0
    rings: float = 0.0
    seen_s: float = 0.0


class Acceptance:
    """The model of all endpoints. Times are monotonic seconds; what was seen before the start may be older than 0."""

    def __init__(self) -> None:
        self._kinds = {kind: _prior() for kind in EndpointKind}
        self._own: dict[EndpointId, _Own] = {}

    def learn(
        self, endpoint_id: EndpointId, kind: EndpointKind, rang_s: float, now_s: float, *, accepted: bool, whole: bool
    ) -> None:
        """A ring ended after `rang_s`. `whole`: nobody cut it short, so its not being accepted is a miss."""
        known = self._kinds[kind]
        _forget(known, now_s)
        last = min(int(rang_s), BINS - 1)
        for second in range(last):
            known.at_risk[second] += 1.0
            known.seen[second] += 1.0
        known.at_risk[last] += 1.0 if accepted else 0.5
        if accepted:
            known.accepts[last] += 1.0
        known.fresh += 1
        if known.fresh >= REWORK_AFTER:
            _work_out(known)
        own = self._own.setdefault(endpoint_id, _Own(seen_s=now_s))
        fade = 0.5 ** (max(0.0, now_s - own.seen_s) / HALF_LIFE_S)
        own.accepts, own.rings, own.seen_s = own.accepts * fade, own.rings * fade, now_s
        own.asked += 1
        own.accepts += accepted
        own.rings += 1.0 if accepted or whole else known.within[last]

    def rate(self, endpoint: Endpoint) -> float:
        """The chance that a whole ring of `endpoint` is accepted; between 0 and 1."""
        return self._rate(endpoint, self._kinds[endpoint.kind])

    def _rate(self, endpoint: Endpoint, kind: _Kind) -> float:
        own = self._own.get(endpoint.id)
        if own is None:
            return kind.rate
        return (own.accepts + OWN_RINGS * kind.rate) / (own.rings + OWN_RINGS)

    def chance(self, endpoint: Endpoint, within_s: float, rang_s: float = 0.0) -> float:
        """The chance that a phone which has rung for `rang_s` is accepted within the next `within_s`."""
        kind = self._kinds[endpoint.kind]
        rate, within = self._rate(endpoint, kind), kind.within
        now = rate * (_at(within, rang_s) if rang_s > 0.0 else within[0])
        return (rate * _at(within, rang_s + within_s) - now) / (1.0 - now)

    def ring_s(self, endpoint: Endpoint, most_s: float) -> float:
        """How long to ring `endpoint`: until it is hopeless, at most `most_s`."""
        kind = self._kinds[endpoint.kind]
        rate, within = self._rate(endpoint, kind), kind.within
        own = self._own.get(endpoint.id)
        if own is not None and own.asked % WHOLE_EVERY == WHOLE_EVERY - 1:
            return most_s
        seen = kind.seen
        for second in range(int(LEAST_RING_S), min(int(most_s), BINS)):
            now = rate * within[second]
            if seen[second] < SEEN_RINGS:
                return most_s
            if rate * (1.0 - within[second]) <= HOPELESS * (1.0 - now):
                return float(second)
        return most_s


def _prior() -> _Kind:
    accepts, at_risk, left = [0.0] * BINS, [0.0] * BINS, PRIOR_RINGS
    each = PRIOR_RINGS * PRIOR_RATE / len(PRIOR_DELAYS_S)
    for second in range(BINS):
        at_risk[second] = left
        accepts[second] = each * sum(second <= delay_s < second + 1 for delay_s in PRIOR_DELAYS_S)
        left -= accepts[second]
    known = _Kind(accepts=accepts, at_risk=at_risk, seen=[0.0] * BINS, seen_s=-math.inf)
    _work_out(known)
    return known


def _work_out(known: _Kind) -> None:
    """The curve of a kind: the product of the chances, second by second, of not being accepted yet."""
    left, not_yet = 1.0, [1.0]
    for accepts, at_risk in zip(known.accepts, known.at_risk, strict=True):
        if at_risk > 0.0:
            left *= 1.0 - min(1.0, accepts / at_risk)
        not_yet.append(left)
    known.rate = min(0.99, max(0.01, 1.0 - left))
    ever = max(1e-9, 1.0 - left)
    known.within = [(1.0 - share) / ever for share in not_yet]
    known.fresh = 0


def _forget(known: _Kind, now_s: float) -> None:
    """What was learned fades; what was believed before it comes back in its place."""
    aged_s = now_s - known.seen_s
    if aged_s < HALF_LIFE_S / 1000:
        return  # a minute's fading is nothing; ten minutes' is done at once
    fade, believed = 0.5 ** (aged_s / HALF_LIFE_S), _PRIOR
    for second in range(BINS):
        known.accepts[second] = believed.accepts[second] + fade * (known.accepts[second] - believed.accepts[second])
        known.at_risk[second] = believed.at_risk[second] + fade * (known.at_risk[second] - believed.at_risk[second])
        known.seen[second] *= fade
    known.seen_s = now_s


def _at(within: list[float], seconds: float) -> float:
    if seconds >= BINS:
        return within[BINS]
    below = int(seconds)
    return within[below] + (seconds - below) * (within[below + 1] - within[below])


_PRIOR = _prior()


def log_miss(chance: float) -> float:
    """ln(1 - chance): these add up over phones that ring together."""
    return math.log1p(-min(chance, 0.999))
