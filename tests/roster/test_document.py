"""Text → nodes: every scalar stays text with its place; what YAML can hide is refused, in bounded time."""

import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline_agi.errors import InvalidText
from hotline_agi.roster import document
from hotline_agi.roster.document import MAX_DEPTH, Entry, Mapping, Node, Scalar, Sequence, parse, parse_on
from hotline_agi.terms.problems import Mark
from tests.roster.trees import BAD, example, files_under, good

LOADERS = [yaml.SafeLoader, yaml.CSafeLoader] if yaml.__with_libyaml__ else [yaml.SafeLoader]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each parser in turn: libyaml's, and the slow one that is used where libyaml is missing."""
    monkeypatch.setattr(document, "_LOADER", request.param)


def at(line: int, column: int) -> Mark:
    return Mark(file="f", line=line, column=column)


def read(text: str, *, secret: bool = False) -> Node:
    return parse("f", f"{text}\n...\n".encode(), secret=secret)


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidText) as caught:
        read(text)
    return [p.what for p in caught.value.problems]


def texts(node: Node) -> list[str]:
    match node:
        case Scalar():
            return [node.text]
        case Sequence():
            return [t for item in node.items for t in texts(item)]
        case Mapping():
            return [t for entry in node.entries for t in (entry.key.text, *texts(entry.value))]


