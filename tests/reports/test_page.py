"""The page: well-formed, in both languages, nothing from elsewhere, nothing to run, every plot with its table."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from hotline_agi.reports.period import letter
from hotline_agi.reports.period.page import page
from hotline_agi.reports.period.sheets import main_sheet, sheets
from hotline_agi.terms.languages import Language
from tests.reports.test_period import WEEK, days, history, report_of

VOID = {"meta", "input", "br", "hr", "img", "link"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
REPORT = report_of(WEEK, history(1))


class Looker(HTMLParser):
    """Keeps the tree's shape and refuses what is no tree."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[tuple[str, str]] = []
        """Language of the nearest element that has one, text."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.stack.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        opened, _ = self.stack.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_data(self, text: str) -> None:
        if self.stack and self.stack[-1][0] not in ("style", "title") and text.strip():
            tongue = next((found["lang"] for _, found in reversed(self.stack[1:]) if found.get("lang")), "")
            self.texts.append((tongue or "", text.strip()))


def looked(text: str) -> Looker:
    looker = Looker()
    looker.feed(text)
    looker.close()
    assert looker.stack == []
    return looker


@pytest.fixture(scope="module")
def looker() -> Looker:
    return looked(page([REPORT], Language.ZH))


def test_nothing_comes_from_elsewhere_and_nothing_runs(looker: Looker) -> None:
    text = page([REPORT], Language.ZH)
    assert looker.tags["script"] == looker.tags["link"] == looker.tags["img"] == looker.tags["iframe"] == 0
    assert not [one for one in looker.attributes if one[1] in ("src", "href", "srcset", "action", "data")]
    assert not [one for one in looker.attributes if one[1].startswith("on")]
    assert "://" not in text
    assert re.findall(r"url\(([^)]*)\)", text) == ["#hatch"]
    assert "@import" not in text
    assert ("meta", "http-equiv", "Content-Security-Policy") in looker.attributes


def test_every_text_is_in_both_languages(looker: Looker) -> None:
    en = [text for tongue, text in looker.texts if tongue == "en"]
    zh = [text for tongue, text in looker.texts if tongue == "zh"]
    assert len(en) == len(zh) > 150
    assert not [text for text in en if CHINESE.search(text)]
    # what stands in no language is numbers, ids, dates and the names of the two languages
    bare = {text for tongue, text in looker.texts if not tongue and re.search(r"[A-Za-z]{4,}", text)}
    assert bare <= {"xinli ·", "· test"} | {text for text in bare if "Asia/" in text}


def test_the_switch_needs_no_script(looker: Looker) -> None:
    checked = [value for tag, name, value in looker.attributes if (tag, name) == ("input", "checked")]
    assert len(checked) == 1
    text = page([REPORT], Language.EN)
    assert '<html lang="en">' in text
    assert "#show-en:checked ~ main .zh" in text
    # inputs and main are siblings, inputs first: else the style sheet's switch is none
    assert text.index('id="show-en"') < text.index('id="show-zh"') < text.index("<main>")


def test_every_plot_says_what_it_is_and_has_its_table(looker: Looker) -> None:
    text = page([REPORT], Language.ZH)
    plots = looker.tags["figure"]
    assert plots == 6
    named = [value for tag, name, value in looker.attributes if (tag, name) == ("svg", "aria-label")]
    assert len(named) == plots
    assert all(CHINESE.search(one) and re.search("[A-Za-z]", one) for one in named)
    assert looker.tags["table"] == len(list(sheets(REPORT)))
    assert text.count("<caption>") == looker.tags["table"]
    assert "@page { size: A4" in text


def test_bars_are_as_high_as_what_they_count() -> None:
    """The plot of the hours: heights of each pile are in proportion to its calls."""
    text = page([REPORT], Language.EN)
    plot = text[text.index('aria-label="Calls by hour of the day') :].split("</svg>")[0]
    piles: dict[float, float] = {}
    for x, height in re.findall(r'<rect x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)" class="(?:good|lost|rest)"', plot):  # fmt: skip  # noqa: E501
        piles[float(x)] = piles.get(float(x), 0.0) + float(height)
    counted = [one.counted for one in REPORT.by_time.hours if one.counted]
    assert len(piles) == len(counted)
    ratios = [height / count for (_, height), count in zip(sorted(piles.items()), counted, strict=True)]
    assert max(ratios) == pytest.approx(min(ratios), rel=0.1)


def test_a_year_is_folded_and_a_name_is_data() -> None:
    year = days(366, WEEK.zone, WEEK.until_at)  # type: ignore[arg-type]
    named = replace(report_of(year, []), name=dict.fromkeys(Language, '<b onclick="x">&amp;'))
    text = page([named, named], Language.EN)
    looker = looked(text)
    assert looker.tags["b"] == 0
    assert looker.tags["details"] == 2
    assert "&lt;b onclick=" in text
    assert looker.tags["h2"] == 2


def test_people_can_be_left_out() -> None:
    text = page([replace(REPORT, volunteers=None)], Language.EN)
    assert "v01" not in text
    assert "v01" in page([REPORT], Language.EN)


def test_a_change_is_said_as_points_of_a_share_and_percent_of_a_count() -> None:
    half = replace(REPORT.before, within={15: 1, 20: 1, 30: 1, 60: 1})
    rows = {row[0].en: row for row in main_sheet(replace(REPORT, before=half)).rows}
    assert rows["Answered within 30 s"][4].en.startswith("▲ +")
    assert rows["Answered within 30 s"][4].en.endswith(" points")
    assert rows["Answered within 30 s"][4].zh.endswith(" 个百分点")
    assert rows["Offered"][4].en.endswith(" %")
    same = {row[0].en: row for row in main_sheet(replace(REPORT, before=REPORT.calls)).rows}
    assert same["Offered"][4].en == "="


def test_every_figure_has_its_formula_in_both_languages() -> None:
    told = [row for row in main_sheet(REPORT).rows if not re.search(r", (p\d\d|longest)$", row[0].en)]
    assert all(row[-1].en and row[-1].zh for row in told)
    assert all(CHINESE.search(row[-1].zh) for row in told if row[0].en != "Limits that callers met")


def test_a_letter_is_in_one_language() -> None:
    text = letter.text([REPORT], Language.EN)
    assert not CHINESE.search(text)
    assert "Answered within 30 s" in text
    chinese = letter.text([REPORT, report_of(days(1, WEEK.zone, WEEK.from_at - timedelta(days=99)), [])], Language.ZH)  # type: ignore[arg-type]
    assert "30 秒内接通" in chinese
    assert "没有来电。" in chinese
    assert letter.subject([REPORT], "hospital", Language.EN) == "[hospital] report 2026-11-09 – 2026-11-15"
