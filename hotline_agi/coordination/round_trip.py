"""A YAML file as text whose parts know where they stand, so that an edit touches its own lines and no others.

The only file that imports ruamel.yaml. It is used for the one thing that a round trip needs and the service's parser
does not give: where each value begins *and ends*, and whether it is written in flow or block style. Writing the file
anew from ruamel's tree was tried and left: it wraps flow lists, moves comments to other columns, drops blank lines and
turns CRLF into LF, so a swap would show up as a rewritten file. `splices.py` changes the text itself instead.

Two parsers must agree: what ruamel.yaml finds is compared with what the service will read (`roster/document.py`), and
a file that they understand differently is left to be edited by hand.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from hotline_agi.errors import SetupError
from hotline_agi.roster import document

Plain = str | list["Plain"] | dict[str, "Plain"]
"""What a file means: texts, lists, tables. A value that was left out is an empty text."""
Path = tuple[str | int, ...]
"""From the root to a part: names of entries, positions in lists."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_COLON = re.compile(r"(?:[ \r\n]|#[^\r\n]*)*:")
"""Behind a name, with what may stand before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A value in the text, from `start` until `end` (offsets in characters; blanks and comments behind it are not it).

    One of `items` and `entries` is in use if it is a list or a table; neither for a text.
    """

    start: int
    end: int
    column: int
    """Of `start`; for block lists and tables the column in which all dashes or names stand."""
    flow: bool = False
    """Written with brackets or braces, or a text."""
    text: str = ""
    items: tuple["Part", ...] | None = None
    entries: tuple[tuple["Part", "Part"], ...] | None = None

    def plain(self) -> Plain:
        if self.items is not None:
            return [item.plain() for item in self.items]
        if self.entries is not None:
            return {key.text: value.plain() for key, value in self.entries}
        return self.text

    @property
    def children(self) -> tuple["Part", ...]:
        """The items, or the values of the entries."""
        return self.items if self.items is not None else tuple(value for _, value in self.entries or ())

    def child(self, step: str | int) -> int:
        """The position of an item or of the entry called `step`.

        :raises KeyError: if there is none.
        """
        if isinstance(step, int):
            if self.items is None or not 0 <= step < len(self.items):
                raise KeyError(step)
            return step
        for n, (key, _) in enumerate(self.entries or ()):
            if key.text == step:
                return n
        raise KeyError(step)


@dataclass(frozen=True)
class YamlText:
    """The text of one file that the service's parser takes. `file` is its name in messages.

    :raises InvalidText: if it does not.
    """

    file: str
    text: str

    def __post_init__(self) -> None:
        assert self.plain is not None  # read at once, so that whoever holds one holds a good one

    @classmethod
    def of(cls, file: str, content: bytes) -> "YamlText":
        """:raises InvalidText: if the service refuses it."""
        document.parse(file, content)  # refuses what is no UTF-8
        return cls(file, content.decode())

    @cached_property
    def plain(self) -> Plain:
        """What the service reads. Not to be changed."""
        return meaning(document.parse(self.file, self.text.encode()))

    @cached_property
    def root(self) -> Part:
        """:raises SetupError: if ruamel.yaml reads the file otherwise than the service."""
        try:
            root = _part(YAML(typ="safe", pure=True).compose(self.text), self.text)
        except YAMLError as fault:
            raise self.not_understood() from fault
        if not same_meaning(root.plain(), self.plain):
            raise self.not_understood()
        return root

    def not_understood(self) -> SetupError:
        return SetupError(f"{self.file} is written in a way that cannot be edited safely here: edit it by hand")

    def at(self, path: Path) -> Part:
        """:raises KeyError: if nothing stands there."""
        part = self.root
        for step in path:
            part = part.children[part.child(step)]
        return part

    @cached_property
    def line_end(self) -> str:
        """Of the first line, and so of lines that are added."""
        found = _LINE_END.search(self.text)
        return found[0] if found else "\n"

    @cached_property
    def _texts(self) -> list[tuple[int, int]]:
        """The spans of single values and names, in order: a ``#`` in them is no comment."""
        spans: list[tuple[int, int]] = []
        waiting = [self.root]
        while waiting:
            part = waiting.pop()
            if part.items is None and part.entries is None:
                spans.append((self._after_header(part), part.end))
            waiting.extend(part.children)
            waiting.extend(key for key, _ in part.entries or ())
        return sorted(spans)

    def _after_header(self, part: Part) -> int:
        """Where the content of a text begins: that of a block text in the line after its ``|`` or ``>``."""
        return self.line_stop(part.start) if self.text[part.start : part.start + 1] in ("|", ">") else part.start

    @cached_property
    def comments(self) -> list[tuple[int, int]]:
        """The spans of all comments, from ``#`` to the end of the line, in order."""
        found: list[tuple[int, int]] = []
        at = 0
        for start, end in [*self._texts, (len(self.text), len(self.text))]:
            while (sign := self.text.find("#", at, max(start, at))) >= 0:
                stop = self.line_stop(sign)
                found.append((sign, stop))
                at = stop
            at = max(at, end)
        return found

    def comment_texts(self) -> list[str]:
        return [self.text[start:end].rstrip() for start, end in self.comments]

    def comments_in(self, start: int, end: int) -> list[tuple[int, int]]:
        return [span for span in self.comments if start <= span[0] < end]

    def line_start(self, at: int) -> int:
        return max(self.text.rfind("\n", 0, at), self.text.rfind("\r", 0, at)) + 1

    def line_stop(self, at: int) -> int:
        """The end of the line, before what ends it."""
        found = _LINE_END.search(self.text, at)
        return found.start() if found else len(self.text)

    def next_line(self, at: int) -> int:
        found = _LINE_END.search(self.text, at)
        return found.end() if found else len(self.text)

    def skip(self, at: int, also: str = "") -> int:
        """The first place from `at` on that is neither blank, nor comment, nor a character of `also`."""
        while at < len(self.text):
            if self.text[at] == "#":
                at = self.line_stop(at)
            elif self.text[at] in " \r\n" + also:
                at += 1
            else:
                break
        return at


def meaning(node: document.Node) -> Plain:
    """What the service's parser found, without places."""
    match node:
        case document.Scalar():
            return node.text
        case document.Sequence():
            return [meaning(item) for item in node.items]
        case document.Mapping():
            return {entry.key.text: meaning(entry.value) for entry in node.entries}


def same_meaning(left: Plain, right: Plain) -> bool:
    """Also in the order of the entries, which `==` of dicts does not look at."""
    return _ordered(left) == _ordered(right)


def _ordered(plain: Plain) -> object:
    if isinstance(plain, dict):
        return ("table", [(key, _ordered(value)) for key, value in plain.items()])
    if isinstance(plain, list):
        return [_ordered(item) for item in plain]
    return plain


def _part(node: Node, text: str) -> Part:
    # `document.parse` has bounded the depth
    start, end, column = node.start_mark.index, node.end_mark.index, node.start_mark.column
    if isinstance(node, SequenceNode):
        items = tuple(_part(item, text) for item in node.value)
        flow = bool(node.flow_style)
        return Part(start=start, end=end if flow else items[-1].end, column=column, flow=flow, items=items)
    if isinstance(node, MappingNode):
        entries = tuple(_entry(_part(key, text), _part(value, text), text) for key, value in node.value)
        flow = bool(node.flow_style)
        return Part(start=start, end=end if flow else entries[-1][1].end, column=column, flow=flow, entries=entries)
    end = max(start, start + len(text[start:end].rstrip()))  # the mark of a block text is behind its blank lines
    return Part(start=start, end=end, column=column, flow=True, text=node.value)


def _entry(key: Part, value: Part, text: str) -> tuple[Part, Part]:
    """Nothing behind a colon stands right behind it; ruamel.yaml says that it is where the next thing begins."""
    if value.start < value.end or value.items is not None or value.entries is not None:
        return key, value
    colon = _COLON.match(text, key.end)
    at = colon.end() if colon else key.end
    return key, Part(start=at, end=at, column=value.column, flow=True)
