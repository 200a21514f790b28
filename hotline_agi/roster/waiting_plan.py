"""What a caller of a line meets while they wait, beside greeting and music: values only; see `waiting_fields.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Choice(StrEnum):
    """What a caller who waits is offered; each has its key (`KEYS`), on every line the same."""

    WAIT = "wait"
    MESSAGE = "message"
    CALLBACK = "callback"
    """Be called back at the number that they call from."""
    OTHER_NUMBER = "other-number"
    """Be called back at another number, which they type."""
    SELF_HELP = "self-help"
    DIRECTORY = "directory"


KEYS: Mapping[Choice, str] = {choice: str(number) for number, choice in enumerate(Choice, 1)}
"""Fixed, so that a sentence that was recorded before the roster changed never names another choice's key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Made to a caller who has waited for `after_s`, and again every `every_s`."""

    after_s: float
    every_s: float
    choices: tuple[Choice, ...]


class EmergencyPlace(StrEnum):
    """Where the emergency sentence is said."""

    GREETING = "greeting"
    OFFER = "offer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    numbers: tuple[str, ...]
    """Whom to call where a life is in danger; public, so plain text."""
    said_in: tuple[EmergencyPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPlan:
    """The default changes nothing: no menu, no offer, no place."""

    languages: tuple[str, ...] = ()
    """Among which a caller chooses by key, in the order of the keys, from 1; empty: the line has one."""
    remembers_language: bool = False
    tells_place: bool = False
    """Whether callers hear how many wait before them, when that is known for certain."""
    offer: Offer | None = None
    self_help: tuple[str, ...] = ()
    """Ids of recordings, in the order in which they are heard."""
    emergency: Emergency | None = None


NO_PLAN = WaitingPlan()
