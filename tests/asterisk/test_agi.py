"""FastAGI's header block, from whoever reaches the port."""

import contextlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.asterisk.agi import MAX_BYTES, MAX_LINES, AgiRequest, BadRequest, RequestReader, WordReader, parse

REAL = b"""agi_network: yes
agi_network_script: round
agi_request: agi://127.0.0.1:4573/round
agi_channel: PJSIP/trunk-00000017
agi_language: zh
agi_type: PJSIP
agi_uniqueid: pbx1-1771000000.42
agi_version: 22.10.1
agi_callerid: 100
agi_calleridname: hotline
agi_callingpres: 0
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: 01632960100
agi_rdnis: unknown
agi_context: hotline
agi_extension: round
agi_priority: 9
agi_enhanced: 0.0
agi_accountcode:
agi_threadid: 140000000000000
agi_arg_1: 01632960100
agi_arg_2: 12
agi_arg_3:"""
"""As Asterisk 22 writes it; an empty argument ends with its colon and a blank."""
BLOCK = REAL.replace(b"agi_arg_3:", b"agi_arg_3: ") + b"\n\n"
READ = AgiRequest(
    route="round",
    uniqueid="pbx1-1771000000.42",
    channel="PJSIP/trunk-00000017",
    arguments=("01632960100", "12", ""),
)


def block(**changed: str) -> bytes:
    fields = {
        "agi_network_script": "arrive",
        "agi_channel": "PJSIP/trunk-00000017",
        "agi_uniqueid": "pbx1-1771000000.42",
    } | changed
    return "".join(f"{name}: {value}\n" for name, value in fields.items()).encode() + b"\n"


@given(st.lists(st.integers(0, len(BLOCK)), max_size=40))
def test_any_chunking_gives_the_same(cuts: list[int]) -> None:
    reader = RequestReader()
    for start, end in pairwise([0, *sorted(cuts), len(BLOCK)]):
        answer = reader.feed(BLOCK[start:end])
        assert answer == (READ if end == len(BLOCK) else None)


@given(st.lists(st.binary(max_size=2000), max_size=8))
def test_random_bytes_raise_nothing_else(chunks: list[bytes]) -> None:
    reader = RequestReader()
    with contextlib.suppress(BadRequest):
        for chunk in chunks:
            reader.feed(chunk)


@given(st.binary(max_size=600))
def test_random_bytes_in_a_whole_block_raise_nothing_else(garbage: bytes) -> None:
    with contextlib.suppress(BadRequest):
        parse(block().rstrip() + b"\n" + garbage)


_line = st.sampled_from(
    [
        b"agi_uniqueid: forged",
        b"agi_channel: forged",
        b"agi_network_script: accept",
        b"agi_arg_1: 999",
        b"agi_arg_4: 999",  # by `make fuzz`: one more than the dialplan gives
        b"agi_threadid: 1",
        b"x",
        b": ",
        b"",
    ]
)


@given(st.lists(_line, max_size=5))
def test_lines_forged_through_the_caller_id_change_nothing(lines: list[bytes]) -> None:
    """They come after what Asterisk says of the channel, and before our arguments."""
    forged = BLOCK.replace(b"hotline\n", b"hot\n" + b"\n".join(lines).replace(b"\n\n", b"\n") + b"\nline\n")
    if b"\n\n" in forged[:-2]:
        return
    assert RequestReader().feed(forged) == READ


def test_too_many_bytes_without_an_end() -> None:
    reader = RequestReader()
    assert reader.feed(b"x" * MAX_BYTES) is None
    with pytest.raises(BadRequest, match="bytes"):
        reader.feed(b"x")


def test_too_many_bytes_with_an_end() -> None:
    with pytest.raises(BadRequest, match="bytes"):
        RequestReader().feed(b"x" * (MAX_BYTES + 1) + b"\n\n")


