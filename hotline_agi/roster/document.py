"""YAML text → a tree of nodes that know their place. The only file that imports PyYAML.

Every scalar stays the text that the person wrote: YAML 1.1 would make the number 0301234567 an octal 50674039, 22:00
the integer 1320 and ``no`` a boolean. What a field means is decided by the field (`values.py`).

The tree is built from the parser's stream of events with an explicit stack, not by recursion, and with limits on
depth and nodes, so hostile input ends in bounded time and memory: 20,000 ``[`` raise RecursionError in
``yaml.safe_load``, and a merge-key bomb of 1,271 bytes runs there for more than 15 s (ASTERISK.md 3.4). Anchors,
aliases, merge keys, tags, directives and further documents are refused: a roster needs none of them, and each hides
from the eye what the file says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from hotline_agi.errors import InvalidText
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.source import read_text
from hotline_agi.terms.problems import Mark, Problem

MAX_DEPTH = 20
MAX_NODES = 200_000

# libyaml is some 20 times faster and Debian builds PyYAML with it; the tests hold both to the same tree.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Chinese input methods write these where YAML needs the ASCII sign; the line then is text and no structure.
FULL_WIDTH = {
    "：": ":",
    "，": ",",
    "［": "[",
    "］": "]",
    "【": "[",
    "】": "]",
    "｛": "{",
    "｝": "}",
    "－": "-",
    "、": ",",
}

_MANY_DIGITS = 6
"""From so many digits on a text may be somebody's telephone number, which no message may repeat."""
_DATE = re.compile(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scalar:
    text: str
    mark: Mark
    quoted: bool = False
    """Written in quotes or as a block (``|``, ``>``): then an empty text is meant."""
    secret: bool = False
    """From a contacts file: the text may appear in no message."""

    @property
    def missing(self) -> bool:
        """Whether nothing was written, as after a bare ``key:``."""
        return not self.quoted and not self.text  # probes are quoted: their text is not looked into

    @property
    def hidden(self) -> bool:
        """Whether no message may quote it: it may hold somebody's number."""
        many = sum(c.isdigit() for c in self.text) >= _MANY_DIGITS
        return self.secret or (many and not _DATE.fullmatch(self.text))

    @property
    def shown(self) -> str:
        """The text for a message: in quotes and shortened, or described if it may hold somebody's number."""
        if self.hidden:
            return "this text"
        return f"'{self.text}'" if len(self.text) <= 40 else f"'{self.text[:40]}…'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    items: tuple["Node", ...]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    key: Scalar
    value: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    entries: tuple[Entry, ...]
    """In the order of the text; no key occurs twice."""
    mark: Mark


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a text is, and what is wrong with it as YAML."""

    root: Node | None
    """None if it cannot be told what the text means: what a reader said of it could mislead. Of a key that stands
    twice the first counts."""
    problems: tuple[Problem, ...]


def parse(file: str, content: bytes, *, secret: bool = False) -> Node:
    """The tree of one YAML document.

    :param file: the name that problems carry.
    :param content: the bytes of the file; see `source.read_text` for what is demanded of them.
    :param secret: whether no message may quote the text (contacts).
    :raises InvalidText: with every problem found; a syntax error ends the search in this file.
    """
    found = parse_on(file, content, secret=secret)
    if found.problems:
        raise InvalidText(found.problems)
    assert found.root is not None
    return found.root


def parse_on(file: str, content: bytes, *, secret: bool = False) -> Parsed:
    """As `parse`, but a text with problems that leave its meaning plain (a key that stands twice, a tag, an anchor) has
    its tree all the same, so that a reader can tell what else is wrong. Raises nothing."""
    findings = Findings()
    text = read_text(file, content, findings)
    if text is None:
        return Parsed(root=None, problems=tuple(findings.problems))
    tree = _Tree(file, findings, secret=secret)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            tree.feed(event)
    except _TooMuch:
        tree.doubtful = True  # the reason is among the findings
    except yaml.YAMLError as fault:
        tree.doubtful = True
        _note_syntax(file, "" if secret else text, fault, findings)
    if tree.root is None and not findings.failed:
        findings.error(Mark(file=file), "the file says nothing")
    return Parsed(root=None if tree.doubtful else tree.root, problems=tuple(findings.problems))


class _TooMuch(Exception):
    """A limit was passed; the reason stands in the findings."""


@dataclass(slots=True)
class _Open:
    """A sequence or mapping whose end has not come yet."""

    mark: Mark
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    key: Node | None = None
    first_lines: dict[str, int] = field(default_factory=dict)

    def closed(self) -> Node:
        if self.is_mapping:
            return Mapping(entries=tuple(self.entries), mark=self.mark)
        return Sequence(items=tuple(self.items), mark=self.mark)


class _Tree:
    """Builds nodes from events. `root` is set when the document's only node is complete.

    `doubtful` is set by what leaves the meaning of the text open.
    """

    def __init__(self, file: str, findings: Findings, *, secret: bool) -> None:
        self.root: Node | None = None
        self.doubtful = False
        self._file, self._findings, self._secret = file, findings, secret
        self._open: list[_Open] = []
        self._documents = self._nodes = 0

    def feed(self, event: yaml.Event) -> None:
        mark = self._mark(event.start_mark)
        match event:
            case yaml.DocumentStartEvent():
                self._start_document(mark, event)
            case yaml.AliasEvent():
                self._doubt(mark, "an alias (*)", "write the text itself: aliases are not allowed")
                self._complete(Scalar(text="", mark=mark, quoted=True))
            case yaml.ScalarEvent():
                self._look_at_properties(mark, event)
                quoted = event.style is not None and event.style != ""
                self._complete(Scalar(text=event.value, mark=mark, quoted=quoted, secret=self._secret))
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._look_at_properties(mark, event)
                if len(self._open) >= MAX_DEPTH:
                    self._give_up(mark, f"nested deeper than {MAX_DEPTH} levels")
                self._open.append(_Open(mark=mark, is_mapping=isinstance(event, yaml.MappingStartEvent)))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._complete(self._open.pop().closed())

    def _start_document(self, mark: Mark, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._give_up(mark, "a second document (---)", "one file holds one document: delete the --- line")
        if event.version or event.tags:
            self._findings.error(mark, "a YAML directive (%)", "delete the line")

    def _look_at_properties(self, mark: Mark, event: yaml.NodeEvent) -> None:
        if event.anchor is not None:
            self._findings.error(mark, "an anchor (&)", "put the text in quotes; anchors are not allowed")
        if getattr(event, "tag", None) is not None:
            self._findings.error(mark, "a tag (!)", "put the text in quotes; tags are not allowed")
        if isinstance(event, yaml.ScalarEvent) and (event.anchor is not None or _swallows(event.tag, event.value)):
            self.doubtful = True  # `name: !Anna` and `name: &Anna` are names to whoever wrote them

    def _complete(self, node: Node) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES or len(self._findings.problems) > 100:
            self._give_up(
                node.mark, f"more than {MAX_NODES} values" if self._nodes > MAX_NODES else "and more like that"
            )
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if not parent.is_mapping:
            parent.items.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            self._add_entry(parent, parent.key, node)
            parent.key = None

    def _add_entry(self, parent: _Open, key: Node, value: Node) -> None:
        if not isinstance(key, Scalar):
            self._doubt(key.mark, "a list or block stands where a name must stand", "check brackets and braces")
        elif key.missing:
            self._doubt(key.mark, "a colon without a name before it", "write `name: value`")
        elif key.text == "<<":
            self._doubt(key.mark, "a merge key (<<)", "write the lines themselves: merging is not allowed")
        elif key.text in parent.first_lines:
            first = parent.first_lines[key.text]
            self._findings.error(key.mark, f"{key.shown} stands here a second time; first in line {first}", "keep one")
        else:
            parent.first_lines[key.text] = key.mark.line
            parent.entries.append(Entry(key=key, value=value))

    def _doubt(self, mark: Mark, what: str, hint: str) -> None:
        self._findings.error(mark, what, hint)
        self.doubtful = True

    def _give_up(self, mark: Mark, what: str, hint: str = "") -> None:
        self._findings.error(mark, what, hint)
        raise _TooMuch

    def _mark(self, mark: Any) -> Mark:
        return Mark(file=self._file, line=mark.line + 1, column=mark.column + 1)


def _swallows(tag: str | None, text: str) -> bool:
    """Whether a scalar's tag may be a part of the text that somebody meant; ``!!str 7`` is not."""
    return tag is not None and (not text or not tag.startswith("tag:yaml.org,2002:"))


def _note_syntax(file: str, text: str, fault: yaml.YAMLError, findings: Findings) -> None:
    """Note a syntax error in the parser's words.

    :param text: of the file; empty if nothing of it may be said.
    """
    place, context = getattr(fault, "problem_mark", None), getattr(fault, "context_mark", None)
    hint = "look at the colons, brackets, quotes and the indentation of this line and the one above"
    what = "not readable as YAML here"
    # An unclosed bracket or quote is noticed lines later, at worst at the end of the file; its beginning says more.
    if (
        context
        and place
        and context.line < place.line
        and re.search("flow|quoted", getattr(fault, "context", "") or "")
    ):
        place, what, hint = context, "the bracket, brace or quote that opens here is not closed", "close it"
    mark = Mark(file=file, line=place.line + 1, column=place.column + 1) if place else Mark(file=file)
    if text and place:
        what += next(_said(fault), "")
        hint = _full_width_near(text, mark.line) or hint
    findings.error(mark, what, hint)


def _said(fault: yaml.YAMLError) -> Iterator[str]:
    """The parser's own words, unless they could quote much of the text."""
    said = getattr(fault, "problem", None)
    if said and len(said) < 100 and sum(c.isdigit() for c in said) < _MANY_DIGITS:
        yield f": {said}"


def _full_width_near(text: str, line: int) -> str:
    """A hint if the line of a syntax error or the one above has a Chinese sign where YAML's own may be meant."""
    above = max(line - 2, 0)
    for number, written in enumerate(re.split(r"\r\n|\n|\r", text)[above:line], start=above + 1):
        for wide, narrow in FULL_WIDTH.items():
            if wide in written.partition(" #")[0]:
                return f"line {number} has {wide}, a full-width sign; YAML needs {narrow} and a blank"
    return ""
