"""The report's few plots as SVG that stands in the page itself.

Not by matplotlib (`drawing.py`), for three reasons: it is an optional extra, and a weekly mail must not depend on it;
it letters a picture in one language, with fonts of the server, where this page is read in two by browsers that have
fonts; and its outlines of characters make the file some megabytes. What is needed here are bars, lines and a map.

Blue and orange are told apart by nearly everybody (after Okabe and Ito), and orange is hatched, for prints in grey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.etree.ElementTree import Element

from hotline_agi.reports.period.markup import node
from hotline_agi.reports.period.words import Text

WIDTH = 720
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 24, 30
_LABELS = 24
"""At most so many under an axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    name: Text
    kind: str
    """Of its looks in the page's style: ``good``, ``lost``, ``rest``, ``line``, ``dash``."""
    values: Sequence[float | None]


def bars(name: Text, labels: Sequence[Text], series: Sequence[Series], *, height: int = 190) -> Element:
    """Bars on top of each other, one pile per label."""
    totals = [sum(one.values[n] or 0.0 for one in series) for n in range(len(labels))]
    scale = _Scale.of(max(totals, default=0.0), height)
    drawing = _frame(name, series, scale, labels, height)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    for n in range(len(labels)):
        below = 0.0
        for one in series:
            value = one.values[n] or 0.0
            if value > 0:
                top = scale.y(below + value)
                drawing.append(
                    node(
                        "rect",
                        x=_r(LEFT + n * step + step * 0.1),
                        y=_r(top),
                        width=_r(step * 0.8),
                        height=_r(scale.y(below) - top),
                        class_=one.kind,
                    )
                )
            below += value
    return drawing


def lines(
    name: Text, labels: Sequence[Text], series: Sequence[Series], *, most: float | None = None, height: int = 150
) -> Element:
    """Lines over labels; a hole where there is no value.

    :param most: the top of the axis; None: what the values need.
    """
    highest = max((value for one in series for value in one.values if value is not None), default=0.0)
    scale = _Scale.of(highest if most is None else most, height)
    drawing = _frame(name, series, scale, labels, height)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    for one in series:
        for run in _runs(one.values):
            points = " ".join(f"{_r(LEFT + (n + 0.5) * step)},{_r(scale.y(one.values[n] or 0.0))}" for n in run)
            if len(run) > 1:
                drawing.append(node("polyline", points=points, class_=one.kind))
            if len(run) == 1 or len(labels) <= 2 * _LABELS:
                for n in run:
                    x, y = _r(LEFT + (n + 0.5) * step), _r(scale.y(one.values[n] or 0.0))
                    drawing.append(node("circle", cx=x, cy=y, r="2.2", class_=one.kind))
    return drawing


def heat(name: Text, rows: Sequence[Text], columns: Sequence[Text], values: Sequence[Sequence[float]]) -> Element:
    """A map: the darker, the more; the number stands in each cell."""
    size = (WIDTH - LEFT - RIGHT) / max(1, len(columns))
    height = TOP + 20 * len(rows) + 6
    drawing = node("svg", **_box(height), role="img", aria_label=_alt(name))
    drawing.append(node("title", _alt(name)))
    most = max((value for row in values for value in row), default=0.0) or 1.0
    for n, column in enumerate(columns):
        drawing.append(node("text", column, x=_r(LEFT + (n + 0.5) * size), y=TOP - 6, class_="middle"))
    for m, row in enumerate(rows):
        y = TOP + 20 * m
        drawing.append(node("text", row, x=LEFT - 6, y=y + 14, class_="end"))
        for n, value in enumerate(values[m]):
            x, dark = LEFT + n * size, value / most
            drawing.append(
                node(
                    "rect",
                    x=_r(x),
                    y=y,
                    width=_r(size - 1),
                    height=19,
                    class_="heat" if value else "none",
                    fill_opacity=_r(0.08 + 0.92 * dark) if value else None,
                )
            )
            if value:
                look = "middle light" if dark > 0.55 else "middle"
                drawing.append(node("text", f"{value:g}", x=_r(x + size / 2), y=y + 14, class_=look))
    return drawing


