"""Runs `hotline` as its users do: the installed command, in a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def hotline(*arguments: object, timeout_s: float = 60.0) -> subprocess.CompletedProcess[str]:
    """The command's result; its output is text."""
    return subprocess.run(
        [Path(sys.executable).parent / "hotline", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
