"""The map of coverage as a picture, SVG or PNG.

Colours go from light to dark as they go from good to bad (blue and orange after Okabe and
Ito), and what lacks is hatched, so the picture can be printed in grey and read by the colour-blind.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from hotline_agi.drawing import Picture, drawn, rectangle, swatch
from hotline_agi.planning.heat import CELLS, Filling, HeatRow, runs
from hotline_agi.planning.wording import day_in_words
from hotline_agi.roster.model import Line
from hotline_agi.terms.languages import Language

if TYPE_CHECKING:
    from hotline_agi.drawing import Axes, Figure

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


def heat_picture(line: Line, rows: Sequence[HeatRow], language: Language, kind: str) -> Picture:
    """Draw the map of `line`.

    :param kind: one of `drawing.KINDS`.
    :raises SetupError: if matplotlib is not installed.
    """

    def draw(figure: "Figure", words: Language, font: str | None) -> None:
        axes = figure.add_subplot()
        _draw(axes, rows)
        _label(axes, line, rows, words, font)

    return drawn(draw, kind=kind, language=language, width_inch=12, height_inch=1.5 + 0.25 * len(rows))


def _draw(axes: "Axes", rows: Sequence[HeatRow]) -> None:
    for n, row in enumerate(rows):
        for first, end, cell in runs(row.cells):
            look = _LOOKS[cell.filling]
            axes.add_patch(rectangle((first / 2, n), (end - first) / 2, 0.92, linewidth=0.0, **look))
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
        swatch(label=WORDS[language][state], **{"linewidth": 0.0, **_LOOKS[state]})
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
