"""``python -m tests.bench [NAME…]``: run the benchmarks, or some; figures go to build/bench/NAME.json.

``python -m tests.bench NAME --OPTION…`` passes the options on. Nothing here asserts a wall-clock time: a missed goal is
printed, and the exit status stays 0.
"""

import sys
from collections.abc import Callable, Sequence

from tests.bench import machine, path, rosters, surge, waiting
from tests.bench.figures import Findings, table

BENCHMARKS = {"machine": machine.run, "path": path.run, "rosters": rosters.run, "waiting": waiting.run}
"""Those that run when nothing is asked for."""
WITH_OPTIONS: dict[str, Callable[[Sequence[str]], Findings]] = {"surge": surge.run}
"""Those that take options; they take long, too."""


def main() -> int:
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    if names and names[0] in WITH_OPTIONS:
        return _run(names[0], sys.argv[sys.argv.index(names[0]) + 1 :])
    names = sys.argv[1:] or list(BENCHMARKS)
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join((*BENCHMARKS, *WITH_OPTIONS))}", file=sys.stderr)
        return 2
    for name in names:
        _run(name, None)
    return 0


def _run(name: str, options: Sequence[str] | None) -> int:
    print(f"== {name}\n", flush=True)
    findings = BENCHMARKS[name]() if options is None else WITH_OPTIONS[name](options)
    if findings.goals:
        print("\n" + table(("goal", "value", "bound", ""), [goal.row() for goal in findings.goals]))
    print(f"\nwritten: {findings.write()}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
