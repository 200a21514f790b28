"""Tokens that say who calls without saying who, and the flags on them."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.store.callers import KEY_BYTES, CallerKey, WhoIsUnknown, flag, flagged
from hotline_agi.store.journal import Journal
from hotline_agi.store.names import KEY
from hotline_agi.store.reading import CallNotFound
from hotline_agi.terms.numbers import PhoneNumber
from tests.store.calls import START, call_id, opened, rows

SPELLINGS = ("07700 900001", "+44 7700 900001", "0044 7700 900001", "447700900001")


def test_all_spellings_of_a_number_are_one_caller(tmp_path: Path) -> None:
    key = CallerKey.of(tmp_path)
    tokens = {key.token(PhoneNumber(spelling)) for spelling in SPELLINGS}
    assert len(tokens) == 1
    (token,) = tokens
    assert len(token) == 16 and int(token, 16) >= 0
    assert key.token(PhoneNumber("07700 900002")) != token
    assert key.token(PhoneNumber("110")) != key.token(PhoneNumber("119"))


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    first = CallerKey.of(state)
    path = state / KEY
    assert len(path.read_bytes()) == KEY_BYTES
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in state.iterdir()] == [KEY]
    number = PhoneNumber(SPELLINGS[0])
    assert CallerKey.of(state).token(number) == first.token(number)
    assert CallerKey.of(tmp_path / "other").token(number) != first.token(number)


def test_a_damaged_key_is_replaced_and_one_that_cannot_be_kept_is_no_reason_not_to_start(tmp_path: Path) -> None:
    (tmp_path / KEY).write_bytes(b"short")
    CallerKey.of(tmp_path)
    assert len((tmp_path / KEY).read_bytes()) == KEY_BYTES
    (tmp_path / "file").touch()
    number = PhoneNumber(SPELLINGS[0])
    assert CallerKey.of(tmp_path / "file").token(number)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Two calls of one caller and one whose number was withheld; the service is down."""
    path = tmp_path / "journal.db"
    key = CallerKey.of(tmp_path)
    written = Journal.open(path)
    for number in range(3):
        written.write(opened(call_id(number)), START)
        if number < 2:
            written.write_token(call_id(number), key.token(PhoneNumber(SPELLINGS[number])))
    assert written.close(5)
    return path


def test_a_flag_is_set_known_and_taken_off(journal: Path, tmp_path: Path) -> None:
    token = CallerKey.of(tmp_path).token(PhoneNumber(SPELLINGS[2]))
    assert flagged(journal, START) == frozenset()
    assert flag(journal, "pbx1-1782900000.1", on=True, who="mei", now=START) == call_id(1)
    assert flag(journal, call_id(0), on=True, who="mei", now=START) == call_id(0)
    assert flagged(journal, START) == {token}
    assert flagged(journal, START + timedelta(days=364)) == {token}
    assert flagged(journal, START + timedelta(days=366)) == frozenset()
    flag(journal, call_id(0), on=False, who="root", now=START)
    assert flagged(journal, START) == frozenset()
    assert [row[1:] for row in rows(journal, "SELECT at, who, did, subject FROM audit ORDER BY seq")] == [
        ("mei", "flagged high risk", call_id(1)),
        ("mei", "flagged high risk", call_id(0)),
        ("root", "took the flag off", call_id(0)),
    ]


def test_a_caller_who_is_not_known_cannot_be_flagged(journal: Path, tmp_path: Path) -> None:
    with pytest.raises(WhoIsUnknown, match="withheld"):
        flag(journal, call_id(2), on=True, who="mei", now=START)
    with pytest.raises(CallNotFound):
        flag(journal, "pbx9", on=True, who="mei", now=START)
    with pytest.raises(SetupError, match="there is no journal"):
        flag(tmp_path / "none.db", call_id(2), on=True, who="mei", now=START)
    assert rows(journal, "SELECT count(*) FROM audit") == [(0,)]


def test_a_flag_can_be_set_while_the_service_writes(journal: Path) -> None:
    service = Journal.open(journal)
    service.write(opened(call_id(7)), START)
    flag(journal, call_id(0), on=True, who="mei", now=START)
    assert service.close(5)
    assert len(flagged(journal, START)) == 1
