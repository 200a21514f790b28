"""Callers and volunteers, drawn from a seed. Pure: each draw has a name of its own, so what one caller does depends on
no other's luck."""

import random
from dataclasses import dataclass
from enum import StrEnum

CALLERS_PREFIX = "07700900"
"""With five digits behind it, two more than a British number has: nobody's."""


CALLERS_OF_A_LINE = 125


class Wish(StrEnum):
    TALK = "talk"
    LEAVE = "hang up while waiting"
    MESSAGE = "leave a message"


class Does(StrEnum):
    """What a ring meets."""

    ACCEPTS = "accepts"
    DECLINES = "declines"
    IS_BUSY = "is busy"
    RINGS_ON = "does not hear it"
    MAILBOX = "mailbox picks up"
    DEAD = "dead phone"
    VANISHES_RINGING = "vanishes while it rings"
    VANISHES_TALKING = "vanishes in the talk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How these people are; chances of one ring or call."""

    leave: float = 0.15
    message: float = 0.05
    long_talk: float = 0.12
    talk_s: tuple[float, float] = (0.4, 2.5)
    long_talk_s: tuple[float, float] = (8.0, 25.0)
    leave_s: tuple[float, float] = (0.0, 12.0)
    accepts_s: tuple[float, float] = (0.3, 3.0)
    reactions: tuple[tuple[Does, float], ...] = (
        (Does.DECLINES, 0.10),
        (Does.IS_BUSY, 0.05),
        (Does.RINGS_ON, 0.06),
        (Does.MAILBOX, 0.05),
        (Does.DEAD, 0.01),
        (Does.VANISHES_RINGING, 0.01),
        (Does.VANISHES_TALKING, 0.02),
    )
    """All other rings are accepted. A softphone has no mailbox: it rings on."""


BUSY_DAY = Habits()
SHORT_TALKS = Habits(
    leave=0.10,
    message=0.02,
    long_talk=0.0,
    talk_s=(0.3, 1.2),
    leave_s=(0.0, 4.0),
    accepts_s=(0.3, 1.5),
    reactions=(
        (Does.DECLINES, 0.08),
        (Does.IS_BUSY, 0.04),
        (Does.RINGS_ON, 0.02),
        (Does.MAILBOX, 0.02),
        (Does.DEAD, 0.002),
        (Does.VANISHES_RINGING, 0.002),
        (Does.VANISHES_TALKING, 0.01),
    ),
)
"""For the soak: 20,000 calls in an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerPlan:
    number: int
    """From 0, in order of arrival."""
    line: int
    arrives_s: float
    """After the beginning."""
    wish: Wish
    after_s: float
    """After the answer: when who leaves hangs up, or who leaves a message presses the star."""
    talk_s: float
    hangs_up_first: bool
    speaks_s: float
    """So long into a recording, should it come to one."""
    ends_by_key: bool

    @property
    def from_user(self) -> str:
        """People call again: so what is remembered of callers is full before a soak looks whether memory grows."""
        return f"{CALLERS_PREFIX}{self.line * CALLERS_OF_A_LINE + self.number % CALLERS_OF_A_LINE:05}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    does: Does
    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    seed: int
    habits: Habits

    def callers(self, calls: int, rate: float, lines: int) -> list[CallerPlan]:
        """In order of arrival, at instants drawn uniformly: a Poisson process of which the count is known."""
        dice = self._dice("arrivals")
        arrivals = sorted(dice.uniform(0.0, calls / rate) for _ in range(calls))
        return [self._caller(number, arrives_s, lines) for number, arrives_s in enumerate(arrivals)]

    def reaction(self, volunteer: str, ring: int) -> Reaction:
        """What the ring-th ring (from 0) of this volunteer meets."""
        dice = self._dice("ring", volunteer, ring)
        after_s, at = dice.uniform(*self.habits.accepts_s), dice.random()
        for does, chance in self.habits.reactions:
            if at < chance:
                no_mailbox = does is Does.MAILBOX and volunteer.startswith("s")
                return Reaction(does=Does.RINGS_ON if no_mailbox else does, after_s=after_s)
            at -= chance
        return Reaction(does=Does.ACCEPTS, after_s=after_s)

    def _caller(self, number: int, arrives_s: float, lines: int) -> CallerPlan:
        dice, habits = self._dice("caller", number), self.habits
        at = dice.random()
        wish = Wish.LEAVE if at < habits.leave else Wish.TALK
        if habits.leave <= at < habits.leave + habits.message:
            wish = Wish.MESSAGE
        talk_s = dice.uniform(*(habits.long_talk_s if dice.random() < habits.long_talk else habits.talk_s))
        return CallerPlan(
            number=number,
            line=dice.randrange(lines),
            arrives_s=arrives_s,
            wish=wish,
            after_s=dice.uniform(*habits.leave_s) if wish is Wish.LEAVE else dice.uniform(0.5, 3.0),
            talk_s=talk_s,
            hangs_up_first=dice.random() < 0.4,
            speaks_s=0.0 if dice.random() < 0.2 else dice.uniform(2.8, 4.0),
            ends_by_key=dice.random() < 0.5,
        )

    def _dice(self, *what: object) -> random.Random:
        return random.Random(":".join(map(str, (self.seed, *what))))
