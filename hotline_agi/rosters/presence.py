"""Whether a service runs with a state folder, and which process it is: a file with a lock that the service holds.

The kernel frees the lock with the process, so a process id that somebody else has by now is never taken for ours.
"""

import fcntl
import os
import signal
from contextlib import suppress
from pathlib import Path

from hotline_agi.errors import SetupError

NAME = "service.pid"
MAX_PID = 2**22
"""Linux has no more."""


class Presence:
    """The service's own side."""

    def __init__(self, state: Path) -> None:
        self._path = state / NAME
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Hold the lock; False if another service holds it just now (one that is ending, perhaps).

        :raises OSError: if the state folder cannot be written.
        """
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except OSError:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def give_up(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def runs(state: Path) -> bool:
    """Whether a service holds the lock.

    :raises SetupError: if this user may not look.
    """
    return _holder(state) is not None


def signal_service(state: Path, number: signal.Signals) -> bool:
    """Send a signal to the service; False if none runs.

    :raises SetupError: if this user may not.
    """
    pid = _holder(state)
    if pid is None:
        return False
    try:
        process = os.pidfd_open(pid)  # from here on it is this process or none, whatever ends meanwhile
    except ProcessLookupError:
        return False
    try:
        if _holder(state) != pid:
            return False
        signal.pidfd_send_signal(process, number)
    except ProcessLookupError:
        return False
    except PermissionError as error:
        raise SetupError("the service runs as another user: run this as its user (sudo -u hotline …)") from error
    finally:
        os.close(process)
    return True


def _holder(state: Path) -> int | None:
    """The process id of the running service."""
    try:
        descriptor = os.open(state / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SetupError(
            f"cannot look into the state folder {state} ({error.strerror}): run this as the service's user "
            "(sudo -u hotline …)"
        ) from error
    try:
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None  # nobody holds it
        text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdecimal() and 0 < int(text) <= MAX_PID else None
    finally:
        os.close(descriptor)
