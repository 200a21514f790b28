"""Fields of a mapping: all mistakes are noted in one go, each with its place and a hint."""

from hotline_agi.roster.document import parse
from hotline_agi.roster.fields import Fields, nearest, sequence_of
from hotline_agi.roster.findings import Findings
from hotline_agi.roster.values import integer, text


def fields(written: str) -> tuple[Fields, Findings]:
    findings = Findings()
    found = Fields.of(parse("f", f"{written}\n...\n".encode()), findings, "the thing")
    assert found is not None
    return found, findings


def test_values_defaults_and_places() -> None:
    thing, findings = fields("name: x\ncount: 3")
    assert thing.required("name", text) == "x"
    assert thing.optional("count", integer(1, 9), 1) == 3
    assert thing.optional("size", integer(1, 9), 7) == 7
    assert (thing.mark("count").line, thing.mark("size").line) == (2, 1)
    assert (thing.has("count"), thing.has("size")) == (True, False)
    assert (thing.text("count"), thing.text("size")) == ("3", "")
    thing.close()
    assert findings.problems == []


def test_everything_wrong_is_noted_at_once() -> None:
    thing, findings = fields("cuont: 3\nsize: big\ncolour:\nid: 4")
    thing.hint("id", "delete it")
    assert thing.required("name", text) is None
    assert thing.optional("count", integer(1, 9), 1) == 1
    assert thing.optional("size", integer(1, 9), 7) == 7
    assert thing.optional("colour", text, "red") == "red"
    thing.close()
    assert sorted((p.line, p.what, p.hint) for p in findings.problems) == [
        (1, "the thing has no 'name'", "add a line `name: …`"),
        (1, "the thing has no field 'cuont'", "did you mean 'count'?"),
        (2, "'big' is no fitting number", "a whole number from 1 to 9"),
        (3, "'colour' has no value", "write one or delete the line"),
        (4, "the thing has no field 'id'", "delete it"),
    ]


def test_no_mapping_is_noted() -> None:
    findings = Findings()
    assert Fields.of(parse("f", "a：1\n...\n".encode()), findings, "the thing") is None
    assert findings.problems[0].hint == "： is a full-width sign; write : followed by a blank"


def test_a_list_keeps_what_is_right_and_notes_the_rest() -> None:
    findings = Findings()
    read = sequence_of(integer(1, 9), "the list")
    assert read(parse("f", b"[1, x, 2, '']\n...\n"), findings) == (1, 2)
    assert [p.column for p in findings.problems] == [5, 11]
    assert read(parse("f", b"[x]\n...\n"), findings) is None
    assert read(parse("f", b"[]\n...\n"), findings) == ()
    assert read(parse("f", b"- 3\n-\n...\n"), findings) == (3,)
    assert findings.problems[-1].what == "an empty item in the list"


def test_a_long_list_of_mistakes_ends() -> None:
    findings = Findings()
    written = b"[" + b"x, " * 20_000 + b"x]\n...\n"
    sequence_of(integer(1, 9), "the list")(parse("f", written), findings)
    assert findings.full
    assert len(findings.problems) == 400


def test_the_nearest_name_is_offered_only_if_near() -> None:
    assert nearest("wang-lie", ["wang-lei", "li-na"]) == "did you mean 'wang-lei'?"
    assert nearest("zoltan", ["wang-lei", "li-na"]) == ""
