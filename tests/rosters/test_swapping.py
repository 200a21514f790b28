"""A big roster comes in without holding calls up. Bounds are for a busy test machine; the benchmark has the figures."""

from pathlib import Path

import pytest

from tests.rosters.swapping import swapped


@pytest.mark.thorough
def test_the_loop_goes_on_meanwhile(tmp_path: Path) -> None:
    found = swapped(tmp_path, 1500, 15)
    assert found.read_s < 15.0
    assert found.late_s < 0.1 + found.idle_late_s
    assert found.freed_late_s < 0.1 + found.idle_late_s
