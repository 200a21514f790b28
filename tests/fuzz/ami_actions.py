"""What we write to Asterisk: one action is one action, with these fields and no other; or ValueError.

The input has fields parted by the signs 1E and 1F of ASCII, so that line breaks can be in names and values.
"""

from random import Random

from hotline_agi.asterisk.wire import MAX_LINE_BYTES, action_text, set_variable
from tests.fuzz import mutation

WORDS = (
    "心".encode() * 340,
    *(b"\r\n", b"\n", b"\r", b"Variable\x1f", b"Action\x1f", b"\x1e", b"\x1f", b"HOTLINE_ROW1=a/did/1=x", b"\xc2\x85"),
    *(
        b"\xe2\x80\xa8",
        b"\r\nAction: Command\r\nCommand: core stop now",
        b"ActionID",
        b"Variable",
        b",",
        b"\\n",
        b"HOTLINE_REPLY",
    ),
)
FIELD, BETWEEN = "\x1f", "\x1e"


def seeds() -> list[bytes]:
    actions = (
        [("Action", "Login"), ("Username", "hotline-agi"), ("Secret", "s3cret"), ("Events", "on"), ("ActionID", "h1")],
        [
            ("Action", "Originate"),
            ("Channel", "PJSIP/+447700900301@trunk"),
            ("ChannelId", "leg-69915a80000001"),
            ("CallerID", '"hotline" <100>'),
            ("Variable", "HOTLINE_CALL=pbx1-1.1"),
            ("Variable", "CHANNEL(language)=zh"),
        ],
        [("Action", "Setvar"), ("Variable", "HOTLINE_CALL"), ("Value", "x" * MAX_LINE_BYTES)],
        [("HOTLINE_REPLY", "ok:hold:zh:calm:20:600:message-directory")],
    )
    return [BETWEEN.join(FIELD.join(field) for field in action).encode() for action in actions]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS, (MAX_LINE_BYTES,))


def judge(content: bytes) -> None:
    text = content.decode("utf-8", "surrogateescape")
    fields = [(name, value) for name, _, value in (field.partition(FIELD) for field in text.split(BETWEEN))]
    try:
        written = action_text(fields).encode()
    except ValueError as refusal:
        assert len(str(refusal)) < 120  # it does not repeat the text
    else:
        assert _as_asterisk_reads(written) == fields
    for name, value in fields[:3]:
        _set(name, value)


def _as_asterisk_reads(written: bytes) -> list[tuple[str, str]]:
    """main/manager.c, `get_input` and `do_message`: lines end with CR LF or LF, an empty one ends the action."""
    assert written.endswith(b"\r\n\r\n")
    lines = written.replace(b"\r\n", b"\n").split(b"\n")
    assert lines[-2:] == [b"", b""] and b"" not in lines[:-2] and not any(b"\r" in line for line in lines)
    read = []
    for line in lines[:-2]:
        assert len(line) <= 1019 and b"\0" not in line
        name, colon, value = line.decode().partition(": ")
        assert colon
        assert name != "Variable" or "," not in value
        read.append((name, value))
    return read


def _set(name: str, value: str) -> None:
    try:
        line = set_variable(name, value)
    except ValueError as refusal:
        assert len(str(refusal)) < 120
        return
    assert line == f'SET VARIABLE {name} "{value}"\n'.encode()
    assert line.count(b"\n") == 1 and line.count(b'"') == 2 and not any(sign in line for sign in b"$\\,{}()|&\r\0;")
