"""The map of coverage as a picture, SVG or PNG. The only file with matplotlib, which is not always installed.

Nothing is drawn on a screen. Colours go from light to dark as they go from good to bad (blue and orange after Okabe and
Ito), and what lacks is hatched, so the picture can be printed in grey and read by the colour-blind.
"""

import io
import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from hotline_agi.errors import SetupError
from hotline_agi.planning.heat import CELLS, Filling, HeatRow, runs
from hotline_agi.planning.wording import day_in_words
from hotline_agi.roster.model import Line
from hotline_agi.terms.languages import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("svg", "png")
CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",  # the collection's first face, the only one that matplotlib sees; it has all characters
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "Hiragino Sans GB",
    "Arial Unicode MS",
    "Droid Sans Fallback",
)
"""In order of preference, as matplotlib calls them."""
WORDS: dict[Language, dict[Filling, str]] = {
    Language.ZH: {
        Filling.FINE: "人手足够",
        Filling.SHORT: "不足",
        Filling.NOBODY: "无人",
        Filling.CLOSED: "不开放",
        Filling.SKIPPED: "当天没有这个时刻（调钟）",
    },
    Language.EN: {
        Filling.FINE: "well filled",
        Filling.SHORT: "lacking",
        Filling.NOBODY: "nobody",
        Filling.CLOSED: "closed",
        Filling.SKIPPED: "skipped by the clock",
    },
}
_TITLES = {
    Language.ZH: "{name}：值班人数，{first} 至 {last}（{zone}）",
    Language.EN: "{name}: people on shift, {first} to {last} ({zone})",
}
_LOOKS: dict[Filling, dict[str, Any]] = {
    Filling.FINE: {"facecolor": "#a6d8f0"},
    Filling.SHORT: {"facecolor": "#e69f00", "hatch": "////", "edgecolor": "#8f6300"},
    Filling.NOBODY: {"facecolor": "#7a1f1f", "hatch": "xxxx", "edgecolor": "#b05050"},
    Filling.CLOSED: {"facecolor": "#e6e6e6"},
    Filling.SKIPPED: {"facecolor": "#ffffff", "hatch": "....", "edgecolor": "#c8c8c8"},
}
_NUMBERS = {Filling.FINE: "#10394f", Filling.SHORT: "black", Filling.NOBODY: "white"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    octets: bytes
    note: str
    """What is not as it was asked for; empty if nothing."""


def heat_picture(line: Line, rows: Sequence[HeatRow], language: Language, kind: str) -> Picture:
    """Draw the map of `line`.

    :param kind: one of `KINDS`.
    :raises SetupError: if matplotlib is not installed.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise SetupError(
            "pictures need matplotlib, which hotline's own environment lacks: in it, run pip install matplotlib"
        ) from error
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # a font without bold needs no warning
    font = chinese_font()
    note = ""
    if language is Language.ZH and font is None:
        language = Language.EN
        note = "no Chinese font is installed, so the picture is in English: install fonts-noto-cjk"
    with matplotlib.rc_context(
        {
            "font.family": ["DejaVu Sans", font]
            if font
            else ["DejaVu Sans"],  # a character comes from the first that has it
            "svg.hashsalt": "hotline",  # the same roster gives the same file
            "hatch.linewidth": 0.6,
        }
    ):
        figure = Figure(figsize=(12, 1.5 + 0.25 * len(rows)), layout="constrained")
        axes = figure.add_subplot()
        _draw(axes, rows)
        _label(axes, line, rows, language, font)
        out = io.BytesIO()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            figure.savefig(out, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
        if any("missing from font" in str(one.message) for one in caught):
            note = "the installed fonts lack some of the characters: install fonts-noto-cjk"
    return Picture(octets=out.getvalue(), note=note)


def chinese_font() -> str | None:
    """The installed font with Chinese characters that suits best, by name."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), None)


def _draw(axes: "Axes", rows: Sequence[HeatRow]) -> None:
    from matplotlib.patches import Rectangle

    for n, row in enumerate(rows):
        for first, end, cell in runs(row.cells):
            look = _LOOKS[cell.filling]
            axes.add_patch(Rectangle((first / 2, n), (end - first) / 2, 0.92, linewidth=0.0, **look))
            axes.plot([first / 2] * 2, [n, n + 0.92], color="white", linewidth=1.2, zorder=1.5)
            if cell.filling in _NUMBERS:
                axes.text(
                    (first + end) / 4,
                    n + 0.48,
                    str(cell.on_shift),
                    color=_NUMBERS[cell.filling],
                    fontsize=7,
                    fontweight="bold" if cell.filling is not Filling.FINE else "normal",
                    ha="center",
                    va="center",
                    bbox={"facecolor": look["facecolor"], "linewidth": 0.0, "pad": 1.2},
                )
    axes.set_xlim(0, CELLS / 2)
    axes.set_ylim(len(rows), 0)


def _label(axes: "Axes", line: Line, rows: Sequence[HeatRow], language: Language, font: str | None) -> None:
    from matplotlib.patches import Patch

    def shown(text: str, instead: str) -> str:
        return instead if font is None and any(east_asian_width(character) in "WF" for character in text) else text

    title = _TITLES[language].format(
        name=shown(line.name.get(language, line.id), line.id),
        first=rows[0].day,
        last=rows[-1].day,
        zone=line.zone.key,
    )
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xticks(range(0, CELLS // 2 + 1, 2), [f"{hour:02}" for hour in range(0, CELLS // 2 + 1, 2)])
    axes.xaxis.tick_top()
    labels = [
        day_in_words(row.day, language) + (f" {shown(row.name, 'special day')}" if row.name else "") for row in rows
    ]
    axes.set_yticks([n + 0.48 for n in range(len(rows))], labels, fontsize=8)
    axes.grid(visible=True, axis="x", color="white", linewidth=0.6, alpha=0.5)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    occurs = {cell.filling for row in rows for cell in row.cells}
    handles = [
        Patch(label=WORDS[language][state], **{"linewidth": 0.0, **_LOOKS[state]})
        for state in (Filling.FINE, Filling.SHORT, Filling.NOBODY, Filling.CLOSED, Filling.SKIPPED)
        if state in occurs
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        ncols=len(handles),
        frameon=False,
        fontsize=8,
        handlelength=2.5,
        handleheight=1.4,
    )
