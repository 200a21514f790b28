"""Records as rows, and rows as lines of the spool."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import Connection

from hotline_agi.dispatch.codec import to_json
from hotline_agi.dispatch.commands import NoteReadiness, NoteVolunteer
from hotline_agi.store.dialect import driver
from hotline_agi.store.opening import connect
from hotline_agi.store.records import (
    CallbackRecord,
    Entry,
    LanguageRecord,
    MessageRecord,
    NumberRecord,
    Record,
    RosterTextRecord,
    RunRecord,
    TokenRecord,
    from_line,
    rows_of,
    store,
    to_line,
)
from hotline_agi.terms.ids import CallerToken, VolunteerId
from hotline_agi.terms.numbers import PhoneNumber
from hotline_agi.terms.outcomes import Outcome
from hotline_agi.terms.standing import Readiness, VolunteerState
from tests.store.calls import LINE, START, call_id, closed, noted, opened

CALL = call_id(1)


def answered(readiness: Readiness) -> NoteReadiness:
    return NoteReadiness(
        line=LINE, slot="late", from_at=START, until_at=START, volunteer=VolunteerId("v01"), readiness=readiness
    )


RECORDS: list[Record] = [
    opened(CALL, START + timedelta(seconds=1)),  # admitted again by a restarted service
    opened(CALL),
    noted(CALL),
    replace(closed(CALL, outcome=Outcome.UNCERTAIN, lasted_s=20), legs=()),
    closed(CALL, lasted_s=60),
    MessageRecord(call=CALL, line=LINE, file="1_2_x.wav", length_s=4, recorded_at=START),
    NumberRecord(call=CALL, number=PhoneNumber("13800000001")),
    TokenRecord(call=CALL, caller=CallerToken("0123456789abcdef")),
    NoteVolunteer(volunteer=VolunteerId("v01"), state=VolunteerState.RESTING, until_at=START, detail="3 missed"),
    answered(Readiness.READY),
    RunRecord(run="00000001", program="0.3", roster="r0", packed=b"\x00\xff"),
    RosterTextRecord(digest="r0", packed=b"\n\x80"),
    CallbackRecord(call=CALL, line=LINE, number=PhoneNumber("13800000002"), asked_at=START),
    LanguageRecord(caller=CallerToken("0123456789abcdef"), language="en"),
]
TABLES = ("call", "leg", "fact", "message", "caller_number", "caller_token")
TABLES_OF_RUNS = ("volunteer_state", "agreement", "run", "roster_text")


def contents(connection: Connection) -> list[list[object]]:
    return [sorted(driver(connection).execute(f"SELECT * FROM {table}").fetchall()) for table in TABLES]


def test_records_of_a_call_may_be_stored_twice_and_in_any_order(tmp_path: Path) -> None:
    expected: list[list[object]] | None = None
    with closing(connect(tmp_path / "journal.db", busy_s=1)) as connection:
        for order in permutations(range(5)):
            transaction = connection.begin()
            for number in (*order, 5, 6, 7, *order):
                store(connection, rows_of(Entry(RECORDS[number], START, number)))
            found = contents(connection)
            expected = expected or found
            assert found == expected, order
            transaction.rollback()
    assert expected is not None
    arrived_at, answered_at, ended_at = (f"2026-07-01T18:0{instant}.120Z" for instant in ("0:00", "0:05", "1:00"))
    assert expected[0] == [
        (CALL, "xinli", "pbx1", arrived_at, answered_at, ended_at, 5.0, 55.0, "talked", "v01"),
    ]
    assert [len(rows) for rows in expected] == [1, 2, 1, 1, 1, 1]


def test_records_of_people_and_runs_may_be_stored_twice(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "journal.db", busy_s=1)) as connection:
        for _ in range(2):
            with connection.begin():
                for number, record in enumerate(RECORDS[8:], start=8):
                    store(connection, rows_of(Entry(record, START, number)))
        found = [driver(connection).execute(f"SELECT * FROM {table}").fetchall() for table in TABLES_OF_RUNS]
    at = "2026-07-01T18:00:00.120Z"
    assert found == [
        [("v01", 8, at, "resting", at, "3 missed")],
        [("readiness", f"xinli/late/{at}/v01", 9, at, at, to_json(RECORDS[9]))],  # type: ignore[arg-type]
        [("00000001", at, "0.3", "r0", b"\x00\xff")],
        [("r0", at, b"\n\x80")],
    ]


def test_of_two_words_about_one_place_the_later_counts_in_any_order(tmp_path: Path) -> None:
    words = [answered(Readiness.ASKED), answered(Readiness.READY)]
    for order in ((0, 1), (1, 0)):
        with closing(connect(tmp_path / f"{order}.db", busy_s=1)) as connection:
            with connection.begin():
                for number in order:
                    store(connection, rows_of(Entry(words[number], START, number)))
            assert driver(connection).execute("SELECT told FROM agreement").fetchall() == [(to_json(words[1]),)]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_a_line_of_the_spool_is_the_same_row_again(record: Record) -> None:
    for row in rows_of(Entry(record, START, 7)):
        line = to_line(row)
        assert line.endswith(b"\n") and line.count(b"\n") == 1
        assert from_line(line) == row


@pytest.mark.parametrize("line", [b"", b"\n", b"[", b"{}", b'["nothing", {}]', b'["call", 3]', b"\xff\xfe", b"null"])
def test_a_torn_line_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        from_line(line)


def test_text_that_was_no_utf_8_can_still_be_stored(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "journal.db", busy_s=1)) as connection:
        with connection.begin():
            store(connection, rows_of(Entry(noted(CALL, detail="caf\udce9 \x00 '; --"), START, 1)))
        assert driver(connection).execute("SELECT detail FROM fact").fetchall() == [("caf? \x00 '; --",)]


def test_a_number_is_in_its_own_table_and_in_no_repr() -> None:
    (row,) = rows_of(Entry(RECORDS[6], START, 1))
    assert row.is_secret and row.values["number"] == "13800000001"
    assert "1380000" not in f"{row} {row!r} {RECORDS[6]!r} {Entry(RECORDS[6], START, 1)!r}"
    (row,) = rows_of(Entry(RECORDS[7], START, 1))
    assert row.is_secret
    for record in RECORDS[-2:]:
        (row,) = rows_of(Entry(record, START, 1))
        assert row.is_secret and "1380000" not in f"{row} {row!r} {record!r}"
    for record in (*RECORDS[:6], *RECORDS[8:-2]):
        assert not any(row.is_secret for row in rows_of(Entry(record, START, 1)))
