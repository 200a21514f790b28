"""``python -m hotline_agi.simulation``: this product against queues, for whoever tunes the dispatcher."""

import argparse
import sys

from hotline_agi import table
from hotline_agi.simulation.comparison import SYSTEMS, compare, goals
from hotline_agi.simulation.figures import Figures
from hotline_agi.simulation.loads import Load

_COLUMNS = (
    "load", "system", "calls", "answered", "in 30 s", "±", "mean wait", "p90 wait", "rings/answ.", "min talks",
    "max talks", "double", "endless", "wrong",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m hotline_agi.simulation", description=__doc__)
    parser.add_argument("--load", action="append", choices=[load.value for load in Load], help="all if left out")
    parser.add_argument("--runs", type=int, default=20, help="worlds per load (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the first world; the others follow (1)")
    given = parser.parse_args(arguments)
    loads = [Load(name) for name in given.load or list(Load)]
    found = compare(loads, range(given.seed, given.seed + given.runs))
    rows = [(load, system, *_row(found[load][system])) for load in found for system in SYSTEMS]
    table.table(f"{given.runs} worlds per load, seeds from {given.seed}", _COLUMNS, rows)
    table.note("")
    judged = goals(found)
    table.table(
        "goals",
        ("goal", "seen", "bound", ""),
        [
            (
                one.name,
                f"{one.ratio:.3f}",
                f">= {one.least:g}" if one.least is not None else f"<= {one.most:g}",
                "met" if one.is_met else "MISSED",
            )
            for one in judged
        ],
    )
    return 0 if all(one.is_met for one in judged) else 1


def _row(one: Figures) -> tuple[str, ...]:
    return (
        f"{one.calls}",
        f"{one.answered:.3f}",
        f"{one.within:.3f}",
        f"{one.within_error:.3f}",
        f"{one.mean_wait_s:.1f}",
        f"{one.p90_wait_s:.1f}",
        f"{one.rings_per_answered:.2f}",
        f"{one.least_talks:.1f}",
        f"{one.most_talks:.1f}",
        f"{one.double_rings}",
        f"{one.endless}",
        f"{one.wrong}",
    )


if __name__ == "__main__":
    sys.exit(main())
