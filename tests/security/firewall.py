"""Run in a network namespace of its own: loads a rule set, tries what it is for, and prints what happened as JSON.

``unshare --net python -m tests.security.firewall network|local``. Neighbours are processes in a namespace behind a
virtual cable; each speaks from an address of its own.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

RULES = Path(__file__).resolve().parents[2] / "asterisk-conf/nftables"
SERVER = "10.9.0.1"
STRANGER, OTHER, CARRIER = "10.9.0.2", "10.9.0.3", "198.51.100.2"
ANSWER_S = 0.4
IDLE = 1100
"""More than the 1,020 that shut an unprotected Asterisk's softphones out."""
ASTERISK, HOTLINE, SOMEBODY = 12001, 12002, 12003
"""Users, by number: they need not exist."""


def run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=10)


def load(name: str, change: Callable[[str], str] = lambda text: text) -> None:
    """Put a rule set in force."""
    with tempfile.NamedTemporaryFile("w", suffix=".nft") as file:
        file.write(change((RULES / name).read_text()))
        file.flush()
        run("nft", "-f", file.name)


def serve_tcp(host: str, port: int) -> None:
    """Accept and keep whatever comes."""
    sock = socket.create_server((host, port), backlog=4096)
    kept: list[socket.socket] = []

    def accept() -> None:
        while True:
            kept.append(sock.accept()[0])

    threading.Thread(target=accept, daemon=True).start()


def serve_udp(port: int) -> None:
    """Send back what comes."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((SERVER, port))

    def echo() -> None:
        while True:
            sock.sendto(*sock.recvfrom(1500))

    threading.Thread(target=echo, daemon=True).start()


def connects(source: str, server: str, port: int) -> socket.socket | None:
    """A connection, or None if it is refused or nothing answers."""
    sock = socket.socket()
    sock.settimeout(ANSWER_S)
    try:
        sock.bind((source, 0))
        sock.connect((server, port))
    except OSError:
        sock.close()
        return None
    return sock


def is_echoed(source: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(ANSWER_S)
        sock.bind((source, 0))
        sock.sendto(b"OPTIONS", (SERVER, port))
        with contextlib.suppress(OSError):
            return sock.recv(1500) == b"OPTIONS"
    return False


def neighbours() -> dict[str, object]:
    """What those in the other namespace see."""
    seen: dict[str, object] = {
        "udp of the carrier": is_echoed(CARRIER, 5060),
        "udp of a stranger": is_echoed(STRANGER, 5060),
        "ami of a stranger": connects(STRANGER, SERVER, 5038) is not None,
        "agi of a stranger": connects(STRANGER, SERVER, 4573) is not None,
    }
    idle = [connects(STRANGER, SERVER, 5061) for _ in range(IDLE)]
    seen["idle of a stranger"] = sum(sock is not None for sock in idle)
    seen["tls of another"] = connects(OTHER, SERVER, 5061) is not None
    for sock in idle:
        if sock is not None:
            sock.close()
    opened = 0
    for _ in range(40):  # one after the other, each closed at once: the cap on new ones
        if (sock := connects(OTHER, SERVER, 5061)) is None:
            break
        sock.close()
        opened += 1
    seen["quick ones of another end"] = 5 < opened <= 12
    seen["tls of the carrier"] = all(connects(CARRIER, SERVER, 5061) is not None for _ in range(30))
    return seen


def network() -> dict[str, object]:
    run("ip", "link", "set", "lo", "up")
    with subprocess.Popen(
        ("unshare", "--net", sys.executable, "-m", "tests.security.firewall", "neighbours"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "here\n"
        run("ip", "link", "add", "in0", "type", "veth", "peer", "name", "out0", "netns", str(child.pid))
        run("ip", "address", "add", f"{SERVER}/24", "dev", "in0")
        run("ip", "link", "set", "in0", "up")
        run("ip", "route", "add", "198.51.100.0/29", "dev", "in0")
        load("hotline.nft")
        for port in (5038, 4573, 5061):
            serve_tcp(SERVER, port)
        serve_udp(5060)
        here = connects(SERVER, SERVER, 5038) is not None
        child.stdin.write("go\n")
        child.stdin.flush()
        said, _ = child.communicate(timeout=60)
    return {**json.loads(said), "ami of this machine": here}


def in_the_neighbourhood() -> dict[str, object]:
    sys.stdout.write("here\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for address in (f"{STRANGER}/24", f"{OTHER}/24", f"{CARRIER}/29"):
        run("ip", "address", "add", address, "dev", "out0")
    run("ip", "link", "set", "out0", "up")
    time.sleep(0.1)
    return neighbours()


@contextlib.contextmanager
def listening(user: int, port: int) -> Iterator[None]:
    """A process of `user` listens on loopback."""
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(user)
        serve_tcp("127.0.0.1", port)
        os.write(tell, b"!")
        time.sleep(30)
        os._exit(0)
    os.read(ready, 1)
    try:
        yield
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


def as_user(user: int, port: int) -> bool:
    """Whether a process of `user` gets a connection on loopback."""
    child = os.fork()
    if child == 0:
        os.setuid(user)
        os._exit(0 if connects("127.0.0.1", "127.0.0.1", port) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def local() -> dict[str, object]:
    run("ip", "link", "set", "lo", "up")
    users = {"asterisk": ASTERISK, "hotline": HOTLINE}
    load("hotline-local.nft", lambda text: re.sub(r'"(asterisk|hotline)"', lambda found: str(users[found[1]]), text))
    seen: dict[str, object] = {}
    for port, server, client in ((4573, HOTLINE, ASTERISK), (5038, ASTERISK, HOTLINE)):
        with listening(server, port):
            seen[f"{port}: the right one asks"] = as_user(client, port)
            seen[f"{port}: somebody asks"] = as_user(SOMEBODY, port)
        with listening(SOMEBODY, port):
            seen[f"{port}: somebody listens"] = as_user(client, port)
    return seen


if __name__ == "__main__":
    play = {"network": network, "local": local, "neighbours": in_the_neighbourhood}[sys.argv[1]]
    print(json.dumps(play()))
