"""FastAGI without I/O: the header block that Asterisk sends when a channel reaches ``AGI(agi://…/ROUTE,ARGS)``.

Whoever can reach the port can send anything, so the reader is bounded in bytes and lines, decodes with replacement, and
keeps only the few headers that the service uses, each checked by its own pattern.
"""

import hmac
import re
from dataclasses import dataclass

MAX_BYTES = 8192
"""Of the block without its blank line. Asterisk's is about 700 bytes; arguments of ours add at most 100."""
MAX_LINES = 64

_ROUTE = re.compile(r"[a-z]{1,16}")
_UNIQUEID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_CHANNEL = re.compile(r"[A-Za-z0-9]{1,16}/[A-Za-z0-9@.+_-]{1,80}(;[12])?")
_ARGUMENT = re.compile(r"[A-Za-z0-9.+_-]{0,80}")


class BadRequest(ValueError):
    """What came is no request of our dialplan. The message never repeats what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiRequest:
    """One question of the dialplan."""

    route: str
    """The path of the URL: arrive, round, talked, message, accept, ready, notice, helper, menu, number, ping."""
    uniqueid: str
    channel: str
    """Full channel name."""
    arguments: tuple[str, ...]

    def argument(self, index: int) -> str:
        """The argument at `index` (from 0), or empty."""
        return self.arguments[index] if index < len(self.arguments) else ""

    def __repr__(self) -> str:
        return f"AgiRequest(route={self.route!r}, uniqueid={self.uniqueid!r})"  # an argument is the caller's number


class RequestReader:
    """Collects bytes until the blank line. Any chunking gives the same result."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, received: bytes) -> AgiRequest | None:
        """Take bytes in; the request once it is whole.

        :raises BadRequest: when it is too long or lacks a header; the connection must then be closed.
        """
        self._pending += received
        end = self._pending.find(b"\n\n")
        if end < 0:
            if len(self._pending) > MAX_BYTES:
                raise BadRequest(f"more than {MAX_BYTES} bytes without an end")
            return None
        if end >= MAX_BYTES:  # so it is refused before its blank line is there, too
            raise BadRequest(f"more than {MAX_BYTES} bytes")
        return parse(self._pending[:end])


def parse(block: bytes) -> AgiRequest:
    """Read a whole header block (without its blank line).

    :raises BadRequest: for too many lines, a missing or an unfit header.
    """
    lines = block.split(b"\n", MAX_LINES + 1)
    if len(lines) > MAX_LINES:
        raise BadRequest(f"more than {MAX_LINES} lines")
    headers: dict[str, str] = {}
    for line in lines:
        name, separator, value = line.decode("utf-8", "replace").partition(": ")
        if not separator:
            continue
        # Asterisk writes: who asks, then what the caller claims to be, then our arguments. A line forged through the
        # claims can so be neither before the first nor after the last of what we read. Right before our arguments comes
        # agi_threadid (res/res_agi.c, setup_env): arguments that were forged further up end there.
        if name.startswith("agi_arg_"):
            headers[name] = value
        elif name == "agi_threadid":
            headers = {known: said for known, said in headers.items() if not known.startswith("agi_arg_")}
        else:
            headers.setdefault(name, value)
    arguments: list[str] = []
    while (argument := headers.get(f"agi_arg_{len(arguments) + 1}")) is not None:
        arguments.append(_fit(_ARGUMENT, argument, "an argument"))
    return AgiRequest(
        route=_fit(_ROUTE, headers.get("agi_network_script", ""), "agi_network_script"),
        uniqueid=_fit(_UNIQUEID, headers.get("agi_uniqueid", ""), "agi_uniqueid"),
        channel=_fit(_CHANNEL, headers.get("agi_channel", ""), "agi_channel"),
        arguments=tuple(arguments),
    )


WORD_QUESTION = b"GET VARIABLE HOTLINE_WORD\n"
"""What we ask before we believe: only Asterisk knows it. Asked, not sent along, it is in no verbose log and in no
`core show channels`, where the arguments of AGI() are."""
MAX_ANSWER_BYTES = 256
_WORD_ANSWER = re.compile(rb"200 result=1 \(([A-Za-z0-9_-]{1,128})\)")


class WordReader:
    """Collects the one line that answers `WORD_QUESTION`. Any chunking gives the same result."""

    def __init__(self, word: str) -> None:
        self._word = word.encode()
        self._pending = b""

    def feed(self, received: bytes) -> bool:
        """Take bytes in; whether the right word has come. False: the line is not whole yet.

        :raises BadRequest: if it is another word or none.
        """
        self._pending += received
        answer, end, _ = self._pending.partition(b"\n")  # behind it may stand that the caller has hung up
        if not end and len(answer) <= MAX_ANSWER_BYTES:
            return False
        found = _WORD_ANSWER.fullmatch(answer)
        if found is None or not hmac.compare_digest(found[1], self._word):
            raise BadRequest(
                "without the word: HOTLINE_WORD in site/globals.conf differs from fastagi.word_file, or somebody on "
                "this machine plays Asterisk"
            )
        return True


def _fit(pattern: re.Pattern[str], value: str, name: str) -> str:
    if pattern.fullmatch(value) is None:
        raise BadRequest(f"unfit or missing: {name}")
    return value
