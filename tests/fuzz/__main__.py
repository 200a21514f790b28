"""``make fuzz``: a million inputs for all parsers, guided by their branches, in bounded time; then a table.

A finding is an exception that is not documented, a property that does not hold, an input of more than 100 ms, or one
that takes too much memory. It is written to ``build/fuzz/TARGET/crash-…``: put it into tests/fuzz/corpus/TARGET/ once
it is mended, so that every `make check` runs it again. What finds new branches is kept with ``--keep``.
"""

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.catalogue import BY_NAME, CORPUS, LIMIT_MS, TARGETS, Target

BUILD = Path(__file__).parents[2] / "build/fuzz"
DEFAULT_S = 1200
_STATE = re.compile(r"#\d+\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one target."""

    target: Target
    inputs: int
    edges: int | None
    """Branches that were taken; None without guidance."""
    corpus: int
    slowest_ms: float
    """Measured again without instrumentation."""
    findings: tuple[str, ...]
    took_s: float


def main() -> int:
    asked = _arguments()
    targets = [BY_NAME[name] for name in asked.target] or list(TARGETS)
    guided = importlib.util.find_spec("atheris") is not None and not asked.blind
    if not guided:
        print("without atheris: inputs are changed by chance alone", flush=True)
    until_s = time.monotonic() + asked.seconds
    share = 1.0 if asked.inputs is None else asked.inputs / sum(target.inputs for target in targets)
    print(f"{'target':16}{'inputs':>10}{'edges':>8}{'kept':>6}{'slowest ms':>12}{'findings':>10}{'took s':>8}")
    with ThreadPoolExecutor(asked.jobs) as pool:
        runs = [
            pool.submit(_fuzzed, target, max(1, round(target.inputs * share)), until_s, guided=guided)
            for target in sorted(targets, key=_expected_s, reverse=True)
        ]
        results = []
        for run in runs:
            results.append(run.result())
            _show(results[-1])
    total, found = sum(result.inputs for result in results), sum(len(result.findings) for result in results)
    slowest_ms = max(result.slowest_ms for result in results)
    print(f"{'all':16}{total:>10,}{'':>8}{'':>6}{slowest_ms:>12.1f}{found:>10}")
    for result in results:
        for finding in result.findings:
            print(f"✗ {result.target.name}: {finding} (build/fuzz/{result.target.name}/)")
    if asked.keep:
        for target in targets:
            _keep(target)
    return 1 if found else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz ARGS='…'", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--target", action="append", default=[], choices=sorted(BY_NAME), help="only this one; repeatable"
    )
    parser.add_argument("--inputs", type=int, help="so many in all, in place of 1,000,000 for all targets")
    parser.add_argument("--seconds", type=float, default=DEFAULT_S, help=f"stop after so long ({DEFAULT_S})")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="targets at a time")
    parser.add_argument("--blind", action="store_true", help="by chance alone, also where atheris is installed")
    parser.add_argument("--keep", action="store_true", help="keep in tests/fuzz/corpus what takes new branches")
    return parser.parse_args()


def _expected_s(target: Target) -> float:
    """A roster takes a hundred times as long as a line of a protocol: it begins first, so that all end together."""
    return {"roster-files": 9.0, "survival-rows": 8.0, "xlsx-sheets": 7.0, "csv-sheets": 6.0, "ami-events": 5.0}.get(
        target.name, target.inputs / 1e5
    )


def _fuzzed(target: Target, runs: int, until_s: float, *, guided: bool) -> Result:
    folder = BUILD / target.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began_s = time.monotonic()
    left_s = max(1.0, until_s - began_s)
    words = [sys.executable, "-m", "tests.fuzz.session", target.name]
    with (folder / "log.txt").open("wb") as log:
        ended = subprocess.run(
            [*words, str(runs), str(left_s), str(folder), "atheris" if guided else "blind"],
            stdout=log,
            stderr=log,
            check=False,
            timeout=left_s + 120,
        )
    text = (folder / "log.txt").read_text(errors="replace")
    states = _STATE.findall(text)
    told = json.loads((folder / "report.json").read_text()) if (folder / "report.json").exists() else {}
    findings = list(told.get("crashes", ()))
    if ended.returncode != 0 or not told:
        findings.append(f"the process ended with {ended.returncode}: {' '.join(text.split()[-12:])}")
    slowest_ms = _slowest_ms(words, folder, findings)
    return Result(
        target=target,
        inputs=told.get("inputs", 0),
        edges=int(states[-1][0]) if states else None,
        corpus=int(states[-1][2]) if states else 0,
        slowest_ms=slowest_ms,
        findings=tuple(findings),
        took_s=time.monotonic() - began_s,
    )


def _slowest_ms(words: list[str], folder: Path, findings: list[str]) -> float:
    """The slowest inputs again, without instrumentation; those over the limit become findings."""
    paths = sorted(folder.glob("slow-*"))
    told = subprocess.run(
        [*words, "measure", *map(str, paths)], capture_output=True, text=True, check=True, timeout=120
    ).stdout.split()
    worst_ms = 0.0
    for path, word in zip(paths, told, strict=True):
        ms = float(word)
        if ms > LIMIT_MS:
            path.rename(path.with_name(f"crash-{path.name}"))
            findings.append(f"{ms:.0f} ms, more than {LIMIT_MS:.0f}, in crash-{path.name}")
        worst_ms = max(worst_ms, ms if ms == ms else 0.0)
    return worst_ms


def _show(result: Result) -> None:
    edges = "–" if result.edges is None else f"{result.edges:,}"
    print(
        f"{result.target.name:16}{result.inputs:>10,}{edges:>8}{result.corpus:>6}{result.slowest_ms:>12.1f}"
        f"{len(result.findings):>10}{result.took_s:>8.0f}",
        flush=True,
    )


def _keep(target: Target) -> None:
    """The corpus and what was found, as few as take all their branches. Mended crashes (``crash-…``) stay."""
    from tests.fuzz.reach import smallest

    folder = CORPUS / target.name
    folder.mkdir(exist_ok=True)
    grown = (BUILD / target.name / "corpus").glob("*")
    old = [path for path in target.corpus() if not path.name.startswith("crash-")]
    kept = smallest(target, [path.read_bytes() for path in (*old, *grown)])
    for path in old:
        path.unlink()
    for content in kept:
        (folder / hashlib.sha256(content).hexdigest()[:12]).write_bytes(content)
    print(f"{target.name}: {len(kept)} inputs kept, {sum(map(len, kept)):,} bytes")


if __name__ == "__main__":
    raise SystemExit(main())
