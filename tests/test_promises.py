"""Each promise names, in both READMEs, tests that hold it: they exist, and both name the same."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
PROMISES = 5


def _held_by(readme: str) -> dict[int, list[str]]:
    """Promise → the tests that its row of the table names."""
    rows = re.findall(r"^\| ([1-9]) [^|]*\|(.*)\|$", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    return {int(number): re.findall(r"`(test_\w+(?:\.py)?)`", row) for number, row in rows}


@cache
def _there_are() -> frozenset[str]:
    """Names of all test functions and test files."""
    files = list((ROOT / "tests").rglob("test_*.py"))
    functions = (
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
    return frozenset((*functions, *(file.name for file in files)))


@pytest.mark.parametrize("readme", READMES)
def test_every_promise_names_tests_that_exist(readme):
    promises = _held_by(readme)
    assert sorted(promises) == list(range(1, PROMISES + 1))
    for number, tests in promises.items():
        assert len(tests) >= 3, number
        assert not (missing := set(tests) - _there_are()), (number, missing)


def test_both_languages_name_the_same_tests():
    assert _held_by(READMES[0]) == _held_by(READMES[1])
