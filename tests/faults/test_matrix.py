"""The matrix is whole: enough cells, and every fault of the design's list has one or names a test that exists."""

import ast
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from tests.faults import results
from tests.faults.cell import Cell, Expectation
from tests.faults.faults import FAULTS
from tests.faults.matrix import CELLS
from tests.faults.results import Result, page, summary, table
from tests.faults.rows import ROWS, Row
from tests.faults.stages import STAGES
from tests.faults.test_judge import GOOD

ROOT = Path(__file__).resolve().parents[2]
STAGES_OF_THE_ISSUE = (
    *("arriving", "greeting", "ringing", "accept prompt", "accepting", "bridging", "talking", "wrap-up", "recording"),
    *("before", "just hung up"),
)


@cache
def names_in(path: str) -> frozenset[str]:
    """Names of the test functions in a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return (ROOT / path).is_file() and name in names_in(path)


def test_there_are_enough_cells() -> None:
    assert len(CELLS) >= 150
    assert set(STAGES) == set(STAGES_OF_THE_ISSUE)
    for name, fault in FAULTS.items():
        assert set(fault.stages) <= set(STAGES), name
        assert fault.stages, name


def test_each_stage_has_all_that_the_issue_names() -> None:
    everywhere = {"sigkill", "sigstop 20 s", "sigterm restarted", "ami reset 1 s", "ami reset 30 s", "agi refused"}
    everywhere |= {"asterisk killed", "journal locked", "disk full", "roster broken", "clock +1 h", "clock -1 h"}
    for stage in STAGES:
        assert everywhere <= {cell.fault for cell in CELLS.values() if cell.stage == stage}, stage


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.section} {row.fault[:40]}")
def test_each_fault_of_the_design_has_a_cell_or_a_test_that_exists(row: Row) -> None:
    assert row.columns or row.elsewhere or row.without
    for column in row.columns:
        assert any(cell.fault == column for cell in CELLS.values()), column
    for test in row.elsewhere:
        assert exists(test), test


def test_a_test_that_does_not_exist_is_noticed() -> None:
    assert not exists("tests/faults/test_matrix.py::test_of_nothing")
    assert not exists("tests/faults/test_nothing.py::test_there_are_enough_cells")
    assert exists("tests/faults/test_matrix.py::test_there_are_enough_cells")


def test_an_expectation_that_is_weaker_says_why() -> None:
    for cell in CELLS.values():
        if cell.expects.cuts or cell.expects.stops_s > 1.0 or cell.expects.silence_s > 4.0:
            assert cell.expects.why, cell.name


def test_what_an_earlier_run_saw_is_judged_anew_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    ringing, talking = CELLS["ringing/sigkill"], CELLS["talking/sigkill"]
    assert results.earlier() == {}
    results.write([Result.of(ringing, GOOD), Result(cell=talking, not_run="it was too late")])
    before = results.earlier()
    assert before["ringing/sigkill"].evidence == GOOD and before["ringing/sigkill"].is_good
    assert before["talking/sigkill"].not_run == "it was too late"
    again = results.in_order(before, [Result.of(talking, replace(GOOD, channels_left=1))])
    assert [(one.cell.name, one.is_good) for one in again] == [("ringing/sigkill", True), ("talking/sigkill", False)]


def test_the_table_tells_good_bad_and_missing_cells_apart() -> None:
    cells = [Cell(stage=stage, fault="sigkill", expects=Expectation()) for stage in ("ringing", "talking", "greeting")]
    good = Result.of(cells[0], GOOD)
    bad = Result.of(cells[1], replace(GOOD, channels_left=2))
    missed = Result(cell=cells[2], not_run="the call was not at the stage")
    found = [good, bad, missed]
    assert summary(found) == "2 cells ran, 1 good, 1 bad; 1 did not run"
    assert "| sigkill | not run | talked 2.7 s ✓ | talked 2.7 s ✗ after |" in table(found)
    text = page(found)
    assert "talking/sigkill: after: 2 channels are left" in text
    assert "greeting/sigkill: not run: the call was not at the stage" in text
    for row in ROWS:
        assert row.columns or row.fault in text
