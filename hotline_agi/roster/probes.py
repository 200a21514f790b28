"""What a reader accepts, learned by asking the reader itself: a JSON Schema that cannot fall behind the code.

A reader is run on probes instead of nodes: a text, a list and a table that hold nothing, but note what is asked of
them. `Fields` and `sequence_of` ask a probe for names and items, a converter of single values notes the schema that it
carries (`described`), and a loop over the entries of a table meets an entry of probes. Every value is asked for in all
three forms, so a reader that takes a list or a table describes both. This works with every reader that notes mistakes
and goes on, as all of them do: it asks for everything before it judges anything. A reader that looks into a text or
into a name itself, which says nothing of what it hopes to find there, is an error until it is `described`.

Schemas are of draft-07, which all editors know, and describe what an editor makes of the text by the core schema of
YAML 1.2: there ``22:00``, ``no`` and ``2026-02-14`` are texts as they are to our readers, but ``0123`` is a number.
"""

# the types of inner functions are not to be worked out at each call: with 10,000 people that took half a second
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from hotline_agi.roster.document import Entry, Mapping, Node, Scalar, Sequence
from hotline_agi.roster.findings import Findings
from hotline_agi.terms.problems import NOWHERE

T = TypeVar("T")
Converter = Callable[[Node, Findings], T | None]
Schema = dict[str, Any]


def described(*forms: Schema) -> Callable[[Converter[T]], Converter[T]]:
    """The converter takes just these forms: nothing else of it is asked."""
    return _noting(lambda notes: notes.take(forms), and_go_on=False)


def also(*forms: Schema) -> Callable[[Converter[T]], Converter[T]]:
    """The converter takes these forms beside those that asking it brings out: a word in the place of a list."""
    return _noting(lambda notes: notes.take(forms), and_go_on=True)


def narrowed(**keywords: Any) -> Callable[[Converter[T]], Converter[T]]:
    """`keywords` of JSON Schema hold for the lists or tables that asking the converter brings out: ``minItems=1``."""
    return _noting(lambda notes: notes.narrowing.update(keywords), and_go_on=True)


def either(*converters: Converter[Any]) -> Callable[[Converter[T]], Converter[T]]:
    """The converter takes what any of these take: they are asked in its place."""

    def note(notes: Notes) -> None:
        notes.take([learned(one) for one in converters])

    return _noting(note, and_go_on=False)


def _noting(note: Callable[[Notes], None], *, and_go_on: bool) -> Callable[[Converter[T]], Converter[T]]:
    def decorate(convert: Converter[T]) -> Converter[T]:
        def read(node: Node, findings: Findings) -> T | None:
            if isinstance(node, Probe):
                note(node.notes)
                if not and_go_on:
                    return None
            return convert(node, findings)

        return read

    return decorate


def learned(convert: Converter[Any]) -> Schema:
    """The schema of what `convert` accepts.

    :raises LookupError: if it asked for something of which nothing became known: a converter lacks `described`.
    """
    notes = Notes()
    notes.ask(convert)
    return notes.schema("the value")


@dataclass(frozen=True, slots=True)
class _Asked:
    notes: Notes
    required: bool
    default: object


