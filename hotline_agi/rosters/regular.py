"""Reading one file that somebody else may change, replace by a pipe, or fill without end."""

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple


class Stamp(NamedTuple):
    """What tells one state of a file from another. The kernel alone sets `ctime_ns`; git gives a file a new inode."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


def stamp_of(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def read_regular(path: Path, most: int, *, follow: bool = True, stamp: Stamp | None = None) -> bytes:
    """At most `most` bytes of a regular file.

    :param follow: whether `path` itself may be a link.
    :param stamp: what the file was when it was listed.
    :raises FileNotFoundError: if there is none, or another one than `stamp` says.
    :raises OSError: if it cannot be read, or is no regular file: a pipe or a device is not waited for.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no file", str(path))
        if stamp is not None and stamp_of(status) != stamp:
            raise FileNotFoundError(errno.ENOENT, "it was replaced", str(path))
        parts: list[bytes] = []
        while most > 0 and (part := file.read(most)):
            parts.append(part)
            most -= len(part)
    return b"".join(parts)


def stamp_or_none(path: Path) -> Stamp | None:
    """The stamp of a file, or None if there is none to be seen."""
    try:
        return stamp_of(path.stat())
    except OSError:
        return None
