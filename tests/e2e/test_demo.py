"""`hotline demo` is the first thing that anybody sees: it must end well, and leave nothing behind."""

import os
import tempfile
from pathlib import Path

import pytest

from tests.commands import hotline

pytestmark = pytest.mark.asterisk


def children_of(marker: str) -> list[str]:
    """Command lines of processes whose environment holds `marker`."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                if marker.encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
    return found


def test_the_demo_shows_the_main_job_and_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    marker = f"HOTLINE_DEMO_TEST={os.getpid()}"
    name, _, value = marker.partition("=")
    monkeypatch.setenv(name, value)
    with tempfile.TemporaryDirectory(prefix="hd-") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        shown = hotline("demo", timeout_s=110)
        left = [path.name for path in Path(folder).iterdir()]
    monkeypatch.delenv(name)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "Verdict: the hotline works" in shown.stdout
    assert "✗" not in shown.stdout
    for words in (
        "voicemail picks up",
        "has pressed 1: the two hear each other",
        "the service is killed",
        "call is over",
    ):
        assert words in shown.stdout
    assert left == []
    assert children_of(marker) == []
