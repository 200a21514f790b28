"""What a replay reads from a journal: packed lines of steps, memories, texts of rosters. Damaged or foreign, they are
refused by ValueError; what is understood is written again byte for byte."""

from dataclasses import is_dataclass
from functools import cache
from random import Random
from typing import Any, get_type_hints

from hotline_agi.dispatch.codec import command_of, memory_of, news_of, to_json
from hotline_agi.dispatch.replay import told_by
from hotline_agi.roster.model import Endpoint
from hotline_agi.roster.texts import pack_texts, texts_of
from hotline_agi.terms.ids import EndpointId
from hotline_agi.terms.packing import packed, unpacked
from tests.fuzz import mutation
from tests.roster import trees

WORDS = (
    *(b'"19"', b':"1"', b":1", b":true", b":[]", b":{}"),
    *(
        b'{"is":',
        b'"is":"LegEnded"',
        b'"leg":"leg-0000000100000a"',
        b'"cause":19',
        b"[]",
        b"{}",
        b'"Infinity"',
        b'"nan"',
        b'""',
    ),
    *(
        b"2026-02-05T04:00:00+00:00",
        b"null",
        b"true",
        b"1e5",
        b"9" * 400,
        b'"ringing"',
        b"\t",
        b'"calls":[',
        b"0001-01-01T00:00:00",
    ),
)
_LINES = (
    b'81234.518\t2026-02-05T04:00:00.120503+00:00\t{"is":"CallArrived","call":"pbx1-1.1","line":"xinli","node":"pbx1"}\t[]',
    b'81236.0\t2026-02-05T04:00:02+00:00\t{"is":"LegEnded","leg":"leg-0000000100000a","cause":19}\t[{"is":"CloseRecord"}]',
    b"81237.25\t2026-02-05T04:00:03+00:00\tnull\t[]",
    (
        b'81238.0\t2026-02-05T04:00:04+00:00\t{"is":"StockTaken","node":"pbx1","calls":["pbx1-1.1"],"legs":[{"is":"LiveLeg",'
        b'"leg":"leg-0000000100000a","volunteer":"lin","up":true,"talking":false}],"asked_s":81237.5}\t[]'
    ),
    b'81239.0\t2026-02-05T04:00:05+00:00\t{"is":"RosterUsed","digest":"abc"}\t[]',
    b'81240.0\t2026-02-05T04:00:06+00:00\t{"is":"VolunteerPaused","volunteer":"lin","for_s":"inf"}\t[]',
)
_MEMORY = (
    b'{"is":"Memory","legs":[{"is":"PastRing","endpoint":"lin-mobile","kind":"mobile","result":"missed","rang_s":20.0,'
    b'"age_days":1.5}],"talks":[{"is":"PastTalk","volunteer":"lin","started_at":"2026-02-05T04:00:00+00:00",'
    b'"ended_at":"2026-02-05T04:10:00+00:00"}],"pauses":[["lin",null]],"tried":[["0123456789abcdef",'
    b'"2026-02-05T04:00:00+00:00"]]}'
)


class _Anybody(dict[EndpointId, Endpoint]):
    """Commands may ring no endpoint here: none is known."""


def seeds() -> list[bytes]:
    texts = pack_texts(trees.good())
    return [
        *_LINES,
        _MEMORY,
        b"\n".join(_LINES),
        b'{"is":"HangUp","party":"pbx1-1.1"}',
        texts,
        packed("[]"),
        b"[" * 3000,
    ]


def mutated(content: bytes, dice: Random) -> bytes:
    if content[:1] == b"x" and dice.random() < 0.7:  # zlib's first byte: change what is inside
        try:
            inner = mutation.changed(unpacked(content)[:4000].encode(), dice, WORDS)
            return packed(inner.decode("ascii", "replace").replace("\ufffd", "?"))
        except ValueError:
            pass
    return mutation.changed(content, dice, WORDS)


def judge(content: bytes) -> None:
    try:
        files = texts_of(content)
        assert all(isinstance(path, str) and isinstance(text, bytes) for path, text in files.items())
    except ValueError:
        pass
    text = content.decode("utf-8", "surrogateescape")
    for line in text.split("\n")[:6]:
        _read(line)
        try:
            told = told_by(line)
        except ValueError:
            continue
        hash((told.now, told.commands))


def _look_at(value: Any) -> None:
    """What is understood has the types that it says."""
    for name, kind in _types(type(value)).items():
        part = getattr(value, name)
        if kind in (int, str, bool):
            assert isinstance(part, kind) and (kind is bool or not isinstance(part, bool))
        elif kind is float:
            assert isinstance(part, int | float)
        for one in part if isinstance(part, tuple | frozenset) else (part,):
            if is_dataclass(one):
                _look_at(one)


@cache
def _types(kind: type) -> dict[str, Any]:
    return {name: getattr(hint, "__supertype__", hint) for name, hint in get_type_hints(kind).items()}


def _read(text: str) -> None:
    for text_of_it in {text, *text.split("\t")[2:3]}:
        for read in (news_of, memory_of, lambda one: command_of(one, _Anybody())):
            try:
                value = read(text_of_it)
            except ValueError:
                continue
            _look_at(value)
            written = to_json(value)
            assert to_json(read(written)) == written
