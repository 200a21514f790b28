"""``soak``: many short talks with faults of the service, then a look for whatever is too many or too few.

In the first half the service is killed, stopped and frozen as well; in the second its process lives on, through frozen
moments and AMI cuts, so that its memory can be seen to grow or not. Growth is the median of the last tenth of the
samples of the second half against the first tenth, after a warm-up of a fifth of it. The first half is the warm-up of
Asterisk too: without the service it rings everybody of a line for each caller, and of its memory (glibc's arenas, one
for many threads) a peak is not given back.
"""

import asyncio
import os
import signal
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.figures import table
from tests.chaos import report, schedule
from tests.chaos.books import BOUNDED, EXECUTOR_THREADS, GROWTH, Counts, Rows, Sample, growth, miscounted, surplus
from tests.chaos.house import House, open_house
from tests.chaos.judge import Verdict, judge, seen_whole
from tests.chaos.lines import RING_TIMEOUT_S
from tests.chaos.people import SHORT_TALKS, Draws
from tests.chaos.play import Played, play, warm_up

FAULT_EVERY_S = 12.0
CALM_S = 4.0
CENSUS_S = 5.0
SETTLES_S = 50.0
"""After the last call, until all has come to rest: for 45 s after a start, or a lost link, the service still waits for
news of Asterisk's phones."""
PBX_THREADS = 40
"""Asterisk's pools grow with the load, and shrink when they have been idle for a minute."""
WARM_CALLS = 100
"""Before anything is counted."""
WARM = 0.6
"""Share of the run, of which the second half begins at 0.5: by then Asterisk has seen every kind of fault, and the
service has run for a while."""


class Books:
    """Counts before and after, and memory meanwhile."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.pbx: list[Sample] = []
        self.service: list[Sample] = []
        self.before: dict[str, Counts] = {}
        self.after: dict[str, Counts] = {}

    async def open(self) -> None:
        self.before = await self._count()

    async def close(self) -> None:
        await asyncio.sleep(SETTLES_S)
        self.after = await self._count()

    def sample(self, at_s: float) -> None:
        pids = self._house.service_pids()
        with suppress(OSError, IndexError):
            self.service.append(Sample(at_s=at_s, pid=pids[0], kib=_rss_kib(pids[0])))
        pid = self._house.stage.pbx.pid
        self.pbx.append(Sample(at_s=at_s, pid=pid, kib=_rss_kib(pid)))

    async def _count(self) -> dict[str, Counts]:
        (pid,) = self._house.service_pids()
        census = await self._census(pid)
        pbx = self._house.stage.pbx.pid
        files = _files(pbx)
        service = Counts(
            fds=census["fds"],
            threads=census["threads"],
            locks=await _locks(pid),
            tasks=census["tasks"],
            held=census["held"],
            files=_files(pid),
        )
        return {
            "the service": service,
            "Asterisk": Counts(fds=len(files), threads=_threads(pbx), locks=await _locks(pbx), files=files),
        }

    async def _census(self, pid: int) -> dict[str, Any]:
        """What the service says of itself at SIGUSR2."""
        before = self._censuses()
        os.kill(pid, signal.SIGUSR2)
        async with asyncio.timeout(CENSUS_S):
            while len(found := self._censuses()) == len(before):
                await asyncio.sleep(0.1)
        return found[-1]

    def _censuses(self) -> list[dict[str, Any]]:
        return [line for line in self._house.stage.logged() if line.get("event") == "census"]


def _rss_kib(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * (os.sysconf("SC_PAGE_SIZE") // 1024)


def _files(pid: int) -> list[str]:
    """What its descriptors are of; of sockets and the like only the kind."""
    found = []
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            found.append(str(path.readlink()).partition(":[")[0])
    return sorted(found)


def _threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


async def _locks(pid: int) -> int:
    """Those that last: a transaction's lock is gone a moment later."""
    counts = []
    for _ in range(10):
        counts.append(_locks_now(pid))
        await asyncio.sleep(0.1)
    return min(counts)


def _locks_now(pid: int) -> int:
    return sum(line.split()[4] == str(pid) for line in Path("/proc/locks").read_text().splitlines() if "->" not in line)


def rows_of(journal_path: Path) -> Rows:
    with closing(sqlite3.connect(f"file:{journal_path}?mode=ro", uri=True)) as journal:

        def column(query: str) -> frozenset[str]:
            return frozenset(row[0] for row in journal.execute(query))

        facts: dict[str, list[str]] = {}
        for call, fact in journal.execute("SELECT call, fact FROM fact ORDER BY call, seq"):
            facts.setdefault(call, []).append(fact)
        tables = column("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return Rows(
            calls=column("SELECT call FROM call"),
            facts=facts,
            legs=dict(journal.execute("SELECT call, count(*) FROM leg GROUP BY call")),
            messages=column("SELECT file FROM message"),
            numbers=column("SELECT call FROM caller_number"),
            tokens=column("SELECT call FROM caller_token"),
            runs=len(column("SELECT run FROM run")),
            counts={table: journal.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in sorted(tables)},
        )


