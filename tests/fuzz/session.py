"""One target in a process of its own: what it finds is written to files, and it goes on.

``python -m tests.fuzz.session TARGET RUNS SECONDS FOLDER ENGINE`` with engine ``atheris`` (guided by branches) or
``blind``; ``python -m tests.fuzz.session TARGET measure FILES`` measures inputs without any instrumentation.
"""

import gc
import hashlib
import json
import random
import resource
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.catalogue import BY_NAME, LIMIT_MS, MEMORY_LIMIT_MIB, Target

SLOWEST_KEPT = 4
WRITE_EVERY_S = 0.5
ADDRESS_SPACE = 3 * 1024**3
"""More than this is a crash by MemoryError."""


class TooSlow(Exception):
    """Needs more than `LIMIT_MS`."""


class TooMuchMemory(Exception):
    """Raised the peak of the process by more than `MEMORY_LIMIT_MIB`."""


@dataclass
class Session:
    """Runs inputs and remembers what they did."""

    target: Target
    folder: Path | None = None
    limit_ms: float = float("inf")
    """An input that needs more six times is a finding at once; else the slowest are measured at the end."""
    inputs: int = 0
    slowest: list[tuple[float, bytes]] = field(default_factory=list)
    """Milliseconds of processor time, and the input; the slowest first."""
    crashes: dict[str, bytes] = field(default_factory=dict)
    """By what and where, the shortest input."""
    _written_s: float = 0.0

    def run(self, content: bytes) -> None:
        """Judge one input."""
        self.inputs += 1
        peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began_ns = time.thread_time_ns()
        try:
            self.target.judge(content)
        except (Exception, SystemExit) as error:
            self.note(error, content)
        ms = (time.thread_time_ns() - began_ns) / 1e6
        grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak_kib) / 1024
        if grown_mib > MEMORY_LIMIT_MIB and self.inputs > 1:
            self.note(TooMuchMemory(), content)
        if ms > self.limit_ms and measured_ms(self.target, content) > self.limit_ms:
            self.note(TooSlow(), content)
        if len(self.slowest) < SLOWEST_KEPT or ms > self.slowest[-1][0]:
            self.slowest = sorted([*self.slowest, (ms, content)], key=lambda one: -one[0])[:SLOWEST_KEPT]
        if self.folder is not None and time.monotonic() - self._written_s > WRITE_EVERY_S:
            self.write()

    def note(self, error: BaseException, content: bytes) -> None:
        """A finding."""
        what = where(error)
        if what not in self.crashes or len(content) < len(self.crashes[what]):
            self.crashes[what] = content
            if self.folder is not None:
                traces = self.folder / "traces.txt"
                with traces.open("a") as out:
                    print(what, *traceback.format_exception(error), file=out)
                self.write()

    def write(self) -> None:
        """What was found so far, to the folder."""
        assert self.folder is not None
        self._written_s = time.monotonic()
        for what, content in self.crashes.items():
            (self.folder / f"crash-{hashlib.sha256(what.encode()).hexdigest()[:12]}").write_bytes(content)
        for number, (_, content) in enumerate(self.slowest):
            (self.folder / f"slow-{number}").write_bytes(content)
        report = {"inputs": self.inputs, "crashes": sorted(self.crashes)}
        part = self.folder / "report.part"
        part.write_text(json.dumps(report))
        part.rename(self.folder / "report.json")


def where(error: BaseException) -> str:
    """The kind of an exception and the last two places in it: findings with the same are the same."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-2:]]
    return f"{type(error).__name__} at {' < '.join(reversed(places))}"


def blind(session: Session, runs: int, dice: random.Random, *, until_s: float = float("inf")) -> None:
    """Seeds and corpus, then changes of them, without guidance; until a finding where there is no folder."""
    pool = session.target.seeds() + [path.read_bytes() for path in session.target.corpus()]
    for number in range(runs):
        content = pool[number] if number < len(pool) else session.target.mutated(dice.choice(pool), dice)
        session.run(content[: session.target.most_bytes])
        if time.monotonic() > until_s or (session.folder is None and session.crashes):
            return


def measured_ms(target: Target, content: bytes) -> float:
    """Milliseconds of processor time for one input: the best of up to six, since a machine has other things to do."""
    best = float("inf")
    for _ in range(6):
        began_ns = time.thread_time_ns()
        target.judge(content)
        best = min(best, (time.thread_time_ns() - began_ns) / 1e6)
        if not LIMIT_MS / 4 < best < LIMIT_MS * 10:
            break
    return best


def _guided(session: Session, runs: int, seconds: float) -> None:
    """Never returns: libFuzzer ends the process."""
    import atheris

    target, folder = session.target, session.folder
    assert folder is not None
    grown = folder / "corpus"
    grown.mkdir()
    for content in target.seeds() + [path.read_bytes() for path in target.corpus()]:
        (grown / hashlib.sha256(content).hexdigest()[:16]).write_bytes(content)

    def mutated(content: bytes, most_bytes: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if dice.random() < 0.4:
            found: bytes = atheris.Mutate(content, most_bytes)
            return found
        return target.mutated(content, dice)[:most_bytes]

    def run(content: bytes) -> None:
        session.run(content)
        if session.inputs >= runs:
            session.write()

    options = (f"-runs={runs}", f"-max_total_time={int(seconds)}", f"-max_len={target.most_bytes}", "-len_control=0")
    quiet = ("-timeout=30", "-rss_limit_mb=2500", f"-artifact_prefix={folder}/native-", "-print_final_stats=0")
    atheris.Setup([sys.argv[0], *options, *quiet, str(grown)], run, custom_mutator=mutated)
    atheris.Fuzz()


def main() -> None:
    name, *rest = sys.argv[1:]
    target = BY_NAME[name]
    if rest[0] == "measure":
        for path in rest[1:]:
            try:
                print(f"{measured_ms(target, Path(path).read_bytes()):.3f}")
            except Exception:
                print("nan")  # a crash; it is told elsewhere
        return
    runs, seconds, folder, engine = int(rest[0]), float(rest[1]), Path(rest[2]), rest[3]
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    if engine == "atheris":
        import atheris

        with atheris.instrument_imports(include=list(target.covers), enable_loader_override=False):
            target.judge  # noqa: B018 (imports)
    session = Session(target, folder)
    target.seeds()
    gc.collect()
    gc.freeze()
    if engine == "atheris":
        _guided(session, runs, seconds)
    blind(session, runs, random.Random(), until_s=time.monotonic() + seconds)
    session.write()


if __name__ == "__main__":
    main()
