"""A roster arrives as it was sent, in small frames; numbers travel there and nowhere else."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest

from hotline_agi.roster.duty import on_duty
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.timetable import warm
from hotline_agi.rosters.transfer import LENGTH, MAX_FRAME_BYTES, Assembly, Receiver, Sender, pieces
from hotline_agi.terms.numbers import PhoneNumber, Pin
from tests.bench.bigroster import big_roster

FIRST = date(2026, 11, 23)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_it_arrives_as_it_was_sent() -> None:
    files, contacts = big_roster(300, lines=3, first=FIRST)
    pins = b"pins:\n" + b"".join(b"  v%05d: '%06d'\n" % (n, 7 * n) for n in range(40, 80))
    sent = read_roster(files, contacts.replace(b"...\n", pins + b"...\n")).roster
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
    told = {who: one.pin.reveal() for who, one in got.volunteers.items() if one.pin}
    assert told == {f"v{n:05}": f"{7 * n:06}" for n in range(40, 80)}
    for name, line in sent.lines.items():
        pages = {key: page for key, page in line.memo.items() if isinstance(key, date)}
        assert got.lines[name].memo == pages
        for hours in range(0, 24 * 28, 5):
            at = NOON + timedelta(hours=hours)
            assert on_duty(got.lines[name], at) == on_duty(line, at)


@pytest.mark.parametrize("secret", [PhoneNumber("+447700900001"), Pin("481516")], ids=["number", "pin"])
def test_a_number_and_a_pin_travel_nowhere_else(secret: PhoneNumber | Pin) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    # and its bytes are told by the pipe's own pickler, not by the class
    assert type(secret).__reduce__ is not object.__reduce__
