"""``python -m tests.chaos chaos|crash|soak [--calls N] [--rate R] [--seed S] [--faults N] [--lines N]``

chaos  calls under random faults of the service and its links; 0 may be lost
crash  the same with SIGKILL of Asterisk: calls that are up then are lost by design, nothing may stay behind
soak   short talks, many of them, and afterwards a look for whatever is too many or too few

Exit status 1 when anything failed.
"""

import argparse
import asyncio
import sys

from tests.chaos import report, schedule, soak
from tests.chaos.house import open_house
from tests.chaos.judge import judge
from tests.chaos.lines import RING_TIMEOUT_S
from tests.chaos.people import BUSY_DAY, Draws
from tests.chaos.play import play

CALM_S = 4.0
"""At the beginning and at the end: all is well when callers begin to come."""
BOUND_S = RING_TIMEOUT_S + 3.0
"""A phone that nobody can stop stops by itself."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", allow_abbrev=False)
    parser.add_argument("what", choices=("chaos", "crash", "soak"))
    parser.add_argument("--calls", type=int, help="3000; crash: 600; soak: 20000")
    parser.add_argument("--rate", type=float, help="calls per second: 5; soak: 6")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, help="how many, about; by default one every 6 s (crash: 40 s)")
    parser.add_argument("--lines", type=int, default=16)
    parser.add_argument("--record", action="store_true", help="put the report into tests/chaos/RESULTS.md")
    asked = parser.parse_args()
    if asked.what == "soak":
        work = soak.run(asked.calls or 20_000, asked.rate or 6.0, asked.seed, asked.faults, asked.lines, asked.record)
    else:
        calls = asked.calls or (3000 if asked.what == "chaos" else 600)
        work = run(asked.what, calls, asked.rate or 5.0, asked.seed, asked.faults, asked.lines, asked.record)
    return asyncio.run(work)


async def run(what: str, calls: int, rate: float, seed: int, faults: int | None, lines: int, record: bool) -> int:
    lasts_s = calls / rate
    weights = schedule.CHAOS if what == "chaos" else schedule.CRASH
    every_s = lasts_s / faults if faults else (6.0 if what == "chaos" else 40.0)
    draws = Draws(seed=seed, habits=BUSY_DAY)
    plans = draws.callers(calls, rate, lines)
    blows = schedule.blows(seed, weights, begins_s=CALM_S, until_s=max(CALM_S, lasts_s - CALM_S), every_s=every_s)
    terms = {"what": what, "calls": calls, "rate": rate, "seed": seed, "lines": lines, "fault_every_s": every_s}
    print(f"{what}: {calls} calls at {rate:g}/s on {lines} lines, seed {seed}; {len(blows)} faults", flush=True)
    async with open_house(lines, draws) as house:
        await house.start_service()
        played = await play(house, plans, blows, tell=lambda line: print(line, flush=True))
        verdict = judge(played.evidence, ring_bound_s=BOUND_S)
        verdict.left += [f"replay does not prove run {run}" for run in played.unproved]
        text = report.told(played.evidence, verdict, played)
        print("\n" + text)
        if verdict.failures:
            print("\n" + report.failures(played.evidence, verdict))
        if record:
            report.record(what, text, verdict, terms)
        print(f"\nwritten: {report.write(what, played.evidence, verdict, played, terms)}")
    print("Verdict: " + (f"{len(verdict.failures)} FAILURES" if verdict.failures else f"0 of {calls} calls were lost"))
    return 1 if verdict.failures else 0


if __name__ == "__main__":
    sys.exit(main())
