"""Who is meant by what somebody typed."""

from dataclasses import replace

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.planning.callings import names_in, person_called
from hotline_agi.roster.model import Roster
from hotline_agi.terms.ids import VolunteerId
from tests.dispatch.lines import person

LIU, WANG = replace(person("p001"), name="刘洋洋"), replace(person("p012"), name="王磊")
ROSTER = Roster(lines={}, volunteers={one.id: one for one in (LIU, WANG)})


def test_an_id_or_a_name() -> None:
    assert person_called(ROSTER, "p001") == person_called(ROSTER, "刘洋洋") == "p001"


def test_a_name_of_two_is_asked_back() -> None:
    both = replace(ROSTER, volunteers={**ROSTER.volunteers, VolunteerId("p002"): replace(LIU, id=VolunteerId("p002"))})
    with pytest.raises(SetupError, match="several: say which by id: p001, p002"):
        person_called(both, "刘洋洋")


@pytest.mark.parametrize(
    ("text", "hint"), [("p0012", "did you mean 'p012'"), ("刘洋羊", "刘洋洋"), ("zzz", "ids and names")]
)
def test_nobody(text: str, hint: str) -> None:
    with pytest.raises(SetupError, match=hint):
        person_called(ROSTER, text)


def test_names_of_those_in_a_text_once_each() -> None:
    texts = ["Sat 22:00-02:00 night: p012 comes, p001 goes", "p012 stays; p0123 and xp001 are nobody"]
    assert names_in(texts, ROSTER) == ["p012 王磊", "p001 刘洋洋"]
    assert names_in(texts, ROSTER, most=1) == ["p012 王磊"]
    assert names_in([], ROSTER) == []
