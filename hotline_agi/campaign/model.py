"""A campaign as its file says it (`campaign_file.py` reads it)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from hotline_agi.roster.plan import WeeklyHours
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.languages import Language

END = "end"
"""Where a questionnaire that is over goes on."""
OPENING = "opening"
"""What is said first, as a question that is called so."""
DIGITS = "0123456789"
KEYS = DIGITS + "*"
"""Without #, which ends an entry of the dialplan's `Read`."""


class Outcome(StrEnum):
    """How an attempt to reach somebody ended."""

    COMPLETED = "completed"
    """All questions were answered."""
    PARTIAL = "partial"
    """A human was there, and went, or fell silent, before the end. What they had answered is kept."""
    HELPED = "asked-for-help"
    """They pressed the key for help, and went into the hotline as a caller."""
    DECLINED = "do-not-call"
    """They pressed the key for never being called again, or it was asked for them."""
    NO_KEY = "no-key"
    """Picked up, and no key came: an answering machine, or somebody who only listened."""
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    UNREACHABLE = "unreachable"
    """No phone rang: switched off, no such number."""
    CONGESTED = "congested"
    """The trunk had no room for the call: no phone rang, and that says nothing of the person."""
    LOST = "lost"
    """How it ended was not seen: the campaign was not running, or Asterisk went."""
    REFUSED = "refused"
    """Not dialled: the dial envelope forbids the number."""


ENDS_IT = frozenset({Outcome.COMPLETED, Outcome.HELPED, Outcome.DECLINED, Outcome.REFUSED})
"""After these nobody is rung again, whatever the rules say."""
RETRIED = tuple(one for one in Outcome if one not in ENDS_IT)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRule:
    """When somebody is rung again after an attempt that ended so."""

    attempts: int
    """The person is rung so many times in all at most; 1: not again."""
    after_min: int


USUAL_RETRIES: Mapping[Outcome, RetryRule] = {
    Outcome.BUSY: RetryRule(attempts=3, after_min=30),
    Outcome.NO_ANSWER: RetryRule(attempts=3, after_min=240),
    Outcome.UNREACHABLE: RetryRule(attempts=2, after_min=1440),
    Outcome.CONGESTED: RetryRule(attempts=5, after_min=10),
    Outcome.NO_KEY: RetryRule(attempts=1, after_min=1440),
    Outcome.PARTIAL: RetryRule(attempts=1, after_min=1440),
    Outcome.LOST: RetryRule(attempts=2, after_min=240),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What one key means in a question."""

    key: str
    answer: str
    """The word for the table of answers."""
    next: str
    """Id of a later question, or `END`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    id: str
    say: Mapping[Language, str]
    """What is spoken; empty: a recording of the hospital's own is in its place."""
    choices: tuple[Choice, ...]

    def choice(self, key: str) -> Choice | None:
        return next((one for one in self.choices if one.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListColumns:
    """The headings of the list's columns."""

    number: str
    consent: str
    yes: tuple[str, ...]
    """What the consent column says of somebody who consented."""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast."""

    channels: int
    """Calls at once, at most."""
    calls_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialKeys:
    """Keys that mean the same in every question."""

    begin: str = "1"
    """After the opening: somebody is there and goes on."""
    help: str = "0"
    do_not_call: str = "9"
    repeat: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When people may be rung."""

    zone: ZoneInfo
    weekly: tuple[WeeklyHours, ...]
    holidays: frozenset[date] = frozenset()
    """Nobody is rung on these."""
    yearly: frozenset[tuple[int, int]] = frozenset()
    """The same, by month and day of every year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    id: str
    name: Mapping[str, str]
    """In ``zh`` and ``en``."""
    line: LineId
    """Whose number is shown, and whose volunteers help."""
    languages: tuple[Language, ...]
    """The first one is for people of whom the list says nothing."""
    columns: ListColumns
    hours: Hours
    pace: Pace
    opening: Mapping[Language, str]
    closing: Mapping[Language, str]
    questions: tuple[Question, ...]
    keys: SpecialKeys = SpecialKeys()
    retries: Mapping[Outcome, RetryRule] = field(default_factory=lambda: USUAL_RETRIES)
    once_a_day: bool = True
    """Nobody is rung twice on one day of the campaign's time zone, whatever the rules for retries say."""
    ring_s: int = 30
    answer_s: int = 8
    """So long a key is waited for."""
    said_times: int = 2
    """How often something is said to somebody who presses no key."""
    needs_volunteers: bool = True
    """Nobody is rung while nobody is on shift who could help."""

    def question(self, name: str) -> Question | None:
        return next((one for one in self.questions if one.id == name), None)
