"""A megabyte and more over AMI without an end, in pieces as they come from a socket: bounded in time and memory.

The input is a recipe: its first two bytes choose the pieces and the length, the rest is repeated. Many small messages
are given as one read of the socket, for between two reads calls get their turn.
"""

import asyncio
from random import Random
from typing import Any

from hotline_agi.asterisk.ami import MAX_MESSAGE_BYTES, AmiLink, _Protocol
from tests.fuzz import ami_events, mutation

PIECES = (1_460, 65_536, 262_144)
"""An Ethernet frame, a loopback segment, and the most that asyncio reads at once."""
_loop = asyncio.new_event_loop()


class _Sink:
    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


def seeds() -> list[bytes]:
    patterns = (
        b"x",
        b"a: b\r\n",
        b"a: b\r\n\r\n",
        b"\r\n",
        b"Event: Hangup\r\n",
        b"Event: a\r\n\r\n",
        b"\xff",
        b": \r",
    )
    return [bytes([piece, 9]) + pattern for piece in range(len(PIECES)) for pattern in patterns]


def mutated(content: bytes, dice: Random) -> bytes:
    return content[:2] + mutation.changed(content[2:], dice, ami_events.WORDS)[:2000]


def judge(content: bytes) -> None:
    if len(content) < 3:
        return
    pattern = content[2:]
    length = PIECES[-1] if b"\r\n\r\n" in pattern * 2 else MAX_MESSAGE_BYTES * (1 + content[1] % 10) // 8
    stream = ami_events.GREETING + pattern * (length // len(pattern) + 1) + b"\r\n\r\n" * (content[1] // 10 % 2)
    _loop.run_until_complete(_fed(stream, PIECES[content[0] % len(PIECES)]))


async def _fed(stream: bytes, piece: int) -> None:
    link = AmiLink(
        host="", port=0, user="", secret="", on_event=lambda _: None, on_up=lambda: None, on_down=lambda: None
    )
    protocol: Any = _Protocol(link)
    sink = protocol.transport = _Sink()
    for start in range(0, len(stream), piece):
        if sink.aborted:
            break
        protocol.data_received(stream[start : start + piece])
        assert protocol._held_signs <= MAX_MESSAGE_BYTES + piece
    assert sink.aborted or protocol._held_signs <= MAX_MESSAGE_BYTES
