"""A file of JSON lines beside the database, for what the database cannot take just now.

Only the journal's writer thread calls this. Every method may raise OSError; then the file is as it was before.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class Spool:
    """Appended to while the database is out of order, read back and emptied once it is well again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def holds_something(self) -> bool:
        try:
            return self._path.stat().st_size > 0
        except FileNotFoundError:
            return False

    def append(self, lines: Sequence[bytes]) -> None:
        """Add `lines` (each with its line feed), on disk when this returns."""
        with self._locked(os.O_RDWR | os.O_CREAT | os.O_APPEND) as descriptor:
            before = os.fstat(descriptor).st_size
            torn = before > 0 and os.pread(descriptor, 1, before - 1) != b"\n"
            try:
                _write_all(descriptor, (b"\n" if torn else b"") + b"".join(lines))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, before)  # half a line must not swallow the next one
                raise

    @contextmanager
    def take(self, chunk_lines: int) -> Iterator[Iterator[list[bytes]]]:
        """Yield the lines in chunks. The file is emptied when the block ends well, and stays when it raises."""
        with self._locked(os.O_RDWR) as descriptor:
            with os.fdopen(os.dup(descriptor), "rb") as file:
                yield _chunks(file, chunk_lines)
            os.ftruncate(descriptor, 0)

    @contextmanager
    def _locked(self, flags: int) -> Iterator[int]:
        # two services may overlap for a moment during a restart: neither empties what the other has just appended
        descriptor = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # in use: an OSError, and the next attempt
            yield descriptor
        finally:
            os.close(descriptor)


def _chunks(lines: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    chunk: list[bytes] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write_all(descriptor: int, octets: bytes) -> None:
    rest = memoryview(octets)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
