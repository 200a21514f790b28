"""A history proves itself: the same lines give the same commands, and one planted byte is found where it stands."""

import ast
import os
import pickle
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hotline_agi.dispatch
from hotline_agi.dispatch.commands import Command
from hotline_agi.dispatch.events import Event, LegEnded
from hotline_agi.dispatch.machine import Machine
from hotline_agi.dispatch.replay import replay, told_by
from hotline_agi.roster.model import Roster
from hotline_agi.terms.instants import Now
from tests.dispatch.histories import History, history_of
from tests.dispatch.play import TAPE_LENGTH, Story


def played(seed: int) -> History:
    story = Story(Random(seed).randbytes(TAPE_LENGTH))
    story.play()
    return history_of(story)


@settings(max_examples=120, deadline=None)
@given(st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH))
def test_every_story_gives_the_same_commands_byte_for_byte(tape: bytes) -> None:
    story = Story(tape)
    story.play()
    history = history_of(story)
    report = replay(history.beginning, history.lines, history.rosters.__getitem__)
    assert report.proved, report
    assert (report.steps, report.commands) == (len(history.lines), sum(map(len, story.commands)))


def test_the_order_in_which_python_hashes_changes_nothing(tmp_path: Path) -> None:
    histories = [played(seed) for seed in range(40)]
    assert any(len(history.rosters) > 1 for history in histories)
    (tmp_path / "histories").write_bytes(pickle.dumps(histories))
    program = """
import pickle, sys
from pathlib import Path
from hotline_agi.dispatch.replay import replay
for history in pickle.loads(Path(sys.argv[1]).read_bytes()):
    report = replay(history.beginning, history.lines, history.rosters.__getitem__)
    assert report.proved, report
print("proved")
"""
    for seed in ("1", "2"):
        ended = subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / "histories")],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stdout == "proved\n", ended.stderr


def test_a_planted_difference_is_found_at_its_step() -> None:
    history = played(3)
    number = [n for n, line in enumerate(history.lines, start=1) if '"NoteFact"' in line][-2]
    assert number > 3
    lines = list(history.lines)
    lines[number - 1] = lines[number - 1].replace('"NoteFact"', '"NoteFact" ', 1)
    report = replay(history.beginning, lines, history.rosters.__getitem__)
    assert report.difference is not None and not report.proved
    assert (report.difference.number, report.steps) == (number, number - 1)
    assert report.difference.recorded == told_by(lines[number - 1]).commands
    assert report.difference.replayed == told_by(history.lines[number - 1]).commands
    assert report.difference.news == lines[number - 1].split("\t")[2]


class Forgetful(Machine):
    """Does not hear that legs end."""

    def handle(self, event: Event, now: Now) -> list[Command]:
        return [] if isinstance(event, LegEnded) else super().handle(event, now)


class Raising(Machine):
    def handle_deadline(self, now: Now) -> list[Command]:
        raise RuntimeError(f"planted at {now}")


def test_another_machine_is_told_apart() -> None:
    histories = [played(seed) for seed in range(10)]
    for machine in (Forgetful, Raising):
        reports = [replay(each.beginning, each.lines, each.rosters.__getitem__, machine) for each in histories]
        found = [report.difference for report in reports if report.difference is not None]
        assert len(found) > 5
        assert any("LegEnded" in one.news or one.replayed == "RuntimeError was raised" for one in found)


def test_what_is_missing_is_said_and_proves_nothing() -> None:
    history = played(3)

    def gone(digest: str) -> Roster:
        raise LookupError(f"the texts of roster {digest} are gone")

    report = replay(history.beginning, history.lines, gone)
    assert (report.steps, report.trouble, report.proved) == (0, "the texts of roster r0 are gone", False)
    report = replay(history.beginning, [history.lines[0], "torn"], history.rosters.__getitem__)
    assert (report.steps, report.proved) == (1, False)
    assert report.trouble.startswith("step 2 cannot be read")


@pytest.mark.parametrize(
    "path", sorted(Path(str(hotline_agi.dispatch.__file__)).parent.glob("*.py")), ids=lambda path: path.name
)
def test_nothing_that_decides_looks_at_a_number(path: Path) -> None:
    """A replay has none: its roster is read without contacts. Who has an endpoint can be reached, number or not."""
    looked = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("pin", "reveal")
    }
    assert not looked
    text = path.read_text(encoding="utf-8")
    assert "endpoint.number" not in text and "transfer.number" not in text
