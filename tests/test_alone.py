"""One service per state folder."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline_agi.errors import SetupError
from hotline_agi.service.alone import LOCK, Alone

HOLD = """
import asyncio, sys, time
from pathlib import Path
from hotline_agi.service.alone import Alone
alone = asyncio.run(Alone.in_folder(Path(sys.argv[1])))
print("holds", flush=True)
sys.stdin.readline()
"""


def other(state: Path) -> "subprocess.Popen[str]":
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(state)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "holds\n"
    return process


def test_the_second_is_refused_and_told_who_is_the_first(tmp_path: Path) -> None:
    process = other(tmp_path)
    try:
        began_s = time.monotonic()
        with pytest.raises(SetupError, match=rf"another hotline service \(process {process.pid}\) serves from"):
            asyncio.run(Alone.in_folder(tmp_path))
        assert time.monotonic() - began_s < 4.0
    finally:
        process.kill()
        process.wait()
    asyncio.run(Alone.in_folder(tmp_path)).release()


def test_who_ends_in_this_moment_is_waited_for(tmp_path: Path) -> None:
    async def story() -> None:
        process = await asyncio.to_thread(other, tmp_path)
        asyncio.get_running_loop().call_later(0.3, process.kill)
        alone = await Alone.in_folder(tmp_path)
        process.wait()
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
        assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o600
        alone.release()
        alone.release()

    asyncio.run(story())


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(SetupError, match="give it to the user of the service"):
        asyncio.run(Alone.in_folder(tmp_path / "state"))
