"""systemd's notification protocol, sd_notify(3): one datagram with ``READY=1`` or ``WATCHDOG=1`` to $NOTIFY_SOCKET.

A dozen lines instead of a dependency; our own `supervisor.py` speaks the other end where there is no systemd.
"""

import ctypes
import os
import re
import signal
import socket

_USEC = re.compile("[0-9]{1,15}")


def notify(message: str) -> None:
    """Tell the supervisor `message`; without one, and on any failure, nothing happens. Never blocks."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            # "@" stands for the abstract namespace
            sock.connect("\0" + address[1:] if address.startswith("@") else address)
            sock.send(message.encode())
    except OSError:
        pass


def watchdog_s() -> float | None:
    """How often systemd wants to hear from us, in seconds; None if it does not watch this process."""
    usec, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if _USEC.fullmatch(usec) is None or (pid and pid != str(os.getpid())):
        return None
    return int(usec) / 1_000_000


PARENT = "HOTLINE_PARENT"
"""Environment variable in which our own supervisor tells its process id."""
PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that this process gets when its parent dies."""


def end_with_supervisor() -> None:
    """Die with our own supervisor, however it dies: an unwatched service would hold the port of the next one."""
    parent = os.environ.get(PARENT)
    if parent is not None:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent != str(os.getppid()):  # it died in between
            os.kill(os.getpid(), signal.SIGKILL)
