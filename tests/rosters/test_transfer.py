"""A roster arrives as it was sent, in small frames; numbers travel there and nowhere else."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.timetable import warm
from hotline_agi.rosters.transfer import LENGTH, MAX_FRAME_BYTES, Assembly, Receiver, Sender, pieces
from hotline_agi.terms.numbers import PhoneNumber
from tests.bench.bigroster import big_roster

FIRST = date(2026, 11, 23)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_it_arrives_as_it_was_sent() -> None:
    files, contacts = big_roster(300, lines=3, first=FIRST)
    sent = read_roster(files, contacts).roster
    for line in sent.lines.values():
        warm(line, NOON, NOON + timedelta(days=28))
    frames = list(Sender().frames(pieces(sent)))
    receiver, assembly = Receiver(), Assembly()
    for frame in frames:
        (length,) = LENGTH.unpack(frame[:4])
        assert length == len(frame) - 4 < MAX_FRAME_BYTES
        for piece in receiver.pieces(frame[4:]):
            assembly.add(piece)
    got = assembly.whole()
    assert got == sent
    assert [v.endpoints[-1].number.reveal() for v in got.volunteers.values() if v.endpoints[-1].number] == [
        v.endpoints[-1].number.reveal() for v in sent.volunteers.values() if v.endpoints[-1].number
    ]
    for name, line in sent.lines.items():
        pages = {key: page for key, page in line.memo.items() if isinstance(key, date)}
        assert got.lines[name].memo == pages
        for hours in range(0, 24 * 28, 5):
            at = NOON + timedelta(hours=hours)
            assert on_duty(got.lines[name], at) == on_duty(line, at)


def test_a_number_travels_nowhere_else() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(PhoneNumber("+447700900001"))
    # and its bytes are told by the pipe's own pickler, not by the class
    assert PhoneNumber.__reduce__ is not object.__reduce__
