"""Pictures, SVG or PNG. The only file with matplotlib, which is not always installed. Nothing is drawn on a screen."""

import io
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hotline_agi.errors import SetupError
from hotline_agi.terms.languages import Language

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure
    from matplotlib.patches import Patch, Rectangle

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    octets: bytes
    note: str
    """What is not as it was asked for; empty if nothing."""


def drawn(
    draw: "Callable[[Figure, Language, str | None], None]",
    *,
    kind: str,
    language: Language,
    width_inch: float,
    height_inch: float,
) -> Picture:
    """Let `draw` fill a figure, and render it. The same drawing gives the same octets.

    :param draw: gets the figure, the language in which it can be lettered, and the Chinese font, if there is one.
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
            # a character comes from the first font that has it
            "font.family": ["DejaVu Sans", font] if font else ["DejaVu Sans"],
            "svg.hashsalt": "hotline",
            "hatch.linewidth": 0.6,
        }
    ):
        figure = Figure(figsize=(width_inch, height_inch), layout="constrained")
        draw(figure, language, font)
        out = io.BytesIO()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            figure.savefig(out, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
        if any("missing from font" in str(one.message) for one in caught):
            note = "the installed fonts lack some of the characters: install fonts-noto-cjk"
    return Picture(octets=out.getvalue(), note=note)


def kind_of(name: str) -> str:
    """The kind of picture that a file name asks for.

    :raises SetupError: if it is none of `KINDS`.
    """
    _, dot, kind = name.lower().rpartition(".")
    if not dot or kind not in KINDS:
        raise SetupError(f"{name} is no name for a picture: end it in {' or '.join(f'.{one}' for one in KINDS)}")
    return kind


def rectangle(corner: tuple[float, float], width: float, height: float, **looks: Any) -> "Rectangle":
    from matplotlib.patches import Rectangle

    return Rectangle(corner, width, height, **looks)


def swatch(**looks: Any) -> "Patch":
    """A sample for a legend."""
    from matplotlib.patches import Patch

    return Patch(**looks)


def chinese_font() -> str | None:
    """The installed font with Chinese characters that suits best, by name."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in known), None)
