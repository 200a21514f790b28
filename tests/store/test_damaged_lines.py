"""Lines of the spool that `make fuzz` found: such a one must be refused, and not stop those behind it for ever."""

from pathlib import Path

import pytest

from hotline_agi.store.journal import Journal
from hotline_agi.store.records import Entry, Row, from_line, rows_of, to_line
from tests.store.calls import AGELESS, START, call_id, closed, count, opened
from tests.store.calls import rows as stored

DAMAGED = (
    b"[" * 3000,
    b'["fact",{"detail":"\\ud800"}]',
    b'["fact",{"detail":{"deep":1}}]',
    b'["fact",{"seq":[1]}]',
)


@pytest.mark.parametrize("line", DAMAGED)
def test_it_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        from_line(line)


def test_a_line_of_a_version_that_knew_fewer_columns_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    rows = [row for row in rows_of(Entry(closed(call_id(1)), START, 1)) if row.table == "leg"]
    added = ("endpoint_id", "rang_s", "talk_s")  # by version 2, see migrations.py
    lines = [
        to_line(Row("leg", {name: value for name, value in row.values.items() if name not in added})) for row in rows
    ]
    path.with_name("journal.db.spool").write_bytes(b"".join(lines))
    assert Journal.open(path, ages=AGELESS).close(5)
    assert not path.with_name("journal.db.refused").exists()
    found = stored(path, "SELECT endpoint_id, rang_s, talk_s FROM leg")
    assert found == [("", 0.0, 0.0)] * len(lines) and lines


def test_a_line_without_what_there_always_was_is_refused() -> None:
    (row, *_) = rows_of(Entry(opened(call_id(1)), START, 1))
    for name in row.values:
        with pytest.raises(ValueError):
            from_line(to_line(Row(row.table, {key: value for key, value in row.values.items() if key != name})))
    with pytest.raises(ValueError):
        from_line(to_line(Row(row.table, {**row.values, "later": 1})))


def test_what_stands_behind_it_gets_into_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    good = b"".join(map(to_line, rows_of(Entry(opened(call_id(1)), START, 1))))
    path.with_name("journal.db.spool").write_bytes(b"".join(line + b"\n" for line in DAMAGED) + good)
    assert Journal.open(path, ages=AGELESS).close(5)
    assert count(path, "call") == 1
    refused = path.with_name("journal.db.refused").read_bytes().splitlines()
    assert sorted(refused) == sorted(DAMAGED)
