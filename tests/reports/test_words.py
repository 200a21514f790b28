"""Everything that can happen has words, in both languages."""

import string
from collections.abc import Iterable
from enum import StrEnum

import pytest

from hotline_agi.dispatch.events import Step
from hotline_agi.reports import waiting_words, words
from hotline_agi.roster.model import EndpointKind, RingGroup
from hotline_agi.roster.waiting_plan import Choice
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.languages import Language
from hotline_agi.terms.outcomes import LegOutcome, Outcome


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("spoken", "meant"),
    [
        (words.FACTS, Fact),
        (words.LEGS, LegOutcome),
        (words.OUTCOMES, Outcome),
        (words.STEPS, Step),
        (words.GROUPS, RingGroup),
        (words.KINDS, EndpointKind),
        (waiting_words.WISHES, Choice),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_member_has_words(
    language: Language, spoken: dict[Language, dict[str, words.Phrase]], meant: Iterable[StrEnum]
) -> None:
    assert set(spoken[language]) == {member.value for member in meant}
    assert all(spoken[language].values())


def forms(phrase: words.Phrase) -> tuple[str, ...]:
    return (phrase,) if isinstance(phrase, str) else phrase


def test_both_languages_have_the_same_blanks() -> None:
    for spoken in (words.FACTS, words.LEGS, words.LEGS_IN_HAND):
        for key, phrase in spoken[Language.EN].items():  # type: ignore[attr-defined]
            blanks = {
                frozenset(name for _, name, _, _ in string.Formatter().parse(form) if name)
                for form in forms(phrase) + forms(spoken[Language.ZH][key])  # type: ignore[index]
            }
            assert len(blanks) == 1, key


def test_names_are_listed_as_people_say_them() -> None:
    assert words.listed([], Language.EN) == ""
    assert words.listed(["v01"], Language.EN) == "v01"
    assert words.listed(["v01", "v02"], Language.EN) == "v01 and v02"
    assert words.listed(["v01", "v02", "v07"], Language.EN) == "v01, v02 and v07"
    assert words.listed(["v01", "v02", "v07"], Language.ZH) == "v01、v02 和 v07"


def test_a_call_that_is_not_over_has_words_too() -> None:
    assert words.outcome_text(None) == "not over, or its end was not seen"
    assert words.outcome_text(Outcome.MESSAGE, Language.ZH) == "留言"