def weigh(house: House, books: Books, played: Played, verdict: Verdict, lasts_s: float) -> dict[str, Any]:
    """Add what is wrong to the verdict; the figures."""
    evidence = played.evidence
    for what, spare in (("the service", EXECUTOR_THREADS), ("Asterisk", PBX_THREADS)):
        verdict.left += surplus(what, books.before[what], books.after[what], spare_threads=spare)
    rows = rows_of(house.stage.state / "journal.sqlite")
    verdict.left += miscounted(
        rows,
        files=frozenset(path.name for path in house.stage.pbx.messages.glob("*.wav")),
        whole=frozenset(
            evidence.channels[call.sip_id] for call in seen_whole(evidence) if call.sip_id in evidence.channels
        ),
        known=frozenset(evidence.channels.values()),
        starts=house.ends() + 1,
        ready=len(house.logged("ready")),
        rosters=1,
    )
    verdict.left += [
        f"{name} is left in the state folder"
        for name in played.state_files
        if name.endswith((".spool", ".refused", "-wal", "-shm", ".tmp"))
    ]
    grown = {}
    for what, samples in (("Asterisk", books.pbx), ("the service", books.service)):
        grown[what] = by = growth(samples, since_s=WARM * lasts_s)
        if by is None or by >= GROWTH:
            verdict.left.append(f"the memory of {what} grew by {'?' if by is None else f'{100 * by:.1f}'} %")
    return {
        "growth_percent": {what: None if by is None else round(100 * by, 2) for what, by in grown.items()},
        "rss_mib": {
            what: [round(sample.kib / 1024, 1) for sample in _few(samples)]
            for what, samples in (("Asterisk", books.pbx), ("the service", books.service))
        },
        "idle": {
            what: {
                name: [getattr(books.before[what], name), getattr(books.after[what], name)]
                for name in ("fds", "threads", "locks", "tasks")
            }
            for what in books.before
        },
        "held": dict(books.after["the service"].held or {}),
        "rows": dict(rows.counts),
        "starts": len(house.logged("ready")),
    }


def _told(figures: dict[str, Any]) -> str:
    rows = [
        [what, *(f"{before} / {after}" for before, after in counts.values())]
        for what, counts in figures["idle"].items()
    ]
    grown = ", ".join(
        f"{what} {'?' if by is None else f'{by:+.1f} %'}" for what, by in figures["growth_percent"].items()
    )
    kept = ", ".join(f"{name} {count}" for name, count in figures["held"].items() if name in BOUNDED)
    tables = ", ".join(f"{name} {count}" for name, count in figures["rows"].items() if count)
    return (
        table(["before / after, idle", "fds", "threads", "locks", "tasks"], rows)
        + f"\n\nmemory after the warm-up: {grown}\nremembered of calls that are over: {kept}\nrows: {tables}\n"
        f"starts of the service: {figures['starts']}"
    )


def _few(samples: Sequence[Sample]) -> Sequence[Sample]:
    return samples[:: max(1, len(samples) // 40)]


async def run(calls: int, rate: float, seed: int, faults: int | None, lines: int, record: bool) -> int:
    """The whole soak; the exit status."""
    lasts_s = calls / rate
    every_s = lasts_s / faults if faults else FAULT_EVERY_S
    draws = Draws(seed=seed, habits=SHORT_TALKS)
    half_s = lasts_s / 2
    blows = schedule.blows(seed, schedule.SOAK, begins_s=CALM_S, until_s=half_s - 2 * CALM_S, every_s=every_s)
    blows += schedule.blows(
        seed,
        schedule.RUNS_ON,
        begins_s=half_s + CALM_S,
        until_s=lasts_s - CALM_S,
        every_s=every_s,
        lasts_s=schedule.RUNS_ON_S,
    )
    terms = {"what": "soak", "calls": calls, "rate": rate, "seed": seed, "lines": lines, "fault_every_s": every_s}
    print(f"soak: {calls} calls at {rate:g}/s on {lines} lines, seed {seed}; {len(blows)} faults", flush=True)
    async with open_house(lines, draws) as house:
        await house.start_service()
        callers = draws.callers(WARM_CALLS + calls, rate, lines)
        warm, plans = callers[:WARM_CALLS], callers[WARM_CALLS:]
        await warm_up(house, warm)
        await asyncio.sleep(SETTLES_S)
        books = Books(house)
        await books.open()
        played = await play(
            house,
            [replace(plan, arrives_s=plan.arrives_s - warm[-1].arrives_s) for plan in plans],
            blows,
            tell=lambda line: print(line, flush=True),
            meanwhile=books.sample,
            afterwards=books.close,
        )
        verdict = judge(played.evidence, ring_bound_s=RING_TIMEOUT_S + 3.0)
        verdict.left += [f"replay does not prove run {run}" for run in played.unproved]
        figures = weigh(house, books, played, verdict, lasts_s)
        text = report.told(played.evidence, verdict, played) + "\n\n" + _told(figures)
        print("\n" + text)
        if verdict.failures:
            print("\n" + report.failures(played.evidence, verdict))
        if record:
            report.record("soak", text, verdict, terms)
        print(f"\nwritten: {report.write('soak', played.evidence, verdict, played, terms | figures)}")
    print("Verdict: " + (f"{len(verdict.failures)} FAILURES" if verdict.failures else "nothing is left, nothing grew"))
    return 1 if verdict.failures else 0