@pytest.mark.parametrize("length", range(MAX_BYTES - 3, MAX_BYTES + 4))
def test_at_the_limit_pieces_do_not_matter(length: int) -> None:
    """Found by `make fuzz`: a block of exactly the limit was taken at once and refused byte by byte."""
    longest = BLOCK.replace(b"agi_rdnis: ", b"agi_rdnis: " + b"x" * (length + 2 - len(BLOCK)))
    answers = []
    for step in (1, len(longest)):
        reader = RequestReader()
        try:
            (*_, answer) = (reader.feed(longest[at : at + step]) for at in range(0, len(longest), step))
        except BadRequest:
            answer = None
        answers.append(answer)
    assert answers[0] == answers[1] == (READ if length < MAX_BYTES else None)


def test_too_many_lines() -> None:
    with pytest.raises(BadRequest, match="lines"):
        parse(b"\n".join([b"a: b"] * (MAX_LINES + 1)))


@pytest.mark.parametrize(
    "changed",
    [
        {"agi_network_script": ""},
        {"agi_network_script": "../etc"},
        {"agi_network_script": "ARRIVE"},
        {"agi_uniqueid": ""},
        {"agi_uniqueid": "a b"},
        {"agi_uniqueid": "x" * 65},
        {"agi_channel": 'PJSIP/"'},
        {"agi_channel": "x" * 100 + "/trunk-1"},  # by `make fuzz`
        {"agi_channel": ""},
        {"agi_arg_1": "1 2"},
        {"agi_arg_1": "${SHELL(id)}"},
        {"agi_arg_1": "1" * 81},
    ],
)
def test_what_does_not_fit_is_refused_and_not_repeated(changed: dict[str, str]) -> None:
    with pytest.raises(BadRequest) as refusal:
        RequestReader().feed(block(**changed))
    (value,) = changed.values()
    assert not value or value not in str(refusal.value)


def test_arguments_count_up_to_the_first_that_is_missing() -> None:
    request = RequestReader().feed(block(agi_arg_1="1", agi_arg_3="3"))
    assert request is not None
    assert request.arguments == ("1",)
    assert request.argument(5) == ""


def test_an_argument_may_be_a_number_and_is_not_shown() -> None:
    assert "01632960100" not in repr(RequestReader().feed(BLOCK))


WORD = "k3v7q-this-is-a-word"


@given(st.lists(st.integers(0, 60), max_size=6))
def test_the_right_word_is_found_in_any_chunking(cuts: list[int]) -> None:
    line = f"200 result=1 ({WORD})\n".encode()
    reader = WordReader(WORD)
    places = sorted({min(cut, len(line)) for cut in cuts} | {0, len(line)})
    answers = [reader.feed(line[start:end]) for start, end in pairwise(places)]
    assert answers[-1] is True
    assert not any(answers[:-1])


@given(st.binary(max_size=400) | st.sampled_from([WORD[:-1], WORD + "x", "", WORD.upper()]).map(str.encode))
def test_another_word_is_refused(word: bytes) -> None:
    line = b"200 result=1 (" + word + b")\n"
    if word == WORD.encode():
        return
    with pytest.raises(BadRequest) as refusal:
        WordReader(WORD).feed(line + b" " * 300)
    assert WORD not in str(refusal.value)


@pytest.mark.parametrize(
    "line", [b"200 result=0\n", b"\n", b"HANGUP\n", b"511 Command Not Permitted on a dead channel\n", b"x" * 300]
)
def test_no_word_is_refused(line: bytes) -> None:
    with pytest.raises(BadRequest):
        WordReader(WORD).feed(line)


@pytest.mark.parametrize("behind", [b"", b"HANGUP\n", b"\n", b"200 result=0\n"])
def test_what_comes_behind_the_word_in_the_same_piece_does_not_matter(behind: bytes) -> None:
    """Found by `make fuzz`: who hung up just then was told to be somebody who does not know the word."""
    word = "5b0c6f1de79a4d2388aa"
    assert WordReader(word).feed(f"200 result=1 ({word})\n".encode() + behind)
    with pytest.raises(BadRequest):
        WordReader(word[:-1]).feed(f"200 result=1 ({word})\n".encode() + behind)
