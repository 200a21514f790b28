"""When callers enter and leave the holding bridge, as Asterisk tells it; ``python -m tests.bench.rounds PORT SECRET``.

A process of its own, so that the simulated phones do not make its clock late. It prints a line per event, ``WORD CALLER
SECONDS`` (`time.monotonic`), until it is ended: in, out, joined (a two-party bridge), or survived.
"""

import contextlib
import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

USER = "hotline-agi"
LEG = b"leg-"
WANTED = (b"Event: BridgeEnter", b"Event: BridgeLeave", b"Event: UserEvent")


@dataclass(frozen=True, slots=True)
class Round:
    """From one entry into the holding bridge to the next of the same caller; monotonic seconds."""

    entered_at: float
    left_at: float
    back_at: float

    @property
    def outside_s(self) -> float:
        """How long the dialplan and the service took to begin the next round."""
        return self.back_at - self.left_at

    @property
    def lasted_s(self) -> float:
        return self.back_at - self.entered_at


@dataclass(frozen=True, slots=True)
class Watched:
    rounds: tuple[Round, ...]
    survived: frozenset[str]
    """Callers whom the dialplan took over."""
    last: Mapping[str, tuple[str, float]]
    """Of each caller the last word and when it was said."""

    def overdue(self, at: float, *, round_s: float, late_s: float) -> int:
        """How many callers should long be back in the bridge: who are in a round without end, or never came back from
        asking. Who hangs up out of the bridge counts too: ask before they do."""
        bounds = {"in": round_s + late_s, "out": late_s}
        return sum(word in bounds and at - since > bounds[word] for word, since in self.last.values())


def watched(lines: Iterable[str]) -> Watched:
    """The rounds that the printed lines tell of; a round that ended in a talk or by a hang-up is none."""
    entered: dict[str, float] = {}
    left: dict[str, float] = {}
    last: dict[str, tuple[str, float]] = {}
    rounds, survived = [], set()
    for line in lines:
        word, caller, at = line.split()
        last[caller] = (word, float(at))
        match word:
            case "in":
                if caller in entered and caller in left:
                    rounds.append(Round(entered[caller], left[caller], float(at)))
                entered[caller] = float(at)
                left.pop(caller, None)
            case "out":
                left[caller] = float(at)
            case "survived":
                survived.add(caller)
            case _:
                entered.pop(caller, None)
                left.pop(caller, None)
    return Watched(tuple(rounds), frozenset(survived), last)


def main() -> None:
    port, secret = int(sys.argv[1]), sys.argv[2]
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        link.sendall(f"Action: Login\r\nUsername: {USER}\r\nSecret: {secret}\r\n\r\n".encode())
        for at, event in _events(link):
            if (told := _told(event)) is not None:
                print(*told, f"{at:.6f}", flush=True)


def _events(link: socket.socket) -> Iterator[tuple[float, bytes]]:
    """Each event with the moment when its end was read."""
    rest = b""
    while got := link.recv(1 << 20):
        at = time.monotonic()
        *events, rest = (rest + got).split(b"\r\n\r\n")
        for event in events:
            if event.startswith(WANTED):
                yield at, event


def _told(event: bytes) -> tuple[str, str] | None:
    fields = dict(line.split(b": ", 1) for line in event.split(b"\r\n") if b": " in line)
    if event.startswith(b"Event: UserEvent"):
        if fields.get(b"UserEvent") != b"HotlineSurviving":
            return None
        return "survived", fields[b"Call"].decode()
    caller = fields.get(b"Uniqueid", LEG)
    if caller.startswith(LEG):
        return None
    if fields.get(b"BridgeTechnology") != b"holding_bridge":
        return ("joined", caller.decode()) if event.startswith(b"Event: BridgeEnter") else None
    return ("in" if event.startswith(b"Event: BridgeEnter") else "out"), caller.decode()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
