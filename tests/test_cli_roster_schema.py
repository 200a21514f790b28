"""``hotline roster schema``: what it prints and writes."""

import json
from pathlib import Path

from tests.commands import ROOT, hotline

COMMITTED = ROOT / "rosters/schema"


def test_one_is_printed_by_name() -> None:
    printed = hotline("roster", "schema", "covers")
    assert (printed.returncode, printed.stderr) == (0, "")
    assert printed.stdout == (COMMITTED / "covers.schema.json").read_text(encoding="utf-8")


def test_all_are_written_as_they_are_committed(tmp_path: Path) -> None:
    out = tmp_path / "some/schema"
    assert hotline("roster", "schema", "--out", out).returncode == 0
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    assert written == {path.name: path.read_bytes() for path in COMMITTED.iterdir()}


def test_one_is_written_by_name(tmp_path: Path) -> None:
    assert hotline("roster", "schema", "month", "--out", tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["month.schema.json"]
    assert json.loads((tmp_path / "month.schema.json").read_bytes())["required"] == ["people"]


def test_no_name_or_a_wrong_one_is_a_usage_error() -> None:
    for arguments in ((), ("holidays",)):
        refused = hotline("roster", "schema", *arguments)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "covers" in refused.stderr
