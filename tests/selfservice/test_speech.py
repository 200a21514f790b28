"""Times, days, counts and names, as people say them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hotline_agi.prompts.names import PREFIX, name_prompt, voice_of, whose
from hotline_agi.prompts.phrases import PARTS, PHRASES, SENTENCES, WHOLE_NUMBERS, chinese_number, english_number
from hotline_agi.selfservice import speech
from hotline_agi.terms.ids import VolunteerId
from hotline_agi.terms.languages import Language

TEXTS = {phrase.id: phrase for phrase in PHRASES}
WUHAN = ZoneInfo("Asia/Shanghai")


def text(words: speech.Words, language: str) -> str:
    """What is heard."""
    return ("" if language == "zh" else " ").join(TEXTS[word].text(Language(language)) for word in words)


@pytest.mark.parametrize(
    ("at", "zh", "en"),
    [
        ("14:30", "下午两点三十分", "two thirty P M"),
        ("14:00", "下午两点", "two P M"),
        ("02:05", "凌晨两点零五分", "two oh five A M"),
        ("00:00", "零点", "midnight"),
        ("00:10", "零点十分", "twelve ten A M"),
        ("12:00", "中午十二点", "noon"),
        ("12:45", "中午十二点四十五分", "twelve forty five P M"),
        ("07:59", "早上七点五十九分", "seven fifty nine A M"),
        ("09:20", "上午九点二十分", "nine twenty A M"),
        ("18:01", "晚上六点零一分", "six oh one P M"),
        ("23:30", "晚上十一点三十分", "eleven thirty P M"),
    ],
)
def test_a_time_is_said_as_people_say_it(at: str, zh: str, en: str) -> None:
    moment = datetime.combine(datetime(2020, 2, 5, tzinfo=UTC), time.fromisoformat(at), UTC)
    assert text(speech.time_of_day(moment, "zh"), "zh") == zh
    assert text(speech.time_of_day(moment, "en"), "en") == en


def test_every_minute_of_the_day_can_be_said_and_no_two_sound_alike() -> None:
    start = datetime(2020, 2, 5, tzinfo=UTC)
    minutes = [start + timedelta(minutes=n) for n in range(24 * 60)]
    for language in Language:
        said = [text(speech.time_of_day(one, language), language) for one in minutes]
        assert len(set(said)) == len(minutes)


def test_every_number_to_999_can_be_said_and_no_two_sound_alike() -> None:
    for language in Language:
        said = [text(speech.number(n, language), language) for n in range(1000)]
        assert len(set(said)) == 1000
    assert text(speech.number(42), "zh") == "四十二"
    assert text(speech.number(15), "zh") == "十五"
    in_chinese = {100: "一百", 105: "一百零五", 110: "一百一十", 115: "一百一十五", 150: "一百五十", 171: "一百七十一"}
    assert {n: text(speech.number(n, "zh"), "zh") for n in in_chinese} == in_chinese
    assert text(speech.counted(2, "zh"), "zh") == "两" and text(speech.counted(102, "zh"), "zh") == "一百零二"
    assert text(speech.number(85), "en") == "eighty five"
    assert text(speech.number(300), "en") == "three hundred"


def test_written_numbers_agree_with_a_plain_reading() -> None:
    digits = {digit: n for n, digit in enumerate("零一二三四五六七八九")}
    for n in WHOLE_NUMBERS:
        tens, ten, unit = chinese_number(n).rpartition("十")
        value = 10 * (digits[tens] if tens else 1) + (digits[unit] if unit else 0) if ten else digits[unit]
        assert value == n
    assert english_number(19) == "nineteen"
    assert english_number(90) == "ninety"


def test_days_of_a_week() -> None:
    today = date(2020, 2, 5)  # a Wednesday
    said = [text(speech.day(today + timedelta(days=n), today), "en") for n in range(7)]
    assert said == ["today", "tomorrow", "on Friday", "on Saturday", "on Sunday", "on Monday", "on Tuesday"]
    assert text(speech.day(today + timedelta(days=4), today), "zh") == "星期日"


def test_a_span_is_said_in_the_zone_of_the_line() -> None:
    start = datetime(2020, 2, 5, 6, 0, tzinfo=UTC)
    words = speech.span(start, start + timedelta(hours=4), WUHAN, "zh")
    assert text(words, "zh") == "下午两点到晚上六点"
    assert text(speech.span(start, start + timedelta(hours=4), WUHAN, "en"), "en") == "from two P M until six P M"


def people(count: int) -> list[VolunteerId]:
    return [VolunteerId(f"v{n}") for n in range(count)]


def test_people_are_named_where_every_name_can_be_said() -> None:
    three = people(3)
    assert speech.who_is_on(three, frozenset(three), "en") == ("on-now", "name-v0", "name-v1", "and", "name-v2")
    assert speech.who_is_on(three[:1], frozenset(three), "en") == ("on-now", "name-v0")


def test_people_are_counted_where_a_name_is_missing_or_they_are_many() -> None:
    three = people(3)
    assert text(speech.who_is_on(three, frozenset(three[:2]), "en"), "en") == "three volunteers are on shift now"
    assert text(speech.who_is_on(three, frozenset(), "zh"), "zh") == "现在有三位志愿者在值班"
    assert text(speech.who_is_on(three[:2], frozenset(), "zh"), "zh") == "现在有两位志愿者在值班"
    assert text(speech.who_is_on(three[:1], frozenset(), "en"), "en") == "one volunteer is on shift now"
    many = people(speech.MOST_NAMES + 1)
    assert text(speech.who_is_on(many, frozenset(many), "en"), "en") == "eleven volunteers are on shift now"
    assert speech.who_is_on([], frozenset(), "en") == ("nobody-on-now",)


def test_phrases_are_whole_and_their_ids_fit_the_dialplan() -> None:
    ids = [phrase.id for phrase in PHRASES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", one) for one in ids)
    assert not any(one.startswith(PREFIX) for one in ids)
    for one in SENTENCES:
        assert one.zh.endswith("。")
        assert one.en.endswith(".")
        assert one.en.isascii()
        assert not re.search(r"[0-9A-Za-z]", one.zh)
        assert not one.is_part
    for one in PARTS:
        assert one.zh or one.en
        assert one.is_part


def test_a_name_is_read_by_a_voice_that_can_read_it() -> None:
    assert voice_of("林小雨") is Language.ZH
    assert voice_of("Anna Berg") is Language.EN
    prompt = name_prompt(VolunteerId("v07"), "Anna Berg")
    assert whose(prompt.id) == "v07"
    assert whose("menu") is None
