"""How many calls per second each system sustains: the rate is raised until calls are late or lost.

A call is late when more than a second passes to the first ring, or from the accept to the first word that is heard; it
is lost when it does not get there at all. Talks are short and their sound is light, so that the PBX is measured and not
the phones. A step that fails is tried once more: other work on the machine may have been in its way.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hotline_agi.lab.pbx import cpu_seconds
from hotline_agi.lab.stage import Stage
from tests.bench.figures import median, percentile
from tests.bench.phones import People, Ring
from tests.bench.systems import SYSTEMS, Group

RATES = (5, 10, 15, 20, 25, 30, 35, 40, 50, 60)
"""Calls per second."""
CPU_RATE = 10
"""The step whose CPU seconds are reported: far from the machine's limit."""
STEP_S = 6.0
RING_S = (0.15, 0.25)
TALK_S = 0.6
LATE_S = 1.0
LOST_S = 3.0
GROUPS = 80
"""Enough for a call to find its group idle at the highest rate, as long as calls are in time."""
LIMIT_S = 290.0
"""For the whole climb."""


@dataclass(slots=True)
class Step:
    """One rate on one system."""

    rate: int
    rings: list[Ring]
    refused: int
    """Calls that could not be placed because all groups were still busy with late ones."""
    asterisk_cpu_s: float
    service_cpu_s: float
    elapsed_s: float

    @property
    def lost(self) -> int:
        return self.refused + sum(ring.joined_s is None for ring in self.rings)

    @property
    def late(self) -> int:
        return sum(
            ring.joined_s is not None and (ring.joined_s > LATE_S or min(ring.rings_s) > LATE_S) for ring in self.rings
        )

    @property
    def is_sustained(self) -> bool:
        return not self.lost and not self.late

    def first_ms(self) -> list[float]:
        return [1e3 * min(ring.rings_s) for ring in self.rings if ring.legs]

    def joined_ms(self) -> list[float]:
        return [1e3 * ring.joined_s for ring in self.rings if ring.joined_s is not None]


@dataclass(slots=True)
class Climb:
    """All steps of one system."""

    steps: list[Step] = field(default_factory=list)
    sustained: int = 0
    is_over: bool = False
    asterisk_cpu_s: float = 0.0
    """Per call, at `CPU_RATE`."""
    service_cpu_s: float = 0.0

    def add(self, step: Step) -> None:
        self.steps.append(step)
        if step.is_sustained:
            self.sustained = step.rate
        if step.rate == CPU_RATE:
            calls = len(step.rings)
            self.asterisk_cpu_s, self.service_cpu_s = step.asterisk_cpu_s / calls, step.service_cpu_s / calls

    def figures(self) -> dict[str, Any]:
        return {
            "sustained_per_s": self.sustained,
            "asterisk_cpu_s_per_call": round(self.asterisk_cpu_s, 5),
            "service_cpu_s_per_call": round(self.service_cpu_s, 5),
            "steps": [
                {
                    "rate": step.rate,
                    "calls": len(step.rings) + step.refused,
                    "late": step.late,
                    "lost": step.lost,
                    "first_p99_ms": round(percentile(step.first_ms(), 0.99), 1),
                    "joined_p99_ms": round(percentile(step.joined_ms(), 0.99), 1),
                    "asterisk_cpu": round(step.asterisk_cpu_s / step.elapsed_s, 3),
                    "service_cpu": round(step.service_cpu_s / step.elapsed_s, 3),
                }
                for step in self.steps
            ],
        }


async def climb(stage: Stage, people: People, groups: list[Group]) -> dict[str, Climb]:
    """Raise the rate on all systems, until each has failed a step twice or the time is up."""
    climbs = {system: Climb() for system in SYSTEMS}
    until_s = time.monotonic() + LIMIT_S
    print(_line(HEAD), flush=True)
    for calls_per_s in RATES:
        for system in random.sample(SYSTEMS, len(SYSTEMS)):
            for _ in range(2):
                if climbs[system].is_over or time.monotonic() > until_s:
                    break
                step = await _step(stage, people, groups, system, calls_per_s)
                climbs[system].add(step)
                _show(system, step)
                if step.is_sustained:
                    break
            else:
                climbs[system].is_over = True
    return climbs


async def _step(stage: Stage, people: People, groups: list[Group], system: str, calls_per_s: int) -> Step:
    service = stage.service_pid
    began_s, asterisk_s, service_s = time.monotonic(), stage.pbx.cpu_s(), cpu_seconds(service)
    last: dict[int, Ring] = {}
    refused, talks = 0, []
    for number in range(round(STEP_S * calls_per_s)):
        await asyncio.sleep(began_s + number / calls_per_s - time.monotonic())
        group = groups[number % len(groups)]
        if group.number in last and not last[group.number].is_over:
            refused += 1
            continue
        ring = last[group.number] = people.call(system, group, random.uniform(*RING_S), media=False)
        talks.append(asyncio.create_task(_talk(ring)))
    rings = await asyncio.gather(*talks)
    await stage.until_quiet(30.0)
    return Step(
        rate=calls_per_s,
        rings=rings,
        refused=refused,
        asterisk_cpu_s=stage.pbx.cpu_s() - asterisk_s,
        service_cpu_s=cpu_seconds(service) - service_s,
        elapsed_s=time.monotonic() - began_s,
    )


async def _talk(ring: Ring) -> Ring:
    """Until the caller hangs up, a moment after the volunteer was heard, or gives up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOST_S + TALK_S):
            while ring.heard_at is None and ring.caller.ended_at is None:
                await asyncio.sleep(0.05)
            await asyncio.sleep(TALK_S)
    ring.caller.hang_up()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOST_S):
            while not ring.is_over:
                await asyncio.sleep(0.05)
    return ring


HEAD = ("calls/s", "system", "calls", "late", "lost", "first ms", "p99", "joined ms", "p99", "Asterisk CPU", "service")


def _line(cells: Sequence[str]) -> str:
    return "  ".join(cell.rjust(max(7, len(name))) for name, cell in zip(HEAD, cells, strict=True))


def _show(system: str, step: Step) -> None:
    first, joined = step.first_ms(), step.joined_ms()
    shares = (f"{100 * cpu_s / step.elapsed_s:.0f} %" for cpu_s in (step.asterisk_cpu_s, step.service_cpu_s))
    times = (f"{time_ms:.1f}" for times in (first, joined) for time_ms in (median(times), percentile(times, 0.99)))
    counts = (len(step.rings) + step.refused, step.late, step.lost)
    print(_line((str(step.rate), system, *map(str, counts), *times, *shares)), flush=True)
