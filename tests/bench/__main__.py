"""``python -m tests.bench [NAME]``: run the benchmarks, or one; figures go to build/bench/NAME.json.

Nothing here asserts a wall-clock time: a missed goal is printed, and the exit status stays 0.
"""

import sys

from tests.bench import machine, path, rosters
from tests.bench.figures import table

BENCHMARKS = {"machine": machine.run, "path": path.run, "rosters": rosters.run}


def main() -> int:
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    for name in names:
        print(f"== {name}\n", flush=True)
        findings = BENCHMARKS[name]()
        if findings.goals:
            print("\n" + table(("goal", "value", "bound", ""), [goal.row() for goal in findings.goals]))
        print(f"\nwritten: {findings.write()}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
