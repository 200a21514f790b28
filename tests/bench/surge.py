"""`surge`: two of Asterisk's queues and this product, one after the other before the same callers and volunteers.

    python -m tests.bench surge [--loads surge,medium] [--systems hotline] [--seed 7] [--patience exponential]
                                [--in-turn] [--quick]

One real Asterisk, real SIP and RTP on loopback. Thirty volunteers; who accepts which ring, after how long, and how long
each caller talks are drawn from the seed, the same for all systems (`surge_people`). Callers wait without end unless
told otherwise, so that a mean wait hides nobody who left.

The light, medium and mixed loads take half an hour of real minutes, and their waits are seconds: all systems play them
side by side, each with phones of its own. The surge and the overload are played in turn, one system alone at a time.
How busy the machine was meanwhile is part of the findings: a second in which it has nothing left to give would blur
them.
"""

import argparse
import asyncio
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from hotline_agi.lab.pbx import cpu_seconds
from hotline_agi.lab.stage import Stage, open_stage
from tests.bench import surge_figures
from tests.bench.busyness import Busyness
from tests.bench.figures import Findings, plain, table
from tests.bench.surge_figures import HOTLINE, SYSTEMS, Tally
from tests.bench.surge_halls import MAX_WAIT_S, RING_PLAN, RING_S, Hall, dialplan, halls_of, queues, roster
from tests.bench.surge_people import LOADS, QUICK, Draws, Load, Patience
from tests.bench.surge_play import Game, Town

DEFAULT_LOADS = "light,medium,mixed,surge"
IN_TURN = ("surge", "overload")
QUIET_S = 60.0
SETTLE_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    loads: tuple[Load, ...]
    systems: tuple[str, ...]
    seed: int
    patience: Patience
    in_turn: bool


def options(args: Sequence[str]) -> Options:
    """What the command line asks for. Ends the process when it asks for what there is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench surge", allow_abbrev=False)
    parser.add_argument("--loads", default=DEFAULT_LOADS, help=f"of: {','.join(load.name for load in LOADS)}")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help=f"of: {','.join(SYSTEMS)}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", choices=("endless", "exponential"), default="endless")
    parser.add_argument("--in-turn", action="store_true", help="play every load on one system at a time")
    parser.add_argument("--quick", action="store_true", help="few calls: to see whether it works")
    asked = parser.parse_args(args)
    loads = {load.name: load for load in (QUICK if asked.quick else LOADS)}
    for what, known in ((asked.loads, list(loads)), (asked.systems, list(SYSTEMS))):
        for name in what.split(","):
            if name not in known:
                parser.error(f"there is no {name!r}; there are: {', '.join(known)}")
    return Options(
        loads=tuple(load for name, load in loads.items() if name in asked.loads.split(",")),
        systems=tuple(system for system in SYSTEMS if system in asked.systems.split(",")),
        seed=asked.seed,
        patience=asked.patience,
        in_turn=asked.in_turn,
    )


def run(args: Sequence[str] = ()) -> Findings:
    return asyncio.run(_run(options(args)))


async def _run(asked: Options) -> Findings:
    halls = halls_of(asked.loads, asked.systems)
    files, contacts = roster(halls if HOTLINE in asked.systems else [_unused_hall(halls)])
    town = Town()
    async with open_stage(
        files=files,
        contacts=contacts,
        softphones=tuple(name for hall in halls for name in hall.softphones),
        modules=("app_queue.so",),
        pbx_files={"queues.conf": queues(halls)},
        dialplan=dialplan(halls),
        carrier=town.carrier,
        rtp_timeout_s=0,  # sound is light: it stops once it was heard
    ) as stage:
        await stage.start_service()
        began = time.monotonic()
        try:
            await town.move_in(halls, stage.server)
            return await _Evening(asked, stage, town, halls).play()
        finally:
            await town.close()
            print(f"played for {(time.monotonic() - began) / 60:.1f} min", flush=True)


class _Evening:
    """All that is played, and what it comes to."""

    def __init__(self, asked: Options, stage: Stage, town: Town, halls: list[Hall]) -> None:
        self._asked, self._stage, self._town, self._halls = asked, stage, town, halls
        self._tallies: dict[tuple[str, str], Tally] = {}
        self._findings = Findings("surge")
        self._first_numbers = {}
        first = 0
        for load in asked.loads:
            self._first_numbers[load.name] = first
            first += load.calls * load.rounds

    async def play(self) -> Findings:
        print(_terms(self._asked) + "\n", flush=True)
        together = [hall for hall in self._halls if not self._alone(hall)]
        if together:
            await self._act(together)
        for number in range(max(load.rounds for load in self._asked.loads)):
            for hall in self._halls:
                if self._alone(hall) and number < hall.load.rounds:
                    await self._act([hall], number)
        self._close_books()
        for load in self._asked.loads:
            of_systems = {system: self._tallies[load.name, system] for system in self._asked.systems}
            print(table([load.name, *of_systems], surge_figures.rows(of_systems)) + "\n", flush=True)
        return self._found()

    def _alone(self, hall: Hall) -> bool:
        return self._asked.in_turn or hall.load.name in IN_TURN

    async def _act(self, halls: list[Hall], number: int = 0) -> None:
        """Play one round in these halls side by side; each is at it until its last call is over."""
        names = ", ".join(f"{hall.load.name} on {hall.system}" for hall in halls)
        print(f"{time.strftime('%H:%M:%S')}  {names}{f', round {number + 1}' if number else ''} …", flush=True)
        pid, busyness = self._stage.service_pid, Busyness()
        service_s, asterisk_s = cpu_seconds(pid), self._stage.pbx.cpu_s()
        watching = asyncio.create_task(busyness.watch())
        tallies = await asyncio.gather(*(self._game(hall, number).play() for hall in halls))
        watching.cancel()
        service_s, asterisk_s = cpu_seconds(pid) - service_s, self._stage.pbx.cpu_s() - asterisk_s
        calls = sum(len(tally.fates) for tally in tallies)
        our_calls = sum(hall.load.calls for hall in halls if hall.system == HOTLINE)
        for hall, tally in zip(halls, tallies, strict=True):
            # what several side by side cost together is shared among them by their calls
            tally.asterisk_cpu_s = asterisk_s * len(tally.fates) / calls
            if hall.system == HOTLINE:
                tally.service_cpu_s = service_s * len(tally.fates) / our_calls
            self._tallies.setdefault((hall.load.name, hall.system), Tally()).add(tally)
        left = await self._channels_left()
        self._findings.figures.setdefault("acts", []).append(
            {"played": names, "channels_left": left} | busyness.figures()
        )
        print(f"{time.strftime('%H:%M:%S')}  done; {busyness}{f'; {left} CHANNELS LEFT' if left else ''}", flush=True)
        await asyncio.sleep(SETTLE_S)

    async def _channels_left(self) -> int:
        """What still lives in Asterisk long after the last call."""
        try:
            await self._stage.until_quiet(QUIET_S)
        except TimeoutError:
            return await self._stage.pbx.channels()
        return 0

    def _game(self, hall: Hall, number: int) -> Game:
        draws = Draws(seed=self._asked.seed, load=hall.load, number=number, patience=self._asked.patience)
        first = self._first_numbers[hall.load.name] + number * hall.load.calls
        return Game(self._town, hall, draws, first_number=first)

    def _close_books(self) -> None:
        """Rings between the rounds, and calls that the journal never closed."""
        for hall in self._halls:
            tally = self._tallies[hall.load.name, hall.system]
            tally.strays += self._town.strays.get(hall.number, 0)
            if hall.system == HOTLINE:
                tally.open_records = _open_records(self._stage, f"hall{hall.number:02}")

    def _found(self) -> Findings:
        findings, asked = self._findings, self._asked
        findings.figures["terms"] = _terms_figures(asked)
        for load in asked.loads:
            findings.figures[load.name] = {
                system: self._tallies[load.name, system].figures() for system in asked.systems
            }
        findings.figures["all"] = {
            system: {
                "mean_wait_all_s": surge_figures.rounded(surge_figures.pooled_mean_wait_s(self._tallies, system)),
                "answered_share": round(surge_figures.answered_share(self._tallies, system), 4),
            }
            for system in asked.systems
        }
        findings.figures["service_errors"] = _errors(self._stage)
        findings.goals = surge_figures.goals(self._tallies)
        pooled = {system: figures["mean_wait_all_s"] for system, figures in findings.figures["all"].items()}
        means = ", ".join(f"{system} {plain(wait_s or 0)}" for system, wait_s in pooled.items())
        print(f"mean wait of all calls of all loads, s: {means}\n", flush=True)
        return findings


def _unused_hall(halls: list[Hall]) -> Hall:
    """A service without the product's halls still needs a line."""
    return Hall(number=len(halls), load=halls[0].load, system=HOTLINE)


