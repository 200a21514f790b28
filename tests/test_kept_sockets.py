"""Sockets that a supervisor keeps over restarts: ours passes them by name, systemd by sd_listen_fds(3)."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hotline_agi.asterisk.fastagi import bound
from hotline_agi.notify import KEPT, LISTEN_FDS_START, PARENT, keep, kept

CHILD = """
import os
from hotline_agi.notify import kept
if "LISTEN_FDS" in os.environ:
    os.environ["LISTEN_PID"] = str(os.getpid())
sock = kept("fastagi")
print(sock.getsockname()[1] if sock else None, kept("fastagi"), "LISTEN_FDS" in os.environ)
"""


def listening() -> socket.socket:
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(8)
    return sock


def child(environment: dict[str, str], *sockets: socket.socket) -> list[str]:
    """What a process says to which these are passed, as descriptors from 3 on."""
    saved = [os.dup(sock.fileno()) for sock in sockets]

    def place() -> None:
        high = [os.dup2(one, 100 + number) for number, one in enumerate(saved)]
        for number, one in enumerate(high):
            os.dup2(one, LISTEN_FDS_START + number)

    passed = tuple(LISTEN_FDS_START + number for number in range(len(sockets)))
    said = subprocess.run(
        [sys.executable, "-c", CHILD],
        env={**os.environ, **environment},
        preexec_fn=place,
        pass_fds=passed,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for one in saved:
        os.close(one)
    return said


def test_systemd_hands_back_what_it_kept() -> None:
    with listening() as other, listening() as sock:
        environment = {"LISTEN_FDS": "2", "LISTEN_FDNAMES": "stored:fastagi"}
        assert child(environment, other, sock) == [str(sock.getsockname()[1]), "None", "False"]


def test_our_supervisor_passes_it_by_name() -> None:
    with listening() as sock:
        environment = {KEPT: f"fastagi:{LISTEN_FDS_START}", PARENT: str(os.getpid())}
        assert child(environment, sock)[0] == str(sock.getsockname()[1])


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"LISTEN_FDS": "1"},
        {"LISTEN_FDS": "one"},
        {KEPT: "fastagi:3"},
        {KEPT: "fastagi:x", PARENT: str(os.getpid())},
    ],
)
def test_nothing_is_taken_that_was_not_passed(environment: dict[str, str]) -> None:
    with listening() as sock:
        assert child(environment, sock)[0] == "None"


def test_what_is_given_to_keep_arrives_as_a_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as words, listening() as sock:
        words.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        keep("fastagi", sock)
        assert socket.recv_fds(words, 4096, 4)[:2] == (b"FDSTOREREMOVE=1\nFDNAME=fastagi", [])
        said, (descriptor,), _, _ = socket.recv_fds(words, 4096, 4)
        assert said == b"FDSTORE=1\nFDNAME=fastagi"
        with socket.socket(fileno=descriptor) as same:
            assert same.getsockname() == sock.getsockname()


def test_a_kept_socket_is_used_only_at_the_address_that_is_asked_for() -> None:
    sock = listening()
    host, port = sock.getsockname()
    assert bound(host, port, sock) is sock
    with bound("127.0.0.1", 0, sock) as other:
        assert other is not sock
    assert sock.fileno() == -1  # closed: nobody waits there for ever


def test_nothing_is_kept_without_a_supervisor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    with listening() as sock:
        keep("fastagi", sock)
    assert kept("fastagi") is None
