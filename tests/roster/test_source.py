"""Bytes → text: what is refused, where, and that no part of a file passes as a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.roster.findings import Findings
from hotline_agi.roster.source import MAX_BYTES, read_text
from tests.roster.trees import example


def read(content: bytes) -> tuple[str | None, list[tuple[int, int, str]]]:
    findings = Findings()
    text = read_text("f.yaml", content, findings)
    return text, [(p.line, p.column, p.what) for p in findings.problems]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\n\n  \n", b""])
def test_every_line_end_and_blank_tail_is_read(end: bytes) -> None:
    assert read(b"a: 1" + (end.strip(b" ") or b"\n") + b"..." + end)[1] == []


def test_every_truncation_of_the_example_is_refused() -> None:
    for content in example()[0].values():
        whole = len(content.rstrip())
        for length in range(whole):
            assert read(content[:length])[0] is None, length


@given(st.text(alphabet="ab:.\n# -", max_size=60), st.integers(0, 70))
def test_no_truncation_of_any_text_is_read(text: str, length: int) -> None:
    content = (text + "\n...\n").encode()
    if read(content)[0] is not None:
        cut = content[:length]
        assert read(cut)[0] is None or cut.rstrip() == content.rstrip()


def test_the_marker_stands_alone_in_its_line() -> None:
    for last in (b"...b: 1", b" ...", b"...."):
        assert read(b"a: 1\n" + last + b"\n")[0] is None


def test_size_has_a_limit() -> None:
    text, problems = read(b"#" * (MAX_BYTES + 1))
    assert text is None
    assert "more than 1048576" in problems[0][2]
    assert read(b"a: " + b"b" * (MAX_BYTES - 8) + b"\n...\n")[0] is not None


def test_bad_bytes_are_placed_in_characters() -> None:
    assert read("名: 热".encode() + b"\xff\n...\n")[1] == [(1, 5, "the file is not UTF-8 text here")]
    assert read(b"a\r\nb\xff")[1] == [(2, 2, "the file is not UTF-8 text here")]


def test_gbk_is_recognised() -> None:
    assert "looks like GBK" in read("name: 心理援助热线\n...\n".encode("gb18030"))[1][0][2]


def test_all_tabs_are_found_but_a_hostile_file_ends_soon() -> None:
    assert len(read(b"\ta: 1\n" * 10 + b"...\n")[1]) == 10
    assert len(read(b"\ta\n" * 100_000)[1]) < 60


def test_joiners_of_indian_and_persian_names_are_read() -> None:
    assert read("name: می‌روم\n...\n".encode())[1] == []
