"""How a caller who waits says where they want to be called back: what is asked next. Pure, and without memory.

All that is known stands in the question (the stage, the keys, the number that was typed before), so a service that was
started anew goes on, and nothing of it lies anywhere else. What a number is, `Judge` says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hotline_agi.selfservice.speech import Words, telephone
from hotline_agi.terms.numbers import PhoneNumber

TRIES = 3
"""So many numbers that cannot be taken; then the caller waits on."""
MOST_DIGITS = 20
FIRST_KEY_S, CONFIRM_S = 10, 8
"""To find the first key; for whoever reads a number off a paper."""


class Unfit(StrEnum):
    """Why a number is not taken; the values are the prompts that say so."""

    NOTHING = "callback-nothing"
    TOO_SHORT = "callback-too-short"
    PREMIUM = "callback-premium"
    FOREIGN = "callback-foreign"
    EMERGENCY = "callback-emergency"
    OURS = "callback-ours"


Judge = Callable[[PhoneNumber], Unfit | None]
"""Whether a number may be called back; None: it may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say `words`, and ask again with the keys."""

    stage: str
    most_keys: int
    wait_s: int
    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class GoBack:
    """Say `words`; the caller waits on."""

    words: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """The caller wants to be called at `number`."""

    number: PhoneNumber
    here: bool
    """It is the one that they call from."""


Next = Ask | GoBack | Keep
BACK = GoBack(words=("callback-back",))


def next_of(stage: str, keys: str, typed: str, *, own: PhoneNumber | None, language: str, judge: Judge) -> Next | None:
    """What follows on `keys` (a star is ``*``) at `stage`; None for a stage that there is not.

    :param typed: the number that was typed before, with the keys of that.
    :param own: the number that the caller calls from; None: withheld.
    """
    what, _, nth = stage.partition("-")
    number = int(nth) if nth.isdecimal() else 1
    match what:
        case "here":
            return _here(own, 1, language, judge)
        case "herecheck" if own is not None:
            if keys == "1":
                return _here(own, 1, language, judge) if judge(own) else Keep(number=own, here=True)
            return BACK if keys or number >= TRIES else _here(own, number + 1, language, judge)
        case "other":
            return _type(1)
        case "number":
            return _typed(keys, number, language, judge)
        case "check":
            return _checked(keys, typed, number, language, judge)
        case _:
            return None


def _here(own: PhoneNumber | None, nth: int, language: str, judge: Judge) -> Next:
    if own is None:
        return BACK
    unfit = judge(own)
    if unfit is not None:
        return GoBack(words=(unfit, "callback-back"))
    words = ("callback-here", *telephone(own.reveal(), language), "callback-here-confirm")
    return Ask(stage=f"herecheck-{nth}", most_keys=1, wait_s=CONFIRM_S, words=words)


def _type(nth: int, *before: str) -> Ask:
    words = (*before, "callback-type")
    return Ask(stage=f"number-{nth}", most_keys=MOST_DIGITS, wait_s=FIRST_KEY_S, words=words)


def _typed(keys: str, nth: int, language: str, judge: Judge) -> Next:
    if "*" in keys:
        return BACK
    unfit = _judged(keys, judge)
    if unfit is not None:
        return GoBack(words=(unfit, "callback-no-more")) if nth >= TRIES else _type(nth + 1, unfit)
    return _read_back(keys, nth, language)


def _read_back(typed: str, nth: int, language: str) -> Ask:
    words = ("callback-typed", *telephone(typed, language), "callback-confirm")
    return Ask(stage=f"check-{nth}", most_keys=1, wait_s=CONFIRM_S, words=words)


def _checked(keys: str, typed: str, nth: int, language: str, judge: Judge) -> Next:
    if keys == "*" or _judged(typed, judge) is not None:
        return BACK
    if keys == "1":
        return Keep(number=PhoneNumber(typed), here=False)
    if keys == "2":
        return _type(nth)
    return _read_back(typed, nth, language)


def _judged(typed: str, judge: Judge) -> Unfit | None:
    if not typed:
        return Unfit.NOTHING
    try:
        return judge(PhoneNumber(typed))
    except ValueError:
        return Unfit.TOO_SHORT if len(typed) < 3 else Unfit.FOREIGN  # more than 15 digits are no number anywhere
