"""Where volunteers stand, as rows and as values for programs."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.dispatch.commands import CoverWord
from hotline_agi.reports.standings import (
    AGREEMENT_COLUMNS,
    COVER_WORDS,
    READINESS,
    STATE_COLUMNS,
    STATES,
    PastAgreement,
    PastState,
    agreement_json,
    agreement_rows,
    state_json,
    state_rows,
)
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language
from hotline_agi.terms.standing import Readiness, VolunteerState
from tests.reports.histories import at

SHANGHAI = ZoneInfo("Asia/Shanghai")
LIN = VolunteerId("lin")
PAUSED = PastState(volunteer=LIN, at=at(0), state=VolunteerState.PAUSED, until_at=at(600), detail="")
READY = PastState(volunteer=LIN, at=at(0), state=VolunteerState.AVAILABLE, until_at=None, detail="ready")
STAND_IN = {"line": "xinli", "slot": "night", "absent": "lin", "present": "wang", "from_at": at(0).isoformat()}


def agreed(told: dict[str, object], *, is_stand_in: bool) -> PastAgreement:
    return PastAgreement(at=at(0), until_at=at(0) + timedelta(hours=4), is_stand_in=is_stand_in, told=told)


def test_states_as_rows() -> None:
    names = {LIN: "Lin Yue"}
    assert state_rows([PAUSED, READY], names, SHANGHAI, Language.EN) == [
        ("lin", "Lin Yue", "paused", "07-02 02:00", "07-02 02:10", ""),
        ("lin", "Lin Yue", "available", "07-02 02:00", "", "is ready"),
    ]
    assert state_rows([PAUSED], {}, SHANGHAI, Language.ZH) == [
        ("lin", "", "暂停接听", "07-02 02:00", "07-02 02:10", "")
    ]
    assert len(STATE_COLUMNS[Language.EN]) == len(STATE_COLUMNS[Language.ZH]) == 6


def test_agreements_as_rows() -> None:
    ready = {"line": "xinli", "slot": "night", "volunteer": "bao", "readiness": "ready"}
    agreements = [
        agreed(STAND_IN, is_stand_in=True),
        agreed({**STAND_IN, "present": None}, is_stand_in=True),
        agreed(ready, is_stand_in=False),
        agreed({"from_at": "once"}, is_stand_in=False),
    ]
    until = "07-02 06:00"
    assert agreement_rows(agreements, SHANGHAI, Language.EN) == [
        ("xinli", "night", "07-02 02:00", until, "wang", "stands in for lin"),
        ("xinli", "night", "07-02 02:00", until, "", "nobody stands in for lin"),
        ("xinli", "night", "", until, "bao", "is ready"),
        ("", "", "", until, "", ""),
    ]
    assert agreement_rows(agreements[:1], SHANGHAI, Language.ZH)[0][-1] == "代替 lin"
    for word, said in (("asking", "somebody is asked to stand in for lin"), ("comes", "lin comes after all")):
        told = agreed({**STAND_IN, "present": None, "word": word}, is_stand_in=True)
        assert agreement_rows([told], SHANGHAI, Language.EN)[0][-1] == said
    assert {"asking", "comes"} == set(COVER_WORDS) == set(CoverWord) - {CoverWord.SETTLED}
    assert len(AGREEMENT_COLUMNS[Language.EN]) == len(AGREEMENT_COLUMNS[Language.ZH]) == 6


def test_for_programs() -> None:
    assert state_json(PAUSED, {}) == {
        "volunteer": "lin",
        "name": None,
        "state": "paused",
        "at": "2026-07-01T18:00:00.120000+00:00",
        "until_at": "2026-07-01T18:10:00.120000+00:00",
        "detail": "",
    }
    told = agreement_json(agreed({"is": "NoteCover", **STAND_IN}, is_stand_in=True))
    assert (told["kind"], told["present"], told["until_at"]) == ("stand-in", "wang", "2026-07-01T22:00:00.120000+00:00")
    assert "is" not in told


@pytest.mark.parametrize("language", Language)
def test_every_state_and_every_answer_has_words(language: Language) -> None:
    assert set(STATES[language]) == set(VolunteerState)
    assert set(READINESS[language]) == set(Readiness)
