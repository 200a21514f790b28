"""A FastAGI connection: what the other side sends before and after our answer. One question at most, one answer at
most, and no exception, whatever comes in whatever pieces. AGI's replies have no other reader: they end the dialog."""

import asyncio
import socket
from random import Random
from typing import Any

from hotline_agi.asterisk.agi import MAX_BYTES
from hotline_agi.asterisk.fastagi import AgiSession, FastAgiListener
from hotline_agi.asterisk.wire import set_variable
from tests.asterisk.test_agi import BLOCK
from tests.fuzz import agi_header, mutation

REPLIES = (
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
    assert whole[0] == parts[0], "the pieces matter"


async def _served(chunks: list[bytes]) -> tuple[int, int]:
    """How many questions came of it, and how many refusals; each is answered as soon as it is asked."""
    asked: list[AgiSession] = []
    refused: list[str] = []

    def ask(session: AgiSession) -> None:
        asked.append(session)
        session.reply("ok:gone")

    listener = FastAgiListener(ask, refused.append)
    session, transport = AgiSession(listener), _Transport()
    session.connection_made(transport)
    for chunk in chunks:
        if transport.closed:  # asyncio reads no more then
            break
        session.data_received(chunk)
    session.connection_lost(None)
    assert len(asked) + len(refused) <= 1
    assert transport.written == (_ANSWER if asked else b"")
    assert all(len(reason) < 60 for reason in refused)
    assert bool(asked) is not session.is_idle
    assert not listener._sessions
    return len(asked), len(refused)
