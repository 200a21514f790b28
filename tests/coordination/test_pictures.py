"""Coverage as a picture. What it looks like was judged by eye; here is that it says what it has to."""

import re
import struct
import sys
from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree

import pytest

from hotline_agi import drawing
from hotline_agi.coordination import pictures
from hotline_agi.coordination.pictures import heat_picture
from hotline_agi.drawing import chinese_font
from hotline_agi.errors import SetupError
from hotline_agi.planning.heat import HeatRow, heat
from hotline_agi.roster.model import Line
from hotline_agi.roster.plan import Need
from hotline_agi.terms.languages import Language
from tests.dispatch.lines import roster as roster_of
from tests.roster.written import line, shift, special

SVG = "{http://www.w3.org/2000/svg}"


def example(days: int = 3) -> tuple[Line, list[HeatRow]]:
    """From a day without 02:00-03:00 on: nobody at night, too few in the afternoon, closed on the second day."""
    plain = line(
        shift("morning", "03:00", "12:00", "ann bo"),
        shift("afternoon", "12:00", "00:00", "ann bo cy", need=Need(people=(4,) * 7)),
        zone="Europe/Berlin",
        special_days={date(2026, 3, 30): special("春节", opening=())},
    )
    return plain, heat(roster_of(plain), plain, date(2026, 3, 29), days)


def texts(octets: bytes) -> list[str]:
    """matplotlib draws texts as outlines and says in a comment before each what it is."""
    return re.findall(r"<!-- (.*?) -->", octets.decode())


def colours(octets: bytes) -> list[str]:
    found = ElementTree.fromstring(octets).iter(f"{SVG}path")
    return [match[1] for path in found if (match := re.search(r"fill: (#[0-9a-f]{6})", path.get("style", "")))]


def fonts(monkeypatch: pytest.MonkeyPatch, font: str | None) -> None:
    monkeypatch.setattr(drawing, "chinese_font", lambda: font)


def test_svg_has_every_state_each_day_and_the_head_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, None)
    picture = heat_picture(*example(), Language.EN, "svg")
    assert picture.note == ""
    told = texts(picture.octets)
    assert "Support line: people on shift, 2026-03-29 to 2026-03-31 (Europe/Berlin)" in told
    assert {"Sun 03-29", "Mon 03-30 special day", "Tue 03-31"} <= set(told)
    assert {"well filled", "lacking", "nobody", "closed", "skipped by the clock"} <= set(told)
    assert {"0", "2", "3"} <= set(told)
    assert {"#a6d8f0", "#e6e6e6"} <= set(colours(picture.octets))


def test_the_same_roster_gives_the_same_file(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, None)
    assert heat_picture(*example(), Language.EN, "svg") == heat_picture(*example(), Language.EN, "svg")


def test_png_is_one_and_grows_with_the_days(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, None)

    def size(days: int) -> Sequence[int]:
        octets = heat_picture(*example(days), Language.EN, "png").octets
        assert octets.startswith(b"\x89PNG\r\n\x1a\n")
        return struct.unpack(">II", octets[16:24])  # type: ignore[no-any-return]

    (width, low), (same, high) = size(2), size(30)
    assert width == same and low < high


def test_without_a_chinese_font_it_is_english_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, None)
    picture = heat_picture(*example(), Language.ZH, "svg")
    assert "no Chinese font" in picture.note
    assert "well filled" in texts(picture.octets)
    assert not re.search(r"[一-鿿]", picture.octets.decode())


def test_with_a_chinese_font_it_is_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    fonts(monkeypatch, "DejaVu Serif")  # installed everywhere, though it lacks the characters
    picture = heat_picture(*example(), Language.ZH, "svg")
    assert "lack some of the characters" in picture.note
    assert {"人手足够", "无人", "03-30 周一 春节"} <= set(texts(picture.octets))


def test_the_preferred_font_of_those_installed_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib import font_manager

    def install(*names: str) -> None:
        known = [font_manager.FontEntry(name=name) for name in names]
        monkeypatch.setattr(font_manager.fontManager, "ttflist", known)

    install("DejaVu Sans", "SimHei", "Noto Sans CJK JP")
    assert chinese_font() == "Noto Sans CJK JP"
    install("DejaVu Sans")
    assert chinese_font() is None


def test_without_matplotlib_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match=r"pip install matplotlib$"):
        heat_picture(*example(), Language.EN, "svg")


def test_colours_go_from_light_to_dark_as_it_gets_worse() -> None:
    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    fine, short, nobody = (pictures._LOOKS[state]["facecolor"] for state in (2, 3, 4))
    assert lightness(fine) > lightness(short) + 30
    assert lightness(short) > lightness(nobody) + 60