class Notes:
    """What was asked of one place of the text."""

    def __init__(self) -> None:
        self.narrowing: Schema = {}
        self.looked_into = False
        """Whether a reader itself looked at the text."""
        self._forms: list[Schema] = []
        self._items: Notes | None = None
        self._fields: dict[str, _Asked] = {}
        self._table: tuple[Notes, Notes] | None = None

    def ask(self, convert: Converter[T]) -> T | None:
        """Run `convert` on a probe of each form; the first value that it gives. (A table may be handed through.)"""
        values = [convert(probe, Findings()) for probe in self.probes()]
        return next((value for value in values if value is not None), None)

    def probes(self) -> Iterator[Node]:
        yield from (ProbeScalar(self), ProbeSequence(self), ProbeMapping(self))

    def take(self, forms: tuple[Schema, ...] | list[Schema]) -> None:
        self._forms += [form for form in forms if form not in self._forms]

    def items(self) -> Notes:
        """Of the items of a list."""
        self._items = self._items or Notes()
        return self._items

    def field(self, key: str, *, required: bool, default: object) -> Notes:
        """Of the value of a name."""
        return self._fields.setdefault(key, _Asked(Notes(), required, default)).notes

    def table(self) -> tuple[Notes, Notes]:
        """Of the names and values of a table whose names are free."""
        self._table = self._table or (Notes(), Notes())
        return self._table

    @property
    def known(self) -> bool:
        """Whether anything was asked."""
        return bool(self._forms or self._items or self._fields or self._table or self.looked_into)

    def schema(self, place: str) -> Schema:
        """:raises LookupError: naming the place, if nothing is known of it."""
        forms = list(self._forms)
        if self._items is not None:
            forms.append({"type": "array", "items": self._items.schema(f"an item of {place}"), **self._of("Items")})
        if self._fields:
            forms.append({**self._record(place), **self._of("Properties")})
        elif self._table is not None and self._table[1].known:
            forms.append({**self._free(place, *self._table), **self._of("Properties")})
        if not forms or (self.looked_into and not self._forms):
            raise LookupError(f"nothing is known of {'the texts of ' if forms else ''}{place}")
        return forms[0] if len(forms) == 1 else {"anyOf": _apart(forms)}

    def _of(self, what: str) -> Schema:
        return {key: value for key, value in self.narrowing.items() if key.endswith(what)}

    def _record(self, place: str) -> Schema:
        properties = {key: asked.notes.schema(f"{key} of {place}") for key, asked in self._fields.items()}
        for key, asked in self._fields.items():
            if (default := _written(asked.default)) is not None:
                properties[key] = {**properties[key], "default": default}
        required = [key for key, asked in self._fields.items() if asked.required]
        return {
            "type": "object",
            "properties": properties,
            **({"required": required} if required else {}),
            "additionalProperties": False,
        }

    def _free(self, place: str, names: Notes, values: Notes) -> Schema:
        if not names._forms:
            raise LookupError(f"nothing is known of the names in {place}")
        value = values.schema(f"an entry of {place}")
        patterns = {name["pattern"]: value for name in names._forms}
        return {"type": "object", "patternProperties": patterns, "additionalProperties": False}


def _apart(forms: list[Schema]) -> list[Schema]:
    """The forms, with unions among them taken apart, each once."""
    flat: list[Schema] = []
    for form in forms:
        flat += [one for one in form.get("anyOf", [form]) if one not in flat]
    return flat


def _written(value: object) -> Any:
    """A default as the text would have it; None for one that no text has."""
    match value:
        case Enum():
            return value.value
        case bool() | int() | str():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case tuple() if value and all(_written(item) is not None for item in value):
            return [_written(item) for item in value]
    return None


class Probe:
    """Stands for a node of the text. `notes` takes down what is asked of it."""

    __slots__ = ()
    notes: Notes


class ProbeScalar(Probe, Scalar):
    """An empty text."""

    __slots__ = ("notes",)

    def __init__(self, notes: Notes) -> None:
        object.__setattr__(self, "notes", notes)
        object.__setattr__(self, "mark", NOWHERE)
        object.__setattr__(self, "quoted", True)
        object.__setattr__(self, "secret", True)

    @property
    def text(self) -> str:
        self.notes.looked_into = True
        return ""

    @property
    def shown(self) -> str:
        """For a message, which nobody reads."""
        return ""


class ProbeSequence(Probe, Sequence):
    """A list: of one item in each form for whoever loops over it."""

    __slots__ = ("notes",)

    def __init__(self, notes: Notes) -> None:
        object.__setattr__(self, "notes", notes)
        object.__setattr__(self, "mark", NOWHERE)

    @property
    def items(self) -> tuple[Node, ...]:
        return tuple(self.notes.items().probes())


class ProbeMapping(Probe, Mapping):
    """A table: of one entry with a value in each form for whoever loops over it."""

    __slots__ = ("notes",)

    def __init__(self, notes: Notes) -> None:
        object.__setattr__(self, "notes", notes)
        object.__setattr__(self, "mark", NOWHERE)

    @property
    def entries(self) -> tuple[Entry, ...]:
        names, values = self.notes.table()
        return tuple(Entry(key=ProbeScalar(names), value=value) for value in values.probes())
