"""Why a call went as it went, in both languages."""

from zoneinfo import ZoneInfo

import pytest

from hotline_agi.reports import choice_words
from hotline_agi.reports.choosing import Choice, Reason
from hotline_agi.reports.explaining import explanation, has_reasons, reasons
from hotline_agi.reports.timeline import lines, timeline
from hotline_agi.roster.model import CallerClass, VolunteerOrder
from hotline_agi.terms.facts import Fact
from hotline_agi.terms.languages import Language
from tests.reports.histories import at, call, fact, history

SHANGHAI = ZoneInfo("Asia/Shanghai")
OTHER = "pbx1-1782900000.7"
A_CALL = history(
    fact(0.0, Fact.ARRIVED),
    fact(0.0, Fact.WAVE, detail="1: on-shift"),
    fact(
        0.001,
        Fact.CHOSE,
        detail="order=longest-idle;want=2;rang=lin wang;resting=chen@2026-07-01T19:10Z gu@2026-07-01T19:10Z;"
        "paused=zhao;language=bao;spare=he;others=12;later=x",
    ),
    fact(0.012, Fact.RANG, "lin", "softphone"),
    fact(0.013, Fact.RANG, "wang", "softphone"),
    fact(2.0, Fact.HANDED, "wang", f"to={OTHER}"),
    fact(3.0, Fact.HANDED, "he", f"from={OTHER}"),
    fact(3.5, Fact.CHOSE, "chen", "freed=chen"),
    fact(5.1, Fact.ACCEPTED, "lin"),
    fact(5.1, Fact.SERVED, detail="place=2;class=high-risk"),
    past=call(None),
)


def test_an_explanation_reads_like_a_story() -> None:
    assert lines(explanation(A_CALL, SHANGHAI, spoken="en")) == [
        "00.000  The call arrived",
        "00.000  Ring step 1: the volunteers on shift",
        "00.001  lin and wang were chosen, because longest idle",
        "00.001    zhao had paused",
        "00.001    chen and gu were resting until 03:10 after missed calls",
        "00.001    he was free and was not needed",
        "00.001    bao does not speak English",
        "00.001    12 others were not rung",
        "00.012  Rang lin and wang (softphone)",
        f"02.000  wang's phone rings on for call {OTHER}",
        f"03.000  he's phone rang for call {OTHER}, and rings on for this one",
        "03.500  chen came free and was chosen, because the fewest phones rang for this call",
        "05.100  lin accepted",
        "05.100  This call was number 2 of those waiting, put forward because the caller is flagged as at high risk",
    ]


def test_and_in_chinese() -> None:
    assert [moment.text for moment in explanation(A_CALL, SHANGHAI, Language.ZH, spoken="en")][2:] == [
        "选定 lin 和 wang：空闲最久",
        "  zhao 已暂停接听",
        "  chen 和 gu 因连续未接在休息（至 03:10）",
        "  he 空闲，但不需要",
        "  bao 不会说英语",
        "  另有 12 人未呼叫",
        "呼叫 lin 和 wang（软电话）",
        f"wang 的电话转为来电 {OTHER} 继续振铃",
        f"he 的电话原为来电 {OTHER} 振铃，转为本次来电继续振铃",
        "chen 有空，选定接本次来电：为其振铃的电话最少",
        "lin 确认接听",
        "本次来电在等待队列中排第 2 位，因标记为高风险而提前",
    ]


def test_the_timeline_tells_who_was_chosen_and_leaves_the_reasons_out() -> None:
    told = [moment.text for moment in timeline(A_CALL)]
    assert "lin and wang were chosen, because longest idle" in told
    assert not any("resting" in text for text in told)


@pytest.mark.parametrize(
    ("detail", "en", "zh"),
    [
        (
            "order=fixed;want=2;rang=lin",
            "lin was chosen, because first in the order of the roster (2 wanted)",
            "选定 lin：在排班表中靠前（需要 2 人）",
        ),
        ("want=2;rang=", "Nobody could be chosen (2 wanted)", "没有可选的人（需要 2 人）"),
        (
            "order=least-talk;want=everybody;rang=lin",
            "lin was chosen, because fewest minutes of talk in this shift (everybody was wanted)",
            "选定 lin：本班通话分钟最少（需要所有人）",
        ),
        (
            "rang=lin;want=95% within 12 s",
            "lin was chosen (as few as are enough for an accept within 12 s, with a chance of 95 %)",
            "选定 lin（人数够用即可：12 秒内接听的概率 95%）",
        ),
        ("order=by-lot;rang=lin", "lin was chosen, because by-lot", "选定 lin：by-lot"),
        ("", "Nobody could be chosen", "没有可选的人"),
    ],
)
def test_how_many_were_wanted_is_said_where_it_was_another_number(detail: str, en: str, zh: str) -> None:
    assert choice_words.chosen_text(Choice.of(detail), Language.EN) == en
    assert choice_words.chosen_text(Choice.of(detail), Language.ZH) == zh


def test_another_day_is_said_with_its_date() -> None:
    choice = Choice.of("resting=chen@2026-07-02T19:10Z;over-limit=gu@2026-07-01T18:30Z")
    assert list(reasons(choice, at(0), SHANGHAI, Language.EN)) == [
        "gu had reached a limit until 02:30",
        "chen was resting until 2026-07-03 03:10 after missed calls",
    ]


def test_very_many_of_one_reason_are_counted() -> None:
    choice = Choice.of("talking=" + " ".join(f"v{number:02}" for number in range(1, 31)))
    (text,) = reasons(choice, at(0), SHANGHAI, Language.EN)
    assert text.startswith("v01, v02, ") and text.endswith("v12 and 18 more were talking to other callers")
    (text,) = reasons(choice, at(0), SHANGHAI, Language.ZH)
    assert text.endswith("v12 和 另外 18 人 正在与其他来电者通话")


def test_a_call_of_before_has_no_reasons() -> None:
    assert has_reasons(A_CALL)
    assert not has_reasons(history(fact(0, Fact.ARRIVED), past=call(None)))


@pytest.mark.parametrize("language", Language)
def test_every_reason_order_and_class_has_words(language: Language) -> None:
    assert set(choice_words.LEFT_OUT[language]) == set(Reason)
    assert set(choice_words.ORDERS[language]) == {order.value for order in VolunteerOrder}
    assert set(choice_words.CLASSES[language]) == {each.value for each in CallerClass}
    for reason in Reason:
        for people in ("lin", "lin wang"):
            (text,) = reasons(Choice.of(f"{reason}={people}"), at(0), SHANGHAI, language)
            assert text and "{" not in text
