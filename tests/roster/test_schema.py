"""The schemas for editors: learned from the readers, with texts, and of one mind with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hotline_agi.roster.probes import Schema
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.schema import DEFAULTS, KINDS, TEXTS, file_name, schema, schema_comment, schema_files, text_key
from tests.roster.editor import faults, validating
from tests.roster.trees import BAD, CONTACTS, EXAMPLE, GOOD, files_under, good

NO_YAML = {
    "bad-indentation",
    "colon-without-blank",
    "conflict-markers",
    "contacts-duplicate",
    "contacts-not-yaml",
    "control-character",
    "covers-cut-off",
    "covers-full-width",
    "covers-gbk",
    "covers-tab",
    "cut-off",
    "days-twice",
    "duplicate-keys",
    "duplicate-keys-and-more",
    "full-width-indentation",
    "gbk",
    "list-as-key",
    "month-conflict-markers",
    "month-cut-off",
    "month-day-twice",
    "not-utf-8",
    "only-comments",
    "second-document",
    "shifts-empty-cell",
    "tab",
    "text-after-the-end",
    "two-end-markers",
    "unclosed-bracket",
    "unclosed-quote",
    "utf-16",
}
"""These are no YAML, or no text: any editor says so without a schema. (`list-as-key` is YAML, but not JSON.)"""
BEYOND = {
    # what is no matter of the values: encoding, marks of YAML, where the file lies
    "anchor-and-alias",
    "covers-byte-order-mark",
    "month-cut-off-between-lines",
    "month-file-names",
    "month-other-month",
    "byte-order-mark",
    "directive",
    "folder-name",
    "misplaced-file",
    "misspelt-file",
    "missing-files",
    "no-end-marker",
    "no-line",
    "tag",
    # what stands in several places
    "contacts-missing",
    "covers-absence-twice",
    "covers-swap-twice",
    "covers-unknown-names",
    "days-overlap",
    "days-unknown-names",
    "month-against-special-day",
    "ring-plans-overlap",
    "rotation-backup-without-shift",
    "contacts-own-number",
    "contacts-same-number",
    "contacts-unknown",
    "people-mobile-twice",
    "people-same-softphone",
    "shifts-backup-on-shift",
    "shifts-backup-without-shift",
    "shifts-day-twice",
    "shifts-unknown-person",
    "transfer-unused",
    "transfer-without-target",
    "two-lines",
    "pins-trivial",
    "pins-twice",
    "pins-nobody",
    "policy-callbacks-number",
    "policy-long-wrap-up-shorter",
    "policy-remind-order",
    "policy-wants-twice",
    "service-numbers-of-callers",
    # what is no mistake of form: warnings, and a zone that the time zone database does not have
    "line-overflow-empty",
    "line-overflow-order",
    "line-ring-adds-nobody",
    "line-ring-too-late",
    "line-time-zone",
    "policy-adaptive-unused",
    "policy-wants-for-a-while-nobody-has",
    "policy-wants-nobody-has",
    "policy-wants-not-together",
    "policy-wants-too-long",
    "ring-plans-too-late",
    "shifts-need-nobody-has",
    "shifts-whole-day",
    "shifts-zero-length",
}
"""No schema can see what is wrong with these; ``hotline roster check`` does."""


def kind_of(path: str) -> str | None:
    """The kind of a roster file; None for one that is not called as any."""
    name = path.rpartition("/")[2].removesuffix(".yaml")
    if "/months/" in path:
        return "month"
    return "contacts" if name.startswith("contacts") else name if name in KINDS else None


def every_field(found: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """All fields of a schema, with their paths as `TEXTS` has them."""
    for form in found.get("anyOf", ()):
        yield from every_field(form, path)
    below = [(f"{path}/{key}", value) for key, value in found.get("properties", {}).items()]
    below += [(f"{path}/{{}}", value) for value in found.get("patternProperties", {}).values()]
    below += [(f"{path}/[]", found["items"])] if "items" in found else []
    for place, value in below:
        yield place, value
        yield from every_field(value, place)


def named(path: str) -> bool:
    return not path.endswith(("[]", "{}"))


ALL = [(f"/{kind}", schema(kind)) for kind in KINDS]
ALL += [field for path, root in list(ALL) for field in every_field(root, path)]
WRITTEN = {path: found["default"] for path, found in ALL if "default" in found} | DEFAULTS
"""Defaults."""


def test_the_committed_files_are_up_to_date() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in (EXAMPLE / "schema").iterdir()}
    assert committed == schema_files(), "run: hotline roster schema --out rosters/schema"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_is_written_again(kind: str) -> None:
    assert json.dumps(schema(kind)) == json.dumps(schema(kind))


def test_every_field_has_a_text_and_every_text_a_field() -> None:
    assert [path for path, _ in ALL if named(path) and text_key(path) is None] == []
    used = {text_key(path) for path, _ in ALL}
    assert set(TEXTS) - used == set()


def test_texts_are_in_both_languages() -> None:
    for text in TEXTS.values():
        assert all(any("\u4e00" <= c <= "\u9fff" for c in words) for words in (text.title, text.zh))
        assert text.title.isascii() is False and " · " in text.title
        assert not any("\u4e00" <= c <= "\u9fff" for c in text.en)


def test_defaults_and_examples_are_such_as_the_schema_takes() -> None:
    told = 0
    for path, found in ALL:
        examples = TEXTS[key].examples if (key := text_key(path)) else []
        for value in [*examples, *found.get("examples", ()), *([WRITTEN[path]] if path in WRITTEN else ())]:
            told += 1
            assert validating(found).is_valid(value), (path, value)
    assert told > 80


def test_long_examples_are_shown_as_a_person_would_write_them() -> None:
    assert '`{mon-fri: 2, "sat, sun": 1}`' in dict(ALL)["/shifts/shifts/{}/min"]["description"]
    assert not any(isinstance(one, list | dict) for _, found in ALL for one in found.get("examples", ()))


@pytest.mark.parametrize("folder", [EXAMPLE, GOOD], ids=["rosters", "good"])
def test_good_files_pass(folder: Path) -> None:
    files = [(kind, content) for path, content in files_under(folder).items() if (kind := kind_of(path))]
    assert len(files) >= 4
    assert [fault for kind, content in files for fault in faults(kind, content)] == []


@pytest.mark.parametrize("case", sorted(path for path in BAD.iterdir() if path.is_dir()), ids=lambda case: case.name)
def test_what_is_wrong_within_a_file_is_seen_while_typing(case: Path) -> None:
    seen: list[str] = []
    readable = True
    for path, content in files_under(case).items():
        kind = kind_of(path)
        try:
            seen += faults(kind, content) if kind else []
        except (yaml.YAMLError, UnicodeDecodeError):
            readable = False
    outcome = "refused" if seen else "passes" if readable else "no YAML"
    expected = "no YAML" if case.name in NO_YAML else "passes" if case.name in BEYOND else "refused"
    assert outcome == expected, f"a case that no schema can see belongs into NO_YAML or BEYOND; seen was: {seen}"


def test_no_case_is_listed_that_is_not_there() -> None:
    assert {path.name for path in BAD.iterdir()} >= NO_YAML | BEYOND
    assert not NO_YAML & BEYOND


@pytest.mark.parametrize("path", sorted(path for path in files_under(EXAMPLE) if "/" in path and kind_of(path)))
def test_the_examples_name_their_schema(path: str) -> None:
    first = (EXAMPLE / path).read_text(encoding="utf-8").partition("\n")[0]
    kind = kind_of(path)
    assert kind is not None
    assert first == schema_comment(kind, path.count("/"))
    assert ((EXAMPLE / path).parent / first.partition("$schema=")[2]).resolve() == EXAMPLE / "schema" / file_name(kind)


def test_the_example_of_contacts_names_its_schema() -> None:
    first = (EXAMPLE / CONTACTS).read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# yaml-language-server: $schema=schema/contacts.schema.json"


@pytest.mark.parametrize(
    "key", sorted(path.removeprefix("/line/") for path in WRITTEN if path.startswith("/line/") and path.count("/") == 2)
)
def test_a_default_is_what_holds_if_nothing_is_written(key: str) -> None:
    """Of the fields of a line: written out, the default changes nothing."""
    files = good()
    document: dict[str, Any] = {
        "name": {"zh": "热线", "en": "Line"},
        "time_zone": "Europe/Berlin",
        "numbers": ["030999"],
    }
    plain = read_roster({**files, "haven/line.yaml": f"{json.dumps(document)}\n...\n".encode()}, files[CONTACTS])
    document[key] = WRITTEN[f"/line/{key}"]
    written = read_roster({**files, "haven/line.yaml": f"{json.dumps(document)}\n...\n".encode()}, files[CONTACTS])
    assert plain.roster == written.roster


def test_unlike_kinds_are_refused() -> None:
    with pytest.raises(KeyError):
        schema("holidays")
