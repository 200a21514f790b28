"""A call in plain words."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.dispatch.events import Step
from hotline_agi.reports.past import CallHistory
from hotline_agi.reports.timeline import lines, timeline
from hotline_agi.roster.waiting_plan import Choice
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.languages import Language
from hotline_agi.terms.limits import Limit, detail
from hotline_agi.terms.outcomes import LegOutcome, Outcome
from tests.reports.histories import at, call, fact, history, leg

A_TALK = history(
    fact(0.0, Fact.ARRIVED),
    fact(0.0, Fact.WAVE, detail="1: on-shift"),
    fact(0.012, Fact.RANG, "v01", "softphone"),
    fact(0.013, Fact.RANG, "v03", "softphone"),
    fact(0.014, Fact.RANG, "v07", "mobile"),
    fact(3.2, Fact.PICKED_UP, "v07"),
    fact(5.08, Fact.PICKED_UP, "v03"),
    fact(5.1, Fact.ACCEPTED, "v03"),
    fact(5.104, Fact.TALK_STARTED, "v03"),
    fact(5.11, Fact.LEG_ENDED, "v01", LegOutcome.ELSEWHERE),
    fact(6.5, Fact.LEG_ENDED, "v07", LegOutcome.ELSEWHERE),
    fact(12.4, Fact.TALK_ENDED, "v03", leg=None),
    fact(12.401, Fact.LEG_ENDED, "v03", LegOutcome.TALKED),
    fact(12.41, Fact.STEP, detail="goodbye"),
    fact(14.0, Fact.CALLER_LEFT),
    past=call(ended_s=14.0),
)


def texts(past: CallHistory, language: Language = Language.EN) -> list[str]:
    return [moment.text for moment in timeline(past, language)]


def test_a_call_reads_like_a_story() -> None:
    assert lines(timeline(A_TALK)) == [
        "00.000  The call arrived",
        "00.000  Ring step 1: the volunteers on shift",
        "00.012  Rang v01 (softphone), v03 (softphone) and v07 (mobile)",
        "03.200  v07's phone was picked up",
        "05.100  v03 accepted",
        "05.104  Caller and v03 hear each other",
        "05.110  v01 stopped ringing: answered elsewhere",
        "06.500  v07's phone was let go: answered elsewhere",
        "12.400  The conversation ended",
        "12.401  v03 is off the line",
        "12.410  The caller hears the goodbye",
        "14.000  The call was ended after the goodbye",
        "14.000  Outcome: talked to a volunteer",
    ]


def test_and_in_chinese() -> None:
    assert texts(A_TALK, Language.ZH) == [
        "来电到达",
        "第 1 轮呼叫：当班志愿者",
        "呼叫 v01（软电话）、v03（软电话）和 v07（手机）",
        "v07 的电话被接起",
        "v03 确认接听",
        "来电者与 v03 接通",
        "v01 停止振铃：已由他人接听",
        "v07 的电话被释放：已由他人接听",
        "通话结束",
        "v03 已离线",
        "向来电者道别",
        "道别后来电结束",
        "结果：与志愿者通话",
    ]


def test_the_wall_clock_of_the_line_on_request() -> None:
    assert lines(timeline(A_TALK), ZoneInfo("Asia/Shanghai"))[4] == "02:00:05  05.100  v03 accepted"


def test_times_stay_aligned_in_a_long_call() -> None:
    long = history(fact(0, Fact.ARRIVED), fact(3725.5, Fact.CALLER_LEFT), past=call(None))
    assert lines(timeline(long)) == ["0000.000  The call arrived", "3725.500  The caller hung up"]
    assert lines(()) == []


def test_phones_of_one_kind_share_the_word_for_it() -> None:
    past = history(*(fact(0, Fact.RANG, who, "softphone") for who in ("v01", "v02", "v07")), past=call(None))
    assert texts(past) == ["Rang v01, v02 and v07 (softphone)"]


def test_the_same_end_of_several_legs_is_one_sentence_even_around_another_fact() -> None:
    past = history(
        fact(5.0, Fact.LEG_ENDED, "v01", LegOutcome.ELSEWHERE),
        fact(5.001, Fact.LEG_ENDED, "v04", LegOutcome.BUSY),
        fact(5.002, Fact.TALK_STARTED, "v03"),
        fact(5.003, Fact.LEG_ENDED, "v02", LegOutcome.ELSEWHERE),
        fact(5.2, Fact.LEG_ENDED, "v05", LegOutcome.ELSEWHERE),
        past=call(None),
    )
    assert texts(past) == [
        "v01 and v02 stopped ringing: answered elsewhere",
        "v04 was busy",
        "Caller and v03 hear each other",
        "v05 stopped ringing: answered elsewhere",
    ]


def test_a_ringing_is_not_told_before_its_cause() -> None:
    past = history(
        fact(0.0, Fact.RANG, "v01", "softphone"),
        fact(0.01, Fact.LEG_ENDED, "v01", LegOutcome.BUSY),
        fact(0.01, Fact.RANG, "v02", "softphone"),
        fact(0.02, Fact.LEG_ENDED, "v02", LegOutcome.BUSY),
        past=call(None),
    )
    assert texts(past) == ["Rang v01 (softphone)", "v01 was busy", "Rang v02 (softphone)", "v02 was busy"]


def test_a_voicemail_that_picked_up_is_told_apart_from_a_human() -> None:
    past = history(
        fact(3.2, Fact.PICKED_UP, "v07"),
        fact(21.0, Fact.LEG_ENDED, "v07", LegOutcome.NOT_ACCEPTED),
        past=call(None),
    )
    assert texts(past) == ["v07's phone was picked up", "v07's phone was picked up, nobody pressed 1"]


def test_several_phones_take_the_plural() -> None:
    past = history(
        *(fact(1, Fact.PICKED_UP, who) for who in ("v01", "v02")),
        *(fact(2, Fact.LEG_ENDED, who, LegOutcome.CALLER_LEFT) for who in ("v01", "v02")),
        *(fact(3, Fact.LEG_ENDED, who, LegOutcome.BUSY) for who in ("v03", "v04")),
        past=call(None),
    )
    assert texts(past) == [
        "The phones of v01 and v02 were picked up",
        "v01 and v02 were let go: the caller left",
        "v03 and v04 were busy",
    ]


def test_the_overflow_number_is_called_by_what_it_is() -> None:
    past = history(
        fact(1, Fact.RANG, None, "mobile", leg="leg-1"),
        fact(2, Fact.LEG_ENDED, None, LegOutcome.NO_ANSWER, leg="leg-1"),
        past=call(None),
    )
    assert texts(past) == ["Rang the overflow number (mobile)", "The overflow number did not answer"]
    assert texts(past, Language.ZH) == ["呼叫 备用号码（手机）", "备用号码 未接听"]


def test_who_hung_up_is_said_where_it_is_known() -> None:
    talking = history(fact(1, Fact.TALK_STARTED, "v03"), fact(2, Fact.CALLER_LEFT), past=call(None))
    waiting = history(fact(1, Fact.RANG, "v03"), fact(2, Fact.CALLER_LEFT), past=call(None))
    cut_off = history(
        fact(1, Fact.TALK_STARTED, "v03"), fact(2, Fact.TALK_FAILED, "v03"), fact(3, Fact.CALLER_LEFT), past=call(None)
    )
    assert texts(talking)[-1] == "The conversation ended: the caller hung up"
    assert texts(waiting)[-1] == "The caller hung up"
    assert texts(cut_off)[1:] == ["The connection to v03 was lost; the caller was not cut off", "The caller hung up"]


def test_what_a_kill_took_of_the_facts_is_told_from_the_legs() -> None:
    past = history(
        fact(0, Fact.ARRIVED),
        fact(5, Fact.ACCEPTED, "v03"),
        legs=(
            leg("v03", LegOutcome.TALKED, 0.01, 9),
            leg("v04", LegOutcome.NO_ANSWER, 0.011, 30, endpoint="mobile"),
        ),
        past=call(None),
    )
    assert texts(past) == [
        "The call arrived",
        "Rang v03 (softphone) and v04 (mobile)",
        "v03 accepted",
        "v03 is off the line",
        "v04 did not answer",
    ]


def test_the_noted_order_stands_even_when_the_wall_clock_is_set_back() -> None:
    past = history(fact(10, Fact.ARRIVED), fact(-3590, Fact.ACCEPTED, "v03"), past=call(None))
    moments = timeline(past)
    assert [moment.offset_s for moment in moments] == [10.0, -3590.0]
    assert lines(moments)[1].startswith("-3590.000  ")


WAITED = {
    Fact.LANGUAGE: ("en", "zh remembered"),
    Fact.PLACE: ("0", "1", "2"),
    Fact.WISHED: tuple(f"{choice} breathing" for choice in Choice),
    Fact.CALLBACK_ASKED: ("this number", "another number"),
}
UNWORDED = (Fact.STEP, Fact.WAVE, Fact.LIMITED, *WAITED)
"""They say nothing without a detail."""


@pytest.mark.parametrize("language", Language)
def test_every_fact_end_step_and_outcome_is_told_without_a_blank_left(language: Language) -> None:
    facts = [fact(number, what, "v01") for number, what in enumerate(Fact) if what not in UNWORDED]
    facts += [fact(100 + number, Fact.LEG_ENDED, "v01", end) for number, end in enumerate(LegOutcome)]
    facts += [fact(200 + number, Fact.STEP, detail=step) for number, step in enumerate(Step)]
    limits = [detail(limit, "2026-07-01T18:03:05+00:00") for limit in Limit] + [detail(Limit.CROWDED, "")]
    facts += [fact(400 + number, Fact.LIMITED, detail=text) for number, text in enumerate([*limits, "newer until=x"])]
    waited = [(what, text) for what, texts_of in WAITED.items() for text in texts_of]
    facts += [fact(500 + number, what, detail=text) for number, (what, text) in enumerate(waited)]
    facts += [fact(300 + number, Fact.WAVE, detail=f"{number}: x") for number in range(3)]
    for outcome in Outcome:
        told = texts(history(*facts, past=call(outcome)), language)
        assert len(told) == len(facts) + 1
        assert not any("{" in text or not text.strip() for text in told)
    assert "something new" in texts(history(fact(1, Fact.STEP, detail="something new"), past=call(None)), language)


def test_a_moment_carries_its_instant() -> None:
    first, *_, last = timeline(A_TALK)
    assert (first.at, first.offset_s) == (at(0), 0.0)
    assert last.at - first.at == timedelta(seconds=14)
