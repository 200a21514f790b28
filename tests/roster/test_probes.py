"""What a reader accepts is learned by asking it; a reader that would keep something to itself is found out."""

import pytest

from hotline_agi.roster.document import Mapping, Node, Scalar, Sequence
from hotline_agi.roster.fields import Fields, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.probes import Schema, also, described, either, learned, narrowed
from hotline_agi.roster.values import ident, integer, scalar
from hotline_agi.terms.problems import NOWHERE

NAME: Schema = {"type": "string", "pattern": "^([a-z][a-z0-9-]{0,22})$"}


@described(NAME)
def name(node: Node, findings: Findings) -> str | None:
    return node.text if isinstance(node, Scalar) else None


@described({"type": "integer"})
def count(node: Node, findings: Findings) -> int | None:
    return int(node.text) if isinstance(node, Scalar) else None


def record(node: Node, findings: Findings) -> int | None:
    fields = Fields.of(node, findings, "the thing")
    if fields is None:
        return None
    who = fields.required("who", name)
    number = fields.optional("count", count, 7)
    fields.close()
    return None if who is None else number


def list_or_table(node: Node, findings: Findings) -> list[str | None] | None:
    if isinstance(node, Sequence):
        return [name(item, findings) for item in node.items]
    if isinstance(node, Mapping):
        return [value for entry in node.entries for value in (name(entry.key, findings), name(entry.value, findings))]
    return None


def test_a_record_tells_its_fields() -> None:
    assert learned(record) == {
        "type": "object",
        "properties": {"who": NAME, "count": {"type": "integer", "default": 7}},
        "required": ["who"],
        "additionalProperties": False,
    }


def test_a_list_tells_its_items() -> None:
    assert learned(sequence_of(name, "names")) == {"type": "array", "items": NAME}


def test_loops_tell_what_they_meet() -> None:
    table = {"type": "object", "patternProperties": {NAME["pattern"]: NAME}, "additionalProperties": False}
    assert learned(list_or_table) == {"anyOf": [{"type": "array", "items": NAME}, table]}


def test_forms_are_added_narrowed_and_taken_together() -> None:
    plain = learned(sequence_of(name, "names"))
    word: Schema = {"enum": ["always"]}
    assert learned(also(word)(sequence_of(name, "names"))) == {"anyOf": [word, plain]}
    assert learned(narrowed(minItems=1, minProperties=1)(sequence_of(name, "names"))) == {**plain, "minItems": 1}
    assert learned(either(record, name, list_or_table)(name)) == {
        "anyOf": [learned(record), NAME, *learned(list_or_table)["anyOf"]]
    }


def test_a_table_may_be_handed_through() -> None:
    def whole(node: Node, findings: Findings) -> Mapping | None:
        return node if isinstance(node, Mapping) else None

    def read(node: Node, findings: Findings) -> None:
        fields = Fields.of(node, findings, "the file")
        table = fields.required("names", whole) if fields else None
        for entry in table.entries if table else ():
            name(entry.key, findings)
            record(entry.value, findings)

    found = learned(read)["properties"]["names"]
    assert found["patternProperties"] == {NAME["pattern"]: learned(record)}


def test_who_looks_into_the_text_must_be_described() -> None:
    def word(node: Node, findings: Findings) -> str | None:
        found = scalar(node, findings, "the word")
        return found.text if found and found.text == "always" else None

    def word_or_list(node: Node, findings: Findings) -> object:
        return word(node, findings) if isinstance(node, Scalar) else sequence_of(name, "names")(node, findings)

    def table(node: Node, findings: Findings) -> list[str | None]:
        entries = node.entries if isinstance(node, Mapping) else ()
        return [name(entry.value, findings) for entry in entries if entry.key.text != "x"]

    for undescribed in (word, word_or_list, table, sequence_of(word, "words")):
        with pytest.raises(LookupError, match="nothing is known of"):
            learned(undescribed)


def test_asking_changes_nothing_for_nodes() -> None:
    findings = Findings()
    read = also({"enum": ["x"]})(narrowed(minItems=1)(ident("an id")))
    assert read(Scalar(text="anna", mark=NOWHERE), findings) == "anna"
    assert learned(integer(1, 9)) == learned(integer(1, 9))
    assert findings.problems == []
