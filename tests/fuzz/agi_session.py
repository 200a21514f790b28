"""A FastAGI connection: what the other side sends before and after our answer. One question at most, one answer at
most, and no exception, whatever comes in whatever pieces; and none at all without the word, where one is demanded.

The input is a header block and, behind its blank line, the replies."""

import asyncio
import socket
from random import Random
from typing import Any

from hotline_agi.asterisk.agi import MAX_BYTES, WORD_QUESTION
from hotline_agi.asterisk.fastagi import AgiSession, FastAgiListener
from hotline_agi.asterisk.wire import set_variable
from tests.asterisk.test_agi import BLOCK
from tests.fuzz import agi_header, mutation

WORD = "5b0c6f1de79a4d2388aa"
RIGHT = f"200 result=1 ({WORD})\n".encode()
REPLIES = (
    *(RIGHT, RIGHT * 2, RIGHT + b"HANGUP\n", b"200 result=0\n", b"200 result=1 ()\n", b"200 result=1 (wrong-word)\n"),
    *(b"200 result=1\n", b"200 result=-1 (timeout)\n", b"510 Invalid or unknown command\n", b"HANGUP\n"),
    *(
        b"520-Invalid command syntax.  Proper usage follows:\nUsage: x\n520 End of proper usage.\n",
        b"511 Command Not\n",
    ),
)
_ANSWER = set_variable("HOTLINE_REPLY", "ok:gone")
_loop = asyncio.new_event_loop()
_ours, _theirs = socket.socketpair()


class _Transport(asyncio.Transport):
    """Collects what is written; behaves after its closing as asyncio's does."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return _ours if name == "socket" else default

    def write(self, data: Any) -> None:
        assert not self.closed
        self.written += data

    def write_eof(self) -> None:
        pass

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def seeds() -> list[bytes]:
    return [*agi_header.seeds(), *(BLOCK + reply for reply in REPLIES)]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, agi_header.WORDS + REPLIES, (MAX_BYTES,))


def judge(content: bytes) -> None:
    whole, parts = (_loop.run_until_complete(_served(chunks)) for chunks in ([content], mutation.pieces(content)))
    assert whole == parts, "the pieces matter"
    end = content.find(b"\n\n") + 2
    block, answer = content[:end] or content, content[end:] if end > 1 else b""
    asked = [
        _loop.run_until_complete(_served([block, *chunks], WORD)) for chunks in ([answer], mutation.pieces(answer))
    ]
    assert asked[0] == asked[1], "the pieces of the answer matter"
    assert asked[0][0] <= (answer.partition(b"\n")[0] == RIGHT.rstrip()), "asked without the word"


async def _served(chunks: list[bytes], word: str | None = None) -> tuple[int, int]:
    """How many questions came of it, and how many refusals; each is answered as soon as it is asked."""
    asked: list[AgiSession] = []
    refused: list[str] = []

    def ask(session: AgiSession) -> None:
        asked.append(session)
        session.reply("ok:gone")

    listener = FastAgiListener(ask, refused.append, word=word)
    session, transport = AgiSession(listener), _Transport()
    session.connection_made(transport)
    for chunk in chunks:
        if transport.closed:  # asyncio reads no more then
            break
        if chunk:
            session.data_received(chunk)
    session.connection_lost(None)
    assert len(asked) + len(refused) <= 1
    written = transport.written.removeprefix(WORD_QUESTION if word else b"")
    assert written == (_ANSWER if asked else b"")
    assert not any(WORD in reason or len(reason) > 160 for reason in refused)
    assert bool(asked) is not session.is_idle
    assert not listener._sessions
    return len(asked), len(refused)
