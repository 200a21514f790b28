"""The one door for text on its way to AMI and AGI.

Both protocols are lines. A line break in a value is a new header, command or event: a caller-ID name with ``%0D%0A``
forges whole AMI events on Asterisk 22 (observed), and panoramisk writes such values as they are. Nothing is sent that
did not pass `checked`.
"""

import re
from collections.abc import Iterable

MAX_LINE_BYTES = 1000
"""Of a value; its name has 16 at most. Asterisk's AMI reader drops lines over 1,019 bytes (main/manager.c reads into
`char inbuf[1025]`)."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,15}")
_AGI_VALUE = re.compile(r"[A-Za-z0-9:/._@+-]*(;2[A-Za-z0-9:]*)?")
""";2 ends the name of a Local channel's inner half; it means nothing to AGI, nor to a dialplan that runs."""

Fields = Iterable[tuple[str, str]]


def checked(text: str) -> str:
    """`text`, if it is one line of bounded length.

    :raises ValueError: for control characters or an over-long text; the message does not repeat the text.
    """
    if _CONTROL.search(text) is not None:
        raise ValueError("control character in a value for Asterisk")
    if len(text.encode()) > MAX_LINE_BYTES:
        raise ValueError(f"a value for Asterisk is longer than {MAX_LINE_BYTES} bytes")
    return text


def action_text(fields: Fields) -> str:
    """One AMI action, blank line included. A repeated name is a repeated header.

    :raises ValueError: see `checked`; also for a header name that is none, and for a comma in a `Variable`
        (Asterisk splits the value there: ``A=1,B=2`` sets two).
    """
    lines = []
    for name, value in fields:
        if _NAME.fullmatch(name) is None:
            raise ValueError("not the name of an AMI header")
        if name == "Variable" and "," in value:
            raise ValueError("a comma in a channel variable for Asterisk")
        lines.append(f"{name}: {checked(value)}\r\n")
    lines.append("\r\n")
    return "".join(lines)


def set_variable(name: str, value: str) -> bytes:
    """The one AGI command that we send: `SET VARIABLE`, with a value of a narrow alphabet.

    :raises ValueError: if name or value hold anything that AGI or the dialplan could read as syntax.
    """
    if _NAME.fullmatch(name.replace("_", "")) is None or _AGI_VALUE.fullmatch(value) is None:
        raise ValueError("not a value for the dialplan")
    return f'SET VARIABLE {name} "{checked(value)}"\n'.encode("ascii")
