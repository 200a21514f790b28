"""Bad rosters as data: each folder of `bad/` is laid over `good/`, and `expected.txt` holds what the coordinator reads.

A case holds only the files that differ; `absent.txt` names those that are taken away. To accept new messages after
reading them: ``HOTLINE_ACCEPT_BAD=1 pytest tests/roster/test_bad.py``.
"""

import os
from pathlib import Path

import pytest

from hotline_agi.roster.reader import check_roster
from tests.roster.trees import BAD, CONTACTS, files_under, good

CASES = sorted(path for path in BAD.iterdir() if path.is_dir())


def verdict(case: Path) -> str:
    files = good() | files_under(case)
    absent = case / "absent.txt"
    for name in absent.read_text().split() if absent.exists() else ():
        del files[name]
    problems = check_roster(files, files.get(CONTACTS), contacts_file=CONTACTS).problems
    return "".join(f"{problem}\n" for problem in problems)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_roster(case: Path) -> None:
    said, expected = verdict(case), case / "expected.txt"
    assert said, "a bad roster was read without a word"
    if os.environ.get("HOTLINE_ACCEPT_BAD"):
        expected.write_text(said)
    assert said == expected.read_text()


def test_the_good_roster_is_good() -> None:
    files = good()
    assert check_roster(files, files[CONTACTS]).problems == ()


def test_there_are_many() -> None:
    assert len(CASES) >= 140
