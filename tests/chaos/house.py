"""The hotline that is put through chaos: a real Asterisk, the service under its supervisor, a relay before AMI."""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hotline_agi.lab.stage import Stage, open_stage
from tests.chaos.cut_wire import AmiRelay, ami_relay
from tests.chaos.evidence import Record
from tests.chaos.lines import LOGGED, Line, dialplan, roster
from tests.chaos.people import Draws
from tests.chaos.town import Town
from tests.e2e.hearing import write_prompts

READY_S = 30.0
STOP_S = 12.0
DIALLING = "dialling: {home: GB}\n"
SETTINGS = """watch_rosters_s: 2
dialling: {home: GB, legs_per_hour: 1000000, mobile_legs_per_hour: 1000000, legs_per_number_per_hour: 100000}
canary: {every_min: 0}
"""
"""The load of a day in an hour: the limits of what is dialled would end it. No test calls: each call is one of ours."""
SILENCE_S = 3
"""Ends a recording; 12 s in a real hotline."""
RING_S = 12
"""Of the survival path's two rings; 25 s in a real hotline."""


class House:
    """See `open_house`."""

    def __init__(self, stage: Stage, town: Town, lines: list[Line], relay: AmiRelay) -> None:
        self.stage, self.town, self.lines, self.relay = stage, town, lines, relay
        self._supervisor: asyncio.subprocess.Process | None = None
        self.starts = 0

    # ---- the service

    async def start_service(self) -> None:
        """Under its supervisor, as without systemd."""
        argv = [sys.executable, "-m", "hotline_agi.cli", "run", "--supervised", "--config", str(self.stage.config)]
        with self.stage.log_path.open("ab") as log:
            self._supervisor = await asyncio.create_subprocess_exec(
                *argv, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        await self.until_plan(1)

    async def stop_service(self) -> int:
        """SIGTERM, with a last word for whoever is frozen; the exit status."""
        process = self._supervisor
        if process is None:
            return 0
        for pid in (*self.service_pids(), process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            return await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            for pid in (process.pid, *self.service_pids()):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            await process.wait()
            return -9

    @property
    def supervisor_pid(self) -> int:
        assert self._supervisor is not None
        return self._supervisor.pid

    def service_pids(self) -> list[int]:
        """The service's process, if there is one just now."""
        assert self._supervisor is not None
        path = Path(f"/proc/{self._supervisor.pid}/task/{self._supervisor.pid}/children")
        with suppress(OSError):
            return [int(pid) for pid in path.read_text().split()]
        return []

    def logged(self, event: str) -> list[float]:
        """When (`time.monotonic` seconds) the service said so, in all its runs."""
        apart_s = time.time() - time.monotonic()
        return [
            datetime.fromisoformat(str(line["timestamp"])).timestamp() - apart_s
            for line in self.stage.logged()
            if line.get("event") == event and "timestamp" in line
        ]

    def ends(self) -> int:
        """How often the service's process ended, by its supervisor's word."""
        return self.stage.log_path.read_text(errors="replace").count("the service ended")

    def stumbles(self) -> list[str]:
        """Log lines of the service that tell of an exception nobody expected."""
        return [str(line) for line in self.stage.logged() if "exception" in line]

    async def until_plan(self, count: int) -> None:
        """Wait until the service has started that often, to the end of its start."""
        async with asyncio.timeout(READY_S):
            while len(self.logged("survival plan written")) < count:
                await asyncio.sleep(0.1)

    # ---- what can be done to it

    async def set_globals(self) -> None:
        """Shorter times than a real hotline has; after each start of Asterisk."""
        for name, value in (("SILENCE_S", SILENCE_S), ("SURVIVAL_RING_S", RING_S)):
            await self.stage.pbx.ask(f"dialplan set global HOTLINE_{name} {value}")

    async def set_agi(self, port: int) -> None:
        """Where the dialplan asks from now on: a port where nobody listens refuses every question."""
        await self.stage.pbx.ask(f"dialplan set global HOTLINE_AGI agi://127.0.0.1:{port}")

    def write_roster(self, variant: int, *, broken: bool) -> None:
        """File by file, each in one move, as git does."""
        files, _ = roster(self.lines, variant, broken=broken)
        for name, text in files.items():
            path = self.stage.rosters / name
            if path.read_text() != text:
                beside = path.with_suffix(".new")
                beside.write_text(text)
                beside.rename(path)

    # ---- what is left afterwards

    def records(self) -> list[Record]:
        with closing(sqlite3.connect(f"file:{self.stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
            facts: dict[str, list[str]] = {}
            for call, fact in journal.execute("SELECT call, fact FROM fact ORDER BY call, seq"):
                facts.setdefault(call, []).append(fact)
            messages = dict(journal.execute("SELECT call, count(*) FROM message GROUP BY call"))
            return [
                Record(
                    call=call,
                    line=line,
                    outcome=outcome,
                    volunteer=volunteer,
                    wait_s=wait_s or 0.0,
                    talk_s=talk_s or 0.0,
                    facts=tuple(facts.get(call, ())),
                    messages=messages.get(call, 0),
                )
                for call, line, outcome, volunteer, wait_s, talk_s in journal.execute(
                    "SELECT call, line, outcome, volunteer, wait_s, talk_s FROM call"
                )
            ]

    def channels(self) -> dict[str, str]:
        """SIP Call-ID → channel id, of all calls that reached the dialplan."""
        found = {}
        for line in self.stage.pbx.log().splitlines():
            _, mark, rest = line.partition(f"{LOGGED} ")
            if mark and len(words := rest.split()) == 2:
                found[words[1]] = words[0]
        return found


@asynccontextmanager
async def open_house(count: int, draws: Draws, **site: Any) -> AsyncIterator[House]:
    """A hotline of `count` lines; the service is not started, all phones are registered. All is gone afterwards."""
    lines = [Line(number=number) for number in range(count)]
    town = Town(lines, draws)
    files, contacts = roster(lines)
    with TemporaryDirectory(prefix="hotline-tones-") as folder:
        sounds = Path(folder) / "sounds"
        write_prompts(sounds)
        async with open_stage(
            files=files,
            contacts=contacts,
            softphones=tuple(name for line in lines for name in line.softphones),
            prompts=sounds,
            modules=("app_verbose.so",),
            dialplan=dialplan(lines),
            carrier=town.carrier,
            rtp_timeout_s=0,  # phones are silent where nobody judges what they say
            **site,
        ) as stage:
            text = stage.config.read_text()
            assert text.count(DIALLING) == 1
            stage.config.write_text(SETTINGS + text.replace(DIALLING, ""))
            async with ami_relay(stage) as relay:
                house = House(stage, town, lines, relay)
                try:
                    await house.set_globals()
                    await town.move_in(stage.server)
                    yield house
                finally:
                    await house.stop_service()
                    await town.close()
