"""What is said next in a call, by the key that was pressed. It holds no state: the dialplan carries where a call is, so
a campaign that is started anew goes on with every call that is up.

Nothing but the opening is said before a key was pressed: the opening is all that an answering machine, or whoever else
picks up a shared phone, gets to hear, so it must tell nothing that is not for everybody.
"""

from dataclasses import dataclass

from hotline_agi.campaign.model import END, OPENING, Campaign, Outcome
from hotline_agi.campaign.phrases import (
    BYE,
    CLOSING,
    KEYS_TOLD,
    NOT_A_KEY,
    REMOVED,
    THROUGH,
    own,
)

NO_KEY = "none"
"""What the dialplan says where no key was pressed."""
MOST_SAID = 9
"""Of one question, wrong keys and repetitions included: then the call ends, politely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Say `prompts` and wait for a key."""

    asked: str
    """`OPENING`, or a question's id."""
    said: int
    """How often it has been said, this time included."""
    silences: int
    """How often no key came to it."""
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Say `prompts`, and hang up."""

    outcome: Outcome
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Put the person through to the line."""

    prompts: tuple[str, ...] = (THROUGH,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer to keep."""

    question: str
    answer: str


Step = Ask | End | Help


def begin(campaign: Campaign) -> Ask:
    """Somebody, or something, has picked up."""
    return _ask(campaign, OPENING, said=1, silences=0)


def follow(campaign: Campaign, asked: str, said: int, silences: int, key: str) -> tuple[Given | None, Step]:
    """What comes after `key` was pressed in answer to `asked`. Never raises: what it does not know ends the call."""
    keys, question = campaign.keys, campaign.question(asked)
    if question is None and asked != OPENING:
        return None, End(outcome=Outcome.PARTIAL, prompts=(BYE,))  # the file has changed since
    if key == keys.help:
        return None, Help()
    if key == keys.do_not_call:
        return None, End(outcome=Outcome.DECLINED, prompts=(REMOVED,))
    if key == keys.repeat or key not in _meant(campaign, asked):
        return None, _again(campaign, asked, said, silences, key)
    if question is None:
        return None, _ask(campaign, campaign.questions[0].id, said=1, silences=0)
    choice = question.choice(key)
    assert choice is not None
    given = Given(question=question.id, answer=choice.answer)
    if choice.next == END:
        return given, End(outcome=Outcome.COMPLETED, prompts=(own(campaign, CLOSING),))
    return given, _ask(campaign, choice.next, said=1, silences=0)


def _meant(campaign: Campaign, asked: str) -> frozenset[str]:
    question = campaign.question(asked)
    return frozenset(one.key for one in question.choices) if question is not None else frozenset(campaign.keys.begin)


def _again(campaign: Campaign, asked: str, said: int, silences: int, key: str) -> Step:
    silent = key in (NO_KEY, "")
    silences += silent
    opening = asked == OPENING
    if silences >= campaign.said_times or said >= MOST_SAID:
        if opening and silences == said:
            return End(outcome=Outcome.NO_KEY)  # a machine, perhaps: nothing is left on it
        return End(outcome=Outcome.PARTIAL, prompts=(BYE,))
    again = _ask(campaign, asked, said=said + 1, silences=silences)
    if silent or key == campaign.keys.repeat:
        return again
    return Ask(asked=asked, said=again.said, silences=silences, prompts=(NOT_A_KEY, *again.prompts))


def _ask(campaign: Campaign, asked: str, *, said: int, silences: int) -> Ask:
    prompts = (own(campaign, asked), own(campaign, KEYS_TOLD)) if asked == OPENING else (own(campaign, asked),)
    return Ask(asked=asked, said=said, silences=silences, prompts=prompts)
