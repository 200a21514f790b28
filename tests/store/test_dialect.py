"""What is fenced off: SQLite's ways, and the toolkit's weight."""

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from hotline_agi.retention import Ages
from hotline_agi.store import records
from hotline_agi.store.dialect import is_locked, is_refusal, opened, said
from hotline_agi.store.opening import connect
from hotline_agi.store.purging import rules
from hotline_agi.store.schema import CALLER_NUMBER, METADATA, RUN
from tests.store.calls import made

SECRET = "+447700900777"


def test_every_table_can_be_made_in_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in METADATA.sorted_tables:
        told = str(CreateTable(table).compile(dialect=dialect))
        assert "STRICT" not in told and f"CREATE TABLE {table.name}" in told
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))


def test_what_the_fence_lets_out_can_be_said_in_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is written and all that is purged, once `dialect.adding`, `smaller` and `larger` are PostgreSQL's."""
    monkeypatch.setattr(records, "adding", postgresql.insert)
    monkeypatch.setattr(records, "smaller", func.least)
    monkeypatch.setattr(records, "larger", func.greatest)
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    said = {name: str(made.compile(dialect=dialect)) for name, made in records._statements().items()}
    assert said.pop("weighed").startswith("UPDATE call SET")
    assert len(said) == 22 and all("ON CONFLICT" in one for one in said.values())
    assert "least(call.arrived_at, excluded.arrived_at)" in said["call_end"]
    for rule in rules(Ages(), "run", datetime.now(UTC)):
        told = str(select(rule.table).where(rule.is_old).compile(dialect=dialect))
        assert told.startswith("SELECT ") and "WHERE" in told, rule.kind


def test_no_error_quotes_a_value(tmp_path: Path) -> None:
    row = {"call": "c", "number": SECRET, "stored_at": None}
    with closing(connect(tmp_path / "j.db", busy_s=1)) as connection:
        for values in (row, {"call": "c", "number": SECRET}, [row, {"call": SECRET}], {**row, "number": [SECRET]}):
            with pytest.raises(SQLAlchemyError) as refusal, connection.begin():
                connection.execute(insert(CALLER_NUMBER), values)
            assert is_refusal(refusal.value)
            assert SECRET not in f"{refusal.value} {refusal.value!r} {said(refusal.value)}"
        with pytest.raises(SQLAlchemyError) as refusal, connection.begin():
            connection.execute(insert(RUN), {"run": "1", "packed": SECRET})
        assert is_refusal(refusal.value) and SECRET not in said(refusal.value)


def test_a_lock_is_no_refusal(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with closing(made(path)) as other, closing(opened(path, mode="rw", busy_s=0.01)) as connection:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(SQLAlchemyError) as trouble, connection.begin():
            pass
        assert is_locked(trouble.value) and not is_refusal(trouble.value)
        assert said(trouble.value) == "database is locked"
        other.execute("ROLLBACK")
        with connection.begin():  # the connection goes on
            assert connection.execute(select(CALLER_NUMBER)).all() == []


def test_who_reads_no_journal_does_not_wait_for_the_toolkit() -> None:
    """A tenth of a second or two, at each command that a coordinator types."""
    program = """
import sys
from pathlib import Path
import hotline_agi.cli
folder = Path(hotline_agi.cli.__file__).parent
for module in folder.glob("*.py"):
    if module.stem not in {reading} and not module.stem.startswith({own}):
        __import__(f"hotline_agi.cli.{module.stem}")
        assert "sqlalchemy" not in sys.modules, module.stem
"""
    reading = {"volunteers", "audit", "purge", "backup", "callbacks", "report", "followups"}
    own = ("calls_", "recordings_", "campaign_", "notes_", "__main__")
    program = program.replace("{reading}", repr(reading)).replace("{own}", repr(own))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
