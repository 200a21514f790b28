"""Whether anything is too many or too few after a soak: counts before and after, rows against rows. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

GROWTH = 0.05
"""Of memory, after the warm-up, at most."""
CALLERS = 20_000
"""As many as call in a soak are known for a day: the limits of callers ask for it (`dispatch/caller_book.py`)."""
BOUNDED = {
    "Switchboard.departed": 4096,
    "Switchboard.tried": 4096,
    "Switchboard.ignored": 40,
    "Recognition._told": 4096,
    "Deadlines._heap": 200,
    "Pool._heap": 400,
    "Node._cancels": 200,
    "Recent._at": 5000,
    "_Minute.by_number": 61 * 50,
    "Callers.known": CALLERS,
    "Known": CALLERS,
    "Known.calls": 2 * CALLERS,
    "Known.talks": 2 * CALLERS,
    # callers who were lost while the service was frozen are alarms of their lines, for an hour
    **dict.fromkeys(("Alarm", "AlarmBook._on", "AlarmBook._seen", "AlarmBook.alarms", "Condition", "_Seen"), 64),
    **dict.fromkeys(("Recent", "Watch._nobody", "Watch._uncertain"), 64),
    **dict.fromkeys(("Envelope._minutes", "_Minute"), 61),
}
"""What may be more than at the beginning, and how much: memories of calls that are over."""
SOME = 12
"""Of everything else: as much as that may come and go with the hour of the day."""
EXECUTOR_THREADS = 6
"""asyncio's pool for what blocks grows on demand and keeps its threads: processors + 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """One idle process."""

    fds: int
    threads: int
    locks: int
    """Of files, by /proc/locks."""
    tasks: int = 0
    """Of asyncio; the service's only."""
    files: Sequence[str] = ()
    """What the descriptors are of; for whoever looks into a surplus."""
    held: Mapping[str, int] | None = None
    """As `hotline_agi.census.of_objects` counts; the service's only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Resident memory at one moment."""

    at_s: float
    """After the beginning."""
    pid: int
    kib: int


def surplus(what: str, before: Counts, after: Counts, *, spare_threads: int) -> list[str]:
    """In words, what an idle process has more or fewer of than it had when it was new.

    :param spare_threads: so many more a pool may have made.
    """
    found = [
        f"{what} has {now} {name}, and had {then}"
        for name, then, now in (
            ("file descriptors", before.fds, after.fds),
            ("tasks", before.tasks, after.tasks),
            ("locks", before.locks, after.locks),
        )
        if now != then
    ]
    if after.fds != before.fds:
        found[0] += f": more {sorted((Counter(after.files) - Counter(before.files)).elements())}"
        found[0] += f", fewer {sorted((Counter(before.files) - Counter(after.files)).elements())}"
    if after.threads > before.threads + spare_threads:
        found.append(f"{what} has {after.threads} threads, and had {before.threads}")
    then_held, now_held = before.held or {}, after.held or {}
    for name, now in now_held.items():
        most = BOUNDED.get(name, then_held.get(name, 0) + SOME)
        if now > most:
            found.append(f"{what} holds {now} in {name}, and held {then_held.get(name, 0)}")
    return found


def growth(samples: Sequence[Sample], *, since_s: float) -> float | None:
    """By which share the memory of the last process grew after `since_s`: the median of the last tenth of its samples
    against that of the first tenth. None: too few samples."""
    if not samples:
        return None
    own = [sample.kib for sample in samples if sample.pid == samples[-1].pid and sample.at_s >= since_s]
    tenth = max(2, len(own) // 10)
    if len(own) < 2 * tenth:
        return None
    return median(own[-tenth:]) / median(own[:tenth]) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The journal's tables, as far as they must agree."""

    calls: frozenset[str]
    facts: Mapping[str, Sequence[str]]
    """Call → its facts, in order."""
    legs: Mapping[str, int]
    """Call → its legs."""
    messages: frozenset[str]
    """Names of files."""
    numbers: frozenset[str]
    tokens: frozenset[str]
    runs: int
    counts: Mapping[str, int]
    """Table → rows."""


def miscounted(
    rows: Rows,
    *,
    files: frozenset[str],
    known: frozenset[str],
    whole: frozenset[str],
    starts: int,
    ready: int,
    rosters: int,
) -> list[str]:
    """In words, rows that are too many or too few.

    :param files: names in the folder of messages.
    :param known: all calls that were made.
    :param whole: calls during which the service was never blind: nothing of them may be missing.
    :param starts: how often the service was started; `ready`: how often it got to serve.
    :param rosters: how many rosters were in force.
    """
    found = []
    for table, keys in (("fact", set(rows.facts)), ("leg", set(rows.legs))):
        found += [f"{table}: rows of {call}, which has no record" for call in sorted(keys - rows.calls)]
    # a number is written before the machine takes the call in: it stands alone where that could not be done any more
    for table, calls in (("caller_number", rows.numbers), ("caller_token", rows.tokens)):
        alone = calls - rows.calls
        found += [f"{table}: a row of {call}, which has no record" for call in sorted(alone - known | alone & whole)]
    for call in sorted(whole & rows.calls):
        facts = rows.facts.get(call, ())
        for fact in ("arrived", "caller left"):
            if facts.count(fact) != 1:
                found.append(f"fact: {call} has «{fact}» {facts.count(fact)} times")
        if facts.count("leg ended") != rows.legs.get(call, 0):
            found.append(f"leg: {call} has {rows.legs.get(call, 0)} rows, and {facts.count('leg ended')} legs ended")
    found += [f"message: {name} is no file" for name in sorted(rows.messages - files)]
    found += [
        f"message: {name} has no row"
        for name in sorted(files - rows.messages)
        if name.removesuffix(".wav").rpartition("_")[2] in whole
    ]
    if not ready <= rows.runs <= starts:
        found.append(f"run: {rows.runs} rows, and {ready} to {starts} starts")
    for table, count in (
        ("roster_text", rosters),
        ("volunteer_state", 0),
        ("agreement", 0),
        ("flagged", 0),
        ("audit", 0),
    ):
        if rows.counts.get(table, 0) != count:
            found.append(f"{table}: {rows.counts.get(table, 0)} rows instead of {count}")
    return found