def portions(name: Text, rows: Sequence[Text], series: Sequence[Series]) -> Element:
    """Lying bars, one per row, for names that do not fit under an axis."""
    left = 150
    height = TOP + 16 * len(rows) + 22
    most = max((sum(one.values[n] or 0.0 for one in series) for n in range(len(rows))), default=0.0) or 1.0
    drawing = node("svg", **_box(height), role="img", aria_label=_alt(name))
    drawing.append(node("title", _alt(name)))
    drawing.extend(_legend(series))
    for n, row in enumerate(rows):
        y, x = TOP + 16 * n, float(left)
        drawing.append(node("text", row, x=left - 6, y=y + 11, class_="end"))
        for one in series:
            value = one.values[n] or 0.0
            width = (WIDTH - left - 50) * value / most
            if value > 0:
                drawing.append(node("rect", x=_r(x), y=y, width=_r(width), height=13, class_=one.kind))
            x += width
        total = sum(one.values[n] or 0.0 for one in series)
        drawing.append(node("text", f"{total:g}", x=_r(x + 5), y=y + 11))
    return drawing


# ---- parts


@dataclass(frozen=True, slots=True)
class _Scale:
    most: float
    step: float
    height: int

    @classmethod
    def of(cls, highest: float, height: int) -> "_Scale":
        """From 0 to a round number, in four or five steps."""
        raw = max(highest, 1.0) / 4
        power = 10.0 ** floor(log10(raw))
        step = next(one * power for one in (1, 2, 2.5, 5, 10) if one * power >= raw)
        step = step if step >= 1 or highest <= 1 else 1.0
        return cls(ceil(max(highest, step) / step - 1e-9) * step, step, height)

    def y(self, value: float) -> float:
        return TOP + (self.height - TOP - BOTTOM) * (1 - value / self.most)

    @property
    def ticks(self) -> list[float]:
        return [n * self.step for n in range(round(self.most / self.step) + 1)]


def _frame(name: Text, series: Sequence[Series], scale: _Scale, labels: Sequence[Text], height: int) -> Element:
    drawing = node("svg", **_box(height), role="img", aria_label=_alt(name))
    drawing.append(node("title", _alt(name)))
    for tick in scale.ticks:
        y = _r(scale.y(tick))
        drawing.append(node("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"))
        drawing.append(node("text", f"{tick:g}", x=LEFT - 6, y=_r(scale.y(tick) + 4), class_="end"))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    every = max(1, ceil(len(labels) / _LABELS))
    for n in range(0, len(labels), every):
        drawing.append(node("text", labels[n], x=_r(LEFT + (n + 0.5) * step), y=height - 12, class_="middle"))
    drawing.extend(_legend(series))
    return drawing


def _legend(series: Sequence[Series]) -> list[Element]:
    found, x = [], float(LEFT)
    for one in series:
        found.append(node("rect", x=_r(x), y=4, width=12, height=10, class_=f"{one.kind} swatch"))
        found.append(node("text", one.name, x=_r(x + 17), y=13))
        x += 40 + 6.2 * max(len(one.name.en), 2 * len(one.name.zh))
    return found


def _box(height: int) -> dict[str, object]:
    return {"viewBox": f"0 0 {WIDTH} {height}", "width": "100%"}


def _alt(name: Text) -> str:
    return name.en if name.en == name.zh else f"{name.en} / {name.zh}"


def _runs(values: Sequence[float | None]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for n, value in enumerate(values):
        if value is not None:
            runs[-1].append(n)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _r(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


HATCH = node(
    "svg",
    node(
        "defs",
        node(
            "pattern",
            node("rect", width=6, height=6, fill="#e69f00"),
            node("path", d="M0,6 l6,-6", stroke="#8f6300", stroke_width=1.2),
            id="hatch",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
        ),
    ),
    width=0,
    height=0,
    style="position:absolute",
    aria_hidden="true",
)
"""To stand once in the page, before all plots."""
