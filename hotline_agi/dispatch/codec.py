"""Events, commands and the machine's memory as canonical JSON, and back: one value, one text, byte for byte.

    {"is":"LegEnded","leg":"leg-0000000100000a","cause":19}

Fields stand in the order of the class, and those that have their default are left out, so that a field that is added
later (with a default) changes no text of before. Floats are written so that they come back exactly (``repr``), instants
with their microseconds, all else in ASCII. An endpoint is its id and never a number; of the keys that a caller pressed
only those are told that mean something to the machine (`TOLD_KEYS`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from hotline_agi.dispatch.commands import Command
from hotline_agi.dispatch.events import CallerKeyed, Event
from hotline_agi.dispatch.memory import Memory
from hotline_agi.roster.model import Endpoint
from hotline_agi.terms.ids import EndpointId
from hotline_agi.terms.json_text import json_value

TOLD_KEYS = frozenset("*#12345689")
OTHER_KEY = "other"

Json = Any
Endpoints = Mapping[EndpointId, Endpoint]
_Encode = Callable[[Any], Json]
_Decode = Callable[[Json, Endpoints], Any]

_dumps = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterUsed:
    """A roster came into force, between two events. In the machine's history it stands beside the events."""

    digest: str
    """Of the texts that it was read from (`rosters.transfer.Origin`)."""


News = Event | RosterUsed
"""What a machine is told; None in its place is a deadline."""


def to_json(value: News | Command | Memory) -> str:
    """The one text of `value`."""
    return _dumps(_SHAPES[type(value)].told(value))


def all_to_json(values: Sequence[Command]) -> str:
    """The texts of several commands as one JSON array."""
    return _dumps([_SHAPES[type(value)].told(value) for value in values])


def news_of(text: str) -> News:
    """The inverse of `to_json`.

    :raises ValueError: if it is nothing that this version of the machine is told.
    """
    return cast(News, _read(text, _NEWS, {}))


def command_of(text: str, endpoints: Endpoints) -> Command:
    """The inverse of `to_json`; `endpoints` are those of the roster.

    :raises ValueError: if it is no command of this version, or rings an endpoint that is not there.
    """
    return cast(Command, _read(text, _COMMANDS, endpoints))


