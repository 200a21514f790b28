"""No text gets to AMI or AGI that could be read as something else."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline_agi.asterisk.wire import MAX_LINE_BYTES, action_text, checked, set_variable

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
nasty = st.text(st.characters() | st.sampled_from('\r\n\0\x85\u2028"\\${}[],;:='), max_size=40)
name = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,10}", fullmatch=True)


@given(nasty)
def test_checked_lets_no_control_character_through(text: str) -> None:
    if CONTROL.search(text):
        with pytest.raises(ValueError) as refusal:
            checked(text)
        assert text not in str(refusal.value) or len(text) < 2
    else:
        with contextlib.suppress(UnicodeEncodeError):  # a lone surrogate is a ValueError too
            assert checked(text) == text


@given(st.lists(st.tuples(name, nasty), max_size=8))
def test_an_action_reads_as_it_was_written(fields: list[tuple[str, str]]) -> None:
    try:
        text = action_text(fields)
    except ValueError:
        return
    assert text.endswith("\r\n")
    *lines, end, rest = text.split("\r\n")
    assert (end, rest) == ("", "")
    assert [tuple(line.split(": ", 1)) for line in lines] == fields
    assert not any("\r" in line or "\n" in line for line in lines)


@given(name, nasty)
def test_a_variable_reads_as_it_was_written(variable: str, value: str) -> None:
    variable = variable.replace("-", "_")
    try:
        line = set_variable(variable, value)
    except ValueError:
        return
    found = re.fullmatch(rb'SET VARIABLE ([A-Za-z0-9_]+) "([A-Za-z0-9:/._@+-]*)"\n', line)
    assert found
    assert (found[1].decode(), found[2].decode()) == (variable, value)


@pytest.mark.parametrize(
    "value", ["a\r\nAction: Originate", "a\nb", "\0", "\x1b[2J", "a\x85b", "x" * (MAX_LINE_BYTES + 1)]
)
def test_refused_values(value: str) -> None:
    with pytest.raises(ValueError):
        action_text([("CallerID", value)])


@pytest.mark.parametrize("header", ["", "A B", "A:", "1A", "A\r\nB", "Ä", "A" * 17])  # the last: by `make fuzz`
def test_refused_names(header: str) -> None:
    with pytest.raises(ValueError):
        action_text([(header, "x")])


def test_a_comma_would_set_a_second_variable() -> None:
    with pytest.raises(ValueError, match="comma"):
        action_text([("Variable", "A=1,B=2")])
    assert "a, b" in action_text([("Data", "a, b")])


def test_length_counts_bytes() -> None:
    assert checked("心" * (MAX_LINE_BYTES // 3))
    with pytest.raises(ValueError, match="longer"):
        checked("心" * (MAX_LINE_BYTES // 3 + 1))


@pytest.mark.parametrize("trunk", ["trunk", "voip_ms", "carrier.example", "a-b_c.d"])
def test_a_winner_is_told_its_caller_whatever_the_trunk_is_called(trunk: str) -> None:
    won = f"ok:won:PJSIP/{trunk}-0000001f"
    assert won.encode() in set_variable("HOTLINE_REPLY", won)
    dialplan = (Path(__file__).parents[2] / "asterisk-conf/hotline/extensions.conf").read_text()
    (joined,) = re.findall(r'REGEX\("(\^ok:won:[^"]+)" ', dialplan)
    assert re.fullmatch(joined, won)


@pytest.mark.parametrize("value", ['a"b', "a b", "${X}", "a,b", "a\nb", "心", "a;b", "a'b", "a\\b"])
def test_refused_agi_values(value: str) -> None:
    with pytest.raises(ValueError):
        set_variable("HOTLINE_REPLY", value)
