"""Splices of YAML texts: each changes its own lines, and what would not be safe is left to people."""

import pytest

from hotline_agi.coordination import round_trip, splices
from hotline_agi.coordination.round_trip import Path, Plain, YamlText
from hotline_agi.coordination.splices import append, insert, remove, rename, wrap
from hotline_agi.errors import InvalidText, SetupError
from tests.coordination.nasty import ROSTERS, comments


def text(written: str) -> YamlText:
    return YamlText("x.yaml", written + "...\n")


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("a: [x]\n", "a: [x, y]\n"),
        ("a: []\n", "a: [y]\n"),
        ("a: [ # why\n  ]\n", "a: [y # why\n  ]\n"),
        ("a: [#why\n  ]\n", "a: [y #why\n  ]\n"),
        ("a: [x,]  # why\n", "a: [x, y,]  # why\n"),
        ("a: [x, # why\n  ]\n", "a: [x, y, # why\n  ]\n"),
        ("a:\n- x\n", "a:\n- x\n- y\n"),
        ("a:\n   -   x  # why\n # low\n", "a:\n   -   x  # why\n   - y\n # low\n"),
        (
            "a:\n  - >-\n    # no comment\n    more\n\n\nb: c\n",
            "a:\n  - >-\n    # no comment\n    more\n  - y\n\n\nb: c\n",
        ),
        ("{a: [x], b: c}\n", "{a: [x, y], b: c}\n"),
        ("a:  # why\n", "a: [y]  # why\n"),
    ],
)
def test_append(written: str, becomes: str) -> None:
    assert append(text(written), ("a",), "y").text == becomes + "...\n"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("a: []  # why\n", "a:  # why\n  - {k: v}\n"),
        ("a:\n# low\n", "a:\n  - {k: v}\n# low\n"),
        ("a: [ ]\n", "a: [{k: v} ]\n"),
        ("{a: []}\n", "{a: [{k: v}]}\n"),
    ],
)
def test_the_first_block_in_a_list(written: str, becomes: str) -> None:
    assert append(text(written), ("a",), {"k": "v"}).text == becomes + "...\n"


@pytest.mark.parametrize(
    ("written", "path", "becomes"),
    [
        ("a: [x, y, z]\n", ("a", 0), "a: [y, z]\n"),
        ("a: [x, y, z]\n", ("a", 1), "a: [x, z]\n"),
        ("a: [x, y, z]\n", ("a", 2), "a: [x, y]\n"),
        ("a: [x,]\n", ("a", 0), "a: []\n"),
        ("a: [x, y,]\n", ("a", 1), "a: [x, ]\n"),
        ("a: [x, # why x\n  y, # why y\n  z]\n", ("a", 1), "a: [x, # why x\n   # why y\n  z]\n"),
        ("a: [x,\n  y,\n  z]\n", ("a", 1), "a: [x,\n  z]\n"),
        ("a: [x # why\n  , y]\n", ("a", 0), "a: [ # why\n   y]\n"),
        ("a:\n- x  # why\n- y\n", ("a", 0), "a:\n# why\n- y\n"),
        ("a:\n- x\n", ("a", 0), "a:\n  []\n"),
        ("a:\n  # high\n  - x # why\n", ("a", 0), "a:\n  # high\n    []\n  # why\n"),
        ("a:\n- - x\n  - y\n", ("a", 0, 0), "a:\n-\n  - y\n"),
        ("a:\n  b: c\n\n  d: e\n\n  f: g\n", ("a", "d"), "a:\n  b: c\n\n  f: g\n"),
        ("a: {b: c, d: e}\n", ("a", "b"), "a: {d: e}\n"),
        ("a: {b: c, d: e}\n", ("a", "d"), "a: {b: c}\n"),
    ],
)
def test_remove(written: str, path: Path, becomes: str) -> None:
    assert remove(text(written), path).text == becomes + "...\n"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("a:\n  mon: [x]  # why\n  sun: [z]\n", "a:\n  mon: [x]  # why\n  tue, wed: [y]\n  sun: [z]\n"),
        ("a: {mon: [x], sun: [z]}\n", 'a: {mon: [x], "tue, wed": [y], sun: [z]}\n'),
        ("a:\n  ? mon\n  : - x\n  sun: [z]\n", "a:\n  ? mon\n  : - x\n  tue, wed: [y]\n  sun: [z]\n"),
        ("- mon: x\n  sun: z\n", None),
    ],
)
def test_insert(written: str, becomes: str | None) -> None:
    if becomes is None:
        done = insert(text(written), (0,), "tue, wed", ["y"], after="mon").text
        assert done == "- mon: x\n  tue, wed: [y]\n  sun: z\n...\n"
    else:
        assert insert(text(written), ("a",), "tue, wed", ["y"], after="mon").text == becomes + "...\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_between_entries_are_kept_up(end: str) -> None:
    def known(written: str) -> YamlText:
        return YamlText("x.yaml", (written + "...\n").replace("\n", end))

    def lines(found: YamlText) -> str:
        assert not set("\r\n") & set(found.text.replace(end, ""))  # no other line ends got in
        return found.text.replace(end, "\n")

    close, wide = known("a:\n  b: c\n  d: e\n"), known("a:\n  b: c\n\n  d: e\n\n")
    assert lines(insert(close, ("a",), "f", "g")) == "a:\n  b: c\n  d: e\n  f: g\n...\n"
    assert lines(insert(wide, ("a",), "f", "g")) == "a:\n  b: c\n\n  d: e\n\n  f: g\n\n...\n"
    assert lines(remove(close, ("a", "d"))) == "a:\n  b: c\n...\n"
    assert lines(remove(wide, ("a", "d"))) == "a:\n  b: c\n\n...\n"
    assert lines(insert(wide, ("a",), "f", {"g": "h"}, block=True)) == (
        "a:\n  b: c\n\n  d: e\n\n  f:\n    g: h\n\n...\n"
    )


