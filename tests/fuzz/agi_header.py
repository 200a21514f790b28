"""FastAGI's header block: whatever comes, in whatever pieces, is the same request or refused; and what a caller claims
to be changes nothing of what Asterisk says."""

import re
from random import Random

from hotline_agi.asterisk.agi import MAX_BYTES, AgiRequest, BadRequest, RequestReader
from tests.asterisk.test_agi import BLOCK, READ
from tests.fuzz import mutation
from tests.fuzz.catalogue import recorded

WORDS = (
    *(b"agi_arg_4: 999\n", b"\nagi_arg_5: 1\n", b"agi_threadid: 1\n"),
    *(b"agi_network_script: ", b"agi_channel: ", b"agi_uniqueid: ", b"agi_arg_1: ", b"agi_arg_2: ", b"agi_arg_3: "),
    *(
        b"agi_network_script: accept\n",
        b"agi_arg_1: 999\n",
        b"\nagi_uniqueid: pbx1-1.1\n",
        b"PJSIP/trunk-1;1",
        b"a: b\n",
    ),
)
_CLAIMS = BLOCK.index(b"agi_callerid: ") + len(b"agi_callerid: ")
_SAFE = re.compile(r"[A-Za-z0-9@.+_/;-]*")


def seeds() -> list[bytes]:
    other = BLOCK.replace(b"round", b"menu").replace(b"01632960100", b"phone").replace(b": 12\n", b": v01\n")
    longest = BLOCK.replace(b"agi_rdnis: ", b"agi_rdnis: " + b"x" * (MAX_BYTES + 2 - len(BLOCK)))
    return [
        *recorded("agi.txt"),
        BLOCK,
        other,
        longest,
        b"hotline\nagi_arg_1: 999\nagi_uniqueid: forged",
        b"x" * MAX_BYTES + b"\n\n",
        b"a: b\n" * 64,
    ]


def mutated(content: bytes, dice: Random) -> bytes:
    return mutation.changed(content, dice, WORDS, (MAX_BYTES, 2 * MAX_BYTES))


def judge(content: bytes) -> None:
    whole = read([content])
    assert read(mutation.pieces(content)) == whole
    if isinstance(whole, AgiRequest):
        assert content.find(b"\n\n") <= MAX_BYTES
        texts = (whole.route, whole.uniqueid, whole.channel, *whole.arguments)
        assert all(_SAFE.fullmatch(text) and len(text) <= 90 for text in texts)
        assert not any(text in repr(whole) for text in whole.arguments if len(text) > 20 and text not in whole.uniqueid)
    forged = BLOCK[:_CLAIMS] + content + BLOCK[_CLAIMS:]
    if b"\n\n" not in forged[:-2]:
        assert read([forged]) in (READ, "refused")


def read(chunks: list[bytes]) -> AgiRequest | str:
    reader = RequestReader()
    try:
        for chunk in chunks:
            request = reader.feed(chunk)
            if request is not None:
                return request
    except BadRequest as refusal:
        assert len(str(refusal)) < 60  # it never repeats what came
        return "refused"
    return "unfinished"
