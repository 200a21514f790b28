"""``python -m tests.faults.one STAGE/FAULT SEED OUT``: one cell in a process of its own."""

import asyncio
import json
import sys
import traceback
from pathlib import Path

from tests.faults.clock import NoClock
from tests.faults.evidence import to_data
from tests.faults.faults.fault import NotStruck
from tests.faults.matrix import CELLS
from tests.faults.play import play


def main(name: str, seed: str, out: str) -> int:
    told: dict[str, object]
    try:
        told = {"evidence": to_data(asyncio.run(play(CELLS[name], int(seed))))}
    except (NotStruck, NoClock) as error:
        told = {"not_run": str(error)}
    except Exception as error:
        told = {"broken": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
    Path(out).write_text(json.dumps(told), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
