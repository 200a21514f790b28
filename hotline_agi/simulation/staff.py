"""How volunteers answer: what becomes of each ring, drawn per volunteer, so that every system meets the same people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from hotline_agi.roster.model import Endpoint, EndpointKind
from hotline_agi.simulation.spans import Span, uniform
from hotline_agi.terms.ids import VolunteerId

_ACCEPT, _PRESS, _DECLINE, _VOICEMAIL = uniform(3.0, 15.0), uniform(2.0, 4.0), uniform(2.0, 8.0), uniform(5.0, 15.0)


class Way(Enum):
    ACCEPTS = auto()
    DECLINES = auto()
    BUSY = auto()
    UNREACHABLE = auto()
    VOICEMAIL = auto()
    """A machine picks up; nobody presses a key. On a phone that asks for no key it is nothing but ringing."""
    NOTHING = auto()


@dataclass(frozen=True, slots=True)
class Reaction:
    """What becomes of one ring."""

    way: Way
    after_s: float = 0.0
    """From the first ring to the pick-up, decline or voicemail."""
    press_s: float = 0.0
    """From the pick-up to the key, where one is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How people answer one kind of phone: chances per ring. What is left of 1 rings out."""

    accept: float = 0.4
    accept_after_s: Span = _ACCEPT
    press_s: Span = _PRESS
    decline: float = 0.0
    decline_after_s: Span = _DECLINE
    busy: float = 0.0
    unreachable: float = 0.0
    voicemail: float = 0.0
    voicemail_after_s: Span = _VOICEMAIL


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """All volunteers. `seed` and who they are decide what they do at each of their rings, the first, the second…"""

    manners: Mapping[EndpointKind, Manner]
    seed: str
    accept_of: Mapping[VolunteerId, float] | None = None
    """Chance of an accept of single people, instead of their phone's."""
    factor: Callable[[float], float] | None = None
    """By the seconds of the simulation: what the chance of an accept is multiplied with (nights)."""
    agree: float = 0.9
    """Chance that who picks up a notice says yes."""
    overflow_calls: int = 1
    """So many calls at a time the overflow number takes; it is busy for one more."""

    def stream(self, who: VolunteerId | None) -> Random:
        return Random(f"{self.seed}/{who or 'transfer'}")

    def reaction(self, chance: Random, who: VolunteerId | None, endpoint: Endpoint, now_s: float) -> Reaction:
        """What becomes of a ring now; `chance` is the volunteer's own stream.

        As many draws are made whatever comes of them: one ring more or less elsewhere changes nothing here.
        """
        manner = self.manners[endpoint.kind]
        accept = manner.accept
        if self.accept_of is not None and who is not None:
            accept = self.accept_of.get(who, accept)
        if self.factor is not None:
            accept = min(1.0, accept * self.factor(now_s))
        lot, press_s = chance.random(), manner.press_s.draw(chance)
        after_s = {
            Way.ACCEPTS: manner.accept_after_s.draw(chance),
            Way.DECLINES: manner.decline_after_s.draw(chance),
            Way.VOICEMAIL: manner.voicemail_after_s.draw(chance),
            Way.BUSY: 0.2,
            Way.UNREACHABLE: 0.1,
        }
        chances = (
            (Way.ACCEPTS, accept),
            (Way.VOICEMAIL, manner.voicemail if endpoint.confirm else 0.0),
            (Way.DECLINES, manner.decline),
            (Way.BUSY, manner.busy),
            (Way.UNREACHABLE, manner.unreachable),
        )
        for way, share in chances:
            if lot < share:
                return Reaction(way, after_s[way], press_s if endpoint.confirm else 0.0)
            lot -= share
        return Reaction(Way.NOTHING)
