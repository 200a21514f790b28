"""``python -m tests.faults.one STAGE/FAULT SEED OUT``: one cell in a process of its own."""

import asyncio
import json
import signal
import sys
import traceback
from pathlib import Path

from tests.faults.clock import NoClock
from tests.faults.evidence import Evidence, to_data
from tests.faults.faults.fault import NotStruck
from tests.faults.matrix import CELLS
from tests.faults.play import play


async def _played(name: str, seed: int) -> Evidence:
    """A cell that is told to end clears its Asterisk away; SIGINT alone would not do, since a shell's background has it
    ignored."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await play(CELLS[name], seed)


def main(name: str, seed: str, out: str) -> int:
    told: dict[str, object]
    try:
        told = {"evidence": to_data(asyncio.run(_played(name, int(seed))))}
    except (NotStruck, NoClock) as error:
        told = {"not_run": str(error)}
    except (Exception, asyncio.CancelledError) as error:
        told = {"broken": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
    Path(out).write_text(json.dumps(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
