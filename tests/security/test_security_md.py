"""SECURITY.md names tests: each of them is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`((?:[a-z0-9_]+/)*test_[a-z0-9_]+\.py)::(test_[A-Za-z0-9_]+)`")


def _names(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_each_named_test_exists():
    named = NAMED.findall((ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 30
    missing = {f"{file}::{name}" for file, name in named if name not in _names(ROOT / "tests" / file)}
    assert missing == set()


def test_each_row_of_what_holds_names_a_test_or_whoever_fills_it():
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    holds = text.partition("## What holds")[2].partition("## What is not protected")[0]
    rows = [line for line in holds.splitlines() if line.startswith("| ") and not line.startswith("| claim")]
    assert len(rows) > 25
    assert not [row for row in rows if not NAMED.search(row) and "<!--" not in row]
