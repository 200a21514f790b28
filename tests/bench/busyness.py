"""How busy the machine was while something was measured on it, second by second, whoever kept it busy."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

from tests.bench.figures import percentile

STAT = Path("/proc/stat")
EVERY_S = 1.0
BUSY = 0.95


class Busyness:
    """The share of all CPUs that worked, and how late this process came to its own turns."""

    def __init__(self) -> None:
        self.shares: list[float] = []
        """One per second, from 0 to 1."""
        self.late_s: list[float] = []
        """By how much longer than asked a sleep lasted: what the simulated phones are late by."""

    async def watch(self) -> None:
        """Until it is cancelled."""
        before, at = _idle_s(), time.monotonic()
        while True:
            await asyncio.sleep(EVERY_S)
            now, then = time.monotonic(), at
            idle_s, at = _idle_s(), now
            self.late_s.append(max(0.0, now - then - EVERY_S))
            self.shares.append(max(0.0, 1 - (idle_s - before) / ((now - then) * (os.cpu_count() or 1))))
            before = idle_s

    def figures(self) -> dict[str, Any]:
        return {
            "seconds": len(self.shares),
            "cpu_mean": round(sum(self.shares) / max(1, len(self.shares)), 3),
            "cpu_p99": round(percentile(self.shares, 0.99), 3) if self.shares else None,
            "seconds_full": sum(share >= BUSY for share in self.shares),
            "phones_late_p99_ms": round(1e3 * percentile(self.late_s, 0.99), 1) if self.late_s else None,
        }

    def __str__(self) -> str:
        figures = self.figures()
        return (
            f"CPU {100 * figures['cpu_mean']:.0f} % on average, full in {figures['seconds_full']} of "
            f"{figures['seconds']} s; phones late by at most {figures['phones_late_p99_ms']} ms (p99)"
        )


def _idle_s() -> float:
    """CPU seconds of all CPUs that nobody used so far: idle and iowait, proc(5)."""
    fields = STAT.read_text().split("\n", 1)[0].split()
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")
