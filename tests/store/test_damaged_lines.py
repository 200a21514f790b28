"""Lines of the spool that `make fuzz` found: such a one must be refused, and not stop those behind it for ever."""

from pathlib import Path

import pytest

from hotline_agi.store.journal import Journal
from hotline_agi.store.records import Entry, from_line, rows_of, to_line
from tests.store.calls import AGELESS, START, call_id, count, opened

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


def test_what_stands_behind_it_gets_into_the_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    good = b"".join(map(to_line, rows_of(Entry(opened(call_id(1)), START, 1))))
    path.with_name("journal.db.spool").write_bytes(b"".join(line + b"\n" for line in DAMAGED) + good)
    assert Journal.open(path, ages=AGELESS).close(5)
    assert count(path, "call") == 1
    refused = path.with_name("journal.db.refused").read_bytes().splitlines()
    assert sorted(refused) == sorted(DAMAGED)
