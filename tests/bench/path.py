"""`path`: how fast phones ring, how fast two people are joined, and what a call costs, beside `Dial` and `Queue`.

First single calls, the systems in turn call by call; then the rate is raised step by step, the systems in turn within
each step, until calls are late or lost. Everything runs on the same Asterisk with the same phones.
"""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from hotline_agi.lab.stage import PASSWORD, open_stage
from tests.bench import rate, systems
from tests.bench.figures import Findings, Goal, median, percentile, plain, table
from tests.bench.phones import People, Ring
from tests.bench.rate import Climb
from tests.bench.systems import DIAL, PHONES, PRODUCT, QUEUE, SYSTEMS, Group

CALLS = 120
WARM_UP_CALLS = 5
ACCEPT_AFTER_S = (0.12, 0.16)
TALK_S = 0.2
PAUSE_S = 0.06
GIVE_UP_S = 3.0
MOMENTS = {
    "first": "INVITE → first phone, ms",
    "last": "INVITE → last phone, ms",
    "joined": "accept → volunteer heard, ms",
    "cancelled": "accept → last loser cancelled, ms",
}


@dataclass(slots=True)
class Moments:
    """What was measured on one system's single calls, in milliseconds."""

    first: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    joined: list[float] = field(default_factory=list)
    cancelled: list[float] = field(default_factory=list)
    incomplete: Counter[str] = field(default_factory=Counter)
    """Calls that are not in the lists above, by what was missing."""

    def add(self, ring: Ring) -> None:
        missing = _missing(ring)
        if missing:
            self.incomplete[missing] += 1
            return
        self.first.append(1e3 * min(ring.rings_s))
        self.last.append(1e3 * max(ring.rings_s))
        self.joined.append(1e3 * (ring.joined_s or 0.0))
        self.cancelled.append(1e3 * max(ring.cancelled_s))


def _missing(ring: Ring) -> str:
    """What keeps this call out of the figures; empty when nothing does."""
    if len(ring.legs) != PHONES:
        return f"{len(ring.legs)} phones rang"
    if ring.joined_s is None:
        return "volunteer not heard"
    if len(ring.cancelled_s) != PHONES - 1:
        return f"{len(ring.cancelled_s)} losers cancelled"
    return ""


def run() -> Findings:
    return asyncio.run(_run())


async def _run() -> Findings:
    groups = [Group(number) for number in range(rate.GROUPS)]
    async with open_stage(
        files=systems.roster(groups),
        contacts="contacts: {}\n...\n",
        softphones=tuple(account for group in groups for account in group.accounts),
        modules=("app_queue.so",),
        pbx_files={"queues.conf": systems.queues(groups)},
        dialplan=systems.dialplan(groups),
    ) as stage:
        await stage.start_service()
        people = People(stage.server, stage.carrier.address[0])
        try:
            await people.register(groups, PASSWORD)
            moments = await single_calls(people, groups[0])
            print(_moments_table(moments) + "\n", flush=True)
            climbs = await rate.climb(stage, people, groups)
            print("\n" + _climbs_table(climbs), flush=True)
        finally:
            await people.close()
        return _findings(moments, climbs, people.strays)


async def single_calls(people: People, group: Group, calls: int = CALLS) -> dict[str, Moments]:
    """`calls` calls through each system, one at a time; who goes first changes from turn to turn."""
    moments = {system: Moments() for system in SYSTEMS}
    for turn in range(-WARM_UP_CALLS, calls):
        for system in random.sample(SYSTEMS, len(SYSTEMS)):
            ring = await _one_call(people, group, system)
            if turn >= 0:
                moments[system].add(ring)
    return moments


async def _one_call(people: People, group: Group, system: str) -> Ring:
    ring = people.call(system, group, random.uniform(*ACCEPT_AFTER_S), media=True)
    try:
        async with asyncio.timeout(GIVE_UP_S):
            while ring.accepted_at is None:
                await asyncio.sleep(0.02)
            await asyncio.sleep(TALK_S)
            ring.caller.hang_up()
            while not ring.is_over:
                await asyncio.sleep(0.02)
    except TimeoutError:
        ring.caller.hang_up()
    ring.listen()
    await asyncio.sleep(PAUSE_S)
    return ring


def _findings(moments: dict[str, Moments], climbs: dict[str, Climb], strays: int) -> Findings:
    def middle(system: str, moment: str) -> float:
        return median(getattr(moments[system], moment))

    climb = climbs[PRODUCT]
    goals = [
        Goal("first phone, ÷ Dial", middle(PRODUCT, "first") / middle(DIAL, "first"), 1.25),
        Goal("first phone, ÷ Queue", middle(PRODUCT, "first") / middle(QUEUE, "first"), 1.0),
        Goal("last loser cancelled, ÷ Dial", middle(PRODUCT, "cancelled") / middle(DIAL, "cancelled"), 2.0),
        Goal("CPU of the service ÷ CPU of Asterisk", climb.service_cpu_s / climb.asterisk_cpu_s, 0.25),
        Goal("sustained rate, ÷ Queue", climb.sustained / max(climbs[QUEUE].sustained, 1e-9), 0.9, at_least=True),
    ]
    figures = {
        system: {
            **{
                f"{moment}_ms": {
                    "median": round(median(values), 3),
                    "p99": round(percentile(values, 0.99), 3),
                    "calls": len(values),
                }
                for moment in MOMENTS
                if (values := getattr(moments[system], moment)) is not None
            },
            "incomplete": dict(moments[system].incomplete),
            **climbs[system].figures(),
        }
        for system in SYSTEMS
    }
    return Findings("path", figures={**figures, "stray_legs": strays}, goals=goals)


def _moments_table(moments: dict[str, Moments]) -> str:
    head = ["median / p99", *SYSTEMS, "÷ Dial", "÷ Queue"]
    rows = []
    for moment, name in MOMENTS.items():
        lists = {system: getattr(moments[system], moment) for system in SYSTEMS}
        middles = {system: median(values) for system, values in lists.items()}
        rows.append(
            [
                name,
                *(f"{middles[system]:.1f} / {percentile(lists[system], 0.99):.1f}" for system in SYSTEMS),
                f"{middles[PRODUCT] / middles[DIAL]:.2f}",
                f"{middles[PRODUCT] / middles[QUEUE]:.2f}",
            ]
        )
    rows.append(["incomplete calls", *(str(moments[system].incomplete.total()) for system in SYSTEMS), "", ""])
    for system in SYSTEMS:
        for what, calls in moments[system].incomplete.items():
            rows.append([f"  {system}: {what}", *(str(calls) if each == system else "" for each in SYSTEMS), "", ""])
    return table(head, rows)


def _climbs_table(climbs: dict[str, Climb]) -> str:
    def row(name: str, of: dict[str, float], show: str) -> list[str]:
        values = [of[system] for system in SYSTEMS]
        ratios = [f"{of[PRODUCT] / of[other]:.2f}" if of[other] else "-" for other in (DIAL, QUEUE)]
        return [name, *(show.format(value) for value in values), *ratios]

    rows = [
        row("sustained, calls/s", {system: climbs[system].sustained for system in SYSTEMS}, "{:g}"),
        row("Asterisk CPU per call, ms", {s: 1e3 * climbs[s].asterisk_cpu_s for s in SYSTEMS}, "{:.1f}"),
        row("service CPU per call, ms", {s: 1e3 * climbs[s].service_cpu_s for s in SYSTEMS}, "{:.2f}"),
    ]
    return table(["", *SYSTEMS, "÷ Dial", "÷ Queue"], rows) + f"\nCPU at {plain(rate.CPU_RATE)} calls/s"