def test_rename_keeps_the_quotes() -> None:
    assert rename(text("a: {'mon, tue': x}\n"), ("a", "mon, tue"), "mon").text == "a: {'mon': x}\n...\n"
    assert rename(text("a: {mon-wed: x}\n"), ("a", "mon-wed"), "mon, wed").text == 'a: {"mon, wed": x}\n...\n'
    assert rename(text("a:\n  mon-wed: x\n"), ("a", "mon-wed"), "mon, wed").text == "a:\n  mon, wed: x\n...\n"


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("s:\n  a: [x]  # why\n", "s:\n  a:  # why\n    mon: [x]\n"),
        ("s:\n  a: [x, # why\n    y]\n", "s:\n  a: {mon: [x, # why\n    y]}\n"),
        ("s: {a: [x]}\n", "s: {a: {mon: [x]}}\n"),
        ("s:\n  a:\n    # high\n    - x # why\n    - y\n", "s:\n  a:\n    # high\n    mon:\n    - x # why\n    - y\n"),
        ("s:\n  a:\n  - x\n  - y # why\n", "s:\n  a:\n    mon:\n    - x\n    - y # why\n"),
    ],
)
def test_wrap(written: str, becomes: str) -> None:
    assert wrap(text(written), ("s", "a"), "mon").text == becomes + "...\n"


def test_a_wrap_of_a_list_behind_a_dash() -> None:
    assert wrap(text("a:\n- - x\n  - y\n"), ("a", 0), "mon").text == "a:\n- mon:\n  - x\n  - y\n...\n"


def test_new_texts_are_quoted_where_they_must_be() -> None:
    hard = [
        "a: b",
        "a #b",
        "- a",
        "{a}",
        "",
        " a",
        "a,b",
        "'",
        '"',
        "\\",
        "2026-02-14 03:00",
        "22:00",
        "陈 静",
        "a\nb",
        "@x",
    ]
    for word in hard:
        wanted: Plain = {"a": ["x", word]}
        assert append(text("a: [x]\n"), ("a",), word).plain == wanted
        assert append(text("a:\n- x\n"), ("a",), word).plain == wanted
        assert insert(text("a: {x: y}\n"), ("a",), "z", word).plain == {"a": {"x": "y", "z": word}}


@pytest.mark.parametrize("path", [("b",), ("a", 3), ("a", "x"), ("a", 0, 0)])
def test_a_path_that_leads_nowhere(path: Path) -> None:
    with pytest.raises(KeyError):
        remove(text("a: [x]\n"), path)


def test_what_the_service_refuses_is_not_edited() -> None:
    with pytest.raises(InvalidText):
        YamlText("x.yaml", "a: &b c\n...\n")
    with pytest.raises(InvalidText):
        YamlText.of("x.yaml", b"a: \xff\n...\n")


def test_a_splice_that_goes_wrong_is_never_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    known = text("a: [x]  # why\n")
    monkeypatch.setattr(splices, "into_brackets", lambda *_: "a: [x, z]  # why\n...\n")
    with pytest.raises(SetupError, match="edit it by hand"):
        append(known, ("a",), "y")
    monkeypatch.setattr(splices, "into_brackets", lambda *_: "a: [x, y]\n...\n")  # without the comment
    with pytest.raises(SetupError, match="edit it by hand"):
        append(known, ("a",), "y")
    monkeypatch.setattr(splices, "into_brackets", lambda *_: "a: [x, y\n...\n")
    with pytest.raises(SetupError, match="edit it by hand"):
        append(known, ("a",), "y")


def test_a_file_that_two_parsers_read_otherwise_is_not_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    known = text("a: [x]\n")
    monkeypatch.setattr(round_trip, "same_meaning", lambda *_: False)
    with pytest.raises(SetupError, match="edit it by hand"):
        _ = known.root


@pytest.mark.parametrize("name", [*ROSTERS])
def test_comments_are_found_where_a_plain_search_finds_them(name: str) -> None:
    for path, content in ROSTERS[name].items():
        numbered = [one for one in YamlText.of(path, content).comment_texts() if one[1:2].isdigit()]
        assert numbered == [one.rstrip() for one in comments(content)]
