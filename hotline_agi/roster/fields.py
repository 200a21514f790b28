"""The fields of one mapping: asked for by name, converted, and everything unknown, missing or wrong noted.

A converter takes a node and the findings, and gives the value, or notes what is wrong and gives None. So a whole file
is read in one go, and the person sees all mistakes at once:

    fields = Fields.of(node, findings, "a ring step")
    for_s = fields.required("for_s", seconds(5, 120))
    fields.close()
    if for_s is None:
        return None

Ask for every field before judging any: the schemas for editors are learned by running the readers (`probes.py`).
"""

import difflib
from collections.abc import Iterable
from typing import TypeVar

from hotline_agi.roster.document import FULL_WIDTH, Entry, Mapping, Node, Scalar, Sequence
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.probes import Converter, Notes, ProbeMapping, ProbeSequence
from hotline_agi.terms.problems import Mark

__all__ = ["Converter", "Fields", "check_twins", "full_width_hint", "nearest", "sequence_of"]

T = TypeVar("T")
Default = TypeVar("Default")


class Fields:
    """Reads the entries of one mapping. Every key that was asked for is known; `close` refuses the others."""

    def __init__(self, node: Mapping, findings: Findings, of: str) -> None:
        """:param of: what the mapping is, for messages: ``the line``, ``a ring step``."""
        self._notes: Notes | None = node.notes if isinstance(node, ProbeMapping) else None
        self._entries = {} if self._notes else {entry.key.text: entry for entry in node.entries}
        self._mark, self._findings, self._of = node.mark, findings, of
        self._asked: dict[str, None] = {}
        self._hints: dict[str, str] = {}

    @classmethod
    def of(cls, node: Node, findings: Findings, of: str) -> "Fields | None":
        """The fields of `node`, or None after noting that it is no mapping."""
        if isinstance(node, Mapping):
            return cls(node, findings, of)
        findings.error(node.mark, f"{of} must be a block of `name: value` lines", full_width_hint(node))
        return None

    def required(self, key: str, convert: Converter[T]) -> T | None:
        """The value of `key`, or None after noting that it is missing or wrong."""
        if self._notes:
            return self._notes.field(key, required=True, default=None).ask(convert)
        entry = self._ask(key)
        if entry is None:
            self._findings.error(self._mark, f"{self._of} has no '{key}'", f"add a line `{key}: …`")
            return None
        return self._convert(entry, convert)

    def optional(self, key: str, convert: Converter[T], default: Default) -> T | Default:
        """The value of `key`; `default` if it is not there, or wrong (which is noted)."""
        if self._notes:
            value = self._notes.field(key, required=False, default=default).ask(convert)
        else:
            entry = self._ask(key)
            value = self._convert(entry, convert) if entry else None
        return default if value is None else value

    def mark(self, key: str) -> Mark:
        """Where the value of `key` stands; the mapping's place if it is not there."""
        entry = self._entries.get(key)
        return entry.value.mark if entry else self._mark

    def text(self, key: str) -> str:
        """What was written for `key`, before any conversion; empty if it is not there or no single value."""
        entry = self._entries.get(key)
        return entry.value.text if entry and isinstance(entry.value, Scalar) else ""

    def has(self, key: str) -> bool:
        return key in self._entries

    def hint(self, key: str, hint: str) -> None:
        """Say `hint` when somebody writes `key`, which is not known but likely."""
        self._hints[key] = hint

    def close(self) -> None:
        """Note every key that nobody asked for, with the nearest known name."""
        for text, entry in self._entries.items():
            if text not in self._asked and not self._findings.full:
                hint = self._hints.get(text) or full_width_hint(entry.key) or nearest(text, self._asked)
                name = "such field" if entry.key.hidden else f"field {entry.key.shown}"
                what = f"{self._of} has no {name}"
                self._findings.error(entry.key.mark, what, hint or f"known are: {', '.join(self._asked)}")

    def _ask(self, key: str) -> Entry | None:
        self._asked[key] = None
        return self._entries.get(key)

    def _convert(self, entry: Entry, convert: Converter[T]) -> T | None:
        if isinstance(entry.value, Scalar) and entry.value.missing:
            self._findings.error(entry.key.mark, f"{entry.key.shown} has no value", "write one or delete the line")
            return None
        return convert(entry.value, self._findings)


def sequence_of(convert: Converter[T], what: str) -> Converter[tuple[T, ...]]:
    """A list of things, each converted; wrong items are noted and left out.

    Refused is what is no list, and a list of which no item is right.
    """

    def read(node: Node, findings: Findings) -> tuple[T, ...] | None:
        if isinstance(node, ProbeSequence):
            node.notes.items().ask(convert)
            return None
        if not isinstance(node, Sequence):
            hint = full_width_hint(node) or "write [a, b] or one line `- …` for each"
            findings.error(node.mark, f"{what} must be a list", hint)
            return None
        values = []
        for item in node.items:
            if findings.full:
                break
            if isinstance(item, Scalar) and item.missing:
                findings.error(item.mark, f"an empty item in {what}", "delete it")
            elif (value := convert(item, findings)) is not None:
                values.append(value)
        return tuple(values) if values or not node.items else None

    return read


def nearest(text: str, known: Iterable[str]) -> str:
    """A hint that names the known name nearest to `text`, or nothing if none is near."""
    found = difflib.get_close_matches(text[:64], list(known), n=1, cutoff=0.6)
    return f"did you mean '{found[0]}'?" if found else ""


def full_width_hint(node: Node) -> str:
    """A hint if `node` is text with Chinese punctuation in the place of YAML's own, else nothing."""
    if isinstance(node, Scalar) and not node.quoted and not node.secret:
        for wide, narrow in FULL_WIDTH.items():
            if wide in node.text:
                return f"{wide} is a full-width sign; write {narrow} followed by a blank"
    return ""


def check_twins(found: tuple[object, ...], node: Node, findings: Findings, what: str) -> None:
    """An error where something stands twice in the list `node`."""
    if len(set(found)) < len(found):
        findings.error(node.mark, f"the same {what} stands twice", "keep one")
