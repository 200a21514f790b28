"""Who calls: each person's attempts, how long they talk and wait, and whether they try again. Drawn per person."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hotline_agi.simulation.spans import FOR_EVER, Span, uniform
from hotline_agi.terms.ids import LineId

_TALK, _REDIAL, _MESSAGE = uniform(30.0, 90.0), uniform(30.0, 600.0), uniform(15.0, 90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How callers behave."""

    talk_s: Span = _TALK
    patience_s: Span = FOR_EVER
    """How long they wait for somebody before they hang up."""
    redial: float = 0.0
    """Chance that who reached nobody, and left no message, calls again."""
    redial_after_s: Span = _REDIAL
    message: float = 0.5
    """Chance that who is asked for a message leaves one."""
    message_s: Span = _MESSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call of one person, as they mean it."""

    person: int
    number: int
    """1 for their first."""
    line: LineId
    at_s: float
    talk_s: float
    patience_s: float
    message_s: float | None
    """How long a message they would leave; None: they leave none."""
    hangs_up_first: bool
    """It is the caller, not the volunteer, who ends the talk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a record tells of one person's call. None: nothing, so it is drawn."""

    talk_s: float | None = None
    left_after_s: float | None = None
    """They hung up after this long a wait: their patience."""
    waited_s: float = 0.0
    """They waited at least so long: more patient than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """The people who call `line`, in the order of `first_s`, the seconds at which each calls first."""

    line: LineId
    first_s: Sequence[float]
    habits: Habits
    seed: str
    known: Sequence["Known"] | None = None
    """What is known of each person (a recorded day)."""

    def attempts(self) -> list[Attempt]:
        return [self._attempt(person, 1, at_s) for person, at_s in enumerate(self.first_s)]

    def again(self, before: Attempt, now_s: float) -> Attempt | None:
        """The next call of somebody who reached nobody; None if they give up."""
        chance = Random(f"{self.seed}/{before.person}/{before.number}/again")
        if chance.random() >= self.habits.redial:
            return None
        return self._attempt(before.person, before.number + 1, now_s + self.habits.redial_after_s.draw(chance))

    def _attempt(self, person: int, number: int, at_s: float) -> Attempt:
        chance, habits = Random(f"{self.seed}/{person}/{number}"), self.habits
        talk_s = habits.talk_s.draw(Random(f"{self.seed}/{person}/talk"))  # what they have to say stays the same
        patience_s = habits.patience_s.draw(chance)
        if self.known is not None:
            known = self.known[person]
            talk_s = talk_s if known.talk_s is None else known.talk_s
            if known.left_after_s is not None and number == 1:
                patience_s = known.left_after_s
            else:
                patience_s = max(patience_s, known.waited_s)
        return Attempt(
            person=person,
            number=number,
            line=self.line,
            at_s=at_s,
            talk_s=talk_s,
            patience_s=patience_s,
            message_s=habits.message_s.draw(chance) if chance.random() < habits.message else None,
            hangs_up_first=chance.random() < 0.5,
        )
