"""How long the loop is held up while a roster of any size is swapped in: for a test, and for the benchmark."""

import asyncio
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from hotline_agi.roster.model import Roster
from hotline_agi.rosters import status
from hotline_agi.rosters.following import Places, RosterFollower
from tests.bench.bigroster import big_roster
from tests.rosters.places import put

PROBE_S = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    volunteers: int
    lines: int
    read_s: float
    """From the request until it was in force: nearly all of it in the child."""
    late_s: float
    """The longest time that something on the loop came late meanwhile."""
    idle_late_s: float
    """The same while nothing was done, for as long: what this machine adds."""
    freed_late_s: float
    """The same in the second after the swap: the old roster goes."""


class Probe:
    """Asks for its turn each millisecond, and notes how late it got it."""

    def __init__(self) -> None:
        self.worst_s = 0.0

    async def run(self) -> None:
        while True:
            due = time.perf_counter() + PROBE_S
            await asyncio.sleep(PROBE_S)
            self.worst_s = max(self.worst_s, time.perf_counter() - due)

    def taken(self) -> float:
        worst_s, self.worst_s = self.worst_s, 0.0
        return worst_s


def put_big(folder: Path, volunteers: int, lines: int, seed: int = 1, first: date | None = None) -> None:
    """A big roster in `folder`/rosters, in place of what is there, and its contacts beside it."""
    files, contacts = big_roster(volunteers, lines=lines, first=first or datetime.now(UTC).date(), seed=seed)
    shutil.rmtree(folder / "rosters", ignore_errors=True)
    put(folder / "rosters", files)
    (folder / "contacts.yaml").write_bytes(contacts)


def swapped(folder: Path, volunteers: int, lines: int) -> Swapped:
    """Swap one big roster for another, in a loop like the service's; files go below `folder`."""
    return asyncio.run(_swapped(folder, volunteers, lines))


async def _swapped(folder: Path, volunteers: int, lines: int) -> Swapped:
    put_big(folder, volunteers, lines, seed=1)
    state = folder / "state"
    state.mkdir(exist_ok=True)
    places = Places(
        rosters=folder / "rosters", contacts=folder / "contacts.yaml", contacts_key=None, state=folder / "state"
    )
    follower = RosterFollower(places, watch_s=0)
    in_force = asyncio.Event()
    await follower.first()
    probe = Probe()
    tasks = [asyncio.create_task(follower.run()), asyncio.create_task(probe.run())]
    try:
        while (told := status.read(state / status.NAME)) is None or (
            told.attempt is None or told.attempt.result != "unchanged"
        ):
            await asyncio.sleep(0.05)
        await asyncio.to_thread(put_big, folder, volunteers, lines, 2)

        def use(_: Roster) -> None:
            in_force.set()

        follower.use = use
        await asyncio.sleep(0.2)
        probe.taken()
        await asyncio.sleep(2.0)
        idle_late_s = probe.taken()
        began = time.monotonic()
        follower.reload()
        async with asyncio.timeout(60.0):
            await in_force.wait()
        read_s, late_s = time.monotonic() - began, probe.taken()
        await asyncio.sleep(1.0)
        return Swapped(
            volunteers=volunteers,
            lines=lines,
            read_s=read_s,
            late_s=late_s,
            idle_late_s=idle_late_s,
            freed_late_s=probe.taken(),
        )
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
