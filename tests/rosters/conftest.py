from pathlib import Path

import pytest

from tests.rosters.places import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A good roster on disk."""
    return Desk(tmp_path)
