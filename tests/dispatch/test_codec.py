"""Every event, every command and the memory: to text and back, byte for byte, and without what must not be told."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.dispatch.codec import (
    OTHER_KEY,
    TOLD_KEYS,
    News,
    RosterUsed,
    command_of,
    memory_of,
    news_of,
    to_json,
)
from hotline_agi.dispatch.commands import Command, CoverWord, NoteCover, RingLeg
from hotline_agi.dispatch.events import CallerKeyed, LegEnded, LiveLeg, StockTaken, VolunteerPaused
from hotline_agi.dispatch.memory import RESULTS, Memory
from hotline_agi.dispatch.wishes import KEY_MESSAGE
from hotline_agi.roster.model import Endpoint
from hotline_agi.terms.causes import Cause
from hotline_agi.terms.ids import CallId, LegId, LineId, NodeId, VolunteerId
from hotline_agi.terms.outcomes import LegOutcome
from tests.dispatch.lines import DUTY_DOCTOR, mobile, softphone

ENDPOINTS = {one.id: one for one in (softphone("lin"), mobile("wang"), DUTY_DOCTOR)}
st.register_type_strategy(Endpoint, st.sampled_from(list(ENDPOINTS.values())))
st.register_type_strategy(datetime, st.datetimes(min_value=datetime(1971, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(str, st.text(st.characters(codec=None), max_size=12))

NEWS, COMMANDS = get_args(News), get_args(Command)


def test_all_that_a_machine_hears_and_says_is_tried_here() -> None:
    assert len(NEWS) >= 23 and RosterUsed in NEWS
    assert len(COMMANDS) >= 15


@pytest.mark.parametrize("kind", [each for each in NEWS if each is not CallerKeyed], ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_news_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    news: Any = data.draw(st.from_type(kind))
    text = to_json(news)
    assert news_of(text) == news
    assert to_json(news_of(text)) == text
    assert text.isascii() and "\n" not in text and "\t" not in text
    json.loads(text, parse_constant=lambda _: pytest.fail("no JSON but Python's own"))


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_command_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    command: Any = data.draw(st.from_type(kind))
    text = to_json(command)
    assert command_of(text, ENDPOINTS) == command
    assert to_json(command_of(text, ENDPOINTS)) == text


@settings(max_examples=100, deadline=None)
@given(st.builds(Memory))
def test_a_memory_comes_back_as_it_was(drawn: Memory) -> None:
    assert memory_of(to_json(drawn)) == drawn
    assert to_json(memory_of(to_json(drawn))) == to_json(drawn)
    assert to_json(Memory()) == '{"is":"Memory"}'


def test_texts_look_like_this_for_ever() -> None:
    """Journals of before are read by it: what is changed here needs a migration."""
    leg, node = LegId("leg-0000000100000a"), NodeId("pbx1")
    assert (
        to_json(LegEnded(leg=leg, cause=Cause.NO_ANSWER)) == '{"is":"LegEnded","leg":"leg-0000000100000a","cause":19}'
    )
    assert to_json(LegEnded(leg=leg)) == '{"is":"LegEnded","leg":"leg-0000000100000a"}'
    assert (
        to_json(
            StockTaken(
                node=node,
                calls=frozenset({CallId("b"), CallId("a")}),
                legs=(LiveLeg(leg=leg, volunteer=None, up=True),),
                asked_s=0.1 + 0.2,
            )
        )
        == '{"is":"StockTaken","node":"pbx1","calls":["a","b"],'
        '"legs":[{"is":"LiveLeg","leg":"leg-0000000100000a","volunteer":null,"up":true}],"asked_s":0.30000000000000004}'
    )
    assert news_of('{"is":"StockTaken","node":"pbx1","calls":[],"legs":[]}').asked_s == inf  # type: ignore[union-attr]


def test_a_whole_number_of_seconds_stays_one() -> None:
    for for_s in (60, 60.0):
        text = to_json(VolunteerPaused(volunteer=VolunteerId("lin"), for_s=for_s))
        assert text.endswith(f":{for_s}}}")
        assert to_json(news_of(text)) == text


def test_of_keys_only_those_that_mean_something_are_told() -> None:
    assert KEY_MESSAGE in TOLD_KEYS
    for key, told in (("*", "*"), ("3", "3"), ("7", OTHER_KEY)):
        text = to_json(CallerKeyed(call=CallId("c"), key=key))
        assert text == f'{{"is":"CallerKeyed","call":"c","key":"{told}"}}'
        assert to_json(news_of(text)) == text


def test_a_mobile_is_told_by_its_id() -> None:
    command = RingLeg(
        leg=LegId("leg-1"),
        call=CallId("c"),
        node=NodeId("pbx1"),
        volunteer=VolunteerId("wang"),
        endpoint=mobile("wang"),
        language="zh",
        ring_timeout_s=25.0,
    )
    assert '"endpoint":"wang-mobile"' in to_json(command)
    assert "1632" not in to_json(command)
    with pytest.raises(ValueError, match="no endpoint wang-mobile"):
        command_of(to_json(command), {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "null",
        "{}",
        '{"is":"Nothing"}',
        '{"is":"RingLeg"}',
        '{"is":"LegEnded"}',
        '{"is":"LegEnded","leg":3}',
        '{"is":"LegEnded","leg":"a","cause":true}',
        '{"is":"LegEnded","leg":"a","later":1}',
        '{"is":"StepReached","call":"a","step":"dance"}',
        '{"is":"StockTaken","node":"n","calls":"abc","legs":[]}',
    ],
)
def test_what_is_no_news_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        news_of(text)


def test_every_end_of_a_leg_teaches_something_or_is_left_out_on_purpose() -> None:
    assert set(LegOutcome) - set(RESULTS) == {
        LegOutcome.FAILED,
        LegOutcome.BUSY,
        LegOutcome.UNREACHABLE,
        LegOutcome.UNCERTAIN,
    }


def test_what_an_older_version_noted_of_cover_is_read() -> None:
    at = datetime(2026, 2, 5, 3, 0, tzinfo=UTC)
    who = VolunteerId("lin")
    settled = NoteCover(line=LineId("xinli"), slot="day", from_at=at, until_at=at, absent=who, present=None)
    told = json.loads(to_json(settled))
    assert told.pop("word", CoverWord.SETTLED) == CoverWord.SETTLED
    assert command_of(json.dumps(told), {}) == settled
    asking = replace(settled, word=CoverWord.ASKING)
    assert memory_of(to_json(Memory(stand_ins=(asking,)))).stand_ins == (asking,)


def test_instants_keep_their_microseconds() -> None:
    at = datetime(2026, 2, 5, 3, 10, 0, 1, tzinfo=UTC)
    memory = Memory(pauses=((VolunteerId("lin"), at), (VolunteerId("wang"), None)))
    assert memory_of(to_json(memory)).pauses[0][1] == at
    assert memory_of(to_json(memory)).pauses[0][1] != at + timedelta(microseconds=1)


@pytest.mark.parametrize("text", ["[" * 3000, '{"is":' * 3000])
def test_what_is_nested_too_deep_is_no_news(text: str) -> None:
    """Found by `make fuzz`: it was RecursionError."""
    for read in (news_of, memory_of, lambda text: command_of(text, {})):
        with pytest.raises(ValueError, match="too deep"):
            read(text)
