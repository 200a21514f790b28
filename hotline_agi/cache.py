"""Things that are made once on a machine and shared by every checkout: the private Asterisk, the spoken prompts.

A thing's name carries a hash of its recipe, so two versions of the recipe never disturb each other. It is made in a
folder beside its place, under a lock, and renamed into place when it is complete: whoever finds it may use it, two
runs that need it at once make it once, and an interrupted run leaves nothing that is taken for good.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hotline_agi.errors import SetupError

Say = Callable[[str], None]
"""Takes one sentence for the person who waits."""


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder that all checkouts of this user share: ``HOTLINE_CACHE``, or a folder in the user's cache."""
    if chosen := environ.get("HOTLINE_CACHE"):
        return Path(chosen).absolute()
    if caches := environ.get("XDG_CACHE_HOME"):
        return Path(caches).absolute() / "hotline_agi"
    return Path.home() / ".cache" / "hotline_agi"


def recipe_key(*parts: str | bytes) -> str:
    """Twelve hex digits that change when any part of a recipe does (48 bits: these are a handful, not an archive)."""
    digest = hashlib.sha256()
    for part in parts:
        octets = part.encode() if isinstance(part, str) else part
        digest.update(len(octets).to_bytes(8, "big") + octets)
    return digest.hexdigest()[:12]


def made_once(place: Path, make: Callable[[Path], None], *, say: Say) -> Path:
    """Return `place`, made by ``make(empty_folder)`` if it is not there yet.

    `make` raises when the result is not usable; then nothing is left behind. Raises SetupError if the cache cannot
    be written.
    """
    if place.is_dir():
        return place
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with locked(place.with_name(f"{place.name}.lock"), say):
            if not place.is_dir():
                _make(place, make)
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise SetupError(
            f"{error.filename or place.parent} cannot be written: give it to this user, or set HOTLINE_CACHE to a "
            "folder of yours"
        ) from error
    return place


def _make(place: Path, make: Callable[[Path], None]) -> None:
    for leftover in place.parent.glob(f"{place.name}.part-*"):  # of a run that was killed; the lock says it is dead
        shutil.rmtree(leftover, ignore_errors=True)
    part = Path(tempfile.mkdtemp(prefix=f"{place.name}.part-", dir=place.parent))
    try:
        part.chmod(0o755)  # mkdtemp's 0700 would hide it from an Asterisk that runs as another user
        make(part)
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def locked(path: Path, say: Say) -> Iterator[None]:
    """Hold an exclusive lock on `path`, a folder or a lock file. A run that has to wait says so once.

    The kernel frees it with this process, however that ends, and with every child started with ``close_fds=False``.
    """
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    descriptor = os.open(path, flags, 0o644)
    os.set_inheritable(descriptor, True)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another run is making {path.name.removesuffix('.lock')}; waiting for it")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