def _open_records(stage: Stage, line: str) -> int:
    with closing(sqlite3.connect(f"file:{stage.state / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
        found = journal.execute("SELECT count(*) FROM call WHERE line = ? AND outcome IS NULL", (line,)).fetchone()
    return int(found[0])


def _errors(stage: Stage) -> list[str]:
    lines = [line for line in stage.logged() if line.get("level") in ("error", "critical")]
    for line in lines[:5]:
        print(f"the service says: {line}", flush=True)
    return sorted({str(line.get("event")) for line in lines})


def _terms(asked: Options) -> str:
    loads = "; ".join(
        f"{load.name}: "
        + " then ".join(f"{calls} calls within {plain(within_s)} s" for calls, within_s in load.stretches)
        + (f", {load.rounds} rounds" if load.rounds > 1 else "")
        + (", half mobiles, a third of them mailboxes" if load.mobiles else "")
        for load in asked.loads
    )
    together = [load.name for load in asked.loads if not asked.in_turn and load.name not in IN_TURN]
    how = f"side by side with phones of their own: {', '.join(together)}; " if together else ""
    return (
        f"seed {asked.seed}; {loads}\n{how}all others in turn\npatience: {asked.patience}; "
        f"the queues: timeout {RING_S}, retry 1, autofill, ringinuse=no; hotline: "
        + ", ".join(RING_PLAN.splitlines())
        + "\n"
        + (surge_figures.__doc__ or "").partition("\n\n")[2].strip()
    )


def _terms_figures(asked: Options) -> dict[str, Any]:
    return {
        "seed": asked.seed,
        "patience": asked.patience,
        "in_turn": asked.in_turn,
        "ring_plan": RING_PLAN.strip(),
        "ring_timeout_s": RING_S,
        "max_wait_s": MAX_WAIT_S,
        "loads": [asdict(load) for load in asked.loads],
    }
