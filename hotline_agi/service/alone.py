"""One service per state folder: two would ring the same people twice, and each cancel the other's legs."""

import asyncio
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from hotline_agi.errors import SetupError

LOCK = "service.lock"
SERVICE = "hotline service"
WAIT_S = 2.0
"""A service that was told to end is gone within a second."""
_LOOK_EVERY_S = 0.05


class Alone:
    """Holds the lock until `release`, or until the process ends, however it ends.

    A POSIX record lock, not flock(2): it is no child's, so a child that outlives us (one that reads rosters) holds up
    no start.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    async def in_folder(cls, state: Path, *, lock: str = LOCK, what: str = SERVICE) -> "Alone":
        """:param lock: the file's name, one for each kind of process; `what`: how another one is told.
        :raises SetupError: if another one has the folder, or it cannot be written.
        """
        try:
            state.mkdir(mode=0o700, parents=True, exist_ok=True)  # noqa: ASYNC240  (once, before anything is served)
            descriptor = os.open(state / lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SetupError(
                f"the state folder {state} cannot be used ({error.strerror}): give it to the user of the service, or "
                "name another one in `state`"
            ) from error
        give_up_s = time.monotonic() + WAIT_S
        while not _locked(descriptor):
            if time.monotonic() >= give_up_s:
                other = os.pread(descriptor, 20, 0).decode(errors="replace").strip()
                os.close(descriptor)
                raise SetupError(
                    f"another {what} (process {other or 'unknown'}) serves from {state}: stop it first; a second "
                    "hotline on this machine needs a `state` folder of its own"
                )
            await asyncio.sleep(_LOOK_EVERY_S)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Twice is once."""
        descriptor, self._descriptor = self._descriptor, -1
        with suppress(OSError):
            os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
