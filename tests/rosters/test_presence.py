"""A reload reaches the running service and nobody else."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline_agi.rosters.presence import NAME, Presence, runs, signal_service

HOLD = """
import signal, sys, time
from pathlib import Path
from hotline_agi.rosters.presence import Presence
signal.signal(signal.SIGHUP, lambda *_: (print("hup", flush=True), sys.exit(0)))
assert Presence(Path(sys.argv[1])).take()
print("there", flush=True)
time.sleep(60)
"""


def test_the_process_that_holds_the_lock_gets_the_signal(tmp_path: Path) -> None:
    assert not runs(tmp_path)
    with subprocess.Popen((sys.executable, "-c", HOLD, str(tmp_path)), stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "there\n"
        assert runs(tmp_path)
        assert not Presence(tmp_path).take()
        assert signal_service(tmp_path, signal.SIGHUP)
        assert other.stdout.readline() == "hup\n"
    assert not runs(tmp_path)
    assert not signal_service(tmp_path, signal.SIGHUP)


def test_a_stale_process_id_gets_no_signal(tmp_path: Path) -> None:
    sleeper = subprocess.Popen(("sleep", "60"))
    try:
        (tmp_path / NAME).write_text(f"{sleeper.pid}\n")
        assert not signal_service(tmp_path, signal.SIGKILL)
        time.sleep(0.05)
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()


def test_it_is_taken_again_after_it_was_given_up(tmp_path: Path) -> None:
    first, second = Presence(tmp_path), Presence(tmp_path)
    assert first.take() and not second.take()
    first.give_up()
    assert second.take()
    assert (tmp_path / NAME).read_text() == f"{os.getpid()}\n"


@pytest.mark.parametrize("content", ["", "x", "-1", "9" * 40])
def test_a_lock_whose_file_says_nothing(tmp_path: Path, content: str) -> None:
    presence = Presence(tmp_path)
    assert presence.take()
    (tmp_path / NAME).write_text(content)
    assert not signal_service(tmp_path, signal.SIGHUP)