@pytest.mark.usefixtures("loader")
def test_nodes_know_their_place() -> None:
    tree = read("name: 热线\ndays:\n  - 'no'\n  - {a: 1}")
    assert tree == Mapping(
        mark=at(1, 1),
        entries=(
            Entry(key=Scalar(text="name", mark=at(1, 1)), value=Scalar(text="热线", mark=at(1, 7))),
            Entry(
                key=Scalar(text="days", mark=at(2, 1)),
                value=Sequence(
                    mark=at(3, 3),
                    items=(
                        Scalar(text="no", mark=at(3, 5), quoted=True),
                        Mapping(
                            mark=at(4, 5),
                            entries=(
                                Entry(key=Scalar(text="a", mark=at(4, 6)), value=Scalar(text="1", mark=at(4, 9))),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )


@pytest.mark.usefixtures("loader")
def test_nothing_is_typed() -> None:
    values = ["0301234567", "+49301234", "22:00", "no", "on", "~", "1e3", "0x1f", "2020-02-02", ".inf", "null", "="]
    assert texts(read("\n".join(f"- {value}" for value in values))) == values


def test_missing_and_empty_differ() -> None:
    tree = read("- \n- ''\n- |\n- x")
    assert isinstance(tree, Sequence)
    assert [isinstance(item, Scalar) and item.missing for item in tree.items] == [True, False, False, False]


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\na: 2", "'a' stands here a second time; first in line 1"),
        ("{a: 1, 'a': 2}", "'a' stands here a second time; first in line 1"),
        ("- &x 1", "an anchor (&)"),
        ("- &x {a: 1}", "an anchor (&)"),
        ("- *x", "an alias (*)"),
        ("? *x\n: 1", "an alias (*)"),
        ("<<: {a: 1}", "a merge key (<<)"),
        ("- !!int 1", "a tag (!)"),
        ("- ! 1", "a tag (!)"),
        ("!!map {a: 1}", "a tag (!)"),
        ("%YAML 1.2\n---\na: 1", "a YAML directive (%)"),
        ("%TAG ! tag:x,2000:\n---\na: 1", "a YAML directive (%)"),
        ("--- 1\n--- 2", "a second document (---)"),
        ("{a: 1}: 2", "a list or block stands where a name must stand"),
        ("? [a]\n: 2", "a list or block stands where a name must stand"),
        ("?\n: 1", "a colon without a name before it"),
        ("# nothing", "the file says nothing"),
        ("", "the file says nothing"),
    ],
)
def test_what_hides_from_the_eye_is_refused(text: str, what: str) -> None:
    assert refused(text)[0].startswith(what)


def test_all_findings_of_a_tree_are_noted() -> None:
    assert refused("a: &x 1\nb: *x\na: 2\n<<: !!map {}") == [
        "an anchor (&)",
        "an alias (*)",
        "'a' stands here a second time; first in line 1",
        "a merge key (<<)",
        "a tag (!)",
    ]


@pytest.mark.usefixtures("loader")
def test_the_beginning_of_what_is_not_closed_is_named() -> None:
    with pytest.raises(InvalidText) as caught:
        read("a: 1\nb: 'x\nc: 2\nd: 3")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (2, 4)


def test_secrets_are_in_no_message() -> None:
    with pytest.raises(InvalidText) as caught:
        read("00123: 1\n00123: 2\n", secret=True)
    assert "00123" not in str(caught.value)
    with pytest.raises(InvalidText) as caught:
        read("a: '\\q00123\"", secret=True)
    assert "00123" not in str(caught.value)


def test_texts_that_may_be_numbers_are_described() -> None:
    assert Scalar(text="07700 900123", mark=at(1, 1)).shown == "this text"
    assert Scalar(text="22:00", mark=at(1, 1)).shown == "'22:00'"
    assert Scalar(text="x" * 50, mark=at(1, 1)).shown == f"'{'x' * 40}…'"


@pytest.mark.usefixtures("loader")
def test_depth_has_a_limit() -> None:
    assert texts(read("[" * MAX_DEPTH + "x" + "]" * MAX_DEPTH)) == ["x"]
    deep = "[" * (MAX_DEPTH + 1) + "x" + "]" * (MAX_DEPTH + 1)
    assert refused(deep) == [f"nested deeper than {MAX_DEPTH} levels"]


ALIAS_BOMB = "a: &a [x]\n" + "\n".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGE_BOMB = "a0: &a0 {x: 1}\n" + "\n".join(f"a{n + 1}: &a{n + 1} {{<<: [*a{n}, *a{n}]}}" for n in range(40))


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "{" * 20_000,
        "- " * 20_000,
        "? " * 20_000,
        "[{a: " * 5_000,
        "\n".join(" " * n + "a:" for n in range(400)),
        ALIAS_BOMB,
        MERGE_BOMB,
        "&a " * 20_000,
        "*a: 1\n" * 20_000,
        "a: 1\n" * 50_000,
        "!x " * 20_000,
        "--- 1\n" * 20_000,
        "'" + "''" * 100_000,
        '"' + "\\" * 100_001,
        "x" * 200_000 + ": 1",
        "[a, " * 20_000,
        "%a\n" * 20_000,
        ":\n" * 20_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_hostile_text_is_refused_soon(text: str) -> None:
    started = time.process_time()
    assert refused(text)
    assert time.process_time() - started < 2.0


def test_a_large_file_is_read_soon() -> None:
    text = "".join(f"p{n}: {{name: Person {n}, endpoints: [softphone: v{n}, mobile]}}\n" for n in range(15_000))
    started = time.process_time()
    assert len(texts(read(text))) == 15_000 * 7
    assert time.process_time() - started < (5.0 if yaml.__with_libyaml__ else 60.0)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is only one parser here")
def test_both_parsers_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [*example()[0].items(), *good().items()]
    files += [(f"{case.name}/{name}", b) for case in sorted(BAD.iterdir()) for name, b in files_under(case).items()]
    for name, content in files:
        trees: list[Node | None] = []
        for loader in LOADERS:
            monkeypatch.setattr(document, "_LOADER", loader)
            try:
                trees.append(parse(name, content))
            except InvalidText:
                trees.append(None)
        assert trees[0] == trees[1], name


PIECES = st.sampled_from(
    [
        *":[]{}'\"|>!%@`~：",
        "a",
        "热",
        "22:00",
        "...",
        "---",
        "\\",
        "\n",
        "\n  ",
        "\r",
        ": ",
        ", ",
        "- ",
        "? ",
        "# ",
        "&x ",
        "*x",
        "<<",
    ]
)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is only one parser here")
@settings(max_examples=400)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_both_parsers_agree_where_both_read(text: str) -> None:
    trees = []
    for loader in LOADERS:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(document, "_LOADER", loader)
            try:
                trees.append(texts(read(text)))
            except InvalidText:
                return
    assert trees[0] == trees[1]


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for body in (content, content + b"\n...\n"):
        try:
            parse("f", body)
        except InvalidText as refused:
            assert refused.problems


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("a: 1\na: 2\nb: 3", ["a", "1", "b", "3"]),
        ("a: !!str 1\nb: !x [2]", ["a", "1", "b", "2"]),
        ("a: &x [1]\nb: &y {c: 2}", ["a", "1", "b", "c", "2"]),
    ],
)
def test_what_leaves_the_meaning_plain_leaves_the_tree(text: str, rest: list[str]) -> None:
    found = parse_on("f", f"{text}\n...\n".encode())
    assert found.problems and found.root is not None
    assert texts(found.root) == rest


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "text",
    [
        *("a: [&x 1]\nb: *x", "a: &x\n", "a: &anna berg", "a: !anna", "a: !anna berg", "a: !!str", "a: {<<: {b: 1}}"),
        *("? [a]\n: 1", ": 1", "a: [1", "a: 1\n...\nb: 1", "a: 1\n---\nb: 2", "a:\t1", "", "[" * (MAX_DEPTH + 1)),
        "a: 1\nb: c: d",
    ],
)
def test_what_leaves_the_meaning_open_leaves_no_tree(text: str) -> None:
    found = parse_on("f", f"{text}\n...\n".encode())
    assert found.problems and found.root is None
