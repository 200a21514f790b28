"""``python -m tests.faults``: the fault matrix on real Asterisks; exit status 1 if a cell is bad.

Each cell is played in a process of its own, some at a time. `--stage`, `--fault` and `--cell` (any of them several
times) select; what was seen is kept in build/faults/. `--keep` adds to what an earlier run left there instead of
replacing it; with `--jobs 0` nothing is played, and what is there is judged anew.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from hotline_agi.lab.install import asterisk
from tests.faults import results
from tests.faults.cell import Cell
from tests.faults.evidence import from_data
from tests.faults.faults import FAULTS
from tests.faults.matrix import CELLS
from tests.faults.results import Result
from tests.faults.stages import STAGES

CELL_TIMEOUT_S = 240.0
CLEARS_AWAY_S = 20.0
TRIES = 3
"""A fault that missed its stage by some milliseconds is tried again; a cell that ran is never played twice."""


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    cells = [
        cell
        for cell in CELLS.values()
        if (not options.stage or cell.stage in options.stage)
        and (not options.fault or cell.fault in options.fault)
        and (not options.cell or cell.name in options.cell)
    ]
    if not cells:
        print("no cell of the matrix has that stage and that fault", file=sys.stderr)
        return 2
    asterisk(print)
    began = time.monotonic()
    earlier = results.earlier() if options.keep or not options.jobs else {}
    played = asyncio.run(_play_all(cells, options.seed, options.jobs, earlier)) if options.jobs else []
    found = results.in_order(earlier, played)
    text, data = results.write(found)
    print("\n" + results.table(found))
    print("\n".join(["", *results.worst(found)]))
    print("\n".join(["", *results.bad(found)]))
    print(f"\n{results.summary(found)} in {(time.monotonic() - began) / 60:.1f} min; {text}, {data}")
    return 0 if all(result.is_good for result in found) else 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__.split("\n")[0])
    parser.add_argument("--stage", action="append", choices=list(STAGES), metavar="STAGE", help=", ".join(STAGES))
    parser.add_argument("--fault", action="append", choices=list(FAULTS), metavar="FAULT", help=", ".join(FAULTS))
    parser.add_argument("--cell", action="append", choices=list(CELLS), metavar="STAGE/FAULT", help="one of them")
    parser.add_argument("--seed", type=int, default=1, help="of the dice of bad networks")
    parser.add_argument("--jobs", type=int, default=3, help="cells that are played at a time; 0: judge what is there")
    parser.add_argument("--keep", action="store_true", help="keep what earlier runs found of other cells")
    return parser.parse_args(argv)


async def _play_all(cells: Sequence[Cell], seed: int, jobs: int, earlier: Mapping[str, Result]) -> list[Result]:
    """All cells, some at a time; returned in their own order."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    turn = asyncio.Semaphore(jobs)
    done: dict[str, Result] = {}

    async def one(cell: Cell) -> None:
        async with turn:
            began = time.monotonic()
            result = done[cell.name] = await _play(cell, seed)
            took_s = time.monotonic() - began
            print(f"{len(done):4}/{len(cells)} {cell.name}: {result.said()} ({took_s:.0f} s)", flush=True)
            results.write(results.in_order(earlier, done.values()))  # a run that is stopped leaves what it saw
            for line in results.bad([result]):
                print(f"        {line}", flush=True)

    await asyncio.gather(*(one(cell) for cell in cells))
    return [done[cell.name] for cell in cells]


async def _play(cell: Cell, seed: int) -> Result:
    result = Result(cell=cell, not_run="not tried")
    for number in range(TRIES):
        result = await _play_once(cell, seed + number)
        if not result.not_run:
            break
    return result


async def _play_once(cell: Cell, seed: int) -> Result:
    with tempfile.TemporaryDirectory(prefix="hotline-cell-") as folder:
        out = Path(folder) / "told.json"
        words = ("-m", "tests.faults.one", cell.name, str(seed), str(out))
        process = await asyncio.create_subprocess_exec(
            sys.executable, *words, stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with asyncio.timeout(CELL_TIMEOUT_S):
                _, said = await process.communicate()
        except TimeoutError:
            return Result(cell=cell, broken=f"not over after {CELL_TIMEOUT_S:g} s")
        finally:
            await _end(process)
        return _told(cell, out, said)


async def _end(process: asyncio.subprocess.Process) -> None:
    """A cell that is given up clears its Asterisk away."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(CLEARS_AWAY_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _told(cell: Cell, out: Path, said: bytes) -> Result:
    try:
        told = json.loads(out.read_text())
    except (OSError, ValueError):
        return Result(cell=cell, broken=said.decode(errors="replace")[-500:])
    if "evidence" in told:
        return Result.of(cell, from_data(told["evidence"]))
    if "not_run" in told:
        return Result(cell=cell, not_run=told["not_run"])
    return Result(cell=cell, broken=told["broken"])


if __name__ == "__main__":
    sys.exit(main())
