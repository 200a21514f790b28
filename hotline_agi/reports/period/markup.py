"""HTML and SVG as a tree, so that nothing is ever escaped by hand and no tag stays open.

`xml.etree` writes both: a template library would be one dependency more for one page, and its templates files to read,
which the pure core does not do. A `Text` becomes both languages side by side; the page's style shows one of them.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from hotline_agi.reports.period.words import Text

Child = Element | str | Text | None | Iterable["Child"]


def node(tag: str, *children: Child, **attributes: object) -> Element:
    """An element. Attributes: ``class_`` for ``class``, ``stroke_width`` for ``stroke-width``; None: left out."""
    known = {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items() if value is not None}
    found = Element(tag, known)
    _add(found, children, "tspan" if tag == "text" else "span")
    return found


def page_of(root: Element) -> str:
    """The whole document."""
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _add(parent: Element, children: Iterable[Child], inner: str) -> None:
    for child in children:
        match child:
            case None:
                pass
            case Element():
                parent.append(child)
            case Text():
                _add(parent, _both(child, inner), inner)
            case str():
                if len(parent):
                    parent[-1].tail = (parent[-1].tail or "") + child
                else:
                    parent.text = (parent.text or "") + child
            case _:
                _add(parent, child, inner)


def _both(text: Text, inner: str) -> list[Child]:
    if text.en == text.zh:
        return [text.en]
    return [
        node(inner, text.en, class_="en", lang="en"),
        node(inner, text.zh, class_="zh", lang="zh"),
    ]
