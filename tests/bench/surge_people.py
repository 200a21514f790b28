"""The callers and volunteers of `surge`, drawn from a seed: pure, and the same whatever system serves them.

Every draw has a name of its own (seed, load, round, who, the how-manieth time), so the n-th ring of a volunteer meets
the same answer and a caller's talk has the same length, no matter in which order a system rings and serves.
"""

import random
from dataclasses import dataclass
from typing import Literal

VOLUNTEERS = 30
ACCEPTS = 0.4
"""The chance that one ring is accepted."""
ACCEPT_S = (3.0, 15.0)
"""From the first ring to the accept, uniform; of a mobile: to the key 1."""
TALK_S = (30.0, 90.0)
MOBILES = 15
MAILBOXES = 5
"""Of the mobiles: they never press 1, and each ring ends in their mailbox."""
MAILBOX_S = (5.0, 8.0)
"""After so many seconds of ringing a mailbox picks up."""
KEY_AFTER_S = 2.0
"""A mobile is picked up so long before the key 1 is pressed: the prompt must be heard."""
PATIENCE_LEAST_S, PATIENCE_MEAN_S = 20.0, 120.0
PATIENCE_MOST_S = 600.0
"""Nobody waits for longer."""

Patience = Literal["endless", "exponential"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """What one ring of one volunteer meets."""

    accepts: bool
    after_s: float
    """Until the accept, if there is one."""
    mailbox_after_s: float
    """Until the mailbox picks up, where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    number: int
    """From 0, in order of arrival."""
    arrives_s: float
    """After the round's begin."""
    talk_s: float
    patience_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    name: str
    stretches: tuple[tuple[int, float], ...]
    """One after the other: so many calls within so many seconds, at instants drawn uniformly from them: a Poisson
    process of which the count is known."""
    rounds: int = 1
    """Played so often, with other draws each time."""
    mobiles: bool = False

    @property
    def calls(self) -> int:
        """Of one round."""
        return sum(calls for calls, _ in self.stretches)

    @property
    def lasts_s(self) -> float:
        """From the round's begin to the last possible arrival."""
        return sum(within_s for _, within_s in self.stretches)


LOADS = (
    Load(name="light", stretches=((26, 26 * 60.0),)),
    Load(name="medium", stretches=((150, 150 * 8.0),)),
    Load(name="mixed", stretches=((60, 60 * 8.0), (40, 10.0)), mobiles=True),
    Load(name="surge", stretches=((40, 10.0),), rounds=3),
    Load(name="overload", stretches=((200, 240.0),)),
)
"""Mixed: the medium load for eight minutes, then the surge."""
QUICK = (
    Load(name="light", stretches=((4, 4 * 60.0),)),
    Load(name="medium", stretches=((30, 30 * 8.0),)),
    Load(name="mixed", stretches=((15, 15 * 8.0), (20, 5.0)), mobiles=True),
    Load(name="surge", stretches=((40, 10.0),)),
    Load(name="overload", stretches=((100, 120.0),)),
)
"""For a look at whether it works; too few calls for figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """All chance of one round of one load."""

    seed: int
    load: Load
    number: int = 0
    """Of the round."""
    patience: Patience = "endless"

    def callers(self) -> tuple[Caller, ...]:
        """In order of arrival."""
        dice = self._dice("arrivals")
        arrivals, begins_s = [], 0.0
        for calls, within_s in self.load.stretches:
            arrivals += sorted(begins_s + dice.uniform(0.0, within_s) for _ in range(calls))
            begins_s += within_s
        return tuple(self._caller(number, arrives_s) for number, arrives_s in enumerate(arrivals))

    def reaction(self, volunteer: int, ring: int) -> Reaction:
        """What the ring-th ring (from 0) of this volunteer (from 0) in this round meets."""
        dice = self._dice("ring", volunteer, ring)
        accepts, after_s, mailbox_after_s = dice.random() < ACCEPTS, dice.uniform(*ACCEPT_S), dice.uniform(*MAILBOX_S)
        return Reaction(
            accepts=accepts and not self.has_mailbox(volunteer), after_s=after_s, mailbox_after_s=mailbox_after_s
        )

    def is_mobile(self, volunteer: int) -> bool:
        """Every second one, so that no order of the roster favours a kind."""
        return self.load.mobiles and volunteer % 2 == 1

    def has_mailbox(self, volunteer: int) -> bool:
        """Every third mobile."""
        return self.is_mobile(volunteer) and volunteer % 6 == 1

    def _caller(self, number: int, arrives_s: float) -> Caller:
        dice = self._dice("caller", number)
        talk_s, drawn_s = dice.uniform(*TALK_S), dice.expovariate(1 / PATIENCE_MEAN_S)
        patience_s = PATIENCE_MOST_S
        if self.patience == "exponential":
            patience_s = min(max(drawn_s, PATIENCE_LEAST_S), PATIENCE_MOST_S)
        return Caller(number=number, arrives_s=arrives_s, talk_s=talk_s, patience_s=patience_s)

    def _dice(self, *what: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, self.load.name, self.number, *what))))
