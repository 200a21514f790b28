"""Why a call went as it went: its timeline, and under each choice who was not rung, and why."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from itertools import groupby

from hotline_agi.reports import choice_words
from hotline_agi.reports.choosing import Choice, LeftOut, Reason
from hotline_agi.reports.past import CallHistory
from hotline_agi.reports.timeline import Moment, timeline
from hotline_agi.reports.words import listed
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.languages import Language

INDENT = "  "
MAX_NAMED = 12
"""So many of one reason are named; of more the rest is counted."""


def explanation(
    history: CallHistory, zone: tzinfo, language: Language = Language.EN, *, spoken: str = ""
) -> tuple[Moment, ...]:
    """The timeline with its reasons.

    :param zone: of the times of day in sentences (``resting until 03:10``).
    :param spoken: the code of the line's language; empty if it is not known.
    """
    moments = []
    for moment in timeline(history, language):
        moments.append(moment)
        if moment.source is not None and moment.source.fact is Fact.CHOSE:
            for text in reasons(Choice.of(moment.source.detail), moment.at, zone, language, spoken=spoken):
                moments.append(Moment(at=moment.at, offset_s=moment.offset_s, text=INDENT + text))
    return tuple(moments)


def has_reasons(history: CallHistory) -> bool:
    """Whether a machine that notes its choices served this call."""
    return any(fact.fact is Fact.CHOSE for fact in history.facts)


def reasons(choice: Choice, at: datetime, zone: tzinfo, language: Language, *, spoken: str = "") -> Iterator[str]:
    """Why others were not rung: one sentence for all who share reason and end."""

    def kind(one: LeftOut) -> tuple[Reason, str]:
        return one.reason, _until(one.until_at, at, zone, language)

    # Reason's own order is kept, and within it the ends that are known come as they are noted
    for (reason, until), some in groupby(choice.left_out, kind):
        names = [str(one.volunteer) for one in some]
        phrase = choice_words.form(choice_words.LEFT_OUT[language][reason], len(names))
        yield phrase.format(
            who=_named(names, language), until=until, language=_spoken(choice.speaks or spoken, language)
        )
    if choice.place is not None:
        yield choice_words.SERVED[language].format(place=choice.place)
    if choice.others:
        phrase = choice_words.form(choice_words.OTHERS[language], choice.others)
        yield phrase.format(others=choice.others)


def _named(names: list[str], language: Language) -> str:
    if len(names) <= MAX_NAMED:
        return listed(names, language)
    more = choice_words.MORE[language].format(more=len(names) - MAX_NAMED)
    return listed([*names[:MAX_NAMED], more], language)


def _until(until_at: datetime | None, at: datetime, zone: tzinfo, language: Language) -> str:
    """``until 03:10``, with the date where it is another day than that of the choice."""
    if until_at is None:
        return ""
    there = until_at.astimezone(zone)
    same_day = there.date() == at.astimezone(zone).date()
    return choice_words.UNTIL[language].format(time=f"{there:%H:%M}" if same_day else f"{there:%Y-%m-%d %H:%M}")


def _spoken(code: str, language: Language) -> str:
    return choice_words.SPOKEN[language].get(code, code)
