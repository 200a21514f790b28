"""Faults, struck when the schedule says so, each with the moment when it began and ended."""

import asyncio
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing, suppress

from hotline_agi.lab.pbx import free_port
from tests.chaos.evidence import FaultSeen
from tests.chaos.house import House
from tests.chaos.schedule import Blow, Kind

LOCK_TIMEOUT_S = 5.0
ROSTER_TAKES_S = 20.0
"""Until a change is seen, settled, read and in force, also by a service that just starts on a busy machine."""


class Striker:
    """Carries a schedule out; every fault is over when `play` is."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._variant = 0
        self._blind_since: list[tuple[Kind, float, float]] = []
        self._second_since: float | None = None
        self._second: list[tuple[float, float]] = []
        self.faults: list[FaultSeen] = []
        self.held = False
        """No further fault may strike."""

    async def play(self, blows: Sequence[Blow], began: float) -> None:
        strikes = []
        for blow in blows:
            await asyncio.sleep(began + blow.at_s - time.monotonic())
            if self.held:
                break
            strikes.append(asyncio.create_task(self._strike(blow)))
        await asyncio.gather(*strikes)

    def blind(self) -> list[tuple[float, float]]:
        """From each blow that made the service blind until it was back: it says so in its log."""
        ready, up = self._house.logged("ready"), self._house.logged("ami up")
        now = time.monotonic()
        found = []
        for kind, began, ended in self._blind_since:
            back = ended
            if kind in (Kind.KILL, Kind.TERM, Kind.PBX_KILL):
                back = min((at for at in ready if at > began), default=now)
            elif kind in (Kind.FREEZE, Kind.FREEZE_ALL):
                # thawed in time, or killed by the supervisor: then until the next one is ready
                back = max(ended, min((at for at in ready if began < at < ended + 15.0), default=ended))
            elif kind in (Kind.AMI_RESET, Kind.AMI_HOLE):
                back = min((at for at in (*up, *ready) if at > ended - 0.5), default=now)
            if kind is Kind.AMI_HOLE and not any(began < at < ended + 10.0 for at in up):
                back = ended  # it was over before anybody noticed
            if kind is Kind.PBX_KILL:
                back = min((at for at in (*up, *ready) if at > ended), default=now)
            found.append((began, max(back, ended)))
        return found

    def off_shift(self) -> dict[str, list[tuple[float, float]]]:
        """When people of the first roster alone were on no shift."""
        open_end = [] if self._second_since is None else [(self._second_since, time.monotonic())]
        return {
            volunteer: self._second + open_end
            for line in self._house.lines
            for volunteer in set(line.on_shift(0)) - set(line.on_shift(1))
        }

    def _roster_changed(self) -> None:
        now = time.monotonic()
        if self._variant:
            self._second_since = now + ROSTER_TAKES_S
        elif self._second_since is not None:
            if now > self._second_since:
                self._second.append((self._second_since, now))
            self._second_since = None

    async def _strike(self, blow: Blow) -> None:
        began = time.monotonic()
        detail = ""
        match blow.kind:
            case Kind.KILL:
                detail = self._signal(signal.SIGKILL)
            case Kind.TERM:
                detail = self._signal(signal.SIGTERM)
            case Kind.FREEZE | Kind.FREEZE_ALL:
                detail = await self._freeze(blow)
            case Kind.AMI_RESET | Kind.AMI_HOLE:
                await self._house.relay.tell("reset" if blow.kind is Kind.AMI_RESET else "hole")
                await asyncio.sleep(blow.lasts_s)
                await self._house.relay.tell("open")
            case Kind.AGI_REFUSED:
                await self._house.set_agi(free_port(socket.SOCK_STREAM))
                await asyncio.sleep(blow.lasts_s)
                await self._house.set_agi(self._house.stage.pbx.site.agi_port)
            case Kind.JOURNAL_LOCKED:
                detail = await self._lock(blow.lasts_s)
            case Kind.ROSTER_BROKEN:
                self._house.write_roster(self._variant, broken=True)
                await asyncio.sleep(blow.lasts_s)
                self._house.write_roster(self._variant, broken=False)
            case Kind.ROSTER_CHANGED:
                self._variant = 1 - self._variant
                self._house.write_roster(self._variant, broken=False)
                self._roster_changed()
            case Kind.PBX_KILL:
                await self._house.stage.pbx.stop(signal.SIGKILL)
                self._house.town.crash()
                await self._house.stage.pbx.start()
                await self._house.set_globals()
        ended = time.monotonic()
        self.faults.append(FaultSeen(kind=blow.kind, began=began, ended=ended, detail=detail))
        if blow.kind not in (Kind.JOURNAL_LOCKED, Kind.ROSTER_BROKEN, Kind.ROSTER_CHANGED):
            self._blind_since.append((blow.kind, began, ended))

    def _signal(self, number: signal.Signals) -> str:
        pids = self._house.service_pids()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        return "" if pids else "it was not there"

    async def _freeze(self, blow: Blow) -> str:
        """A frozen service that its supervisor has killed meanwhile is not there to be thawed."""
        pids = self._house.service_pids()
        if blow.kind is Kind.FREEZE_ALL:
            pids = [self._house.supervisor_pid, *pids]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        until = time.monotonic() + blow.lasts_s
        while time.monotonic() < until:
            await asyncio.sleep(0.1)
            if blow.kind is Kind.FREEZE and self._house.service_pids() != pids:
                return "the supervisor killed it"
        for pid in reversed(pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        return "" if pids else "it was not there"

    async def _lock(self, for_s: float) -> str:
        """Hold the write lock, as a backup or somebody's shell might."""
        path = self._house.stage.state / "journal.sqlite"

        def take() -> sqlite3.Connection:
            connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False)
            connection.execute("BEGIN IMMEDIATE")
            return connection

        try:
            connection = await asyncio.to_thread(take)
        except sqlite3.OperationalError as error:
            return f"not locked: {error}"
        with closing(connection):
            await asyncio.sleep(for_s)
            connection.execute("ROLLBACK")
        return ""
