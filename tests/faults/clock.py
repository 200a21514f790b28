"""Steps of the wall clock, for the processes of one story alone: `stepped_clock.c`, loaded into each of them."""

import mmap
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).with_name("stepped_clock.c")
COMPILE_S = 30.0


class NoClock(Exception):
    """The clock cannot be stepped on this machine; the sentence says why."""


class Clock:
    """The clock of the story's processes, as seconds beside the machine's."""

    def __init__(self, library: Path, file: Path, memory: mmap.mmap) -> None:
        self._library, self._file, self._memory = library, file, memory

    def step(self, by_s: float) -> None:
        (now_ns,) = struct.unpack("=q", self._memory[:8])
        self._memory[:8] = struct.pack("=q", now_ns + round(by_s * 1e9))

    def is_in(self, pid: int) -> bool:
        """Whether that process goes by this clock."""
        maps = Path(f"/proc/{pid}/maps").read_text()
        return str(self._library) in maps and str(self._file) in maps


@contextmanager
def stepped(folder: Path) -> Iterator[Clock]:
    """Processes started within the block go by the clock that it yields.

    :raises NoClock: where there is no compiler.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NoClock("no C compiler: apt-get install gcc")
    library, file = folder / "stepped_clock.so", folder / "clock"
    flags = ("-O2", "-shared", "-fPIC", "-fno-builtin", "-nostdlib")
    subprocess.run([compiler, *flags, "-o", str(library), str(SOURCE)], check=True, timeout=COMPILE_S)
    file.write_bytes(bytes(8))
    before = {name: os.environ.get(name) for name in ("LD_PRELOAD", "HOTLINE_CLOCK")}
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 8) as memory:
        os.environ |= {"LD_PRELOAD": str(library), "HOTLINE_CLOCK": str(file)}
        try:
            yield Clock(library, file, memory)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