def memory_of(text: str) -> Memory:
    """The inverse of `to_json`.

    :raises ValueError: if it is no memory of this version.
    """
    return cast(Memory, _read(text, {"Memory": _SHAPES[Memory]}, {}))


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    default: object
    encode: _Encode | None
    """None: as it is."""
    decode: _Decode


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one class is written."""

    type: type
    fields: tuple[_Field, ...]

    def told(self, value: Any) -> dict[str, Json]:
        told: dict[str, Json] = {"is": self.type.__name__}
        for field in self.fields:
            part = getattr(value, field.name)
            if part != field.default:
                told[field.name] = part if field.encode is None else field.encode(part)
        return told

    def read(self, told: Json, endpoints: Endpoints) -> Any:
        if not isinstance(told, dict) or told.get("is") != self.type.__name__:
            raise ValueError(f"this is no {self.type.__name__}")
        known = {field.name: field for field in self.fields}
        parts = {}
        for name, part in told.items():
            if name == "is":
                continue
            if name not in known:
                raise ValueError(f"{self.type.__name__} has no {name}")
            parts[name] = known[name].decode(part, endpoints)
        try:
            return self.type(**parts)
        except TypeError as error:
            raise ValueError(f"{self.type.__name__} is not whole") from error


def _read(text: str, shapes: Mapping[str, _Shape], endpoints: Endpoints) -> Any:
    told = json_value(text)
    shape = shapes.get(str(told.get("is"))) if isinstance(told, dict) else None
    if shape is None:
        raise ValueError("this is none of them")
    return shape.read(told, endpoints)


# ---- by type


def _shape(type_: type) -> _Shape:
    hints = get_type_hints(type_)
    parts = []
    for field in fields(type_):
        default: object = field.default
        if default is MISSING:
            default = field.default_factory() if field.default_factory is not MISSING else MISSING
        encode, decode = _codec(hints[field.name])
        parts.append(_Field(field.name, default, encode, decode))
    return _Shape(type_, tuple(parts))


def _codec(hint: Any) -> tuple[_Encode | None, _Decode]:
    """How a value of this type is written and read."""
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is frozenset:
        _, decode = _codec(arguments[0])
        return sorted, lambda told, ends: frozenset(decode(one, ends) for one in _list(told))
    if hint is Endpoint:
        return (lambda endpoint: endpoint.id), _endpoint
    if is_dataclass(hint):
        shape = _shape(cast(type, hint))
        return shape.told, shape.read
    if hint is datetime:
        return datetime.isoformat, lambda told, _: datetime.fromisoformat(_checked(told, str))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return (lambda member: member.value), lambda told, _: hint(told)
    if hint is float:
        return _float, _read_float
    if hint in (str, int, bool):
        return None, lambda told, _: _checked(told, hint)
    if hint is Any or (origin is not None and issubclass(origin, Mapping)):
        return None, lambda told, _: told
    raise TypeError(f"a field of {hint} has no JSON")


def _union(arguments: tuple[Any, ...]) -> tuple[_Encode | None, _Decode]:
    (encode, decode), *others = (_codec(one) for one in arguments if one is not NoneType)
    assert all(other[0] is encode for other in others), "of several types at once only such as are written alike"
    if NoneType not in arguments:
        return encode, decode
    if encode is None:
        return None, lambda told, ends: None if told is None else decode(told, ends)
    written = encode
    return (
        lambda value: None if value is None else written(value),
        lambda told, ends: None if told is None else decode(told, ends),
    )


def _tuple(arguments: tuple[Any, ...]) -> tuple[_Encode, _Decode]:
    if arguments[-1] is Ellipsis:
        encode, decode = _codec(arguments[0])
        return (
            (lambda values: [*values]) if encode is None else (lambda values: [encode(one) for one in values]),
            lambda told, ends: tuple(decode(one, ends) for one in _list(told)),
        )
    parts = [_codec(one) for one in arguments]
    return (
        lambda values: [
            value if encode is None else encode(value) for value, (encode, _) in zip(values, parts, strict=True)
        ],
        lambda told, ends: tuple(decode(one, ends) for one, (_, decode) in zip(_list(told), parts, strict=True)),
    )


def _float(value: float) -> Json:
    return value if isfinite(value) else str(value)


def _read_float(told: Json, _: Endpoints) -> float:
    # a whole number stays one: 60 and 60.0 are two texts
    return float(told) if isinstance(told, str) else _checked(told, (int, float))


def _endpoint(told: Json, endpoints: Endpoints) -> Endpoint:
    try:
        return endpoints[EndpointId(_checked(told, str))]
    except KeyError:
        raise ValueError(f"the roster has no endpoint {told}") from None


def _list(told: Json) -> list[Json]:
    return cast("list[Json]", _checked(told, list))


def _checked(told: Json, wanted: Any) -> Any:
    if not isinstance(told, wanted) or (isinstance(told, bool) and wanted is not bool):
        raise ValueError(f"not {wanted}")
    return told


def _told_key(key: str) -> str:
    return key if key in TOLD_KEYS else OTHER_KEY


def _shapes(*types: type) -> dict[type, _Shape]:
    shapes = {type_: _shape(type_) for type_ in types}
    if CallerKeyed in shapes:
        call, key = shapes[CallerKeyed].fields
        shapes[CallerKeyed] = _Shape(CallerKeyed, (call, _Field("key", MISSING, _told_key, key.decode)))
    return shapes


_SHAPES = _shapes(*get_args(News), *get_args(Command), Memory)
_NEWS = {type_.__name__: _SHAPES[type_] for type_ in get_args(News)}
_COMMANDS = {type_.__name__: _SHAPES[type_] for type_ in get_args(Command)}
