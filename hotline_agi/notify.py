"""systemd's notification protocol, sd_notify(3): one datagram with ``READY=1`` or ``WATCHDOG=1`` to $NOTIFY_SOCKET.

With it goes systemd's store of file descriptors (``FDSTORE=1``; sd_listen_fds(3) hands them back): a listening socket
that it keeps outlives the process, so that whoever connects meanwhile waits for the next one. A few lines instead of a
dependency; our own `supervisor.py` speaks the other end where there is no systemd.
"""

import ctypes
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress

LISTEN_FDS_START = 3
"""sd_listen_fds(3): the first descriptor that is passed."""
KEPT = "HOTLINE_KEPT_FD"
"""Environment variable in which our own supervisor passes what it kept: ``NAME:DESCRIPTOR``. It cannot know the process
id that $LISTEN_PID must name before there is a process."""

_USEC = re.compile("[0-9]{1,15}")


def notify(message: str, *descriptors: int) -> None:
    """Tell the supervisor `message`; without one, and on any failure, nothing happens. Never blocks."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            # "@" stands for the abstract namespace
            sock.connect("\0" + address[1:] if address.startswith("@") else address)
            socket.send_fds(sock, [message.encode()], descriptors)
    except OSError:
        pass


def keep(name: str, sock: socket.socket) -> None:
    """Let the supervisor hold `sock` over restarts of this process, instead of what it held under that name."""
    notify(f"FDSTOREREMOVE=1\nFDNAME={name}")
    notify(f"FDSTORE=1\nFDNAME={name}", sock.fileno())


def kept(name: str) -> socket.socket | None:
    """The socket that the supervisor held under that name; to be asked once, all others are closed."""
    found: socket.socket | None = None
    for held, descriptor in _passed():
        with suppress(OSError):
            sock = socket.socket(fileno=descriptor)
            sock.set_inheritable(False)
            if held == name and found is None:
                found = sock
            else:
                sock.close()
    for variable in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", KEPT):
        os.environ.pop(variable, None)  # not for children of ours
    return found


def _passed() -> Iterator[tuple[str, int]]:
    name, _, descriptor = os.environ.get(KEPT, "").rpartition(":")
    if name and descriptor.isdecimal() and os.environ.get(PARENT) == str(os.getppid()):
        yield name, int(descriptor)
    count = os.environ.get("LISTEN_FDS", "")
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and count.isdecimal():
        names = os.environ.get("LISTEN_FDNAMES", "").split(":")
        for number in range(int(count)):
            yield (names[number] if number < len(names) else ""), LISTEN_FDS_START + number


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
