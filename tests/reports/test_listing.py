"""Calls for people and for programs, and instants as people type them."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.reports.listing import (
    call_columns,
    call_json,
    call_rows,
    history_json,
    length_text,
    message_columns,
    message_rows,
    parse_since,
)
from hotline_agi.reports.past import PastMessage
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.languages import Language
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.reports.histories import CALL, LINE, at, call, fact, history, leg

SHANGHAI = ZoneInfo("Asia/Shanghai")
MESSAGE = PastMessage(call=CALL, line=LINE, file="m.wav", length_s=4.26, recorded_at=at(30))


def test_a_row_per_call_by_the_clock_of_the_line() -> None:
    talked, waiting = call_rows([call(), call(None)], SHANGHAI)
    assert talked == (CALL, "xinli", "2026-07-02 02:00:00", "5.1 s", "7.3 s", "v03", "talked to a volunteer", "")
    assert waiting[3:] == ("", "", "", "not over, or its end was not seen", "")
    assert call_rows([call(Outcome.MESSAGE)], SHANGHAI, Language.ZH)[0][6] == "留言"
    assert len(talked) == len(call_columns()) == len(call_columns(Language.ZH))


def test_messages_with_file_and_length() -> None:
    assert message_rows([MESSAGE], SHANGHAI) == [("m.wav", "4.2 s", "2026-07-02 02:00:30")]
    assert len(message_columns()) == len(message_columns(Language.ZH)) == 3


def test_lengths() -> None:
    lengths = {None: "", 0: "0.0 s", 59.99: "59.9 s", 60: "1:00", 3599.9: "59:59", 3723: "1:02:03"}
    assert {seconds: length_text(seconds) for seconds in lengths} == lengths


def test_json_is_plain_and_has_a_number_only_when_it_is_given() -> None:
    past = history(
        fact(0, Fact.RANG, "v03", "softphone"), legs=(leg("v03", LegOutcome.TALKED, 0, 9),), messages=(MESSAGE,)
    )
    told = json.loads(json.dumps(history_json(past)))
    assert {name: told[name] for name in call_json(past.call) if name != "messages"} == {
        "call": CALL,
        "line": "xinli",
        "node": "pbx1",
        "arrived_at": "2026-07-01T18:00:00.120Z",
        "answered_at": "2026-07-01T18:00:05.220Z",
        "ended_at": "2026-07-01T18:00:12.520Z",
        "wait_s": 5.1,
        "talk_s": pytest.approx(7.3),
        "outcome": "talked",
        "volunteer": "v03",
        "result": None,
    }
    assert told["messages"] == [{"file": "m.wav", "length_s": 4.26, "recorded_at": "2026-07-01T18:00:30.120Z"}]
    assert told["legs"][0]["outcome"] == "talked" and told["facts"][0]["fact"] == "rang"
    assert told["timeline"][0]["text"] == "Rang v03 (softphone)"
    assert "number" not in told
    assert history_json(past, number=PhoneNumber("13800000001"))["number"] == "13800000001"
    assert call_json(call(None))["outcome"] is None


NOW = datetime(2026, 7, 1, 18, 30, tzinfo=UTC)
"""Half past two at night on 2 July in Shanghai."""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("12h", NOW - timedelta(hours=12)),
        (" 7D ", NOW - timedelta(days=7)),
        ("today", datetime(2026, 7, 1, 16, tzinfo=UTC)),
        ("yesterday", datetime(2026, 6, 30, 16, tzinfo=UTC)),
        ("1:05", datetime(2026, 7, 1, 17, 5, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 16, tzinfo=UTC)),
        ("2026-07-01 18:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("2026-07-01T18:00:30Z", datetime(2026, 7, 1, 18, 0, 30, tzinfo=UTC)),
    ],
)
def test_instants_as_people_type_them(text: str, meant: datetime) -> None:
    found = parse_since(text, NOW, SHANGHAI)
    assert found == meant and found.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-13-01", "999999d", "-1h", "1.5h", "0001-01-01"])
def test_an_instant_that_is_none_is_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="write a date"):
        parse_since(text, NOW, SHANGHAI)
