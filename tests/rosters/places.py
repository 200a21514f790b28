"""A rosters folder on disk, read as the service reads it: by a child, whose time and memory are measured."""

import os
import struct
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline_agi.rosters.child import Request, as_line
from hotline_agi.rosters.loading import CHILD
from hotline_agi.rosters.transfer import LENGTH, Assembly, Piece, Receiver, Refused, Unchanged, Whole
from tests.e2e.scenery import Scenery

SMALL = Scenery(softphones=2, mobiles=1)


def put(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below `folder`, in place of those of the same name."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


@dataclass
class Desk:
    """`folder` with rosters, contacts and a state folder."""

    folder: Path

    def __post_init__(self) -> None:
        self.rosters, self.contacts, self.state = (self.folder / n for n in ("rosters", "contacts.yaml", "state"))
        self.state.mkdir()
        put(self.rosters, SMALL.files())
        self.contacts.write_text(SMALL.contacts())

    def request(self, **other: Any) -> Request:
        usual: dict[str, Any] = {
            "rosters": str(self.rosters),
            "contacts": str(self.contacts),
            "contacts_key": None,
            "last_good": str(self.state / "last-good-roster"),
            "restore": False,
            "in_force": None,
            "patience_s": 2.0,
            "memory_bytes": 640 * 1024**2,
            "cpu_s": 20,
            "warm_days": 30,
        }
        return Request(**usual | other)


@dataclass
class Ended:
    """What one child told, and what it took."""

    pieces: list[Piece]
    took_s: float
    rss_bytes: int
    status: int

    @property
    def last(self) -> Piece:
        return self.pieces[-1]

    @property
    def told(self) -> str:
        """All that a refusal says."""
        assert isinstance(self.last, Refused), self.last
        return "\n".join(self.last.told())

    @property
    def digest(self) -> str:
        assert isinstance(self.last, Whole | Unchanged), self.last
        return self.last.origin.digest

    def assembled(self) -> Assembly:
        assembly = Assembly()
        for piece in self.pieces[:-1]:
            assembly.add(piece)
        return assembly


def read(request: Request, *, keep: bool = False) -> Ended:
    """One reading to its end."""
    began = time.monotonic()
    used_out, used_in = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", _MEASURED, str(used_in), *CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[used_in],
    )
    os.close(used_in)
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(as_line(request) + (b"keep\n" if keep else b""))
    process.stdin.close()
    receiver, pieces = Receiver(), []
    while head := process.stdout.read(LENGTH.size):
        try:
            (length,) = LENGTH.unpack(head)
        except struct.error:
            break
        pieces += receiver.pieces(process.stdout.read(length))
    process.stdout.close()
    with os.fdopen(used_out) as told:
        rss_kib, status = map(int, told.read().split())
    process.wait()
    return Ended(pieces, time.monotonic() - began, rss_kib * 1024, os.waitstatus_to_exitcode(status))


# A process begins with the memory peak of the one that started it, and pytest's may be larger than what we measure.
_MEASURED = """
import os, sys
used, *command = sys.argv[1:]
child = os.posix_spawn(command[0], command, os.environ)
os.close(0), os.close(1)
_, status, usage = os.wait4(child, 0)
os.write(int(used), b"%d %d" % (usage.ru_maxrss, status))
"""


def git(folder: Path, *words: str) -> str:
    """What ``git WORDS`` says in `folder`."""
    who = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(("git", *who, "-C", str(folder), *words), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def committed(folder: Path, subject: str = "more") -> str:
    """Everything in `folder` as a commit; returns its name."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", subject)
    return git(folder, "rev-parse", "HEAD")
