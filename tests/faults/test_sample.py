"""A few cells of the matrix in every run of the tests; `make faults` has them all."""

import asyncio

import pytest

from tests.faults.judge import judge
from tests.faults.matrix import CELLS
from tests.faults.play import play

pytestmark = pytest.mark.asterisk

SAMPLE = (
    "ringing/ami reset 1 s",
    "arriving/core reload",
    "accepting/sigkill restarted",
    "bridging/caller leaves",
    "talking/journal replaced",
    "greeting/caller leaves",
    "just hung up/softphone vanishes",
    "recording/roster broken",
)
"""Those that take no longer than 15 s; each stage but the slow ones."""


@pytest.mark.parametrize("name", SAMPLE)
def test_cell(name: str) -> None:
    cell = CELLS[name]
    verdict = judge(asyncio.run(play(cell, seed=1)), cell.expects)
    assert not verdict.findings, "\n".join(f"{finding.rule}: {finding.text}" for finding in verdict.findings)
