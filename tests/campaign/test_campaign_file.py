"""A campaign's file is read whole, or refused with everything that is wrong with it."""

from datetime import date
from pathlib import Path

import pytest

from hotline_agi.campaign.campaign_file import read_campaign
from hotline_agi.campaign.model import USUAL_RETRIES, Choice, Outcome, RetryRule, SpecialKeys
from hotline_agi.errors import InvalidText
from hotline_agi.terms.languages import Language
from tests.campaign.examples import TEXT, campaign


def refused(*changes: tuple[str, str]) -> list[str]:
    text = TEXT
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    with pytest.raises(InvalidText) as told:
        read_campaign("spring.yaml", text.encode())
    return [f"{one.line}: {one.what}" for one in told.value.problems]


def test_everything_written() -> None:
    found = campaign()
    assert (found.id, found.line, found.languages) == ("spring", "xinli", (Language.ZH, Language.EN))
    assert found.hours.holidays == {date(2026, 10, day) for day in (1, 2, 3)}
    assert found.hours.yearly == {(1, 1)}
    assert (found.pace.channels, found.pace.calls_per_second, found.ring_s) == (8, 2.0, 25)
    assert found.retries[Outcome.NO_ANSWER] == RetryRule(attempts=2, after_min=60)
    assert found.retries[Outcome.UNREACHABLE] == USUAL_RETRIES[Outcome.UNREACHABLE]
    sleep, appetite, worries = found.questions
    assert sleep.choices == (
        Choice(key="1", answer="well", next="appetite"),
        Choice(key="2", answer="badly", next="worries"),
        Choice(key="3", answer="no answer", next="end"),
    )
    assert (appetite.say, worries.choices[0].next) == ({}, "end")
    assert (found.keys, found.once_a_day, found.needs_volunteers) == (SpecialKeys(), True, True)


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = refused(
        ("id: spring", "id: Spring"),
        ("Asia/Shanghai", "Asia/Shanghia"),
        ("channels: 8", "channels: 0"),
        ("busy: {attempts: 3,", "bussy: {attempts: 3,"),
        ('"1": well', '"12": well'),
        ("{answer: badly, next: worries}", "{answer: badly, nxt: worries}"),
        ("yes: [是, yes]", "yes: []"),
    )
    for what in ("'Spring' cannot be a campaign", "no time zone", "no fitting number", "'bussy'", "'12' is no key"):
        assert any(what in one for one in found), (what, found)
    assert any("no field 'nxt'" in one for one in found)
    assert any("nothing in the consent column" in one for one in found)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (("next: worries", "next: wories"), "goes on with 'wories', which is no question"),
        (("next: worries", "next: sleep"), "goes back to 'sleep'"),
        (('"2": bad}', '"9": bad}'), "the key 9 is an answer, and means do_not_call"),
        (("id: worries,", "id: sleep,"), "two questions are called 'sleep'"),
        (("id: appetite,", "id: closing,"), "no question may be called 'closing'"),
        (('"1": good, "2": bad', '"1": {answer: good, next: end}'), "", ),
        (('"1": well', '"1": {answer: well, next: worries}'), "nothing leads to the question 'appetite'"),
        (("en: Hello.", "fr: Bonjour."), "what is said has no 'en'"),
        (("ring_s: 25", "ring_s: 25\nkeys: {help: 1, repeat: 1}"), "two of the keys are the same"),
        (("电话, consent: 同意", "电话, consent: 电话"), "two columns of the list have one heading"),
    ],
)  # fmt: skip
def test_what_would_lead_a_call_astray(change: tuple[str, str], what: str) -> None:
    if not what:
        read_campaign("spring.yaml", TEXT.replace(*change).encode())
        return
    assert any(what in one for one in refused(change)), refused(change)


def test_the_example_is_one() -> None:
    path = Path(__file__).parents[2] / "asterisk-conf/campaign.example.yaml"
    found = read_campaign(path.name, path.read_bytes())
    assert [one.id for one in found.questions] == ["sleep", "appetite", "worries"]
    assert found.retries == USUAL_RETRIES
    assert all(found.opening[language] for language in Language)
