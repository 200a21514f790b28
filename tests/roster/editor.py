"""A roster file as an editor sees it: YAML 1.2 by its core schema, then JSON Schema with ECMA-262 patterns.

Held against the true engine of editors (yaml-language-server 1.x): it reads the same texts as numbers and booleans.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft7Validator, validators
from jsonschema.exceptions import ValidationError

from hotline_agi.roster.probes import Schema
from hotline_agi.roster.schema import schema

_CORE = {  # YAML 1.2.2, section 10.3.2
    "null": (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    "int": (re.compile(r"[-+]?[0-9]+"), int),
    "octal": (re.compile(r"0o[0-7]+"), lambda text: int(text[2:], 8)),
    "hex": (re.compile(r"0x[0-9a-fA-F]+"), lambda text: int(text[2:], 16)),
    "float": (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
}


def resolved(text: str) -> Any:
    """What the core schema makes of a plain scalar."""
    return next((make(text) for pattern, make in _CORE.values() if pattern.fullmatch(text)), text)


def seen(content: bytes) -> Any:
    """The content of one YAML document as JSON values; names are always texts.

    :raises yaml.YAMLError: if it is no YAML, or its names are not such as JSON can have.
    """
    return _value(yaml.compose(content.decode(), Loader=yaml.SafeLoader))


def _value(node: yaml.Node | None) -> Any:
    match node:
        case yaml.MappingNode():
            names = [key.value for key, _ in node.value]
            if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
                raise yaml.YAMLError("a name that is no text, or stands twice")
            return {key.value: _value(value) for key, value in node.value}
        case yaml.SequenceNode():
            return [_value(item) for item in node.value]
        case yaml.ScalarNode():
            return node.value if node.style else resolved(node.value)
    return None


def faults(kind: str, content: bytes) -> list[str]:
    """What an editor would underline in a file of `kind`."""
    return [f"{error.json_path}: {error.message}" for error in validator(kind).iter_errors(seen(content))]


@cache
def validator(kind: str) -> Any:
    return validating(schema(kind))


def validating(written: Schema) -> Any:
    Draft7Validator.check_schema(written)
    return _Ecma(written)


def _pattern(_: Any, pattern: str, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _ecma(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern}")


def _pattern_properties(one: Any, patterns: Any, instance: Any, _: Any) -> Iterator[ValidationError]:
    for pattern, below in patterns.items() if isinstance(instance, dict) else ():
        for key, value in instance.items():
            if _ecma(pattern).search(key):
                yield from one.descend(value, below, path=key, schema_path=pattern)


@cache
def _ecma(pattern: str) -> re.Pattern[str]:
    """In Python `$` also matches before a line break at the end; in ECMA-262 only at the end."""
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


_Ecma: Any = validators.extend(Draft7Validator, {"pattern": _pattern, "patternProperties": _pattern_properties})
