"""A roster on its way from the child that read it into the service, in pieces that each take the loop a moment.

    frame: length (4 bytes, big-endian), then pickles of pieces, one after the other

What is said twice within some pieces (a person's id on every page of a line) travels, and lies in memory, once: pickler
and unpickler remember what they saw. After some pieces they forget it: what an unpickler remembers of a whole roster
takes 10 ms to be dropped. The other end of the pipe is our own child and nobody else's; nothing that comes from a file
or a network is ever unpickled.
"""

import copyreg
import io
import pickle
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any, cast

from hotline_agi.roster.model import Line, Roster, Volunteer
from hotline_agi.roster.plan import MonthDay
from hotline_agi.roster.timetable import Page
from hotline_agi.terms.ids import LineId
from hotline_agi.terms.numbers import PhoneNumber, Pin
from hotline_agi.terms.problems import Problem

FRAME_BYTES = 32 * 1024
MAX_FRAME_BYTES = 4 * 1024 * 1024
"""A frame ends with the piece that fills it; the largest piece is a line without its months and pages."""
LENGTH = struct.Struct("!I")
PEOPLE, DAYS, PAGES = 20, 4, 4
"""How many to a piece: each piece is some 0.3 ms of unpickling."""
FORGET_AFTER = 25
"""Pieces: about a line of a hundred people with its pages, or 500 people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Which texts a roster was read from."""

    digest: str
    """Of the roster files."""
    contacts_digest: str
    """Of the contacts as they lie there. Never shown: whoever knows all numbers but one could try that one."""
    revision: str
    signature: str
    """Of the folder (`settled.signature`); empty for the last good roster."""
    last_good_of: str = ""
    """When it was taken first (ISO 8601), for one that was kept aside; empty for the folder's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    volunteers: tuple[Volunteer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A line without what can be many: it follows piece by piece."""

    line: Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    line: LineId
    months: dict[date, MonthDay]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    line: LineId
    pages: dict[date, Page]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The last piece of a roster: all of it was sent."""

    origin: Origin
    warnings: tuple[str, ...]
    """The first ones, as text."""
    warning_count: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The texts are those in force."""

    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Either `problems` of texts, which nothing but another text mends, or a `sentence`."""

    problems: tuple[Problem, ...] = ()
    """The first ones; errors only. None has anybody's number in it."""
    count: int = 1
    sentence: str = ""
    revision: str = ""
    signature: str = ""
    """Empty if there was no state of the folder that could be read."""

    def told(self) -> tuple[str, ...]:
        return tuple(map(str, self.problems)) or (self.sentence,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The word after ``keep``: the files lie aside; or why not."""

    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Between two pieces: both ends begin anew to remember."""


Piece = Forget | People | Frame | Days | Pages | Whole | Unchanged | Refused | Kept


def pieces(roster: Roster) -> Iterator[Piece]:
    """All of a roster but the `Whole` at its end; of the lines' memos the pages."""
    for people in _portions(roster.volunteers, PEOPLE):
        yield People(volunteers=tuple(people.values()))
    for line in roster.lines.values():
        yield Frame(line=replace(line, months={}))  # `replace` leaves the memo empty
        for months in _portions(line.months, DAYS):
            yield Days(line=line.id, months=months)
        pages = {day: page for day, page in line.memo.items() if isinstance(page, Page)}
        for some in _portions(pages, PAGES):
            yield Pages(line=line.id, pages=cast("dict[date, Page]", some))


def _portions(many: Mapping[Any, Any], size: int) -> Iterator[dict[Any, Any]]:
    rest = iter(many.items())
    while portion := dict(islice(rest, size)):
        yield portion


class Assembly:
    """A roster that grows piece by piece."""

    def __init__(self) -> None:
        self._lines: dict[LineId, Line] = {}
        self._roster = Roster(lines=self._lines, volunteers={})

    def add(self, piece: Piece) -> None:
        match piece:
            case People(volunteers=volunteers):
                people = cast("dict[str, Volunteer]", self._roster.volunteers)
                people.update((one.id, one) for one in volunteers)
            case Frame(line=line):
                self._lines[line.id] = line
            case Days(line=line_id, months=months):
                cast("dict[date, MonthDay]", self._lines[line_id].months).update(months)
            case Pages(line=line_id, pages=pages):
                self._lines[line_id].memo.update(pages.items())
            case _:
                raise TypeError(f"{type(piece).__name__} is no piece of a roster")

    def whole(self) -> Roster:
        return self._roster


class Sender:
    """Pieces → frames."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._pickler = pickle.Pickler(self._out, protocol=5)
        # they refuse to be pickled anywhere else
        self._pickler.dispatch_table = copyreg.dispatch_table | {PhoneNumber: _number_told, Pin: _pin_told}

    def frames(self, sent: Iterator[Piece]) -> Iterator[bytes]:
        for number, piece in enumerate(sent, 1):
            self._pickler.dump(piece)
            if number % FORGET_AFTER == 0:
                self._pickler.dump(Forget())
                self._pickler.clear_memo()
            if self._out.tell() >= FRAME_BYTES:
                yield self._frame()
        if self._out.tell():
            yield self._frame()

    def _frame(self) -> bytes:
        content = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return LENGTH.pack(len(content)) + content


class Receiver:
    """Frames → pieces."""

    def __init__(self) -> None:
        self._in = io.BytesIO()
        self._unpickler = pickle.Unpickler(self._in)

    def pieces(self, content: bytes) -> Iterator[Piece]:
        """The pieces of one frame (without its length), one by one."""
        self._in.seek(0)
        self._in.truncate()
        self._in.write(content)
        self._in.seek(0)
        while self._in.tell() < len(content):
            piece = self._unpickler.load()
            if isinstance(piece, Forget):
                self._unpickler = pickle.Unpickler(self._in)
            else:
                yield piece


def _number_told(number: PhoneNumber) -> tuple[type[PhoneNumber], tuple[str]]:
    return PhoneNumber, (number.reveal(),)


def _pin_told(pin: Pin) -> tuple[type[Pin], tuple[str]]:
    return Pin, (pin.reveal(),)
