"""`rosters`: who is on shift, checking, and swapping a roster in while calls arrive, from 100 to 10,000 volunteers.

`who` and `check` run the code that the commands run. For the swap a service's own `RosterFollower` reads a folder in
its child process, while another process asks a question over a socket every 2 ms, answered at once on the same loop, as
a FastAGI question is: the latest answer is the delay that a call has. The same is asked for as long without any roster,
so that what this machine does to an idle loop shows.
"""

import asyncio
import gc
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hotline_agi import log
from hotline_agi.planning.outlook import outlook
from hotline_agi.roster.duty import on_duty, who
from hotline_agi.roster.model import Line, Roster
from hotline_agi.roster.reader import read_roster
from hotline_agi.roster.timetable import warm
from hotline_agi.rosters.following import Places, RosterFollower
from hotline_agi.rosters.loading import collector_off
from tests.bench.bigroster import big_roster
from tests.bench.figures import Findings, Goal, median, percentile, plain, table

SIZES = (100, 1000, 10_000)
PER_LINE = 100
DAYS = 28
ASKED = 20_000
EVERY_S = 0.002
WATCHED_S = 3.0
LARGEST = f"{SIZES[-1]} volunteers"


def run() -> Findings:
    found = Findings("rosters")
    rows = []
    for volunteers in SIZES:
        figures = _of_size(volunteers)
        found.figures[str(volunteers)] = figures
        rows.append(
            (
                str(volunteers),
                *(
                    plain(figures[name])
                    for name in (
                        "who_p50_us",
                        "who_p99_us",
                        "cold_page_ms",
                        "read_s",
                        "outlook_s",
                        "command_s",
                        "taken_in_s",
                        "late_p99_ms",
                        "late_max_ms",
                        "idle_max_ms",
                    )
                ),
            )
        )
    heads = ("people", "who p50 µs", "p99 µs", "cold page ms", "read s", "outlook s", "command s")
    print(table((*heads, "taken in s", "late p99 ms", "max ms", "idle max ms"), rows))
    small, large = (found.figures[str(size)] for size in (SIZES[0], SIZES[-1]))
    growth = {name: large[name] / small[name] for name in ("who_p50_us", "read_s", "taken_in_s")}
    found.figures["growth"] = growth
    print(f"\nfrom {SIZES[0]} to {SIZES[-1]} people: " + ", ".join(f"{n} × {plain(v)}" for n, v in growth.items()))
    found.goals += [
        Goal(f"who, p99 in µs, {LARGEST}", large["who_p99_us"], 50),
        Goal(f"`hotline roster check` in s, {LARGEST}", large["command_s"], 5),
        Goal(f"taking it in, in s, {LARGEST}", large["taken_in_s"], 1),
        Goal(f"latest answer meanwhile, in ms, {LARGEST}", large["late_max_ms"], 20),
    ]
    return found


