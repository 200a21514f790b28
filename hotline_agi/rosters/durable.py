"""Files that are there whole or not at all, whatever ends this process or the power."""

import os
from pathlib import Path


def write_whole(path: Path, octets: bytes, mode: int) -> None:
    """Put `octets` in the place of `path`: readers see the old content or the new one, also after a crash.

    :param mode: of the file; the umask takes nothing away from it.
    :raises OSError: then the old content stays.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)  # the new name, too
    finally:
        os.close(folder)