def _of_size(volunteers: int) -> dict[str, float]:
    today = datetime.now(UTC).date()
    files, contacts = big_roster(volunteers, lines=max(1, volunteers // PER_LINE), first=today, days=DAYS)
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as where:
        folder = Path(where)
        _write(folder / "rosters", files)
        (folder / "contacts.yaml").write_bytes(contacts)
        return _checked(folder, files, contacts, today) | asyncio.run(_swapped(folder))


def _checked(folder: Path, files: dict[str, bytes], contacts: bytes, today: date) -> dict[str, float]:
    began = time.perf_counter()
    roster = read_roster(files, contacts).roster
    read_s = time.perf_counter() - began
    began = time.perf_counter()
    outlook(roster, datetime.now(UTC), DAYS)
    outlook_s = time.perf_counter() - began
    began = time.perf_counter()
    command = [sys.executable, "-m", "hotline_agi.cli", "roster", "check", str(folder / "rosters")]
    done = subprocess.run(
        [*command, "--contacts", str(folder / "contacts.yaml")], capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr.decode()[-500:]
    command_s = time.perf_counter() - began
    return {"read_s": read_s, "outlook_s": outlook_s, "command_s": command_s} | _asked(roster, today)


def _asked(roster: Roster, today: date) -> dict[str, float]:
    """`who` for random instants of random lines, once the pages are there; and what making a page costs."""
    dice = random.Random(1)
    lines = list(roster.lines.values())
    start = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for line in lines:
        warm(line, start, start + timedelta(days=DAYS + 14))
    asked = [(dice.choice(lines).id, start + timedelta(minutes=dice.randrange(DAYS * 1440))) for _ in range(ASKED)]
    spent_us = []
    gc.collect()
    gc.disable()
    try:
        for line_id, at in asked:
            began = time.perf_counter_ns()
            who(roster, line_id, at)
            spent_us.append((time.perf_counter_ns() - began) / 1000)
    finally:
        gc.enable()
    cold_ms = [_cold(line, start + timedelta(days=dice.randrange(60, 90))) for line in lines for _ in range(3)]
    return {
        "who_p50_us": median(spent_us),
        "who_p99_us": percentile(spent_us, 0.99),
        "cold_page_ms": median(cold_ms),
    }


def _cold(line: Line, at: datetime) -> float:
    began = time.perf_counter_ns()
    on_duty(line, at)
    return (time.perf_counter_ns() - began) / 1e6


# ---- the swap


async def _swapped(folder: Path) -> dict[str, float]:
    log.configure(json=True, level="critical")
    state = folder / "state"
    state.mkdir()
    places = Places(rosters=folder / "rosters", contacts=folder / "contacts.yaml", contacts_key=None, state=state)
    follower = RosterFollower(places, watch_s=0)
    began_in: list[float] = []
    in_force = asyncio.Event()

    # by hand, and not `first`: a start has a patience of its own, and nobody is served meanwhile
    def use(_: Roster) -> None:
        in_force.set()

    follower.use = use
    with collector_off():  # as after the start of a service: what was imported is no matter for the collector
        pass
    with _pieces_watched(began_in):
        async with _Caller() as caller:
            idle = await caller.lateness(for_s=WATCHED_S)
            task = asyncio.create_task(follower.run())
            watching = asyncio.create_task(caller.lateness(until=in_force, after_s=1.0))
            await asyncio.wait_for(in_force.wait(), 60)
            ended = time.perf_counter()
            late = await watching
            task.cancel()
            await asyncio.wait([task])
    return {
        "taken_in_s": ended - began_in[0],
        "late_p99_ms": percentile(late, 0.99),
        "late_max_ms": max(late),
        "idle_max_ms": max(idle),
    }


@contextmanager
def _pieces_watched(began: list[float]) -> Iterator[None]:
    """Note when the first frame comes from the child: there reading ends and taking in begins."""
    from hotline_agi.rosters.transfer import Receiver

    pieces = Receiver.pieces

    def noted(self: Receiver, content: bytes) -> Iterator[object]:
        if not began:
            began.append(time.perf_counter())
        return pieces(self, content)

    Receiver.pieces = noted  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Receiver.pieces = pieces  # type: ignore[method-assign]


class _Caller:
    """Asks a question every `EVERY_S` from a process of its own, as Asterisk would, and hears how late answers come."""

    async def __aenter__(self) -> "_Caller":
        self._server = await asyncio.start_server(self._asked, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _ASKING, str(port), str(EVERY_S), stdout=asyncio.subprocess.PIPE
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self._process.kill()
        await self._process.wait()
        self._server.close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while word := await reader.readline():
                writer.write(word)
        finally:
            writer.close()

    async def lateness(
        self, *, for_s: float | None = None, until: asyncio.Event | None = None, after_s: float = 0.0
    ) -> list[float]:
        """The answer times in ms from now on, for a while or until `after_s` after an event."""
        assert self._process.stdout is not None
        heard: list[float] = []
        ends = None if for_s is None else time.perf_counter() + for_s
        while ends is None or time.perf_counter() < ends:
            heard.append(float(await self._process.stdout.readline()))
            if ends is None and until is not None and until.is_set():
                ends = time.perf_counter() + after_s
        return heard


_ASKING = """
import socket, sys, time
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while True:
    began = time.perf_counter()
    link.sendall(b"arrive\\n")
    while not link.recv(64).endswith(b"\\n"):
        pass
    print(f"{(time.perf_counter() - began) * 1000:.3f}", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def _write(root: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
